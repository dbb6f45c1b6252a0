/* result: the jobs of a finished run merged, check by check, into a report. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/escape.h"
#include "fact/run_state.h"

static int
compare_size(size_t a, size_t b)
{
	return a < b ? -1 : a > b;
}

/* Order of subjects: a parent before its children, children by their order. */
static int
compare_subjects(const struct mc_subject *a, const struct mc_subject *b)
{
	int order;

	if (a == b)
		return 0;
	if (a->kind > b->kind) {
		order = compare_subjects(a->parent, b);
		return order != 0 ? order : 1;
	}
	if (a->kind < b->kind) {
		order = compare_subjects(a, b->parent);
		return order != 0 ? order : -1;
	}
	order = a->kind == MC_SUBJECT_TARGET ? 0 : compare_subjects(a->parent, b->parent);
	return order != 0 ? order : compare_size(a->order, b->order);
}

static int
compare_jobs(const void *a, const void *b)
{
	const struct mc_job *const *left = a, *const *right = b;

	return compare_subjects((*left)->instance.subject, (*right)->instance.subject);
}

struct merged {
	struct mc_job **jobs;
	size_t count;
};

static bool
gather(struct mc_run_state *state, const struct mc_check *check, struct merged *merged)
{
	size_t count = 1; /* room for the conclusion */

	for (const struct mc_job *job = state->jobs; job != NULL; job = job->next)
		count += job->check == check;
	merged->jobs = mc_arena_calloc(&state->arena, count, sizeof(struct mc_job *));
	if (merged->jobs == NULL)
		return false;
	merged->count = 0;
	for (struct mc_job *job = state->jobs; job != NULL; job = job->next)
		if (job->check == check)
			merged->jobs[merged->count++] = job;
	qsort(merged->jobs, merged->count, sizeof(struct mc_job *), compare_jobs);
	return true;
}

/* A conclusion speaks about the target, as a job of its own at the end. */
static bool
conclude(struct mc_run_state *state, const struct mc_check *check, struct merged *merged)
{
	struct mc_job *job;
	struct mc_instance **instances;

	if (check->conclude == NULL || merged->count == 0)
		return true;
	job = mc_arena_alloc(&state->arena, sizeof(*job));
	instances = mc_arena_calloc(&state->arena, merged->count, sizeof(struct mc_instance *));
	if (job == NULL || instances == NULL)
		return false;
	for (size_t i = 0; i < merged->count; i++)
		instances[i] = &merged->jobs[i]->instance;
	mc_arena_init(&job->arena, 0);
	job->check = check;
	job->instance.subject = state->subjects[0];
	mc_job_reset(job);
	job->done = true;
	*state->jobs_tail = job; /* freed with the others */
	state->jobs_tail = &job->next;
	state->current = job;
	state->run.subject = state->subjects[0];
	state->run.arena = &job->arena;
	state->run.values = NULL;
	check->conclude(&state->run, instances, merged->count);
	state->current = NULL;
	for (size_t i = 0; i < merged->count; i++)
		mc_job_judge(merged->jobs[i]);
	mc_job_judge(job);
	if (job->instance.findings != NULL || job->instance.reason != NULL)
		merged->jobs[merged->count++] = job;
	return !job->arena.failed;
}

static bool
judged(const struct mc_instance *instance)
{
	return instance->verdict != MC_SKIPPED && instance->verdict != MC_INCONCLUSIVE;
}

static const char *
reason_of(struct mc_arena *arena, const struct mc_instance *instance)
{
	if (instance->subject->kind == MC_SUBJECT_TARGET)
		return mc_arena_strdup(arena, instance->reason);
	return mc_arena_printf(arena, "%s: %s", instance->subject->label, instance->reason);
}

static void
judge_check(struct mc_arena *arena, struct mc_check_report *report, const struct merged *merged)
{
	const struct mc_instance *inconclusive = NULL, *skipped = NULL;
	bool any = false;
	size_t i;

	for (i = 0; i < merged->count; i++)
		any = any || judged(&merged->jobs[i]->instance);
	report->verdict = any ? MC_OK : MC_SKIPPED;
	for (i = 0; i < merged->count; i++) {
		const struct mc_instance *instance = &merged->jobs[i]->instance;
		if (instance->verdict == MC_SKIPPED) {
			if (skipped == NULL && instance->reason != NULL)
				skipped = instance;
			continue;
		}
		if (instance->verdict == MC_INCONCLUSIVE && instance->aside && any)
			continue;
		if (instance->verdict == MC_INCONCLUSIVE && inconclusive == NULL)
			inconclusive = instance;
		if (report->verdict == MC_SKIPPED || instance->verdict > report->verdict)
			report->verdict = instance->verdict;
	}
	if (report->verdict == MC_INCONCLUSIVE)
		report->reason = reason_of(arena, inconclusive);
	if (report->verdict == MC_SKIPPED && skipped != NULL)
		report->reason = reason_of(arena, skipped);
}

