/* diagnose: the commands domain, dns and smtp. */
#include <string.h>

#include "command.h"
#include "interrupt.h"
#include "message.h"
#include "pump.h"
#include "verdict.h"

static enum status
set_up(struct pump *pump, const struct options *options)
{
	const struct setting *setting;
	int32_t code = mailcheck_new(&pump->mc);

	if (code != MAILCHECK_OK) {
		message("%s", mailcheck_strerror(code));
		return STATUS_UNDETERMINED;
	}
	code = options_apply(options, pump->mc, &setting);
	if (code == MAILCHECK_OK)
		return STATUS_OK;
	message_option(flag_name(&setting->flag), mailcheck_error(pump->mc));
	return verdict_error(code);
}

static bool
add_arguments(struct pump *pump, const struct options *options)
{
	for (size_t i = 1; i < options->word_count; i++) {
		struct job *job = pump_add(pump);

		if (job == NULL ||
			!targets_from_argument(&job->target, &pump->kind, options->words[i]))
			return false;
		job->state = JOB_READY;
	}
	return true;
}

/* What a record file was made of, unless --check asks for something else of it. */
static bool
add_recorded(struct pump *pump, const struct options *options)
{
	const char *target, *checks;

	for (uint32_t i = 0; mailcheck_recorded(pump->mc, i, &target, &checks) == MAILCHECK_OK;
		i++) {
		struct targets_kind kind = pump->kind;
		struct job *job;

		if (!targets_is_kind(&kind, target))
			continue;
		if (options->checks == NULL && checks != NULL)
			kind.checks = checks;
		job = pump_add(pump);
		if (job == NULL || !targets_from_argument(&job->target, &kind, target))
			return false;
		job->state = JOB_READY;
	}
	return true;
}

static enum status
add_targets(struct pump *pump, const struct command *command, const struct options *options)
{
	if (!add_arguments(pump, options) || (pump->count == 0 && !add_recorded(pump, options))) {
		message("out of memory");
		return STATUS_UNDETERMINED;
	}
	if (pump->count > 0)
		return STATUS_OK;
	if (options_has(options, "replay"))
		message("the record file holds no target for 'mailcheck %s'", command->name);
	else
		message("no %s given; try 'mailcheck %s --help'", command->argument, command->name);
	return STATUS_USAGE;
}

/* Nothing is sent before every target is known to be one; all that are not are told. */
static enum status
judge_targets(const struct pump *pump)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < pump->count; i++) {
		const struct target *target = &pump->jobs[i].target;
		const char *problem = target->problem;
		int32_t code = MAILCHECK_BAD_TARGET;

		if (problem == NULL) {
			code = mailcheck_accepts(pump->mc, target->text, target->checks);
			problem = mailcheck_error(pump->mc);
		}
		if (code == MAILCHECK_OK)
			continue;
		if (code == MAILCHECK_BAD_CHECK) {
			message_option("check", problem);
			return STATUS_USAGE;
		}
		message("'%s': %s", SHOWN(target->input), problem);
		status = status_worse(status, verdict_error(code));
	}
	return status;
}

static enum status
prepare(struct pump *pump, const struct command *command, const struct options *options)
{
	enum status status = set_up(pump, options);

	if (status == STATUS_OK && pump->lines == NULL)
		status = add_targets(pump, command, options);
	if (status == STATUS_OK)
		status = judge_targets(pump);
	return status;
}

static enum status
run(struct pump *pump, const struct options *options, struct output *output)
{
	enum status status;

	interrupt_watch();
	progress_begin(&pump->progress, options->quiet);
	writer_begin(&pump->writer, output, options, pump->lines != NULL || pump->count > 1,
		pump->lines != NULL);
	status = pump_run(pump);
	if (mailcheck_finish(pump->mc) != MAILCHECK_OK) {
		message("%s", mailcheck_error(pump->mc));
		status = status_worse(status, STATUS_USAGE);
	}
	return status;
}

static bool
has_dash(const struct options *options)
{
	for (size_t i = 1; i < options->word_count; i++)
		if (strcmp(options->words[i], "-") == 0)
			return true;
	return false;
}

enum status
diagnose_run(const struct command *command, const struct options *options, struct output *output)
{
	struct pump pump = {.kind = command->kind, .fail_on = options->fail_on};
	struct lines lines = {.end = 0};
	enum status status;

	if (options->checks != NULL)
		pump.kind.checks = options->checks;
	if (has_dash(options)) {
		if (options->word_count > 2) {
			message("'-' (targets from standard input) stands alone");
			return STATUS_USAGE;
		}
		pump.lines = &lines;
	}
	status = prepare(&pump, command, options);
	if (status == STATUS_OK)
		status = run(&pump, options, output);
	pump_free(&pump);
	return status;
}
