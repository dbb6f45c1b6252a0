/* bounce: the fields of a delivery status, else the lines that begin with an address. */
#include "reply/bounce.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "reply/chunk.h"
#include "reply/header.h"
#include "reply/mime.h"

#define REPLY_LIMIT 65536 /* octets kept of what was said of a recipient */
#define ADDRESS_LIMIT 320

struct reader {
	struct mc_arena *arena;
	struct mc_bounce *bounce;
};

static struct mc_bounce_recipient *
add(struct reader *reader, const char *address)
{
	struct mc_bounce *bounce = reader->bounce;
	struct mc_bounce_recipient *row;

	if (bounce->count == MC_BOUNCE_RECIPIENTS) {
		bounce->cut = true;
		return NULL;
	}
	row = &bounce->recipients[bounce->count++];
	*row = (struct mc_bounce_recipient){address, "", "", "", ""};
	return row;
}

/* --- delivery status --- */

static const char *
lower(struct mc_arena *arena, const char *text)
{
	char *copy = mc_arena_memdup(arena, text, strlen(text));

	for (char *c = copy; c != NULL && *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	return copy != NULL ? copy : "";
}

/* What is behind "rfc822;", "dns;", "smtp;" (RFC 3464, 2.1.2). */
static const char *
untyped(const char *value)
{
	size_t type = strcspn(value, " \t;<@"), blanks = strspn(value + type, " \t");
	const char *behind = value + type + blanks;

	return *behind == ';' ? behind + 1 + strspn(behind + 1, " \t") : value;
}

/* The first word, without a comment behind it. */
static const char *
first_word(struct mc_arena *arena, const char *value)
{
	return mc_arena_strndup(arena, value, strcspn(value, " \t(;"));
}

/* False for what is no code point beyond ASCII. */
static bool
put_point(struct mc_buf *out, uint32_t point)
{
	if (point < 0x80 || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
		return false;
	if (point < 0x800) {
		mc_buf_putc(out, (char)(0xc0 | point >> 6));
	} else if (point < 0x10000) {
		mc_buf_putc(out, (char)(0xe0 | point >> 12));
		mc_buf_putc(out, (char)(0x80 | (point >> 6 & 0x3f)));
	} else {
		mc_buf_putc(out, (char)(0xf0 | point >> 18));
		mc_buf_putc(out, (char)(0x80 | (point >> 12 & 0x3f)));
		mc_buf_putc(out, (char)(0x80 | (point >> 6 & 0x3f)));
	}
	mc_buf_putc(out, (char)(0x80 | (point & 0x3f)));
	return true;
}

/* "\x{E9}" of utf-8-addr-xtext (RFC 6533, 3) to UTF-8; what is no such code stays. */
static const char *
unembedded(struct mc_arena *arena, const char *value)
{
	struct mc_buf out;
	const char *result;

	mc_buf_init(&out, ADDRESS_LIMIT * 8);
	while (*value != '\0' && !out.failed) {
		size_t digits = strncmp(value, "\\x{", 3) == 0
					? strspn(value + 3, "0123456789abcdefABCDEF")
					: 0;
		uint32_t point = digits > 0 && digits < 7 && value[3 + digits] == '}'
					 ? (uint32_t)strtoul(value + 3, NULL, 16)
					 : 0;

		if (put_point(&out, point))
			value += digits + 4;
		else
			mc_buf_putc(&out, *value++);
	}
	result = mc_arena_strdup(arena, mc_buf_text(&out));
	arena->failed |= out.failed;
	mc_buf_free(&out);
	return result;
}

static const char *
bare_address(struct mc_arena *arena, const char *value)
{
	size_t length;

	value = untyped(value);
	length = strlen(value);
	if (length > ADDRESS_LIMIT * 4)
		return mc_arena_strndup(arena, value, ADDRESS_LIMIT * 4);
	if (length > 1 && value[0] == '<' && value[length - 1] == '>')
		value = mc_arena_strndup(arena, value + 1, length - 2);
	if (value == NULL || strstr(value, "\\x{") == NULL)
		return value;
	return unembedded(arena, value);
}

/*
 * The fields of one group; those about a recipient name it. "X-Supplementary-Info: <mx.example
 * #5.0.0 smtp; 550 no such user>" is what some servers write in place of a Diagnostic-Code.
 */
static void
read_group(struct reader *reader, const struct mc_header *header)
{
	static const char *const names[] = {"Final-Recipient", "Original-Recipient", "Action",
		"Status", "Remote-MTA", "Diagnostic-Code", "Reporting-MTA", "X-Supplementary-Info"};
	const char *values[sizeof(names) / sizeof(names[0])];
	struct mc_bounce_recipient *row;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		values[i] = mc_header_find(reader->arena, header, names[i]);
	if (values[6] != NULL)
		reader->bounce->server = untyped(values[6]);
	if (values[0] == NULL)
		values[0] = values[1];
	if (values[0] == NULL)
		return;
	row = add(reader, bare_address(reader->arena, values[0]));
	if (row == NULL)
		return;
	row->action =
		values[2] != NULL ? lower(reader->arena, first_word(reader->arena, values[2])) : "";
	row->status = values[3] != NULL ? first_word(reader->arena, values[3]) : "";
	row->server = values[4] != NULL ? untyped(values[4]) : "";
	if (values[5] == NULL)
		values[5] = values[7];
	row->reply = values[5] != NULL ? untyped(values[5]) : "";
}

static void
read_status(struct reader *reader, const char *text)
{
	while (*text != '\0') {
		struct mc_header group = mc_header_group(text);

		read_group(reader, &group);
		text += group.length;
		if (group.length == 0)
			text += strspn(text, " \t\n");
	}
}

/* --- free text --- */

struct line {
	const char *text; /* without blanks at its ends */
	size_t length;
};

static bool
next_line(const char **at, struct line *ret_line)
{
	size_t length = strcspn(*at, "\n");
	struct line line = {*at, length};

	if (**at == '\0')
		return false;
	*at += length + ((*at)[length] == '\n' ? 1 : 0);
	while (line.length > 0 && strchr(" \t>", line.text[0]) != NULL) {
		line.text++;
		line.length--;
	}
	while (line.length > 0 && strchr(" \t", line.text[line.length - 1]) != NULL)
		line.length--;
	*ret_line = line;
	return true;
}

static bool
begins(const struct line *line, const char *words)
{
	return line->length >= strlen(words) && strncasecmp(line->text, words, strlen(words)) == 0;
}

static bool
begins_any(const struct line *line, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (begins(line, words[i]))
			return true;
	return false;
}

static void
skip(struct line *line, size_t octets)
{
	line->text += octets;
	line->length -= octets;
}

static void
skip_any(struct line *line, const char *octets)
{
	while (line->length > 0 && strchr(octets, line->text[0]) != NULL)
		skip(line, 1);
}

/* What follows is the message that was not delivered. */
static bool
is_copy(const struct line *line)
{
	static const char *const ruled[] = {"below this line is a copy", "this is a copy of",
		"original message", "returned message", "message header", "a copy of the message",
		"the body of the message", "included below is", "unsent message", "headers follow",
		"message headers follow", "message text follows", "the header of the original"};
	static const char *const plain[] = {"below is a copy of the original",
		"original message headers", "received: from ", "return-path: "};
	struct line rest = *line;

	if (begins_any(line, plain, sizeof(plain) / sizeof(plain[0])))
		return true;
	skip_any(&rest, "|");
	if (rest.length < 3 || strncmp(rest.text, "---", 3) != 0)
		return false;
	skip_any(&rest, "- ");
	return begins_any(&rest, ruled, sizeof(ruled) / sizeof(ruled[0]));
}

/* What a server says of its own patience, not of a recipient. */
static bool
is_aside(const struct line *line)
{
	static const char *const words[] = {"warning: message still undelivered",
		"will keep trying until", "no action is required on your part",
		"i'm not going to try again"};

	return begins_any(line, words, sizeof(words) / sizeof(words[0]));
}

/* "Recipient: ", "Empf\xC3\xA4nger: ": the line without it. */
static struct line
without_label(const struct line *line)
{
	static const char *const labels[] = {"recipient", "failed recipient", "final recipient",
		"original recipient", "rcpt to", "empf\xC3\xA4nger", "destinataire", "destinatario",
		"destinat\xC3\xA1rio"};
	struct line rest = *line;

	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (begins(line, labels[i])) {
			skip(&rest, strlen(labels[i]));
			skip_any(&rest, " \t");
			if (rest.length == 0 || rest.text[0] != ':')
				return *line;
			skip_any(&rest, ": \t");
			if (begins(&rest, "[smtp:"))
				skip(&rest, 6);
			return rest;
		}
	return *line;
}

/* Past what may stand behind a mailbox, to what is said of it; false where the mailbox is but the
 * beginning of a sentence. */
static bool
skip_behind(struct line *rest, bool bracket)
{
	static const char *const origins[] = {
		"(expanded from", "(generated from", "(ultimately generated from"};
	const char *end;

	if (begins(rest, "<mailto:") && (end = memchr(rest->text, '>', rest->length)) != NULL)
		skip(rest, (size_t)(end - rest->text) + 1);
	if (begins(rest, " on ") && memchr(rest->text, ':', rest->length) != NULL)
		rest->length = 0;
	bracket = bracket || rest->length == 0 || strchr(":]", rest->text[0]) != NULL;
	skip_any(rest, ":] \t");
	if (begins_any(rest, origins, sizeof(origins) / sizeof(origins[0]))) {
		end = memchr(rest->text, ')', rest->length);
		skip(rest, end != NULL ? (size_t)(end - rest->text) + 1 : rest->length);
		skip_any(rest, ": \t");
		return true;
	}
	return bracket;
}

/* The mailbox a line begins with, "<a@b>", "a@b:" or all of it; what is said behind it. */
static bool
begins_with_mailbox(const struct line *line, struct line *ret_mailbox, struct line *ret_rest)
{
	struct line rest = without_label(line), mailbox;
	char open = rest.length > 0 ? rest.text[0] : ' ';
	bool bracket = open == '<' || open == '"' || open == '\'';
	size_t at = 0, end = 0;

	if (bracket)
		skip(&rest, 1);
	while (end < rest.length && (uint8_t)rest.text[end] > ' ' &&
		strchr("<>,;:()[]\"'\x7f", rest.text[end]) == NULL) {
		at += rest.text[end] == '@' ? 1 : 0;
		end++;
	}
	mailbox = (struct line){rest.text, end};
	if (at != 1 || end < 3 || end > ADDRESS_LIMIT || rest.text[0] == '@' ||
		rest.text[end - 1] == '@')
		return false;
	skip(&rest, end);
	if (bracket) {
		if (rest.length == 0 || rest.text[0] != (open == '<' ? '>' : open))
			return false;
		skip(&rest, 1);
	}
	if (!skip_behind(&rest, bracket))
		return false;
	*ret_mailbox = mailbox;
	*ret_rest = rest;
	return true;
}

/* Whether there is a reply's code in it, by its place. */
static bool
has_code(const char *text, size_t length)
{
	struct mc_chunks chunks = {.text = (const uint8_t *)text, .end = length};
	struct mc_chunk chunk;

	while (mc_chunk_next(&chunks, &chunk))
		if (chunk.kind == MC_CHUNK_CODE && chunk.value >= 400 &&
			(chunk.start == 0 ||
				(chunk.before != 0 && strchr("#:<'\";", chunk.before))))
			return true;
	return false;
}

/* Free text being read: what is said of a recipient so far. */
struct notice {
	struct reader *reader;
	struct mc_bounce_recipient *row;     /* NULL: of nobody */
	struct mc_bounce_recipient *waiting; /* of whom no code was said yet */
	struct mc_buf said;
};

static struct mc_bounce_recipient *
find_or_add(struct reader *reader, const struct line *mailbox)
{
	const char *address = mc_arena_strndup(reader->arena, mailbox->text, mailbox->length);

	for (size_t i = 0; i < reader->bounce->count; i++)
		if (strcasecmp(reader->bounce->recipients[i].address, address) == 0)
			return &reader->bounce->recipients[i];
	return add(reader, address);
}

/* Of two things said of one recipient, the one with a code stays, else the first. */
static void
keep(struct notice *notice)
{
	struct mc_bounce_recipient *row = notice->row;
	const char *said = mc_buf_text(&notice->said);

	if (row != NULL && said[0] != '\0' &&
		(row->reply[0] == '\0' || (has_code(said, strlen(said)) &&
						  !has_code(row->reply, strlen(row->reply)))))
		row->reply = mc_arena_strdup(notice->reader->arena, said);
	notice->waiting = row != NULL && !has_code(row->reply, strlen(row->reply)) ? row : NULL;
	notice->row = NULL;
	mc_buf_clear(&notice->said);
}

static void
say(struct mc_buf *said, const struct line *line)
{
	if (line->length == 0 || said->length + line->length + 2 > REPLY_LIMIT)
		return;
	if (said->length > 0)
		mc_buf_putc(said, ' ');
	mc_buf_append(said, line->text, line->length);
}

/* An empty line ends what is said, unless it announces more. */
static bool
is_end(const struct notice *notice, const struct line *line)
{
	const struct mc_buf *said = &notice->said;

	return line->length == 0 && said->length > 0 && said->data[said->length - 1] != ':';
}

static void
read_line(struct notice *notice, const struct line *line)
{
	struct line mailbox, rest;

	if (begins_with_mailbox(line, &mailbox, &rest)) {
		keep(notice);
		notice->row = find_or_add(notice->reader, &mailbox);
		say(&notice->said, &rest);
	} else if (notice->row != NULL && is_end(notice, line)) {
		keep(notice);
	} else if (notice->row != NULL) {
		say(&notice->said, line);
	} else if (notice->waiting != NULL && has_code(line->text, line->length)) {
		notice->row = notice->waiting;
		say(&notice->said, line);
	}
}

/* From a line that begins with a mailbox to an empty one behind what is said of it. */
static void
read_mailboxes(struct reader *reader, const char *text)
{
	struct notice notice = {.reader = reader};
	struct line line;

	mc_buf_init(&notice.said, REPLY_LIMIT);
	while (next_line(&text, &line) && !is_copy(&line))
		if (!is_aside(&line))
			read_line(&notice, &line);
	keep(&notice);
	reader->arena->failed |= notice.said.failed;
	mc_buf_free(&notice.said);
}

/* All that is said, in one line. */
static const char *
whole_text(struct reader *reader, const char *text)
{
	struct mc_buf said;
	struct line line;
	const char *result;

	mc_buf_init(&said, REPLY_LIMIT);
	while (next_line(&text, &line) && !is_copy(&line))
		if (!is_aside(&line))
			say(&said, &line);
	result = mc_arena_strdup(reader->arena, mc_buf_text(&said));
	reader->arena->failed |= said.failed;
	mc_buf_free(&said);
	return result;
}

/* X-Failed-Recipients (Exim): addresses the text says nothing more of. */
static void
read_failed_recipients(struct reader *reader, const char *value)
{
	while (*value != '\0') {
		size_t length = strcspn(value, ", \t");

		if (length > 0 && length <= ADDRESS_LIMIT)
			add(reader, mc_arena_strndup(reader->arena, value, length));
		value += length + strspn(value + length, ", \t");
	}
}

static void
read_text(struct reader *reader, const struct mc_header *header, const char *text)
{
	const char *failed = mc_header_find(reader->arena, header, "X-Failed-Recipients");
	struct mc_bounce *bounce = reader->bounce;
	bool said = false;

	read_mailboxes(reader, text);
	for (size_t i = 0; i < bounce->count; i++)
		said = said || bounce->recipients[i].reply[0] != '\0';
	if (!said && failed != NULL) {
		bounce->count = 0;
		read_failed_recipients(reader, failed);
	}
	if (bounce->count == 0)
		add(reader, "");
	for (size_t i = 0; !said && i < bounce->count; i++)
		bounce->recipients[i].reply = whole_text(reader, text);
}

/* --- the message --- */

static const struct mc_mime_part *
find_part(const struct mc_mime *mime, const char *type)
{
	for (size_t i = 0; i < mime->count; i++)
		if (strcmp(mime->parts[i].type, type) == 0)
			return &mime->parts[i];
	return NULL;
}

static const struct mc_mime_part *
find_text(const struct mc_mime *mime)
{
	const struct mc_mime_part *part = find_part(mime, "text/plain");

	return part != NULL ? part : find_part(mime, "text/html");
}

/* What the text says of a recipient whose fields have no Diagnostic-Code. */
static void
complete(struct reader *reader, const char *text)
{
	struct mc_bounce free_text = {0}, *bounce = reader->bounce;
	struct reader other = {reader->arena, &free_text};

	free_text.recipients =
		mc_arena_calloc(reader->arena, MC_BOUNCE_RECIPIENTS, sizeof(*free_text.recipients));
	if (free_text.recipients == NULL)
		return;
	read_mailboxes(&other, text);
	for (size_t i = 0; i < bounce->count; i++) {
		struct mc_bounce_recipient *row = &bounce->recipients[i];

		for (size_t j = 0; j < free_text.count && row->reply[0] == '\0'; j++)
			if (strcasecmp(free_text.recipients[j].address, row->address) == 0)
				row->reply = free_text.recipients[j].reply;
		if (row->reply[0] == '\0')
			row->reply = row->status;
	}
}

static const struct mc_mime_part *
find_status(const struct mc_mime *mime)
{
	const struct mc_mime_part *part = find_part(mime, "message/delivery-status");

	return part != NULL ? part : find_part(mime, "message/global-delivery-status");
}

/* A report that was forwarded as an attachment takes the place of what it is attached to. */
static void
enter_attachment(struct mc_arena *arena, struct mc_mime *mime)
{
	const struct mc_mime_part *part = find_part(mime, "message/rfc822");
	struct mc_mime *inner;

	if (part == NULL || find_status(mime) != NULL)
		return;
	inner = mc_arena_alloc(arena, sizeof(*inner));
	if (inner == NULL)
		return;
	mc_mime_read(arena, part->body, part->length, inner);
	if (find_status(inner) != NULL)
		*mime = *inner;
}

bool
mc_bounce_read(
	struct mc_arena *arena, const uint8_t *octets, size_t length, struct mc_bounce *ret_bounce)
{
	struct mc_mime *mime = mc_arena_alloc(arena, sizeof(*mime));
	struct mc_bounce bounce = {.server = ""};
	struct reader reader = {arena, &bounce};
	const struct mc_mime_part *status, *text;
	const char *words;

	bounce.recipients =
		mc_arena_calloc(arena, MC_BOUNCE_RECIPIENTS, sizeof(*bounce.recipients));
	if (mime == NULL || bounce.recipients == NULL)
		return false;
	mc_mime_read(arena, octets, length, mime);
	enter_attachment(arena, mime);
	status = find_status(mime);
	text = find_text(mime);
	words = text != NULL ? mc_mime_text(arena, text) : "";
	if (status != NULL)
		read_status(&reader, mc_mime_text(arena, status));
	if (bounce.count > 0)
		complete(&reader, words);
	else
		read_text(&reader, &mime->header, words);
	bounce.cut |= mime->cut;
	*ret_bounce = bounce;
	return !arena->failed;
}
