/* A report for people: exact small ones, and what holds for all of them. */
#include <mailcheck/report.h>
#include <stdio.h>

#include "base/escape.h"
#include "report_sample.h"
#include "unit.h"

#define ALL_FLAGS 16

/* Says which line differs first. */
static void
expect(const char *name, const char *text, const char *expected)
{
	size_t line = 1, start = 0;

	ck_assert_msg(text != NULL, "%s: no text", name);
	for (size_t i = 0; text[i] == expected[i] && text[i] != '\0'; i++)
		if (text[i] == '\n') {
			line++;
			start = i + 1;
		}
	ck_assert_msg(strcmp(text, expected) == 0, "%s: line %zu is \"%.*s\", not \"%.*s\"", name,
		line, (int)strcspn(text + start, "\n"), text + start,
		(int)strcspn(expected + start, "\n"), expected + start);
}

START_TEST(healthy)
{
	struct mailcheck_report *report = sample_healthy();

	expect("plain", mc_report_text(report, 0),
		"✓ example.com: ok, nothing to change\n"
		"  checked 2026-11-22T10:00:00Z in 412 ms\n"
		"\n"
		"CHECKS\n"
		"  ✓ ok            mx    2 hosts, 3 addresses\n"
		"  ✓ ok            ptr   3 of 3 addresses with a reverse name that leads back\n"
		"  ✓ ok            smtp  SMTP on 3 of 3 addresses, STARTTLS works on 3\n"
		"  ✓ ok            tls   TLS 1.3 on 3 of 3 addresses, certificate: 1 day left\n"
		"\n"
		"MAIL HOSTS\n"
		"     10  mx1.example.com  192.0.2.25, 2001:db8::25\n"
		"     20  mx2.example.com  192.0.2.26\n"
		"\n"
		"SERVERS                              STARTTLS  TLS  CERTIFICATE\n"
		"  mx1.example.com [192.0.2.25]:25    works     1.3  60 days left\n"
		"  mx1.example.com [2001:db8::25]:25  works     1.3  60 days left\n"
		"  mx2.example.com [192.0.2.26]:25    works     1.3  1 day left\n");
	mc_report_free(report);
}
END_TEST

START_TEST(quiet)
{
	struct mailcheck_report *report = sample_healthy();

	expect("MC_TEXT_QUIET", mc_report_text(report, MC_TEXT_QUIET),
		"✓ example.com: ok, nothing to change\n"
		"  checked 2026-11-22T10:00:00Z in 412 ms\n");
	expect("MC_TEXT_QUIET | MC_TEXT_ASCII",
		mc_report_text(report, MC_TEXT_QUIET | MC_TEXT_ASCII),
		"[ok] example.com: ok, nothing to change\n"
		"  checked 2026-11-22T10:00:00Z in 412 ms\n");
	expect("MC_TEXT_QUIET | MC_TEXT_COLOR",
		mc_report_text(report, MC_TEXT_QUIET | MC_TEXT_COLOR),
		"\033[32m✓\033[0m \033[1mexample.com\033[0m: "
		"\033[32mok, nothing to change\033[0m\n"
		"  \033[2mchecked 2026-11-22T10:00:00Z in 412 ms\033[0m\n");
	mc_report_free(report);
}
END_TEST

static struct mailcheck_report *
accepts_no_mail(void)
{
	static const char reason[] = "the domain says that it accepts no mail (mx.null)";
	struct mailcheck_report *report =
		sample_new("domain", "xn--mnchen-3ya.example", "m\xC3\xBCnchen.example");
	struct mc_check_report *check =
		sample_check(report, "mx", MC_OK, NULL, "{\"null_mx\":true,\"hosts\":[]}");

	sample_find(report, check, "mx.null", -1, report->target_name, report->target_name, "",
		"MX 0 .");
	sample_check(report, "smtp", MC_SKIPPED, reason, "{}");
	mc_report_conclude(report);
	return report;
}

START_TEST(null_mx)
{
	struct mailcheck_report *report = accepts_no_mail();

	expect("plain", mc_report_text(report, 0),
		"✓ xn--mnchen-3ya.example: ok, it says that it takes no mail\n"
		"  given as \"m\xC3\xBCnchen.example\", checked 2026-11-22T10:00:00Z in 412 ms\n"
		"\n"
		"CHECKS\n"
		"  ✓ ok            mx    null MX: the domain accepts no mail\n"
		"  · skipped       smtp  the domain says that it accepts no mail (mx.null)\n"
		"\n"
		"1 remark is left out here; -v shows all.\n");
	ck_assert_ptr_nonnull(strstr(mc_report_text(report, MC_TEXT_ASCII), "m\\xC3\\xBCnchen"));
	ck_assert_ptr_nonnull(strstr(mc_report_text(report, MC_TEXT_VERBOSE), "(mx.null)\n"));
	mc_report_free(report);
}
END_TEST

