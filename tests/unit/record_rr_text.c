/* Unit tests of lib/record/rr_parse.c and rr_text.c: zone-file text to records and back. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "record/rr.h"

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A255 A64 A64 A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* Origin example.org, TTL 3600. */
/* clang-format off */
static const struct text_case {
	const char *text, *again;
} cases[] = {
	{"example.com. 300 IN A 192.0.2.1", "example.com. 300 IN A 192.0.2.1"},
	{"www A 192.0.2.1", "www.example.org. 3600 IN A 192.0.2.1"},
	{"www IN 60 A 192.0.2.1", "www.example.org. 60 IN A 192.0.2.1"},
	{"www 60 in a 192.0.2.1", "www.example.org. 60 IN A 192.0.2.1"},
	{"@ 0 A 192.0.2.1", "example.org. 0 IN A 192.0.2.1"},
	{". NS a.root-servers.net.", ". 3600 IN NS a.root-servers.net."},
	{"WWW\tAAAA\t2001:DB8:0::1", "www.example.org. 3600 IN AAAA 2001:db8::1"},
	{"w CNAME Target", "w.example.org. 3600 IN CNAME target.example.org."},
	{"w DNAME .", "w.example.org. 3600 IN DNAME ."},
	{"1.2.0.192.in-addr.arpa. PTR mx", "1.2.0.192.in-addr.arpa. 3600 IN PTR mx.example.org."},
	{"@ MX 10 mx", "example.org. 3600 IN MX 10 mx.example.org."},
	{"@ MX 0 .", "example.org. 3600 IN MX 0 ."},
	{"@ MX 65535 @", "example.org. 3600 IN MX 65535 example.org."},
	{"@ TXT \"v=spf1 -all\"", "example.org. 3600 IN TXT \"v=spf1 -all\""},
	{"@ TXT v=spf1", "example.org. 3600 IN TXT \"v=spf1\""},
	{"@ TXT \"a\" \"\" b", "example.org. 3600 IN TXT \"a\" \"\" \"b\""},
	{"@ TXT \"a\"\"b\"", "example.org. 3600 IN TXT \"a\" \"b\""},
	{"@ TXT \"\\\"\\\\\\;\\065\\009\"", "example.org. 3600 IN TXT \"\\\"\\\\;A\\009\""},
	{"@ TXT \"a;b (c)\" ; a comment", "example.org. 3600 IN TXT \"a;b (c)\""},
	{"@ TXT a\\;b\\ c\\(", "example.org. 3600 IN TXT \"a;b c(\""},
	{"@ TXT a;b", "example.org. 3600 IN TXT \"a\""},
	{"@ TXT \xc3\xbc", "example.org. 3600 IN TXT \"\\195\\188\""},
	{"@ TXT \"" A255 "\"", "example.org. 3600 IN TXT \"" A255 "\""},
	{"@ SPF \"v=spf1\"", "example.org. 3600 IN SPF \"v=spf1\""},
	{"_s._tcp SRV 0 1 465 mx", "_s._tcp.example.org. 3600 IN SRV 0 1 465 mx.example.org."},
	{"@ SOA ns admin\\.x 1 2 3 4 5",
		"example.org. 3600 IN SOA ns.example.org. admin\\.x.example.org. 1 2 3 4 5"},
	{"@ 1d IN SOA ns admin (\n\t4294967295 ; serial\n\t1h 15M 2w1d\n\t60 )\n; end\n\n",
		"example.org. 86400 IN SOA ns.example.org. admin.example.org. 4294967295 3600 900 "
		"1296000 60"},
	{"_25._tcp TLSA 3 1 1 AB cd\t0f", "_25._tcp.example.org. 3600 IN TLSA 3 1 1 abcd0f"},
	{"_25._tcp TLSA (3 1 1\n abc\n d)", "_25._tcp.example.org. 3600 IN TLSA 3 1 1 abcd"},
	{"@ CAA 0 issue \"ca.example; x=y\"", "example.org. 3600 IN CAA 0 issue \"ca.example; x=y\""},
	{"@ CAA 128 Issue ca.example", "example.org. 3600 IN CAA 128 Issue \"ca.example\""},
	{"@ CAA 0 issue \"\"", "example.org. 3600 IN CAA 0 issue \"\""},
	{"@ CAA 0 issue \"" A255 A255 "\"", "example.org. 3600 IN CAA 0 issue \"" A255 A255 "\""},
	{"@ DS 20326 8 2 E06D44B8", "example.org. 3600 IN DS 20326 8 2 e06d44b8"},
	{"@ DS 1 ECDSAP256SHA256 2 00", "example.org. 3600 IN DS 1 13 2 00"},
	{"@ DNSKEY 257 3 RSASHA256 AwEA AQ==", "example.org. 3600 IN DNSKEY 257 3 8 AwEAAQ=="},
	{"@ TYPE65280 \\# 4 de ad BEEF", "example.org. 3600 IN TYPE65280 \\# 4 deadbeef"},
	{"@ TYPE65280 \\# 0", "example.org. 3600 IN TYPE65280 \\# 0"},
	{"@ A \\# 4 c0000201", "example.org. 3600 IN A 192.0.2.1"},
	{"@ TYPE1 192.0.2.1", "example.org. 3600 IN A 192.0.2.1"},
	{"@ A \\# 3 c00002", "example.org. 3600 IN A \\# 3 c00002"},
	{"@ TXT \\# 0", "example.org. 3600 IN TXT \\# 0"},
	{"@ TXT \\# 2 0541", "example.org. 3600 IN TXT \\# 2 0541"},
	{"@ TLSA \\# 3 030101", "example.org. 3600 IN TLSA \\# 3 030101"},
	{"@ CAA \\# 4 00012d41", "example.org. 3600 IN CAA \\# 4 00012d41"},
	{"@ MX \\# 7 000A 034D5858 00", "example.org. 3600 IN MX 10 mxx."},
	{"@ RRSIG \\# 2 0102", "example.org. 3600 IN RRSIG \\# 2 0102"},
	{"\n \n; comment\r\nwww A 192.0.2.1\r\n", "www.example.org. 3600 IN A 192.0.2.1"},
	{"a\\;b\\\"\\(\\)\\@\\$\\.\\\\\\032x A 192.0.2.1",
		"a\\;b\\\"\\(\\)\\@\\$\\.\\\\\\032x.example.org. 3600 IN A 192.0.2.1"},
	{"\\@ A 192.0.2.1", "\\064.example.org. 3600 IN A 192.0.2.1"},
	{"@. MX 1 \\@.", "\\064. 3600 IN MX 1 \\064."},
	{"mx MX 1 mx", "mx.example.org. 3600 IN MX 1 mx.example.org."},
	{"10 MX 10 10", "10.example.org. 3600 IN MX 10 10.example.org."},
};
/* clang-format on */

