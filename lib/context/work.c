/* work: runs stepped whenever facts have arrived, cut at their deadline, turned into reports. */
#include "context/work.h"

#include <string.h>

#include "base/alloc.h"
#include "base/escape.h"
#include "check/registry.h"

static void
wake(void *argument)
{
	struct mc_work *work = argument;
	struct mailcheck *mc = work->mc;

	if (work->ready)
		return;
	work->ready = true;
	work->next_ready = mc->ready;
	mc->ready = work;
	if (mc->alarm != NULL)
		mc_alarm_set(mc->alarm, 0);
}

static void
unready(struct mc_work *work)
{
	struct mc_work **place = &work->mc->ready;

	while (*place != NULL && *place != work)
		place = &(*place)->next_ready;
	if (*place != NULL)
		*place = work->next_ready;
	work->ready = false;
}

static void
append(struct mailcheck *mc, struct mc_work *work)
{
	work->previous = mc->last;
	*(mc->last != NULL ? &mc->last->next : &mc->first) = work;
	mc->last = work;
	mc->count++;
	if (work->deadline < mc->next_deadline)
		mc->next_deadline = work->deadline;
}

static void
unlink_work(struct mc_work *work)
{
	struct mailcheck *mc = work->mc;

	*(work->previous != NULL ? &work->previous->next : &mc->first) = work->next;
	*(work->next != NULL ? &work->next->previous : &mc->last) = work->previous;
	mc->count--;
}

static void
release(struct mc_work *work)
{
	mc_run_free(work->run);
	mc_free(work->outcome);
	if (work->provider != NULL) {
		if (work->store != NULL) {
			work->mc->asked += mc_store_asked(work->store);
			work->mc->arrived += mc_store_arrived(work->store);
		}
		mc_store_free(work->store);
		work->provider->free(work->provider);
	}
	if (work->options != NULL) {
		mc_options_free(work->options);
		mc_free(work->options);
	}
	mc_arena_reset(&work->arena);
	mc_free(work);
}

void
mc_work_drop(struct mc_work *work)
{
	if (work->ready)
		unready(work);
	unlink_work(work);
	release(work);
}

static bool
same_target(const char *recorded, const struct mc_target *target)
{
	struct mc_target other;

	return mc_target_parse(recorded, &other) == NULL && other.kind == target->kind &&
	       other.port == target->port && strcmp(other.name, target->name) == 0;
}

/* The recorded run to submit next for this target; SIZE_MAX when there is none. */
static size_t
find_recorded(const struct mailcheck *mc, const struct mc_target *target)
{
	size_t count = mc_replay_count(mc->replay), used = SIZE_MAX;

	for (size_t i = 0; i < count; i++) {
		if (!same_target(mc_replay_at(mc->replay, i)->input, target))
			continue;
		if (!mc->replayed[i])
			return i;
		used = i;
	}
	return used;
}

/* What the file recorded, then what the caller set beside it (an --assume, say). */
static int32_t
recorded_options(struct mc_work *work, const struct mc_recorded_run *recorded)
{
	struct mailcheck *mc = work->mc;
	const char *error = "";
	int32_t code;

	work->options = mc_calloc(1, sizeof(*work->options));
	if (work->options == NULL || mc_options_init(work->options) != MAILCHECK_OK) {
		mc_free(work->options);
		work->options = NULL;
		return mc_context_fail(mc, MAILCHECK_NO_MEMORY, "out of memory");
	}
	code = mc_options_set_recorded(
		work->options, recorded->options, recorded->option_count, &error);
	if (code != MAILCHECK_OK)
		return mc_context_fail(mc, code, "%s", error);
	for (size_t i = 0; i < mc->options.given_count; i++) {
		const struct mc_option_value *given = &mc->options.given[i];
		code = mc_options_set(work->options, given->name, given->value, &error);
		if (code != MAILCHECK_OK)
			return mc_context_fail(mc, code, "%s", error);
	}
	return MAILCHECK_OK;
}

static int32_t
prepare_replay(struct mc_work *work, const struct mc_target *target)
{
	struct mailcheck *mc = work->mc;
	size_t i = find_recorded(mc, target);
	int32_t code;

	if (i == SIZE_MAX)
		return mc_context_fail(
			mc, MAILCHECK_NOT_FOUND, "the record file holds no run of this target");
	mc->replayed[i] = true;
	code = recorded_options(work, mc_replay_at(mc->replay, i));
	if (code != MAILCHECK_OK)
		return code;
	work->provider = mc_replay_provider(mc->replay, i);
	if (work->provider != NULL)
		work->store = mc_store_new(work->provider);
	if (work->store == NULL)
		return mc_context_fail(mc, MAILCHECK_NO_MEMORY, "out of memory");
	return MAILCHECK_OK;
}

