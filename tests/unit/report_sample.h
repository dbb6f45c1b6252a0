/* report_sample: reports made by hand, for the tests of the report room. */
#ifndef MC_TESTS_REPORT_SAMPLE_H
#define MC_TESTS_REPORT_SAMPLE_H

#include <check.h>
#include <string.h>

#include "base/alloc.h"
#include "report/report.h"

#define SAMPLE_CHECKS 8

static inline struct mailcheck_report *
sample_new(const char *kind, const char *name, const char *input)
{
	struct mailcheck_report *report = mc_calloc(1, sizeof(*report));

	ck_assert_ptr_nonnull(report);
	mc_arena_init(&report->arena, 0);
	report->target_kind = kind;
	report->target_name = name;
	report->input = input;
	report->started = INT64_C(1795341600000); /* 2026-11-22T10:00:00Z */
	report->duration = 412;
	report->checks = mc_arena_calloc(&report->arena, SAMPLE_CHECKS, sizeof(*report->checks));
	return report;
}

static inline struct mc_check_report *
sample_check(struct mailcheck_report *report, const char *name, enum mc_verdict verdict,
	const char *reason, const char *values)
{
	struct mc_check_report *check = &report->checks[report->check_count++];

	ck_assert_uint_le(report->check_count, SAMPLE_CHECKS);
	check->name = name;
	check->verdict = verdict;
	check->reason = reason;
	check->duration = 31;
	check->values = json_loads(values, 0, NULL);
	ck_assert_msg(check->values != NULL, "%s: values are no JSON: %s", name, values);
	return check;
}

/* severity -1: the registry's. Evidence lines are separated by '\n'. */
static inline struct mc_finding *
sample_find(struct mailcheck_report *report, struct mc_check_report *check, const char *id,
	int severity, const char *subject, const char *host, const char *address,
	const char *evidence)
{
	struct mc_arena *arena = &report->arena;
	struct mc_finding *finding = mc_arena_alloc(arena, sizeof(*finding));
	struct mc_finding **tail = &check->findings;

	finding->info = mc_finding_find(id);
	ck_assert_msg(finding->info != NULL, "%s is not registered", id);
	finding->severity = severity < 0 ? finding->info->severity : (enum mc_severity)severity;
	finding->subject = subject;
	finding->undetermined = check->verdict == MC_INCONCLUSIVE;
	finding->detail = mc_finding_fill(
		arena, finding->info->why, subject, report->target_name, host, address);
	finding->fix = mc_finding_fill(
		arena, finding->info->fix, subject, report->target_name, host, address);
	finding->evidence = mc_arena_calloc(arena, strlen(evidence) + 1, sizeof(char *));
	while (*evidence != '\0') {
		size_t length = strcspn(evidence, "\n");
		finding->evidence[finding->evidence_count++] =
			mc_arena_strndup(arena, evidence, length);
		evidence += length + (evidence[length] == '\n');
	}
	while (*tail != NULL)
		tail = &(*tail)->next;
	*tail = finding;
	check->finding_count++;
	return finding;
}

#define SAMPLE_HOSTS                                                                               \
	"{\"null_mx\":false,\"dns_ms\":9,\"hosts\":["                                              \
	"{\"preference\":10,\"name\":\"mx1.example.com\",\"addresses\":"                           \
	"[\"192.0.2.25\",\"2001:db8::25\"],\"dns_ms\":7},"                                         \
	"{\"preference\":20,\"name\":\"mx2.example.com\",\"addresses\":[\"192.0.2.26\"],"          \
	"\"dns_ms\":8}]}"

#define SAMPLE_STAGES                                                                              \
	"\"stages\":[{\"name\":\"connect\",\"code\":0,\"ms\":12,\"answered\":true},"               \
	"{\"name\":\"banner\",\"code\":220,\"ms\":30,\"answered\":true},"                          \
	"{\"name\":\"ehlo\",\"code\":250,\"ms\":5,\"answered\":true},"                             \
	"{\"name\":\"starttls\",\"code\":220,\"ms\":5,\"answered\":true},"                         \
	"{\"name\":\"tls\",\"code\":0,\"ms\":22,\"answered\":false},"                              \
	"{\"name\":\"ehlo\",\"code\":250,\"ms\":4,\"answered\":true},"                             \
	"{\"name\":\"quit\",\"code\":221,\"ms\":3,\"answered\":true}]"

#define SAMPLE_TRANSCRIPT                                                                          \
	"\"transcript\":[{\"ms\":12,\"from\":\"note\",\"tls\":false,\"text\":\"connected\"},"      \
	"{\"ms\":42,\"from\":\"server\",\"tls\":false,\"text\":\"220 mx1.example.com ESMTP\"},"    \
	"{\"ms\":42,\"from\":\"client\",\"tls\":false,\"text\":\"EHLO probe.example.net\"},"       \
	"{\"ms\":52,\"from\":\"client\",\"tls\":false,\"text\":\"STARTTLS\"},"                     \
	"{\"ms\":79,\"from\":\"client\",\"tls\":true,\"text\":\"QUIT\"}]"

