/* report_api: the public door to a report. */
#include <mailcheck/error.h>
#include <mailcheck/report.h>

#include "base/escape.h"
#include "report/report.h"

#define INPUT_LIMIT ((size_t)16 << 20) /* escaped */

void
mailcheck_report_free(mailcheck_report *report)
{
	mc_report_free(report);
}

const char *
mailcheck_verdict_text(int32_t verdict)
{
	return verdict < 0 ? "" : mc_verdict_text((enum mc_verdict)verdict);
}

int32_t
mailcheck_report_verdict(const mailcheck_report *report)
{
	return (int32_t)report->verdict;
}

const char *
mailcheck_report_target(const mailcheck_report *report)
{
	return report->target_name;
}

const char *
mailcheck_report_input(const mailcheck_report *report)
{
	return report->input;
}

static bool
is_ascii(const unsigned char *octets, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (octets[i] >= 0x80)
			return false;
	return true;
}

int32_t
mailcheck_report_set_input(mailcheck_report *report, const void *octets, size_t length)
{
	struct mc_buf escaped, ascii;

	if (report == NULL || (octets == NULL && length > 0))
		return MAILCHECK_BAD_ARGUMENT;
	mc_buf_init(&escaped, INPUT_LIMIT);
	mc_buf_init(&ascii, INPUT_LIMIT);
	mc_escape_to(&escaped, octets, length);
	if (is_ascii(octets, length))
		mc_buf_append(&ascii, octets, length);
	if (escaped.failed || ascii.failed) {
		mc_buf_free(&escaped);
		mc_buf_free(&ascii);
		return MAILCHECK_NO_MEMORY;
	}
	mc_buf_free(&report->own_input);
	mc_buf_free(&report->own_octets);
	report->own_input = escaped;
	report->own_octets = ascii;
	report->input = mc_buf_text(&report->own_input);
	mc_buf_free(&report->json);
	mc_buf_free(&report->text);
	return MAILCHECK_OK;
}

int64_t
mailcheck_report_started(const mailcheck_report *report)
{
	return report->started;
}

int64_t
mailcheck_report_duration(const mailcheck_report *report)
{
	return report->duration;
}

const char *
mailcheck_report_root_cause(const mailcheck_report *report)
{
	return report->root_finding != NULL ? report->root_finding->info->id : "";
}

uint32_t
mailcheck_report_checks(const mailcheck_report *report)
{
	return (uint32_t)report->check_count;
}

static const struct mc_check_report *
find_check(const mailcheck_report *report, uint32_t i)
{
	return i < report->check_count ? &report->checks[i] : NULL;
}

const char *
mailcheck_report_check_name(const mailcheck_report *report, uint32_t i)
{
	const struct mc_check_report *check = find_check(report, i);

	return check != NULL ? check->name : NULL;
}

int32_t
mailcheck_report_check_verdict(const mailcheck_report *report, uint32_t i)
{
	const struct mc_check_report *check = find_check(report, i);

	return check != NULL ? (int32_t)check->verdict : -1;
}

const char *
mailcheck_report_check_reason(const mailcheck_report *report, uint32_t i)
{
	const struct mc_check_report *check = find_check(report, i);

	return check != NULL ? check->reason : NULL;
}

uint32_t
mailcheck_report_findings(const mailcheck_report *report, uint32_t i)
{
	const struct mc_check_report *check = find_check(report, i);

	return check != NULL ? (uint32_t)check->finding_count : 0;
}

static const struct mc_finding *
find_finding(const mailcheck_report *report, uint32_t i, uint32_t j)
{
	const struct mc_check_report *check = find_check(report, i);
	const struct mc_finding *finding = check != NULL ? check->findings : NULL;

	for (; finding != NULL && j > 0; j--)
		finding = finding->next;
	return finding;
}

const char *
mailcheck_report_finding_id(const mailcheck_report *report, uint32_t i, uint32_t j)
{
	const struct mc_finding *finding = find_finding(report, i, j);

	return finding != NULL ? finding->info->id : NULL;
}

int32_t
mailcheck_report_finding_severity(const mailcheck_report *report, uint32_t i, uint32_t j)
{
	const struct mc_finding *finding = find_finding(report, i, j);

	return finding != NULL ? (int32_t)finding->severity : -1;
}

const char *
mailcheck_report_finding_subject(const mailcheck_report *report, uint32_t i, uint32_t j)
{
	const struct mc_finding *finding = find_finding(report, i, j);

	return finding != NULL ? finding->subject : NULL;
}

const char *
mailcheck_report_finding_title(const mailcheck_report *report, uint32_t i, uint32_t j)
{
	const struct mc_finding *finding = find_finding(report, i, j);

	return finding != NULL ? finding->info->title : NULL;
}

const char *
mailcheck_report_finding_detail(const mailcheck_report *report, uint32_t i, uint32_t j)
{
	const struct mc_finding *finding = find_finding(report, i, j);

	return finding != NULL ? finding->detail : NULL;
}

const char *
mailcheck_report_finding_fix(const mailcheck_report *report, uint32_t i, uint32_t j)
{
	const struct mc_finding *finding = find_finding(report, i, j);

	return finding != NULL ? finding->fix : NULL;
}

const char *
mailcheck_report_finding_evidence(
	const mailcheck_report *report, uint32_t i, uint32_t j, uint32_t k)
{
	const struct mc_finding *finding = find_finding(report, i, j);

	return finding != NULL && k < finding->evidence_count ? finding->evidence[k] : NULL;
}

const char *
mailcheck_report_json(mailcheck_report *report)
{
	return mc_report_json(report);
}

const char *
mailcheck_report_text(mailcheck_report *report, uint32_t flags)
{
	return mc_report_text(report, flags);
}
