/* mta-sts: the TXT record that announces a policy, and the host it is to be had from (RFC 8461,
 * 3.1). */
#include "check/host.h"
#include "check/record_type.h"
#include "check/registry.h"
#include "check/txt.h"

static void
put(struct mc_run *run, const char *record, const char *id)
{
	json_object_set_new(
		run->values, "record", record != NULL ? json_string(record) : json_null());
	mc_record_put_text(run->values, "id", run->arena, id != NULL && id[0] != '\0' ? id : NULL);
}

static enum mc_step
without_record(struct mc_run *run, const struct mc_txts *txts, const char *name)
{
	bool tried = false;

	for (size_t i = 0; i < txts->other_count; i++)
		if (mc_mta_sts_is_attempt(txts->others[i].text, txts->others[i].length)) {
			mc_find(run, "mta-sts.version", "%s",
				mc_txt_escaped(run, &txts->others[i]));
			mc_about(run, name);
			tried = true;
		}
	if (!tried)
		mc_find(run, "mta-sts.none", "no TXT record at %s", name);
	return MC_DONE;
}

static enum mc_step
judge_policy_host(struct mc_run *run)
{
	const char *name = mc_arena_printf(run->arena, "mta-sts.%s", run->domain);
	struct mc_host host;

	if (mc_host_resolve(run, name, &host) == MC_WAIT)
		return MC_WAIT;
	if (host.count > 0)
		return MC_DONE;
	if (host.failed != NULL)
		return mc_undetermined(run, "mta-sts.lookup-failed", host.failed);
	if (host.bogus == NULL) {
		mc_find(run, "mta-sts.no-policy-host", "%s %s", name,
			host.nxdomain ? "does not exist" : "has no address");
		mc_about(run, name);
	}
	return MC_DONE;
}

static enum mc_step
check_domain(struct mc_run *run)
{
	const struct mc_dns *dns = mc_ask_dns(run, "_mta-sts", run->domain, MC_RR_TXT);
	const char *name = mc_arena_printf(run->arena, "_mta-sts.%s", run->domain);
	struct mc_mta_sts mta_sts;
	struct mc_problems problems;
	struct mc_txts txts;

	if (dns == NULL)
		return MC_WAIT;
	put(run, NULL, NULL);
	if (dns->fact.status != MC_FACT_OK)
		return mc_undetermined(run, "mta-sts.lookup-failed", &dns->fact);
	if (dns->dnssec == MC_DNSSEC_BOGUS) {
		mc_find(run, "mta-sts.bogus", "%s", dns->why_bogus);
		return MC_DONE;
	}
	mc_txt_sort(run, dns, mc_mta_sts_is_record, &txts);
	if (txts.count == 0)
		return without_record(run, &txts, name);
	if (txts.count > 1) {
		mc_find(run, "mta-sts.multiple", "%zu records", txts.count);
		for (size_t i = 0; i < txts.count; i++)
			mc_evidence(run, "%s", mc_txt_escaped(run, &txts.records[i]));
		mc_about(run, name);
		return MC_DONE;
	}
	mc_problems_init(&problems, run->arena);
	mc_mta_sts_parse(txts.records[0].text, txts.records[0].length, &mta_sts, &problems);
	put(run, mc_txt_escaped(run, &txts.records[0]), mta_sts.id);
	mc_record_find(run, &problems, name);
	return mta_sts.valid ? judge_policy_host(run) : MC_DONE;
}

const struct mc_check mc_check_mta_sts = {
	.name = "mta-sts",
	.targets = MC_TARGET_DOMAIN,
	.records_only = true,
	.target = check_domain,
};
