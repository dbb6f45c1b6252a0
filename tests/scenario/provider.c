/* provider: the facts of a scenario, each at its virtual time. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/timestamp.h"
#include "dnsbl/table.h"
#include "fact/provider.h"
#include "player.h"
#include "record/message.h"
#include "scenario.h"

#define DNS_MS 10

struct pending {
	struct pending *next;
	struct mc_entry *entry;
	struct mc_question question; /* memory: the entry's */
	struct mc_arena arena;
	struct mc_fact *fact;  /* dns */
	struct player *player; /* session, https */
	int64_t due;
};

struct provider {
	struct mc_provider vtable; /* first */
	struct scenario *scenario;
	int64_t now;
	struct pending *pending;
	const char *problem;
};

static void
pending_free(struct pending *pending)
{
	if (pending->player != NULL)
		player_free(pending->player);
	mc_arena_reset(&pending->arena);
	mc_free(pending);
}

static void
complain(struct provider *provider, const char *what, const char *key)
{
	if (provider->problem == NULL)
		provider->problem = mc_arena_printf(&provider->scenario->arena, "%s: %s: %s",
			provider->scenario->path, what, key);
}

/* --- dns --- */

struct answer {
	struct mc_arena *arena;
	struct mc_message message;
	const char *owner;
	uint32_t ttl;
};

static bool
add_rr(struct answer *answer, const char *type, const char *rdata)
{
	struct mc_rrset *set = &answer->message.answer;
	struct mc_rr_error error;
	const char *text = mc_arena_printf(answer->arena, "%s%s %u IN %s %s", answer->owner,
		strcmp(answer->owner, ".") == 0 ? "" : ".", answer->ttl, type, rdata);

	return mc_rr_parse(answer->arena, text, NULL, 300, &set->rrs[set->count], &error) &&
	       ++set->count > 0;
}

static bool
add_glue(struct answer *answer, const char *rest)
{
	struct mc_rrset *set = &answer->message.additional;
	struct mc_rr_error error;

	if (set->rrs == NULL)
		set->rrs = mc_arena_calloc(answer->arena, 16, sizeof(struct mc_rr));
	return set->count < 16 &&
	       mc_rr_parse(answer->arena, rest + strspn(rest, " "), NULL, 300,
		       &set->rrs[set->count], &error) &&
	       ++set->count > 0;
}

/* rrsig ALGORITHM TAG SIGNER INCEPTION EXPIRATION: of the records at the owner, by nobody's key. */
static bool
add_signature(struct answer *answer, const char *type, const char *rest)
{
	struct mc_rrset *set = &answer->message.answer;
	const char *words[5];
	uint16_t covered;
	int64_t inception, expiration;
	struct mc_buf rdata;

	for (size_t i = 0; i < 5; i++)
		if ((words[i] = scenario_word(answer->arena, &rest)) == NULL)
			return false;
	if (!mc_rr_type_parse(type, &covered) || !mc_timestamp_parse(words[3], &inception) ||
		!mc_timestamp_parse(words[4], &expiration))
		return false;
	mc_buf_init(&rdata, 1024);
	mc_buf_u16(&rdata, covered);
	mc_buf_putc(&rdata, (char)strtoul(words[0], NULL, 10));
	mc_buf_putc(&rdata, (char)mc_name_labels(answer->owner));
	mc_buf_u32(&rdata, answer->ttl);
	mc_buf_u32(&rdata, (uint32_t)(expiration / 1000));
	mc_buf_u32(&rdata, (uint32_t)(inception / 1000));
	mc_buf_u16(&rdata, (uint16_t)strtoul(words[1], NULL, 10));
	mc_name_to_wire(words[2], &rdata);
	mc_buf_puts(&rdata, "0123456789abcdef0123456789abcdef");
	set->rrs[set->count++] = (struct mc_rr){.owner = answer->owner,
		.type = MC_RR_RRSIG,
		.ttl = answer->ttl,
		.rdata = mc_arena_memdup(answer->arena, rdata.data, rdata.length),
		.rdlength = (uint16_t)rdata.length};
	mc_buf_free(&rdata);
	return true;
}

