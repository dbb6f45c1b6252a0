/* mta-sts: the TXT record that announces a policy, then the policy, then the MX hosts by it. */
#include "check/mta_sts.h"

#include <string.h>

#include "check/exists.h"
#include "check/record_type.h"
#include "check/registry.h"
#include "check/rrset.h"

#define POLICY_PATH "/.well-known/mta-sts.txt"

/* --- what there is --- */

static bool
usable(const struct mc_dns *dns)
{
	return dns->fact.status == MC_FACT_OK && dns->dnssec != MC_DNSSEC_BOGUS;
}

static void
read_policy(struct mc_run *run, struct mc_sts *sts)
{
	const struct mc_http *http = &sts->fetch.good->https->http;

	mc_problems_init(&sts->policy_problems, run->arena);
	mc_mta_sts_policy_parse(http->body, http->body_length, &sts->policy, &sts->policy_problems);
}

/* Without a record it is looked whether there is a policy that nobody will ever ask for. */
static enum mc_step
look_for_policy(struct mc_run *run, struct mc_sts *sts)
{
	if (sts->txts.count > 1 || (sts->txts.count == 1 && !sts->record.valid))
		return MC_DONE;
	sts->looked = true;
	if (mc_fetch(run, sts->policy_name, POLICY_PATH, MC_FETCH_ADDRESSES, &sts->fetch) ==
		MC_WAIT)
		return MC_WAIT;
	if (sts->fetch.good != NULL)
		read_policy(run, sts);
	return MC_DONE;
}

enum mc_step
mc_sts_look(struct mc_run *run, struct mc_sts *ret_sts)
{
	struct mc_sts *sts = ret_sts;
	struct mc_host host;

	*sts = (struct mc_sts){.dns = mc_ask_dns(run, "_mta-sts", run->domain, MC_RR_TXT),
		.name = mc_arena_printf(run->arena, "_mta-sts.%s", run->domain),
		.policy_name = mc_arena_printf(run->arena, "mta-sts.%s", run->domain)};
	sts->url = mc_arena_printf(run->arena, "https://%s" POLICY_PATH, sts->policy_name);
	if (sts->dns == NULL) {
		(void)mc_host_resolve(run, sts->policy_name, &host);
		return MC_WAIT;
	}
	if (!usable(sts->dns))
		return MC_DONE;
	mc_txt_sort(run, sts->dns, mc_mta_sts_is_record, &sts->txts);
	mc_txt_take_alone(&sts->txts, mc_mta_sts_is_record_alone);
	mc_problems_init(&sts->record_problems, run->arena);
	if (sts->txts.count == 1)
		mc_mta_sts_parse(sts->txts.records[0].text, sts->txts.records[0].length,
			&sts->record, &sts->record_problems);
	return look_for_policy(run, sts);
}

bool
mc_sts_in_force(const struct mc_sts *sts)
{
	return sts->record.valid && sts->fetch.good != NULL && sts->policy.valid &&
	       sts->policy.mode != MC_MTA_STS_NONE;
}

/* --- told --- */

static json_t *
policy_json(struct mc_run *run, const struct mc_mta_sts_policy *policy)
{
	json_t *object = json_object(), *mxs = json_array();

	json_object_set_new(object, "valid", json_boolean(policy->valid));
	mc_record_put_text(object, "mode", run->arena, mc_mta_sts_mode_name(policy->mode));
	json_object_set_new(object, "max_age",
		policy->max_age >= 0 ? json_integer(policy->max_age) : json_null());
	for (size_t i = 0; i < policy->mx_count; i++)
		json_array_append_new(mxs, json_string(policy->mxs[i]));
	json_object_set_new(object, "mx", mxs);
	return object;
}

static void
put(struct mc_run *run, const struct mc_sts *sts)
{
	bool one = usable(sts->dns) && sts->txts.count == 1;

	json_object_set_new(run->values, "record",
		one ? json_string(mc_txt_escaped(run, &sts->txts.records[0])) : json_null());
	mc_record_put_text(run->values, "id", run->arena,
		one && sts->record.id[0] != '\0' ? sts->record.id : NULL);
	json_object_set_new(run->values, "policy",
		sts->fetch.good != NULL ? policy_json(run, &sts->policy) : json_null());
	json_object_set_new(run->values, "policy_host",
		sts->fetch.count > 0 ? mc_fetch_json(run, &sts->fetch) : json_null());
	json_object_set_new(run->values, "mx_listed", json_null());
	json_object_set_new(run->values, "mx_not_listed", json_null());
}

