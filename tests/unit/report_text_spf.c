/* SPF for people: the trace of an evaluation, and the tree of a record. */
#include "report/spf.h"
#include "report_sample.h"
#include "unit.h"

static void
expect(struct mailcheck_report *report, const char *expected)
{
	const char *text = mc_report_text(report, 0);

	ck_assert_msg(text != NULL && strcmp(text, expected) == 0, "it is\n%s", text);
	mc_report_free(report);
}

START_TEST(trace)
{
	struct mc_spf_step all = {.term = "-all", .result = "match", .reason = ""};
	struct mc_spf_step hosts = {.term = "mx",
		.target = "example.com",
		.cost = 1,
		.number = 3,
		.lookups = 3,
		.is_void = true,
		.result = "no match",
		.reason = "",
		.next = &all};
	struct mc_spf_step inner = {.depth = 1,
		.term = "a:mail.example.net",
		.target = "mail.example.net",
		.cost = 1,
		.number = 2,
		.lookups = 2,
		.result = "no match",
		.reason = "",
		.next = &hosts};
	struct mc_spf_step include = {.term = "include:example.net",
		.target = "example.net",
		.cost = 1,
		.number = 1,
		.lookups = 2,
		.result = "no match",
		.reason = "the included record says neutral",
		.next = &inner};
	struct mc_spf_judgement judgement = {.result = MC_SPF_FAIL,
		.lookups = 3,
		.voids = 1,
		.domain = "example.com",
		.ip = "192.0.2.1",
		.sender = "postmaster@example.com",
		.helo = "example.com",
		.first = &include};
	struct mailcheck_report *report = sample_new("spf", "example.com", "spf:example.com");

	report->spf = &judgement;
	expect(report,
		"fail: 192.0.2.1 by the SPF record of example.com\n"
		"  sender        postmaster@example.com\n"
		"  helo          example.com\n"
		"  lookups       3 of at most 10; 1 void of at most 2\n"
		"\n"
		"  include:example.net  no match  lookup 1  (the included record says neutral)\n"
		"     a:mail.example.net  no match  lookup 2\n"
		"  mx -> example.com  no match  lookup 3, void\n"
		"  -all  match\n");
}
END_TEST

START_TEST(no_record)
{
	struct mc_spf_judgement judgement = {.result = MC_SPF_NONE,
		.reason = "example.com has no SPF record",
		.domain = "example.com",
		.ip = "192.0.2.1"};
	struct mailcheck_report *report = sample_new("spf", "example.com", "spf:example.com");

	report->spf = &judgement;
	expect(report, "none: 192.0.2.1 is judged by no SPF record of example.com\n"
		       "  reason        example.com has no SPF record\n"
		       "  lookups       0 of at most 10; 0 void of at most 2\n");
}
END_TEST

START_TEST(tree)
{
	static const char values[] =
		"{\"tree\":{\"domain\":\"example.com\",\"term\":\"\",\"state\":\"record\","
		"\"lookups\":6,\"void_lookups_ipv4\":1,\"void_lookups_ipv6\":2,\"terms\":["
		"{\"term\":\"mx\",\"lookups\":1,\"void_lookups_ipv6\":1},"
		"{\"term\":\"include:a.example\",\"lookups\":2,\"void_lookups_ipv4\":1,"
		"\"void_lookups_ipv6\":1},"
		"{\"term\":\"include:b.example\",\"lookups\":1},"
		"{\"term\":\"exists:%{i}.c.example\",\"lookups\":1,"
		"\"sample\":\"192.0.2.1.c.example\"},"
		"{\"term\":\"include:%{h}\",\"lookups\":1,\"sample\":\"mail.example.com\"}],"
		"\"includes\":[{\"term\":\"include:a.example\",\"state\":\"record\",\"terms\":["
		"{\"term\":\"a:gone.example\",\"lookups\":1,\"void_lookups_ipv4\":1,"
		"\"void_lookups_ipv6\":1}]},"
		"{\"term\":\"include:b.example\",\"state\":\"no SPF record\"},"
		"{\"term\":\"include:%{h}\",\"state\":\"depends on the client\"}]}}";
	struct mailcheck_report *report = sample_new("domain", "example.com", "example.com");
	const char *text;

	sample_check(report, "spf", MC_OK, NULL, values);
	text = strstr(mc_report_text(report, 0), "SPF INCLUDES");
	ck_assert_str_eq(text,
		"SPF INCLUDES\n"
		"  example.com  6 lookups, 1 void for IPv4, 2 void for IPv6\n"
		"  ├─ mx  1 lookup, 1 void for IPv6\n"
		"  ├─ include:a.example  2 lookups, 1 void\n"
		"  │  └─ a:gone.example  1 lookup, 1 void\n"
		"  ├─ include:b.example  no SPF record\n"
		"  ├─ exists:%{i}.c.example  e.g. 192.0.2.1.c.example  1 lookup\n"
		"  └─ include:%{h}  e.g. mail.example.com  1 lookup  depends on the client\n");
	mc_report_free(report);
}
END_TEST

UNIT_MAIN("report_text_spf", trace, no_record, tree)
