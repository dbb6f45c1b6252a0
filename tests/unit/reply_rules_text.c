/* Unit tests of rules of one's own: what they decide, how wrong ones are told, and no memory. */
#include "unit.h"

#include <mailcheck.h>
#include <string.h>

#include "base/alloc.h"
#include "reply/rules_text.h"

START_TEST(own_rules_decide)
{
	static const char rules[] = "let @fish = herring | cod fish\n"
				    "class greylisted\n"
				    "fishy 95 code=4xx : no @fish & today\n"
				    "class policy\n"
				    "fishless 95 fault=sender : no @fish ! today\n";
	static const struct {
		const char *text, *class, *rule, *fault;
	} rows[] = {{"450 No cod-fish TODAY", "greylisted", "greylisted.fishy", "receiver"},
		{"550 no herring", "policy", "policy.fishless", "sender"},
		{"550 no herring today", "unknown", NULL, NULL},
		{"550 5.1.1 user unknown", "mailbox-unknown", NULL, "recipient"}};
	mailcheck_reply_rules *own = NULL;
	mailcheck_reply *reply = NULL;

	ck_assert_int_eq(mailcheck_reply_rules_new("own", rules, strlen(rules), &own, NULL, 0),
		MAILCHECK_OK);
	ck_assert_int_eq(mailcheck_reply_new(own, &reply), MAILCHECK_OK);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailcheck_reply_read(reply, rows[i].text, strlen(rows[i].text));
		if (rows[i].rule != NULL || rows[i].fault != NULL)
			ck_assert_str_eq(mailcheck_reply_class(reply), rows[i].class);
		if (rows[i].rule != NULL)
			ck_assert_str_eq(mailcheck_reply_rule(reply), rows[i].rule);
		if (rows[i].fault != NULL)
			ck_assert_str_eq(mailcheck_reply_fault(reply), rows[i].fault);
	}
	mailcheck_reply_free(reply);
	mailcheck_reply_rules_free(own);
}
END_TEST

START_TEST(wrong_rules_are_told)
{
	static const struct {
		const char *text, *problem;
	} rows[] = {{"class nonsense\n", "own:1: no such class: nonsense"},
		{"\n\none 50 : word\n", "own:3: a rule before any 'class': one"},
		{"class policy\none 50 : @nobody\n", "own:2: no such family: @nobody"},
		{"class policy\none 50 code=999 : x\n", "own:2: no reply code: 999"},
		{"class policy\none 50 status=7.1.1 : x\n", "own:2: no enhanced code: 7.1.1"},
		{"class policy\none 50 at=nobody : x\n", "own:2: no such speaker: nobody"},
		{"class policy\none 50 fault=mine : x\n", "own:2: no such value: mine"},
		{"class policy\none 50 : a | \n", "own:2: a phrase without words"},
		{"class policy\none 50 colour=red : x\n", "own:2: no condition: colour"}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailcheck_reply_rules *own = NULL;
		char problem[256] = "";

		ck_assert_int_eq(mailcheck_reply_rules_new("own", rows[i].text,
					 strlen(rows[i].text), &own, problem, sizeof(problem)),
			MAILCHECK_BAD_VALUE);
		ck_assert_msg(strncmp(problem, rows[i].problem, strlen(rows[i].problem)) == 0,
			"said '%s', not '%s'", problem, rows[i].problem);
		ck_assert_ptr_null(own);
	}
}
END_TEST

START_TEST(memory_runs_out)
{
	static const char text[] = "let @a = b | c d\nclass policy\none 50 status=5.7.x : @a eel*\n"
				   "two 20 code=5xx : f | //g.h & i ! j\nlist x = y z\n";
	struct mc_rules_text source = {"own", text, sizeof(text) - 1};
	bool done = false;

	for (unsigned long n = 1; !done; n++) {
		char problem[MC_RULES_PROBLEM_SIZE];
		struct mc_rules rules;
		struct mc_arena arena;

		ck_assert_uint_lt(n, 10000);
		mc_arena_init(&arena, 0);
		mc_alloc_fail_at(n);
		done = mc_rules_compile(&arena, &source, 1, &rules, problem);
		done = done && mc_alloc_count() < n;
		mc_alloc_fail_at(0);
		mc_arena_reset(&arena);
	}
}
END_TEST

UNIT_MAIN("reply_rules_text", own_rules_decide, wrong_rules_are_told, memory_runs_out)
