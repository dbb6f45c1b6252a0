/* reply: the public face of replies and what they mean. */
#include <mailcheck/error.h>
#include <mailcheck/reply.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/escape.h"
#include "context/reply.h"
#include "reply/entity.h"
#include "reply/rules_text.h"
#include "report/page.h"
#include "report/report.h"

#define OUTPUT_LIMIT ((size_t)4 << 20)
#define ENHANCED_SIZE 16
#define COLUMN 14

struct mailcheck_reply_rules {
	struct mc_arena arena;
	struct mc_rules rules;
};

struct mailcheck_reply {
	const struct mc_rules *rules;
	char *text;
	size_t length, room;
	bool cut;
	struct mc_reply_verdict verdict;
	struct mc_entities entities; /* once they were asked for */
	bool has_entities;
	struct mc_reply_check check; /* once it was made: there is a conclusion */
	char enhanced[ENHANCED_SIZE];
	struct mc_arena arena;
	struct mc_buf json, page;
};

/* --- rules --- */

int32_t
mailcheck_reply_rules_new(const char *name, const void *text, size_t length,
	mailcheck_reply_rules **ret_rules, char *problem, size_t size)
{
	struct mc_rules_text texts[] = {
		{"built-in rules", mc_rules_source, mc_rules_source_length},
		{name, text != NULL ? text : "", length},
	};
	char complaint[MC_RULES_PROBLEM_SIZE];
	struct mailcheck_reply_rules *rules;

	if (name == NULL || (text == NULL && length > 0) || ret_rules == NULL ||
		length > MAILCHECK_REPLY_RULES_LIMIT)
		return MAILCHECK_BAD_ARGUMENT;
	rules = mc_calloc(1, sizeof(*rules));
	if (rules == NULL)
		return MAILCHECK_NO_MEMORY;
	mc_arena_init(&rules->arena, (size_t)64 << 20);
	if (mc_rules_compile(&rules->arena, texts, 2, &rules->rules, complaint)) {
		*ret_rules = rules;
		return MAILCHECK_OK;
	}
	mailcheck_reply_rules_free(rules);
	if (complaint[0] == '\0')
		return MAILCHECK_NO_MEMORY;
	if (problem != NULL && size > 0)
		snprintf(problem, size, "%s", complaint);
	return MAILCHECK_BAD_VALUE;
}

void
mailcheck_reply_rules_free(mailcheck_reply_rules *rules)
{
	if (rules == NULL)
		return;
	mc_arena_reset(&rules->arena);
	mc_free(rules);
}

/* --- reading --- */

int32_t
mailcheck_reply_new(const mailcheck_reply_rules *rules, mailcheck_reply **ret_reply)
{
	struct mailcheck_reply *reply;

	if (ret_reply == NULL)
		return MAILCHECK_BAD_ARGUMENT;
	reply = mc_calloc(1, sizeof(*reply));
	if (reply == NULL)
		return MAILCHECK_NO_MEMORY;
	reply->rules = rules != NULL ? &rules->rules : &mc_rules_builtin;
	mc_arena_init(&reply->arena, 0);
	mc_buf_init(&reply->json, OUTPUT_LIMIT);
	mc_buf_init(&reply->page, OUTPUT_LIMIT);
	mailcheck_reply_read(reply, "", 0);
	*ret_reply = reply;
	return MAILCHECK_OK;
}

void
mailcheck_reply_free(mailcheck_reply *reply)
{
	if (reply == NULL)
		return;
	mc_buf_free(&reply->json);
	mc_buf_free(&reply->page);
	mc_arena_reset(&reply->arena);
	mc_free(reply->text);
	mc_free(reply);
}

static bool
hold(struct mailcheck_reply *reply, const void *text, size_t length)
{
	size_t room = reply->room > 0 ? reply->room : 512;
	char *grown;

	while (room < length)
		room *= 2;
	if (room > reply->room) {
		grown = mc_realloc(reply->text, room);
		if (grown == NULL)
			return false;
		reply->text = grown;
		reply->room = room;
	}
	if (length > 0)
		memcpy(reply->text, text, length);
	reply->length = length;
	return true;
}

