/* finding: what a check says: findings, reasons, and the subjects it brings up. */
#include <stdarg.h>
#include <string.h>

#include "base/escape.h"
#include "fact/run_state.h"

/* Text that came through a check already escaped stays; anything else is made harmless. */
static const char *
harmless(struct mc_arena *arena, const char *text)
{
	return mc_escape_clean(text, strlen(text)) ? text : mc_escape(arena, text, strlen(text));
}

__attribute__((format(printf, 2, 0))) static const char *
say(struct mc_run *run, const char *format, va_list arguments)
{
	return harmless(run->arena, mc_arena_vprintf(run->arena, format, arguments));
}

static void
add_evidence(struct mc_run *run, struct mc_finding *finding, const char *text)
{
	const char **evidence;

	if (finding == NULL || text[0] == '\0')
		return;
	evidence = mc_arena_calloc(run->arena, finding->evidence_count + 1, sizeof(*evidence));
	if (evidence == NULL)
		return;
	for (size_t i = 0; i < finding->evidence_count; i++)
		evidence[i] = finding->evidence[i];
	evidence[finding->evidence_count++] = text;
	finding->evidence = evidence;
}

void
mc_find(struct mc_run *run, const char *id, const char *evidence, ...)
{
	struct mc_job *job = run->state->current;
	struct mc_finding *finding = mc_arena_alloc(run->arena, sizeof(*finding));
	va_list arguments;

	job->last = finding;
	if (finding == NULL)
		return;
	finding->info = mc_finding_find(id);
	finding->severity = finding->info->severity;
	finding->subject = run->subject->label;
	va_start(arguments, evidence);
	add_evidence(run, finding, say(run, evidence, arguments));
	va_end(arguments);
	*job->tail = finding;
	job->tail = &finding->next;
}

bool
mc_found(const struct mc_run *run, const char *id)
{
	const struct mc_finding *finding = run->state->current->instance.findings;

	while (finding != NULL && strcmp(finding->info->id, id) != 0)
		finding = finding->next;
	return finding != NULL;
}

void
mc_evidence(struct mc_run *run, const char *evidence, ...)
{
	va_list arguments;

	va_start(arguments, evidence);
	add_evidence(run, run->state->current->last, say(run, evidence, arguments));
	va_end(arguments);
}

void
mc_severity(struct mc_run *run, enum mc_severity severity)
{
	if (run->state->current->last != NULL)
		run->state->current->last->severity = severity;
}

void
mc_about(struct mc_run *run, const char *subject)
{
	if (run->state->current->last != NULL)
		run->state->current->last->subject = harmless(run->arena, subject);
}

void
mc_fix(struct mc_run *run, const char *fix, ...)
{
	va_list arguments;

	if (run->state->current->last == NULL)
		return;
	va_start(arguments, fix);
	run->state->current->last->fix = say(run, fix, arguments);
	va_end(arguments);
}

enum mc_step
mc_undetermined(struct mc_run *run, const char *id, const struct mc_fact *fact)
{
	mc_find(run, id, "%s", fact->text);
	run->state->current->instance.reason = harmless(run->arena, fact->text);
	return MC_DONE;
}

void
mc_inconclusive(struct mc_run *run, const char *reason, ...)
{
	va_list arguments;

	va_start(arguments, reason);
	run->state->current->instance.reason = say(run, reason, arguments);
	va_end(arguments);
}

void
mc_set_aside(struct mc_run *run)
{
	run->state->current->instance.aside = true;
}

enum mc_step
mc_skipped(struct mc_run *run, const char *reason, ...)
{
	struct mc_job *job = run->state->current;
	va_list arguments;

	va_start(arguments, reason);
	job->instance.reason = say(run, reason, arguments);
	va_end(arguments);
	job->skipped = true;
	return MC_DONE;
}

enum mc_step
mc_no_verdict(struct mc_run *run)
{
	run->state->current->skipped = true;
	return MC_DONE;
}

void
mc_outcome(struct mc_run *run, int outcome)
{
	run->state->current->instance.outcome = outcome;
}

void
mc_spf_judged(struct mc_run *run, const struct mc_spf_judgement *judgement)
{
	run->state->current->instance.spf = judgement;
}

void
mc_nothing_below(struct mc_run *run, const char *reason, ...)
{
	va_list arguments;

	va_start(arguments, reason);
	run->state->current->nothing_below = say(run, reason, arguments);
	va_end(arguments);
}

static void
spawn(struct mc_run *run, const struct mc_subject *subject)
{
	struct mc_job *job = run->state->current;
	struct mc_spawned *spawned = mc_arena_alloc(run->arena, sizeof(*spawned));
	struct mc_spawned **end = &job->spawned;

	if (spawned == NULL)
		return;
	spawned->subject = *subject;
	spawned->subject.parent = run->subject;
	while (*end != NULL)
		end = &(*end)->next;
	*end = spawned;
}

void
mc_spawn_host(struct mc_run *run, const char *host, uint16_t preference, size_t order)
{
	struct mc_subject subject = {.kind = MC_SUBJECT_HOST,
		.host = mc_arena_strdup(run->arena, host),
		.preference = preference,
		.order = order};

	spawn(run, &subject);
}

void
mc_spawn_address(struct mc_run *run, const struct mc_address *address, uint16_t port, size_t order)
{
	struct mc_subject subject = {.kind = MC_SUBJECT_ADDRESS,
		.host = run->subject->host,
		.preference = run->subject->preference,
		.literal = run->subject->literal,
		.address = *address,
		.port = port,
		.order = order};

	spawn(run, &subject);
}

void
mc_job_judge(struct mc_job *job)
{
	static const enum mc_verdict verdicts[] = {[MC_INFO] = MC_OK,
		[MC_NOTICE] = MC_VERDICT_NOTICE,
		[MC_WARNING] = MC_VERDICT_WARNING,
		[MC_ERROR] = MC_VERDICT_ERROR};
	enum mc_verdict worst = job->instance.reason != NULL ? MC_INCONCLUSIVE : MC_OK;

	for (const struct mc_finding *finding = job->instance.findings; finding != NULL;
		finding = finding->next)
		if (verdicts[finding->severity] > worst)
			worst = verdicts[finding->severity];
	job->instance.verdict = job->skipped ? MC_SKIPPED : worst;
}
