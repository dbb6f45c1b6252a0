/* mx: where the domain's mail goes (RFC 5321, 5.1; null MX: RFC 7505). */
#include <string.h>

#include "check/exists.h"
#include "check/host.h"
#include "check/near_miss.h"
#include "check/registry.h"

#define MX_LIMIT 20 /* most MX hosts looked at */

static const char *const dnssec_words[] = {
	[MC_DNSSEC_UNKNOWN] = "unknown",
	[MC_DNSSEC_INSECURE] = "insecure",
	[MC_DNSSEC_SECURE] = "secure",
	[MC_DNSSEC_BOGUS] = "bogus",
};

static void
put_lookup(struct mc_run *run, const struct mc_dns *dns)
{
	json_object_set_new(run->values, "null_mx", json_false());
	json_object_set_new(run->values, "dnssec", json_string(dnssec_words[dns->dnssec]));
	json_object_set_new(run->values, "dns_ms", json_integer(dns->fact.ended - dns->fact.began));
}

struct exchange {
	uint16_t preference;
	const char *name;
};

static bool
is_null(const struct exchange *exchange)
{
	return strcmp(exchange->name, ".") == 0;
}

static void
insert(struct exchange *exchanges, size_t count, struct exchange exchange)
{
	size_t i = count;

	for (; i > 0; i--) {
		const struct exchange *before = &exchanges[i - 1];
		if (before->preference < exchange.preference ||
			(before->preference == exchange.preference &&
				strcmp(before->name, exchange.name) <= 0))
			break;
		exchanges[i] = *before;
	}
	exchanges[i] = exchange;
}

/* Sorted by preference, then name. */
static struct exchange *
read_exchanges(struct mc_run *run, const struct mc_dns *mx, size_t *ret_count)
{
	struct exchange *exchanges = mc_arena_calloc(run->arena, mx->count + 1, sizeof(*exchanges));
	char name[MC_NAME_TEXT_SIZE];
	size_t count = 0;

	for (size_t i = 0; exchanges != NULL && i < mx->count; i++) {
		struct exchange exchange;
		if (!mc_rr_mx(&mx->rrs[i], &exchange.preference, name))
			continue;
		exchange.name = mc_arena_strdup(run->arena, name);
		insert(exchanges, count++, exchange);
	}
	*ret_count = count;
	return exchanges;
}

static bool
listed_before(const struct exchange *exchanges, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (strcmp(exchanges[j].name, exchanges[i].name) == 0)
			return true;
	return false;
}

static enum mc_step
accepts_no_mail(struct mc_run *run, unsigned preference)
{
	json_object_set_new(run->values, "null_mx", json_true());
	mc_find(run, "mx.null", "MX %u .", preference);
	if (preference != 0) {
		mc_find(run, "mx.null-preference", "MX %u .", preference);
		mc_fix(run, "Publish %s. MX 0 .", run->domain);
	}
	mc_nothing_below(run, "the domain says that it accepts no mail (mx.null)");
	return MC_DONE;
}

static bool
all_null(const struct exchange *exchanges, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!is_null(&exchanges[i]))
			return false;
	return count > 0;
}

static enum mc_step
several_null(struct mc_run *run, const struct exchange *exchanges, size_t count)
{
	mc_find(run, "mx.null-with-others", "%zu MX records, all of them null", count);
	for (size_t i = 0; i < count && i < MX_LIMIT; i++)
		mc_evidence(run, "MX %u .", exchanges[i].preference);
	mc_fix(run,
		"To receive mail, replace them by an MX record that names the mail server; "
		"otherwise keep one alone: %s. MX 0 .",
		run->domain);
	mc_nothing_below(run, "no MX record names a mail host (mx.null-with-others)");
	return MC_DONE;
}

static void
spawn_exchange(struct mc_run *run, const struct exchange *exchanges, size_t i)
{
	const struct exchange *exchange = &exchanges[i];

	if (is_null(exchange)) {
		mc_find(run, "mx.null-with-others", "MX %u . stands beside other MX records",
			exchange->preference);
		return;
	}
	if (listed_before(exchanges, i)) {
		mc_find(run, "mx.duplicate", "MX %u %s", exchange->preference, exchange->name);
		mc_about(run, exchange->name);
		return;
	}
	mc_spawn_host(run, exchange->name, exchange->preference, i);
}

static enum mc_step
explicit_mx(struct mc_run *run, const struct mc_dns *mx)
{
	size_t count;
	struct exchange *exchanges = read_exchanges(run, mx, &count);

	if (exchanges == NULL)
		return MC_DONE;
	if (count == 1 && is_null(&exchanges[0]))
		return accepts_no_mail(run, exchanges[0].preference);
	if (all_null(exchanges, count))
		return several_null(run, exchanges, count);
	if (count > MX_LIMIT) {
		mc_find(run, "mx.too-many", "%zu MX records, the first %d were looked at", count,
			MX_LIMIT);
		count = MX_LIMIT;
	}
	for (size_t i = 0; i < count; i++)
		spawn_exchange(run, exchanges, i);
	return MC_DONE;
}

