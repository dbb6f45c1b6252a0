/*
 * dkim: a DKIM key record (RFC 6376, 3.6.1; RFC 8301; RFC 8463).
 */
#ifndef MC_RECORD_DKIM_H
#define MC_RECORD_DKIM_H

#include <stdbool.h>
#include <stddef.h>

#include "record/problem.h"

enum mc_dkim_key {
	MC_DKIM_OTHER, /* k= names none we know */
	MC_DKIM_RSA,
	MC_DKIM_ED25519,
};

struct mc_dkim {
	bool valid;   /* a verifier would use the key */
	bool revoked; /* p= is empty */
	enum mc_dkim_key key;
	const char *key_name; /* as k= has it */
	size_t bits;          /* of the key; 0: could not be read */
	const char *hashes;   /* h=, NULL: any */
	const char *services; /* s=, NULL: any */
	const char *notes;    /* n=, NULL: none */
	bool testing, strict; /* t=y, t=s */
};

/* Whether a TXT record was probably meant to be a key: begins with v=DKIM1, or has a p tag. */
bool mc_dkim_is_attempt(const char *text, size_t length);
void mc_dkim_parse(
	const char *text, size_t length, struct mc_dkim *ret_dkim, struct mc_problems *problems);
/* The same, without a correction. */
void mc_dkim_judge(
	const char *text, size_t length, struct mc_dkim *ret_dkim, struct mc_problems *problems);
/* One of the record's character-strings is longer than they can be (RFC 1035, 3.3). */
void mc_dkim_tell_long(
	const char *text, size_t length, size_t longest, struct mc_problems *problems);
/* A valid record with the key and the tags of one that is not; NULL: none can be made. */
const char *mc_dkim_mend(struct mc_arena *arena, const char *text, size_t length);

#endif
