/* entity: a second look at the pieces of a reply, for what they name. */
#include "reply/entity.h"

#include <string.h>
#include <strings.h>

#include "base/address.h"
#include "reply/chunk.h"

#define WORD_SIZE 16
#define RETRY_LIMIT (7 * 86400) /* seconds; nobody is asked to wait longer */
#define MAILBOX_LIMIT 320       /* octets (RFC 5321, 4.5.3.1.1 and 4.5.3.1.2) */
#define DOMAIN_LIMIT 253
#define LIMIT_REACH 4 /* words between "limit" and its number */
#define RETRY_REACH 6 /* words between "retry" and its time */

#define ENTITY_WORD(name, word) [MC_ENTITY_##name] = word,

const char *const mc_entity_words[MC_ENTITY_COUNT] = {MC_ENTITIES(ENTITY_WORD)};

/* By their beginnings. */
static const struct {
	const char *word;
	int64_t seconds;
} units[] = {
	{"sec", 1},
	{"sek", 1},
	{"seg", 1},
	{"min", 60},
	{"hour", 3600},
	{"hr", 3600},
	{"stunde", 3600},
	{"heure", 3600},
	{"hora", 3600},
	{"day", 86400},
};

/* What makes a time one to wait for, by their beginnings. */
static const char *const retry_words[] = {"retr", "try", "again", "wait", "later", "defer", "delay",
	"erneut", "warten", "reess", "reint", "novament", "nuevament", "riprov"};
static const char *const limit_words[] = {"limit", "max", "exceed", "than", "quota", "allow"};
static const char *const list_words[] = {
	"using", "in", "on", "by", "at", "via", "from", "list", "rbl", "dnsbl", "blacklist", "bl"};

struct finder {
	const char *text;
	const struct mc_reply_verdict *verdict;
	struct mc_entities *found;
	char word[WORD_SIZE]; /* the one before, in lower case, its beginning */
	int64_t number;       /* right before; -1: none */
	unsigned since_limit; /* words since one of a limit */
	unsigned since_retry; /* words since one of trying again */
	unsigned since_wait;  /* words since the time below */
	int64_t wait;         /* the first time said, of whatever, in seconds; -1: none */
	int64_t before;       /* the same, when right before a word of trying again */
};

static bool
begins_with_any(const char *word, const char *const *beginnings, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strncmp(word, beginnings[i], strlen(beginnings[i])) == 0)
			return true;
	return false;
}

static bool
is_any(const char *word, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(word, words[i]) == 0)
			return true;
	return false;
}

/* The first stays, unless it stood before the deciding reply and this does not. */
static void
offer(struct finder *finder, enum mc_entity entity, size_t start, size_t end)
{
	size_t inner = finder->verdict->inner, held = finder->found->span[entity].start;
	bool empty = finder->found->span[entity].end == 0;

	if (end <= start || !(empty || (held < inner && start >= inner)))
		return;
	finder->found->span[entity].start = start;
	finder->found->span[entity].end = end;
}

static void
offer_inner(struct finder *finder, enum mc_entity entity, size_t start, size_t end)
{
	if (start >= finder->verdict->inner)
		offer(finder, entity, start, end);
}

static void
take_address(struct finder *finder, const struct mc_chunk *chunk)
{
	size_t length = chunk->end - chunk->start;
	struct mc_address address;
	char text[MC_ADDRESS_SIZE];

	if (length >= sizeof(text))
		return;
	memcpy(text, finder->text + chunk->start, length);
	text[length] = '\0';
	if (mc_address_parse(text, &address))
		offer_inner(finder, MC_ENTITY_IP, chunk->start, chunk->end);
}

