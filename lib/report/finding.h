/*
 * finding: the registry of findings (findings.def) and one finding.
 */
#ifndef MC_REPORT_FINDING_H
#define MC_REPORT_FINDING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

enum mc_severity { MC_INFO, MC_NOTICE, MC_WARNING, MC_ERROR };

enum mc_verdict {
	MC_OK,
	MC_VERDICT_NOTICE,
	MC_VERDICT_WARNING,
	MC_INCONCLUSIVE,
	MC_VERDICT_ERROR,
	MC_SKIPPED
};

const char *mc_severity_text(enum mc_severity severity);
const char *mc_verdict_text(enum mc_verdict verdict);

/*
 * A row of the registry. In `why` and `fix`, {subject}, {domain}, {host} and {address} stand for
 * what the finding is about.
 */
struct mc_finding_info {
	const char *id;
	enum mc_severity severity; /* where the check does not say otherwise */
	const char *title;
	const char *why;
	const char *fix; /* "" when there is nothing to do */
	const char *reference;
	const char *since; /* version */
};

extern const struct mc_finding_info mc_findings[];
extern const size_t mc_findings_count;

/* NULL when there is no such id. */
const struct mc_finding_info *mc_finding_find(const char *id);
/* A row's text with its {subject}, {domain}, {host} and {address} filled in; anything else in
 * braces stays. "" when out of memory. */
const char *mc_finding_fill(struct mc_arena *arena, const char *template, const char *subject,
	const char *domain, const char *host, const char *address);

/* One judgement. Memory: an instance's arena, then a report's. */
struct mc_finding {
	const struct mc_finding_info *info;
	enum mc_severity severity;
	const char *subject;
	const char *detail; /* `why`, filled in */
	const char *fix;
	bool undetermined; /* found where the verdict is inconclusive: may be why */
	bool corrected;    /* the fix is to publish the corrected record that is told beside it */
	const char **evidence;
	size_t evidence_count;
	struct mc_finding *next;
};

#endif
