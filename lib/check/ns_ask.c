/* ns_ask: who serves the zone, by the zone and by its delegation, and each server asked. */
#include <string.h>

#include "check/ns.h"

static void
add_server(struct mc_run *run, struct mc_ns *ns, const char *name, bool parent)
{
	struct mc_name_server *server;

	for (size_t i = 0; i < ns->count; i++)
		if (strcmp(ns->servers[i].name, name) == 0) {
			ns->servers[i].parent = ns->servers[i].parent || parent;
			return;
		}
	if (ns->count == MC_NS_NAMES) {
		ns->left_out++;
		return;
	}
	server = &ns->servers[ns->count++];
	server->name = mc_arena_strdup(run->arena, name);
	server->child = !parent;
	server->parent = parent;
}

static void
add_servers(struct mc_run *run, struct mc_ns *ns, const struct mc_dns *dns, bool parent)
{
	char name[MC_NAME_TEXT_SIZE];

	for (size_t i = 0; i < dns->count; i++)
		if (mc_rr_target(&dns->rrs[i], name))
			add_server(run, ns, name, parent);
}

/* What a resolver uses to get there at all. */
static void
take_glue(const struct mc_run *run, const struct mc_dns *referral, struct mc_name_server *server)
{
	struct mc_host *host = &server->host;
	struct mc_address address;

	for (size_t i = 0; i < referral->glue_count; i++) {
		if (strcmp(referral->glue[i].owner, server->name) != 0 ||
			!mc_rr_address(&referral->glue[i], &address) ||
			host->count == MC_HOST_ADDRESSES ||
			(address.family == 4 ? run->settings->ipv6_only : run->settings->ipv4_only))
			continue;
		host->addresses[host->count++] = address;
		server->glue = true;
	}
}

static enum mc_step
resolve_servers(struct mc_run *run, struct mc_ns *ns)
{
	enum mc_step step = MC_DONE;

	for (size_t i = 0; i < ns->count; i++) {
		struct mc_name_server *server = &ns->servers[i];
		server->resolved = mc_host_resolve(run, server->name, &server->host) == MC_DONE;
		if (!server->resolved)
			step = MC_WAIT;
		else if (server->host.count == 0 && ns->delegation != NULL)
			take_glue(run, ns->delegation, server);
	}
	return step;
}

enum mc_step
mc_ns_ask_parent(struct mc_run *run, struct mc_ns *ns)
{
	const char *above = mc_name_parent(ns->zone.apex);
	const struct mc_dns *names = mc_ask_dns(run, NULL, above, MC_RR_NS);
	const struct mc_dns *referral;
	struct mc_zone zone;
	struct mc_host host;
	char name[MC_NAME_TEXT_SIZE];

	if (mc_zone_find(run, above, &zone) == MC_WAIT)
		return MC_WAIT;
	if (zone.apex == NULL)
		return MC_DONE;
	if (strcmp(zone.apex, above) != 0)
		names = mc_ask_dns(run, NULL, zone.apex, MC_RR_NS);
	if (names == NULL)
		return MC_WAIT;
	if (names->fact.status != MC_FACT_OK || names->count == 0 ||
		!mc_rr_target(&names->rrs[0], name))
		return MC_DONE;
	if (mc_host_resolve(run, mc_arena_strdup(run->arena, name), &host) == MC_WAIT)
		return MC_WAIT;
	if (host.count == 0)
		return MC_DONE;
	referral = mc_ask_name_server(run, name, &host.addresses[0], ns->zone.apex, MC_RR_NS);
	if (referral == NULL)
		return MC_WAIT;
	if (referral->fact.status == MC_FACT_OK && referral->referral)
		ns->delegation = referral;
	ns->delegation_family = host.addresses[0].family;
	return MC_DONE;
}

