/* record: the public face of records judged by their text. */
#include <mailcheck/error.h>
#include <mailcheck/record.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/escape.h"
#include "check/record_type.h"
#include "record/rr.h"
#include "record/zone_token.h"
#include "report/json_write.h"
#include "report/page.h"
#include "report/report.h"

#define OUTPUT_LIMIT ((size_t)16 << 20)
#define STRINGS_LIMIT 300 /* character-strings: more than a record can hold without empty ones */

struct mailcheck_record {
	struct mc_arena arena;
	const struct mc_record_type *type;
	bool valid;
	json_t *values;
	const char *corrected;        /* NULL none */
	struct mc_finding **findings; /* worst first */
	size_t count;
	struct mc_buf json, text;
};

const char *
mailcheck_record_type_at(uint32_t i)
{
	for (const struct mc_record_type *type = mc_record_types; type->name != NULL; type++)
		if (i-- == 0)
			return type->name;
	return NULL;
}

/* --- judging --- */

/* Text that was given as character-strings. */
struct strings {
	struct mc_buf joined;
	struct mc_arena *arena;
	size_t ends[STRINGS_LIMIT]; /* in what is joined */
	size_t count;
};

/* Those beyond the limit count as one. */
static void
end_string(struct strings *strings)
{
	if (strings->count < STRINGS_LIMIT)
		strings->count++;
	strings->ends[strings->count - 1] = strings->joined.length;
}

/* The character-strings of a zone file, joined; false when the text is none. */
static bool
join_strings(struct strings *strings, const char *text, size_t length)
{
	struct mc_zone_scanner scanner = {.text = mc_arena_strndup(strings->arena, text, length)};
	struct mc_zone_token token;
	const char *reason;
	enum mc_zone_step step;

	while ((step = mc_zone_token_next(&scanner, &token, &reason)) == MC_ZONE_TOKEN) {
		if (!mc_zone_token_decode(&token, &strings->joined))
			return false;
		end_string(strings);
	}
	return step == MC_ZONE_END && !mc_zone_token_next_line(&scanner) &&
	       strlen(scanner.text) == length;
}

/* The TXT record of a zone file's line; false when the text is none. */
static bool
read_line(struct strings *strings, const char *text, size_t length)
{
	const char *line = mc_arena_strndup(strings->arena, text, length);
	struct mc_rr_error error;
	struct mc_rr rr;

	if (memchr(text, '"', length) == NULL || strlen(line) != length ||
		!mc_rr_parse(strings->arena, line, NULL, 0, &rr, &error) || rr.type != MC_RR_TXT)
		return false;
	for (size_t at = 0; at < rr.rdlength; at += 1u + rr.rdata[at]) {
		if (!mc_buf_append(&strings->joined, rr.rdata + at + 1, rr.rdata[at]))
			return false;
		end_string(strings);
	}
	return true;
}

/* Behind the word TXT of a zone file's line, whose strings a name server may not take; the length
 * of the text when it is none. */
static size_t
data_begins(const char *text, size_t length)
{
	size_t at = 0, begin = 0;

	while (at < length && strchr("=;\"\n", text[at]) == NULL) {
		while (at < length && (text[at] == ' ' || text[at] == '\t'))
			at++;
		begin = at;
		while (at < length && strchr(" \t(=;\"\n", text[at]) == NULL)
			at++;
		if (at - begin == 3 && strncasecmp(text + begin, "TXT", 3) == 0 && at < length &&
			(text[at] == ' ' || text[at] == '\t' || text[at] == '('))
			return at;
		at += at < length && text[at] == '(';
	}
	return length;
}

/* Whether the text is as a zone file has it, and what it says then. */
static bool
read_zone_text(struct strings *strings, const char *text, size_t length)
{
	size_t begin = 0;

	if (length < 2)
		return false;
	if (text[0] != '"' && text[0] != '(') {
		if (read_line(strings, text, length))
			return strings->joined.length > 0;
		begin = data_begins(text, length);
	}
	return join_strings(strings, text + begin, length - begin) && strings->joined.length > 0;
}

