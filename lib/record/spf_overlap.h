/*
 * spf_overlap: terms of an SPF record beside each other: ranges within others, ranges that are too
 * large, and terms that another one decides before.
 */
#ifndef MC_RECORD_SPF_OVERLAP_H
#define MC_RECORD_SPF_OVERLAP_H

#include "record/problem.h"
#include "record/spf.h"

#define MC_SPF_TOLD_LIMIT 20  /* terms with the same kind of fault that are told */
#define MC_SPF_FIX_LIMIT 4096 /* octets of a record that is written anew */

void mc_spf_lint_ranges(const struct mc_spf *spf, struct mc_problems *problems);
/* A mechanism that looks up what one before it did. */
void mc_spf_lint_twice(
	const struct mc_spf *spf, const struct mc_spf_term *term, struct mc_problems *problems);
/* Whether the mechanism causes the lookup that one before it did, and says the same. */
bool mc_spf_is_repeated(const struct mc_spf *spf, const struct mc_spf_term *term);

/* Whether the term lets a network send that is too large for one sender. */
bool mc_spf_is_wide(const struct mc_spf_term *term);

/* What the networks that may send hold together: "every IPv4 address", "every IPv6 address" (all
 * that are assigned); NULL: less. */
const char *mc_spf_covers(const struct mc_spf *spf);

#endif