/* Texts of the registry may change; these are the test's own. */
static const struct mc_finding_info refused = {
	"smtp.refused", MC_ERROR, "Refused", "", "", "RFC 1", "0.1.0"};
static const struct mc_finding_info clear = {
	"smtp.auth-in-clear", MC_WARNING, "In clear", "", "", "RFC 2", "0.1.0"};
static const struct mc_finding_info multiple = {
	"ptr.multiple", MC_INFO, "Several", "", "", "", "0.1.0"};

static void
own_text(struct mailcheck_report *report)
{
	static const struct mc_finding_info *const infos[] = {&refused, &clear, &multiple};

	for (size_t i = 0; i < report->check_count; i++)
		for (struct mc_finding *finding = report->checks[i].findings; finding != NULL;
			finding = finding->next)
			for (size_t j = 0; j < 3; j++)
				if (strcmp(finding->info->id, infos[j]->id) == 0) {
					finding->info = infos[j];
					finding->detail = "Why.";
					finding->fix = mc_arena_printf(
						&report->arena, "Change %s.", infos[j]->id);
				}
}

START_TEST(broken)
{
	struct mailcheck_report *report = sample_broken();

	own_text(report);
	expect("MC_TEXT_ASCII", mc_report_text(report, MC_TEXT_ASCII),
		"[error] example.com: error, something is broken\n"
		"  checked 2026-11-22T10:00:00Z in 412 ms\n"
		"\n"
		"ROOT CAUSE\n"
		"  Refused\n"
		"  mx1.example.com [192.0.2.25]:25: connection refused\n"
		"\n"
		"  Why.\n"
		"\n"
		"  What to change:\n"
		"      Change smtp.refused.\n"
		"\n"
		"  smtp.refused: RFC 1\n"
		"\n"
		"CHECKS\n"
		"  [ok]            mx    2 hosts, 3 addresses\n"
		"  [ok]            ptr   3 of 3 addresses with a reverse name that leads back\n"
		"  [error]         smtp  SMTP on 1 of 3 addresses, STARTTLS works on 1\n"
		"\n"
		"      [error] Refused (smtp.refused)\n"
		"        mx1.example.com [192.0.2.25]:25: connection refused\n"
		"        mx1.example.com [2001:db8::25]:25: connection refused\n"
		"        What to change: see above.\n"
		"\n"
		"      [warning] In clear (smtp.auth-in-clear)\n"
		"        mx2.example.com [192.0.2.26]:25: 250 AUTH PLAIN LOGIN\n"
		"        What to change: Change smtp.auth-in-clear.\n"
		"\n"
		"  [ok]            tls   TLS 1.3 on 1 of 1 address, a certificate has expired\n"
		"\n"
		"MAIL HOSTS\n"
		"     10  mx1.example.com  192.0.2.25, 2001:db8::25\n"
		"     20  mx2.example.com  192.0.2.26\n"
		"\n"
		"SERVERS                              STARTTLS  TLS  CERTIFICATE\n"
		"  mx1.example.com [192.0.2.25]:25    unknown   -    -\n"
		"  mx1.example.com [2001:db8::25]:25  unknown   -    -\n"
		"  mx2.example.com [192.0.2.26]:25    works     1.3  expired 2026-11-19\n"
		"      DNS 8 ms, connect 12 ms, banner 30 ms, EHLO 5 ms, STARTTLS 5 ms,\n"
		"      TLS 22 ms, EHLO 4 ms, QUIT 3 ms\n"
		"\n"
		"1 remark is left out here; -v shows all.\n");
	mc_report_free(report);
}
END_TEST

START_TEST(transcript)
{
	struct mailcheck_report *report = sample_broken();

	ck_assert_ptr_nonnull(strstr(mc_report_text(report, MC_TEXT_VERBOSE),
		"      DNS 8 ms · connect 12 ms · banner 30 ms · EHLO 5 ms · STARTTLS 5 ms ·\n"
		"      TLS 22 ms · EHLO 4 ms · QUIT 3 ms\n"
		"         12 ms   * connected\n"
		"         42 ms   < 220 mx1.example.com ESMTP\n"
		"         42 ms   > EHLO probe.example.net\n"
		"         52 ms   > STARTTLS\n"
		"         79 ms ~ > QUIT\n"));
	ck_assert_ptr_null(strstr(mc_report_text(report, 0), "EHLO probe"));
	mc_report_free(report);
}
END_TEST