/* The address may be what the resolver says instead of NXDOMAIN. */
static enum mc_step
resolver_rewrites(struct mc_run *run, const struct mc_host *host)
{
	static const char reason[] = "the resolver answers for names that do not exist";
	char text[MC_ADDRESS_SIZE];

	mc_address_format(text, &host->addresses[0]);
	mc_find(run, "mx.resolver-rewrites",
		"%s and a name below invalid. both have the address %s", run->domain, text);
	mc_inconclusive(run, "%s", reason);
	mc_nothing_below(run, "%s (mx.resolver-rewrites)", reason);
	return MC_DONE;
}

/* RFC 5321, 5.1: without MX the domain's own addresses stand for one of preference 0. */
static enum mc_step
implicit_mx(struct mc_run *run)
{
	struct mc_host host;
	bool made_up;

	if (mc_host_resolve(run, run->domain, &host) == MC_WAIT)
		return MC_WAIT;
	if (host.count == 0 && host.failed != NULL) {
		mc_nothing_below(run, "the domain's addresses could not be looked up: %s",
			host.failed->text);
		return mc_undetermined(run, "mx.address-lookup-failed", host.failed);
	}
	if (mc_host_left_aside(run, &host, run->domain)) {
		mc_nothing_below(run, "the domain has no address of the family to be used");
		return MC_DONE;
	}
	if (host.count == 0 && host.bogus == NULL) {
		mc_find(run, "mx.none", "no MX, no A and no AAAA record at %s", run->domain);
		mc_nothing_below(run, "the domain has no mail server (mx.none)");
		return MC_DONE;
	}
	if (mc_host_made_up(run, &host, &made_up) == MC_WAIT)
		return MC_WAIT;
	if (made_up)
		return resolver_rewrites(run, &host);
	mc_find(run, "mx.none-implicit", "no MX record at %s", run->domain);
	if (host.alias != NULL) {
		mc_evidence(run, "%s", mc_host_chain(run, host.alias));
		mc_fix(run,
			"%s is an alias (CNAME), beside which no MX record can stand. If it is to "
			"receive mail: replace the CNAME by A and AAAA records and publish an MX "
			"record beside them, or have MX records published at %s.",
			run->domain, host.alias->canonical);
	}
	mc_spawn_host(run, run->domain, 0, 0);
	return MC_DONE;
}

static void
judge_name(struct mc_run *run)
{
	const char *service = mc_near_miss(run->domain);

	if (service != NULL)
		mc_find(run, "mx.near-miss", "%s: is %s meant?", run->domain, service);
}

static enum mc_step
check_domain(struct mc_run *run)
{
	const struct mc_dns *mx = mc_ask_dns(run, NULL, run->domain, MC_RR_MX);

	if (mx == NULL)
		return MC_WAIT;
	judge_name(run);
	put_lookup(run, mx);
	if (mx->fact.status != MC_FACT_OK) {
		mc_nothing_below(run, "the MX records could not be looked up: %s", mx->fact.text);
		return mc_undetermined(run, "mx.lookup-failed", &mx->fact);
	}
	if (mx->dnssec == MC_DNSSEC_BOGUS) {
		mc_find(run, "mx.bogus", "%s", mx->why_bogus);
		mc_nothing_below(run, "the MX records fail DNSSEC validation (mx.bogus)");
		return MC_DONE;
	}
	if (mx->nxdomain && mx->alias_count > 0) {
		mc_find(run, "mx.alias-broken", "%s: NXDOMAIN", mc_host_chain(run, mx));
		mc_nothing_below(run,
			"the domain is an alias of a name that does not exist (mx.alias-broken)");
		return MC_DONE;
	}
	if (mc_exists_denied(mx)) {
		mc_find(run, "mx.nxdomain", "%s MX: NXDOMAIN", mx->canonical);
		mc_nothing_below(run, "the domain does not exist (mx.nxdomain)");
		return MC_DONE;
	}
	if (mx->alias_count > 0)
		mc_find(run, "mx.alias-domain", "%s", mc_host_chain(run, mx));
	return mx->count > 0 ? explicit_mx(run, mx) : implicit_mx(run);
}

