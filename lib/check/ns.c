/*
 * ns: the name servers of the domain's zone (RFC 1034, RFC 2182): delegated to whom, who of them
 * answers, and whether all say the same about mail.
 */
#include "check/ns.h"

#include <string.h>

#include "check/exists.h"
#include "check/registry.h"

static const char *
state_word(const struct mc_ns *ns, const struct mc_ns_endpoint *endpoint)
{
	static const char *const words[] = {"authoritative", "lame", "silent", "unknown"};

	return words[ns->intercepted ? MC_NS_UNKNOWN : endpoint->state];
}

static json_t *
names_json(const struct mc_dns *dns)
{
	json_t *array;
	char name[MC_NAME_TEXT_SIZE];

	if (dns == NULL || dns->fact.status != MC_FACT_OK)
		return json_null();
	array = json_array();
	for (size_t i = 0; i < dns->count; i++)
		if (mc_rr_target(&dns->rrs[i], name))
			json_array_append_new(array, json_string(name));
	return array;
}

static json_t *
soa_json(const struct mc_dns *dns)
{
	struct mc_soa soa;

	if (dns == NULL || dns->count == 0 || !mc_rr_soa(&dns->rrs[0], &soa))
		return json_null();
	return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I}", "mname", soa.mname, "rname",
		soa.rname, "serial", (json_int_t)soa.serial, "refresh", (json_int_t)soa.refresh,
		"retry", (json_int_t)soa.retry, "expire", (json_int_t)soa.expire, "minimum",
		(json_int_t)soa.minimum);
}

static void
put_servers(struct mc_run *run, const struct mc_ns *ns)
{
	json_t *servers = json_array();

	for (size_t i = 0; i < ns->count; i++) {
		const struct mc_name_server *server = &ns->servers[i];
		json_t *object = json_object();
		json_object_set_new(object, "name", json_string(server->name));
		json_object_set_new(object, "addresses", mc_host_json(&server->host));
		json_array_append_new(servers, object);
	}
	json_object_set_new(run->values, "zone",
		ns->zone.apex != NULL ? json_string(ns->zone.apex) : json_null());
	json_object_set_new(run->values, "soa", soa_json(ns->zone.soa));
	json_object_set_new(run->values, "servers", servers);
	json_object_set_new(run->values, "parent", names_json(ns->delegation));
}

static void
put_endpoints(struct mc_run *run, const struct mc_ns *ns)
{
	json_t *endpoints = json_array();
	char text[MC_ADDRESS_SIZE];

	for (size_t i = 0; i < ns->endpoint_count; i++) {
		const struct mc_ns_endpoint *endpoint = &ns->endpoints[i];
		json_t *object = json_object();
		mc_address_format(text, &endpoint->address);
		json_object_set_new(object, "name", json_string(endpoint->server->name));
		json_object_set_new(object, "address", json_string(text));
		json_object_set_new(object, "state", json_string(state_word(ns, endpoint)));
		json_object_set_new(object, "reason",
			endpoint->reason[0] != '\0' ? json_string(endpoint->reason) : json_null());
		json_array_append_new(endpoints, object);
	}
	json_object_set_new(run->values, "endpoints", endpoints);
}

static void
judge_host(struct mc_run *run, const char *apex, const struct mc_name_server *server)
{
	const char *meant = mc_host_undoubled(run, server->name, apex);
	const struct mc_host *host = &server->host;

	if (host->alias != NULL) {
		mc_find(run, "ns.target-cname", "%s", mc_host_chain(run, host->alias));
		mc_about(run, server->name);
	}
	if (host->count > 0 && !server->glue)
		return;
	if (server->glue && (host->failed != NULL || host->bogus != NULL))
		return;
	if (host->failed != NULL)
		mc_find(run, "ns.address-lookup-failed", "%s", host->failed->text);
	else if (host->bogus != NULL)
		mc_find(run, "ns.address-lookup-failed", "%s", host->bogus->why_bogus);
	else if (host->nxdomain)
		mc_find(run, "ns.no-address", "%s: NXDOMAIN", server->name);
	else if (!run->settings->ipv4_only && !run->settings->ipv6_only)
		mc_find(run, "ns.no-address", "%s has no A and no AAAA record", server->name);
	else
		return;
	mc_about(run, server->name);
	if (meant != NULL)
		mc_fix(run,
			"The zone's name stands twice in that name: end it with a dot in the zone "
			"file: %s NS %s.",
			apex, meant);
	if (server->glue) {
		mc_evidence(run, "the delegation has an address for it (glue)");
		mc_severity(run, MC_NOTICE);
	}
}

