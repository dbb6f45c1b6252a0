/* Unit tests of what records come to: lib/record/dmarc.c, mta_sts_policy.c, der.c. */
#include "unit.h"

#include <string.h>

#include "base/buf.h"
#include "record/der.h"
#include "record/dmarc.h"
#include "record/mta_sts.h"

#define R "; rua=mailto:d@example.com"

/* clang-format off */
static const struct policy_case {
	const char *record;
	const char *own, *subdomain, *nonexistent; /* after t=y; NULL: nothing is applied */
	const char *old; /* RFC 7489, for a subdomain */
} policies[] = {
	{"v=DMARC1; p=reject", "reject", "reject", "reject", "reject"},
	{"v=DMARC1; p=reject; sp=none; np=reject", "reject", "none", "reject", "none"},
	{"v=DMARC1; p=none; np=reject", "none", "none", "reject", "none"},
	{"v=DMARC1; p=reject; sp=quarantine; t=y", "quarantine", "none", "none", "quarantine"},
	{"v=DMARC1; p=none; t=y", "none", "none", "none", "none"},
	{"v=DMARC1", NULL, NULL, NULL, NULL},
	{"v=DMARC1" R, "none", "none", "none", "none"},
	{"v=DMARC1; sp=reject", NULL, NULL, NULL, NULL},
	{"v=DMARC1; sp=reject" R, "none", "none", "none", "none"},
	{"v=DMARC1; p=bad; sp=reject" R, "none", "none", "none", "none"},
	{"v=DMARC1; p=reject; sp=bad" R, "none", "none", "none", "none"},
	{"v=DMARC1; p=reject; np=bad", NULL, NULL, NULL, "reject"},
	{"v=DMARC1; p=reject; np=bad" R, "none", "none", "none", "reject"},
	{"v=DMARC1; p=reject; sp=n\xc3\xb6ne" R, "none", "none", "none", "none"},
	{"v=DMARC1; p=reject; sp=bad; np=bad" R, "none", "none", "none", "none"},
	{"v=DMARC1; np=bad" R, "none", "none", "none", "none"},
	{"v=DMARC2; p=reject", NULL, NULL, NULL, NULL},
};

static const struct walk_case {
	const char *domain;
	const char *names; /* with blanks between */
} walks[] = {
	{"com", "com"},
	{"example.com", "example.com com"},
	{"a.b.c.d.e.f.g.h", "a.b.c.d.e.f.g.h b.c.d.e.f.g.h c.d.e.f.g.h d.e.f.g.h e.f.g.h f.g.h g.h h"},
	{"a.b.c.d.e.f.g.h.i", "a.b.c.d.e.f.g.h.i c.d.e.f.g.h.i d.e.f.g.h.i e.f.g.h.i f.g.h.i g.h.i h.i i"},
	{"a.b.c.d.e.f.g.h.i.j.k.l", "a.b.c.d.e.f.g.h.i.j.k.l f.g.h.i.j.k.l g.h.i.j.k.l h.i.j.k.l "
		"i.j.k.l j.k.l k.l l"},
	{".", ""},
};

static const struct match_case {
	const char *host;
	bool matches;
} matches[] = {
	{"mx.example.com", true},
	{"a.example.net", true},
	{"example.net", false},
	{"a.b.example.net", false},
	{"mx.example.com.attacker.net", false},
	{"evilmx.example.com", false},
	{"xexample.net", false},
	{"com", false},
};

static const struct integer_case {
	const char *octets;
	size_t length, bits;
} integers[] = {
	{"", 0, 0}, {"\x01", 1, 1}, {"\x7f", 1, 7}, {"\x80", 1, 0}, {"\x00\x80", 2, 8},
	{"\x00", 1, 0}, {"\x00\x7f", 2, 0}, {"\x01\x00\x01", 3, 17},
};
/* clang-format on */

static void
expect_policy(const char *record, const char *what, enum mc_dmarc_policy got, const char *wanted)
{
	const char *name = mc_dmarc_policy_name(got);

	ck_assert_msg(
		(name == NULL) == (wanted == NULL) && (name == NULL || strcmp(name, wanted) == 0),
		"%s: %s gets %s", record, what, name != NULL ? name : "nothing");
}