START_TEST(inconclusive)
{
	struct mailcheck_report *report = sample_inconclusive();
	const char *text = mc_report_text(report, 0);

	ck_assert_msg(
		strstr(text, "? example.com: inconclusive, could not be determined\n") == text,
		"%s", text);
	ck_assert_msg(strstr(text, "NOT DETERMINED BECAUSE\n  mx: timeout after 5 s\n") != NULL,
		"%s", text);
	ck_assert_msg(
		strstr(text, "  ? inconclusive  mx    timeout after 5 s\n") != NULL, "%s", text);
	ck_assert_msg(strstr(text, "(mx.lookup-failed): see above\n") != NULL, "%s", text);
	mc_report_free(report);
}
END_TEST

/* What follows from the name servers is told once, with what is to be done. */
START_TEST(lookups_that_follow)
{
	struct mailcheck_report *report = sample_new("domain", "example.com", "example.com");
	struct mc_check_report *check = sample_check(report, "ns", MC_VERDICT_ERROR, NULL, "{}");
	const char *text;

	sample_find(report, check, "ns.lame", MC_ERROR, "ns.example.com", "", "", "REFUSED");
	check = sample_check(report, "spf", MC_INCONCLUSIVE, "example.com TXT: SERVFAIL", "{}");
	sample_find(report, check, "spf.lookup-failed", -1, "example.com", "", "", "SERVFAIL");
	check = sample_check(report, "mta-sts", MC_INCONCLUSIVE, "HTTP 429", "{}");
	sample_find(report, check, "mta-sts.policy-unknown", -1, "example.com", "", "", "429");
	mc_report_conclude(report);
	text = mc_report_text(report, 0);
	ck_assert_ptr_nonnull(strstr(text, "spf      example.com TXT: SERVFAIL\n"));
	ck_assert_ptr_null(strstr(text, "(spf.lookup-failed)"));
	ck_assert_ptr_nonnull(strstr(text, "(mta-sts.policy-unknown)"));
	ck_assert_ptr_nonnull(strstr(text, "1 remark is left out here; -v shows all."));
	text = mc_report_text(report, MC_TEXT_VERBOSE);
	ck_assert_ptr_nonnull(strstr(text, "(spf.lookup-failed)"));
	mc_report_free(report);
}
END_TEST

/* A remark about a server that could be judged does not explain why another could not. */
START_TEST(remarks_beside_inconclusive)
{
	struct mailcheck_report *report = sample_new("domain", "example.com", "example.com");
	struct mc_check_report *check =
		sample_check(report, "smtp", MC_INCONCLUSIVE, "421", "{\"endpoints\":[]}");
	const char *text;

	sample_find(report, check, "smtp.client-refused", -1, "mx1.example.com [192.0.2.25]:25",
		"mx1.example.com", "192.0.2.25", "421");
	sample_find(report, check, "smtp.banner-name", -1, "mx2.example.com [192.0.2.26]:25",
		"mx2.example.com", "192.0.2.26", "mx");
	check->findings->next->undetermined = false;
	mc_report_conclude(report);
	text = mc_report_text(report, 0);
	ck_assert_ptr_nonnull(strstr(text, "(smtp.client-refused)"));
	ck_assert_ptr_null(strstr(text, "(smtp.banner-name)"));
	mc_report_free(report);
}
END_TEST

/* What is to be changed is told for each where more than the names in it differs. */
START_TEST(fixes_that_differ)
{
	struct mailcheck_report *report = sample_new("domain", "example.com", "example.com");
	struct mc_check_report *check =
		sample_check(report, "mta-sts", MC_VERDICT_ERROR, NULL, "{}");
	const char *text;

	for (int i = 0; i < 3; i++) {
		const char *host = mc_arena_printf(&report->arena, "mx%d.example.com", i);
		sample_find(report, check, "mta-sts.mx-not-listed", -1, host, host, "", "no mx:");
	}
	check->findings->fix = "Add mx0.example.com.";
	check->findings->next->fix = "Add mx1.example.com.";
	check->findings->next->next->fix = "Add mx2.example.com.";
	mc_report_conclude(report);
	text = mc_report_text(report, 0);
	ck_assert_ptr_nonnull(strstr(text, "see above, and the same for the others."));
	ck_assert_ptr_null(strstr(text, "Add mx1.example.com."));
	check->findings->next->next->fix = "Correct the MX record first.";
	text = mc_report_text(report, 0);
	ck_assert_ptr_null(strstr(text, "the same for the others."));
	ck_assert_ptr_nonnull(strstr(text, "What to change: see above."));
	ck_assert_ptr_nonnull(strstr(text, "What to change: the same as for mx0.example.com\n"));
	ck_assert_ptr_null(strstr(text, "Add mx1.example.com."));
	ck_assert_ptr_nonnull(strstr(text, "What to change: Correct the MX record first."));
	mc_report_free(report);
}
END_TEST

