/* Unit tests of lib/context/record.c: records through the public functions. */
#include "unit.h"

#include <mailcheck.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

#define HEX "0123456789abcdef0123456789abcdef"
#define POLICY "version: STSv1\nmode: enforce\nmx: mx.example.com\nmax_age: 604800\n"

static const struct corrected_case {
	const char *type, *text, *corrected;
} corrections[] = {
	{"dkim", "v=DKIM1; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=; K=Ed25519",
		"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="},
	{"mta-sts", "v=STSv1; id=2026-11-30", "v=STSv1; id=20261130"},
	{"mta-sts-policy",
		"version: STSv1\r\nmode: Enforce\r\nmx: mx.example.com.\r\nmax_age: 604800",
		POLICY},
	{"tlsa", "1 1 1 " HEX HEX, "3 1 1 " HEX HEX},
	{"bimi", "V=BIMI1; l=http://example.com/logo.svg",
		"v=BIMI1; l=https://example.com/logo.svg; a=;"},
	{"dmarc", "v=dmarc1; p=reject; rua=mailto:a@example.com; fo=1:d:s",
		"v=DMARC1; p=reject; fo=1:d:s; rua=mailto:a@example.com"},
	{"dmarc", "v=dmarc1; p=rejct, sp=none; rua=d@example.com; mailto:e@example.com; x=y",
		"v=DMARC1; p=reject; sp=none; rua=mailto:d@example.com,mailto:e@example.com; x=y"},
	{"tls-rpt", "V=TLSRPTv1; rua=tls@example.com; rua=https://example.com/; x=y",
		"v=TLSRPTv1; rua=mailto:tls@example.com,https://example.com/; x=y"},
	{"spf", "v=spf1; ip:192.0.2.1,192.0.2.2 include: _spf.example.net mx~all",
		"v=spf1 ip4:192.0.2.1 ip4:192.0.2.2 include:_spf.example.net mx ~all"},
	{"dkim", "v=DKIM1; p=", NULL},
	{"spf", "v=spf1 redirect=a.example redirect=b.example", NULL},
	{"spf", "v=spf1 mx, +all", NULL},
	{"dmarc", "v=DMARC1; rua=d@example.com", NULL},
	{"tls-rpt", "v=TLSRPTv1; rua=mailto:tls", NULL},
	{"mta-sts", "v=STSv1; id=1", NULL},
	{"mta-sts", "v=STSv1;", NULL},
	{"tlsa", "0 1 1 " HEX HEX, NULL},
	{"bimi", "v=BIMI1; l=https://example.com/logo.png", NULL},
};

#define CORRECTIONS (sizeof(corrections) / sizeof(corrections[0]))

static mailcheck_record *
check(const char *type, const char *text, size_t length)
{
	mailcheck_record *record = NULL;
	int32_t code = mailcheck_record_check(type, text, length, &record);

	ck_assert_msg(code == MAILCHECK_OK, "%s: %d", type, code);
	return record;
}

START_TEST(what_is_wrong_is_corrected)
{
	for (size_t i = 0; i < CORRECTIONS; i++) {
		const struct corrected_case *c = &corrections[i];
		mailcheck_record *record = check(c->type, c->text, strlen(c->text));
		const char *corrected = mailcheck_record_corrected(record);
		ck_assert_msg((corrected == NULL) == (c->corrected == NULL), "%s: %s", c->text,
			corrected);
		if (corrected != NULL) {
			ck_assert_str_eq(corrected, c->corrected);
			ck_assert_ptr_nonnull(
				strstr(mailcheck_record_json(record), "\"corrected\":\""));
			ck_assert_ptr_nonnull(strstr(mailcheck_record_text(record, 0), corrected));
			ck_assert_msg(strstr(mailcheck_record_text(record, 0),
					      "Fix: Publish the corrected record below.") != NULL,
				"%s", mailcheck_record_text(record, 0));
		}
		mailcheck_record_free(record);
	}
}
END_TEST

/* A policy too long to be told in a sentence is pointed at all the same; what a finding says of its
 * own is told as it is. */
