/* context: what the public API calls. */
#include <mailcheck/context.h>
#include <mailcheck/error.h>
#include <mailcheck/escape.h>
#include <mailcheck/event.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "context/work.h"

int32_t
mc_context_fail(struct mailcheck *mc, int32_t code, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(mc->error, sizeof(mc->error), format, arguments);
	va_end(arguments);
	return code;
}

static bool
forked(const struct mailcheck *mc)
{
	return mc->process != getpid();
}

static int32_t
fail_forked(struct mailcheck *mc)
{
	return mc_context_fail(mc, MAILCHECK_FORKED, "%s", mailcheck_strerror(MAILCHECK_FORKED));
}

int32_t
mailcheck_new(mailcheck **ret_mc)
{
	return mailcheck_new_on_base(NULL, ret_mc);
}

/* In the caller's loop: facts have arrived, or a deadline has passed. */
static void
alarm_rings(void *argument)
{
	struct mailcheck *mc = argument;
	int64_t now;

	mc_work_go_on(mc);
	if (mc->count > 0 && mc->provider != NULL && mc->next_deadline != INT64_MAX) {
		now = mc->provider->now(mc->provider);
		mc_alarm_set(mc->alarm, mc->next_deadline > now ? mc->next_deadline - now : 0);
	}
	if (mc->outcomes != NULL && mc->notify != NULL)
		mc->notify(mc, mc->notify_argument);
}

int32_t
mailcheck_new_on_base(struct event_base *base, mailcheck **ret_mc)
{
	struct mailcheck *mc;

	if (ret_mc == NULL)
		return MAILCHECK_BAD_ARGUMENT;
	mc = mc_calloc(1, sizeof(*mc));
	if (mc == NULL)
		return MAILCHECK_NO_MEMORY;
	mc->process = getpid();
	mc->base = base;
	mc->next_deadline = INT64_MAX;
	mc->outcomes_tail = &mc->outcomes;
	if (mc_options_init(&mc->options) != MAILCHECK_OK) {
		mc_free(mc);
		return MAILCHECK_NO_MEMORY;
	}
	if (base != NULL && (mc->alarm = mc_alarm_new(base, alarm_rings, mc)) == NULL) {
		mailcheck_free(mc);
		return MAILCHECK_NO_MEMORY;
	}
	*ret_mc = mc;
	return MAILCHECK_OK;
}

void
mailcheck_on_report(mailcheck *mc, void (*notify)(mailcheck *mc, void *argument), void *argument)
{
	mc->notify = notify;
	mc->notify_argument = argument;
}

static int32_t
close_recorder(struct mailcheck *mc)
{
	const char *error = "";
	int32_t code;

	if (mc->recorder == NULL)
		return MAILCHECK_OK;
	code = mc_recorder_close(mc->recorder, &mc->options.arena, &error);
	mc->recorder = NULL;
	return code == MAILCHECK_OK ? code : mc_context_fail(mc, code, "%s", error);
}

/* A run that never began, for a misspelt option say, leaves the file of an earlier one alone. */
static void
leave_recorder(struct mailcheck *mc)
{
	if (mc->recorder == NULL || !mc_recorder_is_empty(mc->recorder)) {
		(void)close_recorder(mc);
		return;
	}
	mc_recorder_discard(mc->recorder);
	mc->recorder = NULL;
}

static void
drop_works(struct mailcheck *mc)
{
	while (mc->first != NULL)
		mc_work_drop(mc->first);
}

int32_t
mailcheck_finish(mailcheck *mc)
{
	if (mc == NULL)
		return MAILCHECK_BAD_ARGUMENT;
	if (forked(mc))
		return fail_forked(mc);
	drop_works(mc);
	return close_recorder(mc);
}

static void
drop_outcomes(struct mailcheck *mc)
{
	while (mc->outcomes != NULL) {
		struct mc_outcome *next = mc->outcomes->next;
		mailcheck_report_free(mc->outcomes->report);
		mc_free(mc->outcomes);
		mc->outcomes = next;
	}
	mc->outcomes_tail = &mc->outcomes;
}

void
mailcheck_free(mailcheck *mc)
{
	if (mc == NULL)
		return;
	drop_works(mc);
	drop_outcomes(mc);
	mc_store_free(mc->store);
	if (mc->provider != NULL)
		mc->provider->free(mc->provider);
	leave_recorder(mc);
	mc_replay_free(mc->replay);
	mc_free(mc->replayed);
	mc_alarm_free(mc->alarm);
	mc_options_free(&mc->options);
	mc_free(mc);
}

const char *
mailcheck_error(const mailcheck *mc)
{
	return mc != NULL ? mc->error : "";
}

