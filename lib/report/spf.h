/*
 * spf: a client judged by a domain's SPF record (RFC 7208, 4), with the trace of every term: what a
 * report of target kind "spf" says. Its schema is "mailcheck-spf/1".
 */
#ifndef MC_REPORT_SPF_H
#define MC_REPORT_SPF_H

#include <stdbool.h>

#include "base/buf.h"

struct mailcheck_report;

/* As enum mailcheck_spf_result of <mailcheck/spf.h>. */
enum mc_spf_result {
	MC_SPF_NONE,
	MC_SPF_NEUTRAL,
	MC_SPF_PASS,
	MC_SPF_FAIL,
	MC_SPF_SOFTFAIL,
	MC_SPF_TEMPERROR,
	MC_SPF_PERMERROR,
};

const char *mc_spf_result_name(enum mc_spf_result result);

/* One term, as it was evaluated. An include comes before the terms of the record it includes. */
struct mc_spf_step {
	unsigned depth;     /* 0: the record asked for */
	const char *domain; /* whose record */
	const char *term;   /* as written; "" for what is about the whole record */
	const char *target; /* the name asked for, macros expanded; NULL: none */
	unsigned cost;      /* lookups it counted as, those within an include left out */
	unsigned number;    /* the how manyth lookup it is; 0: none */
	unsigned lookups;   /* counted when it was done */
	bool is_void;
	const char *result; /* "match", "no match", "temperror", ... */
	const char *reason; /* a clause; "" none */
	struct mc_spf_step *next;
};

/* All text is escaped. */
struct mc_spf_judgement {
	enum mc_spf_result result;
	const char *explanation; /* NULL: none */
	const char *reason;      /* NULL: none */
	unsigned lookups, voids;
	const char *domain, *ip, *sender, *helo;
	const struct mc_spf_step *first; /* of the trace */
};

bool mc_report_is_spf(const struct mailcheck_report *report);
/* "mailcheck-spf/1"; `buf` failed when out of memory. */
void mc_report_spf_json(struct mc_buf *buf, const struct mailcheck_report *report);

#endif
