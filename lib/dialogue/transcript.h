/*
 * transcript: every line of a dialogue, both ways, with its time; bounded.
 */
#ifndef MC_DIALOGUE_TRANSCRIPT_H
#define MC_DIALOGUE_TRANSCRIPT_H

#include "base/buf.h"
#include "dialogue/session.h"

struct mc_transcript {
	struct mc_arena *arena;
	struct mc_exchange *items;
	size_t count, capacity;
	size_t used;        /* of MC_TRANSCRIPT_BYTES, the items' own size included */
	bool full;          /* the rest is left out */
	bool failed;        /* out of memory */
	struct mc_buf line; /* the server's unfinished line, at most MC_SMTP_LINE_LIMIT of it */
	size_t left_out;    /* octets of it that are not kept */
	bool cr;            /* its last octet is CR */
};

void mc_transcript_init(struct mc_transcript *transcript, struct mc_arena *arena);
void mc_transcript_free(struct mc_transcript *transcript); /* its buffer; not the items */

/* Octets from the server; each line is told when its end has come. */
void mc_transcript_recv(struct mc_transcript *transcript, int64_t at, bool encrypted,
	const uint8_t *bytes, size_t length);
/* No more is to come of the server's unfinished line: it is told as it is. */
void mc_transcript_break(struct mc_transcript *transcript, int64_t at, bool encrypted);
/* A line of ours, without its line end. */
void mc_transcript_sent(
	struct mc_transcript *transcript, int64_t at, bool encrypted, const char *line);
__attribute__((format(printf, 4, 5))) void mc_transcript_note(
	struct mc_transcript *transcript, int64_t at, bool encrypted, const char *format, ...);

#endif
