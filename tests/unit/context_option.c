/* Unit tests of lib/context/option.c, option_table.c, option_value.c, option_trim.c, error.c. */
#include "unit.h"

#include <mailcheck/error.h>
#include <mailcheck/version.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "context/option.h"

static int32_t
set(struct mc_options *options, const char *name, const char *value)
{
	const char *error = NULL;
	int32_t code = mc_options_set(options, name, value, &error);

	ck_assert_msg((code == MAILCHECK_OK) == (error == NULL), "%s \"%s\": code %d, error %s",
		name, value, code, error != NULL ? error : "(null)");
	return code;
}

static void
set_ok(struct mc_options *options, const char *name, const char *value)
{
	const char *error = "";
	int32_t code = mc_options_set(options, name, value, &error);

	ck_assert_msg(code == MAILCHECK_OK, "%s \"%s\": %s", name, value, error);
}

static const mailcheck_option *
find(const char *name)
{
	const mailcheck_option *option;

	for (uint32_t i = 0; (option = mailcheck_option_at(i)) != NULL; i++)
		if (strcmp(mailcheck_option_name(option), name) == 0)
			return option;
	return NULL;
}

START_TEST(the_table_is_sound)
{
	static const char *const needed[] = {"resolver", "root-hints", "trust-anchor", "ca-file",
		"timeout", "deadline", "ipv4", "ipv6", "source", "allow-private", "connect-to",
		"helo", "from", "to", "tls", "lmtp", "quit-after", "ns", "control", "assume",
		"dkim-selector", "compare", "message", "ip", "sender", "client-helo", "record",
		"replay", "concurrency", "list", "lists", "dnsbl-keys", "dnsbl-budget"};
	const mailcheck_option *option;
	uint32_t count = 0;

	for (; (option = mailcheck_option_at(count)) != NULL; count++) {
		const char *name = mailcheck_option_name(option);
		bool flag = mailcheck_option_kind(option) == MAILCHECK_OPTION_FLAG;
		ck_assert_msg(find(name) == option, "%s: twice", name);
		ck_assert_msg(name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0',
			"%s: not a flag's name", name);
		ck_assert_msg(flag == (mailcheck_option_argument(option)[0] == '\0'),
			"%s: an argument for flags, or none for others", name);
		ck_assert_msg(strlen(mailcheck_option_help(option)) > 10 &&
				      strchr(mailcheck_option_help(option), '\n') == NULL,
			"%s: no line of help", name);
	}
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		ck_assert_msg(find(needed[i]) != NULL, "%s: missing", needed[i]);
	ck_assert_uint_eq(count, sizeof(needed) / sizeof(needed[0]));
	ck_assert_int_eq(mailcheck_option_letter(find("ipv4")), '4');
	ck_assert_int_eq(mailcheck_option_letter(find("ipv6")), '6');
	ck_assert_int_eq(mailcheck_option_letter(find("to")), 0);
	ck_assert_int_eq(mailcheck_option_scope(find("to")), MAILCHECK_SCOPE_HOST);
	ck_assert_int_eq(mailcheck_option_scope(find("timeout")), MAILCHECK_SCOPE_ANY);
	ck_assert_int_eq(mailcheck_option_repeatable(find("to")), 1);
	ck_assert_int_eq(mailcheck_option_repeatable(find("helo")), 0);
	ck_assert_ptr_null(mailcheck_option_at(UINT32_MAX));
}
END_TEST

/* A choice takes each word its help names. */
START_TEST(choices_are_what_help_says)
{
	struct mc_options options;
	const mailcheck_option *option;

	mc_options_init(&options);
	for (uint32_t i = 0; (option = mailcheck_option_at(i)) != NULL; i++) {
		char words[128], *rest = words, *word;
		if (mailcheck_option_kind(option) != MAILCHECK_OPTION_CHOICE)
			continue;
		snprintf(words, sizeof(words), "%s", mailcheck_option_argument(option));
		while ((word = strsep(&rest, "|")) != NULL)
			set_ok(&options, mailcheck_option_name(option), word);
		ck_assert_int_eq(set(&options, mailcheck_option_name(option), "connect"),
			MAILCHECK_BAD_VALUE);
	}
	mc_options_free(&options);
}
END_TEST

