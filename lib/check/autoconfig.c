/*
 * autoconfig: the hosts that mail clients ask for their settings: autoconfig (Thunderbird and its
 * kin), autodiscover and its SRV record (Outlook). None has to be there, and nothing here is a
 * fault of mail: not to know one of them is no reason to put a verdict off, to know none is.
 */
#include <string.h>

#include "check/exists.h"
#include "check/host.h"
#include "check/registry.h"

#define NAMES 3 /* that are looked up */

static json_t *
host_json(const char *name, const struct mc_host *host)
{
	return json_pack("{s:s, s:s, s:o}", "name", name, "state",
		host->count > 0               ? "there"
		: host->failed || host->bogus ? "unknown"
		: host->other_family          ? "there"
					      : "absent",
		"addresses", mc_host_json(host));
}

/* What came of the three names. */
struct outcome {
	size_t found;    /* something is there, usable or not */
	size_t unknown;  /* no answer, or one that fails validation */
	const char *why; /* the first of these */
};

static void
note_unknown(struct outcome *outcome, const char *why)
{
	if (outcome->unknown++ == 0)
		outcome->why = why;
}

/* A name that is an alias of nothing: whoever gets hold of its end can serve settings to the
 * domain's users. */
static enum mc_step
judge_host(struct mc_run *run, const char *label, struct outcome *outcome)
{
	const char *name = mc_arena_printf(run->arena, "%s.%s", label, run->domain);
	struct mc_host host;

	if (mc_host_resolve(run, name, &host) == MC_WAIT)
		return MC_WAIT;
	json_object_set_new(run->values, label, host_json(name, &host));
	outcome->found += host.count > 0 || host.other_family || host.alias != NULL;
	if (host.count > 0 || host.other_family)
		return MC_DONE;
	if (host.failed != NULL) {
		note_unknown(outcome, host.failed->text);
		mc_find(run, "autoconfig.lookup-failed", "%s", host.failed->text);
		mc_about(run, name);
	} else if (host.bogus != NULL) {
		note_unknown(outcome, host.bogus->why_bogus);
	} else if (host.alias != NULL) {
		mc_find(run, "autoconfig.dangling", "%s: %s", mc_host_chain(run, host.alias),
			host.nxdomain ? "does not exist" : "has no address");
		mc_about(run, name);
	}
	return MC_DONE;
}

static enum mc_step
judge_target(struct mc_run *run, const struct mc_dns *dns, const struct mc_srv *record)
{
	const char *target = mc_arena_strdup(run->arena, record->target);
	struct mc_host host;

	if (mc_host_resolve(run, target, &host) == MC_WAIT)
		return MC_WAIT;
	if (host.count == 0 && host.failed == NULL && host.bogus == NULL && !host.other_family) {
		mc_find(run, "autoconfig.target-missing", "%s SRV %u %u %u %s: %s", dns->name,
			record->priority, record->weight, record->port, target,
			host.nxdomain ? "does not exist" : "has no address");
		mc_about(run, dns->name);
	}
	return MC_DONE;
}

static const struct mc_dns *
service_answer(struct mc_run *run)
{
	return mc_ask_dns(run, "_autodiscover._tcp", run->domain, MC_RR_SRV);
}

static enum mc_step
judge_service(struct mc_run *run, struct outcome *outcome)
{
	const struct mc_dns *dns = service_answer(run);
	json_t *array = json_array();
	enum mc_step step = MC_DONE;
	struct mc_srv record;

	json_object_set_new(run->values, "srv", array);
	if (dns == NULL)
		return MC_WAIT;
	if (dns->fact.status != MC_FACT_OK) {
		note_unknown(outcome, dns->fact.text);
		mc_find(run, "autoconfig.lookup-failed", "%s", dns->fact.text);
		mc_about(run, dns->name);
		return MC_DONE;
	}
	if (dns->dnssec == MC_DNSSEC_BOGUS) {
		note_unknown(outcome, dns->why_bogus);
		return MC_DONE;
	}
	outcome->found += dns->count > 0 || dns->alias_count > 0;
	for (size_t i = 0; i < dns->count && i < 8; i++) {
		if (!mc_rr_srv(&dns->rrs[i], &record))
			continue;
		json_array_append_new(array,
			json_pack("{s:i, s:s}", "port", record.port, "target", record.target));
		if (strcmp(record.target, ".") != 0 && judge_target(run, dns, &record) == MC_WAIT)
			step = MC_WAIT;
	}
	return step;
}

static enum mc_step
check_domain(struct mc_run *run)
{
	struct outcome outcome = {.why = ""};
	enum mc_step config = judge_host(run, "autoconfig", &outcome);
	enum mc_step discover = judge_host(run, "autodiscover", &outcome);
	enum mc_step service = judge_service(run, &outcome);
	bool skipped;

	if (config == MC_WAIT || discover == MC_WAIT || service == MC_WAIT)
		return MC_WAIT;
	if (outcome.unknown == NAMES)
		mc_inconclusive(run, "%s", outcome.why);
	if (outcome.unknown > 0 || outcome.found > 0)
		return MC_DONE;
	return mc_exists_skipped(run, service_answer(run), &skipped);
}

const struct mc_check mc_check_autoconfig = {
	.name = "autoconfig",
	.targets = MC_TARGET_DOMAIN,
	.records_only = true,
	.target = check_domain,
};