static int32_t
open_replay(struct mailcheck *mc)
{
	const char *error = "";
	int32_t code = mc_replay_open(&mc->options.arena, mc->options.replay, &mc->replay, &error);

	if (code != MAILCHECK_OK) {
		mc->options.replay = NULL;
		return mc_context_fail(mc, code, "%s", error);
	}
	mc->replayed = mc_calloc(mc_replay_count(mc->replay) + 1, sizeof(bool));
	return mc->replayed != NULL ? MAILCHECK_OK
				    : mc_context_fail(mc, MAILCHECK_NO_MEMORY, "out of memory");
}

static int32_t
open_recorder(struct mailcheck *mc)
{
	const char *error = "";
	int32_t code =
		mc_recorder_open(&mc->options.arena, mc->options.record, &mc->recorder, &error);

	if (code == MAILCHECK_OK)
		return code;
	mc->options.record = NULL;
	return mc_context_fail(mc, code, "%s", error);
}

int32_t
mailcheck_set(mailcheck *mc, const char *name, const char *value)
{
	const char *error = "";
	int32_t code;

	if (mc == NULL || name == NULL || value == NULL)
		return MAILCHECK_BAD_ARGUMENT;
	if (forked(mc))
		return fail_forked(mc);
	if (mc->count == 0)
		(void)mc_options_trim(&mc->options);
	code = mc_options_set(&mc->options, name, value, &error);
	if (code != MAILCHECK_OK)
		return mc_context_fail(mc, code, "%s", error);
	if (mc->options.replay != NULL && mc->replay == NULL)
		return open_replay(mc);
	if (mc->options.record != NULL && mc->recorder == NULL)
		return open_recorder(mc);
	return MAILCHECK_OK;
}

/* The network is opened with the first target that needs it. */
static int32_t
open_network(struct mailcheck *mc)
{
	char error[256] = "";
	int32_t code = mc_net_new(&mc->provider, &mc->options.net, mc->base, error, sizeof(error));

	if (code != MAILCHECK_OK)
		return mc_context_fail(mc, code, "%s", error);
	mc->store = mc_store_new(mc->provider);
	if (mc->store == NULL) {
		mc->provider->free(mc->provider);
		mc->provider = NULL;
		return mc_context_fail(mc, MAILCHECK_NO_MEMORY, "out of memory");
	}
	return MAILCHECK_OK;
}

static int32_t
understand(struct mailcheck *mc, const char *text, const char *checks, struct mc_target *target,
	uint64_t *selected)
{
	const char *word = "", *problem;
	char escaped[128], names[256];

	if (text == NULL)
		return mc_context_fail(mc, MAILCHECK_BAD_ARGUMENT, "no target");
	problem = mc_target_parse(text, target);
	if (problem != NULL)
		return mc_context_fail(mc, MAILCHECK_BAD_TARGET, "%s", problem);
	if (target->kind == MC_TARGET_SPF && mc->replay == NULL &&
		mc->options.settings.client.family == 0)
		return mc_context_fail(mc, MAILCHECK_BAD_OPTION,
			"SPF is about a client: its address (ip) must be given");
	problem = mc_target_checks(checks, target->kind, selected, &word);
	if (problem == NULL)
		return MAILCHECK_OK;
	mailcheck_escape(word, strcspn(word, ","), escaped, sizeof(escaped));
	mc_target_check_names(checks, target->kind, names, sizeof(names));
	return mc_context_fail(mc, MAILCHECK_BAD_CHECK, "check \"%s\": %s; to choose from: %s",
		escaped, problem, names);
}

int32_t
mailcheck_accepts(mailcheck *mc, const char *target_text, const char *checks)
{
	struct mc_target target;
	uint64_t selected;

	return mc != NULL ? understand(mc, target_text, checks, &target, &selected)
			  : MAILCHECK_BAD_ARGUMENT;
}

int32_t
mailcheck_submit(mailcheck *mc, const char *target_text, const char *checks, uint64_t tag)
{
	struct mc_target target;
	uint64_t selected;
	int32_t code;

	if (mc == NULL)
		return MAILCHECK_BAD_ARGUMENT;
	if (forked(mc))
		return fail_forked(mc);
	code = understand(mc, target_text, checks, &target, &selected);
	if (code != MAILCHECK_OK)
		return code;
	if (mc->count >= mc->options.concurrency)
		return mc_context_fail(mc, MAILCHECK_BUSY, "%u targets are in work", mc->count);
	if (mc->replay == NULL && mc->provider == NULL) {
		code = open_network(mc);
		if (code != MAILCHECK_OK)
			return code;
	}
	if (!mc_options_lists(&mc->options))
		return mc_context_fail(mc, MAILCHECK_NO_MEMORY, "out of memory");
	mc->options.frozen = true;
	return mc_work_begin(mc, target_text, checks, &target, selected, tag);
}

