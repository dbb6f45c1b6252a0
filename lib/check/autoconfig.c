/*
 * autoconfig: the hosts that mail clients ask for their settings: autoconfig (Thunderbird and its
 * kin), autodiscover and its SRV record (Outlook). None has to be there, and nothing here is a
 * fault of mail: not to know it is no reason to put a verdict off.
 */
#include <string.h>

#include "check/host.h"
#include "check/registry.h"

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

/* A name that is an alias of nothing: whoever gets hold of its end can serve settings to the
 * domain's users. */
static enum mc_step
judge_host(struct mc_run *run, const char *label)
{
	const char *name = mc_arena_printf(run->arena, "%s.%s", label, run->domain);
	struct mc_host host;

	if (mc_host_resolve(run, name, &host) == MC_WAIT)
		return MC_WAIT;
	json_object_set_new(run->values, label, host_json(name, &host));
	if (host.count > 0 || host.other_family)
		return MC_DONE;
	if (host.failed != NULL) {
		mc_find(run, "autoconfig.lookup-failed", "%s", host.failed->text);
		mc_about(run, name);
	} else if (host.alias != NULL && host.bogus == NULL) {
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

static enum mc_step
judge_service(struct mc_run *run)
{
	const struct mc_dns *dns = mc_ask_dns(run, "_autodiscover._tcp", run->domain, MC_RR_SRV);
	json_t *array = json_array();
	enum mc_step step = MC_DONE;
	struct mc_srv record;

	json_object_set_new(run->values, "srv", array);
	if (dns == NULL)
		return MC_WAIT;
	if (dns->fact.status != MC_FACT_OK) {
		mc_find(run, "autoconfig.lookup-failed", "%s", dns->fact.text);
		mc_about(run, dns->name);
		return MC_DONE;
	}
	for (size_t i = 0; dns->dnssec != MC_DNSSEC_BOGUS && i < dns->count && i < 8; i++) {
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
	enum mc_step config = judge_host(run, "autoconfig");
	enum mc_step discover = judge_host(run, "autodiscover");
	enum mc_step service = judge_service(run);

	return config == MC_WAIT || discover == MC_WAIT || service == MC_WAIT ? MC_WAIT : MC_DONE;
}

const struct mc_check mc_check_autoconfig = {
	.name = "autoconfig",
	.targets = MC_TARGET_DOMAIN,
	.records_only = true,
	.target = check_domain,
};