START_TEST(both_ways)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct text_case *c = &cases[i];
		struct mc_rr rr, again;
		struct mc_rr_error error = {0};
		struct mc_arena arena;
		const char *text;

		mc_arena_init(&arena, 0);
		ck_assert_msg(mc_rr_parse(&arena, c->text, "example.org", 3600, &rr, &error),
			"'%s': %s at %zu", c->text, error.reason, error.position);
		text = mc_rr_text(&arena, &rr);
		ck_assert_msg(strcmp(text, c->again) == 0, "'%s': '%s'", c->text, text);
		ck_assert_msg(mc_rr_parse(&arena, text, NULL, 1, &again, &error), "'%s': %s", text,
			error.reason);
		ck_assert_msg(mc_rr_compare(&rr, &again) == 0 && rr.ttl == again.ttl,
			"'%s' came back as another", text);
		text = mc_rr_rdata_text(&arena, &rr);
		ck_assert_msg(strcmp(text, c->again + strlen(c->again) - strlen(text)) == 0,
			"'%s': rdata '%s'", c->text, text);
		mc_arena_reset(&arena);
	}
}
END_TEST

/* clang-format off */
static const struct bad_case {
	const char *text;
	size_t position;
	const char *hint;
} bads[] = {
	{"", 0, "no record"},
	{"\n; x\n", 5, "no record"},
	{" www A 192.0.2.1", 1, "begin with the name"},
	{"www", 3, "not complete"},
	{"www 60 IN", 9, "not complete"},
	{"www A", 5, "not complete"},
	{"www A ; 192.0.2.1", 17, "not complete"},
	{"www A\n192.0.2.1", 5, "not complete"},
	{"\"www\" A 192.0.2.1", 0, "quotes"},
	{"a..b A 192.0.2.1", 0, "empty label"},
	{"www 60 60 A 192.0.2.1", 7, "record type"},
	{"www IN IN A 192.0.2.1", 7, "record type"},
	{"www 2147483648 A 192.0.2.1", 4, "TTL"},
	{"www 1x A 192.0.2.1", 4, "TTL"},
	{"www 1h30 A 192.0.2.1", 4, "TTL"},
	{"www 9999999w A 192.0.2.1", 4, "TTL"},
	{"www CH A 192.0.2.1", 4, "class"},
	{"www CLASS3 A 192.0.2.1", 4, "class"},
	{"www FOO 192.0.2.1", 4, "record type"},
	{"www TYPE65536 x", 4, "record type"},
	{"www OPT \\# 0", 4, "published"},
	{"www TYPE255 \\# 0", 4, "published"},
	{"www RRSIG A 8", 10, "RFC 3597"},
	{"www A 192.0.2", 6, "IPv4"},
	{"www A ::1", 6, "IPv4"},
	{"www A \"192.0.2.1\"", 6, "quotes"},
	{"www AAAA 192.0.2.1", 9, "IPv6"},
	{"www A 192.0.2.1 x", 16, "more than the type"},
	{"www A 192.0.2.1\nwww A 192.0.2.2", 16, "more than one"},
	{"www A 192.0.2.1)", 15, "never opened"},
	{"www A (192.0.2.1", 16, "not closed"},
	{"@ MX mx", 5, "65535"},
	{"@ MX 65536 mx", 5, "65535"},
	{"@ MX -1 mx", 5, "65535"},
	{"@ MX 10", 7, "not complete"},
	{"@ MX 10 a..b", 8, "empty label"},
	{"@ TXT", 5, "not complete"},
	{"@ TXT \"abc", 6, "not closed"},
	{"@ TXT \"abc\\\"", 6, "not closed"},
	{"@ TXT \"abc\ndef\"", 6, "not closed"},
	{"@ TXT ab\"c\"", 6, "inside a word"},
	{"@ TXT abc\\", 6, "backslash"},
	{"@ TXT ok \"\\256\"", 9, "backslash"},
	{"@ TXT ok \"\\1\"", 9, "backslash"},
	{"@ TXT ok \"" A255 "a\"", 9, "255 octets"},
	{"@ SOA a b 4294967296 1 1 1 1", 10, "4294967295"},
	{"@ SOA a b 1 1 1 1 1x", 18, "seconds"},
	{"@ CAA 256 issue x", 6, "255"},
	{"@ CAA 0 is-sue x", 8, "letters and digits"},
	{"@ CAA 0 issue", 13, "not complete"},
	{"@ TLSA 3 1 1", 12, "missing"},
	{"@ TLSA 3 1 1 abc", 13, "hexadecimal"},
	{"@ TLSA 3 1 1 ab xx", 13, "hexadecimal"},
	{"@ DNSKEY 257 3 8 AwEAAQ=", 17, "base64"},
	{"@ DNSKEY 257 3 NOSUCH AwEAAQ==", 15, "255"},
	{"@ TYPE300 \\# 3 aabb", 10, "length"},
	{"@ TYPE300 \\# 1 aabb", 10, "length"},
	{"@ TYPE300 \\# 0 aabb", 10, "length"},
	{"@ TYPE300 \\# 65536 aabb", 13, "65535"},
	{"@ TYPE300 \\# 1", 14, "missing"},
	{"@ MX \\# 2 000a", 5, "fit"},
	{"@ MX \\# 4 000a 00 00", 5, "fit"},
	{"@ NS \\# 2 c000", 5, "fit"},
};
/* clang-format on */

