/* Unit tests of lib/record/domain.c. */
#include "unit.h"

#include <string.h>

#include "base/address.h"
#include "record/domain.h"

#define L63 "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabc"
#define L61 "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdefghija"
#define LONGEST L63 "." L63 "." L63 "." L61

/* clang-format off */
static const struct domain_case {
	const char *input;
	const char *domain; /* NULL: refused, with a reason that holds `hint` */
	const char *hint;
} cases[] = {
	{"example.com", "example.com", NULL},
	{"EXAMPLE.Com.", "example.com", NULL},
	{"_dmarc.example.com", "_dmarc.example.com", NULL},
	{"1.example.com", "1.example.com", NULL},
	{"ab--cd.example", "ab--cd.example", NULL},
	{LONGEST, LONGEST, NULL},
	{LONGEST ".", LONGEST, NULL},
	{"m\xc3\xbcnchen.de", "xn--mnchen-3ya.de", NULL},
	{"M\xc3\x9cNCHEN.DE", "xn--mnchen-3ya.de", NULL},
	{"mu\xcc\x88nchen.de", "xn--mnchen-3ya.de", NULL},
	{"XN--MNCHEN-3YA.de.", "xn--mnchen-3ya.de", NULL},
	{"fa\xc3\x9f.de", "xn--fa-hia.de", NULL},
	{"\xe4\xbe\x8b\xe3\x81\x88\xe3\x80\x82jp", "xn--r8jz45g.jp", NULL},
	{"_dmarc.m\xc3\xbcnchen.de", "_dmarc.xn--mnchen-3ya.de", NULL},

	{"", NULL, "empty"},
	{".", NULL, "empty"},
	{"a..b", NULL, "empty label"},
	{".example.com", NULL, "empty label"},
	{"example.com..", NULL, "empty label"},
	{L63 "x.com", NULL, "63"},
	{LONGEST "b", NULL, "253"},
	{"example", NULL, "single label"},
	{"example.", "example", NULL},
	{"m\xc3\xbcnchen", NULL, "single label"},
	{"M\xc3\xbcnchen.", "xn--mnchen-3ya", NULL},
	{"1234.", NULL, "looks like an IP address"},
	{"192.0.2.1", NULL, "IP address"},
	{"192.0.2.1.", NULL, "IP address"},
	{"[192.0.2.1]", NULL, "IP address"},
	{"2001:db8::1", NULL, "IP address"},
	{"[2001:db8::1]", NULL, "IP address"},
	{"[IPv6:2001:db8::1]", NULL, "IP address"},
	{"\xef\xbc\x91\xef\xbc\x92.0.0.1", NULL, "IP address"},
	{"192.0.2.256", NULL, "IP address"},
	{"1.2.3", NULL, "IP address"},
	{"010.0.0.1", NULL, "IP address"},
	{"http://example.com/", NULL, "URL"},
	{"https://user@example.com", NULL, "URL"},
	{"smtp://mx.example.com:25", NULL, "URL"},
	{"user@example.com", NULL, "did you mean the part after the @"},
	{"example.com/path", NULL, "slash"},
	{"192.0.2.0/24", NULL, "slash"},
	{"example.com:25", NULL, "colon"},
	{"exa mple.com", NULL, "space"},
	{" example.com", NULL, "space"},
	{"example.com\n", NULL, "control"},
	{"exa\tmple.com", NULL, "control"},
	{"exa\x7fmple.com", NULL, "control"},
	{"exa\x1bmple.com", NULL, "control"},
	{"-example.com", NULL, "hyphen"},
	{"example-.com", NULL, "hyphen"},
	{"example.-com", NULL, "hyphen"},
	{"exa$mple.com", NULL, "character other"},
	{"exa\\.mple.com", NULL, "character other"},
	{"*.example.com", NULL, "character other"},
	{"exa,mple.com", NULL, "character other"},
	{"a\xef\xbc\x8f" "b.com", NULL, "character other"}, /* fullwidth solidus */
	{"exam\xe2\x80\x8bple.com", NULL, "invisible"},
	{"\xff.de", NULL, "UTF-8"},
	{"m\xc3.de", NULL, "UTF-8"},
	{"xn--zzzzzzzz99999.de", NULL, "Punycode"},
	{"xn--.de", NULL, "xn--"},
	{"a\xe2\x80\xae" "b.de", NULL, "IDNA"}, /* right-to-left override */
};
/* clang-format on */

START_TEST(domains)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct domain_case *c = &cases[i];
		char domain[MC_NAME_TEXT_SIZE] = "untouched";
		const char *reason = mc_domain_parse(c->input, domain);

		if (c->domain != NULL) {
			ck_assert_msg(reason == NULL, "'%s': %s", c->input, reason);
			ck_assert_msg(strcmp(domain, c->domain) == 0, "'%s': %s", c->input, domain);
			continue;
		}
		ck_assert_msg(reason != NULL, "'%s': taken as %s", c->input, domain);
		ck_assert_msg(strstr(reason, c->hint) != NULL, "'%s': %s", c->input, reason);
		ck_assert_msg(strcmp(domain, "untouched") == 0, "'%s': clobbered", c->input);
	}
}
END_TEST

START_TEST(hosts)
{
	char host[MC_NAME_TEXT_SIZE];

	ck_assert_ptr_null(mc_domain_parse_host("LocalHost", host));
	ck_assert_str_eq(host, "localhost");
	ck_assert_ptr_null(mc_domain_parse_host("mx.example.com.", host));
	ck_assert_str_eq(host, "mx.example.com");
	ck_assert_ptr_null(mc_domain_parse_selector("20230601", host));
	ck_assert_str_eq(host, "20230601");
	ck_assert_ptr_null(mc_domain_parse_selector("S1._DomainKey.example.com", host));
	ck_assert_str_eq(host, "s1");
	ck_assert_ptr_nonnull(mc_domain_parse_selector("a b", host));
	ck_assert_ptr_nonnull(mc_domain_parse_selector("", host));
	ck_assert_ptr_nonnull(mc_domain_parse_selector(".", host));
	ck_assert_ptr_nonnull(mc_domain_parse_selector("._domainkey.example.com", host));
	ck_assert_ptr_nonnull(mc_domain_parse_host("", host));
	ck_assert_ptr_nonnull(mc_domain_parse_host(".", host));
	ck_assert_ptr_nonnull(mc_domain_parse_host("127.0.0.1", host));
	ck_assert_ptr_nonnull(mc_domain_parse_host("2130706433", host));
	ck_assert_ptr_nonnull(mc_domain_parse_host("local host", host));
}
END_TEST

START_TEST(endless_input)
{
	static char input[100001];
	char domain[MC_NAME_TEXT_SIZE];

	memset(input, 'a', sizeof(input) - 1);
	ck_assert_ptr_nonnull(strstr(mc_domain_parse(input, domain), "253"));
	for (size_t i = 0; i + 1 < sizeof(input); i += 2)
		memcpy(input + i, "\xc3\xbc", 2);
	ck_assert_ptr_nonnull(strstr(mc_domain_parse(input, domain), "253"));
}
END_TEST

UNIT_MAIN("record domain", domains, hosts, endless_input)
