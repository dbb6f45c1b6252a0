/*
 * dkim_message: what the DKIM signatures of a message, as its header names them, do for the domain
 * (RFC 6376, 6.1; RFC 9989, 4.4.1). They themselves are not verified.
 */
#ifndef MC_CHECK_DKIM_MESSAGE_H
#define MC_CHECK_DKIM_MESSAGE_H

#include "fact/run.h"
#include "record/dkim.h"

/* A key, found at `name`, beside the signatures that need it. */
void mc_dkim_judge_key(struct mc_run *run, const char *selector, const char *domain,
	const struct mc_dkim *dkim, const char *name);
/* The signatures, their keys apart. MC_WAIT while something is missing. Not called without a
 * message. */
enum mc_step mc_dkim_judge_message(struct mc_run *run);

#endif