/* So is what follows from a DS record that fits no key. */
START_TEST(bogus_that_follows)
{
	struct mailcheck_report *report = sample_new("domain", "example.com", "example.com");
	struct mc_check_report *check =
		sample_check(report, "dnssec", MC_VERDICT_ERROR, NULL, "{}");
	const char *text;

	sample_find(report, check, "dnssec.ds-mismatch", -1, "example.com", "", "", "DS 1 13 2 AB");
	check = sample_check(report, "mx", MC_VERDICT_ERROR, NULL, "{}");
	sample_find(report, check, "mx.bogus", -1, "example.com", "", "", "validation failure");
	mc_report_conclude(report);
	text = mc_report_text(report, 0);
	ck_assert_ptr_nonnull(strstr(text, "(mx.bogus): see above\n"));
	ck_assert_ptr_null(strstr(text, "validation failure"));
	text = mc_report_text(report, MC_TEXT_VERBOSE);
	ck_assert_ptr_nonnull(strstr(text, "validation failure"));
	mc_report_free(report);
}
END_TEST

START_TEST(all_skipped)
{
	struct mailcheck_report *report = sample_new("domain", "d.example", "d.example");

	sample_check(report, "smtp", MC_SKIPPED, "the domain does not exist", "{}");
	mc_report_conclude(report);
	expect("MC_TEXT_QUIET", mc_report_text(report, MC_TEXT_QUIET),
		"? d.example: inconclusive, could not be determined\n"
		"  checked 2026-11-22T10:00:00Z in 412 ms\n"
		"\n"
		"NOT DETERMINED BECAUSE\n"
		"  smtp: the domain does not exist\n");
	mc_report_free(report);
}
END_TEST

START_TEST(no_mail_arrives)
{
	struct mailcheck_report *report = sample_new("domain", "d.example", "d.example");
	struct mc_check_report *check = sample_check(report, "smtp", MC_VERDICT_ERROR, NULL, "{}");

	sample_find(report, check, "smtp.refused", MC_ERROR, "d.example", "", "", "refused");
	sample_find(report, check, "smtp.none-works", MC_ERROR, "d.example", "", "", "of 1");
	mc_report_conclude(report);
	ck_assert_ptr_nonnull(strstr(mc_report_text(report, MC_TEXT_QUIET),
		"\xE2\x9C\x97 d.example: error, no mail can reach it\n"));
	mc_report_free(report);
}
END_TEST

START_TEST(no_host_has_an_address)
{
	struct mailcheck_report *report = sample_new("domain", "d.example", "d.example");
	struct mc_check_report *check =
		sample_check(report, "mx", MC_VERDICT_ERROR, NULL, "{\"hosts\":[{},{}]}");

	sample_find(report, check, "mx.target-nxdomain", MC_ERROR, "a.example", "", "", "");
	mc_report_conclude(report);
	ck_assert_ptr_nonnull(strstr(mc_report_text(report, MC_TEXT_ASCII), ": error, something"));
	mc_report_free(report);
	report = sample_new("domain", "d.example", "d.example");
	check = sample_check(report, "mx", MC_VERDICT_ERROR, NULL, "{\"hosts\":[{},{}]}");
	sample_find(report, check, "mx.target-nxdomain", MC_ERROR, "a.example", "", "", "");
	sample_find(report, check, "mx.no-address", MC_ERROR, "b.example", "", "", "");
	mc_report_conclude(report);
	ck_assert_ptr_nonnull(
		strstr(mc_report_text(report, MC_TEXT_ASCII), ": error, no mail can"));
	mc_report_free(report);
}
END_TEST

/* One host refuses, of the other nothing is known. */
START_TEST(one_host_is_unknown)
{
	struct mailcheck_report *report = sample_new("domain", "d.example", "d.example");
	struct mc_check_report *check = sample_check(report, "mx", MC_VERDICT_ERROR, NULL,
		"{\"hosts\":[{},{\"addresses\":[\"192.0.2.25\"]}]}");

	sample_find(report, check, "mx.target-bogus", MC_ERROR, "a.example", "", "", "");
	check = sample_check(report, "smtp", MC_VERDICT_ERROR, NULL, "{}");
	sample_find(report, check, "smtp.none-works", MC_ERROR, "d.example", "", "", "of 2");
	mc_report_conclude(report);
	ck_assert_ptr_nonnull(
		strstr(mc_report_text(report, MC_TEXT_ASCII), ": error, something is broken"));
	mc_report_free(report);
}
END_TEST

