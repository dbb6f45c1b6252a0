/*
 * problem: what is wrong with a record's text: the id of a finding, where, and what to publish
 * instead. The parsers of this room collect them; whoever reports turns them into findings.
 */
#ifndef MC_RECORD_PROBLEM_H
#define MC_RECORD_PROBLEM_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

#define MC_NOWHERE SIZE_MAX  /* no position in the text */
#define MC_PROBLEM_LIMIT 100 /* most that are told of one record */

struct mc_problem {
	const char *id;
	const char *evidence; /* with the position in words; may hold octets of any kind but NUL */
	const char *fix;      /* "" when the registry's own says it all */
	bool corrected;       /* the fix is to publish the corrected record, and nothing else */
	struct mc_problem *next;
};

struct mc_problems {
	struct mc_arena *arena;
	struct mc_problem *first, *last;
	size_t count;
	const char *corrected; /* a record without what is wrong with this one; NULL: none known */
};

void mc_problems_init(struct mc_problems *problems, struct mc_arena *arena);
/* `position` is an offset in the text, told counted from 1. */
__attribute__((format(printf, 4, 5))) void mc_problem(
	struct mc_problems *problems, const char *id, size_t position, const char *evidence, ...);
/* A fix in so many words for the problem just told. */
__attribute__((format(printf, 2, 3))) void mc_problem_fix(
	struct mc_problems *problems, const char *fix, ...);
/* A record to publish instead, judged already: the fix of every problem that has none yet but
 * those of `kept` (ids, NULL at the end), which it does not touch. */
void mc_problems_offer(struct mc_problems *problems, const char *record, const char *const *kept);
/* The same about a record that is valid, but not what its author meant: nothing is corrected. */
void mc_problems_advise(struct mc_problems *problems, const char *record, const char *const *kept);

#endif
