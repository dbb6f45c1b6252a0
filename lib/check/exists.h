/*
 * exists: whether the target's domain does. One that does not is told by the mx check, or where
 * that was not asked for, by the others: they have nothing to say about records that nobody can
 * publish below it.
 */
#ifndef MC_CHECK_EXISTS_H
#define MC_CHECK_EXISTS_H

#include "fact/run.h"

/* Whether an answer proves that its name does not exist (RFC 2308, 2.1). An alias does, whatever
 * it leads to. */
bool mc_exists_denied(const struct mc_dns *dns);
/* A check found nothing at `below`, the domain or a name below it. If that does not exist because
 * the domain does not (its MX lookup tells), the check is over, and that is said. MC_WAIT while
 * it is not known; a lookup that failed denies nothing. */
enum mc_step mc_exists_skipped(struct mc_run *run, const struct mc_dns *below, bool *ret_skipped);
/* Ends a check that has seen for itself that the domain does not exist. */
enum mc_step mc_exists_skip(struct mc_run *run);

#endif
