/* run: checks by subjects, called again whenever a fact they wait for has arrived. */
#include "fact/engine.h"

#include <string.h>

#include "base/alloc.h"
#include "fact/run_state.h"

#define SUBJECTS_FIRST 8

void
mc_job_reset(struct mc_job *job)
{
	json_decref(job->instance.values);
	mc_arena_clear(&job->arena);
	job->instance = (struct mc_instance){.subject = job->instance.subject};
	job->skipped = false;
	job->began = INT64_MAX;
	job->ended = 0;
	job->tail = &job->instance.findings;
	job->last = NULL;
	job->spawned = NULL;
	job->nothing_below = NULL;
}

static void
add_job(struct mc_run_state *state, const struct mc_check *check,
	enum mc_step (*call)(struct mc_run *run), const struct mc_subject *subject)
{
	struct mc_job *job;

	if (call == NULL)
		return;
	job = mc_arena_alloc(&state->arena, sizeof(*job));
	if (job == NULL)
		return;
	mc_arena_init(&job->arena, 0);
	job->check = check;
	job->call = call;
	job->instance.subject = subject;
	job->ready = true;
	mc_job_reset(job);
	*state->jobs_tail = job;
	state->jobs_tail = &job->next;
}

/* Whether a check that was asked for looks at hosts or addresses: else none need be found. */
static bool
looks_below(const struct mc_run_state *state)
{
	for (size_t i = 0; state->spec.checks[i] != NULL; i++) {
		const struct mc_check *check = state->spec.checks[i];
		if ((state->spec.selected >> i & 1) != 0 &&
			(check->targets & (unsigned)state->spec.kind) != 0 &&
			(check->host != NULL || (check->address != NULL && !check->joins)))
			return true;
	}
	return false;
}

bool
mc_run_reports(const struct mc_run_state *state, const char *check)
{
	for (size_t i = 0; state->spec.checks[i] != NULL; i++)
		if (strcmp(state->spec.checks[i]->name, check) == 0)
			return (state->spec.selected >> i & 1) != 0;
	return false;
}

bool
mc_in_report(const struct mc_run *run, const char *check)
{
	return mc_run_reports(run->state, check);
}

bool
mc_run_connects(const struct mc_run_state *state)
{
	for (size_t i = 0; state->spec.checks[i] != NULL; i++) {
		const struct mc_check *check = state->spec.checks[i];
		if ((state->spec.selected >> i & 1) != 0 &&
			(check->targets & (unsigned)state->spec.kind) != 0 &&
			check->address != NULL && !check->records_only)
			return true;
	}
	return false;
}

/* A check that was not asked for may still be needed to find hosts and addresses. */
static bool
takes_part(const struct mc_run_state *state, size_t i, enum mc_subject_kind kind)
{
	const struct mc_check *check = state->spec.checks[i];

	if ((check->targets & (unsigned)state->spec.kind) == 0)
		return false;
	if (check->joins && kind == MC_SUBJECT_ADDRESS && !mc_run_connects(state))
		return false;
	return (state->spec.selected >> i & 1) != 0 ||
	       (check->spawns && kind != MC_SUBJECT_ADDRESS && looks_below(state));
}

static void
add_jobs(struct mc_run_state *state, const struct mc_subject *subject)
{
	for (size_t i = 0; state->spec.checks[i] != NULL; i++) {
		const struct mc_check *check = state->spec.checks[i];
		if (!takes_part(state, i, subject->kind))
			continue;
		if (subject->kind == MC_SUBJECT_TARGET)
			add_job(state, check, check->target, subject);
		else if (subject->kind == MC_SUBJECT_HOST)
			add_job(state, check, check->host, subject);
		else
			add_job(state, check, check->address, subject);
	}
}

static bool
same_subject(const struct mc_subject *a, const struct mc_subject *b)
{
	return a->kind == b->kind && strcmp(a->host, b->host) == 0 && a->port == b->port &&
	       mc_address_compare(&a->address, &b->address) == 0;
}

static const char *
subject_label(struct mc_arena *arena, const struct mc_subject *subject)
{
	char address[MC_ADDRESS_SIZE];

	if (subject->kind == MC_SUBJECT_HOST)
		return subject->host;
	mc_address_format(address, &subject->address);
	if (strcmp(subject->host, address) == 0)
		return mc_arena_printf(arena, "[%s]:%u", address, subject->port);
	return mc_arena_printf(arena, "%s [%s]:%u", subject->host, address, subject->port);
}

static bool
reserve_subject(struct mc_run_state *state)
{
	size_t room = state->subject_room > 0 ? state->subject_room * 2 : SUBJECTS_FIRST;
	struct mc_subject **subjects;

	if (state->subject_count >= MC_RUN_SUBJECT_LIMIT)
		return false;
	if (state->subject_count < state->subject_room)
		return true;
	subjects = mc_arena_calloc(&state->arena, room, sizeof(struct mc_subject *));
	if (subjects == NULL)
		return false;
	if (state->subject_count > 0)
		memcpy(subjects, state->subjects, state->subject_count * sizeof(*subjects));
	state->subjects = subjects;
	state->subject_room = room;
	return true;
}

