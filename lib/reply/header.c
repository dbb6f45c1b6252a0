/* header: lines to fields; what is folded is one field. */
#include "reply/header.h"

#include <string.h>
#include <strings.h>

#define VALUE_LIMIT 65536 /* octets of a field's value that are kept */

/* Octets of the line at `at`, and those of its end. */
static size_t
line_length(const uint8_t *text, size_t length, size_t at, size_t *ret_end)
{
	const uint8_t *end = memchr(text + at, '\n', length - at);
	size_t octets = end != NULL ? (size_t)(end - text) - at : length - at;

	*ret_end = end != NULL ? 1 : 0;
	if (octets > 0 && text[at + octets - 1] == '\r') {
		octets--;
		*ret_end += 1;
	}
	return octets;
}

struct mc_header
mc_header_split(
	const uint8_t *text, size_t length, const uint8_t **ret_rest, size_t *ret_rest_length)
{
	size_t at = 0, end;

	while (at < length) {
		size_t octets = line_length(text, length, at, &end);

		if (octets == 0) {
			*ret_rest = text + at + end;
			*ret_rest_length = length - at - end;
			return (struct mc_header){text, at};
		}
		at += octets + end;
	}
	*ret_rest = text + length;
	*ret_rest_length = 0;
	return (struct mc_header){text, length};
}

/* Whether the line at `text` is the field of that name. */
static bool
is_field(const char *text, const char *name)
{
	size_t length = strlen(name);

	return strncasecmp(text, name, length) == 0 &&
	       text[length + strspn(text + length, " \t")] == ':';
}

struct mc_header
mc_header_group(const char *text)
{
	static const char *const names[] = {"Original-Recipient", "Final-Recipient"};
	bool named[2] = {false, false}, next = false;
	size_t at = 0;

	while (text[at] != '\0' && text[at + strspn(text + at, " \t")] != '\n') {
		for (size_t i = 0; i < 2; i++) {
			bool names_one = is_field(text + at, names[i]);

			next = next || (names_one && named[i]);
			named[i] = named[i] || names_one;
		}
		if (next)
			break;
		at += strcspn(text + at, "\n");
		at += text[at] == '\n' ? 1 : 0;
	}
	return (struct mc_header){(const uint8_t *)text, at};
}

/* Octets of a field's name in front of its colon (RFC 5322, 3.6.8); 0: this is no field. */
static size_t
name_length(const uint8_t *text, size_t length)
{
	size_t name = 0, colon;

	while (name < length && text[name] > ' ' && text[name] < 0x7f && text[name] != ':')
		name++;
	for (colon = name; colon < length && (text[colon] == ' ' || text[colon] == '\t'); colon++)
		;
	return colon < length && text[colon] == ':' ? name : 0;
}

bool
mc_header_begins(const uint8_t *text, size_t length)
{
	return name_length(text, length) > 0;
}

bool
mc_header_next(const struct mc_header *header, size_t *at, struct mc_header_field *ret_field)
{
	while (*at < header->length) {
		const uint8_t *text = header->text;
		size_t start = *at, end, octets = line_length(text, header->length, start, &end);
		size_t name = name_length(text + start, octets), stop = start + octets;
		const uint8_t *colon;

		*at = start + octets + end;
		while (*at < header->length && (text[*at] == ' ' || text[*at] == '\t')) {
			octets = line_length(text, header->length, *at, &end);
			stop = *at + octets;
			*at += octets + end;
		}
		if (name == 0)
			continue;
		colon = memchr(text + start, ':', stop - start);
		*ret_field = (struct mc_header_field){(const char *)text + start, name,
			(const char *)colon + 1, (size_t)(text + stop - colon) - 1};
		return true;
	}
	return false;
}

const char *
mc_header_value(struct mc_arena *arena, const struct mc_header_field *field)
{
	size_t length = field->value_length < VALUE_LIMIT ? field->value_length : VALUE_LIMIT;
	char *value = mc_arena_alloc(arena, length + 1);
	size_t out = 0;

	if (value == NULL)
		return "";
	for (size_t i = 0; i < length; i++) {
		char c = field->value[i];

		if (c == '\r' || c == '\n')
			continue;
		if (out > 0 || (c != ' ' && c != '\t'))
			value[out++] = c != '\0' ? c : '?';
	}
	while (out > 0 && (value[out - 1] == ' ' || value[out - 1] == '\t'))
		out--;
	value[out] = '\0';
	return value;
}

const char *
mc_header_find(struct mc_arena *arena, const struct mc_header *header, const char *name)
{
	struct mc_header_field field;
	size_t at = 0;

	while (mc_header_next(header, &at, &field))
		if (strlen(name) == field.name_length &&
			strncasecmp(name, field.name, field.name_length) == 0)
			return mc_header_value(arena, &field);
	return NULL;
}
