/* mime: a message taken apart by its boundaries, and a part decoded. */
#include "reply/mime.h"

#include <ctype.h>
#include <iconv.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/base64.h"
#include "base/buf.h"

#define BOUNDARY_LIMIT 70 /* RFC 2046, 5.1.1 */
#define PARAMETER_LIMIT 1024
#define PIECES 10 /* of a parameter, most that are joined */

/* --- fields with parameters --- */

static const char *
lower(struct mc_arena *arena, const char *text, size_t length)
{
	char *copy = mc_arena_memdup(arena, text, length);

	if (copy == NULL)
		return "";
	for (size_t i = 0; i < length; i++)
		copy[i] = (char)tolower((unsigned char)copy[i]);
	return copy;
}

/* "text/plain" of "Text/Plain; charset=...". */
static const char *
main_value(struct mc_arena *arena, const char *value)
{
	size_t length = strcspn(value, "; \t(");

	return lower(arena, value, length);
}

/* The value behind `*at`, a token or a quoted string; `*at` is then behind it. */
static const char *
parameter_value(struct mc_arena *arena, const char **at)
{
	const char *text = *at, *end;
	size_t length = 0;
	char *value;

	if (*text != '"') {
		length = strcspn(text, "; \t");
		*at = text + length;
		return mc_arena_strndup(arena, text, length);
	}
	for (end = text + 1; *end != '\0' && *end != '"'; end++)
		end += *end == '\\' && end[1] != '\0' ? 1 : 0;
	value = mc_arena_alloc(arena, (size_t)(end - text));
	if (value == NULL)
		return "";
	for (text++; *text != '\0' && *text != '"'; text++) {
		if (*text == '\\' && text[1] != '\0')
			text++;
		value[length++] = *text;
	}
	*at = *text == '"' ? text + 1 : text;
	return value;
}

/* NULL: there is none of that name. */
static const char *
whole_parameter(struct mc_arena *arena, const char *value, const char *name)
{
	size_t length = strlen(name);
	const char *at = value + strcspn(value, ";");

	while (*at == ';') {
		const char *found;
		size_t blanks;
		bool same;

		at += 1 + strspn(at + 1, " \t");
		same = strncasecmp(at, name, length) == 0;
		blanks = same ? strspn(at + length, " \t") : 0;
		same = same && at[length + blanks] == '=';
		at += strcspn(at, "=;\"");
		if (*at != '=') {
			at += strcspn(at, ";");
			continue;
		}
		at += 1 + strspn(at + 1, " \t");
		found = parameter_value(arena, &at);
		if (same)
			return found;
		at += strcspn(at, ";");
	}
	return NULL;
}

/* The same, also where it is in pieces, "name*0", "name*1", ... (RFC 2231, 3). */
static const char *
parameter(struct mc_arena *arena, const char *value, const char *name)
{
	const char *found = whole_parameter(arena, value, name), *piece;
	struct mc_buf joined;

	if (found != NULL)
		return found;
	mc_buf_init(&joined, PARAMETER_LIMIT);
	for (int i = 0; i < PIECES; i++) {
		char numbered[32];

		snprintf(numbered, sizeof(numbered), "%s*%d", name, i);
		piece = whole_parameter(arena, value, numbered);
		if (piece == NULL)
			break;
		mc_buf_puts(&joined, piece);
		found = "";
	}
	if (found != NULL)
		found = mc_arena_strdup(arena, joined.failed ? "" : mc_buf_text(&joined));
	mc_buf_free(&joined);
	return found;
}

/* --- parts --- */

struct reader {
	struct mc_arena *arena;
	struct mc_mime *mime;
	unsigned depth;
};

static void read_entity(
	struct reader *reader, const struct mc_header *header, const uint8_t *body, size_t length);

static void
read_part(struct reader *reader, const uint8_t *text, size_t length)
{
	struct mc_header header;
	const uint8_t *body;
	size_t body_length;

	header = mc_header_split(text, length, &body, &body_length);
	read_entity(reader, &header, body, body_length);
}

/* The next line that begins "--boundary"; NULL: none. */
static const uint8_t *
find_delimiter(const uint8_t *text, const uint8_t *end, const char *boundary, size_t length)
{
	for (const uint8_t *at = text; at != NULL && at < end;) {
		if ((size_t)(end - at) >= length + 2 && at[0] == '-' && at[1] == '-' &&
			memcmp(at + 2, boundary, length) == 0)
			return at;
		at = memchr(at, '\n', (size_t)(end - at));
		if (at != NULL)
			at++;
	}
	return NULL;
}

