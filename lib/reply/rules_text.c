/* rules_text: a statement at a time, each a line and the indented lines below it. */
#include "reply/rules_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "reply/draft.h"
#include "reply/fold.h"
#include "reply/verdict.h"

#define NAME_SIZE 64

struct alternative {
	uint32_t first, count; /* items */
	uint32_t root;
};

struct family {
	uint32_t name; /* offset */
	uint32_t first, count;
};

struct name {
	char text[NAME_SIZE];
	size_t length;
};

struct reader {
	struct mc_draft draft;
	struct mc_vec items, alternatives, families;
	uint32_t speakers[MC_RULES_SPEAKERS], stages[MC_RULES_STAGES];
	uint32_t speaker_count, stage_count;
	const char *source, *text;
	size_t at, end, line;
	uint32_t class;
	bool class_known;
};

static bool
complain(struct reader *reader, const char *what, const char *word, size_t length)
{
	char shown[48] = "";

	for (size_t i = 0; i < length && i < sizeof(shown) - 1; i++)
		shown[i] = word[i] >= ' ' && word[i] < 0x7f ? word[i] : '?';
	if (reader->draft.problem[0] == '\0')
		snprintf(reader->draft.problem, sizeof(reader->draft.problem), "%.100s:%zu: %s%s%s",
			reader->source, reader->line, what, length > 0 ? ": " : "", shown);
	return false;
}

/* To the next thing of the statement; false at its end. */
static bool
more(struct reader *reader)
{
	while (reader->at < reader->end) {
		char c = reader->text[reader->at];

		if (c == '\n') {
			size_t next = reader->at + 1;

			if (next < reader->end && reader->text[next] != ' ' &&
				reader->text[next] != '\t')
				return false;
			reader->at++;
			reader->line++;
		} else if (c == ' ' || c == '\t' || c == '\r') {
			reader->at++;
		} else if (c == '#') {
			while (reader->at < reader->end && reader->text[reader->at] != '\n')
				reader->at++;
		} else {
			return true;
		}
	}
	return false;
}

/* What stands up to a blank or one of `ends`. */
static bool
take(struct reader *reader, const char *ends, const char **ret_word, size_t *ret_length)
{
	size_t from;

	if (!more(reader))
		return false;
	from = reader->at;
	while (reader->at < reader->end && memchr(" \t\r\n", reader->text[reader->at], 4) == NULL &&
		(reader->text[reader->at] == '\0' ||
			strchr(ends, reader->text[reader->at]) == NULL))
		reader->at++;
	*ret_word = reader->text + from;
	*ret_length = reader->at - from;
	return *ret_length > 0;
}

static bool
take_name(struct reader *reader, struct name *ret_name)
{
	const char *word;
	size_t length;

	if (!take(reader, ":|&!", &word, &length))
		return complain(reader, "a name is missing", "", 0);
	if (length >= NAME_SIZE)
		return complain(reader, "too long a name", word, length);
	memcpy(ret_name->text, word, length);
	ret_name->text[length] = '\0';
	ret_name->length = length;
	return true;
}

static bool
take_sign(struct reader *reader, char sign)
{
	char what[] = "'?' expected";

	if (more(reader) && reader->text[reader->at] == sign) {
		reader->at++;
		return true;
	}
	what[1] = sign;
	return complain(reader, what, "", 0);
}

static bool
push_item(struct reader *reader, uint32_t item)
{
	uint32_t *row = mc_draft_push(&reader->draft, &reader->items, sizeof(*row));

	if (row == NULL)
		return false;
	*row = item;
	return true;
}

static bool
add_family_item(struct reader *reader, const char *word, size_t length)
{
	const struct family *families = reader->families.items;
	const char *text = reader->draft.text.items;

	for (uint32_t i = 0; i < reader->families.count; i++)
		if (strlen(text + families[i].name) == length &&
			memcmp(text + families[i].name, word, length) == 0)
			return push_item(reader, MC_DRAFT_FAMILY | i);
	return complain(reader, "no such family", word, length);
}

