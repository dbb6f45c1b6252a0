/* dns: the answer to a question out of a message: what belongs, sorted. */
#include <stdlib.h>
#include <string.h>

#include "fact/fact.h"
#include "record/message.h"

#define CHAIN_LIMIT 16 /* CNAMEs followed within one message */

static int
compare_rrs(const void *a, const void *b)
{
	return mc_rr_compare(a, b);
}

static const struct mc_rr *
find_alias(const struct mc_rrset *answer, const char *owner)
{
	for (size_t i = 0; i < answer->count; i++)
		if (answer->rrs[i].type == MC_RR_CNAME && strcmp(answer->rrs[i].owner, owner) == 0)
			return &answer->rrs[i];
	return NULL;
}

static bool
follow_aliases(struct mc_arena *arena, struct mc_dns *dns, const struct mc_rrset *answer)
{
	char target[MC_NAME_TEXT_SIZE];
	const struct mc_rr *alias;

	dns->aliases = mc_arena_calloc(arena, CHAIN_LIMIT, sizeof(struct mc_rr));
	if (dns->aliases == NULL)
		return false;
	while (dns->type != MC_RR_CNAME && dns->alias_count < CHAIN_LIMIT &&
		(alias = find_alias(answer, dns->canonical)) != NULL &&
		mc_rr_target(alias, target)) {
		dns->aliases[dns->alias_count++] = *alias;
		dns->canonical = mc_arena_strdup(arena, target);
	}
	return !arena->failed;
}

static bool
collect(struct mc_arena *arena, struct mc_dns *dns, const struct mc_rrset *answer)
{
	dns->rrs = mc_arena_calloc(arena, answer->count + 1, sizeof(struct mc_rr));
	if (dns->rrs == NULL)
		return false;
	for (size_t i = 0; i < answer->count; i++)
		if (answer->rrs[i].type == dns->type &&
			strcmp(answer->rrs[i].owner, dns->canonical) == 0)
			dns->rrs[dns->count++] = answer->rrs[i];
	qsort(dns->rrs, dns->count, sizeof(struct mc_rr), compare_rrs);
	return true;
}

/* RFC 2181, 5: the same record twice is one. */
static void
drop_repeats(struct mc_dns *dns)
{
	size_t kept = 0;

	for (size_t i = 0; i < dns->count; i++)
		if (kept == 0 || mc_rr_compare(&dns->rrs[kept - 1], &dns->rrs[i]) != 0)
			dns->rrs[kept++] = dns->rrs[i];
	dns->count = kept;
}

static uint32_t
lower_ttl(uint32_t ttl, const struct mc_rr *rrs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (rrs[i].ttl < ttl)
			ttl = rrs[i].ttl;
	return ttl;
}

/* A negative answer lives by its SOA's TTL and MINIMUM (RFC 2308, 5); without one, briefly. */
static uint32_t
negative_ttl(const struct mc_rrset *authority)
{
	for (size_t i = 0; i < authority->count; i++) {
		const struct mc_rr *rr = &authority->rrs[i];
		const uint8_t *minimum;
		uint32_t ttl;
		if (rr->type != MC_RR_SOA || rr->rdlength < 22)
			continue;
		minimum = rr->rdata + rr->rdlength - 4;
		ttl = (uint32_t)minimum[0] << 24 | (uint32_t)minimum[1] << 16 |
		      (uint32_t)minimum[2] << 8 | minimum[3];
		return ttl < rr->ttl ? ttl : rr->ttl;
	}
	return 30;
}

static struct mc_dns *
rcode_failure(struct mc_arena *arena, const struct mc_question *question, int rcode, int64_t began,
	int64_t ended)
{
	enum mc_failure failure = rcode == MC_RCODE_SERVFAIL  ? MC_FAIL_SERVFAIL
				  : rcode == MC_RCODE_REFUSED ? MC_FAIL_QUERY_REFUSED
							      : MC_FAIL_RCODE;
	char name[12], type[10];
	const char *text = mc_arena_printf(arena, "the %s answered %s to %s %s",
		question->server != NULL ? "server" : "resolver", mc_rcode_name(rcode, name),
		question->name, mc_rr_type_name(question->type, type));

	return (struct mc_dns *)mc_fact_failed(arena, question, failure, text, began, ended);
}

struct mc_dns *
mc_dns_from_message(struct mc_arena *arena, const struct mc_question *question,
	const struct mc_message *message, int64_t began, int64_t ended)
{
	struct mc_dns *dns;

	if (message->rcode != MC_RCODE_NOERROR && message->rcode != MC_RCODE_NXDOMAIN)
		return rcode_failure(arena, question, message->rcode, began, ended);
	dns = mc_arena_alloc(arena, sizeof(*dns));
	if (dns == NULL)
		return NULL;
	dns->fact = (struct mc_fact){.kind = MC_FACT_DNS,
		.status = MC_FACT_OK,
		.text = "",
		.began = began,
		.ended = ended};
	dns->name = mc_arena_strdup(arena, question->name);
	dns->type = question->type;
	dns->server = question->server != NULL ? mc_arena_strdup(arena, question->server) : NULL;
	dns->canonical = dns->name;
	dns->authoritative = message->authoritative;
	dns->why_bogus = "";
	if (!follow_aliases(arena, dns, &message->answer) || !collect(arena, dns, &message->answer))
		return NULL;
	drop_repeats(dns);
	dns->nxdomain = message->rcode == MC_RCODE_NXDOMAIN && dns->count == 0;
	dns->ttl = dns->count > 0 ? UINT32_MAX : negative_ttl(&message->authority);
	dns->ttl = lower_ttl(dns->ttl, dns->rrs, dns->count);
	dns->ttl = lower_ttl(dns->ttl, dns->aliases, dns->alias_count);
	return arena->failed ? NULL : dns;
}
