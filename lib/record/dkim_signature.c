/* dkim_signature: header fields unfolded one by one, those of DKIM taken apart. */
#include "record/dkim_signature.h"

#include <string.h>
#include <strings.h>

#include "record/domain.h"
#include "record/tag_list.h"

struct header {
	const char *text;
	size_t length, at;
};

/* The next line without its end; false at the empty line that ends the header, or at the end. */
static bool
next_line(struct header *header, const char **ret_line, size_t *ret_length)
{
	const char *line = header->text + header->at, *end;
	size_t left = header->length - header->at, length;

	if (left == 0)
		return false;
	end = memchr(line, '\n', left);
	length = end != NULL ? (size_t)(end - line) : left;
	header->at += length + (end != NULL);
	while (length > 0 && line[length - 1] == '\r')
		length--;
	*ret_line = line;
	*ret_length = length;
	return length > 0;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The rest of the field whose first line ends before header->at; folded lines belong to it. */
static size_t
field_end(struct header *header)
{
	struct header ahead = *header;
	const char *line;
	size_t length;

	while (ahead.at < ahead.length && is_blank(ahead.text[ahead.at])) {
		if (!next_line(&ahead, &line, &length))
			break;
		header->at = ahead.at;
	}
	return header->at;
}

static bool
is_signature(const char *line, size_t length, size_t *ret_value)
{
	static const char name[] = "dkim-signature";
	size_t at = sizeof(name) - 1;

	if (length <= at || strncasecmp(line, name, at) != 0)
		return false;
	while (at < length && is_blank(line[at]))
		at++;
	*ret_value = at + 1;
	return at < length && line[at] == ':';
}

/* RFC 6376, 3.5: an algorithm begins with a letter. */
static bool
is_word(const char *text)
{
	size_t length =
		strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

	return length > 0 && length <= MC_DKIM_ALGORITHM_MAX && text[length] == '\0' &&
	       text[0] >= 'A';
}

/* U-labels may stand in d= and s= (RFC 8616, 3), beyond what a tag-list allows otherwise. */
static const char *
name_of(struct mc_arena *arena, const struct mc_tag_list *list, const char *tag,
	const char *(*parse)(const char *, char *))
{
	char name[MC_NAME_TEXT_SIZE];

	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->tags[i].name, tag) == 0)
			return parse(list->tags[i].value, name) == NULL
				       ? mc_arena_strdup(arena, name)
				       : "";
	return "";
}

/* RFC 6376, 3.5: an address, the local part of which may be missing; white space from folding is
 * passed over. False: it is none. */
static bool
read_identity(
	struct mc_arena *arena, const struct mc_tag_list *list, struct mc_dkim_signature *signature)
{
	const char *value = NULL, *at;
	char text[MC_NAME_TEXT_SIZE], name[MC_NAME_TEXT_SIZE];
	size_t length = 0;

	for (size_t i = 0; i < list->count && value == NULL; i++)
		if (strcmp(list->tags[i].name, "i") == 0)
			value = list->tags[i].value;
	signature->identity = signature->domain;
	if (value == NULL)
		return true;
	at = strrchr(value, '@');
	for (; at != NULL && at[1] != '\0' && length < sizeof(text) - 1; at++)
		if (!mc_is_fws(at[1]))
			text[length++] = at[1];
	text[length] = '\0';
	if (at == NULL || at[1] != '\0' || mc_domain_parse_host(text, name) != NULL)
		return false;
	signature->identity = mc_arena_strdup(arena, name);
	return true;
}

static void
take_apart(struct mc_arena *arena, const char *value, size_t length,
	struct mc_dkim_signature *signature)
{
	struct mc_tag_list list;
	const struct mc_tag *a;

	*signature = (struct mc_dkim_signature){
		.selector = "", .domain = "", .algorithm = "", .identity = ""};
	if (!mc_tag_list_parse(arena, value, length, &list)) {
		signature->wrong = "it has too many tags";
		return;
	}
	a = mc_tag_list_find(&list, "a");
	if (a != NULL && is_word(a->value))
		signature->algorithm = a->value;
	signature->selector = name_of(arena, &list, "s", mc_domain_parse_selector);
	signature->domain = name_of(arena, &list, "d", mc_domain_parse_host);
	if (signature->selector[0] == '\0')
		signature->wrong = "it has no s= tag with a selector";
	else if (signature->domain[0] == '\0')
		signature->wrong = "it has no d= tag with a domain";
	else if (!read_identity(arena, &list, signature))
		signature->wrong = "its i= tag has no domain";
	if (signature->wrong != NULL)
		signature->selector = signature->domain = signature->algorithm =
			signature->identity = "";
}

bool
mc_dkim_signatures_read(struct mc_arena *arena, const char *text, size_t length,
	struct mc_dkim_signatures *ret_signatures)
{
	struct header header = {text, length, 0};
	const char *line;
	size_t line_length, value;

	*ret_signatures = (struct mc_dkim_signatures){.count = 0};
	while (next_line(&header, &line, &line_length)) {
		const char *end = text + field_end(&header);
		if (!is_signature(line, line_length, &value))
			continue;
		if (ret_signatures->count == MC_DKIM_SIGNATURES)
			ret_signatures->left_out++;
		else
			take_apart(arena, line + value, (size_t)(end - (line + value)),
				&ret_signatures->signatures[ret_signatures->count++]);
	}
	return !arena->failed;
}