START_TEST(defaults_are_the_contract)
{
	struct mc_options options;

	ck_assert_int_eq(mc_options_init(&options), MAILCHECK_OK);
	ck_assert_int_eq(options.settings.dns_timeout, 5000);
	ck_assert_int_eq(options.settings.connect_timeout, 30000);
	ck_assert_int_eq(options.settings.reply_timeout, 30000);
	ck_assert_int_eq(options.settings.tls_timeout, 15000);
	ck_assert_int_eq(options.settings.deadline, 120000);
	ck_assert_int_eq(options.net.dns_timeout, 5000);
	ck_assert_int_eq(options.net.tls_timeout, 15000);
	ck_assert_uint_eq(options.concurrency, 100);
	ck_assert_int_eq(options.settings.quit_after, MC_STEP_QUIT);
	ck_assert_int_eq(options.settings.tls, MC_TLS_AUTO);
	ck_assert_ptr_null(options.settings.from);
	ck_assert_ptr_null(options.settings.helo);
	ck_assert_uint_eq(options.given_count, 0);
	mc_options_free(&options);
}
END_TEST

static const struct {
	const char *name, *value;
	int32_t code;
	const char *says; /* in the error */
} values[] = {
	{"dkim-selector", "20230601", MAILCHECK_OK, NULL},
	{"dkim-selector", "s1._domainkey.example.com", MAILCHECK_OK, NULL},
	{"dkim-selector", "a b", MAILCHECK_BAD_VALUE, "selector"},
	{"resolver", "192.0.2.1", MAILCHECK_OK, NULL},
	{"resolver", "192.0.2.1@5353", MAILCHECK_OK, NULL},
	{"resolver", "::1@53", MAILCHECK_OK, NULL},
	{"resolver", "recursive", MAILCHECK_OK, NULL},
	{"resolver", "", MAILCHECK_OK, NULL},
	{"resolver", "192.0.2.1:53", MAILCHECK_BAD_VALUE, "192.0.2.1@53"},
	{"resolver", "192.0.2.1@", MAILCHECK_BAD_VALUE, "port"},
	{"resolver", "192.0.2.1@0", MAILCHECK_BAD_VALUE, "port"},
	{"resolver", "192.0.2.1@65536", MAILCHECK_BAD_VALUE, "port"},
	{"resolver", "192.0.2.1@+53", MAILCHECK_BAD_VALUE, "port"},
	{"resolver", "192.0.2.1@53 ", MAILCHECK_BAD_VALUE, "port"},
	{"resolver", "dns.example", MAILCHECK_BAD_VALUE, "no IPv4 or IPv6 address"},
	{"resolver", "[::1]@53", MAILCHECK_BAD_VALUE, "resolver \"[::1]@53\": "},
	{"timeout", "1", MAILCHECK_OK, NULL},
	{"timeout", "0.5", MAILCHECK_OK, NULL},
	{"timeout", "86400", MAILCHECK_OK, NULL},
	{"timeout", "86400.001", MAILCHECK_BAD_VALUE, "86400"},
	{"timeout", "86401", MAILCHECK_BAD_VALUE, "86400"},
	{"timeout", "99999999999999999999999999", MAILCHECK_BAD_VALUE, "86400"},
	{"timeout", "0", MAILCHECK_BAD_VALUE, "over 0"},
	{"timeout", "0.0", MAILCHECK_BAD_VALUE, "over 0"},
	{"timeout", "0.0001", MAILCHECK_BAD_VALUE, "millisecond"},
	{"timeout", "-1", MAILCHECK_BAD_VALUE, "seconds"},
	{"timeout", "", MAILCHECK_BAD_VALUE, "seconds"},
	{"timeout", ".5", MAILCHECK_BAD_VALUE, "seconds"},
	{"timeout", "5.", MAILCHECK_BAD_VALUE, "seconds"},
	{"timeout", "5s", MAILCHECK_BAD_VALUE, "timeout \"5s\": "},
	{"timeout", "1e3", MAILCHECK_BAD_VALUE, "seconds"},
	{"timeout", "5.0x", MAILCHECK_BAD_VALUE, "seconds"},
	{"deadline", "12.345", MAILCHECK_OK, NULL},
	{"ipv4", "yes", MAILCHECK_OK, NULL},
	{"ipv4", "no", MAILCHECK_OK, NULL},
	{"ipv4", "", MAILCHECK_BAD_VALUE, "\"yes\" or \"no\""},
	{"ipv4", "true", MAILCHECK_BAD_VALUE, "\"yes\" or \"no\""},
	{"source", "192.0.2.1", MAILCHECK_OK, NULL},
	{"source", "2001:db8::1", MAILCHECK_OK, NULL},
	{"source", "localhost", MAILCHECK_BAD_VALUE, "address"},
	{"connect-to", "mx.example.com:25:127.0.0.1:2525", MAILCHECK_OK, NULL},
	{"connect-to", "::127.0.0.1:", MAILCHECK_OK, NULL},
	{"connect-to", ":::", MAILCHECK_OK, NULL},
	{"connect-to", "[2001:db8::1]:25:[::1]:2525", MAILCHECK_OK, NULL},
	{"connect-to", "mx.example.com:25:127.0.0.1", MAILCHECK_BAD_VALUE, "HOST:PORT:ADDR:PORT2"},
	{"connect-to", "mx.example.com:25:127.0.0.1:25:", MAILCHECK_BAD_VALUE,
		"HOST:PORT:ADDR:PORT2"},
	{"connect-to", "mx.example.com:x:127.0.0.1:25", MAILCHECK_BAD_VALUE, "port"},
	{"connect-to", "mx.example.com:25:localhost:25", MAILCHECK_BAD_VALUE, "not a name"},
	{"connect-to", "2001:db8::1:25:::1:25", MAILCHECK_BAD_VALUE, "connect-to"},
	{"connect-to", "[::1:25:[::1]:25", MAILCHECK_BAD_VALUE, "bracket"},
	{"connect-to", "[x]:25:[::1]:25", MAILCHECK_BAD_VALUE, "bracket"},
	{"connect-to", "a b:25:[::1]:25", MAILCHECK_BAD_VALUE, "connect-to"},
	{"helo", "mail.example.com", MAILCHECK_OK, NULL},
	{"helo", "localhost", MAILCHECK_OK, NULL},
	{"helo", "[192.0.2.1]", MAILCHECK_OK, NULL},
	{"helo", "[IPv6:2001:db8::1]", MAILCHECK_OK, NULL},
	{"helo", "[2001:db8::1]", MAILCHECK_BAD_VALUE, "literal"},
	{"helo", "[IPv6:192.0.2.1]", MAILCHECK_BAD_VALUE, "literal"},
	{"helo", "[192.0.2.1", MAILCHECK_BAD_VALUE, "literal"},
	{"helo", "[]", MAILCHECK_BAD_VALUE, "literal"},
	{"helo", "[IPv6:]", MAILCHECK_BAD_VALUE, "literal"},
	{"helo", "[", MAILCHECK_BAD_VALUE, "literal"},
	{"helo", "192.0.2.1", MAILCHECK_BAD_VALUE, "bracket"},
	{"helo", "", MAILCHECK_BAD_VALUE, "helo \"\": "},
	{"helo", "a\r\nMAIL FROM:<x@y>", MAILCHECK_BAD_VALUE, "a\\x0D\\x0AMAIL FROM"},
	{"helo", "a\x01.example", MAILCHECK_BAD_VALUE, "\\x01"},
	{"helo", "a b.example", MAILCHECK_BAD_VALUE, "helo"},
	{"from", "", MAILCHECK_OK, NULL},
	{"from", "<>", MAILCHECK_OK, NULL},
	{"from", "a@example.com", MAILCHECK_OK, NULL},
	{"from", "<a@example.com>", MAILCHECK_OK, NULL},
	{"from", "\"a b\\\"c@d\"@example.com", MAILCHECK_OK, NULL},
	{"from", "a@[192.0.2.1]", MAILCHECK_OK, NULL},
	{"from", "a..b.@example.com", MAILCHECK_OK, NULL},
	{"from", "a@b\r\nRCPT TO:<x@y>", MAILCHECK_BAD_VALUE, "control"},
	{"from", "a@example.com> SIZE=1", MAILCHECK_BAD_VALUE, "from"},
	{"from", "<a@example.com", MAILCHECK_BAD_VALUE, "quoted"},
	{"from", "a b@example.com", MAILCHECK_BAD_VALUE, "quoted"},
	{"from", "\"a\"b\"@example.com", MAILCHECK_BAD_VALUE, "quot"},
	{"from", "\"a\\\"@example.com", MAILCHECK_BAD_VALUE, "quot"},
	{"from", "\xc3\xa4@example.com", MAILCHECK_BAD_VALUE, "ASCII"},
	{"from", "@example.com", MAILCHECK_BAD_VALUE, "before"},
	{"from", "a@", MAILCHECK_BAD_VALUE, "from"},
	{"from", "a", MAILCHECK_BAD_VALUE, "no \"@\""},
	{"from", "a@b c", MAILCHECK_BAD_VALUE, "from"},
	{"from", "a@192.0.2.1", MAILCHECK_BAD_VALUE, "bracket"},
	{"from", "a@b.example\r\n", MAILCHECK_BAD_VALUE, "control"},
	{"from", "a@[192.0.2.1]\r\n", MAILCHECK_BAD_VALUE, "from"},
	{"from", "a@[192.0.2.1\r\n]", MAILCHECK_BAD_VALUE, "from"},
	{"from", "a@[IPv6:::1\n]", MAILCHECK_BAD_VALUE, "from"},
	{"from", "a@b\x7f.example", MAILCHECK_BAD_VALUE, "control"},
	{"from", "a@b\xff.example", MAILCHECK_BAD_VALUE, "UTF-8"},
	{"from",
		"a@b\xc3\xbc"
		"cher.example",
		MAILCHECK_OK, NULL},
	{"to", "postmaster", MAILCHECK_OK, NULL},
	{"to", "a@b.example", MAILCHECK_OK, NULL},
	{"to", "<>", MAILCHECK_BAD_VALUE, "before"},
	{"tls", "none", MAILCHECK_OK, NULL},
	{"tls", "NONE", MAILCHECK_BAD_VALUE, "auto|none|starttls|implicit"},
	{"tls", "", MAILCHECK_BAD_VALUE, "one of"},
	{"quit-after", "ehlo", MAILCHECK_OK, NULL},
	{"quit-after", "connect", MAILCHECK_BAD_VALUE, "one of"},
	{"quit-after", "data", MAILCHECK_BAD_VALUE, "one of"},
	{"ns", "192.0.2.53", MAILCHECK_OK, NULL},
	{"ns", "ns1.example.com", MAILCHECK_BAD_VALUE, "address"},
	{"control", "mx.example.net", MAILCHECK_OK, NULL},
	{"control", "[2001:db8::25]:2525", MAILCHECK_OK, NULL},
	{"control", "2001:db8::25", MAILCHECK_BAD_VALUE, "brackets"},
	{"control", ":25", MAILCHECK_BAD_VALUE, "no host"},
	{"control", "mx.example.net:", MAILCHECK_BAD_VALUE, "port"},
	{"control", "mx.example.net:25:25", MAILCHECK_BAD_VALUE, "port"},
	{"control", "[::1]25", MAILCHECK_BAD_VALUE, "bracket"},
	{"assume", "example.com MX 10 mx.example.com", MAILCHECK_OK, NULL},
	{"assume", "example.com. 60 IN TXT \"v=spf1 -all\"", MAILCHECK_OK, NULL},
	{"assume", "", MAILCHECK_OK, NULL},
	{"assume", "example.com MX ten mx", MAILCHECK_BAD_VALUE, "at character"},
	{"assume", "example.com", MAILCHECK_BAD_VALUE, "at character"},
	{"assume", "@ MX 10 mx.example.com.", MAILCHECK_BAD_VALUE, "in full"},
	{"assume", "_dmarc.example.com. TXT v=DMARC1; p=none", MAILCHECK_BAD_VALUE,
		"(at character 33), behind which a comment stands: put the text in double quotes"},
	{"assume", "_dmarc.example.com. TXT v=DMARC1\\; p=none", MAILCHECK_OK, NULL},
	{"assume", "_dmarc.example.com. TXT \"v=DMARC1; p=none\" ; a comment", MAILCHECK_OK, NULL},
	{"assume", "example.com. MX 10 mx.example.com. ; a comment", MAILCHECK_OK, NULL},
	{"concurrency", "1", MAILCHECK_OK, NULL},
	{"concurrency", "1000", MAILCHECK_OK, NULL},
	{"concurrency", "0", MAILCHECK_BAD_VALUE, "1 to 1000"},
	{"concurrency", "1001", MAILCHECK_BAD_VALUE, "1 to 1000"},
	{"concurrency", "4294967297", MAILCHECK_BAD_VALUE, "1 to 1000"},
	{"concurrency", "", MAILCHECK_BAD_VALUE, "1 to 1000"},
	{"ca-file", "/dev/null", MAILCHECK_FILE, "no regular file"},
	{"root-hints", "/nonexistent", MAILCHECK_FILE,
		"root-hints \"/nonexistent\": cannot be read"},
	{"trust-anchor", "", MAILCHECK_FILE, "trust-anchor"},
	{"record", "", MAILCHECK_BAD_VALUE, "file"},
	{"no-such", "1", MAILCHECK_BAD_OPTION, "no option \"no-such\""},
	{"", "1", MAILCHECK_BAD_OPTION, "no option \"\""},
	{"--helo", "x", MAILCHECK_BAD_OPTION, "no option"},
	{"\x1b[31m", "1", MAILCHECK_BAD_OPTION, "\\x1B[31m"},
};