static void
write_enhanced(struct mailcheck_reply *reply)
{
	uint32_t status = reply->verdict.status;

	reply->enhanced[0] = '\0';
	if (status != 0)
		snprintf(reply->enhanced, sizeof(reply->enhanced), "%u.%u.%u", status >> 24,
			status >> 12 & 0xfff, status & 0xfff);
}

int32_t
mailcheck_reply_read(mailcheck_reply *reply, const void *text, size_t length)
{
	bool cut = length > MAILCHECK_REPLY_LIMIT;

	if (reply == NULL || (text == NULL && length > 0))
		return MAILCHECK_BAD_ARGUMENT;
	if (!hold(reply, text, cut ? MAILCHECK_REPLY_LIMIT : length))
		return MAILCHECK_NO_MEMORY;
	reply->cut = cut;
	if (reply->arena.used > 0)
		mc_arena_reset(&reply->arena);
	mc_reply_classify(reply->rules, reply->text != NULL ? reply->text : "", reply->length,
		&reply->verdict);
	reply->has_entities = false;
	memset(&reply->check, 0, sizeof(reply->check));
	write_enhanced(reply);
	return MAILCHECK_OK;
}

static const struct mc_entities *
entities(mailcheck_reply *reply)
{
	if (!reply->has_entities)
		mc_entities_find(reply->text != NULL ? reply->text : "", reply->length,
			&reply->verdict, &reply->entities);
	reply->has_entities = true;
	return &reply->entities;
}

/* --- the verdict --- */

const char *
mailcheck_reply_class(const mailcheck_reply *reply)
{
	return mc_class_rows[reply->verdict.class].word;
}

const char *
mailcheck_reply_class_at(uint32_t i)
{
	return i < MC_CLASS_COUNT ? mc_class_rows[i].word : NULL;
}

const char *
mailcheck_reply_fault(const mailcheck_reply *reply)
{
	return mc_fault_words[reply->verdict.fault];
}

const char *
mailcheck_reply_persistence(const mailcheck_reply *reply)
{
	return mc_persistence_words[reply->verdict.persistence];
}

const char *
mailcheck_reply_action(const mailcheck_reply *reply)
{
	return mc_action_words[reply->verdict.action];
}

int32_t
mailcheck_reply_confidence(const mailcheck_reply *reply)
{
	return (int32_t)reply->verdict.confidence;
}

int64_t
mailcheck_reply_retry_after(mailcheck_reply *reply)
{
	if (reply->verdict.persistence != MC_PERSISTENCE_TEMPORARY)
		return -1;
	if (entities(reply)->retry_after >= 0)
		return reply->entities.retry_after;
	return mc_class_rows[reply->verdict.class].retry_after;
}

int32_t
mailcheck_reply_code(const mailcheck_reply *reply)
{
	return (int32_t)reply->verdict.code;
}

const char *
mailcheck_reply_enhanced(const mailcheck_reply *reply)
{
	return reply->enhanced[0] != '\0' ? reply->enhanced : NULL;
}

const char *
mailcheck_reply_rule(const mailcheck_reply *reply)
{
	return reply->verdict.rule;
}

size_t
mailcheck_reply_span_start(const mailcheck_reply *reply)
{
	return reply->verdict.start;
}

size_t
mailcheck_reply_span_end(const mailcheck_reply *reply)
{
	return reply->verdict.end;
}

/* --- what it names --- */

const char *
mailcheck_reply_entity_at(uint32_t i)
{
	return i < MC_ENTITY_COUNT ? mc_entity_words[i] : NULL;
}

static const char *
entity(struct mailcheck_reply *reply, enum mc_entity which)
{
	const struct mc_entities *found = entities(reply);
	size_t start = found->span[which].start, end = found->span[which].end;

	if (which == MC_ENTITY_LIST && found->list != NULL)
		return found->list;
	return end > start ? mc_escape(&reply->arena, reply->text + start, end - start) : NULL;
}

const char *
mailcheck_reply_entity(mailcheck_reply *reply, const char *name)
{
	for (uint32_t i = 0; name != NULL && i < MC_ENTITY_COUNT; i++)
		if (strcmp(mc_entity_words[i], name) == 0)
			return entity(reply, (enum mc_entity)i);
	return NULL;
}

