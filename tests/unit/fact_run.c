/* fact_run: checks restarted, subjects spawned, limits, the cut, and merging. */
#include "fact/engine.h"

#include <stdio.h>

#include "fact_fake.h"
#include "unit.h"

static struct fake fake;
static struct mc_store *store;
static struct mc_settings settings;
static unsigned calls_target, calls_host, wakes;

static void
woken(void *argument)
{
	(void)argument;
	wakes++;
}

static struct mc_run *
another_run(const struct mc_check *const *checks)
{
	struct mc_run_spec spec = {.kind = MC_TARGET_DOMAIN,
		.input = "example.com",
		.name = "example.com",
		.port = 25,
		.settings = &settings,
		.checks = checks,
		.selected = UINT64_MAX};

	return mc_run_new(store, &spec, woken, NULL);
}

static struct mc_run *
open_run(const struct mc_check *const *checks)
{
	fake_init(&fake);
	calls_target = calls_host = wakes = 0;
	settings = (struct mc_settings){.deadline = 120000, .quit_after = MC_STEP_QUIT};
	store = mc_store_new(&fake.provider);
	return another_run(checks);
}

static void
close_run(struct mc_run *run)
{
	mc_run_free(run);
	mc_store_free(store);
}

static void
answer(const char *key, enum mc_failure failure)
{
	struct mc_entry *entry = fake_find(&fake, key);

	ck_assert_msg(entry != NULL, "nobody asked for %s", key);
	fake_answer(&fake, entry, failure, 60);
}

/* Asks two questions at once; spawns two hosts in the wrong order. */
static enum mc_step
target_asks_two(struct mc_run *run)
{
	const struct mc_dns *mx = mc_ask_dns(run, NULL, run->domain, MC_RR_MX);
	const struct mc_dns *txt = mc_ask_dns(run, "_dmarc", run->domain, MC_RR_TXT);

	calls_target++;
	json_object_set_new(run->values, "calls", json_integer(1));
	mc_find(run, "mx.single-label", "pass");
	if (mx == NULL || txt == NULL)
		return MC_WAIT;
	mc_spawn_host(run, "b.example", 20, 1);
	mc_spawn_host(run, "a.example", 10, 0);
	mc_spawn_host(run, "a.example", 10, 0);
	return MC_DONE;
}

static enum mc_step
host_asks_one(struct mc_run *run)
{
	const struct mc_dns *a = mc_ask_dns(run, NULL, run->subject->host, MC_RR_A);

	calls_host++;
	if (a == NULL)
		return MC_WAIT;
	json_object_set_new(run->values, "host", json_string(run->subject->host));
	if (a->fact.status != MC_FACT_OK)
		return mc_undetermined(run, "mx.address-lookup-failed", &a->fact);
	return MC_DONE;
}

static const struct mc_check two_levels = {.name = "mx",
	.targets = MC_TARGET_DOMAIN,
	.target = target_asks_two,
	.host = host_asks_one,
	.array = "hosts"};
static const struct mc_check *const two_level_checks[] = {&two_levels, NULL};

START_TEST(questions_go_out_together_and_passes_leave_nothing)
{
	struct mc_run *run = open_run(two_level_checks);
	struct mailcheck_report *report;

	ck_assert(!mc_run_step(run));
	ck_assert_uint_eq(fake.open_count, 2);
	answer("dns example.com MX", MC_FAIL_NONE);
	ck_assert_uint_eq(wakes, 1);
	ck_assert(!mc_run_step(run));
	ck_assert(!mc_run_step(run));
	ck_assert_msg(calls_target == 2, "called %u times without anything new", calls_target);
	answer("dns _dmarc.example.com TXT", MC_FAIL_NONE);
	ck_assert(!mc_run_step(run));
	ck_assert_uint_eq(calls_host, 2);
	answer("dns b.example A", MC_FAIL_NONE);
	ck_assert(!mc_run_step(run));
	ck_assert_msg(calls_host == 3, "a host whose fact had not arrived was called again");
	answer("dns a.example A", MC_FAIL_NONE);
	ck_assert(mc_run_step(run));
	report = mc_run_report(run);
	ck_assert_uint_eq(report->checks[0].finding_count, 1);
	mc_report_free(report);
	close_run(run);
}
END_TEST

static const char *
host_at(const struct mailcheck_report *report, size_t i)
{
	return json_string_value(json_object_get(
		json_array_get(json_object_get(report->checks[0].values, "hosts"), i), "host"));
}

START_TEST(the_report_does_not_depend_on_the_order_of_arrival)
{
	struct mc_run *run = open_run(two_level_checks);
	struct mailcheck_report *report;

	mc_run_step(run);
	answer("dns _dmarc.example.com TXT", MC_FAIL_NONE);
	answer("dns example.com MX", MC_FAIL_NONE);
	mc_run_step(run);
	answer("dns b.example A", MC_FAIL_NONE);
	answer("dns a.example A", MC_FAIL_NONE);
	ck_assert(mc_run_step(run));
	report = mc_run_report(run);
	ck_assert_str_eq(host_at(report, 0), "a.example");
	ck_assert_str_eq(host_at(report, 1), "b.example");
	mc_report_free(report);
	close_run(run);
}
END_TEST

START_TEST(past_the_cut_every_check_concludes)
{
	struct mc_run *run = open_run(two_level_checks);
	struct mailcheck_report *report;

	mc_run_step(run);
	answer("dns _dmarc.example.com TXT", MC_FAIL_NONE);
	answer("dns example.com MX", MC_FAIL_NONE);
	mc_run_step(run);
	answer("dns a.example A", MC_FAIL_NONE);
	mc_run_cut(run);
	ck_assert_msg(mc_run_step(run), "a check did not conclude");
	report = mc_run_report(run);
	ck_assert_int_eq(report->checks[0].verdict, MC_INCONCLUSIVE);
	ck_assert_ptr_nonnull(strstr(report->checks[0].reason, "b.example"));
	ck_assert_int_eq(report->duration, settings.deadline);
	mc_report_free(report);
	close_run(run);
	ck_assert_msg(fake.open_count == 0, "what was pending is still open");
}
END_TEST

