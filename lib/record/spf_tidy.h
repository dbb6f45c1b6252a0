/*
 * spf_tidy: an SPF record written anew without what the lint finds in it, so that every finding
 * offers the same one.
 */
#ifndef MC_RECORD_SPF_TIDY_H
#define MC_RECORD_SPF_TIDY_H

#include "record/problem.h"
#include "record/spf.h"

/* Where in a fix the record is to stand. */
#define MC_SPF_TIDY "\001"

/* The record without terms that change nothing, with those that a slip keeps from doing what they
 * say in the form or at the place where they do it, and with "~all" at its end where it lets
 * everyone send, says nothing of them, or has no end. NULL: out of memory, or it is too long. */
const char *mc_spf_tidy(struct mc_arena *arena, const struct mc_spf *spf);
/* "a=example.com" as the mechanism it was to be; NULL: it would be none. */
const char *mc_spf_as_mechanism(struct mc_arena *arena, const struct mc_spf_term *term);
/* What goes with the end that the record was given, as a clause with its comma; "" nothing. */
const char *mc_spf_tidy_caveat(
	struct mc_arena *arena, const struct mc_spf *spf, const char *record);
/* Puts `record` (NULL: none can be offered) into the fixes that have a place for it. */
void mc_spf_tidy_fixes(const struct mc_spf *spf, struct mc_problems *problems, const char *record);

#endif
