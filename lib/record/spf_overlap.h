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

/* The range that the term is within, and that decides before it, or the same behind it; NULL:
 * there is none. */
const struct mc_spf_term *mc_spf_wider(const struct mc_spf *spf, const struct mc_spf_term *term);
/* The mechanism before it that causes the same lookup, whatever it says; NULL: there is none. */
const struct mc_spf_term *mc_spf_twin(const struct mc_spf *spf, const struct mc_spf_term *term);
/* Whether the term, which `other` decides before, has nothing of its own: no smaller range. */
bool mc_spf_is_as_wide(const struct mc_spf_term *term, const struct mc_spf_term *other);
/* The term as it has to be written for what it says, or as receivers read it; NULL: it is. */
const char *mc_spf_as_ip4(struct mc_arena *arena, const struct mc_spf_term *term);
const char *mc_spf_as_network(struct mc_arena *arena, const struct mc_spf_term *term);

/* Whether the term lets a network send that is too large for one sender. */
bool mc_spf_is_wide(const struct mc_spf_term *term);

/* What the networks that may send hold together: "every IPv4 address", "every IPv6 address" (all
 * that are assigned); NULL: less. */
const char *mc_spf_covers(const struct mc_spf *spf);

#endif
