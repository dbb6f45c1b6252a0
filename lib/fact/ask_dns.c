/* ask_dns: answers as a check sees them: assumed records laid over, stripped DNSSEC seen through.
 */
#include <string.h>

#include "fact/run_state.h"

static const struct mc_dns *
ask_dns(struct mc_run *run, const char *name, uint16_t type, const char *server)
{
	struct mc_question question = {
		.kind = MC_FACT_DNS, .name = name, .type = type, .server = server};

	return (const struct mc_dns *)mc_run_ask(run, &question);
}

const struct mc_dns *
mc_ask_dns_at(struct mc_run *run, const char *name, uint16_t type, const char *server)
{
	return ask_dns(run, name, type, server);
}

/* --ns: the domain's own records come from the server the user named. */
static const char *
server_for(const struct mc_run *run, const char *name)
{
	return run->settings->ns != NULL && mc_name_within(name, run->domain) ? run->settings->ns
									      : NULL;
}

/*
 * With a trust anchor set, everything from a resolver that strips DNSSEC looks bogus. The root's
 * own keys tell the two apart: where they are secure, bogus means bogus.
 */
static const struct mc_dns *
see_through(struct mc_run *run, const struct mc_dns *dns)
{
	const struct mc_dns *root;
	struct mc_dns *copy;

	if (dns == NULL || dns->fact.status != MC_FACT_OK || dns->dnssec != MC_DNSSEC_BOGUS)
		return dns;
	root = ask_dns(run, ".", MC_RR_DNSKEY, NULL);
	if (root == NULL)
		return NULL;
	if (root->fact.status == MC_FACT_OK && root->dnssec == MC_DNSSEC_SECURE)
		return dns;
	copy = mc_arena_memdup(run->arena, dns, sizeof(*dns));
	if (copy == NULL)
		return dns;
	copy->dnssec = MC_DNSSEC_UNKNOWN;
	copy->why_bogus = "";
	return copy;
}

static const struct mc_rr *
assumed(const struct mc_settings *settings, const char *name, uint16_t type)
{
	for (size_t i = 0; i < settings->assume_count; i++)
		if (settings->assume[i].type == type &&
			strcmp(settings->assume[i].owner, name) == 0)
			return &settings->assume[i];
	return NULL;
}

/* An answer that nobody gave: there is nothing in it. */
static struct mc_dns *
made_answer(struct mc_run *run, const char *name, uint16_t type)
{
	struct mc_dns *dns = mc_arena_alloc(run->arena, sizeof(*dns));

	if (dns == NULL)
		return NULL;
	*dns = (struct mc_dns){.fact = {.kind = MC_FACT_DNS,
				       .status = MC_FACT_OK,
				       .text = "",
				       .began = run->now,
				       .ended = run->now},
		.name = name,
		.type = type,
		.why_bogus = "",
		.canonical = name};
	return dns;
}

/* The records of `owner`: the name itself, or the wildcard it is answered by. */
static struct mc_dns *
assumed_answer(struct mc_run *run, const char *name, const char *owner, uint16_t type)
{
	const struct mc_settings *settings = run->settings;
	struct mc_dns *dns = made_answer(run, name, type);
	struct mc_rr *rrs =
		mc_arena_calloc(run->arena, settings->assume_count, sizeof(struct mc_rr));

	if (dns == NULL || rrs == NULL)
		return NULL;
	dns->rrs = rrs;
	for (size_t i = 0; i < settings->assume_count; i++)
		if (settings->assume[i].type == type &&
			strcmp(settings->assume[i].owner, owner) == 0)
			rrs[dns->count++] = settings->assume[i];
	dns->count = mc_dns_sort(rrs, dns->count);
	dns->ttl = dns->count > 0 ? rrs[0].ttl : 0;
	return dns;
}

/* The answer at the end of a chain of CNAMEs, told as the answer to the name asked for. */
static const struct mc_dns *
through_aliases(struct mc_run *run, const char *name, const struct mc_rr *aliases, size_t count,
	const struct mc_dns *end)
{
	struct mc_dns *dns = mc_arena_memdup(run->arena, end, sizeof(*end));
	struct mc_rr *all =
		mc_arena_calloc(run->arena, count + end->alias_count + 1, sizeof(struct mc_rr));

	if (dns == NULL || all == NULL)
		return end;
	memcpy(all, aliases, count * sizeof(*all));
	if (end->alias_count > 0)
		memcpy(all + count, end->aliases, end->alias_count * sizeof(*all));
	dns->name = name;
	dns->aliases = all;
	dns->alias_count = count + end->alias_count;
	dns->dnssec = MC_DNSSEC_UNKNOWN;
	return dns;
}

/* The server named by --ns gave no end to the chain of CNAMEs, or it meets an assumed record. */
static bool
goes_on(const struct mc_run *run, const struct mc_dns *dns)
{
	const struct mc_settings *settings = run->settings;

	if (dns == NULL || dns->fact.status != MC_FACT_OK || dns->alias_count == 0)
		return false;
	if (assumed(settings, dns->canonical, dns->type) != NULL ||
		assumed(settings, dns->canonical, MC_RR_CNAME) != NULL)
		return true;
	return dns->server != NULL && dns->count == 0 &&
	       (!dns->nxdomain || server_for(run, dns->canonical) == NULL);
}

