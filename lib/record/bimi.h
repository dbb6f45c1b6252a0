/*
 * bimi: a BIMI assertion record (draft-brand-indicators-for-message-identification).
 */
#ifndef MC_RECORD_BIMI_H
#define MC_RECORD_BIMI_H

#include <stdbool.h>
#include <stddef.h>

#include "record/problem.h"

struct mc_bimi {
	bool valid;
	bool declined;         /* both l= and a= are empty: no logo is wanted */
	const char *location;  /* l=; "" none */
	const char *authority; /* a=; "" none */
	const char *avatar;    /* avp=; "" none */
};

/* Records of another version are discarded (7.2). */
bool mc_bimi_is_record(const char *text, size_t length);
/* A record, or what seems meant to be one. */
bool mc_bimi_is_attempt(const char *text, size_t length);
void mc_bimi_parse(
	const char *text, size_t length, struct mc_bimi *ret_bimi, struct mc_problems *problems);
/* The same, without a correction. */
void mc_bimi_judge(
	const char *text, size_t length, struct mc_bimi *ret_bimi, struct mc_problems *problems);
/* What a record that is not valid was most probably to say, valid; NULL: that cannot be told. */
const char *mc_bimi_mend(struct mc_arena *arena, const char *text, size_t length);

#endif