START_TEST(each_value_is_taken_or_refused)
{
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct mc_options options;
		const char *error = "";
		int32_t code;

		mc_options_init(&options);
		code = mc_options_set(&options, values[i].name, values[i].value, &error);
		ck_assert_msg(code == values[i].code, "%s \"%s\": code %d: %s", values[i].name,
			values[i].value, code, error);
		ck_assert_msg(values[i].says == NULL || strstr(error, values[i].says) != NULL,
			"%s \"%s\": says: %s", values[i].name, values[i].value, error);
		ck_assert_msg(code == MAILCHECK_OK || options.given_count == 0,
			"%s \"%s\": refused, yet remembered", values[i].name, values[i].value);
		mc_options_free(&options);
	}
}
END_TEST

START_TEST(values_arrive_in_canonical_form)
{
	struct mc_options options;
	struct mc_settings *settings = &options.settings;
	char text[MC_ADDRESS_SIZE];

	mc_options_init(&options);
	set_ok(&options, "timeout", "2.5");
	ck_assert_int_eq(settings->dns_timeout, 2500);
	ck_assert_int_eq(settings->connect_timeout, 2500);
	ck_assert_int_eq(settings->reply_timeout, 2500);
	ck_assert_int_eq(settings->tls_timeout, 2500);
	ck_assert_int_eq(options.net.dns_timeout, 2500);
	ck_assert_int_eq(options.net.connect_timeout, 2500);
	ck_assert_int_eq(options.net.reply_timeout, 2500);
	ck_assert_int_eq(options.net.tls_timeout, 2500);
	ck_assert_int_eq(settings->deadline, 120000);
	set_ok(&options, "from", "<A.b@EXAMPLE.com.>");
	ck_assert_str_eq(settings->from, "A.b@example.com");
	set_ok(&options, "from", "<>");
	ck_assert_str_eq(settings->from, "");
	set_ok(&options, "helo", "[ipv6:2001:DB8:0::1]");
	ck_assert_str_eq(settings->helo, "[IPv6:2001:db8::1]");
	set_ok(&options, "ns", "2001:DB8::53");
	ck_assert_str_eq(settings->ns, "2001:db8::53@53");
	set_ok(&options, "control", "MX.example.com");
	ck_assert_str_eq(settings->control, "mx.example.com:25");
	set_ok(&options, "control", "[2001:DB8::25]:2525");
	ck_assert_str_eq(settings->control, "[2001:db8::25]:2525");
	set_ok(&options, "resolver", "::1@5353");
	ck_assert_uint_eq(options.net.resolver_count, 1);
	ck_assert_uint_eq(options.net.resolvers[0].port, 5353);
	set_ok(&options, "source", "192.0.2.1");
	set_ok(&options, "source", "2001:db8::1");
	ck_assert_int_eq(set(&options, "source", "192.0.2.2"), MAILCHECK_BAD_VALUE);
	ck_assert_int_eq(options.net.source4.family, 4);
	ck_assert_int_eq(options.net.source6.family, 6);
	set_ok(&options, "connect-to", "[2001:DB8::1]:25:192.0.2.7:");
	ck_assert_str_eq(settings->connect_to[0].host, "2001:db8::1");
	ck_assert_uint_eq(settings->connect_to[0].port, 25);
	ck_assert_uint_eq(settings->connect_to[0].to_port, 0);
	mc_address_format(text, &settings->connect_to[0].address);
	ck_assert_str_eq(text, "192.0.2.7");
	set_ok(&options, "connect-to", ":::2525");
	ck_assert_str_eq(settings->connect_to[1].host, "");
	ck_assert_uint_eq(settings->connect_to[1].address.family, 0);
	ck_assert_uint_eq(settings->connect_to[1].to_port, 2525);
	set_ok(&options, "assume", "Example.COM MX 10 mx");
	ck_assert_str_eq(settings->assume[0].owner, "example.com");
	ck_assert_uint_eq(settings->assume[0].ttl, 300);
	set_ok(&options, "lmtp", "yes");
	set_ok(&options, "allow-private", "yes");
	set_ok(&options, "quit-after", "rcpt");
	set_ok(&options, "tls", "implicit");
	ck_assert(settings->lmtp && settings->allow_private);
	ck_assert_int_eq(settings->quit_after, MC_STEP_RCPT);
	ck_assert_int_eq(settings->tls, MC_TLS_IMPLICIT);
	mc_options_free(&options);
}
END_TEST