/* A name below which there is something exists (RFC 8020, 2). */
static bool
assumed_within(const struct mc_settings *settings, const char *name)
{
	for (size_t i = 0; i < settings->assume_count; i++)
		if (mc_name_within(settings->assume[i].owner, name))
			return true;
	return false;
}

static const struct mc_dns *
existing(struct mc_run *run, const struct mc_dns *dns)
{
	struct mc_dns *copy;

	if (dns == NULL || !dns->nxdomain || !assumed_within(run->settings, dns->canonical))
		return dns;
	copy = mc_arena_memdup(run->arena, dns, sizeof(*dns));
	if (copy == NULL)
		return dns;
	copy->nxdomain = false;
	return copy;
}

/* RFC 4592, 2.1.1; NULL: no wildcard is assumed that the name may be answered by. */
static const char *
assumed_wildcard(const struct mc_settings *settings, const char *name)
{
	const char *above = mc_name_parent(name);

	for (; strcmp(above, ".") != 0; above = mc_name_parent(above))
		for (size_t i = 0; i < settings->assume_count; i++) {
			const char *owner = settings->assume[i].owner;
			if (strncmp(owner, "*.", 2) == 0 && strcmp(owner + 2, above) == 0)
				return owner;
		}
	return NULL;
}

/* A name that is not there is answered by the assumed wildcard above it. */
static const struct mc_dns *
synthesized(struct mc_run *run, const char *name, uint16_t type, const struct mc_dns *dns)
{
	const char *owner = dns != NULL && dns->nxdomain && dns->alias_count == 0
				    ? assumed_wildcard(run->settings, name)
				    : NULL;
	const struct mc_dns *answer = owner != NULL ? assumed_answer(run, name, owner, type) : NULL;

	return answer != NULL ? answer : dns;
}

#define CHAIN_LIMIT 8 /* chains of CNAMEs laid end to end */

static const struct mc_dns *
endless(struct mc_run *run, const char *name, uint16_t type)
{
	struct mc_question question = {.kind = MC_FACT_DNS, .name = name, .type = type};

	return (const struct mc_dns *)mc_run_failed(
		run->state, &question, MC_FAIL_MALFORMED, "the chain of CNAMEs does not end");
}

static const struct mc_dns *
ask_overlaid(struct mc_run *run, const char *name, uint16_t type, unsigned depth)
{
	const struct mc_rr *alias = assumed(run->settings, name, MC_RR_CNAME);
	const struct mc_dns *dns, *end;
	char target[MC_NAME_TEXT_SIZE];

	if (type != MC_RR_CNAME && alias != NULL && depth < CHAIN_LIMIT &&
		mc_rr_target(alias, target)) {
		end = ask_overlaid(run, mc_arena_strdup(run->arena, target), type, depth + 1);
		return end == NULL ? NULL : through_aliases(run, alias->owner, alias, 1, end);
	}
	if (assumed(run->settings, name, type) != NULL)
		return assumed_answer(run, name, name, type);
	dns = ask_dns(run, name, type, server_for(run, name));
	if (goes_on(run, dns)) {
		end = depth == CHAIN_LIMIT ? endless(run, name, type)
					   : ask_overlaid(run, dns->canonical, type, depth + 1);
		return end == NULL
			       ? NULL
			       : through_aliases(run, name, dns->aliases, dns->alias_count, end);
	}
	return synthesized(run, name, type, existing(run, see_through(run, dns)));
}

/* Of a name longer than names can be it is known for certain, without asking, that nothing is
 * there. */
static const struct mc_dns *
impossible(struct mc_run *run, const char *name, uint16_t type)
{
	struct mc_dns *dns = made_answer(run, name, type);

	if (dns == NULL)
		return (const struct mc_dns *)mc_fact_no_memory(MC_FACT_DNS);
	dns->nxdomain = true;
	dns->dnssec = MC_DNSSEC_SECURE;
	return dns;
}

/* Text may be longer than the name is on the wire, where octets are escaped. */
static bool
is_too_long(const char *name)
{
	char canonical[MC_NAME_TEXT_SIZE];

	return strlen(name) > MC_NAME_WIRE_SIZE - 2 &&
	       mc_name_canonical(name, NULL, canonical) != NULL;
}

const struct mc_dns *
mc_ask_dns(struct mc_run *run, const char *prefix, const char *name, uint16_t type)
{
	char joined[MC_NAME_TEXT_SIZE];
	const struct mc_dns *dns;
	const char *full = name;

	if (prefix != NULL && !mc_name_join(prefix, name, joined))
		return impossible(run, mc_arena_printf(run->arena, "%s.%s", prefix, name), type);
	if (prefix != NULL)
		full = mc_arena_strdup(run->arena, joined);
	else if (is_too_long(name))
		return impossible(run, name, type);
	dns = ask_overlaid(run, full, type, 0);
	return dns != NULL || !run->arena->failed
		       ? dns
		       : (const struct mc_dns *)mc_fact_no_memory(MC_FACT_DNS);
}

const struct mc_dns *
mc_ask_listing(struct mc_run *run, const char *name, uint16_t type, const char *zone,
	unsigned budget, bool keyed)
{
	const struct mc_question question = {
		.kind = MC_FACT_DNS, .name = name, .type = type, .keyed = keyed};
	const struct mc_budget within = {zone, budget};

	return see_through(run, (const struct mc_dns *)mc_run_ask_within(run, &question, &within));
}