static void
judge_scopes(struct mc_run *run, const struct mc_host *host)
{
	static const struct {
		enum mc_scope scope;
		const char *id;
	} rows[] = {
		{MC_SCOPE_PRIVATE, "mx.private-address"},
		{MC_SCOPE_SHARED, "mx.private-address"},
		{MC_SCOPE_LOOPBACK, "mx.loopback-address"},
		{MC_SCOPE_DOCUMENTATION, "mx.documentation-address"},
	};
	char text[MC_ADDRESS_SIZE];

	for (size_t i = 0; i < host->count && !run->settings->allow_private; i++) {
		enum mc_scope scope = mc_address_scope(&host->addresses[i]);
		const char *id = "mx.special-address";
		if (scope == MC_SCOPE_GLOBAL)
			continue;
		for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++)
			if (rows[row].scope == scope)
				id = rows[row].id;
		mc_address_format(text, &host->addresses[i]);
		mc_find(run, id, "%s: %s address", text, mc_scope_name(scope));
	}
}

/* An IPv4 address, completed with the name of the domain or of one above it. */
static bool
is_completed_literal(const struct mc_run *run, const char *name)
{
	struct mc_address address;
	char literal[16];
	const char *rest = name;

	for (int label = 0; rest != NULL && label < 4; label++)
		rest = strchr(rest, '.') != NULL ? strchr(rest, '.') + 1 : NULL;
	if (rest == NULL || (size_t)(rest - name) > sizeof(literal) ||
		!mc_name_within(run->domain, rest))
		return false;
	memcpy(literal, name, (size_t)(rest - name - 1));
	literal[rest - name - 1] = '\0';
	return mc_address_parse(literal, &address);
}

static void
find_no_address(struct mc_run *run, const struct mc_host *host)
{
	const char *name = run->subject->host;

	if (is_completed_literal(run, name)) {
		mc_find(run, "mx.ip-literal", "MX %u %s", run->subject->preference, name);
		mc_evidence(run, "the name of the zone was put behind the address");
	} else if (host->nxdomain) {
		mc_find(run, "mx.target-nxdomain", "%s: NXDOMAIN",
			host->alias != NULL ? mc_host_chain(run, host->alias) : name);
	} else {
		mc_find(run, "mx.no-address", "%s has no A and no AAAA record",
			host->alias != NULL ? mc_host_chain(run, host->alias) : name);
	}
	if (host->alias != NULL)
		mc_fix(run,
			"Let the MX record of %s name a host that exists; or correct the target of "
			"the CNAME of %s, or replace it by A and AAAA records.",
			run->domain, name);
}

static enum mc_step
without_addresses(struct mc_run *run, const struct mc_host *host)
{
	const char *name = run->subject->host;
	const char *meant = mc_host_undoubled(run, name, run->domain);

	if (host->failed != NULL)
		return mc_undetermined(run, "mx.address-lookup-failed", host->failed);
	if (host->bogus != NULL || mc_host_left_aside(run, host, name))
		return MC_DONE;
	find_no_address(run, host);
	if (meant != NULL) {
		mc_evidence(run, "the domain stands twice in that name");
		mc_fix(run,
			"End the name of the mail host with a dot in the zone file, or leave the "
			"domain out of it in the web form: MX %u %s.",
			run->subject->preference, meant);
	} else if (strchr(name, '.') == NULL)
		mc_fix(run,
			"Write the full name in the MX record of %s, with the final dot: %s.%s.",
			run->domain, name, run->domain);
	return MC_DONE;
}

/* RFC 5321, 2.3.5: letters, digits and hyphens, and no hyphen at the ends of a label. An underscore
 * is against the rule too, but most senders let it pass. */
static void
judge_letters(struct mc_run *run, const char *name)
{
	bool odd = false, underscore = false;

	for (const char *at = name; *at != '\0'; at++) {
		bool first = at == name || at[-1] == '.', last = at[1] == '.' || at[1] == '\0';
		underscore = underscore || *at == '_';
		odd = odd ||
		      (*at == '-' ? first || last
				  : strchr("abcdefghijklmnopqrstuvwxyz0123456789._", *at) == NULL);
	}
	if (!odd && !underscore)
		return;
	mc_find(run, "mx.target-name", "MX %u %s", run->subject->preference, name);
	if (odd)
		mc_severity(run, MC_ERROR);
}