static void
judge(struct mailcheck_record *record, const struct mc_record_type *type, const char *text,
	size_t length, struct mc_record_judgement *judgement)
{
	struct strings strings = {.arena = &record->arena};

	mc_buf_init(&strings.joined, MAILCHECK_RECORD_TXT_LIMIT);
	if (type->is_text && length > 0 && text[length - 1] == '\n')
		length--;
	if (type->is_text && length > 0 && text[length - 1] == '\r')
		length--;
	if (type->is_text && read_zone_text(&strings, text, length)) {
		judgement->ends = strings.ends;
		judgement->end_count = strings.count;
		type->judge((const char *)strings.joined.data, strings.joined.length,
			record->values, judgement);
	} else {
		type->judge(text, length, record->values, judgement);
	}
	mc_buf_free(&strings.joined);
}

/* The registry's, without the advice to do what is being done. */
static const char *
registered_fix(struct mc_arena *arena, const struct mc_finding_info *info)
{
	const char *fix =
		mc_finding_fill(arena, info->fix, "this name", "the domain", "the host", "");
	const char *advice = strstr(fix, " mailcheck record shows");

	return advice != NULL ? mc_arena_strndup(arena, fix, (size_t)(advice - fix)) : fix;
}

static struct mc_finding *
make_finding(struct mailcheck_record *record, const struct mc_problem *problem)
{
	struct mc_arena *arena = &record->arena;
	struct mc_finding *finding = mc_arena_alloc(arena, sizeof(*finding));
	const char **evidence = mc_arena_calloc(arena, 1, sizeof(*evidence));

	if (finding == NULL || evidence == NULL)
		return NULL;
	evidence[0] = mc_escape(arena, problem->evidence, strlen(problem->evidence));
	finding->info = mc_finding_find(problem->id);
	finding->severity = finding->info->severity;
	finding->subject = mc_arena_printf(arena, "%s record", record->type->name);
	finding->detail = mc_finding_fill(
		arena, finding->info->why, "this name", "the domain", "the host", "");
	finding->fix = problem->fix[0] != '\0'
			       ? mc_escape(arena, problem->fix, strlen(problem->fix))
			       : registered_fix(arena, finding->info);
	finding->corrected = problem->corrected;
	finding->evidence = evidence;
	finding->evidence_count = 1;
	return finding;
}

static bool
make_findings(struct mailcheck_record *record, const struct mc_problems *problems)
{
	record->findings =
		mc_arena_calloc(&record->arena, problems->count + 1, sizeof(struct mc_finding *));
	if (record->findings == NULL)
		return false;
	for (int severity = MC_ERROR; severity >= MC_INFO; severity--)
		for (const struct mc_problem *problem = problems->first; problem != NULL;
			problem = problem->next) {
			if ((int)mc_finding_find(problem->id)->severity != severity)
				continue;
			record->findings[record->count] = make_finding(record, problem);
			if (record->findings[record->count] == NULL)
				return false;
			record->count++;
		}
	return !record->arena.failed;
}

