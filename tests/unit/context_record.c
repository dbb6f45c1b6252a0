/* Unit tests of lib/context/record.c: records through the public functions. */
#include "unit.h"

#include <mailcheck.h>
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
	{"dkim", "v=DKIM1; p=", NULL},
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
		}
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
	static const char text[] = "v=spf1 -al";
	mailcheck_record *record = check("spf", text, strlen(text));

	ck_assert_str_eq(mailcheck_record_finding_fix(record, 0), "Correct the term shown.");
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

UNIT_MAIN("context_record", what_is_wrong_is_corrected, what_is_wrong_has_a_place,
	nobody_is_sent_to_where_he_is, values_that_may_stand_are_named, texts_may_be_long,
	memory_may_run_out)
