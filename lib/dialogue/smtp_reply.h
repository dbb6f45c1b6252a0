/*
 * smtp_reply: one SMTP reply, read strictly and bounded, told exactly (RFC 5321, 4.2).
 *
 * The reader never refuses a byte: what is odd is noted and reading goes on where a sender
 * would go on.
 */
#ifndef MC_DIALOGUE_SMTP_REPLY_H
#define MC_DIALOGUE_SMTP_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"

enum mc_smtp_oddity {
	MC_ODD_BARE_LF = 1 << 0,      /* a line ended with LF alone */
	MC_ODD_BARE_CR = 1 << 1,      /* CR not followed by LF */
	MC_ODD_MIXED_CODES = 1 << 2,  /* lines of one reply with different codes */
	MC_ODD_GARBAGE_LINE = 1 << 3, /* a line without a reply code, skipped */
	MC_ODD_SEPARATOR = 1 << 4,    /* neither SP nor "-" after the code (a TAB, say); taken
					 for the last line */
	MC_ODD_LONG_LINE = 1 << 5,    /* over 512 octets with CRLF (RFC 5321, 4.5.3.1.5) */
	MC_ODD_CUT_LINE = 1 << 6,     /* over MC_SMTP_LINE_LIMIT: the rest was dropped */
	MC_ODD_CONTROL = 1 << 7,      /* NUL, ESC or another control character but TAB */
	MC_ODD_EIGHT_BIT = 1 << 8,    /* octets over 127 */
	MC_ODD_INVALID_CODE = 1 << 9, /* three digits, but not 2yz to 5yz */
	MC_ODD_ENDLESS = 1 << 10,     /* gave up: too many octets */
	MC_ODD_EARLY = 1 << 11,       /* begun before the command was sent that it is taken to
					 answer; set by the machine, not by the reader */
};

#define MC_SMTP_LINE_LIMIT 4096          /* octets kept of one line */
#define MC_SMTP_REPLY_LINES 512          /* kept of one reply; with more it is LONG */
#define MC_SMTP_REPLY_BYTES (256 * 1024) /* octets read for one reply, then ENDLESS */
#define MC_SMTP_PARTIAL_LIMIT 4096       /* octets kept of an unfinished reply */

struct mc_smtp_line {
	const char *text; /* as received, without line end and without code and separator; raw
			     bytes, NUL-terminated behind `length` */
	size_t length;
};

struct mc_smtp_reply {
	int code;          /* of the last line, as a sender takes it; 0: none (LONG, ENDLESS) */
	uint32_t oddities; /* enum mc_smtp_oddity */
	struct mc_smtp_line *lines;
	size_t count;
	const char *garbage; /* the first line without a code, raw, NULL: none */
	size_t garbage_length;
};

struct mc_smtp_reply_reader {
	struct mc_buf line; /* the unfinished line */
	struct mc_buf held; /* this reply as received, its first MC_SMTP_PARTIAL_LIMIT octets */
	size_t bytes;       /* read for this reply, dropped ones included */
	bool cr;            /* the last octet was CR */
	struct mc_smtp_reply reply; /* so far; its `code` is that of the line before */
	size_t capacity;            /* of reply.lines, which are the reader's own */
};

enum mc_smtp_read {
	MC_SMTP_READ_MORE,
	MC_SMTP_READ_REPLY,
	MC_SMTP_READ_LONG, /* it ended, but has more lines than are kept */
	MC_SMTP_READ_ENDLESS,
	MC_SMTP_READ_NOMEM
};

void mc_smtp_reply_reader_init(struct mc_smtp_reply_reader *reader);
void mc_smtp_reply_reader_free(struct mc_smtp_reply_reader *reader);

/*
 * Takes octets up to the end of one reply; *ret_taken says how many (those behind the reply are
 * left to the caller: a second reply, or plaintext after STARTTLS). On READ_REPLY the reply's
 * memory is in `arena` and the reader is ready for the next one. On READ_LONG and READ_ENDLESS the
 * reply holds what was kept of it, without a code; after these and READ_NOMEM the reader is of no
 * more use but for mc_smtp_reply_partial().
 */
enum mc_smtp_read mc_smtp_reply_read(struct mc_smtp_reply_reader *reader, struct mc_arena *arena,
	const uint8_t *bytes, size_t length, size_t *ret_taken, struct mc_smtp_reply *ret_reply);

/* The start of an unfinished reply, as received, for a report on a server that fell silent.
 * NULL when nothing had come (or out of memory). */
const char *mc_smtp_reply_partial(
	struct mc_smtp_reply_reader *reader, struct mc_arena *arena, size_t *ret_length);

/* The enhanced status code at the start of the first line (RFC 2034), "" when there is none. */
const char *mc_smtp_reply_enhanced(struct mc_arena *arena, const struct mc_smtp_reply *reply);

#endif
