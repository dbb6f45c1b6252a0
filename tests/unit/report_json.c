/* A report concluded, as JSON, and through the public accessors. */
#include <mailcheck/error.h>
#include <mailcheck/report.h>
#include <mailcheck/version.h>
#include <stdio.h>

#include "report_sample.h"
#include "unit.h"

static const struct mc_finding_info info = {.id = "smtp.sample",
	.severity = MC_ERROR,
	.title = "A title",
	.why = "Why.",
	.fix = "Fix.",
	.reference = "RFC 5321, 4.2",
	.since = "0.1.0"};

static struct mailcheck_report *
small(void)
{
	struct mailcheck_report *report =
		sample_new("host", "mx.example:25", "smtp://mx.example\\x0A\"");
	struct mc_check_report *check = sample_check(report, "smtp", MC_VERDICT_ERROR, NULL,
		"{\"endpoints\":[],\"a\":1,\"\xC3\xA9\":null}");
	struct mc_finding *finding = sample_find(report, check, "smtp.refused", -1,
		"mx.example [192.0.2.1]:25", "mx.example", "192.0.2.1", "one\ntwo \\x1B");

	finding->info = &info;
	finding->detail = "Why, filled.";
	finding->fix = "Fix, filled.";
	sample_check(report, "tls", MC_SKIPPED, "smtp: refused", "{}");
	mc_report_conclude(report);
	return report;
}

#define GOLDEN                                                                                     \
	"{\"schema\":\"mailcheck-report/1\",\"version\":\"%s\",\"target\":{\"kind\":\"host\","     \
	"\"name\":\"mx.example:25\"},\"input\":\"smtp://mx.example\\\\x0A\\\"\","                  \
	"\"started\":\"2026-11-22T10:00:00Z\",\"duration_ms\":412,\"verdict\":\"error\","          \
	"\"root_cause\":{\"check\":\"smtp\",\"id\":\"smtp.sample\","                               \
	"\"subject\":\"mx.example [192.0.2.1]:25\",\"title\":\"A title\","                         \
	"\"fix\":\"Fix, filled.\"},\"checks\":["                                                   \
	"{\"name\":\"smtp\",\"verdict\":\"error\",\"reason\":null,\"duration_ms\":31,"             \
	"\"values\":{\"endpoints\":[],\"a\":1,\"\xC3\xA9\":null},"                                 \
	"\"findings\":[{\"id\":\"smtp.sample\",\"severity\":\"error\","                            \
	"\"subject\":\"mx.example [192.0.2.1]:25\",\"title\":\"A title\","                         \
	"\"detail\":\"Why, filled.\",\"evidence\":[\"one\",\"two \\\\x1B\"],"                      \
	"\"fix\":\"Fix, filled.\",\"reference\":\"RFC 5321, 4.2\"}]},"                             \
	"{\"name\":\"tls\",\"verdict\":\"skipped\",\"reason\":\"smtp: refused\","                  \
	"\"duration_ms\":31,\"values\":{},\"findings\":[]}]}"

START_TEST(golden)
{
	struct mailcheck_report *report = small();
	char expected[2048];

	snprintf(expected, sizeof(expected), GOLDEN, mailcheck_version());
	ck_assert_str_eq(mc_report_json(report), expected);
	ck_assert_ptr_eq(mc_report_json(report), mc_report_json(report));
	mc_report_free(report);
}
END_TEST

START_TEST(no_root_when_ok)
{
	struct mailcheck_report *report = sample_healthy();
	const char *json = mc_report_json(report);

	ck_assert_ptr_nonnull(strstr(json, "\"verdict\":\"ok\",\"root_cause\":null,\"checks\":["));
	ck_assert_str_eq(mailcheck_report_root_cause(report), "");
	mc_report_free(report);
}
END_TEST

