/* Unit tests of lib/dialogue/plan.c, session.c and capability.c. */
#include "unit.h"

#include <string.h>

#include "dialogue/capability.h"
#include "dialogue/plan.h"
#include "dialogue/session.h"

START_TEST(steps_have_names)
{
	static const char *const names[MC_STEP_COUNT] = {
		"connect", "tls", "banner", "ehlo", "helo", "starttls", "mail", "rcpt", "quit"};
	enum mc_step_name step;

	for (size_t i = 0; i < MC_STEP_COUNT; i++) {
		ck_assert_str_eq(mc_step_name_text((enum mc_step_name)i), names[i]);
		ck_assert_msg(mc_step_name_parse(names[i], &step) && (size_t)step == i,
			"step %s is not read back", names[i]);
	}
	step = MC_STEP_MAIL;
	ck_assert(!mc_step_name_parse("EHLO", &step));
	ck_assert(!mc_step_name_parse("", &step));
	ck_assert_int_eq(step, MC_STEP_MAIL);
	ck_assert_str_eq(mc_step_name_text(MC_STEP_COUNT), "");
}
END_TEST

START_TEST(modes_have_names)
{
	static const char *const names[] = {"auto", "none", "starttls", "implicit"};
	enum mc_tls_mode mode;

	for (size_t i = 0; i < 4; i++) {
		ck_assert_str_eq(mc_tls_mode_text((enum mc_tls_mode)i), names[i]);
		ck_assert_msg(mc_tls_mode_parse(names[i], &mode) && (size_t)mode == i,
			"mode %s is not read back", names[i]);
	}
	mode = MC_TLS_NONE;
	ck_assert(!mc_tls_mode_parse("always", &mode));
	ck_assert_int_eq(mode, MC_TLS_NONE);
	ck_assert_str_eq(mc_tls_mode_text((enum mc_tls_mode)99), "");
}
END_TEST

START_TEST(words_have_texts)
{
	static const char *const words[] = {
		"unknown", "works", "offered", "absent", "refused", "failed"};
	static const char *const ends[] = {"complete", "refused", "closed", "reset", "timeout",
		"endless", "tls", "injected", "not-smtp", "local"};
	enum mc_starttls word = MC_STARTTLS_WORKS;
	enum mc_session_end end = MC_END_TLS;

	ck_assert(!mc_starttls_parse("", &word) && word == MC_STARTTLS_WORKS);
	ck_assert(!mc_session_end_parse("Timeout", &end) && end == MC_END_TLS);
	for (size_t i = 0; i < 6; i++) {
		ck_assert_str_eq(mc_starttls_text((enum mc_starttls)i), words[i]);
		ck_assert_msg(mc_starttls_parse(words[i], &word) && (size_t)word == i,
			"word %s is not read back", words[i]);
	}
	for (size_t i = 0; i < 10; i++) {
		ck_assert_str_eq(mc_session_end_text((enum mc_session_end)i), ends[i]);
		ck_assert_msg(mc_session_end_parse(ends[i], &end) && (size_t)end == i,
			"end %s is not read back", ends[i]);
	}
	ck_assert_str_eq(mc_starttls_text((enum mc_starttls)6), "");
	ck_assert_str_eq(mc_session_end_text((enum mc_session_end)10), "");
}
END_TEST

START_TEST(implicit_tls_by_port)
{
	static const struct {
		enum mc_tls_mode mode;
		uint16_t port;
		bool implicit;
	} cases[] = {
		{MC_TLS_AUTO, 25, false},
		{MC_TLS_AUTO, 587, false},
		{MC_TLS_AUTO, 465, true},
		{MC_TLS_AUTO, 993, true},
		{MC_TLS_AUTO, 995, true},
		{MC_TLS_NONE, 465, false},
		{MC_TLS_STARTTLS, 465, false},
		{MC_TLS_IMPLICIT, 25, true},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct mc_plan plan = {.tls = cases[i].mode};

		ck_assert_msg(mc_plan_implicit_tls(&plan, cases[i].port) == cases[i].implicit,
			"%s on port %d", mc_tls_mode_text(cases[i].mode), cases[i].port);
	}
}
END_TEST

START_TEST(arguments_are_checked)
{
	static char long_name[MC_PLAN_ARGUMENT + 2];
	static const char *const six[] = {"a@b", "a@b", "a@b", "a@b", "a@b", "a@b"};
	static const struct {
		const char *name, *helo, *from, *to, *problem;
	} cases[] = {
		{"plain", "client.example", "a@b.example", "c@d.example", NULL},
		{"nothing given", NULL, NULL, NULL, NULL},
		{"null sender", NULL, "", NULL, NULL},
		{"UTF-8", NULL, "\xc3\xa9@b.example", NULL, NULL},
		{"empty helo", "", NULL, NULL, "the EHLO name is empty"},
		{"CR in helo", "a\rb", NULL, NULL, "the EHLO name holds a control character"},
		{"LF in helo", "a\nQUIT", NULL, NULL, "the EHLO name holds a control character"},
		{"DEL in helo", "a\x7f", NULL, NULL, "the EHLO name holds a control character"},
		{"long helo", long_name, NULL, NULL, "the EHLO name is too long"},
		{"CRLF in sender", NULL, "a>\r\nDATA\r\n", NULL,
			"the sender holds a control character"},
		{"long sender", NULL, long_name, NULL, "the sender is too long"},
		{"TAB in recipient", NULL, "", "a\tb", "a recipient holds a control character"},
		{"empty recipient", NULL, "", "", "a recipient is empty"},
		{"long recipient", NULL, "", long_name, "a recipient is too long"},
	};
	struct mc_plan many = {.from = "", .to = six, .to_count = 6};

	memset(long_name, 'a', sizeof(long_name) - 1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct mc_plan plan = {.helo = cases[i].helo,
			.from = cases[i].from,
			.to = &cases[i].to,
			.to_count = cases[i].to != NULL};
		const char *problem = mc_plan_problem(&plan);
		bool same = problem == NULL || cases[i].problem == NULL
				    ? problem == cases[i].problem
				    : strcmp(problem, cases[i].problem) == 0;

		ck_assert_msg(same, "%s: %s", cases[i].name, problem != NULL ? problem : "passed");
	}
	ck_assert_str_eq(mc_plan_problem(&many), "too many recipients");
	many.to_count = 5;
	ck_assert_ptr_null(mc_plan_problem(&many));
}
END_TEST

