/* pump: the loop around mailcheck_submit() and mailcheck_next(). */
#include "pump.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "interrupt.h"
#include "message.h"
#include "verdict.h"

#define TICK 100       /* ms: how soon a signal is seen, and progress shown */
#define TICK_INPUT 20  /* the same while a line may come */
#define TICK_IDLE 1000 /* the same while nothing is in work */

static void
fail(struct pump *pump, enum status status)
{
	pump->status = status_worse(pump->status, status);
	pump->stop = true;
}

static void
fail_memory(struct pump *pump)
{
	message("out of memory");
	fail(pump, STATUS_UNDETERMINED);
}

struct job *
pump_add(struct pump *pump)
{
	for (size_t i = 0; pump->lines != NULL && i < pump->count; i++)
		if (pump->jobs[i].state == JOB_FREE)
			return &pump->jobs[i];
	if (pump->count == pump->room) {
		size_t room = pump->room * 2 + 16;
		struct job *jobs = reallocarray(pump->jobs, room, sizeof(*jobs));

		if (jobs == NULL)
			return NULL;
		pump->jobs = jobs;
		pump->room = room;
	}
	pump->jobs[pump->count] = (struct job){0};
	return &pump->jobs[pump->count++];
}

static void
free_job(struct job *job)
{
	mailcheck_report_free(job->report);
	targets_clear(&job->target);
	*job = (struct job){0};
}

static void
write_report(struct pump *pump, struct job *job)
{
	const struct target *target = &job->target;

	progress_erase(&pump->progress);
	if (mailcheck_report_set_input(job->report, target->input, target->input_length) !=
		MAILCHECK_OK) {
		fail_memory(pump);
		return;
	}
	if (!writer_report(&pump->writer, job->report))
		fail_memory(pump);
	else if (pump->lines == NULL)
		pump->status =
			status_worse(pump->status, verdict_status(job->report, pump->fail_on));
}

/* Lines as they are done; arguments when all before them are, or `all` that are done. */
static void
write_done(struct pump *pump, bool all)
{
	while (pump->written < pump->count &&
		(all || pump->jobs[pump->written].state == JOB_DONE)) {
		struct job *job = &pump->jobs[pump->written++];

		if (job->report != NULL)
			write_report(pump, job);
		free_job(job);
	}
}

static void
finish_job(struct pump *pump, struct job *job)
{
	job->state = JOB_DONE;
	pump->finished++;
	if (pump->lines == NULL) {
		write_done(pump, false);
	} else {
		if (job->report != NULL)
			write_report(pump, job);
		free_job(job);
	}
	if (pump->writer.output->error != 0)
		pump->stop = true;
}

/* There will be no report of it. */
static void
refuse_job(struct pump *pump, struct job *job, int32_t code, const char *text)
{
	progress_erase(&pump->progress);
	if (pump->lines == NULL)
		pump->status = status_worse(pump->status, verdict_error(code));
	else if (code == MAILCHECK_NO_MEMORY)
		pump->status = status_worse(pump->status, STATUS_UNDETERMINED);
	if (pump->lines == NULL)
		message("'%s': %s", SHOWN(job->target.input), text);
	else if (!writer_problem(&pump->writer, &job->target, code, text))
		fail_memory(pump);
	finish_job(pump, job);
}

/* False when no more are taken for now. */
static bool
submit_job(struct pump *pump, struct job *job)
{
	int32_t code;

	if (job->target.problem != NULL) {
		refuse_job(pump, job, MAILCHECK_BAD_TARGET, job->target.problem);
		return true;
	}
	code = mailcheck_submit(
		pump->mc, job->target.text, job->target.checks, (uint64_t)(job - pump->jobs));
	if (code == MAILCHECK_BUSY && pump->busy > 0)
		return false;
	switch (code) {
	case MAILCHECK_OK:
		job->state = JOB_BUSY;
		pump->busy++;
		return true;
	case MAILCHECK_BAD_TARGET:
	case MAILCHECK_NOT_FOUND:
	case MAILCHECK_NO_MEMORY:
		refuse_job(pump, job, code, mailcheck_error(pump->mc));
		return true;
	case MAILCHECK_BAD_CHECK:
		message_option("check", mailcheck_error(pump->mc));
		break;
	default:
		message("%s", mailcheck_error(pump->mc));
		break;
	}
	fail(pump, verdict_error(code));
	return true;
}