START_TEST(root_without_finding)
{
	struct mailcheck_report *report = sample_new("domain", "example.com", "example.com");

	sample_check(report, "smtp", MC_INCONCLUSIVE, "out of memory", "{}");
	mc_report_conclude(report);
	ck_assert_ptr_nonnull(strstr(mc_report_json(report),
		"\"root_cause\":{\"check\":\"smtp\",\"id\":null,\"subject\":null,"
		"\"title\":null,\"fix\":null}"));
	mc_report_free(report);
}
END_TEST

START_TEST(new_input)
{
	struct mailcheck_report *report = sample_healthy();

	ck_assert_ptr_null(strstr(mc_report_json(report), "EXAMPLE"));
	ck_assert_int_eq(mailcheck_report_set_input(report, "EXAMPLE\0\n\xFF", 10), MAILCHECK_OK);
	ck_assert_str_eq(mailcheck_report_input(report), "EXAMPLE\\x00\\x0A\\xFF");
	ck_assert_ptr_nonnull(
		strstr(mc_report_json(report), "\"input\":\"EXAMPLE\\\\x00\\\\x0A\\\\xFF\""));
	ck_assert_int_eq(mailcheck_report_set_input(report, NULL, 0), MAILCHECK_OK);
	ck_assert_str_eq(mailcheck_report_input(report), "");
	ck_assert_ptr_nonnull(strstr(mailcheck_report_json(report), "\"input\":\"\""));
	ck_assert_int_eq(mailcheck_report_set_input(report, NULL, 1), MAILCHECK_BAD_ARGUMENT);
	ck_assert_int_eq(mailcheck_report_set_input(NULL, "x", 1), MAILCHECK_BAD_ARGUMENT);
	mc_alloc_fail_at(1);
	ck_assert_int_eq(mailcheck_report_set_input(report, "x", 1), MAILCHECK_NO_MEMORY);
	mc_alloc_fail_at(0);
	ck_assert_str_eq(mailcheck_report_input(report), "");
	mc_report_free(report);
}
END_TEST

static const struct conclusion {
	const char *name;
	enum mc_verdict checks[4];
	size_t count;
	enum mc_verdict verdict;
	int root; /* index of the check, -1: none */
} conclusions[] = {
	{"no checks", {MC_OK}, 0, MC_OK, -1},
	{"all ok", {MC_OK, MC_OK}, 2, MC_OK, -1},
	{"ok and skipped", {MC_OK, MC_SKIPPED}, 2, MC_OK, -1},
	{"all skipped", {MC_SKIPPED, MC_SKIPPED}, 2, MC_INCONCLUSIVE, 0},
	{"notice", {MC_OK, MC_VERDICT_NOTICE, MC_VERDICT_NOTICE}, 3, MC_VERDICT_NOTICE, 1},
	{"warning over notice", {MC_VERDICT_NOTICE, MC_VERDICT_WARNING}, 2, MC_VERDICT_WARNING, 1},
	{"inconclusive over warning", {MC_VERDICT_WARNING, MC_INCONCLUSIVE}, 2, MC_INCONCLUSIVE, 1},
	{"error over inconclusive", {MC_INCONCLUSIVE, MC_VERDICT_ERROR, MC_VERDICT_ERROR}, 3,
		MC_VERDICT_ERROR, 1},
	{"skipped weighs nothing", {MC_SKIPPED, MC_VERDICT_ERROR, MC_SKIPPED}, 3, MC_VERDICT_ERROR,
		1},
};

START_TEST(concludes)
{
	for (size_t i = 0; i < sizeof(conclusions) / sizeof(conclusions[0]); i++) {
		const struct conclusion *c = &conclusions[i];
		struct mailcheck_report *report = sample_new("domain", "d.example", "d.example");
		for (size_t j = 0; j < c->count; j++)
			sample_check(report, "smtp", c->checks[j], NULL, "{}");
		mc_report_conclude(report);
		ck_assert_msg(report->verdict == c->verdict, "%s: verdict %s", c->name,
			mc_verdict_text(report->verdict));
		ck_assert_msg(report->root_check == (c->root < 0 ? NULL : &report->checks[c->root]),
			"%s: root", c->name);
		ck_assert_msg(mc_report_json(report) != NULL, "%s: JSON", c->name);
		ck_assert_msg(mc_report_text(report, 0) != NULL, "%s: text", c->name);
		mc_report_free(report);
	}
}
END_TEST