static void
read_parts(struct reader *reader, const char *boundary, const uint8_t *body, size_t length)
{
	size_t size = strlen(boundary);
	const uint8_t *end = body + length, *at = find_delimiter(body, end, boundary, size);

	while (at != NULL && reader->mime->count < MC_MIME_PARTS) {
		const uint8_t *from = at + 2 + size, *line, *next;

		if (end - from >= 2 && from[0] == '-' && from[1] == '-')
			return;
		line = memchr(from, '\n', (size_t)(end - from));
		if (line == NULL)
			return;
		next = find_delimiter(line + 1, end, boundary, size);
		read_part(reader, line + 1, (size_t)((next != NULL ? next : end) - line) - 1);
		at = next;
	}
	reader->mime->cut |= at != NULL;
}

static const char *
field(struct reader *reader, const struct mc_header *header, const char *name)
{
	const char *value = mc_header_find(reader->arena, header, name);

	return value != NULL ? value : "";
}

static void
read_entity(
	struct reader *reader, const struct mc_header *header, const uint8_t *body, size_t length)
{
	struct mc_mime *mime = reader->mime;
	const char *content = field(reader, header, "Content-Type");
	const char *type = main_value(reader->arena, content);
	const char *boundary = parameter(reader->arena, content, "boundary");
	const char *charset = parameter(reader->arena, content, "charset");
	const char *encoding = field(reader, header, "Content-Transfer-Encoding");

	if (strstr(type, "multipart/") == type && boundary != NULL && boundary[0] != '\0' &&
		strlen(boundary) <= BOUNDARY_LIMIT) {
		if (reader->depth == MC_MIME_DEPTH) {
			mime->cut = true;
			return;
		}
		reader->depth++;
		read_parts(reader, boundary, body, length);
		reader->depth--;
		return;
	}
	if (mime->count == MC_MIME_PARTS) {
		mime->cut = true;
		return;
	}
	mime->parts[mime->count++] =
		(struct mc_mime_part){.type = type[0] != '\0' ? type : "text/plain",
			.charset = charset != NULL ? charset : "",
			.encoding = main_value(reader->arena, encoding),
			.body = body,
			.length = length};
}

void
mc_mime_read(struct mc_arena *arena, const uint8_t *octets, size_t length, struct mc_mime *ret_mime)
{
	struct reader reader = {.arena = arena, .mime = ret_mime};
	const uint8_t *body;
	size_t body_length;

	memset(ret_mime, 0, sizeof(*ret_mime));
	if (length >= 5 && memcmp(octets, "From ", 5) == 0) {
		const uint8_t *line = memchr(octets, '\n', length);

		length -= line != NULL ? (size_t)(line - octets) + 1 : 0;
		octets = line != NULL ? line + 1 : octets;
	}
	if (!mc_header_begins(octets, length)) {
		ret_mime->parts[ret_mime->count++] = (struct mc_mime_part){.type = "text/plain",
			.charset = "",
			.encoding = "",
			.body = octets,
			.length = length};
		return;
	}
	ret_mime->header = mc_header_split(octets, length, &body, &body_length);
	read_entity(&reader, &ret_mime->header, body, body_length);
}

/* --- decoding --- */

static int
hex(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* RFC 2045, 6.7; what is no code stays as it is. */
static void
decode_quoted(struct mc_buf *out, const uint8_t *body, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		size_t end = i + 1;

		if (body[i] != '=') {
			mc_buf_putc(out, (char)body[i]);
			continue;
		}
		if (i + 2 < length && hex(body[i + 1]) >= 0 && hex(body[i + 2]) >= 0) {
			mc_buf_putc(out, (char)(hex(body[i + 1]) << 4 | hex(body[i + 2])));
			i += 2;
			continue;
		}
		while (end < length && (body[end] == ' ' || body[end] == '\t' || body[end] == '\r'))
			end++;
		if (end < length && body[end] == '\n')
			i = end;
		else
			mc_buf_putc(out, '=');
	}
}

static void
decode_base64(struct mc_buf *out, const uint8_t *body, size_t length)
{
	struct mc_buf lines;

	mc_buf_init(&lines, out->limit * 2);
	for (size_t i = 0; i < length && !lines.failed; i++)
		if (isalnum(body[i]) || body[i] == '+' || body[i] == '/')
			mc_buf_putc(&lines, (char)body[i]);
	while (lines.length % 4 > 1)
		mc_buf_putc(&lines, '=');
	if (lines.length % 4 == 1)
		lines.length--;
	mc_base64_decode(out, (const char *)lines.data, lines.length);
	out->failed |= lines.failed;
	mc_buf_free(&lines);
}