START_TEST(some_values_exclude_others)
{
	struct mc_options options;

	mc_options_init(&options);
	set_ok(&options, "ipv4", "yes");
	ck_assert(options.settings.ipv4_only && options.net.ipv4_only);
	ck_assert_int_eq(set(&options, "ipv6", "yes"), MAILCHECK_BAD_VALUE);
	ck_assert(!options.settings.ipv6_only && !options.net.ipv6_only);
	set_ok(&options, "ipv6", "no");
	set_ok(&options, "ipv4", "no");
	set_ok(&options, "ipv6", "yes");
	ck_assert(options.net.ipv6_only && !options.net.ipv4_only);
	set_ok(&options, "resolver", "192.0.2.1");
	ck_assert_int_eq(set(&options, "resolver", "recursive"), MAILCHECK_BAD_VALUE);
	ck_assert(!options.net.recursive);
	set_ok(&options, "resolver", "");
	set_ok(&options, "resolver", "recursive");
	ck_assert_int_eq(set(&options, "resolver", "192.0.2.1"), MAILCHECK_BAD_VALUE);
	ck_assert_uint_eq(options.net.resolver_count, 0);
	mc_options_free(&options);
}
END_TEST

START_TEST(lists_are_bounded)
{
	static const struct {
		const char *name, *value;
		unsigned most;
	} rows[] = {{"resolver", "192.0.2.1", 16}, {"to", "a@b.example", 5},
		{"connect-to", ":::", 1000}, {"assume", "a. A 192.0.2.1", 1000}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct mc_options options;
		mc_options_init(&options);
		for (unsigned k = 0; k < rows[i].most; k++)
			set_ok(&options, rows[i].name, rows[i].value);
		ck_assert_msg(set(&options, rows[i].name, rows[i].value) == MAILCHECK_BAD_VALUE,
			"%s: more than %u", rows[i].name, rows[i].most);
		ck_assert_uint_eq(options.given_count, rows[i].most);
		set_ok(&options, rows[i].name, "");
		ck_assert_uint_eq(options.given_count, 0);
		set_ok(&options, rows[i].name, rows[i].value);
		ck_assert_uint_eq(options.given_count, 1);
		mc_options_free(&options);
	}
}
END_TEST

