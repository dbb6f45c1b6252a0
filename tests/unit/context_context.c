/* context_context: the public calls: targets in, reports out, and every way to misuse them. */
#include <event2/event.h>
#include <mailcheck.h>
#include <mailcheck/event.h>
#include <sys/wait.h>
#include <unistd.h>

#include "context/work.h"
#include "fact_fake.h"
#include "unit.h"

static struct fake fake;
static mailcheck *mc;

static void
open_context(struct event_base *base)
{
	fake_init(&fake);
	ck_assert_int_eq(mailcheck_new_on_base(base, &mc), MAILCHECK_OK);
	mc->provider = &fake.provider;
	mc->store = mc_store_new(&fake.provider);
}

static void
answer_all(enum mc_failure failure)
{
	while (fake.open_count > 0)
		fake_answer(&fake, fake.open[0], failure, 60);
}

START_TEST(one_target_gives_one_report)
{
	mailcheck_report *report = NULL;
	uint64_t tag = 0;

	open_context(NULL);
	ck_assert_int_eq(mailcheck_submit(mc, "Example.COM.", "mx", 42), MAILCHECK_OK);
	ck_assert_int_eq(mailcheck_next(mc, 0, &report, &tag), MAILCHECK_AGAIN);
	answer_all(MC_FAIL_SERVFAIL);
	ck_assert_int_eq(mailcheck_next(mc, 0, &report, &tag), MAILCHECK_OK);
	ck_assert_uint_eq(tag, 42);
	ck_assert_str_eq(mailcheck_report_target(report), "example.com");
	ck_assert_str_eq(mailcheck_report_input(report), "Example.COM.");
	ck_assert_int_eq(mailcheck_report_verdict(report), MAILCHECK_VERDICT_INCONCLUSIVE);
	ck_assert_int_eq(mailcheck_next(mc, 0, &report, &tag), MAILCHECK_IDLE);
	mailcheck_free(mc);
	ck_assert_msg(mailcheck_report_json(report) != NULL, "a report died with its context");
	mailcheck_report_free(report);
}
END_TEST

START_TEST(bad_arguments_are_told)
{
	static const struct {
		const char *target, *checks;
		int32_t code;
	} rows[] = {
		{"", NULL, MAILCHECK_BAD_TARGET},
		{"example", NULL, MAILCHECK_BAD_TARGET},
		{"a..example", NULL, MAILCHECK_BAD_TARGET},
		{"user@example.com", NULL, MAILCHECK_BAD_TARGET},
		{"smtp://", NULL, MAILCHECK_BAD_TARGET},
		{"smtp://host:0", NULL, MAILCHECK_BAD_TARGET},
		{"smtp://host:65536", NULL, MAILCHECK_BAD_TARGET},
		{"smtp://[::1", NULL, MAILCHECK_BAD_TARGET},
		{"smtp://[::1]x", NULL, MAILCHECK_BAD_TARGET},
		{"example.com", "nonsense", MAILCHECK_BAD_CHECK},
		{"example.com", "", MAILCHECK_BAD_CHECK},
		{"example.com", "mx,", MAILCHECK_BAD_CHECK},
		{"smtp://host.example", "mx", MAILCHECK_BAD_CHECK},
	};

	open_context(NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int32_t code = mailcheck_submit(mc, rows[i].target, rows[i].checks, 0);
		ck_assert_msg(code == rows[i].code, "%s %s: %d", rows[i].target,
			rows[i].checks != NULL ? rows[i].checks : "", code);
		ck_assert_msg(mailcheck_error(mc)[0] != '\0', "%s: no text", rows[i].target);
		ck_assert_int_eq(mailcheck_accepts(mc, rows[i].target, rows[i].checks), code);
	}
	ck_assert_int_eq(mailcheck_submit(NULL, "example.com", NULL, 0), MAILCHECK_BAD_ARGUMENT);
	ck_assert_int_eq(mailcheck_submit(mc, NULL, NULL, 0), MAILCHECK_BAD_ARGUMENT);
	mailcheck_free(mc);
}
END_TEST

START_TEST(the_limit_answers_busy)
{
	mailcheck_report *report = NULL;

	open_context(NULL);
	ck_assert_int_eq(mailcheck_set(mc, "concurrency", "2"), MAILCHECK_OK);
	ck_assert_int_eq(mailcheck_submit(mc, "a.example", NULL, 1), MAILCHECK_OK);
	ck_assert_int_eq(mailcheck_submit(mc, "b.example", NULL, 2), MAILCHECK_OK);
	ck_assert_int_eq(mailcheck_submit(mc, "c.example", NULL, 3), MAILCHECK_BUSY);
	ck_assert_int_eq(mailcheck_run(mc, "c.example", NULL, &report), MAILCHECK_BUSY);
	ck_assert_ptr_null(report);
	mailcheck_free(mc);
}
END_TEST