static bool
same_addresses(const struct mc_host *a, const struct mc_host *b)
{
	if (a->count == 0 || a->count != b->count || a->left_out + b->left_out > 0 ||
		a->failed != NULL || b->failed != NULL)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (mc_address_compare(&a->addresses[i], &b->addresses[i]) != 0)
			return false;
	return true;
}

/* Several names of the same addresses are one server. */
static bool
is_single(const struct mc_run *run, const struct mc_ns *ns)
{
	if (ns->count > 1 && (run->settings->ipv4_only || run->settings->ipv6_only))
		return false; /* not all addresses are known */
	for (size_t i = 1; i < ns->count; i++)
		if (!same_addresses(&ns->servers[0].host, &ns->servers[i].host))
			return false;
	return ns->count > 0;
}

/* Only addresses that were looked up are counted. */
static void
judge_redundancy(struct mc_run *run, const struct mc_ns *ns)
{
	const struct mc_address *first = NULL;
	size_t addresses = 0, same = 0;

	if (is_single(run, ns)) {
		mc_find(run, "ns.single", "%s NS %s", ns->zone.apex, ns->servers[0].name);
		for (size_t i = 1; i < ns->count; i++)
			mc_evidence(run, "%s has the same addresses", ns->servers[i].name);
		return;
	}
	for (size_t i = 0; i < ns->endpoint_count; i++) {
		const struct mc_address *address = &ns->endpoints[i].address;
		if (address->family != 4)
			return; /* IPv6 beside it */
		if (first == NULL)
			first = address;
		addresses++;
		same += memcmp(first->bytes, address->bytes, 3) == 0;
	}
	if (first != NULL && addresses > 1 && same == addresses &&
		mc_address_scope(first) == MC_SCOPE_GLOBAL)
		mc_find(run, "ns.same-network", "%u.%u.%u.0/24", first->bytes[0], first->bytes[1],
			first->bytes[2]);
}

/* Of a server within the zone the delegation has addresses too: they ought to be the zone's. */
static void
judge_glue(struct mc_run *run, const struct mc_ns *ns, const struct mc_name_server *server)
{
	const struct mc_host *host = &server->host;
	const struct mc_dns *delegation = ns->delegation;
	struct mc_address address;
	char text[MC_ADDRESS_SIZE];

	if (delegation == NULL || server->glue || host->count == 0 || host->failed != NULL ||
		host->bogus != NULL || host->left_out > 0 ||
		!mc_name_within(server->name, ns->zone.apex))
		return;
	for (size_t i = 0; i < delegation->glue_count; i++) {
		if (strcmp(delegation->glue[i].owner, server->name) != 0 ||
			!mc_rr_address(&delegation->glue[i], &address) ||
			(address.family == 4 ? run->settings->ipv6_only
					     : run->settings->ipv4_only) ||
			mc_host_has(host, &address))
			continue;
		mc_address_format(text, &address);
		mc_find(run, "ns.glue-differs", "in the delegation: %s", text);
		for (size_t j = 0; j < host->count; j++) {
			mc_address_format(text, &host->addresses[j]);
			mc_evidence(run, "in the zone: %s", text);
		}
		mc_about(run, server->name);
		return;
	}
}

