/*
 * smtp_reply: octet by octet from what a server sends to one reply.
 *
 * A line is a reply's when three digits open it and a fourth does not follow; every other line
 * is skipped, as senders do. A line without "-" behind its code is the last one.
 */
#include "dialogue/smtp_reply.h"

#include <string.h>

#include "base/alloc.h"

#define LINE_LENGTH 512 /* with line end: RFC 5321, 4.5.3.1.5 */

void
mc_smtp_reply_reader_init(struct mc_smtp_reply_reader *reader)
{
	memset(reader, 0, sizeof(*reader));
	mc_buf_init(&reader->line, MC_SMTP_LINE_LIMIT);
	mc_buf_init(&reader->held, MC_SMTP_PARTIAL_LIMIT);
}

void
mc_smtp_reply_reader_free(struct mc_smtp_reply_reader *reader)
{
	mc_buf_free(&reader->line);
	mc_buf_free(&reader->held);
	mc_free(reader->reply.lines);
	memset(reader, 0, sizeof(*reader));
}

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* -1: the line does not begin with a reply code. */
static int
line_code(const uint8_t *line, size_t length)
{
	if (length < 3 || !is_digit(line[0]) || !is_digit(line[1]) || !is_digit(line[2]))
		return -1;
	if (length > 3 && is_digit(line[3]))
		return -1;
	return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

/* A copy of octets that may be none at all. */
static const char *
copy(struct mc_arena *arena, const uint8_t *bytes, size_t length)
{
	return mc_arena_memdup(arena, length > 0 ? (const void *)bytes : "", length);
}

static bool
keep_garbage(struct mc_smtp_reply_reader *reader, struct mc_arena *arena)
{
	struct mc_smtp_reply *reply = &reader->reply;

	reply->oddities |= MC_ODD_GARBAGE_LINE;
	if (reply->garbage != NULL)
		return true;
	reply->garbage = copy(arena, reader->line.data, reader->line.length);
	reply->garbage_length = reader->line.length;
	return reply->garbage != NULL;
}

static bool
keep_line(struct mc_smtp_reply_reader *reader, struct mc_arena *arena, size_t skipped)
{
	struct mc_smtp_reply *reply = &reader->reply;
	struct mc_smtp_line *lines = reply->lines;

	if (reply->count == reader->capacity) {
		size_t capacity = reader->capacity == 0 ? 8 : reader->capacity * 2;

		lines = mc_realloc(lines, capacity * sizeof(*lines));
		if (lines == NULL)
			return false;
		reply->lines = lines;
		reader->capacity = capacity;
	}
	lines += reply->count;
	lines->length = reader->line.length - skipped;
	lines->text = copy(arena, reader->line.data + skipped, lines->length);
	if (lines->text == NULL)
		return false;
	reply->count++;
	return true;
}

/* Hands the reply out, its lines copied to the arena. */
static bool
give(struct mc_smtp_reply_reader *reader, struct mc_arena *arena, struct mc_smtp_reply *ret_reply)
{
	struct mc_smtp_reply reply = reader->reply;

	reply.lines = NULL;
	if (reply.count > 0) {
		reply.lines = mc_arena_calloc(arena, reply.count, sizeof(*reply.lines));
		if (reply.lines == NULL)
			return false;
		memcpy(reply.lines, reader->reply.lines, reply.count * sizeof(*reply.lines));
	}
	*ret_reply = reply;
	return true;
}

static void
restart(struct mc_smtp_reply_reader *reader)
{
	struct mc_smtp_line *lines = reader->reply.lines;

	memset(&reader->reply, 0, sizeof(reader->reply));
	reader->reply.lines = lines;
	reader->bytes = 0;
	mc_buf_clear(&reader->held);
}

/* The line is whole; `end` is the length of its line end. */
static enum mc_smtp_read
end_line(struct mc_smtp_reply_reader *reader, struct mc_arena *arena, size_t end)
{
	struct mc_smtp_reply *reply = &reader->reply;
	const uint8_t *line = reader->line.data;
	size_t length = reader->line.length, skipped = 3;
	int code = line_code(line, length);
	bool more = false, full = reply->count == MC_SMTP_REPLY_LINES, kept;

	if (length + end > LINE_LENGTH)
		reply->oddities |= MC_ODD_LONG_LINE;
	if (code >= 0) {
		if (reply->count > 0 && code != reply->code)
			reply->oddities |= MC_ODD_MIXED_CODES;
		if (code < 200 || code > 599)
			reply->oddities |= MC_ODD_INVALID_CODE;
		if (length > 3) {
			more = line[3] == '-';
			if (!more && line[3] != ' ')
				reply->oddities |= MC_ODD_SEPARATOR;
			skipped += more || line[3] == ' ' || line[3] == '\t';
		}
		reply->code = code;
		kept = full || keep_line(reader, arena, skipped);
	} else {
		kept = keep_garbage(reader, arena);
		more = true;
	}
	mc_buf_clear(&reader->line);
	if (!kept)
		return MC_SMTP_READ_NOMEM;
	if (more)
		return MC_SMTP_READ_MORE;
	return full ? MC_SMTP_READ_LONG : MC_SMTP_READ_REPLY;
}

/* False when out of memory. */
static bool
keep_octet(struct mc_smtp_reply_reader *reader, uint8_t octet)
{
	if (reader->line.length < MC_SMTP_LINE_LIMIT)
		return mc_buf_putc(&reader->line, (char)octet);
	reader->reply.oddities |= MC_ODD_CUT_LINE | MC_ODD_LONG_LINE;
	return true;
}

static enum mc_smtp_read
read_octet(struct mc_smtp_reply_reader *reader, struct mc_arena *arena, uint8_t octet)
{
	struct mc_smtp_reply *reply = &reader->reply;
	bool cr = reader->cr;

	reader->cr = false;
	if (octet == '\n') {
		if (!cr)
			reply->oddities |= MC_ODD_BARE_LF;
		return end_line(reader, arena, cr ? 2 : 1);
	}
	if (cr) {
		reply->oddities |= MC_ODD_BARE_CR;
		if (!keep_octet(reader, '\r'))
			return MC_SMTP_READ_NOMEM;
	}
	if (octet == '\r') {
		reader->cr = true;
		return MC_SMTP_READ_MORE;
	}
	if (octet > 0x7f)
		reply->oddities |= MC_ODD_EIGHT_BIT;
	else if ((octet < 0x20 && octet != '\t') || octet == 0x7f)
		reply->oddities |= MC_ODD_CONTROL;
	return keep_octet(reader, octet) ? MC_SMTP_READ_MORE : MC_SMTP_READ_NOMEM;
}

/* How many octets there are that are nothing but text of the line, with room for them in every
 * bound: most of what servers send. */
static size_t
text_run(const struct mc_smtp_reply_reader *reader, const uint8_t *bytes, size_t length)
{
	size_t room = MC_SMTP_LINE_LIMIT - reader->line.length, run = 0;

	if (reader->cr)
		return 0;
	if (room > MC_SMTP_REPLY_BYTES - reader->bytes)
		room = MC_SMTP_REPLY_BYTES - reader->bytes;
	if (length > room)
		length = room;
	while (run < length && bytes[run] >= 0x20 && bytes[run] < 0x7f)
		run++;
	return run;
}

static enum mc_smtp_read
read_text(struct mc_smtp_reply_reader *reader, const uint8_t *bytes, size_t run)
{
	reader->bytes += run;
	return mc_buf_append(&reader->line, bytes, run) ? MC_SMTP_READ_MORE : MC_SMTP_READ_NOMEM;
}

/* False when out of memory. */
static bool
hold(struct mc_smtp_reply_reader *reader, const uint8_t *bytes, size_t length)
{
	size_t room = MC_SMTP_PARTIAL_LIMIT - reader->held.length;

	if (length > room)
		length = room;
	return length == 0 || mc_buf_append(&reader->held, bytes, length);
}

enum mc_smtp_read
mc_smtp_reply_read(struct mc_smtp_reply_reader *reader, struct mc_arena *arena,
	const uint8_t *bytes, size_t length, size_t *ret_taken, struct mc_smtp_reply *ret_reply)
{
	enum mc_smtp_read status = MC_SMTP_READ_MORE;
	size_t taken = 0;

	while (taken < length && status == MC_SMTP_READ_MORE) {
		size_t run = text_run(reader, bytes + taken, length - taken);

		if (run > 0) {
			status = read_text(reader, bytes + taken, run);
			taken += run;
		} else if (reader->bytes == MC_SMTP_REPLY_BYTES) {
			status = MC_SMTP_READ_ENDLESS;
		} else {
			reader->bytes++;
			status = read_octet(reader, arena, bytes[taken++]);
		}
	}
	if (status == MC_SMTP_READ_LONG || status == MC_SMTP_READ_ENDLESS)
		reader->reply.code = 0;
	if (status == MC_SMTP_READ_ENDLESS)
		reader->reply.oddities |= MC_ODD_ENDLESS;
	if (status != MC_SMTP_READ_NOMEM && !hold(reader, bytes, taken))
		status = MC_SMTP_READ_NOMEM;
	if (status == MC_SMTP_READ_REPLY || status == MC_SMTP_READ_LONG ||
		status == MC_SMTP_READ_ENDLESS) {
		if (!give(reader, arena, ret_reply))
			status = MC_SMTP_READ_NOMEM;
		else if (status == MC_SMTP_READ_REPLY)
			restart(reader);
	}
	*ret_taken = taken;
	return status;
}

const char *
mc_smtp_reply_partial(
	struct mc_smtp_reply_reader *reader, struct mc_arena *arena, size_t *ret_length)
{
	const char *partial = NULL;

	if (reader->held.length > 0)
		partial = copy(arena, reader->held.data, reader->held.length);
	*ret_length = partial != NULL ? reader->held.length : 0;
	return partial;
}

/* The length of "." and one to three digits at the start; 0: none. */
static size_t
dotted_number(const char *text)
{
	size_t digits = 0;

	if (*text != '.')
		return 0;
	while (digits < 4 && is_digit((uint8_t)text[1 + digits]))
		digits++;
	return digits >= 1 && digits <= 3 ? 1 + digits : 0;
}

const char *
mc_smtp_reply_enhanced(struct mc_arena *arena, const struct mc_smtp_reply *reply)
{
	const char *text;
	size_t subject, detail, length;

	if (reply->count == 0)
		return "";
	text = reply->lines[0].text;
	if (*text != '2' && *text != '4' && *text != '5')
		return "";
	subject = dotted_number(text + 1);
	detail = subject == 0 ? 0 : dotted_number(text + 1 + subject);
	length = 1 + subject + detail;
	if (detail == 0 || length > reply->lines[0].length)
		return "";
	if (text[length] != '\0' && text[length] != ' ' && text[length] != '\t')
		return "";
	return mc_arena_strndup(arena, text, length);
}
