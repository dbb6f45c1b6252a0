/*
 * mend: what the writer of a record most probably meant, read as leniently as the parsers are
 * strict, so that a corrected record can be offered. Whoever offers one has the parser judge it
 * first.
 */
#ifndef MC_RECORD_MEND_H
#define MC_RECORD_MEND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* A copy with what copying adds taken out: byte order marks, typographic quotes and blanks,
 * backslashes before semicolons. Line ends are kept. */
const char *mc_mend_clean(struct mc_arena *arena, const char *text, size_t length);

struct mc_mend_tags {
	const char *const *names; /* lower case, NULL at the end */
	const char *notes;        /* a tag whose value may hold anything; NULL: none */
	const char *const *lists; /* those of which several add up, by commas; NULL: none */
};

/* The values of these tags, whatever their case, order and separators; NULL in *ret_values for one
 * that is not there. Of one that stands there twice with two values nobody knows which is meant:
 * false. */
bool mc_mend_tags(struct mc_arena *arena, const char *text, size_t length,
	const struct mc_mend_tags *tags, const char **ret_values);
/* What stands between semicolons and is none of these tags: "; " before each part. */
const char *mc_mend_rest(
	struct mc_arena *arena, const char *text, size_t length, const struct mc_mend_tags *tags);
/* Whether the two are the same but for one letter added, left out or replaced, or two neighbours
 * exchanged. */
bool mc_mend_is_near(const char *typed, const char *word);
/* In lower case, the ASCII letters. */
const char *mc_mend_lower(struct mc_arena *arena, const char *text);
/* Without these characters. */
const char *mc_mend_without(struct mc_arena *arena, const char *text, const char *characters);

#endif