static bool
is_alphanumeric(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_letter(char c)
{
	return is_alphanumeric(c) && (c < '0' || c > '9');
}

static bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* "x.xx.xx" */
static bool
is_made_out(const char *text, size_t length)
{
	size_t i = 0;

	while (i < length && (text[i] == '.' || (text[i] | 0x20) == 'x'))
		i++;
	return i == length;
}

/* A host name of at least two labels, the last of letters only or of an A-label; not an error's
 * name as "RESOLVER.ADR.NotFound". */
static bool
is_domain(const char *text, size_t length)
{
	size_t label = 0, labels = 1;

	if (length > DOMAIN_LIMIT || length < 4)
		return false;
	for (size_t i = 0; i < length; i++) {
		bool edge = i == label || i + 1 == length || text[i + 1] == '.';

		if (text[i] == '.') {
			if (i == label)
				return false;
			label = i + 1;
			labels++;
		} else if (!is_alphanumeric(text[i]) &&
			   !((text[i] == '-' && !edge) || text[i] == '_')) {
			return false;
		}
	}
	if (labels < 2 || length - label < 2)
		return false;
	for (size_t i = label; i < length; i++)
		if ((!is_letter(text[i]) && strncmp(text + label, "xn--", 4) != 0) ||
			(i > label && is_upper(text[i]) && !is_upper(text[i - 1])))
			return false;
	return !is_made_out(text, length);
}

/* Octets of "to=", "rcpt=" in front of a mailbox. */
static size_t
key_length(const char *text, size_t length)
{
	static const char *const keys[] = {"to", "from", "rcpt", "orig_to", "ctladdr", "addr",
		"sender", "recipient", "for", "user", "mail", "email"};
	const char *sign = memchr(text, '=', length);

	for (size_t i = 0; sign != NULL && i < sizeof(keys) / sizeof(keys[0]); i++)
		if ((size_t)(sign - text) == strlen(keys[i]) &&
			strncasecmp(text, keys[i], strlen(keys[i])) == 0)
			return strlen(keys[i]) + 1;
	return 0;
}

static void
take_mailbox(struct finder *finder, const struct mc_chunk *chunk)
{
	const char *text = finder->text;
	size_t end = chunk->start, at;
	size_t start = chunk->start + key_length(text + chunk->start, chunk->end - chunk->start);

	for (at = start; at < chunk->end && text[at] != '@'; at++)
		if (text[at] == ':')
			start = at + 1;
	for (end = at + 1; end < chunk->end; end++)
		if (!is_alphanumeric(text[end]) && strchr(".-_", text[end]) == NULL &&
			(uint8_t)text[end] < 0x80)
			break;
	if (at > start && end > at + 1 && end - start <= MAILBOX_LIMIT &&
		(end == chunk->end || text[end] != '@'))
		offer(finder, MC_ENTITY_MAILBOX, start, end);
}

static bool is_about_lists(enum mc_class class)
{
	return class == MC_CLASS_IP_BLOCKLISTED || class == MC_CLASS_DOMAIN_BLOCKLISTED ||
	       class == MC_CLASS_DNSBL_MISCONFIGURED;
}

static void
take_domain(struct finder *finder, const struct mc_chunk *chunk)
{
	const struct mc_reply_verdict *verdict = finder->verdict;

	if (verdict->list != NULL && chunk->start < verdict->list_end &&
		chunk->end > verdict->list_start)
		offer_inner(finder, MC_ENTITY_LIST, chunk->start, chunk->end);
	else if (verdict->list == NULL && is_about_lists(verdict->class) &&
		 is_any(finder->word, list_words, sizeof(list_words) / sizeof(list_words[0])))
		offer_inner(finder, MC_ENTITY_LIST, chunk->start, chunk->end);
	else
		offer_inner(finder, MC_ENTITY_DOMAIN, chunk->start, chunk->end);
}

/* Seconds of "5 minutes"; -1: that is no time, or one too long. */
static int64_t
seconds(int64_t number, const char *unit)
{
	for (size_t i = 0; number >= 0 && i < sizeof(units) / sizeof(units[0]); i++)
		if (strncmp(unit, units[i].word, strlen(units[i].word)) == 0 &&
			number <= RETRY_LIMIT / units[i].seconds)
			return number * units[i].seconds;
	return -1;
}

static void
take_wait(struct finder *finder, const char *word)
{
	static const size_t retries = sizeof(retry_words) / sizeof(retry_words[0]);
	int64_t wait = seconds(finder->number, word);

	finder->since_retry++;
	finder->since_wait++;
	if (begins_with_any(word, retry_words, retries))
		finder->since_retry = 0;
	if (wait >= 0 && finder->since_retry <= RETRY_REACH && finder->found->retry_after < 0)
		finder->found->retry_after = wait;
	if (wait >= 0 && finder->wait < 0) {
		finder->wait = wait;
		finder->since_wait = 0;
	}
	if (finder->since_retry == 0 && finder->since_wait <= RETRY_REACH / 2)
		finder->before = finder->wait;
}

/* A time said of anything else than trying again is one to wait for only where all are. */
static void
settle_wait(struct finder *finder)
{
	const struct mc_reply_verdict *verdict = finder->verdict;

	if (finder->found->retry_after < 0)
		finder->found->retry_after = finder->before;
	if (finder->found->retry_after < 0 &&
		(verdict->class == MC_CLASS_GREYLISTED || verdict->class == MC_CLASS_RATE_LIMITED))
		finder->found->retry_after = finder->wait;
	if (verdict->persistence == MC_PERSISTENCE_PERMANENT)
		finder->found->retry_after = -1;
}

static void
keep_word(struct finder *finder, const struct mc_chunk *chunk)
{
	size_t length = chunk->end - chunk->start;

	if (length >= WORD_SIZE)
		length = WORD_SIZE - 1;
	for (size_t i = 0; i < length; i++) {
		char c = finder->text[chunk->start + i];

		finder->word[i] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
	}
	finder->word[length] = '\0';
}

static void
take_words(struct finder *finder, const struct mc_chunk *chunk)
{
	static const size_t limits = sizeof(limit_words) / sizeof(limit_words[0]);
	const char *text = finder->text + chunk->start;

	if (is_domain(text, chunk->end - chunk->start))
		take_domain(finder, chunk);
	else if (text[0] >= '0' && text[0] <= '9' && finder->since_limit <= LIMIT_REACH)
		offer_inner(finder, MC_ENTITY_LIMIT, chunk->start, chunk->end);
	keep_word(finder, chunk);
	take_wait(finder, finder->word);
	finder->number = -1;
	finder->since_limit++;
	if (begins_with_any(finder->word, limit_words, limits))
		finder->since_limit = 0;
}

static void
take_number(struct finder *finder, const struct mc_chunk *chunk)
{
	finder->number = chunk->value;
	if (finder->since_limit <= LIMIT_REACH)
		offer_inner(finder, MC_ENTITY_LIMIT, chunk->start, chunk->end);
}

static void
take(struct finder *finder, const struct mc_chunk *chunk)
{
	switch (chunk->kind) {
	case MC_CHUNK_WORDS:
		take_words(finder, chunk);
		break;
	case MC_CHUNK_CODE:
	case MC_CHUNK_NUMBER:
		take_number(finder, chunk);
		break;
	case MC_CHUNK_IP:
		take_address(finder, chunk);
		break;
	case MC_CHUNK_MAILBOX:
		take_mailbox(finder, chunk);
		break;
	case MC_CHUNK_URL:
		offer(finder, MC_ENTITY_URL, chunk->start, chunk->end);
		break;
	case MC_CHUNK_ENHANCED:
		break;
	}
}

/* The other server's words, without the sign before them and what is said behind of their stage. */
static void
offer_reply(struct finder *finder, size_t end)
{
	static const char behind[] = " (in reply to ";
	size_t start = finder->verdict->inner;
	const char *found;

	while (start < end && strchr(" \t\r\n:;>'\"", finder->text[start]) != NULL)
		start++;
	found = memmem(finder->text + start, end - start, behind, sizeof(behind) - 1);
	if (found == NULL && start > 0 && strchr("'\"", finder->text[start - 1]) != NULL)
		found = memrchr(finder->text + start, finder->text[start - 1], end - start);
	offer(finder, MC_ENTITY_INNER, start, found != NULL ? (size_t)(found - finder->text) : end);
}

void
mc_entities_find(const char *text, size_t length, const struct mc_reply_verdict *verdict,
	struct mc_entities *ret_entities)
{
	struct mc_chunks chunks = {.text = (const uint8_t *)text, .end = length};
	struct mc_entities entities = {.retry_after = -1};
	struct finder finder = {.text = text,
		.verdict = verdict,
		.found = &entities,
		.number = -1,
		.wait = -1,
		.before = -1,
		.since_limit = LIMIT_REACH + 1,
		.since_retry = RETRY_REACH + 1,
		.since_wait = RETRY_REACH + 1};
	struct mc_chunk chunk;

	while (mc_chunk_next(&chunks, &chunk))
		take(&finder, &chunk);
	settle_wait(&finder);
	if (verdict->list != NULL) {
		entities.list = verdict->list;
		offer_inner(&finder, MC_ENTITY_LIST, verdict->list_start, verdict->list_end);
	}
	if (verdict->inner > 0)
		offer_reply(&finder, length);
	*ret_entities = entities;
}
