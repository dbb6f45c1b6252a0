/* bounce: the fields of a delivery status, else the lines that begin with an address. */
#include "reply/bounce.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
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
	const char *behind = strchr(value, ';');

	if (behind == NULL || strcspn(value, " <@") < (size_t)(behind - value))
		return value;
	return behind + 1 + strspn(behind + 1, " \t");
}

static const char *
bare_address(struct mc_arena *arena, const char *value)
{
	size_t length;

	value = untyped(value);
	length = strlen(value);
	if (length > 1 && value[0] == '<' && value[length - 1] == '>')
		return mc_arena_strndup(arena, value + 1, length - 2);
	return value;
}

/* The fields of one group; those about a recipient name it. */
static void
read_group(struct reader *reader, const struct mc_header *header)
{
	static const char *const names[] = {"Final-Recipient", "Original-Recipient", "Action",
		"Status", "Remote-MTA", "Diagnostic-Code", "Reporting-MTA"};
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
	row->action = values[2] != NULL ? lower(reader->arena, values[2]) : "";
	row->status = values[3] != NULL ? values[3] : "";
	row->server = values[4] != NULL ? untyped(values[4]) : "";
	row->reply = values[5] != NULL ? untyped(values[5]) : "";
}

static void
read_status(struct reader *reader, const char *text)
{
	const uint8_t *rest = (const uint8_t *)text;
	size_t length = strlen(text);

	while (length > 0) {
		struct mc_header group = mc_header_split(rest, length, &rest, &length);

		read_group(reader, &group);
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

/* What follows is the message that was not delivered. */
static bool
is_copy(const struct line *line)
{
	static const char *const words[] = {"below this line is a copy", "this is a copy of",
		"original message", "returned message", "message header", "a copy of the message",
		"the body of the message", "included below is", "unsent message", "headers follow",
		"message headers follow"};
	struct line rest = *line;

	if (rest.length < 3 || strncmp(rest.text, "---", 3) != 0)
		return false;
	while (rest.length > 0 && (rest.text[0] == '-' || rest.text[0] == ' ')) {
		rest.text++;
		rest.length--;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (begins(&rest, words[i]))
			return true;
	return false;
}

/* The mailbox a line begins with, "<a@b>", "a@b:" or all of it; what is said behind it. */
static bool
begins_with_mailbox(const struct line *line, struct line *ret_mailbox, struct line *ret_rest)
{
	bool bracket = line->length > 0 && line->text[0] == '<';
	size_t start = bracket ? 1 : 0, end = start, at = 0;

	while (end < line->length && strchr("<> \t,;:()\"", line->text[end]) == NULL) {
		at += line->text[end] == '@' ? 1 : 0;
		end++;
	}
	if (at != 1 || end - start < 3 || end - start > ADDRESS_LIMIT || line->text[start] == '@')
		return false;
	*ret_mailbox = (struct line){line->text + start, end - start};
	if (bracket && end < line->length && line->text[end] == '>')
		end++;
	else if (bracket)
		return false;
	if (end < line->length && line->text[end] != ':' && !bracket)
		return false;
	while (end < line->length && strchr(": \t", line->text[end]) != NULL)
		end++;
	*ret_rest = (struct line){line->text + end, line->length - end};
	return true;
}

static void
keep(struct reader *reader, struct mc_bounce_recipient *row, struct mc_buf *said)
{
	if (row != NULL)
		row->reply = mc_arena_strdup(reader->arena, mc_buf_text(said));
	mc_buf_clear(said);
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

/* From a line that begins with a mailbox to an empty one behind what is said of it. */
static void
read_mailboxes(struct reader *reader, const char *text)
{
	struct mc_bounce_recipient *row = NULL;
	struct line line, mailbox, rest;
	struct mc_buf said;

	mc_buf_init(&said, REPLY_LIMIT);
	while (next_line(&text, &line) && !is_copy(&line)) {
		if (begins_with_mailbox(&line, &mailbox, &rest)) {
			keep(reader, row, &said);
			row = add(reader,
				mc_arena_strndup(reader->arena, mailbox.text, mailbox.length));
			say(&said, &rest);
		} else if (row != NULL && line.length == 0 && said.length > 0) {
			keep(reader, row, &said);
			row = NULL;
		} else if (row != NULL) {
			say(&said, &line);
		}
	}
	keep(reader, row, &said);
	reader->arena->failed |= said.failed;
	mc_buf_free(&said);
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
	status = find_part(mime, "message/delivery-status");
	if (status == NULL)
		status = find_part(mime, "message/global-delivery-status");
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