START_TEST(cancelled_targets_give_no_report)
{
	mailcheck_report *report = NULL;
	uint32_t targets;

	open_context(NULL);
	ck_assert_int_eq(mailcheck_submit(mc, "a.example", NULL, 7), MAILCHECK_OK);
	ck_assert_int_eq(mailcheck_next(mc, 0, &report, NULL), MAILCHECK_AGAIN);
	ck_assert_int_eq(mailcheck_cancel(mc, 8), MAILCHECK_NOT_FOUND);
	ck_assert_int_eq(mailcheck_cancel(mc, 7), MAILCHECK_OK);
	ck_assert_uint_eq(fake.open_count, 0);
	ck_assert_int_eq(mailcheck_progress(mc, &targets, NULL, NULL), MAILCHECK_OK);
	ck_assert_uint_eq(targets, 0);
	ck_assert_int_eq(mailcheck_next(mc, 0, &report, NULL), MAILCHECK_IDLE);
	mailcheck_free(mc);
}
END_TEST

START_TEST(the_deadline_ends_a_target)
{
	mailcheck_report *report = NULL;

	open_context(NULL);
	ck_assert_int_eq(mailcheck_set(mc, "deadline", "2"), MAILCHECK_OK);
	ck_assert_int_eq(mailcheck_submit(mc, "a.example", NULL, 0), MAILCHECK_OK);
	ck_assert_int_eq(mailcheck_next(mc, 0, &report, NULL), MAILCHECK_AGAIN);
	fake.now += 2000;
	ck_assert_int_eq(mailcheck_next(mc, 0, &report, NULL), MAILCHECK_OK);
	ck_assert_int_eq(mailcheck_report_verdict(report), MAILCHECK_VERDICT_INCONCLUSIVE);
	ck_assert_int_eq(mailcheck_report_duration(report), 2000);
	mailcheck_report_free(report);
	mailcheck_free(mc);
}
END_TEST

START_TEST(a_child_may_only_free)
{
	int status;
	pid_t child;

	open_context(NULL);
	child = fork();
	if (child == 0) {
		mailcheck_report *report = NULL;
		bool good = mailcheck_submit(mc, "a.example", NULL, 0) == MAILCHECK_FORKED &&
			    mailcheck_next(mc, 0, &report, NULL) == MAILCHECK_FORKED &&
			    mailcheck_set(mc, "deadline", "1") == MAILCHECK_FORKED &&
			    mailcheck_cancel(mc, 0) == MAILCHECK_FORKED;
		mailcheck_free(mc);
		_exit(good ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	mailcheck_free(mc);
}
END_TEST

static void
notify(mailcheck *context, void *argument)
{
	mailcheck_report *report = NULL;

	if (mailcheck_next(context, 0, &report, NULL) == MAILCHECK_OK)
		*(unsigned *)argument += 1;
	mailcheck_report_free(report);
}

START_TEST(in_a_loop_of_ones_own_reports_are_told)
{
	struct event_base *base = event_base_new();
	unsigned reports = 0;

	open_context(base);
	mailcheck_on_report(mc, notify, &reports);
	ck_assert_int_eq(mailcheck_submit(mc, "a.example", "mx", 0), MAILCHECK_OK);
	event_base_loop(base, EVLOOP_NONBLOCK);
	ck_assert_msg(fake.open_count > 0, "nothing was asked for");
	answer_all(MC_FAIL_SERVFAIL);
	event_base_loop(base, EVLOOP_NONBLOCK);
	ck_assert_uint_eq(reports, 1);
	mailcheck_free(mc);
	event_base_free(base);
}
END_TEST

START_TEST(errors_have_words)
{
	for (int32_t code = MAILCHECK_OK; code >= MAILCHECK_SYSTEM; code--)
		ck_assert_msg(mailcheck_strerror(code)[0] != '\0', "%d has none", code);
	ck_assert_ptr_nonnull(mailcheck_strerror(12345));
	ck_assert_int_eq(mailcheck_new(NULL), MAILCHECK_BAD_ARGUMENT);
	mailcheck_free(NULL);
	mailcheck_report_free(NULL);
}
END_TEST

UNIT_MAIN("context_context", one_target_gives_one_report, bad_arguments_are_told,
	the_limit_answers_busy, cancelled_targets_give_no_report, the_deadline_ends_a_target,
	a_child_may_only_free, in_a_loop_of_ones_own_reports_are_told, errors_have_words)