static void
judge_delegation(struct mc_run *run, const struct mc_ns *ns)
{
	const char *only_parent = "", *only_child = "";

	if (ns->delegation == NULL || ns->child == NULL || ns->child->count == 0)
		return;
	for (size_t i = 0; i < ns->count; i++) {
		const struct mc_name_server *server = &ns->servers[i];
		const char **list = server->child ? &only_child : &only_parent;
		if (server->child != server->parent)
			*list = mc_arena_printf(run->arena, "%s %s", *list, server->name);
	}
	if (only_parent[0] == '\0' && only_child[0] == '\0')
		return;
	mc_find(run, "ns.delegation-differs", "only in the delegation:%s; only in the zone:%s",
		only_parent[0] != '\0' ? only_parent : " none",
		only_child[0] != '\0' ? only_child : " none");
	mc_about(run, ns->zone.apex);
}

static bool
special(const struct mc_run *run, const struct mc_ns_endpoint *endpoint)
{
	return !run->settings->allow_private &&
	       mc_address_scope(&endpoint->address) != MC_SCOPE_GLOBAL;
}

static bool
any_authoritative(const struct mc_ns *ns)
{
	for (size_t i = 0; i < ns->endpoint_count; i++)
		if (ns->endpoints[i].state == MC_NS_AUTHORITATIVE)
			return true;
	return false;
}

static void
judge_endpoint(struct mc_run *run, const struct mc_ns *ns, const struct mc_ns_endpoint *endpoint)
{
	if (special(run, endpoint))
		mc_find(run, "ns.special-address", "%s address",
			mc_scope_name(mc_address_scope(&endpoint->address)));
	else if (endpoint->state == MC_NS_LAME)
		mc_find(run, "ns.lame", "%s", endpoint->reason);
	else if (endpoint->state == MC_NS_SILENT)
		mc_find(run, "ns.silent", "%s", endpoint->reason);
	else
		return;
	mc_about(run, endpoint->label);
	if (ns->zone.failed != NULL && !any_authoritative(ns))
		mc_severity(run, MC_ERROR);
}

static const struct mc_ns_endpoint *
not_asked(const struct mc_run *run, const struct mc_ns *ns)
{
	for (size_t i = 0; i < ns->endpoint_count; i++)
		if (!special(run, &ns->endpoints[i]))
			return &ns->endpoints[i];
	return NULL;
}

static void
judge_endpoints(struct mc_run *run, const struct mc_ns *ns)
{
	const struct mc_ns_endpoint *one = not_asked(run, ns);

	if (ns->intercepted) {
		mc_find(run, "ns.intercepted", "%s", one != NULL ? one->label : "");
		return;
	}
	for (size_t i = 0; i < ns->endpoint_count; i++)
		judge_endpoint(run, ns, &ns->endpoints[i]);
	if (!ns->heard && one != NULL && one->state == MC_NS_UNKNOWN &&
		mc_address_scope(&one->address) == MC_SCOPE_GLOBAL)
		mc_find(run, "ns.not-asked", "%s", one->reason);
	mc_ns_compare(run, ns);
}

/* The domain's own SOA cannot be had: its delegation may tell why. */
static bool
only_delegation(struct mc_run *run, struct mc_ns *ns)
{
	if (ns->zone.apex != NULL || ns->zone.failed == NULL || run->settings->ns != NULL ||
		mc_failure_ours(ns->zone.failed->failure))
		return false;
	ns->zone.apex = run->domain;
	return true;
}

static enum mc_step
without_zone(struct mc_run *run, const struct mc_ns *ns)
{
	if (ns->zone.failed != NULL)
		return mc_undetermined(run, "ns.lookup-failed", ns->zone.failed);
	return mc_skipped(run, "no zone with a SOA record was found at or above %s", run->domain);
}