START_TEST(policies_follow_from_tags)
{
	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
		const struct policy_case *c = &policies[i];
		struct mc_problems problems;
		struct mc_dmarc dmarc;
		struct mc_arena arena;

		mc_arena_init(&arena, 0);
		mc_problems_init(&problems, &arena);
		mc_dmarc_parse(c->record, strlen(c->record), &dmarc, &problems);
		expect_policy(c->record, "the domain",
			mc_dmarc_apply(&dmarc, MC_DMARC_ITSELF, true), c->own);
		expect_policy(c->record, "a subdomain",
			mc_dmarc_apply(&dmarc, MC_DMARC_SUBDOMAIN, true), c->subdomain);
		expect_policy(c->record, "a made-up subdomain",
			mc_dmarc_apply(&dmarc, MC_DMARC_NONEXISTENT, true), c->nonexistent);
		expect_policy(c->record, "a subdomain, by RFC 7489,",
			mc_dmarc_apply_old(&dmarc, MC_DMARC_SUBDOMAIN), c->old);
		mc_arena_reset(&arena);
	}
}
END_TEST

START_TEST(walks_go_up)
{
	for (size_t i = 0; i < sizeof(walks) / sizeof(walks[0]); i++) {
		const char *names[MC_DMARC_QUERIES];
		size_t count = mc_dmarc_walk(walks[i].domain, names);
		char list[1024] = "";

		for (size_t j = 0; j < count; j++) {
			strcat(list, j > 0 ? " " : "");
			strcat(list, names[j]);
		}
		ck_assert_msg(strcmp(list, walks[i].names) == 0, "%s: %s", walks[i].domain, list);
	}
}
END_TEST

START_TEST(patterns_match_one_label)
{
	static const char text[] =
		"version: STSv1\nmode: enforce\nmx: MX.example.com\nmx: *.example.net\nmax_age: 1";
	struct mc_mta_sts_policy policy;
	struct mc_problems problems;
	struct mc_arena arena;

	mc_arena_init(&arena, 0);
	mc_problems_init(&problems, &arena);
	mc_mta_sts_policy_parse(text, strlen(text), &policy, &problems);
	ck_assert(policy.valid);
	for (size_t i = 0; i < sizeof(matches) / sizeof(matches[0]); i++)
		ck_assert_msg(mc_mta_sts_matches(&policy, matches[i].host) == matches[i].matches,
			"%s", matches[i].host);
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(every_line_of_a_policy_counts)
{
	struct mc_mta_sts_policy policy;
	struct mc_problems problems;
	struct mc_arena arena;
	struct mc_buf text;

	mc_arena_init(&arena, 0);
	mc_problems_init(&problems, &arena);
	mc_buf_init(&text, MC_MTA_STS_POLICY_LIMIT);
	mc_buf_puts(&text, "version: STSv1\nmode: enforce\nmax_age: 1\n");
	for (int i = 0; i < 3000; i++)
		mc_buf_printf(&text, "mx: mx%d.example\n", i);
	mc_mta_sts_policy_parse(mc_buf_text(&text), text.length, &policy, &problems);
	ck_assert(policy.valid);
	ck_assert_uint_eq(policy.mx_count, 3000);
	ck_assert_msg(mc_mta_sts_matches(&policy, "mx2999.example"), "the last");
	mc_buf_free(&text);
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(integers_have_bits)
{
	for (size_t i = 0; i < sizeof(integers) / sizeof(integers[0]); i++) {
		struct mc_der integer = {(const uint8_t *)integers[i].octets, integers[i].length};
		ck_assert_msg(mc_der_integer_bits(&integer) == integers[i].bits, "integer %zu", i);
	}
}
END_TEST

START_TEST(der_is_strict)
{
	static const struct {
		const char *octets;
		size_t length;
		enum mc_der_step step;
	} cases[] = {
		{"\x30\x00", 2, MC_DER_GOOD},
		{"\x30\x01\x05", 3, MC_DER_GOOD},
		{"", 0, MC_DER_CUT},
		{"\x30", 1, MC_DER_CUT},
		{"\x30\x02\x05", 3, MC_DER_CUT},
		{"\x30\x82\x01", 3, MC_DER_CUT},
		{"\x31\x00", 2, MC_DER_BAD},
		{"\x30\x80\x00", 3, MC_DER_BAD},
		{"\x30\x81\x01\x05", 4, MC_DER_BAD},
		{"\x30\x84\x00\x00\x00\x01\x05", 7, MC_DER_BAD},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct mc_der rest = {(const uint8_t *)cases[i].octets, cases[i].length}, content;
		ck_assert_msg(mc_der_next(&rest, MC_DER_SEQUENCE, &content) == cases[i].step,
			"DER %zu", i);
	}
}
END_TEST

UNIT_MAIN("record_policies", policies_follow_from_tags, walks_go_up, patterns_match_one_label,
	every_line_of_a_policy_counts, integers_have_bits, der_is_strict)