/* The job to submit next; NULL: none yet, or no more. */
static struct job *
next_line(struct pump *pump)
{
	struct line line;
	struct job *job;

	if (pump->next < pump->count && pump->jobs[pump->next].state == JOB_READY)
		return &pump->jobs[pump->next];
	switch (pump->ended ? LINES_END : lines_next(pump->lines, &line)) {
	case LINES_READY:
		break;
	case LINES_FAILED:
		message("cannot read standard input: %s", strerror(errno));
		pump->status = status_worse(pump->status, STATUS_USAGE);
		pump->ended = true;
		return NULL;
	case LINES_END:
		pump->ended = true;
		return NULL;
	case LINES_LATER:
		return NULL;
	}
	job = pump_add(pump);
	if (job == NULL ||
		!targets_from_line(&job->target, &pump->kind, line.text, line.length, line.cut)) {
		fail_memory(pump);
		return NULL;
	}
	job->state = JOB_READY;
	pump->next = (size_t)(job - pump->jobs);
	return job;
}

static void
submit_more(struct pump *pump)
{
	while (!pump->stop && !interrupt_came()) {
		struct job *job = NULL;

		if (pump->lines != NULL)
			job = next_line(pump);
		else if (pump->next < pump->count)
			job = &pump->jobs[pump->next];
		if (job == NULL || !submit_job(pump, job))
			return;
		if (pump->lines == NULL)
			pump->next++;
	}
}

static const char *
in_work(const struct pump *pump)
{
	for (size_t i = pump->written; i < pump->count; i++)
		if (pump->jobs[i].state == JOB_BUSY)
			return pump->jobs[i].target.input;
	return "";
}

static void
take_report(struct pump *pump)
{
	mailcheck_report *report = NULL;
	uint64_t tag = 0;
	int32_t code;

	code = mailcheck_next(
		pump->mc, pump->lines != NULL && !pump->ended ? TICK_INPUT : TICK, &report, &tag);
	if (code == MAILCHECK_OK) {
		pump->jobs[tag].report = report;
		pump->busy--;
		finish_job(pump, &pump->jobs[tag]);
	} else if (code != MAILCHECK_AGAIN) {
		progress_erase(&pump->progress);
		message("%s", mailcheck_error(pump->mc));
		fail(pump, STATUS_UNDETERMINED);
	} else if (pump->progress.wanted) {
		progress_show(&pump->progress, pump->mc, SHOWN(in_work(pump)), pump->finished,
			pump->lines == NULL ? pump->count : 0);
	}
}

static bool
is_complete(const struct pump *pump)
{
	if (pump->busy > 0)
		return false;
	return pump->lines == NULL ? pump->next == pump->count : pump->ended;
}

enum status
pump_run(struct pump *pump)
{
	submit_more(pump);
	while (!pump->stop && !interrupt_came() && !is_complete(pump)) {
		if (pump->busy > 0)
			take_report(pump);
		else
			lines_wait(pump->lines, TICK_IDLE);
		submit_more(pump);
	}
	progress_erase(&pump->progress);
	if (pump->lines == NULL)
		write_done(pump, true);
	writer_end(&pump->writer);
	if (interrupt_came())
		pump->status = STATUS_INTERRUPTED;
	return pump->status;
}

void
pump_free(struct pump *pump)
{
	for (size_t i = 0; i < pump->count; i++)
		free_job(&pump->jobs[i]);
	free(pump->jobs);
	mailcheck_free(pump->mc);
}