int32_t
mailcheck_record_check(
	const char *type, const void *text, size_t length, mailcheck_record **ret_record)
{
	const struct mc_record_type *row = type != NULL ? mc_record_type_find(type) : NULL;
	struct mc_record_judgement judgement = {.valid = false};
	struct mailcheck_record *record;

	if (type == NULL || (text == NULL && length > 0) || ret_record == NULL ||
		length > MAILCHECK_RECORD_LIMIT)
		return MAILCHECK_BAD_ARGUMENT;
	if (row == NULL)
		return MAILCHECK_NOT_FOUND;
	if (row->is_text && length > MAILCHECK_RECORD_TXT_LIMIT)
		return MAILCHECK_BAD_ARGUMENT;
	record = mc_calloc(1, sizeof(*record));
	if (record == NULL)
		return MAILCHECK_NO_MEMORY;
	mc_arena_init(&record->arena, 0);
	record->type = row;
	record->values = json_object();
	mc_problems_init(&judgement.problems, &record->arena);
	if (record->values != NULL)
		judge(record, row, text != NULL ? text : "", length, &judgement);
	record->valid = judgement.valid;
	record->corrected = judgement.problems.corrected;
	if (record->values == NULL || !make_findings(record, &judgement.problems)) {
		mailcheck_record_free(record);
		return MAILCHECK_NO_MEMORY;
	}
	*ret_record = record;
	return MAILCHECK_OK;
}

void
mailcheck_record_free(mailcheck_record *record)
{
	if (record == NULL)
		return;
	json_decref(record->values);
	mc_buf_free(&record->json);
	mc_buf_free(&record->text);
	mc_arena_reset(&record->arena);
	mc_free(record);
}

/* --- reading --- */

int32_t
mailcheck_record_valid(const mailcheck_record *record)
{
	return record->valid ? 1 : 0;
}

uint32_t
mailcheck_record_findings(const mailcheck_record *record)
{
	return (uint32_t)record->count;
}

const char *
mailcheck_record_finding_id(const mailcheck_record *record, uint32_t i)
{
	return i < record->count ? record->findings[i]->info->id : NULL;
}

int32_t
mailcheck_record_finding_severity(const mailcheck_record *record, uint32_t i)
{
	return i < record->count ? (int32_t)record->findings[i]->severity : -1;
}

const char *
mailcheck_record_finding_fix(const mailcheck_record *record, uint32_t i)
{
	return i < record->count ? record->findings[i]->fix : NULL;
}

const char *
mailcheck_record_corrected(const mailcheck_record *record)
{
	return record->corrected;
}

const char *
mailcheck_record_json(mailcheck_record *record)
{
	struct mc_buf *buf = &record->json;

	mc_buf_free(buf);
	mc_buf_init(buf, OUTPUT_LIMIT);
	mc_buf_putc(buf, '{');
	mc_json_put_text(buf, "schema", "mailcheck-record/1");
	mc_json_put_text(buf, "version", MAILCHECK_VERSION);
	mc_json_put_text(buf, "type", record->type->name);
	mc_json_put_bool(buf, "valid", record->valid);
	mc_json_put(buf, "values", record->values);
	mc_json_name(buf, "findings");
	mc_buf_putc(buf, '[');
	for (size_t i = 0; i < record->count; i++)
		mc_finding_json(buf, record->findings[i]);
	mc_buf_putc(buf, ']');
	mc_json_put_text(buf, "corrected", record->corrected);
	mc_buf_putc(buf, '}');
	return buf->failed ? NULL : mc_buf_text(buf);
}

/* --- for people --- */

/* Of an object, its strings in order. */
static const char *
item_text(struct mc_arena *arena, json_t *item)
{
	const char *key, *text = json_string_value(item);
	json_t *member;

	if (!json_is_object(item))
		return text != NULL ? text : "";
	json_object_foreach (item, key, member)
		if (json_is_string(member))
			text = text == NULL ? json_string_value(member)
					    : mc_arena_printf(arena, "%s -> %s", text,
						      json_string_value(member));
	return text != NULL ? text : "";
}

static void
put_value(struct mc_page *page, struct mc_arena *arena, const char *key, const json_t *value)
{
	const char *text = json_string_value(value);
	json_t *item;
	size_t i;

	if (json_is_null(value) || (json_is_array(value) && json_array_size(value) == 0) ||
		(text != NULL && text[0] == '\0'))
		return;
	mc_page_put(page, "  ");
	mc_page_put(page, key);
	mc_page_tab(page, 32);
	if (json_is_integer(value))
		mc_page_put(
			page, mc_arena_printf(arena, "%lld", (long long)json_integer_value(value)));
	else if (json_is_boolean(value))
		mc_page_put(page, json_is_true(value) ? "yes" : "no");
	else if (text != NULL)
		mc_page_wrap(page, 32, text);
	json_array_foreach (value, i, item)
		mc_page_item(page, 32, i == 0, ", ", item_text(arena, item));
	if (text == NULL)
		mc_page_end(page);
}

