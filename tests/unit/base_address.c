/* Unit tests of lib/base/address.c: text both ways, reverse names, the IANA registries. */
#include "unit.h"

#include <string.h>

#include "base/address.h"

/* clang-format off */
static const struct text_case {
	const char *text;
	const char *again; /* NULL: refused */
} texts[] = {
	{"192.0.2.1", "192.0.2.1"},
	{"0.0.0.0", "0.0.0.0"},
	{"255.255.255.255", "255.255.255.255"},
	{"::", "::"},
	{"2001:DB8::1", "2001:db8::1"},
	{"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
	{"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
	{"", NULL},
	{"1.2.3", NULL},
	{"1.2.3.", NULL},
	{"1.2.3.4.", NULL},
	{"1.2.3.4.5", NULL},
	{".1.2.3", NULL},
	{"1..2.3", NULL},
	{"01.2.3.4", NULL},
	{"1.2.3.00", NULL},
	{"1.2.3.256", NULL},
	{"1.2.3.1000", NULL},
	{"1.2.3.-4", NULL},
	{"1.2.3.+4", NULL},
	{"0x1.2.3.4", NULL},
	{" 1.2.3.4", NULL},
	{"1.2.3.4 ", NULL},
	{"16909060", NULL},
	{"[::1]", NULL},
	{"fe80::1%eth0", NULL},
	{"::1/128", NULL},
	{":", NULL},
	{"1::2::3", NULL},
	{"1:2:3:4:5:6:7:8:9", NULL},
	{"12345::", NULL},
};
/* clang-format on */

START_TEST(parse_and_format)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const struct text_case *c = &texts[i];
		struct mc_address address = {.family = 9};
		char text[MC_ADDRESS_SIZE];
		bool ok = mc_address_parse(c->text, &address);

		ck_assert_msg(
			ok == (c->again != NULL), "'%s': %s", c->text, ok ? "taken" : "refused");
		if (!ok) {
			ck_assert_msg(address.family == 9, "'%s': clobbered", c->text);
			continue;
		}
		mc_address_format(text, &address);
		ck_assert_msg(
			strcmp(text, c->again) == 0, "'%s': formatted as '%s'", c->text, text);
	}
}
END_TEST

START_TEST(no_address)
{
	struct mc_address none = {0};
	char text[MC_ADDRESS_SIZE], name[MC_ADDRESS_REVERSE_SIZE];

	mc_address_format(text, &none);
	mc_address_reverse(name, &none);
	ck_assert_str_eq(text, "");
	ck_assert_str_eq(name, "");
	ck_assert_int_eq(mc_address_scope(&none), MC_SCOPE_RESERVED);
}
END_TEST