#define SAMPLE_SMTP(host, address)                                                                 \
	"{\"host\":\"" host "\",\"address\":\"" address "\",\"port\":25,\"banner\":\"" host        \
	" ESMTP\",\"ehlo\":{\"STARTTLS\":\"\"},"                                                   \
	"\"starttls\":\"works\"," SAMPLE_STAGES "," SAMPLE_TRANSCRIPT "}"

#define SAMPLE_SILENT(host, address)                                                               \
	"{\"host\":\"" host "\",\"address\":\"" address                                            \
	"\",\"port\":25,\"banner\":null,\"ehlo\":{},\"starttls\":\"unknown\",\"stages\":[],"       \
	"\"transcript\":[]}"

#define SAMPLE_TLS(host, address, days)                                                            \
	"{\"host\":\"" host "\",\"address\":\"" address                                            \
	"\",\"port\":25,\"negotiated\":{\"version\":\"1.3\",\"cipher\":\"AES\",\"group\":"         \
	"\"X25519\"},\"certificate\":{\"not_after\":\"2026-11-19T10:00:00Z\",\"days_left\":" days  \
	",\"trusted\":true,\"trust\":\"trusted\",\"name_match\":true},\"dane\":\"none\"}"

#define SAMPLE_PTR                                                                                 \
	"{\"addresses\":[{\"address\":\"192.0.2.25\",\"confirmed\":true},"                         \
	"{\"address\":\"2001:db8::25\",\"confirmed\":true},"                                       \
	"{\"address\":\"192.0.2.26\",\"confirmed\":true}]}"

static inline struct mailcheck_report *
sample_healthy(void)
{
	struct mailcheck_report *report = sample_new("domain", "example.com", "example.com");

	sample_check(report, "mx", MC_OK, NULL, SAMPLE_HOSTS);
	sample_check(report, "ptr", MC_OK, NULL, SAMPLE_PTR);
	sample_check(report, "smtp", MC_OK, NULL,
		"{\"endpoints\":[" SAMPLE_SMTP("mx1.example.com", "192.0.2.25") "," SAMPLE_SMTP(
			"mx1.example.com", "2001:db8::25") "," SAMPLE_SMTP("mx2.example.com",
			"192.0.2.26") "]}");
	sample_check(report, "tls", MC_OK, NULL,
		"{\"endpoints\":[" SAMPLE_TLS("mx1.example.com", "192.0.2.25", "60") "," SAMPLE_TLS(
			"mx1.example.com", "2001:db8::25", "60") "," SAMPLE_TLS("mx2.example.com",
			"192.0.2.26", "1") "]}");
	mc_report_conclude(report);
	return report;
}

static inline struct mailcheck_report *
sample_broken(void)
{
	struct mailcheck_report *report = sample_new("domain", "example.com", "example.com");
	struct mc_check_report *check;

	sample_check(report, "mx", MC_OK, NULL, SAMPLE_HOSTS);
	check = sample_check(report, "ptr", MC_OK, NULL, SAMPLE_PTR);
	sample_find(report, check, "ptr.multiple", -1, "mx1.example.com [192.0.2.25]:25",
		"mx1.example.com", "192.0.2.25", "2 names");
	check = sample_check(report, "smtp", MC_VERDICT_ERROR, NULL,
		"{\"endpoints\":[" SAMPLE_SILENT("mx1.example.com", "192.0.2.25") "," SAMPLE_SILENT(
			"mx1.example.com", "2001:db8::25") "," SAMPLE_SMTP("mx2.example.com",
			"192.0.2.26") "]}");
	sample_find(report, check, "smtp.auth-in-clear", -1, "mx2.example.com [192.0.2.26]:25",
		"mx2.example.com", "192.0.2.26", "250 AUTH PLAIN LOGIN");
	sample_find(report, check, "smtp.refused", -1, "mx1.example.com [192.0.2.25]:25",
		"mx1.example.com", "192.0.2.25", "connection refused");
	sample_find(report, check, "smtp.refused", -1, "mx1.example.com [2001:db8::25]:25",
		"mx1.example.com", "2001:db8::25", "connection refused");
	sample_check(report, "tls", MC_OK, NULL,
		"{\"endpoints\":[" SAMPLE_TLS("mx2.example.com", "192.0.2.26", "-3") "]}");
	mc_report_conclude(report);
	return report;
}

static inline struct mailcheck_report *
sample_inconclusive(void)
{
	struct mailcheck_report *report = sample_new("domain", "example.com", "example.com");
	struct mc_check_report *check = sample_check(report, "mx", MC_INCONCLUSIVE,
		"timeout after 5 s", "{\"null_mx\":false,\"hosts\":[]}");

	sample_find(report, check, "mx.lookup-failed", -1, "example.com", "example.com", "",
		"timeout after 5 s");
	sample_check(report, "smtp", MC_SKIPPED,
		"the MX records could not be looked up: timeout after 5 s", "{\"endpoints\":[]}");
	mc_report_conclude(report);
	return report;
}

#endif