/* The server of --ns is not delegated to: whether it has the zone at all shows in its answer. */
static bool
is_not_served(struct mc_run *run, const struct mc_dns *soa)
{
	bool refused = soa->fact.failure == MC_FAIL_QUERY_REFUSED;
	bool answered = soa->fact.status == MC_FACT_OK && soa->alias_count == 0;

	if (run->settings->ns == NULL || !(refused || (answered && !soa->authoritative)))
		return false;
	if (refused)
		mc_find(run, "ns.not-served", "%s", soa->fact.text);
	else
		mc_find(run, "ns.not-served", "%s SOA: %s, without authority (AA is not set)",
			soa->name,
			soa->nxdomain    ? "NXDOMAIN"
			: soa->count > 0 ? "a record"
					 : "no record");
	mc_about(run, run->settings->ns);
	if (refused)
		mc_severity(run, MC_ERROR);
	return true;
}

/* An alias may be a name within a zone, but no zone: where it is delegated, NS and SOA records
 * stand beside the CNAME. */
static enum mc_step
judge_alias(struct mc_run *run, const struct mc_dns *soa, bool *ret_wrong)
{
	struct mc_ns *ns = mc_arena_calloc(run->arena, 1, sizeof(*ns));

	*ret_wrong = false;
	if (ns == NULL || soa->fact.status != MC_FACT_OK || soa->alias_count == 0 ||
		run->settings->ns != NULL)
		return MC_DONE;
	ns->zone.apex = run->domain;
	if (mc_ns_ask_parent(run, ns) == MC_WAIT)
		return MC_WAIT;
	*ret_wrong = ns->delegation != NULL && ns->delegation->alias_count == 0;
	if (*ret_wrong)
		mc_find(run, "ns.cname-apex", "%s", mc_host_chain(run, soa));
	return MC_DONE;
}

static enum mc_step
check_domain(struct mc_run *run)
{
	const struct mc_dns *soa = mc_ask_dns(run, NULL, run->domain, MC_RR_SOA);
	struct mc_ns *ns = mc_arena_alloc(run->arena, sizeof(*ns));
	bool wrong, skipped;

	if (ns == NULL)
		return MC_DONE;
	memset(ns, 0, sizeof(*ns));
	mc_ask_dns(run, NULL, run->domain, MC_RR_NS);
	if (soa == NULL || judge_alias(run, soa, &wrong) == MC_WAIT)
		return MC_WAIT;
	if (wrong || is_not_served(run, soa))
		return MC_DONE;
	if (mc_exists_skipped(run, soa, &skipped) == MC_WAIT)
		return MC_WAIT;
	if (skipped)
		return MC_DONE;
	if (mc_zone_find(run, run->domain, &ns->zone) == MC_WAIT)
		return MC_WAIT;
	if (!only_delegation(run, ns) && ns->zone.apex == NULL)
		return without_zone(run, ns);
	if (mc_ns_gather(run, ns) == MC_WAIT)
		return MC_WAIT;
	if (ns->count == 0 && ns->zone.failed != NULL)
		return without_zone(run, ns);
	put_servers(run, ns);
	put_endpoints(run, ns);
	if (ns->child->fact.status != MC_FACT_OK && ns->zone.failed == NULL)
		return mc_undetermined(run, "ns.lookup-failed", &ns->child->fact);
	if (ns->count == 0) {
		mc_find(run, "ns.none", "%s NS: no record", ns->zone.apex);
		return MC_DONE;
	}
	for (size_t i = 0; i < ns->count; i++)
		judge_host(run, ns->zone.apex, &ns->servers[i]);
	for (size_t i = 0; i < ns->count; i++)
		judge_glue(run, ns, &ns->servers[i]);
	if (ns->left_out > 0)
		mc_find(run, "ns.too-many", "%zu name servers, %d were asked",
			ns->count + ns->left_out, MC_NS_NAMES);
	judge_redundancy(run, ns);
	judge_delegation(run, ns);
	judge_endpoints(run, ns);
	return MC_DONE;
}

const struct mc_check mc_check_ns = {
	.name = "ns",
	.targets = MC_TARGET_DOMAIN,
	.records_only = true,
	.target = check_domain,
};