const struct mc_subject *
mc_run_subject(struct mc_run_state *state, const struct mc_subject *subject)
{
	struct mc_subject *made;

	for (size_t i = 0; i < state->subject_count; i++)
		if (same_subject(state->subjects[i], subject))
			return state->subjects[i];
	made = reserve_subject(state) ? mc_arena_alloc(&state->arena, sizeof(*made)) : NULL;
	if (made == NULL)
		return NULL;
	*made = *subject;
	made->host = mc_arena_strdup(&state->arena, subject->host);
	made->label = subject->label != NULL ? mc_arena_strdup(&state->arena, subject->label)
					     : subject_label(&state->arena, made);
	state->subjects[state->subject_count++] = made;
	add_jobs(state, made);
	return made;
}

static bool
start(struct mc_run_state *state)
{
	struct mc_subject target = {.kind = MC_SUBJECT_TARGET,
		.label = state->spec.name,
		.host = "",
		.port = state->spec.port};
	struct mc_subject host = {.kind = MC_SUBJECT_HOST,
		.host = state->spec.name,
		.literal = state->spec.literal,
		.address = state->spec.address};

	host.parent = mc_run_subject(state, &target);
	if (state->spec.kind == MC_TARGET_HOST)
		(void)mc_run_subject(state, &host);
	return !state->arena.failed;
}

struct mc_run *
mc_run_new(struct mc_store *store, const struct mc_run_spec *spec, void (*wake)(void *argument),
	void *argument)
{
	struct mc_run_state *state = mc_calloc(1, sizeof(*state));
	struct mc_provider *provider = mc_store_provider(store);

	if (state == NULL)
		return NULL;
	mc_arena_init(&state->arena, 0);
	state->store = store;
	state->spec = *spec;
	state->spec.name = mc_arena_strdup(&state->arena, spec->name);
	state->spec.input = mc_arena_strdup(&state->arena, spec->input);
	state->settings = *spec->settings;
	state->wake = wake;
	state->argument = argument;
	state->jobs_tail = &state->jobs;
	state->run = (struct mc_run){.kind = spec->kind,
		.domain = state->spec.name,
		.port = spec->port,
		.settings = &state->settings,
		.now = provider->now(provider),
		.state = state};
	if (!start(state)) {
		mc_run_free(&state->run);
		return NULL;
	}
	return &state->run;
}

static void
commit_spawned(struct mc_run_state *state, const struct mc_job *job)
{
	for (const struct mc_spawned *spawned = job->spawned; spawned != NULL;
		spawned = spawned->next)
		(void)mc_run_subject(state, &spawned->subject);
	if (job->nothing_below != NULL && state->nothing_below == NULL)
		state->nothing_below = mc_arena_strdup(&state->arena, job->nothing_below);
}

/* After the cut every fact is there, so a check that still waits has none to wait for. */
static void
conclude_stuck(struct mc_job *job)
{
	job->instance.reason = "the check could not conclude from the facts there are";
}

static void
pass(struct mc_run_state *state, struct mc_job *job)
{
	enum mc_step step;

	mc_job_reset(job);
	job->ready = false;
	job->instance.values = json_object();
	state->current = job;
	state->run.subject = job->instance.subject;
	state->run.arena = &job->arena;
	state->run.values = job->instance.values;
	step = job->call(&state->run);
	state->current = NULL;
	if (job->arena.failed || job->instance.values == NULL)
		state->failed = true;
	if (step == MC_WAIT && !state->cut && !state->failed)
		return;
	if (step == MC_WAIT)
		conclude_stuck(job);
	job->done = true;
	mc_job_judge(job);
	commit_spawned(state, job);
	if (state->arena.failed)
		state->failed = true;
}

bool
mc_run_step(struct mc_run *run)
{
	struct mc_run_state *state = run->state;
	bool finished = true;

	for (struct mc_job *job = state->jobs; job != NULL; job = job->next) {
		while (job->ready && !job->done)
			pass(state, job);
		if (!job->done)
			finished = false;
	}
	return finished;
}

int64_t
mc_run_deadline(const struct mc_run *run)
{
	return run->now + run->settings->deadline;
}

/* What is going on is concluded by what was seen of it so far. */
static void
conclude_pending(struct mc_run_state *state)
{
	const char *why = mc_run_time_up(state);

	if (why == NULL)
		return;
	for (size_t i = 0; i < MC_RUN_BUCKETS; i++)
		for (struct mc_pin *pin = state->pins[i]; pin != NULL; pin = pin->chain)
			if (pin->entry != NULL && pin->fact == NULL)
				mc_store_conclude(pin->entry, why);
}

void
mc_run_cut(struct mc_run *run)
{
	conclude_pending(run->state);
	run->state->cut = true;
	for (struct mc_job *job = run->state->jobs; job != NULL; job = job->next)
		job->ready = !job->done;
}

void
mc_run_free(struct mc_run *run)
{
	struct mc_run_state *state;

	if (run == NULL)
		return;
	state = run->state;
	for (size_t i = 0; i < MC_RUN_BUCKETS; i++)
		for (struct mc_pin *pin = state->pins[i]; pin != NULL; pin = pin->chain)
			if (pin->entry != NULL)
				mc_store_unpin(pin->entry, &pin->waiter);
	for (struct mc_job *job = state->jobs; job != NULL; job = job->next) {
		json_decref(job->instance.values);
		mc_arena_reset(&job->arena);
	}
	mc_arena_reset(&state->arena);
	mc_free(state);
}