static bool
add_lines(struct answer *answer, const struct block *block, const char *type)
{
	char owner[MC_NAME_TEXT_SIZE];

	answer->message.answer.rrs = mc_arena_calloc(answer->arena, 512, sizeof(struct mc_rr));
	for (const struct line *line = block->lines; line != NULL; line = line->next) {
		const char *rest = line->text, *word = scenario_word(answer->arena, &rest);
		if (answer->message.answer.count == 511)
			return false;
		if (strcmp(word, "rrsig") == 0) {
			if (!add_signature(answer, type, rest))
				return false;
			continue;
		}
		if (strcmp(word, "glue") == 0) {
			if (!add_glue(answer, rest))
				return false;
			continue;
		}
		if (strcmp(word, "ttl") == 0) {
			answer->ttl = (uint32_t)strtoul(rest, NULL, 10);
			continue;
		}
		if (strcmp(word, "cname") != 0) {
			if (!add_rr(answer, type, line->text))
				return false;
			continue;
		}
		if (!add_rr(answer, "CNAME", rest) ||
			mc_name_canonical(rest + strspn(rest, " "), NULL, owner) != NULL)
			return false;
		answer->owner = mc_arena_strdup(answer->arena, owner);
	}
	return true;
}

static bool
dnssec_word(const char *word, enum mc_dnssec *ret_dnssec)
{
	static const char *const words[] = {[MC_DNSSEC_UNKNOWN] = "unknown",
		[MC_DNSSEC_INSECURE] = "insecure",
		[MC_DNSSEC_SECURE] = "secure",
		[MC_DNSSEC_BOGUS] = "bogus"};

	for (size_t i = 0; i < 4; i++)
		if (strcmp(word, words[i]) == 0) {
			*ret_dnssec = (enum mc_dnssec)i;
			return true;
		}
	return false;
}

struct dns_words {
	enum mc_dnssec dnssec;
	enum mc_failure failure;
	int64_t delay;
	bool nxdomain, lame, referral;
};

static bool
read_words(struct mc_arena *arena, const char *text, struct dns_words *words)
{
	const char *word;

	while ((word = scenario_word(arena, &text)) != NULL)
		if (strcmp(word, "nxdomain") == 0)
			words->nxdomain = true;
		else if (strcmp(word, "lame") == 0)
			words->lame = true;
		else if (strcmp(word, "referral") == 0)
			words->lame = words->referral = true;
		else if (strcmp(word, "delay") == 0)
			words->delay = scenario_duration(scenario_word(arena, &text));
		else if (!dnssec_word(word, &words->dnssec) &&
			 !mc_failure_parse(word, &words->failure))
			return false;
	return true;
}

static struct mc_fact *
answer_dns(struct provider *provider, struct pending *pending, const struct block *block,
	const char *type, const char *rest)
{
	struct dns_words words = {.dnssec = MC_DNSSEC_INSECURE, .delay = DNS_MS};
	struct answer answer = {
		.arena = &pending->arena, .owner = pending->question.name, .ttl = 300};
	struct mc_dns *dns;

	if (!read_words(&pending->arena, rest, &words) || !add_lines(&answer, block, type)) {
		scenario_complain(provider->scenario, block->number, "cannot be understood");
		return NULL;
	}
	pending->due = provider->now + words.delay;
	if (words.failure != MC_FAIL_NONE)
		return mc_fact_failed(&pending->arena, &pending->question, words.failure,
			mc_arena_printf(&pending->arena, "%s %s: %s", pending->question.name, type,
				mc_failure_name(words.failure)),
			provider->now, pending->due);
	answer.message.rcode = words.nxdomain ? MC_RCODE_NXDOMAIN : MC_RCODE_NOERROR;
	answer.message.authoritative = pending->question.server != NULL && !words.lame;
	if (words.referral) {
		answer.message.authority = answer.message.answer;
		answer.message.answer.count = 0;
	}
	dns = mc_dns_from_message(
		&pending->arena, &pending->question, &answer.message, provider->now, pending->due);
	if (dns == NULL)
		return NULL;
	dns->dnssec = words.dnssec;
	dns->why_bogus = words.dnssec == MC_DNSSEC_BOGUS ? "signature expired" : "";
	return &dns->fact;
}

