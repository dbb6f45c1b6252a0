/*
 * dkim_signature: the DKIM-Signature fields in the header of a message (RFC 6376, 3.5): which keys
 * they need. The signatures themselves are not verified.
 */
#ifndef MC_RECORD_DKIM_SIGNATURE_H
#define MC_RECORD_DKIM_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

#define MC_DKIM_SIGNATURES 16 /* most signatures of one message that are looked at */
#define MC_DKIM_HEADER 262144 /* octets of a message that are looked at */
#define MC_DKIM_ALGORITHM_MAX 32

/* Texts are "" where there is nothing, all of them when it is wrong. */
struct mc_dkim_signature {
	const char *selector;  /* canonical */
	const char *domain;    /* d=, canonical */
	const char *algorithm; /* a=, as written, if it is a word */
	const char *identity;  /* domain of i=, canonical; that of d= when it is missing */
	const char *wrong;     /* why receivers pass it over, as a clause; NULL */
};

struct mc_dkim_signatures {
	struct mc_dkim_signature signatures[MC_DKIM_SIGNATURES];
	size_t count;
	size_t left_out;
};

/* `text`: a message, or its beginning; lines end in CRLF or LF. False when out of memory. */
bool mc_dkim_signatures_read(struct mc_arena *arena, const char *text, size_t length,
	struct mc_dkim_signatures *ret_signatures);

#endif