START_TEST(worst_first_and_stable)
{
	static const char *const expected[] = {
		"smtp.refused a", "smtp.timeout b", "smtp.slow a", "smtp.slow b", "smtp.vantage c"};
	struct mailcheck_report *report = sample_new("domain", "d.example", "d.example");
	struct mc_check_report *check = sample_check(report, "smtp", MC_VERDICT_ERROR, NULL, "{}");
	char line[64];

	sample_find(report, check, "smtp.slow", -1, "a", "a", "", "");
	sample_find(report, check, "smtp.refused", -1, "a", "a", "", "");
	sample_find(report, check, "smtp.vantage", -1, "c", "c", "", "");
	sample_find(report, check, "smtp.slow", -1, "b", "b", "", "");
	sample_find(report, check, "smtp.timeout", -1, "b", "b", "", "");
	mc_report_conclude(report);
	ck_assert_uint_eq(mailcheck_report_findings(report, 0), 5);
	for (uint32_t j = 0; j < 5; j++) {
		snprintf(line, sizeof(line), "%s %s", mailcheck_report_finding_id(report, 0, j),
			mailcheck_report_finding_subject(report, 0, j));
		ck_assert_str_eq(line, expected[j]);
	}
	ck_assert_str_eq(mailcheck_report_root_cause(report), "smtp.refused");
	mc_report_free(report);
}
END_TEST

static const struct cause {
	const char *name, *target, *reason;
	struct {
		const char *id, *subject, *evidence;
	} findings[3];
	const char *root;
} causes[] = {
	{"its evidence is the reason", "d.example", "d.example: timeout",
		{{"mx.none-implicit", "d.example", "no MX"},
			{"mx.address-lookup-failed", "d.example", "timeout"}},
		"mx.address-lookup-failed"},
	{"the one of the subject", "d.example", "b: timeout",
		{{"smtp.timeout", "a", "timeout"}, {"smtp.slow", "b", "timeout"}}, "smtp.slow"},
	{"about the target", "mx.example:25", "mx.example [192.0.2.1]:25: no answer",
		{{"smtp.timeout", "mx.example [192.0.2.1]:25", "timeout"},
			{"smtp.vantage", "mx.example", "1 address"}},
		"smtp.vantage"},
	{"about a target that is an address", "[2001:db8::1]:25", "[2001:db8::1]:25: no answer",
		{{"smtp.timeout", "[2001:db8::1]:25", "timeout"},
			{"smtp.vantage", "2001:db8::1", "1 address"}},
		"smtp.vantage"},
	{"the subject of the reason", "d.example", "b: no complete reply",
		{{"smtp.no-starttls", "a", "none"}, {"smtp.slow", "b", "EHLO"}}, "smtp.slow"},
	{"none fits", "d.example", "out of memory", {{"smtp.no-starttls", "a", "none"}}, ""},
};

START_TEST(finds_cause_of_doubt)
{
	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
		const struct cause *c = &causes[i];
		struct mailcheck_report *report = sample_new("host", c->target, c->target);
		struct mc_check_report *check =
			sample_check(report, "smtp", MC_INCONCLUSIVE, c->reason, "{}");
		for (size_t j = 0; j < 3 && c->findings[j].id != NULL; j++)
			sample_find(report, check, c->findings[j].id, MC_INFO,
				c->findings[j].subject, "h", "", c->findings[j].evidence);
		mc_report_conclude(report);
		ck_assert_msg(strcmp(mailcheck_report_root_cause(report), c->root) == 0, "%s: %s",
			c->name, mailcheck_report_root_cause(report));
		mc_report_free(report);
	}
}
END_TEST