START_TEST(fixes_point_at_the_corrected_record)
{
	char policy[4096] = "version: STSv1\nmode: Enforce\nmax_age: 604800\n";
	mailcheck_record *record;

	for (int i = 0; i < 50; i++)
		(void)snprintf(policy + strlen(policy), sizeof(policy) - strlen(policy),
			"mx: mx%d.a-long-name.example.com\n", i);
	record = check("mta-sts-policy", policy, strlen(policy));
	ck_assert_ptr_nonnull(strstr(
		mailcheck_record_text(record, 0), "Fix: Publish the corrected record below."));
	mailcheck_record_free(record);
	record = check("dmarc", "v=DMARC1; p=rejct; rua=d@example.com", 36);
	ck_assert_ptr_nonnull(
		strstr(mailcheck_record_text(record, 0), "Fix: Write rua=mailto:d@example.com"));
	mailcheck_record_free(record);
}
END_TEST

static const struct text_case {
	const char *type, *text, *part;
} texts[] = {
	/* one fault at several places is told once */
	{"spf", "v=spf1 ip:192.0.2.1 include: x.example -all",
		"      ip:192.0.2.1: there is no such mechanism (at character 8)\n"
		"      include: the domain is missing (at character 29)\n"
		"      x.example: there is no such mechanism (at character 30)\n"
		"      Fix: Publish the corrected record below.\n"},
	/* of what is not used no defaults are shown */
	{"dmarc", "p=none",
		"dmarc: not valid: receivers do not use it\n\n"
		"  \xe2\x9c\x97   The DMARC record does not begin"},
	{"tlsa", "3 1", "tlsa: not valid: senders do not use it\n\n"},
	{"tlsa", "3 1", "      the matching type is missing\n"},
	{"spf", "", "      the text is empty\n"},
	{"spf", "v=spf1; -all", "      v=spf1; -all: no space follows v=spf1 (at character 7)\n"},
	{"spf", "  v=spf1 -all", "      white space stands before v=spf1 (at character 1)\n"},
	{"spf", "spf1 -all", "the text does not begin with v=spf1 (at character 1)\n"},
	{"dmarc", "v=DMARC1; p=rejct; aspf=x", "p=rejct: it must be none, quarantine or reject"},
	/* used as p=none, which nobody meant */
	{"dmarc", "v=DMARC1; p=rejct; rua=mailto:d@b.example",
		"Fix: Publish instead: v=DMARC1; p=reject; rua=mailto:d@b.example\n"},
	{"dmarc", "v=DMARC1; p=rejct; aspf=x", "aspf=x: it must be r or s; the default is taken"},
};

START_TEST(texts_are_plain)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		mailcheck_record *record =
			check(texts[i].type, texts[i].text, strlen(texts[i].text));
		const char *text = mailcheck_record_text(record, 0);
		ck_assert_msg(strstr(text, texts[i].part) != NULL, "%s:\n%s", texts[i].part, text);
		mailcheck_record_free(record);
	}
}
END_TEST

static const struct place_case {
	const char *type, *text, *place;
} places[] = {
	{"dkim", "v=DKIM1; k=x; p=AAAA", "k=x (at character 12)"},
	{"dkim", "v=DKIM1; p=AA*A", "base64 (at character 14)"},
	{"mta-sts", "v=STSv1; id=2026-11", "id=2026-11 (at character 17)"},
	{"mta-sts", "v=STSv1; id=1; x=a=b", "(at character 19)"},
	{"mta-sts-policy", "version: STSv1\nmode: x\nmx: a.example\nmax_age: 1",
		"line 2: mode: x (at character 16)"},
	{"tlsa", "3 9 1 " HEX HEX, "selector 9 (at character 3)"},
	{"tlsa", "3 1 1 " HEX "0g", "digit (at character 40)"},
	{"bimi", "v=BIMI1; l=ftp://example.com/x.svg", "(at character 12)"},
};

START_TEST(what_is_wrong_has_a_place)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		mailcheck_record *record =
			check(places[i].type, places[i].text, strlen(places[i].text));
		ck_assert_msg(strstr(mailcheck_record_json(record), places[i].place) != NULL,
			"%s: %s", places[i].text, mailcheck_record_json(record));
		mailcheck_record_free(record);
	}
}
END_TEST

/* A policy that is too long is one that nobody uses; other texts of such length are no records. */
START_TEST(nobody_is_sent_to_where_he_is)
{
	static const char text[] = "v=DKIM1; k=rsa";
	mailcheck_record *record = check("dkim", text, strlen(text));

	ck_assert_str_eq(mailcheck_record_finding_fix(record, 0), "Add p= with the public key.");
	ck_assert_ptr_null(strstr(mailcheck_record_text(record, 0), "mailcheck record"));
	mailcheck_record_free(record);
}
END_TEST