static bool
same_dns(struct mc_arena *arena, const struct mc_question *question, const struct block *block,
	const char **ret_type, const char **ret_rest)
{
	const char *rest = block->head, *name = scenario_word(arena, &rest);
	const char *type = scenario_word(arena, &rest), *server = rest + strspn(rest, " ");
	char type_text[10];

	if (name == NULL || type == NULL || strcmp(name, question->name) != 0 ||
		strcmp(type, mc_rr_type_name(question->type, type_text)) != 0)
		return false;
	if (*server == '@') {
		const char *word = scenario_word(arena, &rest);
		if (question->server == NULL || strcmp(word + 1, question->server) != 0)
			return false;
	} else if (question->server != NULL)
		return false;
	*ret_type = type;
	*ret_rest = rest;
	return true;
}

static bool
mentions(const struct provider *provider, const char *zone)
{
	for (const struct block *block = provider->scenario->dns; block != NULL;
		block = block->next)
		if (strstr(block->head, zone) != NULL)
			return true;
	return false;
}

/* A built-in block list that the scenario does not have: it does not answer. */
static bool
of_unknown_list(struct provider *provider, const char *name)
{
	struct mc_lists_error error;
	struct mc_lists lists;

	if (!mc_lists_parse(&provider->scenario->arena, mc_lists_text, mc_lists_text_length, &lists,
		    &error))
		return false;
	for (size_t i = 0; i < lists.count; i++)
		if (mc_name_within(name, lists.lists[i].zone))
			return !mentions(provider, lists.lists[i].zone);
	return false;
}

static struct mc_fact *
find_dns(struct provider *provider, struct pending *pending, const char *key)
{
	const char *type, *rest;

	for (const struct block *block = provider->scenario->dns; block != NULL;
		block = block->next)
		if (same_dns(&pending->arena, &pending->question, block, &type, &rest))
			return answer_dns(provider, pending, block, type, rest);
	if (!of_unknown_list(provider, pending->question.name))
		complain(provider, "no such answer", key);
	return mc_fact_failed(&pending->arena, &pending->question, MC_FAIL_SERVFAIL,
		"not in the scenario", provider->now, provider->now);
}

/* --- session --- */

static const struct block *
find_session(struct provider *provider, const struct mc_question *question)
{
	bool get = question->kind == MC_FACT_HTTPS;
	char address[MC_ADDRESS_SIZE];
	const char *place;

	mc_address_format(address, question->via.family != 0 ? &question->via : &question->address);
	place = mc_arena_printf(&provider->scenario->arena, "%s@%u%s%s", address,
		question->via_port != 0 ? question->via_port : question->port, get ? " " : "",
		get ? question->host : "");
	for (const struct block *block = get ? provider->scenario->gets
					     : provider->scenario->sessions;
		block != NULL; block = block->next)
		if (strcmp(block->head, place) == 0)
			return block;
	return NULL;
}

static void
start_session(struct provider *provider, struct pending *pending, const char *key)
{
	const struct mc_question *question = &pending->question;
	const struct block *block = find_session(provider, question);
	const struct mc_address *address =
		question->via.family != 0 ? &question->via : &question->address;

	pending->due = provider->now;
	if (!question->allow_special && mc_address_scope(address) != MC_SCOPE_GLOBAL &&
		mc_address_scope(address) != MC_SCOPE_DOCUMENTATION) {
		pending->fact = mc_fact_failed(&pending->arena, question, MC_FAIL_NOT_CONTACTED,
			"a special-purpose address", provider->now, provider->now);
		return;
	}
	if (block == NULL) {
		complain(provider, "no such session", key);
		pending->fact = mc_fact_failed(&pending->arena, question, MC_FAIL_LOCAL,
			"not in the scenario", provider->now, provider->now);
		return;
	}
	pending->player =
		player_new(provider->scenario, block, question, &pending->arena, provider->now);
	pending->due = player_due(pending->player);
}

