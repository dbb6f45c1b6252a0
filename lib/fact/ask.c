/* ask: how a check gets at facts: each question of a run is one pin. */
#include "fact/run_state.h"

static void
wake_askers(struct mc_waiter *waiter)
{
	struct mc_pin *pin = (struct mc_pin *)waiter;

	pin->fact = mc_entry_fact(pin->entry);
	for (struct mc_asker *asker = pin->askers; asker != NULL; asker = asker->next)
		asker->job->ready = true;
	pin->state->wake(pin->state->argument);
}

static bool
over_limit(struct mc_run_state *state, const struct mc_question *question,
	const struct mc_budget *budget)
{
	if (budget->zone != NULL)
		return state->listing_count++ >= MC_RUN_LISTING_LIMIT;
	return question->kind == MC_FACT_DNS ? state->dns_count++ >= MC_RUN_DNS_LIMIT
					     : state->session_count++ >= MC_RUN_SESSION_LIMIT;
}

const struct mc_fact *
mc_run_failed(struct mc_run_state *state, const struct mc_question *question,
	enum mc_failure failure, const char *text)
{
	const struct mc_fact *fact = mc_fact_failed(&state->arena, question, failure, text, 0, 0);

	return fact != NULL ? fact : mc_fact_no_memory(question->kind);
}

const char *
mc_run_time_up(struct mc_run_state *state)
{
	return mc_arena_printf(&state->arena, "the time for this target (%g s) was up",
		(double)state->settings.deadline / 1000);
}

/* It was waited for, if at all, until the time was up. */
static const struct mc_fact *
cut_short(struct mc_run_state *state, const struct mc_question *question)
{
	int64_t up = mc_run_deadline(&state->run);
	const struct mc_fact *fact = mc_fact_failed(&state->arena, question, MC_FAIL_DEADLINE,
		mc_run_time_up(state), state->run.now, up);

	return fact != NULL ? fact : mc_fact_no_memory(question->kind);
}

static void
open_pin(struct mc_run_state *state, struct mc_pin *pin, const struct mc_question *question,
	const struct mc_budget *budget)
{
	if (over_limit(state, question, budget)) {
		pin->fact = mc_run_failed(state, question, MC_FAIL_LIMIT,
			budget->zone != NULL ? "the limit of 4000 questions to block lists for one "
					       "target was reached"
			: question->kind == MC_FACT_DNS
				? "the limit of 500 DNS questions for one target was reached"
				: "the limit of 40 connections for one target was reached");
		return;
	}
	if (state->cut) {
		pin->fact = cut_short(state, question);
		return;
	}
	if (budget->zone != NULL &&
		!mc_store_afford(state->store, pin->key, budget->zone, budget->questions)) {
		pin->fact = mc_run_failed(state, question, MC_FAIL_LIMIT,
			mc_arena_printf(&state->arena, "the budget of %u questions was used up",
				budget->questions));
		return;
	}
	pin->entry = mc_store_pin(state->store, pin->key, question);
	if (pin->entry == NULL) {
		state->failed = true;
		pin->fact = mc_fact_no_memory(question->kind);
		return;
	}
	pin->fact = mc_entry_fact(pin->entry);
	if (pin->fact == NULL)
		mc_store_await(pin->entry, &pin->waiter);
}

static struct mc_pin *
make_pin(struct mc_run_state *state, const struct mc_question *question,
	const struct mc_budget *budget)
{
	struct mc_pin *pin = mc_arena_alloc(&state->arena, sizeof(*pin));

	if (pin == NULL || !mc_question_copy(&state->arena, &pin->question, question))
		return NULL;
	pin->waiter.wake = wake_askers;
	pin->state = state;
	pin->key = mc_question_key(&state->arena, question);
	if (state->arena.failed)
		return NULL;
	state->pin_count++;
	open_pin(state, pin, question, budget);
	return pin;
}

static struct mc_pin *
find_pin(struct mc_run_state *state, const struct mc_question *question,
	const struct mc_budget *budget)
{
	struct mc_pin **bucket = &state->pins[mc_question_hash(question) % MC_RUN_BUCKETS];
	struct mc_pin *pin = *bucket;

	while (pin != NULL && !mc_question_same(&pin->question, question))
		pin = pin->chain;
	if (pin != NULL)
		return pin;
	pin = make_pin(state, question, budget);
	if (pin == NULL)
		return NULL;
	pin->chain = *bucket;
	*bucket = pin;
	return pin;
}

static void
add_asker(struct mc_run_state *state, struct mc_pin *pin)
{
	struct mc_asker *asker;

	for (asker = pin->askers; asker != NULL; asker = asker->next)
		if (asker->job == state->current)
			return;
	asker = mc_arena_alloc(&state->arena, sizeof(*asker));
	if (asker == NULL) {
		state->failed = true;
		return;
	}
	asker->job = state->current;
	asker->next = pin->askers;
	pin->askers = asker;
}

static void
note_times(struct mc_run_state *state, const struct mc_fact *fact)
{
	struct mc_job *job = state->current;
	int64_t began = fact->began > state->run.now ? fact->began : state->run.now;

	if (fact->ended == 0)
		return;
	if (began < job->began)
		job->began = began;
	if (fact->ended > job->ended)
		job->ended = fact->ended;
}

const struct mc_fact *
mc_run_ask_within(
	struct mc_run *run, const struct mc_question *question, const struct mc_budget *budget)
{
	struct mc_run_state *state = run->state;
	struct mc_pin *pin = find_pin(state, question, budget);

	if (pin == NULL || run->arena->failed) {
		state->failed = true;
		return mc_fact_no_memory(question->kind);
	}
	if (pin->fact == NULL && state->cut)
		pin->fact = cut_short(state, question);
	if (pin->fact == NULL) {
		add_asker(state, pin);
		return NULL;
	}
	note_times(state, pin->fact);
	return pin->fact;
}

const struct mc_fact *
mc_run_ask(struct mc_run *run, const struct mc_question *question)
{
	const struct mc_budget none = {.zone = NULL};

	return mc_run_ask_within(run, question, &none);
}

/* NULL: the fact is this run's own, as one is that its time cut short. */
static struct mc_entry *
entry_of(struct mc_run_state *state, const struct mc_fact *fact)
{
	for (size_t i = 0; i < MC_RUN_BUCKETS; i++)
		for (const struct mc_pin *pin = state->pins[i]; pin != NULL; pin = pin->chain)
			if (pin->fact == fact && pin->entry != NULL)
				return mc_entry_fact(pin->entry) == fact ? pin->entry : NULL;
	return NULL;
}

json_t *
mc_told(struct mc_run *run, const struct mc_fact *fact, json_t *(*tell)(const struct mc_fact *fact))
{
	struct mc_entry *entry = entry_of(run->state, fact);
	json_t *told = entry != NULL ? json_incref(mc_entry_told(entry)) : NULL;

	if (told != NULL)
		return told;
	told = tell(fact);
	if (told == NULL)
		run->arena->failed = true;
	else if (entry != NULL)
		mc_entry_tell(entry, told);
	return told;
}