/* From `charset` to UTF-8; '?' for what has no place there. False when nobody knows the charset. */
static bool
convert(struct mc_buf *out, const char *charset, const struct mc_buf *in)
{
	char *from = (char *)in->data, block[4096];
	size_t left = in->length;
	iconv_t converter;

	if (strlen(charset) > 40)
		return false;
	converter = iconv_open("UTF-8", charset);
	if (converter == (iconv_t)-1)
		return false;
	while (left > 0 && !out->failed) {
		char *to = block;
		size_t room = sizeof(block), before = left;
		size_t done = iconv(converter, &from, &left, &to, &room);

		mc_buf_append(out, block, (size_t)(to - block));
		if (done == (size_t)-1 && left == before && to == block) {
			mc_buf_putc(out, '?');
			from++;
			left--;
		}
	}
	iconv_close(converter);
	return true;
}

/* Tags become blanks, the ends of blocks line ends; the commonest entities are resolved. */
static void
strip_tags(struct mc_buf *out, const char *text, size_t length)
{
	static const struct {
		const char *entity, *text;
	} entities[] = {{"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}, {"&quot;", "\""},
		{"&nbsp;", " "}, {"&#39;", "'"}};
	size_t closed = length; /* behind the last '>' */

	while (closed > 0 && text[closed - 1] != '>')
		closed--;

	for (size_t i = 0; i < length; i++) {
		const char *end = NULL;
		size_t entity = 0;

		if (text[i] == '<' && i < closed)
			end = memchr(text + i, '>', length - i);
		if (end != NULL) {
			bool block = strncasecmp(text + i, "<br", 3) == 0 ||
				     strncasecmp(text + i, "</p", 3) == 0 ||
				     strncasecmp(text + i, "</div", 5) == 0 ||
				     strncasecmp(text + i, "</tr", 4) == 0;

			mc_buf_putc(out, block ? '\n' : ' ');
			i = (size_t)(end - text);
			continue;
		}
		while (text[i] == '&' && entity < 6 &&
			strncmp(text + i, entities[entity].entity,
				strlen(entities[entity].entity)) != 0)
			entity++;
		if (text[i] == '&' && entity < 6) {
			mc_buf_puts(out, entities[entity].text);
			i += strlen(entities[entity].entity) - 1;
		} else {
			mc_buf_putc(out, text[i]);
		}
	}
}

static const char *
finish(struct mc_arena *arena, const struct mc_buf *text)
{
	char *copy = mc_arena_alloc(arena, text->length + 1);
	size_t length = 0;

	if (copy == NULL)
		return "";
	for (size_t i = 0; i < text->length; i++)
		if (text->data[i] != '\r')
			copy[length++] = text->data[i] != 0 ? (char)text->data[i] : '?';
	copy[length] = '\0';
	return copy;
}

const char *
mc_mime_text(struct mc_arena *arena, const struct mc_mime_part *part)
{
	size_t length = part->length < MC_MIME_TEXT ? part->length : MC_MIME_TEXT;
	struct mc_buf decoded, converted, plain, *text = &decoded;
	const char *result;

	mc_buf_init(&decoded, MC_MIME_TEXT + 4);
	mc_buf_init(&converted, (size_t)4 * MC_MIME_TEXT);
	mc_buf_init(&plain, (size_t)4 * MC_MIME_TEXT);
	if (strcmp(part->encoding, "base64") == 0)
		decode_base64(&decoded, part->body, length);
	else if (strcmp(part->encoding, "quoted-printable") == 0)
		decode_quoted(&decoded, part->body, length);
	else
		mc_buf_append(&decoded, part->body, length);
	if (part->charset[0] != '\0' && strcasecmp(part->charset, "utf-8") != 0 &&
		strcasecmp(part->charset, "us-ascii") != 0 &&
		convert(&converted, part->charset, &decoded))
		text = &converted;
	if (strcmp(part->type, "text/html") == 0) {
		strip_tags(&plain, mc_buf_text(text), text->length);
		text = &plain;
	}
	result = finish(arena, text);
	arena->failed |= decoded.failed || converted.failed || plain.failed;
	mc_buf_free(&decoded);
	mc_buf_free(&converted);
	mc_buf_free(&plain);
	return result;
}