static int32_t
take(struct mailcheck *mc, mailcheck_report **ret_report, uint64_t *ret_tag)
{
	struct mc_outcome *outcome = mc->outcomes;
	int32_t code = MAILCHECK_OK;

	mc->outcomes = outcome->next;
	if (mc->outcomes == NULL)
		mc->outcomes_tail = &mc->outcomes;
	if (outcome->report == NULL)
		code = mc_context_fail(mc, MAILCHECK_NO_MEMORY, "out of memory");
	else
		*ret_report = outcome->report;
	if (ret_tag != NULL)
		*ret_tag = outcome->tag;
	mc_free(outcome);
	return code;
}

/* Waits for facts no longer than to the caller's limit or the next deadline. False when the
 * caller's time is up. */
static bool
wait_for_facts(struct mailcheck *mc, int64_t until)
{
	int64_t now = mc->provider->now(mc->provider);
	int64_t next = mc->next_deadline < until ? mc->next_deadline : until;

	if (!mc->provider->wait(mc->provider, next > now ? next - now : 0) && mc->ready == NULL)
		mc_work_cut_all(mc);
	return mc->provider->now(mc->provider) < until;
}

int32_t
mailcheck_next(mailcheck *mc, int32_t timeout_ms, mailcheck_report **ret_report, uint64_t *ret_tag)
{
	int64_t until = INT64_MAX;
	bool time_left = true;

	if (mc == NULL || ret_report == NULL)
		return MAILCHECK_BAD_ARGUMENT;
	if (forked(mc))
		return fail_forked(mc);
	if (timeout_ms >= 0 && mc->provider != NULL)
		until = mc->provider->now(mc->provider) + timeout_ms;
	for (;;) {
		mc_work_go_on(mc);
		if (mc->outcomes != NULL)
			return take(mc, ret_report, ret_tag);
		if (mc->count == 0)
			return mc_context_fail(mc, MAILCHECK_IDLE, "no target is in work");
		if (mc->provider == NULL)
			mc_work_cut_all(mc);
		else if (!time_left)
			return MAILCHECK_AGAIN;
		else
			time_left = wait_for_facts(mc, until);
	}
}

int32_t
mailcheck_run(mailcheck *mc, const char *target, const char *checks, mailcheck_report **ret_report)
{
	int32_t code;

	if (mc == NULL || ret_report == NULL)
		return MAILCHECK_BAD_ARGUMENT;
	if (!forked(mc) && (mc->count > 0 || mc->outcomes != NULL))
		return mc_context_fail(mc, MAILCHECK_BUSY, "other targets are in work");
	code = mailcheck_submit(mc, target, checks, 0);
	return code == MAILCHECK_OK ? mailcheck_next(mc, -1, ret_report, NULL) : code;
}

int32_t
mailcheck_cancel(mailcheck *mc, uint64_t tag)
{
	struct mc_work *next;
	bool found = false;

	if (mc == NULL)
		return MAILCHECK_BAD_ARGUMENT;
	if (forked(mc))
		return fail_forked(mc);
	for (struct mc_work *work = mc->first; work != NULL; work = next) {
		next = work->next;
		if (work->tag != tag)
			continue;
		mc_work_drop(work);
		found = true;
	}
	return found ? MAILCHECK_OK
		     : mc_context_fail(mc, MAILCHECK_NOT_FOUND, "no target in work has that tag");
}

int32_t
mailcheck_progress(
	const mailcheck *mc, uint32_t *ret_targets, uint64_t *ret_asked, uint64_t *ret_arrived)
{
	if (mc == NULL)
		return MAILCHECK_BAD_ARGUMENT;
	if (ret_targets != NULL)
		*ret_targets = mc->count;
	if (ret_asked != NULL)
		*ret_asked = mc->asked + (mc->store != NULL ? mc_store_asked(mc->store) : 0);
	if (ret_arrived != NULL)
		*ret_arrived = mc->arrived + (mc->store != NULL ? mc_store_arrived(mc->store) : 0);
	return MAILCHECK_OK;
}

int32_t
mailcheck_recorded(
	const mailcheck *mc, uint32_t i, const char **ret_target, const char **ret_checks)
{
	const struct mc_recorded_run *run;

	if (mc == NULL || ret_target == NULL || ret_checks == NULL)
		return MAILCHECK_BAD_ARGUMENT;
	run = mc->replay != NULL ? mc_replay_at(mc->replay, i) : NULL;
	if (run == NULL)
		return MAILCHECK_NOT_FOUND;
	*ret_target = run->input;
	*ret_checks = run->checks;
	return MAILCHECK_OK;
}