static bool
add_words(struct reader *reader, const char *word, size_t length)
{
	bool prefix = length > 1 && word[length - 1] == '*';
	struct mc_fold fold = {.text = (const uint8_t *)word, .end = length - (prefix ? 1 : 0)};
	uint32_t token;
	bool last;

	for (bool any = mc_fold_next(&fold); any; any = !last) {
		char kept[MC_FOLD_WORD];
		size_t kept_length = fold.length;

		if (kept_length > MC_FOLD_WORD)
			return complain(reader, "too long a word", word, length);
		memcpy(kept, fold.word, kept_length);
		last = !mc_fold_next(&fold);
		if (last && prefix && (kept_length < MC_RULES_PREFIX || kept_length > 31))
			return complain(
				reader, "a word's beginning has 3 to 31 letters", word, length);
		token = mc_draft_word(&reader->draft, kept, kept_length, last && prefix);
		if (!mc_draft_is_skipped(&reader->draft, token) && !push_item(reader, token))
			return false;
	}
	return true;
}

/* One of several ways to say a thing. */
static bool
read_alternative(struct reader *reader)
{
	struct alternative row = {.first = (uint32_t)reader->items.count};
	struct alternative *kept;
	const char *word;
	size_t length;

	for (bool first = true; more(reader) && strchr("|&!", reader->text[reader->at]) == NULL;
		first = false) {
		if (!take(reader, "|&!", &word, &length))
			break;
		if (first && length > 2 && memcmp(word, "//", 2) == 0)
			row.root = 1;
		if (!(word[0] == '@' ? add_family_item(reader, word, length)
				     : add_words(reader, word, length)))
			return false;
	}
	row.count = (uint32_t)reader->items.count - row.first;
	if (row.count == 0)
		return complain(reader, "a phrase without words", "", 0);
	kept = mc_draft_push(&reader->draft, &reader->alternatives, sizeof(*kept));
	if (kept != NULL)
		*kept = row;
	return kept != NULL;
}

/* Alternatives up to '&', '!' or the end; fills in which they are. */
static bool
read_alternatives(struct reader *reader, uint32_t *ret_first, uint32_t *ret_count)
{
	*ret_first = (uint32_t)reader->alternatives.count;
	for (;;) {
		if (!read_alternative(reader))
			return false;
		if (!more(reader) || reader->text[reader->at] != '|')
			break;
		reader->at++;
	}
	*ret_count = (uint32_t)reader->alternatives.count - *ret_first;
	return true;
}

static uint32_t step(struct reader *reader, uint32_t node, uint32_t item);

/* Lets every phrase of a family lead from `node` to `child`. */
static void
join_family(struct reader *reader, uint32_t node, uint32_t which, uint32_t child)
{
	const struct family *family = (const struct family *)reader->families.items + which;

	for (uint32_t i = 0; i < family->count && !reader->draft.failed; i++) {
		const struct alternative *row =
			(const struct alternative *)reader->alternatives.items + family->first + i;
		const uint32_t *items = (const uint32_t *)reader->items.items + row->first;
		uint32_t at = node, last = items[row->count - 1];

		for (uint32_t j = 0; j + 1 < row->count; j++)
			at = step(reader, at, items[j]);
		if ((last & MC_DRAFT_FAMILY) != 0)
			join_family(reader, at, last & ~MC_DRAFT_FAMILY, child);
		else
			mc_draft_join(&reader->draft, at, last, child);
	}
}

/* The node behind a word or a family. */
static uint32_t
step(struct reader *reader, uint32_t node, uint32_t item)
{
	uint32_t known = reader->draft.nodes;
	uint32_t child = mc_draft_step(&reader->draft, node, item);

	if ((item & MC_DRAFT_FAMILY) != 0 && child >= known)
		join_family(reader, node, item & ~MC_DRAFT_FAMILY, child);
	return child;
}