START_TEST(accessors)
{
	struct mailcheck_report *report = small();

	ck_assert_int_eq(mailcheck_report_verdict(report), MAILCHECK_VERDICT_ERROR);
	ck_assert_str_eq(mailcheck_report_target(report), "mx.example:25");
	ck_assert_str_eq(mailcheck_report_input(report), "smtp://mx.example\\x0A\"");
	ck_assert_int_eq(mailcheck_report_started(report), INT64_C(1795341600000));
	ck_assert_int_eq(mailcheck_report_duration(report), 412);
	ck_assert_uint_eq(mailcheck_report_checks(report), 2);
	ck_assert_str_eq(mailcheck_report_check_name(report, 1), "tls");
	ck_assert_int_eq(mailcheck_report_check_verdict(report, 1), MAILCHECK_VERDICT_SKIPPED);
	ck_assert_str_eq(mailcheck_report_check_reason(report, 1), "smtp: refused");
	ck_assert_ptr_null(mailcheck_report_check_reason(report, 0));
	ck_assert_int_eq(mailcheck_report_finding_severity(report, 0, 0), MC_ERROR);
	ck_assert_str_eq(mailcheck_report_finding_title(report, 0, 0), "A title");
	ck_assert_str_eq(mailcheck_report_finding_detail(report, 0, 0), "Why, filled.");
	ck_assert_str_eq(mailcheck_report_finding_fix(report, 0, 0), "Fix, filled.");
	ck_assert_str_eq(mailcheck_report_finding_evidence(report, 0, 0, 0), "one");
	ck_assert_ptr_null(mailcheck_report_finding_evidence(report, 0, 0, 2));
	ck_assert_str_eq(mailcheck_verdict_text(MAILCHECK_VERDICT_NOTICE), "notice");
	ck_assert_str_eq(mailcheck_verdict_text(-1), "");
	mailcheck_report_free(report);
	mailcheck_report_free(NULL);
}
END_TEST

START_TEST(accessors_out_of_range)
{
	struct mailcheck_report *report = small();

	for (uint32_t i = 0; i < 4; i++) {
		uint32_t check = i < 1 ? 0 : i < 3 ? i + 1 : UINT32_MAX;
		uint32_t finding = i == 0 ? 1 : 0;
		ck_assert_ptr_null(mailcheck_report_finding_id(report, check, finding));
		ck_assert_int_eq(mailcheck_report_finding_severity(report, check, finding), -1);
		ck_assert_ptr_null(mailcheck_report_finding_subject(report, check, finding));
		ck_assert_ptr_null(mailcheck_report_finding_title(report, check, finding));
		ck_assert_ptr_null(mailcheck_report_finding_detail(report, check, finding));
		ck_assert_ptr_null(mailcheck_report_finding_fix(report, check, finding));
		ck_assert_ptr_null(mailcheck_report_finding_evidence(report, check, finding, 0));
	}
	ck_assert_ptr_null(mailcheck_report_check_name(report, 2));
	ck_assert_int_eq(mailcheck_report_check_verdict(report, 2), -1);
	ck_assert_ptr_null(mailcheck_report_check_reason(report, UINT32_MAX));
	ck_assert_uint_eq(mailcheck_report_findings(report, 2), 0);
	mc_report_free(report);
}
END_TEST

START_TEST(out_of_memory)
{
	unsigned long n, failures = 0;

	for (n = 1; n < 1000; n++) {
		struct mailcheck_report *report = small();
		const char *json;
		mc_alloc_fail_at(n);
		json = mc_report_json(report);
		mc_alloc_fail_at(0);
		failures += json == NULL;
		if (json == NULL)
			ck_assert_msg(
				mc_report_json(report) != NULL, "no JSON after failure %lu", n);
		mc_report_free(report);
		if (json != NULL)
			break;
	}
	ck_assert_uint_gt(failures, 0);
	ck_assert_uint_lt(n, 1000);
}
END_TEST

UNIT_MAIN("report_json", golden, no_root_when_ok, root_without_finding, new_input, concludes,
	worst_first_and_stable, finds_cause_of_doubt, accessors, accessors_out_of_range,
	out_of_memory)