/* --- JSON --- */

/* JSON can say it as it was given. */
static bool
is_clean(const struct mailcheck_reply *reply)
{
	bool clean = true;

	for (size_t i = 0, from = 0; i <= reply->length; i++)
		if (i == reply->length || (uint8_t)reply->text[i] < ' ') {
			clean = clean && mc_escape_clean(reply->text + from, i - from);
			from = i + 1;
		}
	return clean;
}

static json_t *
text_json(struct mailcheck_reply *reply)
{
	if (reply->length == 0)
		return json_string("");
	return is_clean(reply) ? json_stringn(reply->text, reply->length)
			       : json_string(mc_escape(&reply->arena, reply->text, reply->length));
}

/* Octet `offset` of the text, counted in characters of what text_json() makes of it. */
static json_int_t
character_at(struct mailcheck_reply *reply, size_t offset)
{
	const char *text = reply->text;
	json_int_t count = 0;

	if (offset > 0 && !is_clean(reply)) {
		text = mc_escape(&reply->arena, reply->text, offset);
		offset = strlen(text);
	}
	for (size_t i = 0; i < offset; i++)
		count += ((uint8_t)text[i] & 0xc0) != 0x80;
	return count;
}

static json_t *
entities_json(struct mailcheck_reply *reply)
{
	json_t *object = json_object();

	for (uint32_t i = 0; i < MC_ENTITY_COUNT; i++) {
		const char *value = entity(reply, (enum mc_entity)i);

		if (value != NULL)
			json_object_set_new(object, mc_entity_words[i], json_string(value));
	}
	if (reply->entities.retry_after >= 0)
		json_object_set_new(
			object, "retry_after", json_integer(reply->entities.retry_after));
	return object;
}

static int
append(const char *bytes, size_t length, void *buf)
{
	return mc_buf_append(buf, bytes, length) ? 0 : -1;
}

struct mc_arena *
mc_reply_arena(mailcheck_reply *reply)
{
	return &reply->arena;
}

int32_t
mc_reply_set_check(mailcheck_reply *reply, const struct mc_reply_check *check)
{
	if (reply->arena.failed)
		return MAILCHECK_NO_MEMORY;
	reply->check = *check;
	return MAILCHECK_OK;
}

static bool
check_to_json(mailcheck_reply *reply, json_t *object)
{
	const struct mc_reply_check *check = &reply->check;

	return check->conclusion == NULL ||
	       json_object_set_new(object, "check",
		       json_pack("{s:s, s:s?, s:s?, s:s, s:s}", "list", check->list, "subject",
			       check->subject, "verdict", check->verdict, "conclusion",
			       check->conclusion, "detail", check->detail)) == 0;
}

bool
mc_reply_to_json(mailcheck_reply *reply, json_t *object)
{
	int64_t retry = mailcheck_reply_retry_after(reply);
	json_t *members = json_pack(
		"{s:o, s:o, s:s?, s:s, s:s, s:s, s:s, s:o, s:i, s:s, s:[I,I], s:o}", "reply",
		text_json(reply), "code",
		reply->verdict.code != 0 ? json_integer(reply->verdict.code) : json_null(),
		"enhanced", mailcheck_reply_enhanced(reply), "class", mailcheck_reply_class(reply),
		"fault", mailcheck_reply_fault(reply), "persistence",
		mailcheck_reply_persistence(reply), "action", mailcheck_reply_action(reply),
		"retry_after", retry >= 0 ? json_integer(retry) : json_null(), "confidence",
		mailcheck_reply_confidence(reply), "rule", mailcheck_reply_rule(reply), "span",
		character_at(reply, reply->verdict.start), character_at(reply, reply->verdict.end),
		"entities", entities_json(reply));
	bool good = members != NULL && !reply->arena.failed &&
		    json_object_update(object, members) == 0 && check_to_json(reply, object);

	json_decref(members);
	return good;
}

const char *
mc_reply_line(mailcheck_reply *reply, json_t *object)
{
	bool good;

	mc_buf_clear(&reply->json);
	good = object != NULL &&
	       json_dump_callback(object, append, &reply->json, JSON_COMPACT) == 0;
	json_decref(object);
	return good ? mc_buf_text(&reply->json) : NULL;
}