static void
judge_host(struct mc_run *run, const struct mc_host *host)
{
	const char *name = run->subject->host;

	judge_letters(run, name);
	if (strchr(name, '.') == NULL)
		mc_find(run, "mx.single-label", "MX %u %s", run->subject->preference, name);
	if (host->alias != NULL && strcmp(name, run->domain) != 0) {
		mc_find(run, "mx.target-cname", "%s", mc_host_chain(run, host->alias));
		if (host->count == 0 && host->failed == NULL && host->bogus == NULL &&
			!host->other_family)
			mc_fix(run,
				"Let the MX record of %s name a host with addresses of its own, "
				"not the end of this chain: it leads nowhere now.",
				run->domain);
	}
	if (host->bogus != NULL)
		mc_find(run, "mx.target-bogus", "%s", host->bogus->why_bogus);
	if (host->left_out > 0)
		mc_find(run, "mx.too-many-addresses", "%zu addresses, the first %d were looked at",
			host->count + host->left_out, MC_HOST_ADDRESSES);
	if (host->failed != NULL && host->count > 0) {
		mc_find(run, "mx.address-lookup-failed", "%s", host->failed->text);
		mc_inconclusive(run, "%s", host->failed->text);
	}
}

/* True for what is no host, whatever DNS says of it: an address, and the machine itself (RFC 6761,
 * 6.3). */
static bool
is_no_host(struct mc_run *run, const struct mc_subject *subject)
{
	struct mc_address literal;
	const char *what;

	if (mc_address_parse(subject->host, &literal)) {
		what = "an address, no name";
		mc_find(run, "mx.ip-literal", "MX %u %s", subject->preference, subject->host);
	} else if (mc_name_within(subject->host, "localhost")) {
		what = "the machine itself";
		mc_find(run, "mx.loopback-address", "MX %u %s", subject->preference, subject->host);
		mc_fix(run,
			"If %s is to accept no mail, publish a null MX instead: %s. MX 0 . "
			"Otherwise name the mail host in full.",
			run->domain, run->domain);
	} else {
		return false;
	}
	json_object_set_new(run->values, "failure", json_string(what));
	return true;
}

static enum mc_step
check_host(struct mc_run *run)
{
	const struct mc_subject *subject = run->subject;
	struct mc_host host;

	if (run->kind != MC_TARGET_DOMAIN)
		return MC_DONE;
	json_object_set_new(run->values, "preference", json_integer(subject->preference));
	json_object_set_new(run->values, "name", json_string(subject->host));
	json_object_set_new(run->values, "addresses", json_array());
	if (is_no_host(run, subject))
		return MC_DONE;
	if (mc_host_resolve(run, subject->host, &host) == MC_WAIT)
		return MC_WAIT;
	json_object_set_new(run->values, "addresses", mc_host_json(&host));
	json_object_set_new(run->values, "dns_ms", json_integer(mc_host_ms(&host)));
	if (host.count == 0 && host.failed != NULL)
		json_object_set_new(run->values, "failure", json_string("lookup failed"));
	judge_host(run, &host);
	if (host.count == 0)
		return without_addresses(run, &host);
	judge_scopes(run, &host);
	mc_host_spawn(run, &host);
	return MC_DONE;
}

static bool
has_address(const struct mc_instance *instance, const char *address)
{
	const json_t *other;
	size_t i;

	json_array_foreach (json_object_get(instance->values, "addresses"), i, other)
		if (strcmp(json_string_value(other), address) == 0)
			return true;
	return false;
}

static void
note_shared(struct mc_run *run, struct mc_instance **instances, size_t which)
{
	const json_t *address;
	size_t i;

	json_array_foreach (json_object_get(instances[which]->values, "addresses"), i, address)
		for (size_t before = 0; before < which; before++)
			if (has_address(instances[before], json_string_value(address))) {
				mc_find(run, "mx.duplicate-address", "%s is %s and %s",
					json_string_value(address),
					instances[before]->subject->label,
					instances[which]->subject->label);
				mc_about(run, instances[which]->subject->label);
				return;
			}
}

/* Many senders have IPv4 alone. A lookup that failed may hide an address of it. */
static void
note_only_ipv6(struct mc_run *run, struct mc_instance **instances, size_t count)
{
	const json_t *address;
	size_t i, found = 0;

	for (size_t which = 0; which < count; which++) {
		const struct mc_instance *instance = instances[which];
		if (instance->reason != NULL)
			return;
		json_array_foreach (json_object_get(instance->values, "addresses"), i, address) {
			if (strchr(json_string_value(address), ':') == NULL)
				return;
			found++;
		}
	}
	if (found > 0 && !run->settings->ipv6_only)
		mc_find(run, "mx.only-ipv6", "%zu IPv6 address%s, no IPv4 address", found,
			found == 1 ? "" : "es");
}

static void
conclude(struct mc_run *run, struct mc_instance **instances, size_t count)
{
	note_only_ipv6(run, instances, count);
	for (size_t i = 1; i < count; i++)
		note_shared(run, instances, i);
}

const struct mc_check mc_check_mx = {
	.name = "mx",
	.targets = MC_TARGET_DOMAIN,
	.records_only = true,
	.spawns = true,
	.target = check_domain,
	.host = check_host,
	.array = "hosts",
	.conclude = conclude,
};