/* One host has no address, the other refuses. */
START_TEST(no_host_is_reached)
{
	static const char *const failures[] = {"\"connect-refused\"", "null"};

	for (size_t i = 0; i < 2; i++) {
		struct mailcheck_report *report = sample_new("domain", "d.example", "d.example");
		struct mc_check_report *check = sample_check(report, "mx", MC_VERDICT_ERROR, NULL,
			"{\"hosts\":[{},{\"addresses\":[\"192.0.2.25\"]}]}");
		sample_find(report, check, "mx.no-address", MC_ERROR, "a.example", "", "", "");
		check = sample_check(report, "smtp", MC_VERDICT_ERROR, NULL,
			mc_arena_printf(
				&report->arena, "{\"endpoints\":[{\"failure\":%s}]}", failures[i]));
		sample_find(report, check, "smtp.refused", MC_ERROR, "b.example", "", "", "");
		mc_report_conclude(report);
		ck_assert_ptr_nonnull(strstr(mc_report_text(report, MC_TEXT_ASCII),
			i == 0 ? ": error, no mail can" : ": error, something"));
		mc_report_free(report);
	}
}
END_TEST

START_TEST(works_for_some_days)
{
	struct mailcheck_report *report = sample_new("host", "d.example:25", "d.example:25");
	struct mc_check_report *check = sample_check(report, "tls", MC_VERDICT_ERROR, NULL, "{}");

	sample_find(report, check, "tls.expires-soon", MC_ERROR, "d.example", "", "", "6 days");
	mc_report_conclude(report);
	ck_assert_ptr_nonnull(strstr(mc_report_text(report, MC_TEXT_QUIET | MC_TEXT_ASCII),
		"[error] d.example:25: error, it works for some days more\n"));
	mc_report_free(report);
}
END_TEST

START_TEST(long_evidence)
{
	struct mailcheck_report *report = sample_new("host", "mx.example:25", "mx.example");
	struct mc_check_report *check =
		sample_check(report, "smtp", MC_VERDICT_WARNING, NULL, "{}");
	char evidence[1001] = "x";

	for (size_t i = 1; i + 1 < sizeof(evidence); i++)
		evidence[i] = i % 2 == 1 ? '\xC3' : '\xA9';
	evidence[sizeof(evidence) - 2] = '\0';
	sample_find(report, check, "smtp.long-line", -1, "mx.example", "mx.example", "", evidence);
	mc_report_conclude(report);
	ck_assert_ptr_nonnull(strstr(mc_report_text(report, 0), "\xC3\xA9\xC3\xA9...\n"));
	ck_assert_ptr_null(strstr(mc_report_text(report, 0), "\\x"));
	ck_assert_ptr_nonnull(strstr(mc_report_text(report, MC_TEXT_VERBOSE), evidence));
	mc_report_free(report);
}
END_TEST

/* Port 465: TLS from the first octet. */
START_TEST(implicit_tls)
{
	struct mailcheck_report *report = sample_new("host", "mx.example:465", "mx.example:465");

	sample_check(report, "smtp", MC_OK, NULL,
		"{\"endpoints\":[{\"host\":\"192.0.2.1\",\"address\":\"192.0.2.1\",\"port\":465,"
		"\"banner\":\"mx\",\"starttls\":\"unknown\",\"connect_ms\":12345,\"stages\":["
		"{\"name\":\"connect\",\"ms\":1},{\"name\":\"mail\",\"code\":550,\"ms\":3},"
		"{\"name\":\"quit\",\"code\":0,\"ms\":30049,\"answered\":false}]}]}");
	sample_check(report, "tls", MC_OK, NULL,
		"{\"endpoints\":[{\"host\":\"192.0.2.1\",\"address\":\"192.0.2.1\",\"port\":465,"
		"\"negotiated\":{\"version\":\"1.2\"},\"certificate\":{\"days_left\":5,"
		"\"trusted\":false,\"trust\":\"self-signed\",\"name_match\":false}}]}");
	mc_report_conclude(report);
	expect("plain", mc_report_text(report, 0),
		"✓ mx.example:465: ok, nothing to change\n"
		"  checked 2026-11-22T10:00:00Z in 412 ms\n"
		"\n"
		"CHECKS\n"
		"  ✓ ok            smtp  SMTP on 1 of 1 address\n"
		"  ✓ ok            tls   TLS 1.2 on 1 of 1 address, certificate: 5 days left\n"
		"\n"
		"SERVERS            STARTTLS  TLS  CERTIFICATE\n"
		"  [192.0.2.1]:465  -         1.2  5 days left, not trusted, other name\n"
		"      connect 12.3 s · MAIL 550 3 ms · QUIT no reply 30.0 s\n");
	mc_report_free(report);
}
END_TEST

