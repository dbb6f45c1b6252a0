/* The registry of findings: complete, in order, well-formed; texts filled in. */
#include <ctype.h>
#include <mailcheck/finding.h>
#include <stdio.h>
#include <string.h>

#include "report/finding.h"
#include "unit.h"

static const char *const checks[] = {"ns", "compare", "dnssec", "mx", "spf", "dkim", "dmarc",
	"mta-sts", "tls-rpt", "dane", "bimi", "caa", "srv", "autoconfig", "ptr", "smtp", "tls",
	"dnsbl", "reply"};

#define CHECKS (sizeof(checks) / sizeof(checks[0]))

/* "11smtp.refused": sorts by check, then by id. */
static const char *
sort_key(const char *id, char key[64])
{
	size_t length = strcspn(id, "."), i;

	for (i = 0; i < CHECKS; i++)
		if (strlen(checks[i]) == length && strncmp(checks[i], id, length) == 0)
			break;
	ck_assert_msg(i < CHECKS, "%s: of no check", id);
	snprintf(key, 64, "%02zu%s", i, id);
	return key;
}

START_TEST(rows_are_in_order)
{
	char before[64], key[64];

	ck_assert_uint_gt(mc_findings_count, 90);
	for (size_t i = 1; i < mc_findings_count; i++)
		ck_assert_msg(strcmp(sort_key(mc_findings[i - 1].id, before),
				      sort_key(mc_findings[i].id, key)) < 0,
			"%s: out of order or twice", mc_findings[i].id);
}
END_TEST

static void
check_text(const char *id, const char *what, const char *text, bool sentence)
{
	static const char *const known[] = {"{subject}", "{domain}", "{host}", "{address}"};
	size_t length = strlen(text);

	for (size_t i = 0; i < length; i++)
		ck_assert_msg(text[i] >= ' ' && text[i] < 0x7F, "%s: %s is not ASCII", id, what);
	ck_assert_msg(strstr(text, "  ") == NULL, "%s: %s has a double blank", id, what);
	ck_assert_msg(length == 0 || (text[0] != ' ' && text[length - 1] != ' '),
		"%s: %s begins or ends with a blank", id, what);
	if (sentence)
		ck_assert_msg(length > 0 && text[length - 1] == '.',
			"%s: %s does not end as a sentence", id, what);
	for (const char *at = strchr(text, '{'); at != NULL; at = strchr(at + 1, '{')) {
		bool found = false;
		for (size_t i = 0; i < 4; i++)
			found = found || strncmp(at, known[i], strlen(known[i])) == 0;
		ck_assert_msg(found, "%s: %s has an unknown placeholder: %.12s", id, what, at);
	}
}

START_TEST(rows_are_complete)
{
	for (size_t i = 0; i < mc_findings_count; i++) {
		const struct mc_finding_info *info = &mc_findings[i];
		check_text(info->id, "title", info->title, false);
		check_text(info->id, "why", info->why, true);
		check_text(info->id, "fix", info->fix, true);
		check_text(info->id, "reference", info->reference, false);
		ck_assert_msg(strlen(info->title) <= 72, "%s: title too long", info->id);
		ck_assert_msg(info->title[0] != '\0' && strchr(info->title, '{') == NULL &&
				      info->title[strlen(info->title) - 1] != '.',
			"%s: title", info->id);
		ck_assert_msg(strlen(info->why) > 40, "%s: says too little", info->id);
		ck_assert_msg(info->severity < MC_WARNING || strlen(info->fix) > 40, "%s: no fix",
			info->id);
		ck_assert_msg(info->severity == MC_INFO || info->reference[0] != '\0',
			"%s: no reference", info->id);
		ck_assert_str_eq(info->since, "0.1.0");
	}
}
END_TEST

/* An advice that would make mail go in clear says so. */
START_TEST(clear_text_is_named)
{
	for (size_t i = 0; i < mc_findings_count; i++) {
		const struct mc_finding_info *info = &mc_findings[i];
		if (strstr(info->fix, "switching it off") != NULL ||
			strstr(info->fix, "switch TLS off") != NULL ||
			strstr(info->fix, "isable 1.0") != NULL)
			ck_assert_msg(strstr(info->fix, "in clear") != NULL,
				"%s: the fix does not say that mail goes in clear", info->id);
	}
}
END_TEST

