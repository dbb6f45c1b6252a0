/*
 * lines: standard input, a line at a time, without ever waiting for one: reports of earlier lines
 * are written while the next is still to come.
 */
#ifndef CLI_LINES_H
#define CLI_LINES_H

#include <stdbool.h>
#include <stddef.h>

#define LINES_LIMIT 4096 /* octets of a line; no target is longer */

enum lines_state {
	LINES_READY,
	LINES_LATER,
	LINES_END,
	LINES_FAILED, /* errno says why */
};

struct lines {
	char buffer[16 * LINES_LIMIT];
	size_t start, end;
	bool ended;    /* nothing more to read */
	bool skipping; /* the rest of a line that was too long */
	bool begun;
};

struct line {
	const char *text; /* in the buffer; not terminated, without its end */
	size_t length;
	bool cut; /* longer than LINES_LIMIT: its beginning */
};

/* The next line that is neither blank nor a comment ("# ..."); valid until the next call. */
enum lines_state lines_next(struct lines *lines, struct line *ret_line);
/* Waits until there may be more, or a signal came. */
void lines_wait(const struct lines *lines, int timeout_ms);

#endif