static void
add_endpoint(struct mc_run *run, struct mc_ns *ns, const struct mc_name_server *server,
	const struct mc_address *address)
{
	struct mc_ns_endpoint *endpoint = &ns->endpoints[ns->endpoint_count];
	char text[MC_ADDRESS_SIZE];

	for (size_t i = 0; i < ns->endpoint_count; i++)
		if (mc_address_compare(&ns->endpoints[i].address, address) == 0)
			return;
	if (ns->endpoint_count == MC_NS_ENDPOINTS)
		return;
	ns->endpoint_count++;
	mc_address_format(text, address);
	endpoint->server = server;
	endpoint->address = *address;
	endpoint->label = mc_arena_printf(run->arena, "%s [%s]", server->name, text);
}

/* One address of each server, then a second of each, ...: there may not be room for that of all,
 * and before all are known the first alone are sure to be among them. */
static void
choose_endpoints(struct mc_run *run, struct mc_ns *ns, bool all_known)
{
	for (size_t turn = 0; turn < (all_known ? MC_HOST_ADDRESSES : 1); turn++)
		for (size_t i = 0; i < ns->count; i++)
			if (ns->servers[i].resolved && turn < ns->servers[i].host.count)
				add_endpoint(run, ns, &ns->servers[i],
					&ns->servers[i].host.addresses[turn]);
}

struct asked {
	const char *prefix; /* of the domain; NULL: the zone itself */
	uint16_t type;
};

static const struct asked fixed[] = {
	[MC_NS_SOA] = {NULL, MC_RR_SOA},
	[MC_NS_NS] = {NULL, MC_RR_NS},
	[MC_NS_MX] = {"", MC_RR_MX},
	[MC_NS_SPF] = {"", MC_RR_TXT},
	[MC_NS_DMARC] = {"_dmarc", MC_RR_TXT},
	[MC_NS_CNAME] = {"", MC_RR_CNAME},
	[MC_NS_DMARC_CNAME] = {"_dmarc", MC_RR_CNAME},
	[MC_NS_MTA_STS] = {"_mta-sts", MC_RR_TXT},
	[MC_NS_TLS_RPT] = {"_smtp._tls", MC_RR_TXT},
};

/* False for what there is no selector for. */
static bool
choose(struct mc_run *run, size_t question, struct asked *ret_asked)
{
	const struct mc_settings *settings = run->settings;
	bool cname = question >= MC_NS_DKIM_CNAME;
	size_t selector = question - (cname ? MC_NS_DKIM_CNAME : MC_NS_DKIM);

	if (question < MC_NS_DKIM) {
		*ret_asked = fixed[question];
		return true;
	}
	if (selector >= settings->dkim_selector_count)
		return false;
	ret_asked->prefix =
		mc_arena_printf(run->arena, "%s._domainkey", settings->dkim_selectors[selector]);
	ret_asked->type = cname ? MC_RR_CNAME : MC_RR_TXT;
	return true;
}

static enum mc_step
ask_endpoint(struct mc_run *run, const struct mc_ns *ns, struct mc_ns_endpoint *endpoint)
{
	enum mc_step step = MC_DONE;
	char joined[MC_NAME_TEXT_SIZE];

	for (size_t i = 0; i < MC_NS_QUESTIONS; i++) {
		const char *name = run->domain;
		struct asked asked;
		if (!choose(run, i, &asked))
			continue;
		if (asked.prefix == NULL)
			name = ns->zone.apex;
		else if (asked.prefix[0] != '\0' && mc_name_join(asked.prefix, name, joined))
			name = mc_arena_strdup(run->arena, joined);
		else if (asked.prefix[0] != '\0')
			continue;
		endpoint->answers[i] = mc_ask_name_server(
			run, endpoint->server->name, &endpoint->address, name, asked.type);
		if (endpoint->answers[i] == NULL)
			step = MC_WAIT;
	}
	return step;
}