/* What would be a record but for its version. False: there is none. */
static bool
tell_attempts(struct mc_run *run, const struct mc_sts *sts)
{
	bool tried = false;

	for (size_t i = 0; i < sts->txts.other_count; i++) {
		const struct mc_txt *txt = &sts->txts.others[i];
		const char *better;
		if (!mc_mta_sts_is_attempt(txt->text, txt->length))
			continue;
		mc_find(run, "mta-sts.version", "%s", mc_txt_escaped(run, txt));
		mc_about(run, sts->name);
		better = mc_mta_sts_mend(run->arena, txt->text, txt->length);
		if (better != NULL)
			mc_fix(run, "Publish instead: %s", better);
		tried = true;
	}
	return tried;
}

/* A CNAME leaves no room for a TXT record, unless it is that of a wildcard. */
static void
tell_alias(struct mc_run *run, const struct mc_sts *sts)
{
	if (sts->dns->alias_count == 0)
		return;
	mc_evidence(run, "%s", mc_host_chain(run, sts->dns));
	mc_fix(run,
		"If the CNAME stands at %s itself: have the service it leads to publish the record "
		"again, or remove the CNAME. Where none stands there: %s. TXT \"v=STSv1; id=1\"",
		sts->name, sts->name);
}

static enum mc_step
without_record(struct mc_run *run, const struct mc_sts *sts)
{
	static const struct mc_txt_place place = {
		"_mta-sts", mc_mta_sts_is_record, "mta-sts.wrong-name"};
	bool skipped;

	if (tell_attempts(run, sts))
		return MC_DONE;
	if (mc_exists_skipped(run, sts->dns, &skipped) == MC_WAIT)
		return MC_WAIT;
	if (skipped)
		return MC_DONE;
	if (sts->fetch.good != NULL && sts->policy.valid && sts->policy.mode != MC_MTA_STS_NONE) {
		mc_find(run, "mta-sts.policy-unannounced", "no TXT record at %s", sts->name);
		mc_evidence(run, "%s: mode: %s", sts->url, mc_mta_sts_mode_name(sts->policy.mode));
	} else
		mc_find(run, "mta-sts.none", "no TXT record at %s", sts->name);
	tell_alias(run, sts);
	if (mc_rrset_fix_left_behind(run, "_mta-sts", false) == MC_WAIT)
		return MC_WAIT;
	return mc_txt_find_misplaced(run, &place);
}

static void
judge_multiple(struct mc_run *run, const struct mc_sts *sts)
{
	mc_find(run, "mta-sts.multiple", "%zu records", sts->txts.count);
	for (size_t i = 0; i < sts->txts.count; i++)
		mc_evidence(run, "%s", mc_txt_escaped(run, &sts->txts.records[i]));
	mc_about(run, sts->name);
}

static enum mc_step
check_domain(struct mc_run *run)
{
	struct mc_sts *sts = mc_arena_alloc(run->arena, sizeof(*sts));

	if (sts == NULL)
		return MC_WAIT;
	if (mc_sts_look(run, sts) == MC_WAIT) {
		/* asked early: both are needed in the end */
		(void)mc_ask_dns(run, NULL, run->domain, MC_RR_MX);
		return MC_WAIT;
	}
	put(run, sts);
	if (sts->dns->fact.status != MC_FACT_OK)
		return mc_undetermined(run, "mta-sts.lookup-failed", &sts->dns->fact);
	if (sts->dns->dnssec == MC_DNSSEC_BOGUS) {
		mc_find(run, "mta-sts.bogus", "%s", sts->dns->why_bogus);
		return MC_DONE;
	}
	if (sts->txts.count == 0)
		return without_record(run, sts);
	if (sts->txts.count > 1)
		judge_multiple(run, sts);
	if (sts->txts.count != 1)
		return MC_DONE;
	mc_record_find(run, &sts->record_problems, sts->name);
	if (!sts->record.valid)
		return MC_DONE;
	mc_sts_judge_policy(run, sts);
	return mc_sts_in_force(sts) ? mc_sts_judge_hosts(run, sts) : MC_DONE;
}

const struct mc_check mc_check_mta_sts = {
	.name = "mta-sts",
	.targets = MC_TARGET_DOMAIN,
	.records_only = true,
	.joins = true,
	.target = check_domain,
	.address = mc_sts_check_address,
};
