/*
 * dmarc: a DMARC policy record (RFC 9989, 4.7 and 4.8), and the walk up the tree (4.10).
 */
#ifndef MC_RECORD_DMARC_H
#define MC_RECORD_DMARC_H

#include <stdbool.h>
#include <stddef.h>

#include "record/name.h"
#include "record/problem.h"
#include "record/report_uri.h"

#define MC_DMARC_QUERIES 8 /* most names of a walk */

enum mc_dmarc_policy { MC_DMARC_ABSENT, MC_DMARC_NONE, MC_DMARC_QUARANTINE, MC_DMARC_REJECT };

struct mc_dmarc {
	bool valid;                     /* a receiver applies it */
	enum mc_dmarc_policy p, sp, np; /* as published; ABSENT also when not valid */
	bool recovered;                 /* no valid p, or an invalid sp or np: p=none (4.10.1) */
	bool only_np_invalid;           /* which receivers of RFC 7489 do not see */
	bool discarded;                 /* a tag stands twice: receivers see no record */
	char psd;                       /* 'y', 'n', 'u' */
	bool testing;                   /* t=y */
	bool strict_dkim, strict_spf;
	const char *fo;
	struct mc_report_uris rua, ruf;
	const char *removed_policy_sample; /* pct, for older receivers; NULL: none */
};

/* "none", "quarantine", "reject"; NULL for ABSENT. */
const char *mc_dmarc_policy_name(enum mc_dmarc_policy policy);
/* Whether a TXT record is a DMARC record at all: its first tag is v=DMARC1. */
bool mc_dmarc_is_record(const char *text, size_t length);
/* Whether it was probably meant to be one. */
bool mc_dmarc_is_attempt(const char *text, size_t length);
void mc_dmarc_parse(
	const char *text, size_t length, struct mc_dmarc *ret_dmarc, struct mc_problems *problems);
/* The same, without a correction. */
void mc_dmarc_judge(
	const char *text, size_t length, struct mc_dmarc *ret_dmarc, struct mc_problems *problems);
/* A valid record with the policy of one that is not; NULL: what is meant cannot be told. */
const char *mc_dmarc_mend(struct mc_arena *arena, const char *text, size_t length);

/* What the record asks for: for its own domain, a subdomain, one that does not exist; after t=y
 * when `effective`. ABSENT: nothing is applied. */
enum mc_dmarc_for { MC_DMARC_ITSELF, MC_DMARC_SUBDOMAIN, MC_DMARC_NONEXISTENT };
enum mc_dmarc_policy mc_dmarc_apply(
	const struct mc_dmarc *dmarc, enum mc_dmarc_for what, bool effective);
/* The same as a receiver of RFC 7489 sees it. */
enum mc_dmarc_policy mc_dmarc_apply_old(const struct mc_dmarc *dmarc, enum mc_dmarc_for what);

/* The names asked, without "_dmarc", longest first; gives how many. They point into `domain`. */
size_t mc_dmarc_walk(const char *domain, const char *ret_names[MC_DMARC_QUERIES]);

#endif