START_TEST(a_snapshot_stays_as_it_was)
{
	struct mc_options options;
	struct mc_settings taken[6];
	struct mc_option_value *given[6];
	size_t given_count[6];
	char text[32];

	mc_options_init(&options);
	for (size_t i = 0; i < 6; i++) {
		taken[i] = options.settings;
		given[i] = options.given;
		given_count[i] = options.given_count;
		snprintf(text, sizeof(text), "a%zu@b.example", i);
		if (i < 5)
			set_ok(&options, "to", text);
	}
	set_ok(&options, "helo", "one.example");
	set_ok(&options, "to", "");
	set_ok(&options, "to", "other@b.example");
	set_ok(&options, "helo", "two.example");
	for (size_t i = 0; i < 6; i++) {
		ck_assert_uint_eq(taken[i].to_count, i);
		ck_assert_uint_eq(given_count[i], i);
		for (size_t k = 0; k < i; k++) {
			snprintf(text, sizeof(text), "a%zu@b.example", k);
			ck_assert_str_eq(taken[i].to[k], text);
			ck_assert_str_eq(given[i][k].name, "to");
			ck_assert_str_eq(given[i][k].value, text);
		}
	}
	ck_assert_uint_eq(options.given_count, 2);
	ck_assert_str_eq(options.given[0].value, "other@b.example");
	ck_assert_str_eq(options.given[1].value, "two.example");
	mc_options_free(&options);
}
END_TEST