static bool
read_term(struct reader *reader, enum mc_term_kind kind, uint32_t value, uint32_t *ret_term)
{
	uint32_t first, count;

	if (!read_alternatives(reader, &first, &count))
		return false;
	*ret_term = mc_draft_term(&reader->draft, kind, value);
	if (*ret_term >= MC_RULES_TERMS)
		return complain(reader, "too many rules", "", 0);
	for (uint32_t i = 0; i < count; i++) {
		const struct alternative *row =
			(const struct alternative *)reader->alternatives.items + first + i;
		uint32_t node = row->root;

		for (uint32_t j = 0; j < row->count; j++)
			node = step(
				reader, node, ((uint32_t *)reader->items.items)[row->first + j]);
		mc_draft_end(&reader->draft, node, *ret_term);
		if (reader->draft.nodes > MC_DRAFT_NODES)
			return complain(reader, "too many phrases", "", 0);
	}
	return true;
}

static bool
read_skip(struct reader *reader)
{
	const char *word;
	size_t length;

	while (take(reader, "", &word, &length)) {
		struct mc_fold fold = {.text = (const uint8_t *)word, .end = length};

		while (mc_fold_next(&fold)) {
			uint32_t token = mc_draft_word(&reader->draft, fold.word,
				fold.length < MC_FOLD_WORD ? fold.length : MC_FOLD_WORD, false);

			if (token != MC_TOKEN_NONE)
				((struct mc_draft_word *)reader->draft.words.items)[token - 1]
					.skip = true;
		}
	}
	return !reader->draft.failed;
}

static bool
read_family(struct reader *reader)
{
	struct family row = {0}, *kept;
	struct name name;

	if (!take_name(reader, &name) || !take_sign(reader, '='))
		return false;
	if (name.text[0] != '@')
		return complain(reader, "a family's name begins with '@'", name.text, name.length);
	if (!read_alternatives(reader, &row.first, &row.count))
		return false;
	row.name = mc_draft_text(&reader->draft, name.text, name.length);
	kept = mc_draft_push(&reader->draft, &reader->families, sizeof(*kept));
	if (kept != NULL)
		*kept = row;
	return kept != NULL;
}

static uint32_t
find_name(const struct reader *reader, const uint32_t *names, uint32_t count, const char *name)
{
	const char *text = reader->draft.text.items;
	uint32_t i = 0;

	while (i < count && strcmp(text + names[i], name) != 0)
		i++;
	return i;
}

/* A speaker or a stage: one that is known, or a new one. */
static bool
read_named(struct reader *reader, enum mc_term_kind kind, uint32_t *names, uint32_t *count,
	uint32_t most)
{
	struct name name;
	uint32_t i, term;

	if (!take_name(reader, &name) || !take_sign(reader, '='))
		return false;
	i = find_name(reader, names, *count, name.text);
	if (i == most)
		return complain(reader, "too many of them", name.text, name.length);
	if (i == *count)
		names[(*count)++] = mc_draft_text(&reader->draft, name.text, name.length);
	return read_term(reader, kind, i, &term);
}

static bool
read_list(struct reader *reader)
{
	struct name name;
	uint32_t term;

	if (!take_name(reader, &name) || !take_sign(reader, '='))
		return false;
	return read_term(
		reader, MC_TERM_LIST, mc_draft_text(&reader->draft, name.text, name.length), &term);
}

static bool
read_class(struct reader *reader)
{
	struct name name;

	if (!take_name(reader, &name))
		return false;
	for (uint32_t i = 0; i < MC_CLASS_COUNT; i++)
		if (strcmp(mc_class_rows[i].word, name.text) == 0) {
			reader->class = i;
			reader->class_known = true;
			return true;
		}
	return complain(reader, "no such class", name.text, name.length);
}

static bool
find_word(struct reader *reader, const char *const *words, size_t count, const char *value,
	uint32_t *ret_value)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(words[i], value) == 0) {
			*ret_value = (uint32_t)i + 1;
			return true;
		}
	return complain(reader, "no such value", value, strlen(value));
}

