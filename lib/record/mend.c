/* mend: tags found wherever one of the known names and "=" stand together. */
#include "record/mend.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "record/tag_list.h"

/* --- what copying adds --- */

struct replaced {
	const char *octets;
	char by; /* NUL: nothing */
};

static const struct replaced replacements[] = {
	{"\xef\xbb\xbf", '\0'}, /* byte order mark */
	{"\xe2\x80\x8b", '\0'}, /* zero width space */
	{"\xc2\xa0", ' '},      /* no-break space */
	{"\xe2\x80\x9c", '"'},  /* typographic quotes */
	{"\xe2\x80\x9d", '"'},
	{"\xe2\x80\x98", '"'},
	{"\xe2\x80\x99", '"'},
	{"\\;", ';'},
};

static const struct replaced *
replaced_at(const char *text, size_t left)
{
	for (size_t i = 0; i < sizeof(replacements) / sizeof(replacements[0]); i++) {
		size_t length = strlen(replacements[i].octets);
		if (left >= length && memcmp(text, replacements[i].octets, length) == 0)
			return &replacements[i];
	}
	return NULL;
}

const char *
mc_mend_clean(struct mc_arena *arena, const char *text, size_t length)
{
	char *copy = mc_arena_calloc(arena, length + 1, 1);
	size_t n = 0;

	for (size_t i = 0; copy != NULL && i < length; i++) {
		const struct replaced *found = replaced_at(text + i, length - i);
		if (found == NULL) {
			copy[n++] = text[i] != '\0' ? text[i] : ' ';
			continue;
		}
		if (found->by != '\0')
			copy[n++] = found->by;
		i += strlen(found->octets) - 1;
	}
	return copy != NULL ? copy : "";
}

const char *
mc_mend_lower(struct mc_arena *arena, const char *text)
{
	size_t length = strlen(text);
	char *copy = mc_arena_calloc(arena, length + 1, 1);

	for (size_t i = 0; copy != NULL && i < length; i++)
		copy[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 32 : text[i]);
	return copy != NULL ? copy : "";
}

const char *
mc_mend_without(struct mc_arena *arena, const char *text, const char *characters)
{
	char *copy = mc_arena_calloc(arena, strlen(text) + 1, 1);
	size_t n = 0;

	for (; copy != NULL && *text != '\0'; text++)
		if (strchr(characters, *text) == NULL)
			copy[n++] = *text;
	return copy != NULL ? copy : "";
}

/* --- tags --- */

struct reading {
	struct mc_arena *arena;
	const char *text;
	const struct mc_mend_tags *tags;
	const char **values;
	size_t open; /* the tag whose value is being read; SIZE_MAX: none */
	size_t begin;
	bool ambiguous;
};

static size_t
skip_fws(const char *text, size_t at)
{
	while (mc_is_fws(text[at]))
		at++;
	return at;
}

static size_t
skip_blanks(const char *text, size_t at)
{
	while (mc_is_fws(text[at]) || text[at] == '"' || text[at] == '\'')
		at++;
	return at;
}

/* Whether there is nothing else than this word up to the next semicolon. */
static bool
is_lone_word(const char *text, size_t at)
{
	size_t end = at + strcspn(text + at, "; \t\r\n");

	return end > at && (text[skip_fws(text, end)] == ';' || text[skip_fws(text, end)] == '\0');
}

/* Behind the "=" of a tag whose name ends at `at`; 0: there is none. Behind a semicolon a colon
 * will do for it, or a blank before a single word. */
static size_t
value_begins(const char *text, size_t at, char before)
{
	size_t end = skip_fws(text, at);

	if (text[end] == '=' || (text[end] == ':' && before == ';'))
		return end + 1;
	return before == ';' && end > at && is_lone_word(text, end) ? end : 0;
}

/* Behind "name =" of a known name at `at`; 0: there is none. `before` is the separator it stands
 * behind. */
static size_t
tag_begins(const struct reading *reading, size_t at, char before, size_t *ret_which)
{
	const char *const *names = reading->tags->names;

	for (size_t i = 0; names[i] != NULL; i++) {
		size_t length = strlen(names[i]), end;
		if (strncasecmp(reading->text + at, names[i], length) != 0)
			continue;
		end = value_begins(reading->text, at + length, before);
		if (end == 0)
			continue;
		*ret_which = i;
		return end;
	}
	return 0;
}

static bool
is_edge(char c)
{
	return mc_is_fws(c) || c == '"' || c == '\'' || c == ',' || c == '\\';
}