START_TEST(what_was_given_is_kept_in_order)
{
	static const char *const pairs[][2] = {{"to", "a@b.example"}, {"record", "/tmp/x"},
		{"from", "c@d.example"}, {"concurrency", "7"}, {"to", "e@f.example"},
		{"replay", "/tmp/y"}, {"lmtp", "yes"}, {"from", ""}, {"lmtp", "no"}};
	static const char *const kept[][2] = {
		{"to", "a@b.example"}, {"to", "e@f.example"}, {"from", ""}, {"lmtp", "no"}};
	struct mc_options options;

	mc_options_init(&options);
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		set_ok(&options, pairs[i][0], pairs[i][1]);
	ck_assert_uint_eq(options.given_count, sizeof(kept) / sizeof(kept[0]));
	for (size_t i = 0; i < options.given_count; i++) {
		ck_assert_str_eq(options.given[i].name, kept[i][0]);
		ck_assert_str_eq(options.given[i].value, kept[i][1]);
	}
	ck_assert_str_eq(options.record, "/tmp/x");
	ck_assert_str_eq(options.replay, "/tmp/y");
	ck_assert_uint_eq(options.concurrency, 7);
	mc_options_free(&options);
}
END_TEST

START_TEST(some_options_freeze)
{
	static const char *const frozen[][2] = {{"resolver", "192.0.2.1"}, {"root-hints", "/x"},
		{"trust-anchor", "/x"}, {"ca-file", "/x"}, {"timeout", "1"},
		{"source", "192.0.2.1"}, {"record", "/x"}, {"replay", "/x"}};
	static const char *const free_ones[][2] = {{"deadline", "1"}, {"helo", "x.example"},
		{"assume", ""}, {"concurrency", "3"}, {"allow-private", "yes"}, {"ipv4", "yes"},
		{"connect-to", ":::"}, {"ns", "192.0.2.1"}, {"control", "x.example"}};
	struct mc_options options;

	mc_options_init(&options);
	options.frozen = true;
	for (size_t i = 0; i < sizeof(frozen) / sizeof(frozen[0]); i++)
		ck_assert_msg(set(&options, frozen[i][0], frozen[i][1]) == MAILCHECK_FROZEN,
			"%s is not frozen", frozen[i][0]);
	for (size_t i = 0; i < sizeof(free_ones) / sizeof(free_ones[0]); i++)
		set_ok(&options, free_ones[i][0], free_ones[i][1]);
	mc_options_free(&options);
}
END_TEST