static enum mc_step
asks_without_end(struct mc_run *run)
{
	char name[32];
	unsigned limited = 0;

	for (unsigned i = 0; i < 600; i++) {
		const struct mc_dns *dns;
		snprintf(name, sizeof(name), "n%u.example", i);
		dns = mc_ask_dns(run, NULL, mc_arena_strdup(run->arena, name), MC_RR_A);
		limited += dns != NULL && dns->fact.failure == MC_FAIL_LIMIT;
	}
	json_object_set_new(run->values, "limited", json_integer(limited));
	return MC_DONE;
}

static const struct mc_check greedy = {
	.name = "mx", .targets = MC_TARGET_DOMAIN, .target = asks_without_end};
static const struct mc_check *const greedy_checks[] = {&greedy, NULL};

START_TEST(one_target_asks_no_more_than_500_questions)
{
	struct mc_run *run = open_run(greedy_checks);
	struct mailcheck_report *report;

	ck_assert(mc_run_step(run));
	ck_assert_uint_eq(fake.started, 500);
	report = mc_run_report(run);
	ck_assert_int_eq(
		json_integer_value(json_object_get(report->checks[0].values, "limited")), 100);
	mc_report_free(report);
	close_run(run);
}
END_TEST

START_TEST(a_run_dropped_in_the_middle_leaves_nothing_open)
{
	struct mc_run *run = open_run(two_level_checks);

	mc_run_step(run);
	close_run(run);
	ck_assert_uint_eq(fake.cancelled, 2);
}
END_TEST

static enum mc_step
never_content(struct mc_run *run)
{
	(void)run;
	return MC_WAIT;
}

static const struct mc_check stuck = {
	.name = "mx", .targets = MC_TARGET_DOMAIN, .target = never_content};
static const struct mc_check *const stuck_checks[] = {&stuck, NULL};

START_TEST(a_check_that_waits_for_nothing_is_inconclusive)
{
	struct mc_run *run = open_run(stuck_checks);
	struct mailcheck_report *report;

	ck_assert(!mc_run_step(run));
	mc_run_cut(run);
	ck_assert(mc_run_step(run));
	report = mc_run_report(run);
	ck_assert_int_eq(report->checks[0].verdict, MC_INCONCLUSIVE);
	mc_report_free(report);
	close_run(run);
}
END_TEST

static unsigned tells;

static json_t *
tell(const struct mc_fact *fact)
{
	tells++;
	return json_integer(fact->ended);
}

static enum mc_step
target_tells(struct mc_run *run)
{
	const struct mc_dns *mx = mc_ask_dns(run, NULL, run->domain, MC_RR_MX);

	if (mx == NULL)
		return MC_WAIT;
	json_object_set_new(run->values, "ended", mc_told(run, &mx->fact, tell));
	return MC_DONE;
}

static const struct mc_check telling = {
	.name = "mx", .targets = MC_TARGET_DOMAIN, .target = target_tells};
static const struct mc_check *const telling_checks[] = {&telling, NULL};

static void
expect_ended(struct mc_run *run, json_int_t ended)
{
	struct mailcheck_report *report;

	ck_assert(mc_run_step(run));
	report = mc_run_report(run);
	ck_assert_int_eq(
		json_integer_value(json_object_get(report->checks[0].values, "ended")), ended);
	mc_report_free(report);
	mc_run_free(run);
}

START_TEST(what_is_told_of_a_fact_is_kept_when_a_second_run_sees_it)
{
	struct mc_run *run = open_run(telling_checks);

	tells = 0;
	ck_assert(!mc_run_step(run));
	answer("dns example.com MX", MC_FAIL_NONE);
	expect_ended(run, 1000000);
	for (int i = 0; i < 3; i++)
		expect_ended(another_run(telling_checks), 1000000);
	ck_assert_msg(tells == 2, "it was made %u times", tells);
	fake.now += 61000;
	run = another_run(telling_checks);
	ck_assert(!mc_run_step(run));
	answer("dns example.com MX", MC_FAIL_NONE);
	expect_ended(run, 1061000);
	ck_assert_uint_eq(tells, 3);
	mc_store_free(store);
}
END_TEST

START_TEST(what_a_run_out_of_time_is_told_is_told_to_no_other)
{
	struct mc_run *runs[3] = {
		open_run(telling_checks), another_run(telling_checks), another_run(telling_checks)};
	int64_t up = mc_run_deadline(runs[0]);

	for (size_t i = 0; i < 3; i++)
		ck_assert(!mc_run_step(runs[i]));
	for (size_t i = 0; i < 2; i++) {
		mc_run_cut(runs[i]);
		expect_ended(runs[i], up);
	}
	answer("dns example.com MX", MC_FAIL_NONE);
	expect_ended(runs[2], 1000000);
	mc_store_free(store);
}
END_TEST

UNIT_MAIN("fact_run", questions_go_out_together_and_passes_leave_nothing,
	the_report_does_not_depend_on_the_order_of_arrival, past_the_cut_every_check_concludes,
	one_target_asks_no_more_than_500_questions, a_run_dropped_in_the_middle_leaves_nothing_open,
	a_check_that_waits_for_nothing_is_inconclusive,
	what_is_told_of_a_fact_is_kept_when_a_second_run_sees_it,
	what_a_run_out_of_time_is_told_is_told_to_no_other)