START_TEST(reverse)
{
	struct mc_address address;
	char name[MC_ADDRESS_REVERSE_SIZE];

	ck_assert(mc_address_parse("192.0.2.254", &address));
	mc_address_reverse(name, &address);
	ck_assert_str_eq(name, "254.2.0.192.in-addr.arpa");
	ck_assert(mc_address_parse("2001:db8::567:89ab", &address));
	mc_address_reverse(name, &address);
	ck_assert_str_eq(
		name, "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
}
END_TEST

START_TEST(compare)
{
	static const char *const sorted[] = {
		"0.0.0.1", "1.0.0.0", "1.0.0.1", "255.0.0.0", "::", "::1", "ff::"};

	for (size_t i = 0; i < sizeof(sorted) / sizeof(sorted[0]); i++)
		for (size_t j = 0; j < sizeof(sorted) / sizeof(sorted[0]); j++) {
			struct mc_address a, b;
			int order;

			ck_assert(
				mc_address_parse(sorted[i], &a) && mc_address_parse(sorted[j], &b));
			order = mc_address_compare(&a, &b);
			ck_assert_msg((order > 0) - (order < 0) == (i > j) - (i < j), "%s and %s",
				sorted[i], sorted[j]);
		}
}
END_TEST

/* clang-format off */
/* Both ends of every range, and their neighbours. */
static const struct scope_case {
	const char *text;
	enum mc_scope scope;
} scopes[] = {
	{"0.0.0.0", MC_SCOPE_UNSPECIFIED},
	{"0.255.255.255", MC_SCOPE_UNSPECIFIED},
	{"1.0.0.0", MC_SCOPE_GLOBAL},
	{"9.255.255.255", MC_SCOPE_GLOBAL},
	{"10.0.0.0", MC_SCOPE_PRIVATE},
	{"10.255.255.255", MC_SCOPE_PRIVATE},
	{"11.0.0.0", MC_SCOPE_GLOBAL},
	{"100.63.255.255", MC_SCOPE_GLOBAL},
	{"100.64.0.0", MC_SCOPE_SHARED},
	{"100.127.255.255", MC_SCOPE_SHARED},
	{"100.128.0.0", MC_SCOPE_GLOBAL},
	{"127.0.0.1", MC_SCOPE_LOOPBACK},
	{"127.255.255.255", MC_SCOPE_LOOPBACK},
	{"128.0.0.0", MC_SCOPE_GLOBAL},
	{"169.254.0.1", MC_SCOPE_LINK_LOCAL},
	{"169.255.0.0", MC_SCOPE_GLOBAL},
	{"172.15.255.255", MC_SCOPE_GLOBAL},
	{"172.16.0.0", MC_SCOPE_PRIVATE},
	{"172.31.255.255", MC_SCOPE_PRIVATE},
	{"172.32.0.0", MC_SCOPE_GLOBAL},
	{"192.0.0.0", MC_SCOPE_RESERVED},
	{"192.0.0.8", MC_SCOPE_RESERVED},
	{"192.0.0.9", MC_SCOPE_GLOBAL},
	{"192.0.0.10", MC_SCOPE_GLOBAL},
	{"192.0.0.11", MC_SCOPE_RESERVED},
	{"192.0.0.171", MC_SCOPE_RESERVED},
	{"192.0.1.0", MC_SCOPE_GLOBAL},
	{"192.0.2.0", MC_SCOPE_DOCUMENTATION},
	{"192.0.3.0", MC_SCOPE_GLOBAL},
	{"192.88.99.1", MC_SCOPE_RESERVED},
	{"192.88.100.0", MC_SCOPE_GLOBAL},
	{"192.168.0.0", MC_SCOPE_PRIVATE},
	{"192.169.0.0", MC_SCOPE_GLOBAL},
	{"198.17.255.255", MC_SCOPE_GLOBAL},
	{"198.18.0.0", MC_SCOPE_BENCHMARK},
	{"198.19.255.255", MC_SCOPE_BENCHMARK},
	{"198.20.0.0", MC_SCOPE_GLOBAL},
	{"198.51.100.255", MC_SCOPE_DOCUMENTATION},
	{"203.0.113.7", MC_SCOPE_DOCUMENTATION},
	{"223.255.255.255", MC_SCOPE_GLOBAL},
	{"224.0.0.1", MC_SCOPE_MULTICAST},
	{"239.255.255.255", MC_SCOPE_MULTICAST},
	{"240.0.0.0", MC_SCOPE_RESERVED},
	{"255.255.255.255", MC_SCOPE_RESERVED},
	{"::", MC_SCOPE_UNSPECIFIED},
	{"::1", MC_SCOPE_LOOPBACK},
	{"::2", MC_SCOPE_RESERVED},
	{"::192.0.2.1", MC_SCOPE_RESERVED},
	{"::ffff:8.8.8.8", MC_SCOPE_MAPPED},
	{"::ffff:127.0.0.1", MC_SCOPE_MAPPED},
	{"::fffe:0:0", MC_SCOPE_RESERVED},
	{"64:ff9b::8.8.8.8", MC_SCOPE_TRANSLATED},
	{"64:ff9b:0:0:0:1::", MC_SCOPE_RESERVED},
	{"64:ff9b:1::", MC_SCOPE_TRANSLATED},
	{"64:ff9b:1:ffff::", MC_SCOPE_TRANSLATED},
	{"64:ff9b:2::", MC_SCOPE_RESERVED},
	{"100::1", MC_SCOPE_RESERVED},
	{"200::", MC_SCOPE_RESERVED},
	{"1fff::", MC_SCOPE_RESERVED},
	{"2000::", MC_SCOPE_GLOBAL},
	{"2001::1", MC_SCOPE_TUNNEL},
	{"2001:1::", MC_SCOPE_RESERVED},
	{"2001:1::1", MC_SCOPE_GLOBAL},
	{"2001:1::2", MC_SCOPE_GLOBAL},
	{"2001:1::4", MC_SCOPE_RESERVED},
	{"2001:2::1", MC_SCOPE_BENCHMARK},
	{"2001:2:1::1", MC_SCOPE_RESERVED},
	{"2001:3::1", MC_SCOPE_GLOBAL},
	{"2001:4:111::1", MC_SCOPE_RESERVED},
	{"2001:4:112::1", MC_SCOPE_GLOBAL},
	{"2001:10::1", MC_SCOPE_RESERVED},
	{"2001:20::1", MC_SCOPE_GLOBAL},
	{"2001:2f:ffff::", MC_SCOPE_GLOBAL},
	{"2001:30::1", MC_SCOPE_GLOBAL},
	{"2001:40::1", MC_SCOPE_RESERVED},
	{"2001:1ff::", MC_SCOPE_RESERVED},
	{"2001:200::", MC_SCOPE_GLOBAL},
	{"2001:db8::1", MC_SCOPE_DOCUMENTATION},
	{"2001:db9::1", MC_SCOPE_GLOBAL},
	{"2002:808:808::1", MC_SCOPE_TUNNEL},
	{"2003::1", MC_SCOPE_GLOBAL},
	{"2a00:1450:4001::1", MC_SCOPE_GLOBAL},
	{"3ffe::1", MC_SCOPE_GLOBAL},
	{"3fff::1", MC_SCOPE_DOCUMENTATION},
	{"3fff:fff:ffff::", MC_SCOPE_DOCUMENTATION},
	{"3fff:1000::", MC_SCOPE_GLOBAL},
	{"4000::", MC_SCOPE_RESERVED},
	{"5f00::1", MC_SCOPE_RESERVED},
	{"fbff::", MC_SCOPE_RESERVED},
	{"fc00::", MC_SCOPE_PRIVATE},
	{"fdff::1", MC_SCOPE_PRIVATE},
	{"fe00::", MC_SCOPE_RESERVED},
	{"fe80::1", MC_SCOPE_LINK_LOCAL},
	{"febf::1", MC_SCOPE_LINK_LOCAL},
	{"fec0::1", MC_SCOPE_RESERVED},
	{"ff02::1", MC_SCOPE_MULTICAST},
};
/* clang-format on */

START_TEST(scope)
{
	for (size_t i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++) {
		struct mc_address address;
		enum mc_scope got;

		ck_assert_msg(
			mc_address_parse(scopes[i].text, &address), "%s: refused", scopes[i].text);
		got = mc_address_scope(&address);
		ck_assert_msg(got == scopes[i].scope, "%s: %s, not %s", scopes[i].text,
			mc_scope_name(got), mc_scope_name(scopes[i].scope));
	}
}
END_TEST

START_TEST(scope_names_differ)
{
	for (int i = MC_SCOPE_GLOBAL; i <= MC_SCOPE_TUNNEL; i++)
		for (int j = MC_SCOPE_GLOBAL; j < i; j++)
			ck_assert_str_ne(
				mc_scope_name((enum mc_scope)i), mc_scope_name((enum mc_scope)j));
}
END_TEST

UNIT_MAIN("base address", parse_and_format, no_address, reverse, compare, scope, scope_names_differ)