START_TEST(files_are_looked_at)
{
	char path[] = "/tmp/mailcheck-option-XXXXXX";
	int descriptor = mkstemp(path);
	struct mc_options options;

	ck_assert_int_ge(descriptor, 0);
	mc_options_init(&options);
	ck_assert_int_eq(set(&options, "trust-anchor", path), MAILCHECK_FILE);
	ck_assert_int_eq(write(descriptor, "; none\n\n", 8), 8);
	ck_assert_int_eq(set(&options, "root-hints", path), MAILCHECK_FILE);
	ck_assert_int_eq(write(descriptor, "\t. NS a.", 8), 8);
	set_ok(&options, "root-hints", path);
	set_ok(&options, "trust-anchor", path);
	set_ok(&options, "ca-file", path);
	ck_assert_str_eq(options.net.root_hints, path);
	ck_assert_str_eq(options.net.trust_anchor, path);
	ck_assert_str_eq(options.net.ca_file, path);
	unlink(path);
	ck_assert_int_eq(set(&options, "ca-file", path), MAILCHECK_FILE);
	ck_assert_str_eq(options.net.ca_file, path);
	close(descriptor);
	mc_options_free(&options);
}
END_TEST

START_TEST(recorded_options_are_set_without_a_network)
{
	static const struct mc_option_value good[] = {{"resolver", "192.0.2.1"},
		{"ca-file", "/nonexistent"}, {"source", "192.0.2.1"}, {"timeout", "3"},
		{"assume", "a. A 192.0.2.1"}, {"from", ""}};
	static const struct mc_option_value bad[][1] = {{{"record", "/tmp/x"}},
		{{"replay", "/tmp/x"}}, {{"concurrency", "3"}}, {{"no-such", "x"}},
		{{"timeout", "x"}}};
	struct mc_options options;
	const char *error = "";

	mc_options_init(&options);
	options.frozen = true;
	ck_assert_msg(
		mc_options_set_recorded(&options, good, 6, &error) == MAILCHECK_OK, "%s", error);
	ck_assert_uint_eq(options.net.resolver_count, 0);
	ck_assert_ptr_null(options.net.ca_file);
	ck_assert_int_eq(options.settings.dns_timeout, 3000);
	ck_assert_uint_eq(options.settings.assume_count, 1);
	ck_assert_str_eq(options.settings.from, "");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(
			mc_options_set_recorded(&options, bad[i], 1, &error) == MAILCHECK_DAMAGED,
			"%s: taken out of a record file", bad[i][0].name);
	ck_assert_ptr_null(options.record);
	mc_options_free(&options);
}
END_TEST