/* Without those checks that the settings give nothing to do, unless nothing is left then. */
static uint64_t
wanted(uint64_t selected, const struct mc_settings *settings)
{
	uint64_t left = selected;

	for (size_t i = 0; mc_checks[i] != NULL; i++)
		if (mc_checks[i]->wanted != NULL && !mc_checks[i]->wanted(settings))
			left &= ~((uint64_t)1 << i);
	return left != 0 ? left : selected;
}

static int32_t
begin_run(struct mc_work *work, const struct mc_target *target, uint64_t selected)
{
	const struct mc_options *options =
		work->options != NULL ? work->options : &work->mc->options;
	struct mc_run_spec spec = {.kind = target->kind,
		.input = mc_escape(&work->arena, work->input, strlen(work->input)),
		.name = target->name,
		.literal = target->literal,
		.address = target->address,
		.port = target->port,
		.settings = &options->settings,
		.checks = mc_checks,
		.selected = wanted(selected, &options->settings)};

	work->given = options->given;
	work->given_count = options->given_count;
	work->run =
		mc_run_new(work->store != NULL ? work->store : work->mc->store, &spec, wake, work);
	work->outcome = mc_calloc(1, sizeof(*work->outcome));
	if (work->run == NULL || work->outcome == NULL || work->arena.failed)
		return mc_context_fail(work->mc, MAILCHECK_NO_MEMORY, "out of memory");
	work->deadline = work->provider != NULL ? INT64_MAX : mc_run_deadline(work->run);
	return MAILCHECK_OK;
}

int32_t
mc_work_begin(struct mailcheck *mc, const char *input, const char *checks,
	const struct mc_target *target, uint64_t selected, uint64_t tag)
{
	struct mc_work *work = mc_calloc(1, sizeof(*work));
	int32_t code = MAILCHECK_OK;

	if (work == NULL)
		return mc_context_fail(mc, MAILCHECK_NO_MEMORY, "out of memory");
	mc_arena_init(&work->arena, 0);
	work->mc = mc;
	work->tag = tag;
	work->input = mc_arena_strdup(&work->arena, input);
	work->checks = checks != NULL ? mc_arena_strdup(&work->arena, checks) : NULL;
	if (mc->replay != NULL)
		code = prepare_replay(work, target);
	if (code == MAILCHECK_OK)
		code = begin_run(work, target, selected);
	if (code != MAILCHECK_OK) {
		release(work);
		return code;
	}
	work->order = mc->submitted++;
	append(mc, work);
	wake(work);
	return MAILCHECK_OK;
}

/* A record file that cannot be written is told when the context is closed by its error text, and
 * never costs a report. */
static void
record(struct mc_work *work)
{
	struct mc_recorded_run run = {.input = work->input,
		.checks = work->checks,
		.order = work->order,
		.now = work->run->now,
		.options = work->given,
		.option_count = work->given_count};
	int32_t code;

	if (work->mc->recorder == NULL || !mc_run_seen(work->run, &run.facts, &run.fact_count))
		return;
	code = mc_recorder_add(work->mc->recorder, &run);
	if (code != MAILCHECK_OK)
		(void)mc_context_fail(work->mc, code, "%s", mc_recorder_error(work->mc->recorder));
}

static void
finish(struct mc_work *work)
{
	struct mailcheck *mc = work->mc;
	struct mc_outcome *outcome = work->outcome;

	record(work);
	work->outcome = NULL;
	outcome->tag = work->tag;
	outcome->report = mc_run_report(work->run);
	*mc->outcomes_tail = outcome;
	mc->outcomes_tail = &outcome->next;
	mc_work_drop(work);
}

static void
step(struct mc_work *work)
{
	if (mc_run_step(work->run))
		finish(work);
}

static void
cut(struct mc_work *work)
{
	work->cut = true;
	mc_run_cut(work->run);
	step(work);
}

static void
cut_overdue(struct mailcheck *mc)
{
	int64_t now = mc->provider != NULL ? mc->provider->now(mc->provider) : 0;
	struct mc_work *next;

	if (now < mc->next_deadline)
		return;
	mc->next_deadline = INT64_MAX;
	for (struct mc_work *work = mc->first; work != NULL; work = next) {
		next = work->next;
		if (work->deadline <= now)
			cut(work);
		else if (work->deadline < mc->next_deadline)
			mc->next_deadline = work->deadline;
	}
}

void
mc_work_go_on(struct mailcheck *mc)
{
	while (mc->ready != NULL) {
		struct mc_work *work = mc->ready;
		mc->ready = work->next_ready;
		work->ready = false;
		step(work);
	}
	cut_overdue(mc);
}

void
mc_work_cut_all(struct mailcheck *mc)
{
	struct mc_work *next;

	for (struct mc_work *work = mc->first; work != NULL; work = next) {
		next = work->next;
		cut(work);
	}
}