/* "550", "5xx", "450-459", "4xx". */
static bool
read_code(struct reader *reader, struct mc_rule *rule, const char *value)
{
	unsigned long from, to;
	char *end;

	if (strlen(value) == 3 && strcmp(value + 1, "xx") == 0 && *value >= '2' && *value <= '5') {
		rule->code_from = (uint32_t)(*value - '0') * 100;
		rule->code_to = rule->code_from + 99;
		return true;
	}
	from = to = strtoul(value, &end, 10);
	if (end != value && *end == '-')
		to = strtoul(end + 1, &end, 10);
	if (*end != '\0' || from < 200 || to > 599 || from > to || from / 100 != to / 100)
		return complain(reader, "no reply code", value, strlen(value));
	rule->code_from = (uint32_t)from;
	rule->code_to = (uint32_t)to;
	return true;
}

static bool
add_status(struct reader *reader, struct mc_rule *rule, const char *text, size_t length)
{
	char value[16] = "", end;
	unsigned class, subject, detail = 0xfff;
	int parts;

	if (length < sizeof(value))
		memcpy(value, text, length);
	if (value[0] == 'x')
		value[0] = '0';
	parts = sscanf(value, "%1u.%3u.%3u%c", &class, &subject, &detail, &end);
	if (parts == 2 && length > 2 && value[length - 1] == 'x')
		parts = 3;
	if (parts != 3 || (class != 0 && class != 2 && class != 4 && class != 5))
		return complain(reader, "no enhanced code", text, length);
	if (rule->status_count == MC_RULES_STATUSES)
		return complain(reader, "too many enhanced codes", "", 0);
	rule->status[rule->status_count++] = MC_STATUS(class, subject, detail);
	return true;
}

static bool
read_statuses(struct reader *reader, struct mc_rule *rule, const char *value)
{
	for (;;) {
		size_t length = strcspn(value, ",");

		if (!add_status(reader, rule, value, length))
			return false;
		if (value[length] == '\0')
			return true;
		value += length + 1;
	}
}

static bool
read_condition(struct reader *reader, struct mc_rule *rule, struct name *name)
{
	char *equals = strchr(name->text, '='), *value;
	uint32_t i;

	if (strcmp(name->text, "bare") == 0) {
		rule->bare = true;
		return true;
	}
	if (equals == NULL)
		return complain(reader, "no condition", name->text, name->length);
	*equals = '\0';
	value = equals + 1;
	if (strcmp(name->text, "code") == 0)
		return read_code(reader, rule, value);
	if (strcmp(name->text, "status") == 0)
		return read_statuses(reader, rule, value);
	if (strcmp(name->text, "fault") == 0)
		return find_word(reader, mc_fault_words, MC_FAULT_COUNT, value, &rule->fault);
	if (strcmp(name->text, "persistence") == 0)
		return find_word(reader, mc_persistence_words, MC_PERSISTENCE_COUNT, value,
			&rule->persistence);
	if (strcmp(name->text, "action") == 0)
		return find_word(reader, mc_action_words, MC_ACTION_COUNT, value, &rule->action);
	if (strcmp(name->text, "at") == 0) {
		i = find_name(reader, reader->speakers, reader->speaker_count, value);
		rule->speaker = i + 1;
		return i < reader->speaker_count ||
		       complain(reader, "no such speaker", value, strlen(value));
	}
	if (strcmp(name->text, "to") == 0) {
		i = find_name(reader, reader->stages, reader->stage_count, value);
		rule->stage = i + 1;
		return i < reader->stage_count ||
		       complain(reader, "no such stage", value, strlen(value));
	}
	return complain(reader, "no condition", name->text, name->length);
}

static bool
read_groups(struct reader *reader, struct mc_rule *rule)
{
	char sign = '&';

	do {
		uint32_t term;

		reader->at++;
		if (sign == '!' ? rule->none_count == MC_RULES_NONE
				: rule->all_count == MC_RULES_ALL)
			return complain(reader, "too many conditions on the text", "", 0);
		if (!read_term(reader, MC_TERM_TEXT, 0, &term))
			return false;
		if (sign == '!')
			rule->none[rule->none_count++] = term;
		else
			rule->all[rule->all_count++] = term;
		sign = more(reader) ? reader->text[reader->at] : '\0';
	} while (sign != '\0');
	return true;
}