/* One line for each check, also where there is nothing; and no "no record" where one is at fault.
 */
START_TEST(summaries)
{
	struct mailcheck_report *report = sample_new("domain", "example.com", "example.com");
	struct mc_check_report *check;

	sample_check(report, "ns", MC_OK, NULL, "{\"servers\":[{},{}]}");
	sample_check(report, "dnssec", MC_OK, NULL, "{\"status\":\"insecure\"}");
	check = sample_check(report, "spf", MC_VERDICT_ERROR, NULL, "{\"record\":null}");
	sample_find(report, check, "spf.multiple", -1, "example.com", "", "", "2 records");
	sample_check(report, "dkim", MC_OK, NULL,
		"{\"keys\":[{\"selector\":\"a\",\"valid\":true},{\"selector\":\"b\",\"valid\":true,"
		"\"revoked\":true},{\"selector\":\"c\",\"valid\":true},{\"selector\":\"d\","
		"\"valid\":"
		"true},{\"selector\":\"e\",\"valid\":true}]}");
	check = sample_check(report, "dmarc", MC_VERDICT_WARNING, NULL, "{\"record\":null}");
	sample_find(report, check, "dmarc.none", -1, "example.com", "", "", "none");
	sample_check(report, "tls-rpt", MC_OK, NULL,
		"{\"record\":\"v\",\"rua\":[\"mailto:t@example.com\"]}");
	sample_check(report, "dane", MC_OK, NULL,
		"{\"hosts\":[{\"state\":\"usable\"},{\"state\":\"none\"}]}");
	sample_check(report, "caa", MC_OK, NULL, "{\"names\":[{\"found_at\":null}]}");
	mc_report_conclude(report);
	expect("plain", strstr(mc_report_text(report, 0), "  ✓ ok            ns"),
		"  ✓ ok            ns       2 name servers\n"
		"  ✓ ok            dnssec   not signed\n"
		"  ✗ error         spf\n"
		"\n"
		"      ✗ There is more than one SPF record (spf.multiple): see above\n"
		"\n"
		"  ✓ ok            dkim     keys: a, c, d and 1 more\n"
		"  ! warning       dmarc    no record\n"
		"\n"
		"      ! There is no DMARC record (dmarc.none)\n"
		"        example.com: none\n"
		"        What to change: Begin with: _dmarc.example.com. TXT \"v=DMARC1; p=none;\n"
		"          rua=mailto:postmaster@example.com\", read the reports, then raise p to\n"
		"          quarantine or reject. A domain that sends no mail: \"v=DMARC1;\n"
		"          p=reject\".\n"
		"\n"
		"  ✓ ok            tls-rpt  reports to mailto:t@example.com\n"
		"  ✓ ok            dane     usable TLSA records on 1 of 2 hosts\n"
		"  ✓ ok            caa      no record: every authority may issue\n");
	mc_report_free(report);
}
END_TEST

/* Twenty hosts of eight addresses, none of which answers. */
static struct mailcheck_report *
many(void)
{
	struct mailcheck_report *report = sample_new("domain", "example.com", "example.com");
	struct mc_check_report *mx = sample_check(report, "mx", MC_OK, NULL, "{\"hosts\":[]}");
	struct mc_check_report *smtp =
		sample_check(report, "smtp", MC_VERDICT_ERROR, NULL, "{\"endpoints\":[]}");

	for (int i = 0; i < 20; i++) {
		const char *host = mc_arena_printf(&report->arena, "mx%d.example.com", i);
		json_t *addresses = json_array();
		for (int j = 0; j < 8; j++) {
			const char *address =
				mc_arena_printf(&report->arena, "2001:db8:%d::%d", i, j);
			json_array_append_new(addresses, json_string(address));
			json_array_append_new(json_object_get(smtp->values, "endpoints"),
				json_pack("{s:s, s:s, s:i, s:s, s:s}", "host", host, "address",
					address, "port", 25, "starttls", "unknown", "failure",
					"connect-timeout"));
			sample_find(report, smtp, "smtp.timeout", -1,
				mc_arena_printf(&report->arena, "%s [%s]:25", host, address), host,
				address, "no answer in 30 s");
		}
		json_array_append_new(json_object_get(mx->values, "hosts"),
			json_pack("{s:i, s:s, s:o}", "preference", i * 10, "name", host,
				"addresses", addresses));
	}
	mc_report_conclude(report);
	return report;
}

