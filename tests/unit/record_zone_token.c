/* Unit tests of lib/record/zone_token.c: words, quotes, parentheses, comments. */
#include "unit.h"

#include <string.h>

#include "record/zone_token.h"

/* clang-format off */
static const struct scan_case {
	const char *text;
	const char *tokens; /* "a|b": words, "\"a": quoted, "$": end of line, "!": bad */
} cases[] = {
	{"", "$"},
	{" \t\r", "$"},
	{"a b", "a|b|$"},
	{"a\\ b c", "a\\ b|c|$"},
	{"a;b\nc", "a|$|c|$"},
	{"a\\;b", "a\\;b|$"},
	{"\"a b\"c", "\"a b|c|$"},
	{"\"a\\\"b\"", "\"a\\\"b|$"},
	{"\"a;(\"", "\"a;(|$"},
	{"\"\"", "\"|$"},
	{"a(b\n; c\nd)e\nf", "a|b|d|e|$|f|$"},
	{"((a)\n)b", "a|b|$"},
	{"a)", "a|!"},
	{"(a", "a|!"},
	{"a\"b\"", "!"},
	{"\"a", "!"},
	{"\"a\n\"", "!"},
	{"a\\", "!"},
	{"a\\\nb", "!"},
};
/* clang-format on */

START_TEST(scan)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct mc_zone_scanner scanner = {.text = cases[i].text};
		struct mc_zone_token token;
		enum mc_zone_step step;
		const char *reason = NULL;
		char got[100] = "";

		do {
			step = mc_zone_token_next(&scanner, &token, &reason);
			strcat(got, *got == '\0' ? "" : "|");
			if (step == MC_ZONE_TOKEN) {
				strcat(got, token.quoted ? "\"" : "");
				strncat(got, token.text, token.length);
			} else {
				strcat(got, step == MC_ZONE_END ? "$" : "!");
			}
		} while (step == MC_ZONE_TOKEN ||
			 (step == MC_ZONE_END && mc_zone_token_next_line(&scanner)));
		ck_assert_msg(strcmp(got, cases[i].tokens) == 0, "'%s': %s", cases[i].text, got);
		ck_assert_msg(
			(step == MC_ZONE_BAD) == (reason != NULL), "'%s': reason", cases[i].text);
	}
}
END_TEST

START_TEST(decode)
{
	static const char *const bad[] = {"\\1", "\\12", "\\256", "\\1x2", "\\"};
	struct mc_zone_token token = {.text = "a\\\"\\065\\\\\\000b", .length = 14};
	struct mc_buf octets;

	mc_buf_init(&octets, 100);
	ck_assert(mc_zone_token_decode(&token, &octets));
	ck_assert_uint_eq(octets.length, 6);
	ck_assert_mem_eq(octets.data, "a\"A\\\0b", 6);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		token = (struct mc_zone_token){.text = bad[i], .length = strlen(bad[i])};
		ck_assert_msg(!mc_zone_token_decode(&token, &octets), "'%s'", bad[i]);
	}
	mc_buf_free(&octets);
}
END_TEST

UNIT_MAIN("record zone_token", scan, decode)