/* --- the provider --- */

static void
provider_start(
	struct mc_provider *vtable, struct mc_entry *entry, const struct mc_question *question)
{
	struct provider *provider = (struct provider *)vtable;
	struct pending *pending = mc_calloc(1, sizeof(*pending));
	struct mc_arena scratch;
	const char *key;

	if (pending == NULL) {
		mc_entry_done(entry, NULL, NULL);
		return;
	}
	mc_arena_init(&pending->arena, 0);
	mc_arena_init(&scratch, 0);
	key = mc_question_key(&scratch, question);
	pending->entry = entry;
	pending->question = *question;
	mc_entry_set_handle(entry, pending);
	if (question->kind == MC_FACT_DNS)
		pending->fact = find_dns(provider, pending, key);
	else
		start_session(provider, pending, key);
	pending->next = provider->pending;
	provider->pending = pending;
	mc_arena_reset(&scratch);
}

static void
remove_pending(struct provider *provider, struct pending *pending)
{
	struct pending **place = &provider->pending;

	while (*place != pending)
		place = &(*place)->next;
	*place = pending->next;
}

static void
provider_cancel(struct mc_provider *vtable, struct mc_entry *entry)
{
	struct pending *pending = mc_entry_handle(entry);

	remove_pending((struct provider *)vtable, pending);
	pending_free(pending);
}

static int64_t
provider_now(struct mc_provider *vtable)
{
	return ((struct provider *)vtable)->now;
}

static struct pending *
earliest(struct provider *provider)
{
	struct pending *first = provider->pending;

	for (struct pending *pending = first; pending != NULL; pending = pending->next)
		if (pending->due < first->due)
			first = pending;
	return first;
}

static void
advance(struct provider *provider, struct pending *pending)
{
	struct mc_fact *fact = pending->fact;
	const char *problem;

	if (pending->player != NULL) {
		fact = player_step(pending->player, provider->now);
		problem = player_problem(pending->player);
		if (problem != NULL && provider->problem == NULL)
			provider->problem = problem;
		pending->due = player_due(pending->player);
		if (fact == NULL)
			return;
	}
	remove_pending(provider, pending);
	mc_entry_done(pending->entry, &pending->arena, fact);
	pending_free(pending);
}

static bool
provider_wait(struct mc_provider *vtable, int64_t timeout)
{
	struct provider *provider = (struct provider *)vtable;
	struct pending *pending = earliest(provider);

	if (pending == NULL)
		return false;
	if (pending->due == INT64_MAX && timeout < 0) {
		complain(provider, "nothing will ever happen", "a session waits without deadline");
		return false;
	}
	if (timeout >= 0 && pending->due > provider->now + timeout) {
		provider->now += timeout;
		return true;
	}
	if (pending->due > provider->now)
		provider->now = pending->due;
	advance(provider, pending);
	return true;
}

static void
provider_free(struct mc_provider *vtable)
{
	struct provider *provider = (struct provider *)vtable;

	while (provider->pending != NULL) {
		struct pending *next = provider->pending->next;
		pending_free(provider->pending);
		provider->pending = next;
	}
	mc_free(provider);
}

struct mc_provider *
scenario_provider(struct scenario *scenario)
{
	struct provider *provider = mc_calloc(1, sizeof(*provider));

	if (provider == NULL)
		return NULL;
	provider->vtable = (struct mc_provider){
		provider_start, provider_cancel, NULL, provider_now, provider_wait, provider_free};
	provider->scenario = scenario;
	provider->now = scenario->now;
	return &provider->vtable;
}

const char *
scenario_provider_problem(const struct mc_provider *vtable)
{
	return ((const struct provider *)vtable)->problem;
}
