/*
 * report: what is said of one target: its checks in a fixed order, each with a verdict, the values
 * read, and findings. Text from the network is escaped: it holds no control characters.
 */
#ifndef MAILCHECK_REPORT_H
#define MAILCHECK_REPORT_H

#include <mailcheck/export.h>
#include <stddef.h>

MAILCHECK_BEGIN

typedef struct mailcheck_report mailcheck_report;

/* In order of weight, but for SKIPPED, which weighs nothing. */
enum mailcheck_verdict {
	MAILCHECK_VERDICT_OK = 0,
	MAILCHECK_VERDICT_NOTICE = 1,
	MAILCHECK_VERDICT_WARNING = 2,
	MAILCHECK_VERDICT_INCONCLUSIVE = 3, /* could not be determined; the reason says why */
	MAILCHECK_VERDICT_ERROR = 4,
	MAILCHECK_VERDICT_SKIPPED = 5, /* depends on something that failed; the reason names it */
};

/* NULL is allowed. */
MAILCHECK_API void mailcheck_report_free(mailcheck_report *report);

/* "ok", "notice", ...; static. */
MAILCHECK_API const char *mailcheck_verdict_text(int32_t verdict);

/* enum mailcheck_verdict: the worst of the checks. */
MAILCHECK_API int32_t mailcheck_report_verdict(const mailcheck_report *report);
/* The canonical name: a domain, "host:port", or an address that block lists are asked about. */
MAILCHECK_API const char *mailcheck_report_target(const mailcheck_report *report);
/* The target as it was submitted, escaped. */
MAILCHECK_API const char *mailcheck_report_input(const mailcheck_report *report);
/* Calls the input what the caller was given, where that is not the target as it was submitted (a
 * line with blanks, a host without its "smtp://"): octets of any kind. Text and JSON taken before
 * are no longer valid. Errors: NO_MEMORY, BAD_ARGUMENT. */
MAILCHECK_API int32_t mailcheck_report_set_input(
	mailcheck_report *report, const void *octets, size_t length);
/* When it began, ms since 1970-01-01T00:00:00Z, and how long it took, ms. */
MAILCHECK_API int64_t mailcheck_report_started(const mailcheck_report *report);
MAILCHECK_API int64_t mailcheck_report_duration(const mailcheck_report *report);
/* The id of the finding to begin with, the cause of others; "" when there is none. */
MAILCHECK_API const char *mailcheck_report_root_cause(const mailcheck_report *report);

/* How many checks there are, in the order of causes, and what is said of the i-th. Every accessor
 * below gives NULL (or -1) when an index is out of range; a string belongs to the report. */
MAILCHECK_API uint32_t mailcheck_report_checks(const mailcheck_report *report);
MAILCHECK_API const char *mailcheck_report_check_name(const mailcheck_report *report, uint32_t i);
MAILCHECK_API int32_t mailcheck_report_check_verdict(const mailcheck_report *report, uint32_t i);
/* NULL also when the verdict needs no reason. */
MAILCHECK_API const char *mailcheck_report_check_reason(const mailcheck_report *report, uint32_t i);

/* How many findings the i-th check has (0 when i is out of range), worst first, and what is said in
 * the j-th: its id, enum mailcheck_severity, what it is about (a domain, a host, "HOST
 * [ADDRESS]:PORT", ...), its title, why it matters, and what to change. */
MAILCHECK_API uint32_t mailcheck_report_findings(const mailcheck_report *report, uint32_t i);
MAILCHECK_API const char *mailcheck_report_finding_id(
	const mailcheck_report *report, uint32_t i, uint32_t j);
MAILCHECK_API int32_t mailcheck_report_finding_severity(
	const mailcheck_report *report, uint32_t i, uint32_t j);
MAILCHECK_API const char *mailcheck_report_finding_subject(
	const mailcheck_report *report, uint32_t i, uint32_t j);
MAILCHECK_API const char *mailcheck_report_finding_title(
	const mailcheck_report *report, uint32_t i, uint32_t j);
MAILCHECK_API const char *mailcheck_report_finding_detail(
	const mailcheck_report *report, uint32_t i, uint32_t j);
MAILCHECK_API const char *mailcheck_report_finding_fix(
	const mailcheck_report *report, uint32_t i, uint32_t j);
/* The k-th piece of evidence: what was seen, as "connection refused" or a record. NULL behind the
 * last. */
MAILCHECK_API const char *mailcheck_report_finding_evidence(
	const mailcheck_report *report, uint32_t i, uint32_t j, uint32_t k);

/* The whole report as one line of JSON (schema "mailcheck-report/1"), without line end. NULL when
 * out of memory. */
MAILCHECK_API const char *mailcheck_report_json(mailcheck_report *report);

enum mailcheck_text_flags {
	MAILCHECK_TEXT_COLOR = 1,   /* ANSI colours */
	MAILCHECK_TEXT_VERBOSE = 2, /* transcripts and all evidence */
	MAILCHECK_TEXT_ASCII = 4,   /* no symbols outside ASCII */
	MAILCHECK_TEXT_QUIET = 8,   /* verdict, root cause and fix only */
};

/* The report for people, lines ended by LF; flags of enum mailcheck_text_flags. NULL when out of
 * memory. Valid until the next call with this report. */
MAILCHECK_API const char *mailcheck_report_text(mailcheck_report *report, uint32_t flags);

MAILCHECK_END

#endif