START_TEST(finds_by_id)
{
	for (size_t i = 0; i < mc_findings_count; i++)
		ck_assert_ptr_eq(mc_finding_find(mc_findings[i].id), &mc_findings[i]);
	ck_assert_ptr_null(mc_finding_find(""));
	ck_assert_ptr_null(mc_finding_find("mx"));
	ck_assert_ptr_null(mc_finding_find("mx.nonesuch"));
}
END_TEST

static const struct fill {
	const char *name, *template, *filled;
} fills[] = {
	{"nothing to fill", "plain text.", "plain text."},
	{"empty", "", ""},
	{"each one", "{subject}|{domain}|{host}|{address}", "S|example.com|mx|192.0.2.1"},
	{"twice and adjacent", "{host}{host}", "mxmx"},
	{"unknown stays", "a {nothing} b", "a {nothing} b"},
	{"open brace stays", "a { b {host", "a { b {host"},
	{"brace before a placeholder", "{{host}}", "{mx}"},
	{"percent is no format", "%s %n {host}", "%s %n mx"},
};

START_TEST(fills_placeholders)
{
	struct mc_arena arena;

	mc_arena_init(&arena, 0);
	for (size_t i = 0; i < sizeof(fills) / sizeof(fills[0]); i++) {
		const char *filled = mc_finding_fill(
			&arena, fills[i].template, "S", "example.com", "mx", "192.0.2.1");
		ck_assert_msg(
			strcmp(filled, fills[i].filled) == 0, "%s: %s", fills[i].name, filled);
	}
	mc_arena_reset(&arena);
}
END_TEST

/* What is filled in is not looked at again. */
START_TEST(fills_once)
{
	struct mc_arena arena;

	mc_arena_init(&arena, 0);
	ck_assert_str_eq(mc_finding_fill(&arena, "{subject}", "{host}", "d", "h", "a"), "{host}");
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(fills_within_memory)
{
	struct mc_arena arena;

	mc_arena_init(&arena, 16);
	ck_assert_str_eq(
		mc_finding_fill(&arena, "{domain} is longer than this", "s", "d", "h", "a"), "");
	ck_assert(arena.failed);
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(public_rows)
{
	const mailcheck_finding_info *info = mailcheck_finding_find("mx.none");
	uint32_t count = 0;

	ck_assert_ptr_nonnull(info);
	ck_assert_str_eq(mailcheck_finding_info_id(info), "mx.none");
	ck_assert_int_eq(mailcheck_finding_info_severity(info), MAILCHECK_ERROR);
	ck_assert_str_ne(mailcheck_finding_info_title(info), "");
	ck_assert_str_ne(mailcheck_finding_info_why(info), "");
	ck_assert_str_ne(mailcheck_finding_info_fix(info), "");
	ck_assert_str_eq(mailcheck_finding_info_reference(info), "RFC 5321, 5.1");
	ck_assert_str_eq(mailcheck_finding_info_since(info), "0.1.0");
	while (mailcheck_finding_at(count) != NULL)
		count++;
	ck_assert_uint_eq(count, mc_findings_count);
	ck_assert_ptr_null(mailcheck_finding_at(UINT32_MAX));
	ck_assert_ptr_null(mailcheck_finding_find(NULL));
	ck_assert_ptr_null(mailcheck_finding_find("no.such"));
}
END_TEST

START_TEST(words)
{
	ck_assert_str_eq(mailcheck_severity_text(MAILCHECK_INFO), "info");
	ck_assert_str_eq(mailcheck_severity_text(MAILCHECK_ERROR), "error");
	ck_assert_str_eq(mailcheck_severity_text(4), "");
	ck_assert_str_eq(mailcheck_severity_text(-1), "");
	ck_assert_str_eq(mc_verdict_text(MC_OK), "ok");
	ck_assert_str_eq(mc_verdict_text(MC_INCONCLUSIVE), "inconclusive");
	ck_assert_str_eq(mc_verdict_text(MC_SKIPPED), "skipped");
	ck_assert_str_eq(mc_verdict_text((enum mc_verdict)6), "");
}
END_TEST

UNIT_MAIN("report_finding", rows_are_in_order, rows_are_complete, clear_text_is_named, finds_by_id,
	fills_placeholders, fills_once, fills_within_memory, public_rows, words)