/* A program that sets recipients for each of many targets does not run out of memory. */
START_TEST(trimming_keeps_what_is_set)
{
	struct mc_options options;
	size_t most = 0;
	char text[64];

	mc_options_init(&options);
	set_ok(&options, "resolver", "192.0.2.1@5353");
	set_ok(&options, "record", "/tmp/x");
	set_ok(&options, "assume", "a. A 192.0.2.1");
	set_ok(&options, "assume", "b. TXT \"\"");
	set_ok(&options, "connect-to", "a.example:::25");
	set_ok(&options, "helo", "me.example");
	for (unsigned i = 0; i < 20000; i++) {
		ck_assert(mc_options_trim(&options));
		snprintf(text, sizeof(text), "user%u@example.com", i);
		set_ok(&options, "to", "");
		set_ok(&options, "to", text);
		set_ok(&options, "to", "second@example.com");
		(void)set(&options, "timeout", "never");
		most = options.arena.used > most ? options.arena.used : most;
	}
	ck_assert_uint_lt(most, 1 << 20);
	ck_assert_uint_eq(options.settings.to_count, 2);
	ck_assert_str_eq(options.settings.to[0], text);
	ck_assert_str_eq(options.settings.to[1], "second@example.com");
	ck_assert_uint_eq(options.settings.assume_count, 2);
	ck_assert_str_eq(options.settings.assume[1].owner, "b");
	ck_assert_str_eq(options.settings.connect_to[0].host, "a.example");
	ck_assert_str_eq(options.settings.helo, "me.example");
	ck_assert_str_eq(options.record, "/tmp/x");
	ck_assert_uint_eq(options.net.resolvers[0].port, 5353);
	ck_assert_uint_eq(options.given_count, 7);
	ck_assert_str_eq(options.given[0].value, "192.0.2.1@5353");
	ck_assert_str_eq(options.given[5].value, text);
	mc_options_free(&options);
}
END_TEST

START_TEST(memory_may_run_out)
{
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		for (unsigned long n = 1, count = 1; n <= count; n++) {
			struct mc_options options;
			const char *error = NULL;
			int32_t code;
			mc_options_init(&options);
			set_ok(&options, "to", "first@example.com");
			mc_alloc_fail_at(n);
			code = mc_options_set(&options, values[i].name, values[i].value, &error);
			count = mc_alloc_count();
			mc_alloc_fail_at(0);
			ck_assert_msg(
				code == values[i].code || code == MAILCHECK_NO_MEMORY ||
					(error != NULL && strstr(error, "out of memory") != NULL),
				"%s \"%s\": allocation %lu: code %d", values[i].name,
				values[i].value, n, code);
			ck_assert_msg(code == MAILCHECK_OK || error != NULL, "no text");
			set_ok(&options, "helo", "later.example");
			ck_assert_uint_ge(options.settings.to_count, 1);
			mc_options_free(&options);
		}
}
END_TEST

START_TEST(trimming_may_run_out_of_memory)
{
	for (unsigned long n = 1, count = 1; n <= count; n++) {
		struct mc_options options;
		bool trimmed;
		mc_options_init(&options);
		set_ok(&options, "assume", "b. TXT \"x\"");
		set_ok(&options, "connect-to", "a.example:::25");
		for (unsigned i = 0; i < 2000; i++)
			set_ok(&options, "helo", "me.example");
		mc_alloc_fail_at(n);
		trimmed = mc_options_trim(&options);
		count = mc_alloc_count();
		mc_alloc_fail_at(0);
		ck_assert_msg(trimmed == (n > count), "allocation %lu: %d", n, trimmed);
		ck_assert_str_eq(options.settings.helo, "me.example");
		ck_assert_str_eq(options.settings.assume[0].owner, "b");
		mc_options_free(&options);
	}
}
END_TEST

START_TEST(every_code_has_a_text)
{
	for (int32_t code = 0; code >= MAILCHECK_SYSTEM; code--)
		ck_assert_msg(strlen(mailcheck_strerror(code)) > 3 &&
				      strstr(mailcheck_strerror(code), "unknown") == NULL,
			"code %d has no text", code);
	ck_assert_str_eq(mailcheck_strerror(1), "unknown error code");
	ck_assert_str_eq(mailcheck_strerror(MAILCHECK_SYSTEM - 1), "unknown error code");
	ck_assert_str_eq(mailcheck_strerror(INT32_MIN), "unknown error code");
	ck_assert_int_ge(mailcheck_version()[0], '0');
}
END_TEST

UNIT_MAIN("context_option", the_table_is_sound, choices_are_what_help_says,
	defaults_are_the_contract, each_value_is_taken_or_refused, values_arrive_in_canonical_form,
	some_values_exclude_others, lists_are_bounded, a_snapshot_stays_as_it_was,
	what_was_given_is_kept_in_order, some_options_freeze, files_are_looked_at,
	recorded_options_are_set_without_a_network, trimming_keeps_what_is_set, memory_may_run_out,
	trimming_may_run_out_of_memory, every_code_has_a_text)