static size_t
count_lines(const char *text)
{
	size_t lines = 0;

	for (; *text != '\0'; text++)
		lines += *text == '\n';
	return lines;
}

START_TEST(many_hosts)
{
	struct mailcheck_report *report = many();
	const char *text = mc_report_text(report, 0);

	ck_assert_msg(strstr(text, "        and 155 more\n") != NULL, "%s", text);
	ck_assert_msg(
		strstr(text, "see above, and the same for the others.\n") != NULL, "%s", text);
	ck_assert_msg(
		strstr(text, "     10  mx1.example.com   2001:db8:1::0, 2001:db8:1::1,") != NULL,
		"%s", text);
	ck_assert_msg(
		strstr(text, "mx1.example.com [2001:db8:1::0]:25    no answer to the connect\n"),
		"%s", text);
	ck_assert_uint_lt(count_lines(text), 300);
	text = mc_report_text(report, MC_TEXT_VERBOSE);
	ck_assert_ptr_null(strstr(text, "more\n"));
	ck_assert_ptr_nonnull(strstr(text, "mx19.example.com [2001:db8:19::7]:25: no answer"));
	mc_report_free(report);
}
END_TEST

/* Values of every wrong type, and bytes that should never have come this far. */
static struct mailcheck_report *
hostile(void)
{
	static const char *const values[] = {"{}", "{\"hosts\":null,\"endpoints\":{}}",
		"{\"hosts\":[1,null,[],{}],\"endpoints\":[1,null,[],{},{\"stages\":[1,{}],"
		"\"transcript\":[null,{}],\"ehlo\":[],\"port\":\"x\"}],\"addresses\":[0,{}]}",
		"{\"hosts\":[{\"name\":5,\"preference\":\"x\",\"addresses\":[1,null]}],"
		"\"endpoints\":[{\"host\":\"\\u001b]0;x\\u0007\",\"address\":\"\\u009b2J\","
		"\"port\":-99999999999,\"negotiated\":[],\"certificate\":{\"days_left\":\"x\"},"
		"\"starttls\":\"\\n\\u007f\",\"stages\":[{\"name\":\"\\r\\n\",\"ms\":-5}],"
		"\"transcript\":[{\"text\":\"\\u001b[31mred\",\"from\":\"x\"}]}]}",
		"{\"hosts\":[{\"addresses\":[\"a\\nb\"]}],\"endpoints\":[{\"certificate\":{}}]}"};
	static const char *const names[] = {"mx", "smtp", "tls", "ptr", "other"};
	struct mailcheck_report *report =
		sample_new("domain", "\033[2Jevil\302\233.example", "\033]52;c;x\007");
	struct mc_check_report *check;

	for (size_t i = 0; i < 5; i++) {
		check = sample_check(report, names[i], MC_VERDICT_WARNING, NULL, values[i]);
		sample_find(report, check, "smtp.slow", -1, "a\033[0m\nb", "\033", "\177",
			"x\001y\ry\tz\302\237");
	}
	check = sample_check(report, "smtp", MC_OK, "a\033reason", values[3]);
	check = sample_check(report, "mx", MC_SKIPPED, "", "[]");
	mc_report_conclude(report);
	return report;
}

static const struct sample {
	const char *name;
	struct mailcheck_report *(*make)(void);
} samples[] = {
	{"healthy", sample_healthy},
	{"broken", sample_broken},
	{"inconclusive", sample_inconclusive},
	{"null MX", accepts_no_mail},
	{"many", many},
	{"hostile", hostile},
};

#define SAMPLES (sizeof(samples) / sizeof(samples[0]))

/* Lines apart, the text is what an escaper would leave alone. */
static void
check_utf8(const char *name, unsigned flags, const char *text)
{
	while ((flags & MC_TEXT_COLOR) == 0 && *text != '\0') {
		size_t length = strcspn(text, "\n");
		ck_assert_msg(mc_escape_clean(text, length), "%s, %u: %.*s", name, flags,
			(int)length, text);
		text += length + 1;
	}
}

static void
check_octets(const char *name, unsigned flags, const char *text)
{
	for (const char *at = text; *at != '\0'; at++) {
		unsigned char octet = (unsigned char)*at;
		if (octet == '\n')
			ck_assert_msg(at == text || at[-1] != ' ',
				"%s, %u: blank at line end: %.60s", name, flags,
				at > text + 40 ? at - 40 : text);
		else if (octet == 0x1B && (flags & MC_TEXT_COLOR) != 0)
			ck_assert_msg(
				at[1] == '[' && at[1 + strspn(at + 2, "0123456789;") + 1] == 'm',
				"%s, %u: escape sequence", name, flags);
		else
			ck_assert_msg(octet >= ' ' && octet != 0x7F, "%s, %u: octet %02X", name,
				flags, octet);
		if ((flags & MC_TEXT_ASCII) != 0)
			ck_assert_msg(octet < 0x80, "%s, %u: octet %02X", name, flags, octet);
	}
}

