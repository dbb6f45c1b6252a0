/* tag_list: RFC 6376, 3.2. */
#include "record/tag_list.h"

#include <string.h>

bool
mc_is_fws(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_name_character(char c)
{
	return is_alpha(c) || (c >= '0' && c <= '9') || c == '_';
}

/* VALCHAR and the white space between: printable ASCII; the semicolon never gets here. */
static bool
is_value_character(char c)
{
	return (c >= 0x21 && c <= 0x7e) || mc_is_fws(c);
}

struct part {
	const char *text; /* the whole record */
	size_t at, end;
};

static void
skip_white(struct part *part)
{
	while (part->at < part->end && mc_is_fws(part->text[part->at]))
		part->at++;
}

static void
wrong(struct mc_tag *tag, const struct part *part, const char *reason)
{
	tag->wrong = reason;
	tag->wrong_at = part->at;
}

static void
parse_value(struct mc_arena *arena, struct part *part, struct mc_tag *tag)
{
	size_t end = part->end;

	skip_white(part);
	while (end > part->at && mc_is_fws(part->text[end - 1]))
		end--;
	tag->value_at = part->at;
	tag->value = mc_arena_strndup(arena, part->text + part->at, end - part->at);
	for (; part->at < end; part->at++)
		if (!is_value_character(part->text[part->at])) {
			wrong(tag, part, "a character that may not stand in a value");
			return;
		}
}

static void
parse_part(struct mc_arena *arena, struct part *part, struct mc_tag *tag)
{
	size_t begin;

	tag->name = tag->value = "";
	skip_white(part);
	begin = tag->name_at = tag->value_at = part->at;
	if (part->at == part->end) {
		wrong(tag, part, "nothing between two semicolons");
		return;
	}
	if (!is_alpha(part->text[part->at])) {
		wrong(tag, part, "a tag's name must begin with a letter");
		return;
	}
	while (part->at < part->end && is_name_character(part->text[part->at]))
		part->at++;
	tag->name = mc_arena_strndup(arena, part->text + begin, part->at - begin);
	skip_white(part);
	if (part->at == part->end || part->text[part->at] != '=') {
		wrong(tag, part, "\"=\" must follow a tag's name");
		return;
	}
	part->at++;
	parse_value(arena, part, tag);
}

static bool
is_blank(const char *text, size_t at, size_t end)
{
	while (at < end && mc_is_fws(text[at]))
		at++;
	return at == end;
}

bool
mc_tag_list_parse(
	struct mc_arena *arena, const char *text, size_t length, struct mc_tag_list *ret_list)
{
	struct mc_tag_list list = {NULL, 0};
	size_t parts = 1, at = 0;

	for (size_t i = 0; i < length; i++)
		parts += text[i] == ';';
	if (parts > MC_TAG_LIMIT)
		return false;
	list.tags = mc_arena_calloc(arena, parts, sizeof(*list.tags));
	if (list.tags == NULL)
		return false;
	while (at < length) {
		const char *semicolon = memchr(text + at, ';', length - at);
		size_t end = semicolon != NULL ? (size_t)(semicolon - text) : length;
		struct part part = {text, at, end};

		if (semicolon == NULL && is_blank(text, at, end) && list.count > 0)
			break;
		parse_part(arena, &part, &list.tags[list.count++]);
		at = end + 1;
	}
	*ret_list = list;
	return !arena->failed;
}

const struct mc_tag *
mc_tag_list_find(const struct mc_tag_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->tags[i].wrong == NULL && strcmp(list->tags[i].name, name) == 0)
			return &list->tags[i];
	return NULL;
}

bool
mc_tag_list_repeats(const struct mc_tag_list *list, const struct mc_tag *tag)
{
	for (const struct mc_tag *before = list->tags; before < tag; before++)
		if (before->wrong == NULL && strcmp(before->name, tag->name) == 0)
			return true;
	return false;
}

bool
mc_tag_items_next(struct mc_tag_items *items, struct mc_arena *arena, const char **ret_item)
{
	const char *begin = items->at, *end;

	if (begin == NULL)
		return false;
	end = strchr(begin, items->separator);
	items->at = end != NULL ? end + 1 : NULL;
	if (end == NULL)
		end = begin + strlen(begin);
	while (begin < end && mc_is_fws(*begin))
		begin++;
	while (end > begin && mc_is_fws(end[-1]))
		end--;
	*ret_item = mc_arena_strndup(arena, begin, (size_t)(end - begin));
	return true;
}
