/* report: verdict, order of findings and root cause out of the checks. */
#include "report/report.h"

#include <string.h>

#include "base/alloc.h"

/* Worst first, otherwise as they came. */
static void
sort_findings(struct mc_check_report *check)
{
	struct mc_finding *sorted = NULL, **tail = &sorted;

	for (int severity = MC_ERROR; severity >= MC_INFO; severity--)
		for (struct mc_finding **at = &check->findings; *at != NULL;) {
			struct mc_finding *finding = *at;
			if ((int)finding->severity != severity) {
				at = &finding->next;
				continue;
			}
			*at = finding->next;
			finding->next = NULL;
			*tail = finding;
			tail = &finding->next;
		}
	check->findings = sorted;
}

static const struct mc_check_report *
first_check(const struct mailcheck_report *report, enum mc_verdict verdict)
{
	for (size_t i = 0; i < report->check_count; i++)
		if (report->checks[i].verdict == verdict)
			return &report->checks[i];
	return NULL;
}

/* Where all that was asked for depends on something that failed, nothing was determined. */
static enum mc_verdict
worst(const struct mailcheck_report *report)
{
	enum mc_verdict verdict = MC_OK;
	bool any = report->check_count == 0;

	for (size_t i = 0; i < report->check_count; i++) {
		enum mc_verdict other = report->checks[i].verdict;
		if (other == MC_SKIPPED)
			continue;
		any = true;
		if (other > verdict)
			verdict = other;
	}
	return any ? verdict : MC_INCONCLUSIVE;
}

static bool
begins(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

static bool
ends(const char *text, const char *end)
{
	size_t length = strlen(text), end_length = strlen(end);

	return end_length > 0 && end_length <= length &&
	       strcmp(text + length - end_length, end) == 0;
}

/* A host target is called "host:port" or "[address]:port", its findings speak of the host. */
static bool
about_target(const struct mailcheck_report *report, const struct mc_finding *finding)
{
	const char *name = report->target_name + (report->target_name[0] == '[');
	size_t length = strlen(finding->subject);

	return length > 0 && begins(name, finding->subject) &&
	       (name[length] == '\0' || strchr(":]", name[length]) != NULL);
}

/* How well a finding explains why its check could not be determined; 0: not at all. */
static int
explains(const struct mailcheck_report *report, const struct mc_check_report *check,
	const struct mc_finding *finding)
{
	const char *reason = check->reason != NULL ? check->reason : "";
	int of_subject = begins(reason, finding->subject);

	if (finding->evidence_count > 0 && ends(reason, finding->evidence[0]))
		return 3 + of_subject;
	return about_target(report, finding) ? 2 : of_subject;
}

static const struct mc_finding *
find_explanation(const struct mailcheck_report *report, const struct mc_check_report *check)
{
	const struct mc_finding *best = NULL;
	int most = 0;

	for (const struct mc_finding *finding = check->findings; finding != NULL;
		finding = finding->next) {
		int much = explains(report, check, finding);
		if (much > most) {
			most = much;
			best = finding;
		}
	}
	return best;
}

static void
find_root(struct mailcheck_report *report)
{
	report->root_check = NULL;
	report->root_finding = NULL;
	if (report->verdict == MC_OK)
		return;
	report->root_check = first_check(report, report->verdict);
	if (report->root_check == NULL) /* all skipped */
		report->root_check = first_check(report, MC_SKIPPED);
	else if (report->verdict == MC_INCONCLUSIVE)
		report->root_finding = find_explanation(report, report->root_check);
	else
		report->root_finding = report->root_check->findings;
}

void
mc_report_conclude(struct mailcheck_report *report)
{
	for (size_t i = 0; i < report->check_count; i++)
		sort_findings(&report->checks[i]);
	report->verdict = worst(report);
	find_root(report);
}

void
mc_report_free(struct mailcheck_report *report)
{
	if (report == NULL)
		return;
	for (size_t i = 0; i < report->check_count; i++)
		json_decref(report->checks[i].values);
	mc_buf_free(&report->own_input);
	mc_buf_free(&report->own_octets);
	mc_buf_free(&report->json);
	mc_buf_free(&report->text);
	mc_arena_reset(&report->arena);
	mc_free(report);
}
