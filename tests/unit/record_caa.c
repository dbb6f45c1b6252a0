/* Unit tests of lib/record/caa.c. */
#include "unit.h"

#include <string.h>

#include "base/alloc.h"
#include "record/caa.h"

struct caa_case {
	const char *name, *rdata;
	uint16_t length;
	bool good, critical;
	enum mc_caa_tag tag;
	const char *issuer;
	bool malformed;
};

#define RDATA(text) text, sizeof(text) - 1

/* clang-format off */
static const struct caa_case cases[] = {
	{"issue", RDATA("\0\5issueletsencrypt.org"), true, false, MC_CAA_ISSUE, "letsencrypt.org", false},
	{"case", RDATA("\0\5ISSUELetsEncrypt.ORG"), true, false, MC_CAA_ISSUE, "letsencrypt.org", false},
	{"parameters", RDATA("\0\11issuewild ca.example ; a=b; c=\"d\""), true, false, MC_CAA_ISSUEWILD, "ca.example", false},
	{"nobody", RDATA("\0\5issue;"), true, false, MC_CAA_ISSUE, "", false},
	{"empty value", RDATA("\0\5issue"), true, false, MC_CAA_ISSUE, "", false},
	{"blanks", RDATA("\0\5issue \t"), true, false, MC_CAA_ISSUE, "", false},
	{"one label", RDATA("\0\5issueca"), true, false, MC_CAA_ISSUE, "ca", false},
	{"critical", RDATA("\x80\5issueca.example"), true, true, MC_CAA_ISSUE, "ca.example", false},
	{"flag 1 is not critical", RDATA("\1\5issueca.example"), true, false, MC_CAA_ISSUE, "ca.example", false},
	{"iodef", RDATA("\0\5iodefmailto:a@b.example"), true, false, MC_CAA_OTHER, "", false},
	{"issuemail", RDATA("\0\11issuemailca.example"), true, false, MC_CAA_OTHER, "", false},
	{"unknown", RDATA("\x80\4isueca.example"), true, true, MC_CAA_UNKNOWN, "", false},
	{"a URL", RDATA("\0\5issuehttps://ca.example/"), true, false, MC_CAA_ISSUE, "", true},
	{"two names", RDATA("\0\5issueca.example cb.example"), true, false, MC_CAA_ISSUE, "", true},
	{"control character", RDATA("\0\5issueca.example; \x01"), true, false, MC_CAA_ISSUE, "", true},
	{"a parameter without =", RDATA("\0\5issue" "ca.example; foo"), true, false, MC_CAA_ISSUE, "", true},
	{"a blank in a value", RDATA("\0\5issue" "ca.example; a=b c"), true, false, MC_CAA_ISSUE, "", true},
	{"an empty parameter", RDATA("\0\5issue" "ca.example; a=b;;c=d"), true, false, MC_CAA_ISSUE, "", true},
	{"underscore", RDATA("\0\5issue" "ca_x.example"), true, false, MC_CAA_ISSUE, "", true},
	{"final dot", RDATA("\0\5issue" "ca.example."), true, false, MC_CAA_ISSUE, "", true},
	{"hyphen at the end", RDATA("\0\5issue" "ca-.example"), true, false, MC_CAA_ISSUE, "", true},
	{"a last semicolon", RDATA("\0\5issue" "ca.example; a=b;"), true, false, MC_CAA_ISSUE, "ca.example", false},
	{"no tag", RDATA("\0\0ca.example"), false, false, MC_CAA_ISSUE, "", false},
	{"tag beyond the end", RDATA("\0\6issue"), false, false, MC_CAA_ISSUE, "", false},
	{"hyphen in the tag", RDATA("\0\5is-ueca.example"), false, false, MC_CAA_ISSUE, "", false},
	{"one octet", RDATA("\0"), false, false, MC_CAA_ISSUE, "", false},
	{"nothing", RDATA(""), false, false, MC_CAA_ISSUE, "", false},
};
/* clang-format on */

START_TEST(properties)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct caa_case *row = &cases[i];
		const struct mc_rr rr = {.owner = "x.example",
			.type = MC_RR_CAA,
			.rdata = (const uint8_t *)row->rdata,
			.rdlength = row->length};
		struct mc_arena arena;
		struct mc_caa caa;

		mc_arena_init(&arena, 0);
		ck_assert_msg(mc_caa_read(&arena, &rr, &caa) == row->good, "%s", row->name);
		if (row->good) {
			ck_assert_msg(caa.critical == row->critical, "%s: critical", row->name);
			ck_assert_msg(caa.tag == row->tag, "%s: tag %d", row->name, caa.tag);
			ck_assert_msg(strcmp(caa.issuer, row->issuer) == 0, "%s: issuer \"%s\"",
				row->name, caa.issuer);
			ck_assert_msg(caa.malformed == row->malformed, "%s: malformed", row->name);
		}
		ck_assert(!arena.failed);
		mc_arena_reset(&arena);
	}
}
END_TEST

START_TEST(other_types_are_none)
{
	const struct mc_rr rr = {
		.type = MC_RR_TXT, .rdata = (const uint8_t *)"\0\5issuex", .rdlength = 8};
	struct mc_arena arena;
	struct mc_caa caa;

	mc_arena_init(&arena, 0);
	ck_assert(!mc_caa_read(&arena, &rr, &caa));
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(authorities)
{
	ck_assert_str_eq(mc_caa_identifiers("Let's Encrypt")[0], "letsencrypt.org");
	ck_assert_ptr_null(mc_caa_identifiers("Let's Encrypt")[1]);
	ck_assert_ptr_null(mc_caa_identifiers("let's encrypt"));
	ck_assert_ptr_null(mc_caa_identifiers(""));
}
END_TEST

START_TEST(memory_may_run_out)
{
	static const char rdata[] = "\0\5issueca.example";
	const struct mc_rr rr = {
		.type = MC_RR_CAA, .rdata = (const uint8_t *)rdata, .rdlength = sizeof(rdata) - 1};
	unsigned long count = 1;

	for (unsigned long n = 1; n <= count; n++) {
		struct mc_arena arena;
		struct mc_caa caa;
		mc_arena_init(&arena, 0);
		mc_alloc_fail_at(n);
		(void)mc_caa_read(&arena, &rr, &caa);
		count = mc_alloc_count();
		mc_alloc_fail_at(0);
		ck_assert_msg(n > count || arena.failed, "allocation %lu: went on", n);
		mc_arena_reset(&arena);
	}
}
END_TEST

UNIT_MAIN("record_caa", properties, other_types_are_none, authorities, memory_may_run_out)