static bool
is_list(const struct mc_mend_tags *tags, const char *name)
{
	for (const char *const *list = tags->lists; list != NULL && *list != NULL; list++)
		if (strcmp(*list, name) == 0)
			return true;
	return false;
}

static void
close_value(struct reading *reading, size_t end)
{
	size_t begin = reading->begin, which = reading->open;
	const char *value;

	reading->open = SIZE_MAX;
	if (which == SIZE_MAX)
		return;
	while (begin < end && is_edge(reading->text[begin]))
		begin++;
	while (end > begin && is_edge(reading->text[end - 1]))
		end--;
	value = mc_arena_strndup(reading->arena, reading->text + begin, end - begin);
	if (reading->values[which] == NULL)
		reading->values[which] = value;
	else if (strcmp(reading->values[which], value) == 0)
		return;
	else if (is_list(reading->tags, reading->tags->names[which]))
		reading->values[which] =
			mc_arena_printf(reading->arena, "%s,%s", reading->values[which], value);
	else
		reading->ambiguous = true;
}

bool
mc_mend_tags(struct mc_arena *arena, const char *text, size_t length,
	const struct mc_mend_tags *tags, const char **ret_values)
{
	struct reading reading = {.arena = arena,
		.text = mc_mend_clean(arena, text, length),
		.tags = tags,
		.values = ret_values,
		.open = SIZE_MAX};
	size_t at = 0, which, end;
	char before = ','; /* the separator right before `at`; NUL: none */

	for (size_t i = 0; tags->names[i] != NULL; i++)
		ret_values[i] = NULL;
	while (reading.text[at] != '\0') {
		size_t first = skip_blanks(reading.text, at);
		bool between = before != '\0' || first > at;
		bool closed = reading.open != SIZE_MAX && tags->notes != NULL &&
			      strcmp(tags->names[reading.open], tags->notes) == 0;
		if (between && (before != '\0' || !closed) &&
			(end = tag_begins(&reading, first, before, &which)) > 0) {
			close_value(&reading, at);
			reading.open = which;
			reading.begin = at = end;
			before = '\0';
			continue;
		}
		at = first > at ? first : at + 1;
		before = reading.text[at - 1];
		if (before == ';')
			close_value(&reading, at - 1);
		else if (before != ',')
			before = '\0';
	}
	close_value(&reading, at);
	return !reading.ambiguous && !arena->failed;
}

/* White space in it is one space. */
static const char *
squeezed(struct mc_arena *arena, const char *text, size_t length)
{
	char *copy = mc_arena_calloc(arena, length + 1, 1);
	size_t n = 0;

	for (size_t i = 0; copy != NULL && i < length; i++)
		if (!mc_is_fws(text[i]))
			copy[n++] = text[i];
		else if (n > 0 && copy[n - 1] != ' ')
			copy[n++] = ' ';
	if (n > 0 && copy[n - 1] == ' ')
		copy[n - 1] = '\0';
	return copy != NULL ? copy : "";
}

const char *
mc_mend_rest(
	struct mc_arena *arena, const char *text, size_t length, const struct mc_mend_tags *tags)
{
	struct reading reading = {
		.arena = arena, .text = mc_mend_clean(arena, text, length), .tags = tags};
	size_t at = strcspn(reading.text, ";"), which;
	char *rest = mc_arena_calloc(arena, 2 * strlen(reading.text) + 1, 1), *behind = rest;

	while (rest != NULL && reading.text[at] == ';') {
		size_t begin = skip_blanks(reading.text, at + 1);
		size_t end = begin + strcspn(reading.text + begin, ";");
		const char *part = squeezed(arena, reading.text + begin, end - begin);
		if (part[0] != '\0' && tag_begins(&reading, begin, ';', &which) == 0)
			behind = stpcpy(stpcpy(behind, "; "), part);
		at = end;
	}
	return rest != NULL ? rest : "";
}

/* --- words --- */

bool
mc_mend_is_near(const char *typed, const char *word)
{
	size_t typed_length = strlen(typed), word_length = strlen(word), head = 0, tail = 0;
	size_t shorter = typed_length < word_length ? typed_length : word_length;
	size_t typed_rest, word_rest;

	while (head < shorter && typed[head] == word[head])
		head++;
	while (tail < shorter - head &&
		typed[typed_length - 1 - tail] == word[word_length - 1 - tail])
		tail++;
	typed_rest = typed_length - head - tail;
	word_rest = word_length - head - tail;
	if (typed_rest == 2 && word_rest == 2)
		return typed[head] == word[head + 1] && typed[head + 1] == word[head];
	return typed_rest <= 1 && word_rest <= 1;
}