static void
judge_endpoint(struct mc_run *run, struct mc_ns *ns, struct mc_ns_endpoint *endpoint)
{
	const struct mc_dns *soa = endpoint->answers[MC_NS_SOA];

	endpoint->reason = "";
	if (soa->fact.status != MC_FACT_OK) {
		endpoint->reason = soa->fact.text;
		endpoint->state = mc_failure_ours(soa->fact.failure)     ? MC_NS_UNKNOWN
				  : soa->fact.failure == MC_FAIL_TIMEOUT ? MC_NS_SILENT
									 : MC_NS_LAME;
	} else if (soa->authoritative && soa->count > 0) {
		endpoint->state = MC_NS_AUTHORITATIVE;
	} else {
		endpoint->state = MC_NS_LAME;
		endpoint->reason = mc_arena_printf(run->arena, "%s answers %s SOA %s",
			endpoint->label, ns->zone.apex,
			soa->nxdomain     ? "NXDOMAIN"
			: soa->count == 0 ? "without the record"
					  : "without authority (AA is not set)");
	}
	ns->heard = ns->heard || endpoint->state == MC_NS_AUTHORITATIVE ||
		    endpoint->state == MC_NS_LAME;
}

/* A family over which nobody answers may be missing here. */
static void
spare_silent_family(struct mc_ns *ns, uint8_t family)
{
	for (size_t i = 0; i < ns->endpoint_count; i++)
		if (ns->endpoints[i].address.family == family &&
			(ns->endpoints[i].state == MC_NS_AUTHORITATIVE ||
				ns->endpoints[i].state == MC_NS_LAME))
			return;
	for (size_t i = 0; i < ns->endpoint_count; i++)
		if (ns->endpoints[i].address.family == family)
			ns->endpoints[i].state = MC_NS_UNKNOWN;
}

/* Where nobody has authority, but the root's SOA is answered, a resolver on the way answers. */
static enum mc_step
look_for_interception(struct mc_run *run, struct mc_ns *ns)
{
	const struct mc_ns_endpoint *lame = NULL;
	const struct mc_dns *root;

	for (size_t i = 0; i < ns->endpoint_count; i++) {
		if (ns->endpoints[i].state == MC_NS_AUTHORITATIVE)
			return MC_DONE;
		if (ns->endpoints[i].state == MC_NS_LAME && lame == NULL)
			lame = &ns->endpoints[i];
	}
	if (lame == NULL || lame->answers[MC_NS_SOA]->fact.status != MC_FACT_OK)
		return MC_DONE;
	root = mc_ask_name_server(run, lame->server->name, &lame->address, ".", MC_RR_SOA);
	if (root == NULL)
		return MC_WAIT;
	ns->intercepted = root->fact.status == MC_FACT_OK && root->count > 0;
	return MC_DONE;
}

static enum mc_step
ask_endpoints(struct mc_run *run, struct mc_ns *ns, bool all_known)
{
	enum mc_step step = MC_DONE;

	choose_endpoints(run, ns, all_known);
	for (size_t i = 0; i < ns->endpoint_count; i++)
		if (ask_endpoint(run, ns, &ns->endpoints[i]) == MC_WAIT)
			step = MC_WAIT;
	return step;
}

enum mc_step
mc_ns_gather(struct mc_run *run, struct mc_ns *ns)
{
	enum mc_step parent = MC_DONE, servers, answers;

	ns->child = mc_ask_dns(run, NULL, ns->zone.apex, MC_RR_NS);
	if (run->settings->ns == NULL)
		parent = mc_ns_ask_parent(run, ns);
	if (ns->child == NULL)
		return MC_WAIT;
	if (ns->child->fact.status == MC_FACT_OK)
		add_servers(run, ns, ns->child, false);
	if (ns->delegation != NULL)
		add_servers(run, ns, ns->delegation, true);
	servers = resolve_servers(run, ns);
	answers = ask_endpoints(run, ns, parent == MC_DONE && servers == MC_DONE);
	if (parent == MC_WAIT || servers == MC_WAIT || answers == MC_WAIT)
		return MC_WAIT;
	for (size_t i = 0; i < ns->endpoint_count; i++)
		judge_endpoint(run, ns, &ns->endpoints[i]);
	for (uint8_t family = 4; family <= 6; family = (uint8_t)(family + 2))
		if (ns->delegation == NULL || ns->delegation_family != family)
			spare_silent_family(ns, family);
	return look_for_interception(run, ns);
}
