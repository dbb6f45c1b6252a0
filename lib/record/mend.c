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
	const char *const *names;
	const char **values;
	size_t open; /* the tag whose value is being read; SIZE_MAX: none */
	size_t begin;
	bool ambiguous;
};

static size_t
skip_blanks(const char *text, size_t at)
{
	while (mc_is_fws(text[at]) || text[at] == '"' || text[at] == '\'')
		at++;
	return at;
}

/* Behind "name =" of a known name at `at`; 0: there is none. */
static size_t
tag_begins(const struct reading *reading, size_t at, size_t *ret_which)
{
	for (size_t i = 0; reading->names[i] != NULL; i++) {
		size_t length = strlen(reading->names[i]), end;
		if (strncasecmp(reading->text + at, reading->names[i], length) != 0)
			continue;
		end = at + length;
		while (mc_is_fws(reading->text[end]))
			end++;
		if (reading->text[end] != '=')
			continue;
		*ret_which = i;
		return end + 1;
	}
	return 0;
}

static bool
is_edge(char c)
{
	return mc_is_fws(c) || c == '"' || c == '\'' || c == ',' || c == '\\';
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
	else if (strcmp(reading->values[which], value) != 0)
		reading->ambiguous = true;
}

bool
mc_mend_tags(struct mc_arena *arena, const char *text, size_t length, const char *const *names,
	const char *notes, const char **ret_values)
{
	struct reading reading = {.arena = arena,
		.text = mc_mend_clean(arena, text, length),
		.names = names,
		.values = ret_values,
		.open = SIZE_MAX};
	size_t at = 0, which, end;
	bool fresh = true; /* behind a semicolon */

	for (size_t i = 0; names[i] != NULL; i++)
		ret_values[i] = NULL;
	while (reading.text[at] != '\0') {
		size_t first = skip_blanks(reading.text, at);
		bool between = fresh || first > at;
		bool closed = reading.open != SIZE_MAX && notes != NULL &&
			      strcmp(names[reading.open], notes) == 0;
		if (between && (fresh || !closed) &&
			(end = tag_begins(&reading, first, &which)) > 0) {
			close_value(&reading, at);
			reading.open = which;
			reading.begin = at = end;
			fresh = false;
			continue;
		}
		at = first > at ? first : at + 1;
		fresh = reading.text[at - 1] == ';' || reading.text[at - 1] == ',';
		if (reading.text[at - 1] == ';')
			close_value(&reading, at - 1);
	}
	close_value(&reading, at);
	return !reading.ambiguous && !arena->failed;
}