static enum mc_subject_kind
deepest(const struct mc_check *check)
{
	return check->address != NULL && !check->joins ? MC_SUBJECT_ADDRESS
	       : check->host != NULL                   ? MC_SUBJECT_HOST
						       : MC_SUBJECT_TARGET;
}

/* The target's values, then an array of those of the hosts or addresses. */
static json_t *
merge_values(const struct mc_check *check, const struct merged *merged)
{
	json_t *values = json_object();
	json_t *array = check->array != NULL ? json_array() : NULL;

	for (size_t i = 0; i < merged->count; i++) {
		const struct mc_instance *instance = &merged->jobs[i]->instance;
		if (instance->values == NULL)
			continue;
		if (instance->subject->kind == MC_SUBJECT_TARGET)
			json_object_update(values, instance->values);
		else if (array != NULL && instance->subject->kind == deepest(check))
			json_array_append(array, instance->values);
	}
	if (array != NULL)
		json_object_set_new(values, check->array, array);
	return values;
}

static void
fill(struct mc_run_state *state, struct mc_arena *arena, struct mc_finding *copy,
	const struct mc_finding *finding, const struct mc_subject *subject)
{
	char address[MC_ADDRESS_SIZE] = "";
	const char *domain = state->spec.name, *host = subject->host;

	if (subject->address.family != 0)
		mc_address_format(address, &subject->address);
	if (host[0] == '\0')
		host = domain;
	copy->subject = mc_arena_strdup(arena, finding->subject);
	copy->detail =
		mc_finding_fill(arena, finding->info->why, copy->subject, domain, host, address);
	copy->fix = finding->fix != NULL ? mc_arena_strdup(arena, finding->fix)
					 : mc_finding_fill(arena, finding->info->fix, copy->subject,
						   domain, host, address);
}

static struct mc_finding *
copy_finding(struct mc_run_state *state, struct mc_arena *arena, const struct mc_finding *finding,
	const struct mc_subject *subject)
{
	struct mc_finding *copy = mc_arena_alloc(arena, sizeof(*copy));
	const char **evidence =
		mc_arena_calloc(arena, finding->evidence_count + 1, sizeof(*evidence));

	if (copy == NULL || evidence == NULL)
		return NULL;
	*copy = *finding;
	copy->next = NULL;
	fill(state, arena, copy, finding, subject);
	for (size_t i = 0; i < finding->evidence_count; i++)
		evidence[i] = mc_arena_strdup(arena, finding->evidence[i]);
	copy->evidence = evidence;
	return copy;
}

static bool
merge_findings(struct mc_run_state *state, struct mc_arena *arena, struct mc_check_report *report,
	const struct merged *merged)
{
	struct mc_finding **tail = &report->findings;

	for (size_t i = 0; i < merged->count; i++) {
		const struct mc_instance *instance = &merged->jobs[i]->instance;
		for (const struct mc_finding *finding = instance->findings; finding != NULL;
			finding = finding->next) {
			*tail = copy_finding(state, arena, finding, instance->subject);
			if (*tail == NULL)
				return false;
			(*tail)->undetermined = instance->verdict == MC_INCONCLUSIVE;
			tail = &(*tail)->next;
			report->finding_count++;
		}
	}
	return true;
}

static int64_t
duration_of(const struct merged *merged)
{
	int64_t began = INT64_MAX, ended = 0;

	for (size_t i = 0; i < merged->count; i++) {
		if (merged->jobs[i]->began < began)
			began = merged->jobs[i]->began;
		if (merged->jobs[i]->ended > ended)
			ended = merged->jobs[i]->ended;
	}
	return ended > began ? ended - began : 0;
}

/* A check that had no host to look at, because the check that finds them found an error, tells that
 * error where the other is not in the report. */
static void
tell_unasked(const struct mc_run_state *state, struct merged *merged)
{
	for (struct mc_job *job = state->jobs; merged->count == 0 && job != NULL; job = job->next)
		if (job->check->spawns && !mc_run_reports(state, job->check->name) &&
			job->instance.verdict == MC_VERDICT_ERROR)
			merged->jobs[merged->count++] = job;
}

static bool
merge(struct mc_run_state *state, const struct mc_check *check, struct mc_arena *arena,
	struct mc_check_report *report)
{
	struct merged merged;

	if (!gather(state, check, &merged) || !conclude(state, check, &merged))
		return false;
	report->name = check->name;
	report->values = merge_values(check, &merged);
	tell_unasked(state, &merged);
	judge_check(arena, report, &merged);
	report->duration = duration_of(&merged);
	return report->values != NULL && merge_findings(state, arena, report, &merged);
}

