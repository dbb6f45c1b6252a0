/* mta_sts_mx: which MX hosts a sender may use by the policy, and whether their certificates would
 * be accepted (RFC 8461, 4.1 and 4.2). */
#include <string.h>

#include "base/timestamp.h"
#include "check/host.h"
#include "check/mta_sts.h"
#include "check/pkix.h"

#define MX_LIMIT 20 /* most MX hosts looked at */

struct hosts {
	const char *listed[MX_LIMIT], *unlisted[MX_LIMIT];
	size_t listed_count, unlisted_count;
	bool implicit; /* no MX record: the domain is its own host */
};

static bool
holds(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static void
sort_host(const struct mc_sts *sts, const char *name, struct hosts *hosts)
{
	if (mc_mta_sts_matches(&sts->policy, name)) {
		if (!holds(hosts->listed, hosts->listed_count, name))
			hosts->listed[hosts->listed_count++] = name;
	} else if (!holds(hosts->unlisted, hosts->unlisted_count, name))
		hosts->unlisted[hosts->unlisted_count++] = name;
}

/* Without MX records the domain is its own host (RFC 5321, 5.1). */
static void
sort_hosts(
	struct mc_run *run, const struct mc_sts *sts, const struct mc_dns *mx, struct hosts *hosts)
{
	char name[MC_NAME_TEXT_SIZE];
	uint16_t preference;

	for (size_t i = 0; i < mx->count && i < MX_LIMIT; i++)
		if (mc_rr_mx(&mx->rrs[i], &preference, name) && strcmp(name, ".") != 0)
			sort_host(sts, mc_arena_strdup(run->arena, name), hosts);
	hosts->implicit = mx->count == 0;
	if (hosts->implicit)
		sort_host(sts, run->domain, hosts);
}

static const char *
max_age_text(struct mc_run *run, int64_t max_age)
{
	return max_age >= 172800
		       ? mc_arena_printf(run->arena, "%lld days", (long long)(max_age / 86400))
		       : mc_arena_printf(run->arena, "%lld s", (long long)max_age);
}

static enum mc_severity
weigh(const struct mc_sts *sts, bool all)
{
	if (sts->policy.mode == MC_MTA_STS_ENFORCE)
		return all ? MC_ERROR : MC_WARNING;
	return all ? MC_WARNING : MC_NOTICE;
}

/* Where no mail can go to, as the mx check tells, so that the MX record has to change first. */
static enum mc_step
look_for_host(struct mc_run *run, const char *name, bool *ret_dead)
{
	struct mc_address literal;
	struct mc_host host;

	*ret_dead = mc_address_parse(name, &literal) || mc_name_within(name, "localhost");
	if (*ret_dead || !mc_in_report(run, "mx"))
		return MC_DONE;
	if (mc_host_resolve(run, name, &host) == MC_WAIT)
		return MC_WAIT;
	*ret_dead =
		host.count == 0 && host.failed == NULL && host.bogus == NULL && !host.other_family;
	return MC_DONE;
}

/* The policy names hosts, and DNS has no MX record: those are what is missing. */
static void
fix_implicit(struct mc_run *run, const struct mc_sts *sts)
{
	const char *names = "";

	for (size_t i = 0; i < sts->policy.mx_count; i++)
		names = mc_arena_printf(
			run->arena, "%s%s%s", names, i > 0 ? ", " : "", sts->policy.mxs[i]);
	mc_evidence(run, "there is no MX record; the policy names %.200s", names);
	mc_fix(run,
		"Publish MX records of %s that name the hosts of the policy (%.200s). Only if mail "
		"is "
		"to go to %s itself: add the line \"mx: %s\" to %s and change the id of the TXT "
		"record at %s.",
		run->domain, names, run->domain, run->domain, sts->url, sts->name);
}

static void
fix_unlisted(struct mc_run *run, const struct mc_sts *sts, const char *name, bool dead)
{
	const char *max_age = max_age_text(run, sts->policy.max_age);

	if (dead)
		mc_fix(run,
			"Correct the MX record first: no mail can go to %s (see the mx check). "
			"Then "
			"see that %s has an mx: line for the host it names; when that file "
			"changes, "
			"change the id of the TXT record at %s too.",
			name, sts->url, sts->name);
	else
		mc_fix(run,
			"Add the line \"mx: %s\" to %s, then change the id of the TXT record at "
			"%s. "
			"Senders that do not see the new id keep the policy they have for up to "
			"its max_age (%s): a host that is new should get mail only after that.",
			name, sts->url, sts->name, max_age);
}

static enum mc_step
tell_unlisted(struct mc_run *run, const struct mc_sts *sts, const struct hosts *hosts)
{
	const char *mode = mc_mta_sts_mode_name(sts->policy.mode);
	enum mc_step step = MC_DONE;

	for (size_t i = 0; i < hosts->unlisted_count; i++) {
		const char *name = hosts->unlisted[i];
		bool dead;
		if (look_for_host(run, name, &dead) == MC_WAIT)
			step = MC_WAIT;
		mc_find(run, "mta-sts.mx-not-listed", "no mx: of the policy (mode: %s) matches %s",
			mode, name);
		mc_severity(run, weigh(sts, hosts->listed_count == 0));
		mc_about(run, name);
		if (hosts->implicit)
			fix_implicit(run, sts);
		else
			fix_unlisted(run, sts, name, dead);
	}
	return step;
}

static json_t *
names_json(const char *const *names, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, json_string(names[i]));
	return array;
}

