/*
 * dkim_key: the public key of a DKIM record: what p= decodes to.
 */
#ifndef MC_RECORD_DKIM_KEY_H
#define MC_RECORD_DKIM_KEY_H

#include "record/dkim.h"

/* Judges p= and sets dkim->bits. False when no verifier can use it; the problem is told. */
bool mc_dkim_key_judge(struct mc_dkim *dkim, const char *p, size_t position, const char *record,
	struct mc_problems *problems);

#endif
