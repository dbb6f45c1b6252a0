/* facts: a provider whose answers arrive in an order of the test's choice; one evaluation with it.
 */
#ifndef MC_TESTS_SPF_FACTS_H
#define MC_TESTS_SPF_FACTS_H

#include <string.h>

#include "check/registry.h"
#include "fact/engine.h"
#include "record/message.h"

#define FACTS_OPEN 600

struct facts {
	struct mc_provider provider; /* first */
	struct mc_entry *open[FACTS_OPEN];
	size_t open_count;
	unsigned asked, answered;
	/* 0: first asked, first answered; 1: last; else pseudo-random */
	unsigned order;
	/* Fills the message; false: no answer ever comes. */
	bool (*answer)(void *argument, struct mc_arena *arena, const struct mc_question *question,
		struct mc_message *message);
	void *argument;
};

static inline void
facts_start(
	struct mc_provider *provider, struct mc_entry *entry, const struct mc_question *question)
{
	struct facts *facts = (struct facts *)provider;

	(void)question;
	facts->asked++;
	if (facts->open_count < FACTS_OPEN)
		facts->open[facts->open_count++] = entry;
}

static inline void
facts_cancel(struct mc_provider *provider, struct mc_entry *entry)
{
	struct facts *facts = (struct facts *)provider;

	for (size_t i = 0; i < facts->open_count; i++)
		if (facts->open[i] == entry)
			facts->open[i] = facts->open[--facts->open_count];
}

static inline int64_t
facts_now(struct mc_provider *provider)
{
	(void)provider;
	return 1700000000000;
}

static inline void
facts_deliver(struct facts *facts, struct mc_entry *entry)
{
	const struct mc_question *question = mc_entry_question(entry);
	struct mc_message message = {.rcode = 0};
	int64_t now = facts_now(&facts->provider);
	struct mc_fact *fact = NULL;
	struct mc_arena arena;
	struct mc_dns *dns;

	facts->answered++;
	mc_arena_init(&arena, 0);
	if (facts->answer(facts->argument, &arena, question, &message)) {
		dns = mc_dns_from_message(&arena, question, &message, now, now);
		fact = dns != NULL ? &dns->fact : NULL;
	} else {
		fact = mc_fact_failed(&arena, question, MC_FAIL_TIMEOUT, "no answer", now, now);
	}
	mc_entry_done(entry, &arena, fact);
	mc_arena_reset(&arena);
}

static inline bool
facts_wait(struct mc_provider *provider, int64_t timeout)
{
	struct facts *facts = (struct facts *)provider;
	struct mc_entry *entry;
	size_t which = 0;

	(void)timeout;
	if (facts->open_count == 0)
		return false;
	if (facts->order == 1)
		which = facts->open_count - 1;
	else if (facts->order > 1)
		which = (facts->order = facts->order * 1103515245u + 12345u) / 65536u %
			facts->open_count;
	entry = facts->open[which];
	facts->open_count--;
	memmove(&facts->open[which], &facts->open[which + 1],
		(facts->open_count - which) * sizeof(facts->open[0]));
	facts_deliver(facts, entry);
	return true;
}

static inline void
facts_free(struct mc_provider *provider)
{
	(void)provider;
}

static inline void
facts_wake(void *argument)
{
	(void)argument;
}

/* The report of one check of that kind of target; NULL when out of memory. */
static inline struct mailcheck_report *
facts_run(struct facts *facts, enum mc_target_kind kind, const char *name,
	const struct mc_settings *settings, const struct mc_check *check)
{
	const struct mc_check *const checks[] = {check, NULL};
	struct mc_run_spec spec = {.kind = kind,
		.input = name,
		.name = name,
		.port = 25,
		.settings = settings,
		.checks = checks,
		.selected = 1};
	struct mailcheck_report *report = NULL;
	struct mc_store *store;
	struct mc_run *run = NULL;

	facts->provider = (struct mc_provider){
		facts_start, facts_cancel, NULL, facts_now, facts_wait, facts_free};
	facts->open_count = 0;
	facts->asked = facts->answered = 0;
	store = mc_store_new(&facts->provider);
	if (store != NULL)
		run = mc_run_new(store, &spec, facts_wake, NULL);
	while (run != NULL && !mc_run_step(run))
		if (!facts_wait(&facts->provider, 0))
			mc_run_cut(run);
	if (run != NULL)
		report = mc_run_report(run);
	mc_run_free(run);
	mc_store_free(store);
	return report;
}

/* What the report says of its one check; freed with json_decref(). */
static inline json_t *
facts_said(struct mailcheck_report *report)
{
	return mc_report_is_spf(report) ? json_loads(mc_report_json(report), 0, NULL)
					: json_incref(report->checks[0].values);
}

#endif
