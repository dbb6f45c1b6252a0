/* fact_store: sharing, life, cancelling and bounds of facts. */
#include "fact/store.h"

#include <stdio.h>

#include "fact_fake.h"
#include "unit.h"

static struct fake fake;
static struct mc_store *store;

static void
open_store(void)
{
	fake_init(&fake);
	store = mc_store_new(&fake.provider);
	ck_assert_ptr_nonnull(store);
}

static struct mc_entry *
pin(const char *name)
{
	const struct mc_question question = {.kind = MC_FACT_DNS, .name = name, .type = MC_RR_MX};
	char key[128];

	snprintf(key, sizeof(key), "dns %s MX", name);
	return mc_store_pin(store, key, &question);
}

START_TEST(same_question_is_asked_once)
{
	struct mc_entry *a, *b;

	open_store();
	a = pin("a.example");
	b = pin("a.example");
	ck_assert_ptr_eq(a, b);
	ck_assert_uint_eq(fake.started, 1);
	fake_answer(&fake, a, MC_FAIL_NONE, 60);
	ck_assert_int_eq(mc_entry_fact(b)->status, MC_FACT_OK);
	mc_store_unpin(a, NULL);
	mc_store_unpin(b, NULL);
	mc_store_free(store);
}
END_TEST

START_TEST(an_answer_lives_by_its_ttl)
{
	struct mc_entry *a;

	open_store();
	a = pin("a.example");
	fake_answer(&fake, a, MC_FAIL_NONE, 60);
	mc_store_unpin(a, NULL);
	fake.now += 59000;
	mc_store_unpin(pin("a.example"), NULL);
	ck_assert_uint_eq(fake.started, 1);
	fake.now += 2000;
	a = pin("a.example");
	ck_assert_msg(fake.started == 2, "an expired answer was served");
	mc_store_unpin(a, NULL);
	mc_store_free(store);
}
END_TEST

START_TEST(an_expired_answer_stays_for_who_holds_it)
{
	struct mc_entry *old, *new;

	open_store();
	old = pin("a.example");
	fake_answer(&fake, old, MC_FAIL_NONE, 1);
	fake.now += 5000;
	new = pin("a.example");
	ck_assert_ptr_ne(old, new);
	ck_assert_int_eq(mc_entry_fact(old)->status, MC_FACT_OK);
	mc_store_unpin(old, NULL);
	mc_store_unpin(new, NULL);
	mc_store_free(store);
}
END_TEST

START_TEST(a_failure_is_forgotten_with_its_runs)
{
	struct mc_entry *a;

	open_store();
	a = pin("a.example");
	fake_answer(&fake, a, MC_FAIL_SERVFAIL, 0);
	mc_store_unpin(pin("a.example"), NULL);
	ck_assert_msg(fake.started == 1, "a failure was not shared with a run in flight");
	mc_store_unpin(a, NULL);
	a = pin("a.example");
	ck_assert_msg(fake.started == 2, "a failure outlived its runs");
	mc_store_unpin(a, NULL);
	mc_store_free(store);
}
END_TEST

START_TEST(a_held_failure_is_not_served_for_ever)
{
	struct mc_entry *a, *b;

	open_store();
	a = pin("a.example");
	fake_answer(&fake, a, MC_FAIL_TIMEOUT, 0);
	fake.now += MC_STORE_DNS_FAILURE_LIFE - 1;
	mc_store_unpin(pin("a.example"), NULL);
	ck_assert_uint_eq(fake.started, 1);
	fake.now += 1;
	b = pin("a.example");
	ck_assert_uint_eq(fake.started, 2);
	mc_store_unpin(a, NULL);
	mc_store_unpin(b, NULL);
	mc_store_free(store);
}
END_TEST

START_TEST(what_nobody_wants_is_cancelled)
{
	struct mc_entry *a, *b;

	open_store();
	a = pin("a.example");
	b = pin("a.example");
	mc_store_unpin(a, NULL);
	ck_assert_uint_eq(fake.cancelled, 0);
	mc_store_unpin(b, NULL);
	ck_assert_uint_eq(fake.cancelled, 1);
	ck_assert_uint_eq(fake.open_count, 0);
	mc_store_free(store);
}
END_TEST

static unsigned woken;

static void
wake(struct mc_waiter *waiter)
{
	(void)waiter;
	woken++;
}

START_TEST(waiters_are_woken_once_and_can_leave)
{
	struct mc_waiter first = {.wake = wake}, second = {.wake = wake};
	struct mc_entry *a, *b;

	open_store();
	woken = 0;
	a = pin("a.example");
	b = pin("a.example");
	mc_store_await(a, &first);
	mc_store_await(b, &second);
	mc_store_unpin(b, &second);
	fake_answer(&fake, a, MC_FAIL_NONE, 60);
	ck_assert_uint_eq(woken, 1);
	mc_store_unpin(a, &first);
	mc_store_free(store);
}
END_TEST

/* A hundred lookups more than are kept. */
static void
fill_with_lookups(void)
{
	char name[32];

	for (unsigned i = 0; i < MC_STORE_ENTRIES + 100; i++) {
		struct mc_entry *entry;
		snprintf(name, sizeof(name), "n%u.example", i);
		entry = pin(name);
		fake_answer(&fake, entry, MC_FAIL_NONE, 3600);
		mc_store_unpin(entry, NULL);
	}
	fake.started = 0;
}

START_TEST(the_store_is_bounded)
{
	char name[32];

	open_store();
	fill_with_lookups();
	mc_store_unpin(pin("n0.example"), NULL);
	ck_assert_msg(fake.started == 1, "the oldest fact was kept beyond the bound");
	snprintf(name, sizeof(name), "n%u.example", MC_STORE_ENTRIES + 99);
	mc_store_unpin(pin(name), NULL);
	ck_assert_msg(fake.started == 1, "the newest fact was dropped");
	mc_store_free(store);
}
END_TEST

START_TEST(lookups_drive_no_session_out)
{
	struct mc_question question = {.kind = MC_FACT_SESSION, .host = "mx.example", .port = 25};
	struct mc_entry *session;

	open_store();
	session = mc_store_pin(store, "session", &question);
	fake_answer(&fake, session, MC_FAIL_NONE, 0);
	mc_store_unpin(session, NULL);
	fill_with_lookups();
	mc_store_unpin(mc_store_pin(store, "session", &question), NULL);
	ck_assert_msg(fake.started == 0, "the server would be connected to anew");
	mc_store_free(store);
}
END_TEST

START_TEST(out_of_memory_is_a_failed_fact)
{
	struct mc_entry *a;

	open_store();
	a = pin("a.example");
	fake_close(&fake, a);
	mc_entry_done(a, NULL, NULL);
	ck_assert_int_eq(mc_entry_fact(a)->failure, MC_FAIL_LOCAL);
	mc_store_unpin(a, NULL);
	mc_store_free(store);
}
END_TEST

UNIT_MAIN("fact_store", same_question_is_asked_once, an_answer_lives_by_its_ttl,
	an_expired_answer_stays_for_who_holds_it, a_failure_is_forgotten_with_its_runs,
	a_held_failure_is_not_served_for_ever, what_nobody_wants_is_cancelled,
	waiters_are_woken_once_and_can_leave, the_store_is_bounded, lookups_drive_no_session_out,
	out_of_memory_is_a_failed_fact)