/* The same fault with the same fix, at another place of the text. */
static bool
is_same(const struct mc_finding *finding, const struct mc_finding *other)
{
	return finding->info == other->info && finding->corrected == other->corrected &&
	       (finding->corrected || strcmp(finding->fix, other->fix) == 0);
}

static void
put_findings(struct mc_page *page, struct mc_finding *const *findings, size_t count)
{
	const struct mc_finding *first = findings[0];

	mc_page_end(page);
	mc_page_put(page, "  ");
	mc_page_severity(page, first->severity);
	mc_page_put(page, " ");
	mc_page_wrap(page, 6, first->info->title);
	for (size_t i = 0; i < count; i++) {
		mc_page_put(page, "      ");
		mc_page_wrap(page, 6, findings[i]->evidence[0]);
	}
	if (first->corrected || first->fix[0] != '\0') {
		mc_page_put(page, "      Fix: ");
		mc_page_wrap(page, 11,
			first->corrected ? "Publish the corrected record below." : first->fix);
	}
	mc_page_put(page, "      ");
	mc_page_styled(page, MC_FAINT, first->info->id);
	mc_page_styled(page, MC_FAINT, ", ");
	mc_page_styled(page, MC_FAINT, first->info->reference);
	mc_page_end(page);
}

/* As it is to be copied: without line breaks of ours, at the left edge. */
static void
put_corrected(struct mc_page *page, struct mc_arena *arena, const char *record)
{
	mc_page_end(page);
	mc_page_styled(page, MC_STRONG, "Corrected record:");
	mc_page_end(page);
	while (*record != '\0') {
		size_t length = strcspn(record, "\n");
		mc_page_put(page, mc_arena_strndup(arena, record, length));
		mc_page_end(page);
		record += length + (record[length] == '\n');
	}
}

static void
put_values(struct mc_page *page, mailcheck_record *record)
{
	const char *key;
	json_t *value;

	json_object_foreach (record->values, key, value)
		put_value(page, &record->arena, key, value);
}

const char *
mailcheck_record_text(mailcheck_record *record, uint32_t flags)
{
	bool quiet = (flags & MC_TEXT_QUIET) != 0;
	struct mc_page page;

	mc_buf_free(&record->text);
	mc_buf_init(&record->text, OUTPUT_LIMIT);
	mc_page_init(&page, &record->text, flags);
	mc_page_styled(&page, MC_STRONG, record->type->name);
	mc_page_put(&page, ": ");
	mc_page_styled(
		&page, record->valid ? MC_GOOD : MC_BAD, record->valid ? "valid" : "not valid: ");
	if (!record->valid) {
		mc_page_styled(&page, MC_BAD, record->type->readers);
		mc_page_styled(&page, MC_BAD, " do not use it");
	}
	mc_page_end(&page);
	if (!quiet && record->valid) /* of any other they are mostly what nobody wrote */
		put_values(&page, record);
	for (size_t i = 0, next; i < record->count; i = next) {
		for (next = i + 1; next < record->count; next++)
			if (!is_same(record->findings[i], record->findings[next]))
				break;
		if (!quiet || record->findings[i]->severity >= MC_WARNING)
			put_findings(&page, record->findings + i, next - i);
	}
	if (record->corrected != NULL)
		put_corrected(&page, &record->arena, record->corrected);
	return record->text.failed || record->arena.failed ? NULL : mc_buf_text(&record->text);
}
