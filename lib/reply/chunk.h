/*
 * chunk: a reply's text in the pieces people see at once: words, codes, addresses, URLs.
 */
#ifndef MC_REPLY_CHUNK_H
#define MC_REPLY_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mc_chunk_kind {
	MC_CHUNK_WORDS,
	MC_CHUNK_CODE,     /* 3 digits */
	MC_CHUNK_ENHANCED, /* "5.7.1" */
	MC_CHUNK_NUMBER,
	MC_CHUNK_IP, /* also one made unrecognisable: x.xx.xx.xx */
	MC_CHUNK_MAILBOX,
	MC_CHUNK_URL,
};

struct mc_chunk {
	enum mc_chunk_kind kind;
	size_t start, end;
	uint32_t value; /* of a code or number; an enhanced code as MC_STATUS */
	char before;    /* the sign in front, blanks passed over; 0 at the beginning */
	bool arrow;     /* "->" in front */
	char after;     /* the octet behind; 0 at the end */
};

struct mc_chunks {
	const uint8_t *text;
	size_t at, end;
};

/* The next chunk; false at the end. */
bool mc_chunk_next(struct mc_chunks *chunks, struct mc_chunk *ret_chunk);

#endif
