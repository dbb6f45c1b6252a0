/*
 * spf_lint: what is wrong or unwise in an SPF record, by its text alone.
 */
#ifndef MC_RECORD_SPF_LINT_H
#define MC_RECORD_SPF_LINT_H

#include "record/problem.h"
#include "record/spf.h"

/* Tells of errors of syntax, of terms that are never reached or that say too much, and of ranges
 * that overlap; with a corrected record where one can be made. */
void mc_spf_lint(const struct mc_spf *spf, struct mc_problems *problems);
/* A record without what makes receivers stop at this text, or not see that it is one; it lets no
 * one send who was not to. NULL: what is meant cannot be told. */
const char *mc_spf_mend(struct mc_arena *arena, const char *text, size_t length);
/* Where in the text a term's domain is none that a host can have: a character beside its letters,
 * digits, "-", "_", "." and macros, or an "all" that sticks to its end; MC_NOWHERE: nowhere. */
size_t mc_spf_odd_at(const struct mc_spf_term *term, const char *text);
/* Whether a modifier that nobody knows has the name of a mechanism: "a=example.com". */
bool mc_spf_is_mechanism_name(const struct mc_spf_term *term);
/* Whether the record lets nobody send: "v=spf1 -all". */
bool mc_spf_is_nobody(const struct mc_spf *spf);

/* Whether the term stands behind the "all" that ends the record before. */
bool mc_spf_is_behind_all(const struct mc_spf *spf, const struct mc_spf_term *term);

/* Whether a term sticks to the one before it where two character-strings were joined, at `at`. */
bool mc_spf_is_glued(struct mc_arena *arena, const char *text, size_t length, size_t at);

/* That the record, which may be given as one piece, has to be published in several strings; with
 * what mc_spf_lint(), called before, found mended. */
void mc_spf_lint_length(const struct mc_spf *spf, struct mc_problems *problems);

#endif
