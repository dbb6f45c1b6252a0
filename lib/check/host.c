/* host: two lookups made one. */
#include "check/host.h"

#include <string.h>

static void
take_addresses(struct mc_host *host, const struct mc_dns *dns)
{
	struct mc_address address;

	for (size_t i = 0; i < dns->count; i++) {
		if (!mc_rr_address(&dns->rrs[i], &address))
			continue;
		if (host->count < MC_HOST_ADDRESSES)
			host->addresses[host->count++] = address;
		else
			host->left_out++;
	}
}

static void
take_answer(struct mc_host *host, const struct mc_dns *dns)
{
	if (dns->fact.status != MC_FACT_OK) {
		host->failed = &dns->fact;
		return;
	}
	if (dns->dnssec == MC_DNSSEC_BOGUS) {
		host->bogus = dns;
		return;
	}
	if (dns->alias_count > 0)
		host->alias = dns;
	host->nxdomain = host->nxdomain || dns->nxdomain;
	take_addresses(host, dns);
}

/* Nothing of the family that was asked for: is there anything of the other? */
static enum mc_step
look_aside(struct mc_run *run, const char *name, struct mc_host *host)
{
	const struct mc_dns *other;

	if ((!run->settings->ipv4_only && !run->settings->ipv6_only) || host->count > 0 ||
		host->failed != NULL || host->bogus != NULL || host->nxdomain)
		return MC_DONE;
	other = mc_ask_dns(run, NULL, name, run->settings->ipv4_only ? MC_RR_AAAA : MC_RR_A);
	if (other == NULL)
		return MC_WAIT;
	if (other->fact.status != MC_FACT_OK)
		host->failed = &other->fact;
	else
		host->other_family = other->count > 0;
	return MC_DONE;
}

enum mc_step
mc_host_resolve(struct mc_run *run, const char *name, struct mc_host *ret_host)
{
	static const uint16_t types[2] = {MC_RR_A, MC_RR_AAAA};
	const bool wanted[2] = {!run->settings->ipv6_only, !run->settings->ipv4_only};
	bool waiting = false;

	*ret_host = (struct mc_host){0};
	for (size_t i = 0; i < 2; i++)
		if (wanted[i]) {
			ret_host->answers[i] = mc_ask_dns(run, NULL, name, types[i]);
			waiting = waiting || ret_host->answers[i] == NULL;
		}
	if (waiting)
		return MC_WAIT;
	for (size_t i = 0; i < 2; i++)
		if (ret_host->answers[i] != NULL)
			take_answer(ret_host, ret_host->answers[i]);
	return look_aside(run, name, ret_host);
}

bool
mc_host_has(const struct mc_host *host, const struct mc_address *address)
{
	for (size_t i = 0; i < host->count; i++)
		if (mc_address_compare(&host->addresses[i], address) == 0)
			return true;
	return false;
}

enum mc_step
mc_host_made_up(struct mc_run *run, const struct mc_host *host, bool *ret_made_up)
{
	struct mc_host nobody;

	*ret_made_up = false;
	if (host->count == 0)
		return MC_DONE;
	if (mc_host_resolve(run, "no-such-name.invalid", &nobody) == MC_WAIT)
		return MC_WAIT;
	for (size_t i = 0; i < host->count; i++)
		if (!mc_host_has(&nobody, &host->addresses[i]))
			return MC_DONE;
	*ret_made_up = true;
	return MC_DONE;
}

bool
mc_host_left_aside(struct mc_run *run, const struct mc_host *host, const char *name)
{
	bool ipv4 = run->settings->ipv4_only;

	if (host->count > 0 || !host->other_family)
		return false;
	mc_inconclusive(run, "%s has %s addresses only, and only %s was to be used", name,
		ipv4 ? "IPv6" : "IPv4", ipv4 ? "IPv4" : "IPv6");
	return true;
}

void
mc_host_spawn(struct mc_run *run, const struct mc_host *host)
{
	for (size_t i = 0; i < host->count; i++)
		mc_spawn_address(run, &host->addresses[i], run->port, i);
}

json_t *
mc_host_json(const struct mc_host *host)
{
	json_t *array = json_array();
	char text[MC_ADDRESS_SIZE];

	for (size_t i = 0; i < host->count; i++) {
		mc_address_format(text, &host->addresses[i]);
		json_array_append_new(array, json_string(text));
	}
	return array;
}

const char *
mc_host_undoubled(struct mc_run *run, const char *name, const char *domain)
{
	char doubled[MC_NAME_TEXT_SIZE];

	if (!mc_name_join(domain, domain, doubled) || !mc_name_within(name, doubled))
		return NULL;
	return mc_arena_strndup(run->arena, name, strlen(name) - strlen(domain) - 1);
}

const char *
mc_host_chain(struct mc_run *run, const struct mc_dns *dns)
{
	const char *chain = dns->name;
	char target[MC_NAME_TEXT_SIZE];

	for (size_t i = 0; i < dns->alias_count; i++)
		if (mc_rr_target(&dns->aliases[i], target))
			chain = mc_arena_printf(run->arena, "%s -> %s", chain, target);
	return chain;
}

int64_t
mc_host_ms(const struct mc_host *host)
{
	int64_t ms = 0;

	for (size_t i = 0; i < 2; i++) {
		const struct mc_dns *dns = host->answers[i];
		if (dns != NULL && dns->fact.ended - dns->fact.began > ms)
			ms = dns->fact.ended - dns->fact.began;
	}
	return ms;
}
