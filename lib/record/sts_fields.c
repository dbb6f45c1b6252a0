/* sts_fields: RFC 8461, 3.1; RFC 8460, 3. */
#include "record/sts_fields.h"

#include <string.h>

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool
mc_sts_is_name(const char *name)
{
	size_t length = strlen(name);

	if (length == 0 || length > 32 || !is_alnum(name[0]))
		return false;
	for (size_t i = 1; i < length; i++)
		if (!is_alnum(name[i]) && strchr("_-.", name[i]) == NULL)
			return false;
	return true;
}

bool
mc_sts_fields_begin(const char *text, size_t length, const char *version)
{
	size_t n = strlen(version);

	return length > n && memcmp(text, version, n) == 0 && text[n] == ';';
}

/* Where the semicolon behind the version is; the length of the text when there is none. */
static size_t
version_ends(const char *text, size_t length, const char *version)
{
	size_t n = strlen(version);

	if (length <= n || memcmp(text, version, n) != 0)
		return length;
	while (n < length && is_blank(text[n]))
		n++;
	return n < length && text[n] == ';' ? n : length;
}

bool
mc_sts_fields_begin_alone(const char *text, size_t length, const char *version)
{
	return version_ends(text, length, version) < length;
}

static const char *
judge_value(const char *value, bool free_value, size_t *ret_at)
{
	for (size_t i = 0; value[i] != '\0'; i++) {
		*ret_at = i;
		if (free_value && value[i] == '\t' && i > 0)
			continue;
		if (value[i] < 0x20 || value[i] > 0x7e)
			return "a character that may not stand in a value";
		if (value[i] == ' ' && i == 0)
			return "a blank behind \"=\"";
		if (!free_value && (value[i] == '=' || value[i] == ' '))
			return "a blank or \"=\" in a value";
	}
	*ret_at = 0;
	return value[0] == '\0' ? "a field without a value" : NULL;
}

static void
parse_field(struct mc_arena *arena, const char *text, size_t at, size_t end, const char *free_value,
	struct mc_sts_field *field)
{
	const char *equals = memchr(text + at, '=', end - at);
	const char *nul = memchr(text + at, '\0', end - at);
	size_t name_end = equals != NULL ? (size_t)(equals - text) : end, wrong_at = 0;

	field->at = field->wrong_at = at;
	field->value = "";
	field->name = mc_arena_strndup(arena, text + at, name_end - at);
	if (nul != NULL) {
		field->wrong = "a NUL, which may stand nowhere";
		field->wrong_at = (size_t)(nul - text);
		return;
	}
	if (at == end)
		field->wrong = "nothing between two semicolons";
	else if (equals == NULL)
		field->wrong = "a field without \"=\"";
	else if (!mc_sts_is_name(field->name))
		field->wrong = "a field's name that is none (no blank may stand before \"=\")";
	if (field->wrong != NULL)
		return;
	field->value = mc_arena_strndup(arena, equals + 1, end - name_end - 1);
	field->wrong = judge_value(field->value, strcmp(field->name, free_value) == 0, &wrong_at);
	field->wrong_at = name_end + 1 + wrong_at;
}

bool
mc_sts_fields_parse(struct mc_arena *arena, const char *text, size_t length, const char *version,
	const char *free_value, struct mc_sts_fields *ret_fields)
{
	struct mc_sts_field *fields = mc_arena_calloc(arena, MC_STS_FIELD_LIMIT, sizeof(*fields));
	size_t at = version_ends(text, length, version) + 1, count = 0;

	if (fields == NULL || length < at)
		return false;
	while (at <= length) {
		const char *semicolon = memchr(text + at, ';', length - at);
		size_t end = semicolon != NULL ? (size_t)(semicolon - text) : length;
		size_t next = end + 1;

		while (at < end && is_blank(text[at]))
			at++;
		while (semicolon != NULL && end > at && is_blank(text[end - 1]))
			end--;
		if (semicolon == NULL && at == end)
			break;
		if (count == MC_STS_FIELD_LIMIT)
			return false;
		parse_field(arena, text, at, end, free_value, &fields[count++]);
		at = next;
	}
	*ret_fields = (struct mc_sts_fields){fields, count};
	return !arena->failed;
}

const struct mc_sts_field *
mc_sts_fields_find(const struct mc_sts_fields *fields, const char *name)
{
	for (size_t i = 0; i < fields->count; i++)
		if (fields->fields[i].wrong == NULL && strcmp(fields->fields[i].name, name) == 0)
			return &fields->fields[i];
	return NULL;
}