START_TEST(stages_are_found)
{
	struct mc_stage stages[] = {
		{.step = MC_STEP_BANNER},
		{.step = MC_STEP_EHLO, .began = 1},
		{.step = MC_STEP_EHLO, .encrypted = true, .began = 2},
		{.step = MC_STEP_RCPT, .encrypted = true, .began = 3},
		{.step = MC_STEP_RCPT, .encrypted = true, .began = 4},
	};
	struct mc_session session = {.stages = stages, .stage_count = 5};

	ck_assert_ptr_eq(mc_session_stage(&session, MC_STEP_EHLO, false), &stages[1]);
	ck_assert_ptr_eq(mc_session_stage(&session, MC_STEP_EHLO, true), &stages[2]);
	ck_assert_ptr_eq(mc_session_stage(&session, MC_STEP_RCPT, true), &stages[4]);
	ck_assert_ptr_null(mc_session_stage(&session, MC_STEP_RCPT, false));
	ck_assert_ptr_null(mc_session_stage(&session, MC_STEP_QUIT, true));
}
END_TEST

#define LINE(text)                                                                                 \
	{                                                                                          \
		text, sizeof(text) - 1                                                             \
	}

START_TEST(capabilities_are_read)
{
	static struct mc_smtp_line lines[] = {LINE("STARTTLS in the greeting line"),
		LINE("Starttls"), LINE("size 1000000"), LINE("AUTH PLAIN LOGIN"),
		LINE("auth=PLAIN LOGIN"), LINE(""), LINE("  "), LINE(" X-LED  two  words "),
		LINE("LIMITS\tRCPTMAX=5"), LINE("E\x1bSC \x1b[2J"), LINE("N\0UL"), LINE("SIZE")};
	static const struct mc_capability expected[] = {{"STARTTLS", ""}, {"SIZE", "1000000"},
		{"AUTH", "PLAIN LOGIN"}, {"AUTH=", "PLAIN LOGIN"}, {"X-LED", "two  words"},
		{"LIMITS", "RCPTMAX=5"}, {"E\\x1BSC", "\\x1B[2J"}, {"N\\x00UL", ""}, {"SIZE", ""}};
	struct mc_smtp_reply reply = {
		.code = 250, .lines = lines, .count = sizeof(lines) / sizeof(lines[0])};
	struct mc_capabilities read;
	struct mc_arena arena;

	mc_arena_init(&arena, 0);
	mc_capability_read(&arena, &reply, &read);
	ck_assert_uint_eq(read.count, sizeof(expected) / sizeof(expected[0]));
	for (size_t i = 0; i < read.count; i++)
		ck_assert_msg(strcmp(read.items[i].keyword, expected[i].keyword) == 0 &&
				      strcmp(read.items[i].parameters, expected[i].parameters) == 0,
			"line of %s: read %s, %s", expected[i].keyword, read.items[i].keyword,
			read.items[i].parameters);
	ck_assert_str_eq(mc_capability_find(&read, "SIZE")->parameters, "1000000");
	ck_assert_ptr_null(mc_capability_find(&read, "CHUNKING"));
	ck_assert_ptr_null(mc_capability_find(&read, "AUT"));
	ck_assert_str_eq(mc_capability_find(&read, "AUTH")->keyword, "AUTH");
	read.items[2].keyword = "X-AUTH";
	ck_assert_str_eq(mc_capability_find(&read, "AUTH")->keyword, "AUTH=");
	reply.count = 1;
	mc_capability_read(&arena, &reply, &read);
	ck_assert_uint_eq(read.count, 0);
	reply.count = 0;
	mc_capability_read(&arena, &reply, &read);
	ck_assert_uint_eq(read.count, 0);
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(mangled_keywords_are_known)
{
	static const struct {
		const char *keyword;
		bool mangled;
	} cases[] = {{"XXXXXXXA", true}, {"XXXXXXXX", true}, {"XXXXXXAB", true}, {"AXXXXXXB", true},
		{"XXXXXABC", false}, {"XXXXXXX", false}, {"XXXXXXXXX", false}, {"STARTTLS", false},
		{"XCLIENT", false}, {"", false}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct mc_capability item = {cases[i].keyword, ""};
		struct mc_capabilities one = {&item, 1};

		ck_assert_msg(
			mc_capability_mangled(&one) == cases[i].mangled, "%s", cases[i].keyword);
	}
}
END_TEST

UNIT_MAIN("dialogue_plan", steps_have_names, modes_have_names, words_have_texts,
	implicit_tls_by_port, arguments_are_checked, stages_are_found, capabilities_are_read,
	mangled_keywords_are_known)
