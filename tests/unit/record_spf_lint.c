/* What the lint of an SPF record advises to publish. */
#include "record/spf_lint.h"
#include "unit.h"

struct row {
	const char *record, *id, *fix;
};

static void
check(const struct row *row)
{
	const struct mc_problem *problem;
	struct mc_problems problems;
	struct mc_arena arena;
	struct mc_spf spf;

	mc_arena_init(&arena, 0);
	mc_problems_init(&problems, &arena);
	ck_assert(mc_spf_parse(&arena, row->record, strlen(row->record), &spf));
	mc_spf_lint(&spf, &problems);
	problem = problems.first;
	while (problem != NULL && strcmp(problem->id, row->id) != 0)
		problem = problem->next;
	ck_assert_msg(problem != NULL, "%s: no %s", row->record, row->id);
	ck_assert_msg(strcmp(problem->fix, row->fix) == 0, "%s: %s", row->record, problem->fix);
	mc_arena_reset(&arena);
}

START_TEST(fixes)
{
	static const struct row rows[] = {
		{"v=spf1 ip4:192.0.2.0/24 ip4:192.0.2.1 -all", "spf.overlap",
			"Publish v=spf1 ip4:192.0.2.0/24 -all"},
		{"v=spf1 ip4:192.0.2.1 -ip4:198.51.100.0/24 ip4:192.0.2.0/24 -all", "spf.overlap",
			"Publish v=spf1 -ip4:198.51.100.0/24 ip4:192.0.2.0/24 -all"},
		{"v=spf1 mx ip4:192.0.2.0/24 -ip4:192.0.2.1 -all", "spf.unreachable",
			"Publish v=spf1 mx -ip4:192.0.2.1 ip4:192.0.2.0/24 -all; or without "
			"-ip4:192.0.2.1."},
		{"v=spf1 ?ip6:::ffff:192.0.2.128/121 -all", "spf.unreachable",
			"Publish v=spf1 ?ip4:192.0.2.128/25 -all"},
		{"v=spf1 mx include: _spf.example.net ip4: 192.0.2.1 -all", "spf.syntax",
			"Publish instead: v=spf1 mx include:_spf.example.net "
			"ip4:192.0.2.1 -all"},
		{"v=spf1 mx include: ~all", "spf.syntax", ""},
		{"v=spf1 a include:_spf.example.net~all", "spf.syntax",
			"Publish instead: v=spf1 a include:_spf.example.net "
			"~all"},
		{"v=spf1 mx-all", "spf.syntax", "Publish instead: v=spf1 mx -all"},
		{"v=spf1 192.0.2.1 redirect=a.example redirect=A.example", "spf.syntax",
			"Publish instead: v=spf1 ip4:192.0.2.1 redirect=a.example"},
		{"v=spf1 192.0.2.1 redirect=a.example redirect=b.example", "spf.syntax", ""},
		{"v=spf1 include:a.example;include:b.example -all", "spf.odd-domain",
			"Publish v=spf1 include:a.example include:b.example -all"},
		{"v=spf1 include:a.example-all", "spf.odd-domain",
			"Publish v=spf1 include:a.example -all"},
		{"v=spf1 a:*.example.com -all", "spf.odd-domain", ""},
		{"v=spf1 mx a mx -all", "spf.duplicate", "Publish v=spf1 mx a -all"},
		{"v=spf1 mx -mx -all", "spf.unreachable",
			"Publish v=spf1 mx -all; or, if -mx is meant, remove mx instead."},
		{"v=spf1 ip4:192.0.2.0/24 -ip4:192.0.2.0/24 -all", "spf.unreachable",
			"Publish v=spf1 ip4:192.0.2.0/24 -all; or, if -ip4:192.0.2.0/24 is meant, "
			"remove ip4:192.0.2.0/24 instead."},
		{"v=spf1 ip4:192.0.2.77/24 ip4:192.0.2.1 -all", "spf.host-bits",
			"Publish v=spf1 ip4:192.0.2.0/24 -all; or, if one address is meant, "
			"without the prefix."},
		{"v=spf1 mx", "spf.no-all",
			"Publish v=spf1 mx ~all, and -all once nothing legitimate fails."},
		{"v=spf1 mx all", "spf.pass-all",
			"Publish v=spf1 mx ~all, with every sender of yours before the ~all."},
		{"v=spf1 mx all=x -all", "spf.mechanism-as-modifier", ""},
		{"v=spf1 mx -all a", "spf.unreachable",
			"Publish v=spf1 mx -all; or move what is meant before \"all\"."},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(&rows[i]);
}
END_TEST

/* What each finding offers mends all of them. */
START_TEST(one_record)
{
	static const char record[] = "v=spf1 a=example.com ip4:192.0.2.1 ip4:192.0.2.0/24 mx mx "
				     "ip6:::ffff:192.0.2.9 include:b.example;a:c.example ?all ptr";
	static const char better[] = "Publish v=spf1 a:example.com ip4:192.0.2.0/24 mx "
				     "include:b.example a:c.example ~all, and -all once nothing "
				     "legitimate fails";
	struct mc_problems problems;
	struct mc_arena arena;
	struct mc_spf spf;

	mc_arena_init(&arena, 0);
	mc_problems_init(&problems, &arena);
	ck_assert(mc_spf_parse(&arena, record, strlen(record), &spf));
	mc_spf_lint(&spf, &problems);
	ck_assert_uint_eq(problems.count, 7);
	for (const struct mc_problem *problem = problems.first; problem != NULL;
		problem = problem->next)
		ck_assert_msg(strncmp(problem->fix, better, strlen(better)) == 0, "%s: %s",
			problem->id, problem->fix);
	mc_arena_reset(&arena);
}
END_TEST

/* ... and so does the record in several strings. */
START_TEST(in_strings)
{
	static const char networks[] =
		"ip4:192.0.2.1 ip4:192.0.2.2 ip4:192.0.2.3 ip4:192.0.2.4 ip4:192.0.2.5 "
		"ip4:192.0.2.6 ip4:192.0.2.7 ip4:192.0.2.8 ip4:192.0.2.9 ip4:198.51.100.1 "
		"ip4:198.51.100.2 ip4:198.51.100.3 ip4:198.51.100.4 ip4:198.51.100.5 "
		"ip4:198.51.100.66 ip4:198.51.100.7 ";
	struct mc_problems problems;
	struct mc_arena arena;
	struct mc_spf spf;
	const char *record;

	mc_arena_init(&arena, 0);
	mc_problems_init(&problems, &arena);
	record = mc_arena_printf(&arena, "v=spf1 %smx mx ?all", networks);
	ck_assert(mc_spf_parse(&arena, record, strlen(record), &spf));
	mc_spf_lint(&spf, &problems);
	mc_spf_lint_length(&spf, &problems);
	ck_assert_str_eq(problems.last->id, "spf.long-string");
	ck_assert_str_eq(problems.last->fix, mc_arena_printf(&arena,
						     "Publish it as: \"v=spf1 %s\" \"mx ~all\", "
						     "and -all once nothing legitimate "
						     "fails",
						     networks));
	mc_arena_reset(&arena);
}
END_TEST

UNIT_MAIN("record_spf_lint", fixes, one_record, in_strings)