const char *
mailcheck_reply_json(mailcheck_reply *reply)
{
	json_t *object = json_object();

	if (object != NULL && !mc_reply_to_json(reply, object)) {
		json_decref(object);
		object = NULL;
	}
	return mc_reply_line(reply, object);
}

/* --- for people --- */

static void
put_row(struct mc_page *page, const char *label, const char *text)
{
	mc_page_put(page, "  ");
	mc_page_put(page, label);
	mc_page_tab(page, COLUMN);
	mc_page_wrap(page, COLUMN, text);
}

static const char *
duration(struct mc_arena *arena, int64_t seconds)
{
	static const struct {
		int64_t seconds;
		const char *name;
	} units[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
	size_t i = 0;

	while (i < 3 && (seconds < units[i].seconds || seconds % units[i].seconds != 0))
		i++;
	seconds /= units[i].seconds;
	return mc_arena_printf(
		arena, "%lld %s%s", (long long)seconds, units[i].name, seconds == 1 ? "" : "s");
}

static const char *
persistence(struct mailcheck_reply *reply)
{
	int64_t retry = mailcheck_reply_retry_after(reply);

	switch (reply->verdict.persistence) {
	case MC_PERSISTENCE_TEMPORARY:
		return mc_arena_printf(&reply->arena, "temporary: try again after %s",
			duration(&reply->arena, retry < 0 ? 0 : retry));
	case MC_PERSISTENCE_PERMANENT:
		return "permanent: sending it again as it is does not help";
	case MC_PERSISTENCE_UNKNOWN:
	case MC_PERSISTENCE_COUNT:
		break;
	}
	return "unknown";
}

static const char *
decided_by(struct mailcheck_reply *reply)
{
	const struct mc_reply_verdict *verdict = &reply->verdict;

	if (verdict->rule[0] == '\0')
		return "nothing: no rule knows these words, and the codes say too little";
	return mc_arena_printf(&reply->arena, "\"%s\" (rule %s, confidence %u of 99)",
		mc_escape(
			&reply->arena, reply->text + verdict->start, verdict->end - verdict->start),
		verdict->rule, verdict->confidence);
}

static void
put_entities(struct mc_page *page, struct mailcheck_reply *reply)
{
	for (uint32_t i = 0; i < MC_ENTITY_COUNT; i++) {
		const char *value = entity(reply, (enum mc_entity)i);

		if (value != NULL && i != MC_ENTITY_INNER)
			put_row(page, mc_entity_words[i], value);
	}
}

const char *
mailcheck_reply_text(mailcheck_reply *reply, uint32_t flags)
{
	struct mc_arena *arena = &reply->arena;
	const struct mc_finding_info *info =
		mc_finding_find(mc_arena_printf(arena, "reply.%s", mailcheck_reply_class(reply)));
	struct mc_page page;

	mc_buf_clear(&reply->page);
	mc_page_init(&page, &reply->page, flags);
	mc_page_styled(&page, MC_STRONG, mailcheck_reply_class(reply));
	mc_page_put(&page, ": ");
	mc_page_wrap(&page, 2, info != NULL ? info->title : "");
	if ((flags & MC_TEXT_QUIET) == 0) {
		put_row(&page, "reply", mc_escape(arena, reply->text, reply->length));
		if (reply->cut)
			put_row(&page, "", "(cut: longer than what is read of a reply)");
		put_row(&page, "decided by", decided_by(reply));
		put_entities(&page, reply);
	}
	put_row(&page, "fault", mailcheck_reply_fault(reply));
	put_row(&page, "lasting", persistence(reply));
	if (reply->check.conclusion != NULL)
		put_row(&page, "check",
			mc_arena_printf(
				arena, "%s: %s", reply->check.conclusion, reply->check.detail));
	if (info != NULL)
		put_row(&page, "do", info->fix);
	if (info != NULL && (flags & MC_TEXT_VERBOSE) != 0)
		put_row(&page, "meaning", info->why);
	return reply->page.failed || arena->failed ? NULL : mc_buf_text(&reply->page);
}