START_TEST(harmless)
{
	for (size_t i = 0; i < SAMPLES; i++)
		for (unsigned flags = 0; flags < ALL_FLAGS; flags++) {
			struct mailcheck_report *report = samples[i].make();
			const char *text = mc_report_text(report, flags);
			ck_assert_msg(text != NULL, "%s, %u: no text", samples[i].name, flags);
			check_octets(samples[i].name, flags, text);
			check_utf8(samples[i].name, flags, text);
			ck_assert_msg(text[strlen(text) - 1] == '\n', "%s, %u: no line end",
				samples[i].name, flags);
			mc_report_free(report);
		}
}
END_TEST

START_TEST(deterministic)
{
	for (size_t i = 0; i < SAMPLES; i++)
		for (unsigned flags = 0; flags < ALL_FLAGS; flags++) {
			struct mailcheck_report *one = samples[i].make();
			struct mailcheck_report *other = samples[i].make();
			char *first = mc_strdup(mc_report_text(one, flags));
			ck_assert_msg(strcmp(first, mc_report_text(other, flags)) == 0,
				"%s, %u: another report differs", samples[i].name, flags);
			mc_report_text(one, ALL_FLAGS - 1 - flags);
			ck_assert_msg(strcmp(first, mc_report_text(one, flags)) == 0,
				"%s, %u: again differs", samples[i].name, flags);
			mc_free(first);
			mc_report_free(one);
			mc_report_free(other);
		}
}
END_TEST

/* Colours are an addition: without them the text is the same. */
START_TEST(colour_adds_nothing)
{
	for (size_t i = 0; i < SAMPLES; i++)
		for (unsigned flags = 0; flags < ALL_FLAGS; flags += flags & 1 ? 1 : 2) {
			struct mailcheck_report *report = samples[i].make();
			char *plain = mc_strdup(mc_report_text(report, flags));
			char *colored = mc_strdup(mc_report_text(report, flags | MC_TEXT_COLOR));
			char *to = colored;
			for (const char *from = colored; *from != '\0';) {
				if (*from == '\033')
					from += strcspn(from, "m") + 1;
				else
					*to++ = *from++;
			}
			*to = '\0';
			ck_assert_msg(strcmp(plain, colored) == 0, "%s, %u: differs",
				samples[i].name, flags);
			mc_free(plain);
			mc_free(colored);
			mc_report_free(report);
		}
}
END_TEST

static size_t
columns(const char *line, size_t length)
{
	size_t count = 0;

	for (size_t i = 0; i < length; i++)
		count += ((unsigned char)line[i] & 0xC0) != 0x80;
	return count;
}

START_TEST(fits_the_terminal)
{
	for (size_t i = 0; i < SAMPLES - 1; i++) {
		struct mailcheck_report *report = samples[i].make();
		const char *text = mc_report_text(report, 0);
		while (*text != '\0') {
			size_t length = strcspn(text, "\n");
			ck_assert_msg(columns(text, length) <= 82, "%s: too wide: %.*s",
				samples[i].name, (int)length, text);
			text += length + 1;
		}
		mc_report_free(report);
	}
}
END_TEST

START_TEST(out_of_memory)
{
	struct mailcheck_report *report = sample_broken();
	char *whole = mc_strdup(mc_report_text(report, MC_TEXT_VERBOSE));
	unsigned long n;

	for (n = 1; n < 10000; n++) {
		const char *text;
		mc_alloc_fail_at(n);
		text = mc_report_text(report, MC_TEXT_VERBOSE);
		mc_alloc_fail_at(0);
		if (text != NULL) {
			expect("after a failure", text, whole);
			break;
		}
	}
	ck_assert_uint_gt(n, 5);
	ck_assert_uint_lt(n, 10000);
	mc_free(whole);
	mc_report_free(report);
}
END_TEST

UNIT_MAIN("report_text", healthy, quiet, null_mx, broken, transcript, inconclusive,
	lookups_that_follow, bogus_that_follows, remarks_beside_inconclusive, fixes_that_differ,
	all_skipped, no_mail_arrives, no_host_has_an_address, no_host_is_reached,
	one_host_is_unknown, works_for_some_days, long_evidence, implicit_tls, summaries,
	many_hosts, harmless, deterministic, colour_adds_nothing, fits_the_terminal, out_of_memory)
