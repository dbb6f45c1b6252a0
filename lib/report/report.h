/*
 * report: what is said of one target, and its renderers. Same content, same bytes.
 */
#ifndef MC_REPORT_REPORT_H
#define MC_REPORT_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "base/arena.h"
#include "base/buf.h"
#include "report/finding.h"
#include "report/spf.h"

struct mc_check_report {
	const char *name;
	enum mc_verdict verdict;
	const char *reason; /* NULL unless inconclusive or skipped */
	int64_t duration;   /* ms */
	json_t *values;     /* object, owned */
	struct mc_finding *findings;
	size_t finding_count;
};

/* The opaque type of <mailcheck/report.h>. */
struct mailcheck_report {
	struct mc_arena arena;
	const char *input;       /* as given, escaped */
	const char *target_kind; /* "domain", "host", "spf" */
	const char *target_name;
	int64_t started;  /* ms since 1970 */
	int64_t duration; /* ms */
	enum mc_verdict verdict;
	struct mc_check_report *checks; /* registry order */
	size_t check_count;
	const struct mc_spf_judgement *spf; /* of target kind "spf"; NULL: none was reached */
	/* The first cause: a check and the finding to begin with; NULL when all is well. Of what
	 * could not be determined there may be no finding: then it is the check's reason. */
	const struct mc_check_report *root_check;
	const struct mc_finding *root_finding;
	/* owned: the input another caller gave it, what the renderers made last */
	struct mc_buf own_input;
	struct mc_buf own_octets; /* the same unescaped, where they are ASCII */
	struct mc_buf json;
	struct mc_buf text;
};

/* Verdict, root cause and order of findings, from the checks. */
void mc_report_conclude(struct mailcheck_report *report);
void mc_report_free(struct mailcheck_report *report); /* and all it owns */

/* One finding as a JSON object, an element of an array; `buf` failed when out of memory. */
void mc_finding_json(struct mc_buf *buf, const struct mc_finding *finding);
/* The JSON of "mailcheck-report/1", one line, keys in a fixed order; NULL when out of memory. */
const char *mc_report_json(struct mailcheck_report *report);

enum mc_text_flags {
	MC_TEXT_COLOR = 1,
	MC_TEXT_VERBOSE = 2, /* transcripts, all evidence, info findings */
	MC_TEXT_ASCII = 4,   /* no symbols outside ASCII */
	MC_TEXT_QUIET = 8,   /* verdict, root cause and fix only */
};
/* The report for people; NULL when out of memory. Valid until the next call. */
const char *mc_report_text(struct mailcheck_report *report, unsigned flags);

#endif
