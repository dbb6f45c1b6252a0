/*
 * dmarc_walk: which DMARC record holds for a domain, and what its organizational domain is: by the
 * walk up the tree (RFC 9989, 4.10), and by public suffix (RFC 7489, 3.2 and 6.6.3). Shared by the
 * files of the dmarc check.
 */
#ifndef MC_CHECK_DMARC_WALK_H
#define MC_CHECK_DMARC_WALK_H

#include "check/txt.h"
#include "record/dmarc.h"

struct mc_dmarc_place {
	const char *name; /* without "_dmarc" */
	const char *owner;
	const struct mc_dns *dns;
	struct mc_txts txts;
	bool single; /* just one record, which is not discarded: `dmarc` is what it says */
	struct mc_dmarc dmarc;
	struct mc_problems problems;
};

struct mc_dmarc_walk {
	struct mc_dmarc_place places[MC_DMARC_QUERIES]; /* the domain itself first */
	size_t asked;                                   /* names that are on the way up */
	size_t count;                                   /* of queries until the walk stops */
	const struct mc_dmarc_place *failed;            /* the first lookup that failed */
	const struct mc_dmarc_place *bogus;
	const char *organizational;          /* NULL when a lookup failed */
	const struct mc_dmarc_place *record; /* that holds for the domain; NULL: none, or unknown */
	enum mc_dmarc_for applies;           /* how it applies to the domain */
	bool by_nxname; /* that the domain does not exist, only NXNAME tells (RFC 9824) */
	/* The lookup that would tell whether sp or np applies, when it failed; else NULL. */
	const struct mc_dns *existence;
};

/* The places and the organizational domain of any domain; which record holds for it is left open.
 */
enum mc_step mc_dmarc_walk_from(
	struct mc_run *run, const char *domain, struct mc_dmarc_walk *ret_walk);
/* All of it, of the target's domain. */
enum mc_step mc_dmarc_walk_up(struct mc_run *run, struct mc_dmarc_walk *ret_walk);
/* Whether the NSEC record of a name says that it does not exist (RFC 9824). */
bool mc_dmarc_is_nxname(const struct mc_dns *nsec);
/* The record for names just below the domain that have none of their own; NULL: none, or not
 * known. */
const struct mc_dmarc_place *mc_dmarc_walk_below(const struct mc_dmarc_walk *walk);

/* dmarc_old.c */
struct mc_dmarc_old {
	const char *organizational; /* never NULL */
	const char *record_domain;  /* NULL: no record, or unknown */
	enum mc_dmarc_policy policy;
	bool unknown; /* a lookup failed */
};
enum mc_step mc_dmarc_old_find(
	struct mc_run *run, const struct mc_dmarc_walk *walk, struct mc_dmarc_old *ret_old);
/* The domain just below a public suffix; the domain itself when it is one. */
const char *mc_dmarc_old_organizational(struct mc_run *run, const char *domain);
bool mc_dmarc_old_is_suffix(const char *domain);
/* Whether two domains belong together by the list of public suffixes. */
bool mc_dmarc_same_organization(struct mc_run *run, const char *a, const char *b);

/* dmarc_report.c: whether reports can arrive. MC_WAIT while something is missing. */
enum mc_step mc_dmarc_judge_reports(struct mc_run *run, const struct mc_dmarc_walk *walk);

#endif