static const struct mc_finding *
first_error(const struct mc_instance *instance)
{
	const struct mc_finding *finding = instance->findings;

	while (finding->severity != MC_ERROR)
		finding = finding->next;
	return finding;
}

/* What is wrong with a record is no reason: only who finds the hosts and addresses has one. */
static const char *
why_nothing(struct mc_run_state *state, struct mc_arena *arena)
{
	for (const struct mc_job *job = state->jobs; job != NULL; job = job->next) {
		const struct mc_instance *instance = &job->instance;
		if (!job->check->spawns)
			continue;
		if (instance->verdict == MC_VERDICT_ERROR)
			return mc_arena_printf(arena, "%s: %s (%s)", job->check->name,
				first_error(instance)->info->title, instance->subject->label);
		if (instance->verdict == MC_INCONCLUSIVE)
			return mc_arena_printf(arena, "%s could not be determined: %s",
				job->check->name, instance->reason);
	}
	return "there is nothing to look at";
}

static void
explain_skips(struct mc_run_state *state, struct mailcheck_report *report)
{
	for (size_t i = 0; i < report->check_count; i++) {
		struct mc_check_report *check = &report->checks[i];
		if (check->verdict != MC_SKIPPED || check->reason != NULL)
			continue;
		check->reason = state->nothing_below != NULL
					? mc_arena_strdup(&report->arena, state->nothing_below)
					: why_nothing(state, &report->arena);
	}
}

static const char *
target_name(struct mc_run_state *state, struct mc_arena *arena)
{
	const struct mc_run_spec *spec = &state->spec;

	if (spec->kind == MC_TARGET_SPF)
		return mc_escape(arena, spec->name, strlen(spec->name));
	if (spec->kind != MC_TARGET_HOST)
		return mc_arena_strdup(arena, spec->name);
	return mc_arena_printf(
		arena, spec->address.family == 6 ? "[%s]:%u" : "%s:%u", spec->name, spec->port);
}

static const char *
target_kind(const struct mc_run_spec *spec)
{
	if (spec->kind == MC_TARGET_LISTING && spec->literal)
		return "address";
	if (spec->kind == MC_TARGET_SPF)
		return "spf";
	return spec->kind == MC_TARGET_HOST ? "host" : "domain";
}

static bool
merge_all(struct mc_run_state *state, struct mailcheck_report *report)
{
	size_t count = 0;

	while (state->spec.checks[count] != NULL)
		count++;
	report->checks = mc_arena_calloc(&report->arena, count + 1, sizeof(*report->checks));
	if (report->checks == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct mc_check *check = state->spec.checks[i];
		if ((state->spec.selected >> i & 1) == 0 ||
			(check->targets & (unsigned)state->spec.kind) == 0)
			continue;
		if (!merge(state, check, &report->arena, &report->checks[report->check_count++]))
			return false;
	}
	return true;
}

/* A judgement is not copied: the report takes over the memory it is in. */
static void
take_judgement(struct mc_run_state *state, struct mailcheck_report *report)
{
	for (struct mc_job *job = state->jobs; job != NULL; job = job->next)
		if (job->instance.spf != NULL) {
			report->spf = job->instance.spf;
			mc_arena_adopt(&report->arena, &job->arena);
		}
}

struct mailcheck_report *
mc_run_report(struct mc_run *run)
{
	struct mc_run_state *state = run->state;
	struct mailcheck_report *report = mc_calloc(1, sizeof(*report));

	if (report == NULL)
		return NULL;
	mc_arena_init(&report->arena, 0);
	report->input = mc_arena_strdup(&report->arena, state->spec.input);
	report->target_kind = target_kind(&state->spec);
	report->target_name = target_name(state, &report->arena);
	report->started = run->now;
	for (const struct mc_job *job = state->jobs; job != NULL; job = job->next)
		if (job->ended - run->now > report->duration)
			report->duration = job->ended - run->now;
	state->failed = state->failed || !merge_all(state, report);
	if (!state->failed) {
		explain_skips(state, report);
		take_judgement(state, report);
		mc_report_conclude(report);
	}
	if (state->failed || state->arena.failed || report->arena.failed) {
		mc_report_free(report);
		return NULL;
	}
	return report;
}

bool
mc_run_seen(struct mc_run *run, const struct mc_seen_fact **ret_facts, size_t *ret_count)
{
	struct mc_run_state *state = run->state;
	struct mc_seen_fact *facts =
		mc_arena_calloc(&state->arena, state->pin_count + 1, sizeof(*facts));
	size_t count = 0;

	if (facts == NULL)
		return false;
	for (size_t i = 0; i < MC_RUN_BUCKETS; i++)
		for (const struct mc_pin *pin = state->pins[i]; pin != NULL; pin = pin->chain)
			if (pin->fact != NULL)
				facts[count++] = (struct mc_seen_fact){pin->key, pin->fact};
	*ret_facts = facts;
	*ret_count = count;
	return true;
}
