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

static size_t
count_type(const struct mc_rrset *section, uint16_t type)
{
	size_t count = 0;

	for (size_t i = 0; i < section->count; i++)
		count += section->rrs[i].type == type;
	return count;
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
	size_t room = count_type(answer, MC_RR_CNAME);
	char target[MC_NAME_TEXT_SIZE];
	const struct mc_rr *alias;

	if (dns->type == MC_RR_CNAME || room == 0)
		return true;
	if (room > CHAIN_LIMIT)
		room = CHAIN_LIMIT;
	dns->aliases = mc_arena_calloc(arena, room, sizeof(struct mc_rr));
	if (dns->aliases == NULL)
		return false;
	while (dns->alias_count < room && (alias = find_alias(answer, dns->canonical)) != NULL &&
		mc_rr_target(alias, target)) {
		dns->aliases[dns->alias_count++] = *alias;
		dns->canonical = mc_arena_strdup(arena, target);
	}
	return !arena->failed;
}

size_t
mc_dns_sort(struct mc_rr *rrs, size_t count)
{
	size_t kept = 0;

	qsort(rrs, count, sizeof(struct mc_rr), compare_rrs);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || mc_rr_compare(&rrs[kept - 1], &rrs[i]) != 0)
			rrs[kept++] = rrs[i];
	return kept;
}

static bool
covers(const struct mc_rr *rr, uint16_t type)
{
	return rr->type == MC_RR_RRSIG && rr->rdlength > 2 &&
	       (rr->rdata[0] << 8 | rr->rdata[1]) == type;
}

static bool
collect(struct mc_arena *arena, struct mc_dns *dns, const struct mc_rrset *answer)
{
	dns->rrs = mc_arena_calloc(arena, count_type(answer, dns->type), sizeof(struct mc_rr));
	dns->signatures =
		mc_arena_calloc(arena, count_type(answer, MC_RR_RRSIG), sizeof(struct mc_rr));
	if (dns->rrs == NULL || dns->signatures == NULL)
		return false;
	for (size_t i = 0; i < answer->count; i++) {
		if (strcmp(answer->rrs[i].owner, dns->canonical) != 0)
			continue;
		if (answer->rrs[i].type == dns->type)
			dns->rrs[dns->count++] = answer->rrs[i];
		else if (covers(&answer->rrs[i], dns->type))
			dns->signatures[dns->signature_count++] = answer->rrs[i];
	}
	dns->count = mc_dns_sort(dns->rrs, dns->count);
	dns->signature_count = mc_dns_sort(dns->signatures, dns->signature_count);
	return true;
}

static bool
is_target(const struct mc_dns *dns, const char *name)
{
	char target[MC_NAME_TEXT_SIZE];

	for (size_t i = 0; i < dns->count; i++)
		if (mc_rr_target(&dns->rrs[i], target) && strcmp(target, name) == 0)
			return true;
	return false;
}

static bool
collect_glue(struct mc_arena *arena, struct mc_dns *dns, const struct mc_rrset *additional)
{
	struct mc_address address;

	dns->glue = mc_arena_calloc(arena, additional->count + 1, sizeof(struct mc_rr));
	if (dns->glue == NULL)
		return false;
	for (size_t i = 0; i < additional->count; i++)
		if (mc_rr_address(&additional->rrs[i], &address) &&
			is_target(dns, additional->rrs[i].owner))
			dns->glue[dns->glue_count++] = additional->rrs[i];
	dns->glue_count = mc_dns_sort(dns->glue, dns->glue_count);
	return true;
}

/* The delegation, from a server of the parent zone: it stands in the authority section. */
static bool
collect_referral(struct mc_arena *arena, struct mc_dns *dns, const struct mc_message *message)
{
	if (dns->server == NULL || mc_server_is_resolver(dns->server) || dns->type != MC_RR_NS ||
		dns->count > 0 || message->authoritative || message->rcode != MC_RCODE_NOERROR)
		return true;
	if (!collect(arena, dns, &message->authority))
		return false;
	dns->referral = dns->count > 0;
	return !dns->referral || collect_glue(arena, dns, &message->additional);
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
		question->server != NULL && !mc_server_is_resolver(question->server) ? "server"
										     : "resolver",
		mc_rcode_name(rcode, name), question->name, mc_rr_type_name(question->type, type));

	return (struct mc_dns *)mc_fact_failed(arena, question, failure, text, began, ended);
}

/* Records, and none for the name that was asked about: no absence, but nonsense. */
static bool
is_foreign(const struct mc_message *message, const char *name)
{
	for (size_t i = 0; i < message->answer.count; i++)
		if (strcmp(message->answer.rrs[i].owner, name) == 0)
			return false;
	return message->answer.count > 0 && message->rcode == MC_RCODE_NOERROR;
}

struct mc_dns *
mc_dns_from_message(struct mc_arena *arena, const struct mc_question *question,
	const struct mc_message *message, int64_t began, int64_t ended)
{
	struct mc_dns *dns;
	char type[10];

	if (message->rcode != MC_RCODE_NOERROR && message->rcode != MC_RCODE_NXDOMAIN)
		return rcode_failure(arena, question, message->rcode, began, ended);
	if (is_foreign(message, question->name))
		return (struct mc_dns *)mc_fact_failed(arena, question, MC_FAIL_MALFORMED,
			mc_arena_printf(arena,
				"the answer to %s %s has records for other names only",
				question->name, mc_rr_type_name(question->type, type)),
			began, ended);
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
	if (!follow_aliases(arena, dns, &message->answer) ||
		!collect(arena, dns, &message->answer) || !collect_referral(arena, dns, message))
		return NULL;
	dns->nxdomain = message->rcode == MC_RCODE_NXDOMAIN && dns->count == 0;
	dns->ttl = dns->count > 0 ? UINT32_MAX : negative_ttl(&message->authority);
	dns->ttl = lower_ttl(dns->ttl, dns->rrs, dns->count);
	dns->ttl = lower_ttl(dns->ttl, dns->aliases, dns->alias_count);
	return arena->failed ? NULL : dns;
}
