/*
 * capability: from the lines of a reply to EHLO to keywords and parameters.
 */
#include "dialogue/capability.h"

#include <string.h>
#include <strings.h>

#include "base/escape.h"

#define MANGLED_LENGTH 8 /* strlen("STARTTLS") */
#define MANGLED_X 6

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* In upper case (ASCII only), then escaped. */
static const char *
keyword_text(struct mc_arena *arena, const char *text, size_t length)
{
	char *upper = mc_arena_memdup(arena, text, length);

	if (upper == NULL)
		return "";
	for (size_t i = 0; i < length; i++) {
		if (upper[i] >= 'a' && upper[i] <= 'z')
			upper[i] = (char)(upper[i] - 'a' + 'A');
	}
	return mc_escape(arena, upper, length);
}

static size_t
keyword_length(const char *text, size_t length)
{
	size_t end = 0;

	if (length >= strlen("AUTH=") && strncasecmp(text, "AUTH=", strlen("AUTH=")) == 0)
		return strlen("AUTH=");
	while (end < length && !is_blank(text[end]))
		end++;
	return end;
}

/* False when the line holds no keyword. */
static bool
read_line(struct mc_arena *arena, const struct mc_smtp_line *line,
	struct mc_capability *ret_capability)
{
	const char *text = line->text;
	size_t length = line->length, end, rest;

	while (length > 0 && is_blank(*text)) {
		text++;
		length--;
	}
	while (length > 0 && (is_blank(text[length - 1]) || text[length - 1] == '\r'))
		length--; /* CR CR LF, as some servers end lines */
	if (length == 0)
		return false;
	end = keyword_length(text, length);
	for (rest = end; rest < length && is_blank(text[rest]);)
		rest++;
	ret_capability->keyword = keyword_text(arena, text, end);
	ret_capability->parameters = mc_escape(arena, text + rest, length - rest);
	return true;
}

void
mc_capability_read(struct mc_arena *arena, const struct mc_smtp_reply *reply,
	struct mc_capabilities *ret_capabilities)
{
	struct mc_capabilities read = {NULL, 0};

	if (reply->count > 1)
		read.items = mc_arena_calloc(arena, reply->count - 1, sizeof(*read.items));
	if (read.items != NULL) {
		for (size_t i = 1; i < reply->count; i++) {
			if (read_line(arena, &reply->lines[i], &read.items[read.count]))
				read.count++;
		}
	}
	*ret_capabilities = read;
}

bool
mc_capability_mangled(const struct mc_capabilities *capabilities)
{
	for (size_t i = 0; i < capabilities->count; i++) {
		const char *keyword = capabilities->items[i].keyword;
		size_t length = strlen(keyword), x = 0;

		for (size_t j = 0; j < length; j++)
			x += keyword[j] == 'X';
		if (length == MANGLED_LENGTH && x >= MANGLED_X)
			return true;
	}
	return false;
}