enum mc_step
mc_sts_judge_hosts(struct mc_run *run, const struct mc_sts *sts)
{
	const struct mc_dns *mx = mc_ask_dns(run, NULL, run->domain, MC_RR_MX);
	struct hosts hosts = {.listed_count = 0};

	if (mx == NULL)
		return MC_WAIT;
	if (mx->fact.status != MC_FACT_OK || mx->dnssec == MC_DNSSEC_BOGUS) {
		mc_inconclusive(run, "the MX records to compare with are not known: %s",
			mx->fact.status != MC_FACT_OK ? mx->fact.text : mx->why_bogus);
		return MC_DONE;
	}
	sort_hosts(run, sts, mx, &hosts);
	json_object_set_new(run->values, "mx_listed", names_json(hosts.listed, hosts.listed_count));
	json_object_set_new(
		run->values, "mx_not_listed", names_json(hosts.unlisted, hosts.unlisted_count));
	return tell_unlisted(run, sts, &hosts);
}

/* --- their certificates --- */

/* Within the last days: where nobody but MTA-STS minds, the tls check gives a notice. */
static void
judge_expiry(struct mc_run *run, const struct mc_sts *sts, const struct mc_tls *tls)
{
	const struct mc_certificate *leaf = tls->chain_count > 0 ? &tls->chain[0] : NULL;
	char until[MC_TIMESTAMP_SIZE];

	if (sts->policy.mode != MC_MTA_STS_ENFORCE || leaf == NULL ||
		mc_pkix_expiry(run, leaf) < MC_WARNING)
		return;
	mc_timestamp_format(until, leaf->not_after);
	mc_find(run, "mta-sts.mx-certificate-expires", "%lld days left, not after %s",
		(long long)mc_pkix_days_left(run, leaf), until);
}

static void
judge_session(struct mc_run *run, const struct mc_sts *sts, const struct mc_session *session)
{
	const char *id = "mta-sts.mx-no-tls", *problem = mc_pkix_no_tls(session);
	bool unknown = false;

	if (problem == NULL && session->tls != NULL && session->tls->result == MC_TLS_UP) {
		id = "mta-sts.mx-certificate";
		problem = mc_pkix_problem(run, session->tls, &unknown);
	}
	if (problem == NULL && session->tls != NULL && session->tls->result == MC_TLS_UP)
		judge_expiry(run, sts, session->tls);
	if (problem == NULL || unknown)
		return;
	mc_find(run, id, "%s", problem);
	mc_evidence(run, "%s: mode: %s", sts->url, mc_mta_sts_mode_name(sts->policy.mode));
	mc_severity(run, sts->policy.mode == MC_MTA_STS_ENFORCE ? MC_ERROR : MC_WARNING);
}

enum mc_step
mc_sts_check_address(struct mc_run *run)
{
	const struct mc_session_fact *fact = mc_ask_session(run);
	struct mc_sts *sts = mc_arena_alloc(run->arena, sizeof(*sts));

	if (sts == NULL || mc_sts_look(run, sts) == MC_WAIT || fact == NULL)
		return MC_WAIT;
	if (fact->fact.status != MC_FACT_OK || !mc_sts_in_force(sts) ||
		!mc_mta_sts_matches(&sts->policy, run->subject->host))
		return mc_no_verdict(run);
	judge_session(run, sts, &fact->session);
	return MC_DONE;
}