START_TEST(values_that_may_stand_are_named)
{
	static const char text[] = "v=DMARC1; p=reject; psd=q; rua=mailto:a@example.com";
	mailcheck_record *record = check("dmarc", text, strlen(text));

	ck_assert_ptr_nonnull(strstr(mailcheck_record_text(record, 0), "it must be y, n or u;"));
	mailcheck_record_free(record);
}
END_TEST

START_TEST(texts_may_be_long)
{
	size_t length = MAILCHECK_RECORD_LIMIT + 1, head = strlen(POLICY "x: ");
	char *text = malloc(length);
	mailcheck_record *record = NULL;

	ck_assert_ptr_nonnull(text);
	memset(text, 'a', length);
	memcpy(text, POLICY "x: ", head);
	for (size_t size = 65535; size <= 65537; size++) {
		record = check("mta-sts-policy", text, size);
		ck_assert_int_eq(mailcheck_record_valid(record), size <= 65536);
		mailcheck_record_free(record);
	}
	record = check("mta-sts-policy", text, MAILCHECK_RECORD_LIMIT);
	ck_assert_int_eq(mailcheck_record_valid(record), 0);
	mailcheck_record_free(record);
	ck_assert_int_eq(mailcheck_record_check("mta-sts-policy", text, length, &record),
		MAILCHECK_BAD_ARGUMENT);
	ck_assert_int_eq(
		mailcheck_record_check("dkim", text, 65537, &record), MAILCHECK_BAD_ARGUMENT);
	mailcheck_record_free(check("dkim", text, 65536));
	free(text);
}
END_TEST

/* What is made of such a text takes no more memory than its length allows. */
START_TEST(what_is_corrected_may_be_long)
{
	static const struct {
		const char *type, *head, *repeated, *tail;
	} cases[] = {
		{"dmarc", "v=dmarc1; p=none; rua=", "a", "@example.com"},
		{"dmarc", "v=dmarc1; p=none; rua=", "a!/", "@example.com"},
		{"dmarc", "v=dmarc1; p=none; rua=", "a: ", "@example.com"},
		{"dmarc", "v=dmarc1; p=none", "; x=y", ""},
		{"tls-rpt", "v=tlsrptv1; rua=", "a", "@example.com"},
		{"spf", "v=spf1 ", "ip4:192.0.2.1,", ""},
		{"dkim", "h=x", "; z=1", "; p=AAAA"},
		{"mta-sts", "v=stsv1; id=1", "; a=b", ""},
		{"bimi", "v=bimi1; l=x", "; a=b", ""},
	};
	char *text = malloc(MAILCHECK_RECORD_TXT_LIMIT + 1);

	ck_assert_ptr_nonnull(text);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t piece = strlen(cases[i].repeated), left = 60000 / piece;
		char *end = stpcpy(text, cases[i].head);
		while (left-- > 0)
			end = stpcpy(end, cases[i].repeated);
		end = stpcpy(end, cases[i].tail);
		mailcheck_record_free(check(cases[i].type, text, (size_t)(end - text)));
	}
	free(text);
}
END_TEST

START_TEST(memory_may_run_out)
{
	for (size_t i = 0; i < CORRECTIONS; i++) {
		const struct corrected_case *c = &corrections[i];
		unsigned long count = 1;
		for (unsigned long n = 1; n <= count; n++) {
			mailcheck_record *record = NULL;
			int32_t code;
			mc_alloc_fail_at(n);
			code = mailcheck_record_check(c->type, c->text, strlen(c->text), &record);
			count = mc_alloc_count();
			mc_alloc_fail_at(0);
			ck_assert_msg(code == (n <= count ? MAILCHECK_NO_MEMORY : MAILCHECK_OK),
				"%s: allocation %lu of %lu: code %d", c->text, n, count, code);
			ck_assert((record == NULL) == (code != MAILCHECK_OK));
			mailcheck_record_free(record);
		}
	}
}
END_TEST

UNIT_MAIN("context_record", what_is_wrong_is_corrected, fixes_point_at_the_corrected_record,
	texts_are_plain, what_is_wrong_has_a_place, nobody_is_sent_to_where_he_is,
	values_that_may_stand_are_named, texts_may_be_long, what_is_corrected_may_be_long,
	memory_may_run_out)
