/* lines: bounded lines from standard input. CR before LF and a byte order mark are left out. */
#include "lines.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

static bool
readable(int timeout_ms)
{
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};

	return poll(&input, 1, timeout_ms) > 0;
}

void
lines_wait(const struct lines *lines, int timeout_ms)
{
	if (!lines->ended)
		readable(timeout_ms);
}

static enum lines_state
fill(struct lines *lines)
{
	ssize_t got;

	if (lines->ended)
		return LINES_END;
	if (!readable(0))
		return LINES_LATER;
	memmove(lines->buffer, lines->buffer + lines->start, lines->end - lines->start);
	lines->end -= lines->start;
	lines->start = 0;
	got = read(STDIN_FILENO, lines->buffer + lines->end, sizeof(lines->buffer) - lines->end);
	if (got < 0)
		return errno == EINTR || errno == EAGAIN ? LINES_LATER : LINES_FAILED;
	lines->ended = got == 0;
	lines->end += (size_t)got;
	return got == 0 ? LINES_END : LINES_READY;
}

static void
take(struct lines *lines, size_t length, size_t used, struct line *ret_line)
{
	const char *text = lines->buffer + lines->start;

	if (length > 0 && text[length - 1] == '\r')
		length--;
	ret_line->cut = length > LINES_LIMIT;
	if (!lines->begun && length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		length -= 3;
	}
	lines->begun = true;
	ret_line->text = text;
	ret_line->length = ret_line->cut ? LINES_LIMIT : length;
	lines->start += used;
}

/* A line of whatever content, or the part of one that is skipped. */
static enum lines_state
any_line(struct lines *lines, struct line *ret_line)
{
	for (;;) {
		const char *text = lines->buffer + lines->start;
		size_t held = lines->end - lines->start;
		const char *end = memchr(text, '\n', held);
		enum lines_state state;

		if (end != NULL) {
			take(lines, (size_t)(end - text), (size_t)(end - text) + 1, ret_line);
			return LINES_READY;
		}
		if (held > LINES_LIMIT + 1 || (lines->ended && held > 0)) {
			take(lines, held, held, ret_line);
			return LINES_READY;
		}
		state = fill(lines);
		if (state != LINES_READY && !(state == LINES_END && held > 0))
			return state;
	}
}

static bool
is_wanted(const struct line *line)
{
	for (size_t i = 0; i < line->length; i++)
		if (line->text[i] != ' ' && line->text[i] != '\t')
			return line->text[i] != '#';
	return line->cut;
}

enum lines_state
lines_next(struct lines *lines, struct line *ret_line)
{
	struct line line;

	for (;;) {
		enum lines_state state = any_line(lines, &line);
		bool skipped = lines->skipping;

		if (state != LINES_READY)
			return state;
		lines->skipping = lines->start > 0 && lines->buffer[lines->start - 1] != '\n';
		if (!skipped && is_wanted(&line)) {
			*ret_line = line;
			return LINES_READY;
		}
	}
}