START_TEST(refuse)
{
	for (size_t i = 0; i < sizeof(bads) / sizeof(bads[0]); i++) {
		const struct bad_case *c = &bads[i];
		struct mc_rr rr = {.type = 7};
		struct mc_rr_error error = {NULL, 0};
		struct mc_arena arena;

		mc_arena_init(&arena, 0);
		ck_assert_msg(!mc_rr_parse(&arena, c->text, "example.org", 3600, &rr, &error),
			"'%s': taken", c->text);
		ck_assert_msg(rr.type == 7, "'%s': clobbered", c->text);
		ck_assert_msg(
			strstr(error.reason, c->hint) != NULL, "'%s': %s", c->text, error.reason);
		ck_assert_msg(
			error.position == c->position, "'%s': at %zu", c->text, error.position);
		ck_assert(!mc_rr_parse(&arena, c->text, "example.org", 3600, &rr, NULL));
		mc_arena_reset(&arena);
	}
}
END_TEST

START_TEST(too_much_data)
{
	static char text[300000];
	struct mc_rr rr;
	struct mc_rr_error error;
	struct mc_arena arena;
	size_t length = (size_t)sprintf(text, "@ TLSA 3 1 1 ");

	memset(text + length, 'a', 2 * 65536);
	mc_arena_init(&arena, 0);
	ck_assert(!mc_rr_parse(&arena, text, NULL, 0, &rr, &error));
	ck_assert_ptr_nonnull(strstr(error.reason, "65535"));
	text[length + (size_t)2 * (65535 - 3)] = '\0';
	ck_assert(mc_rr_parse(&arena, text, NULL, 0, &rr, &error));
	ck_assert_uint_eq(rr.rdlength, 65535);
	ck_assert_uint_eq(
		strlen(mc_rr_text(&arena, &rr)), strlen(". 0 IN TLSA 3 1 1 ") + 65532 * 2);
	mc_arena_reset(&arena);
}
END_TEST

/* Each allocation fails once: no crash, no leak, an error or "" and nothing half done. */
START_TEST(out_of_memory)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (unsigned long n = 1;; n++) {
			struct mc_rr rr = {.type = 7};
			struct mc_rr_error error = {NULL, 0};
			struct mc_arena arena;
			const char *text = "";
			unsigned long made;
			bool ok;

			mc_arena_init(&arena, 0);
			mc_alloc_fail_at(n);
			ok = mc_rr_parse(&arena, cases[i].text, "example.org", 3600, &rr, &error);
			if (ok)
				text = mc_rr_text(&arena, &rr);
			made = mc_alloc_count();
			mc_alloc_fail_at(0);
			ck_assert_msg(ok || (rr.type == 7 && error.reason != NULL), "'%s': %lu",
				cases[i].text, n);
			if (made >= n && ok)
				ck_assert_msg(arena.failed && *text == '\0', "'%s': %lu unseen",
					cases[i].text, n);
			mc_arena_reset(&arena);
			if (made < n)
				break;
		}
	}
}
END_TEST

UNIT_MAIN("record rr_text", both_ways, refuse, too_much_data, out_of_memory)