static bool
read_rule(struct reader *reader, const struct name *name)
{
	char full[2 * NAME_SIZE];
	struct mc_rule rule = {.class = reader->class}, *kept;
	struct name word;
	int length;

	if (!reader->class_known)
		return complain(reader, "a rule before any 'class'", name->text, name->length);
	if (!take_name(reader, &word))
		return false;
	rule.weight = (uint32_t)strtoul(word.text, NULL, 10);
	if (strspn(word.text, "0123456789") != word.length || rule.weight < 1 || rule.weight > 100)
		return complain(reader, "a weight from 1 to 100 expected", word.text, word.length);
	while (more(reader) && reader->text[reader->at] != ':')
		if (!take_name(reader, &word) || !read_condition(reader, &rule, &word))
			return false;
	if (more(reader) && !read_groups(reader, &rule))
		return false;
	if (rule.all_count == 0 && rule.status_count == 0 && rule.code_from == 0)
		return complain(reader, "a rule that asks for nothing", name->text, name->length);
	length = snprintf(full, sizeof(full), "%s.%s", mc_class_rows[rule.class].word, name->text);
	rule.name = mc_draft_text(&reader->draft, full, (size_t)length);
	kept = mc_draft_push(&reader->draft, &reader->draft.rules, sizeof(*kept));
	if (kept != NULL)
		*kept = rule;
	return kept != NULL;
}

static bool
read_statement(struct reader *reader)
{
	struct name name;
	uint32_t term;

	if (!take_name(reader, &name))
		return false;
	if (strcmp(name.text, "skip") == 0)
		return read_skip(reader);
	if (strcmp(name.text, "let") == 0)
		return read_family(reader);
	if (strcmp(name.text, "class") == 0)
		return read_class(reader);
	if (strcmp(name.text, "list") == 0)
		return read_list(reader);
	if (strcmp(name.text, "marker") == 0)
		return take_sign(reader, '=') && read_term(reader, MC_TERM_MARKER, 0, &term);
	if (strcmp(name.text, "callout") == 0)
		return take_sign(reader, '=') && read_term(reader, MC_TERM_CALLOUT, 0, &term);
	if (strcmp(name.text, "speaker") == 0)
		return read_named(reader, MC_TERM_SPEAKER, reader->speakers, &reader->speaker_count,
			MC_RULES_SPEAKERS);
	if (strcmp(name.text, "stage") == 0)
		return read_named(reader, MC_TERM_STAGE, reader->stages, &reader->stage_count,
			MC_RULES_STAGES);
	return read_rule(reader, &name);
}

static bool
read_text(struct reader *reader, const struct mc_rules_text *text)
{
	reader->source = text->name;
	reader->text = text->text;
	reader->at = 0;
	reader->end = text->length;
	reader->line = 1;
	reader->class_known = false;
	while (reader->at < reader->end) {
		if (more(reader)) {
			if (!read_statement(reader))
				return false;
			if (more(reader))
				return complain(
					reader, "more than expected", reader->text + reader->at, 1);
		}
		if (reader->at < reader->end) {
			reader->at++;
			reader->line++;
		}
	}
	return !reader->draft.failed;
}

bool
mc_rules_compile(struct mc_arena *arena, const struct mc_rules_text *texts, size_t count,
	struct mc_rules *ret_rules, char problem[MC_RULES_PROBLEM_SIZE])
{
	struct reader *reader = mc_calloc(1, sizeof(*reader));
	bool done = reader != NULL;

	problem[0] = '\0';
	if (reader != NULL)
		mc_draft_init(&reader->draft);
	for (size_t i = 0; done && i < count; i++)
		done = read_text(reader, &texts[i]);
	done = done && mc_draft_freeze(&reader->draft, arena, ret_rules);
	if (!done)
		snprintf(problem, MC_RULES_PROBLEM_SIZE, "%s",
			reader != NULL && reader->draft.problem[0] != '\0' ? reader->draft.problem
									   : "out of memory");
	if (reader != NULL) {
		mc_free(reader->items.items);
		mc_free(reader->alternatives.items);
		mc_free(reader->families.items);
		mc_draft_free(&reader->draft);
	}
	mc_free(reader);
	return done;
}
