/* diagnose: the commands domain, dns, smtp, spf and dnsbl. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "command.h"
#include "interrupt.h"
#include "message.h"
#include "pump.h"
#include "range.h"
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
	if (options_has(options, "record"))
		interrupt_watch(); /* a file that was begun has to be put away */
	code = options_apply(options, pump->kind.scheme == targets_spf, pump->mc, &setting);
	if (code == MAILCHECK_OK)
		return STATUS_OK;
	message_option(flag_name(&setting->flag), mailcheck_error(pump->mc));
	return verdict_error(code);
}

/* The same name, a final dot and case apart. */
static bool
same_name(const char *a, const char *b)
{
	size_t length = strlen(a), other = strlen(b);

	length -= length > 0 && a[length - 1] == '.';
	other -= other > 0 && b[other - 1] == '.';
	return length == other && strncasecmp(a, b, length) == 0;
}

/* The checks that a record file's run of this target made; else the command's. */
static const char *
recorded_checks(const struct pump *pump, const char *text)
{
	const char *target, *checks;

	for (uint32_t i = 0; mailcheck_recorded(pump->mc, i, &target, &checks) == MAILCHECK_OK; i++)
		if (checks != NULL && same_name(target, text))
			return checks;
	return pump->kind.checks;
}

static bool
add_argument(struct pump *pump, const struct options *options, const char *argument)
{
	struct targets_kind kind = pump->kind;
	struct job *job = pump_add(pump);

	if (options->checks == NULL)
		kind.checks = recorded_checks(pump, argument);
	if (job == NULL || !targets_from_argument(&job->target, &kind, argument))
		return false;
	job->state = JOB_READY;
	return true;
}

/* Address by address; a wide one only where the lists were chosen or paid for. */
static bool
add_range(struct pump *pump, const struct options *options, const struct range *range,
	const char *argument)
{
	bool chosen = options_has(options, "list") || options_has(options, "dnsbl-keys");
	char text[RANGE_TEXT];

	if (range->problem != NULL || (range->count > RANGE_FREE && !chosen)) {
		if (!add_argument(pump, options, argument))
			return false;
		pump->jobs[pump->count - 1].target.problem =
			range->problem != NULL
				? range->problem
				: "more than 16 addresses are asked about with --list ZONE or "
				  "--dnsbl-keys FILE only";
		return true;
	}
	for (unsigned i = 0; i < range->count; i++) {
		range_address(range, i, text);
		if (!add_argument(pump, options, text))
			return false;
	}
	return true;
}

static bool
add_arguments(struct pump *pump, const struct options *options)
{
	for (size_t i = 1; i < options->word_count; i++) {
		struct range range;

		if (pump->kind.scheme == targets_listing &&
			range_parse(&range, options->words[i])) {
			if (!add_range(pump, options, &range, options->words[i]))
				return false;
		} else if (!add_argument(pump, options, options->words[i]))
			return false;
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
		if (job == NULL || !targets_from_recorded(&job->target, &kind, target))
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
	if (status == STATUS_INTERRUPTED && !options->quiet)
		message("interrupted");
	if (status == STATUS_INTERRUPTED && pump->finished == 0)
		return status;
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

/* What --check names, within what the command looks at. */
static bool
choose_checks(const struct command *command, const struct options *options, const char **ret_checks,
	char **ret_owned)
{
	if (options->checks == NULL)
		return true;
	*ret_checks = options->checks;
	if (command->kind.checks == NULL)
		return true;
	if (asprintf(ret_owned, "%s/%s", command->kind.checks, options->checks) < 0)
		return false;
	*ret_checks = *ret_owned;
	return true;
}

static bool
lacks_sender(const struct options *options)
{
	const char *step = options_value(options, "quit-after");
	bool envelope = step != NULL && (strcmp(step, "mail") == 0 || strcmp(step, "rcpt") == 0);

	return (envelope || options_has(options, "to")) && !options_has(options, "from") &&
	       !options_has(options, "replay");
}

enum status
diagnose_run(const struct command *command, const struct options *options, struct output *output)
{
	struct pump pump = {.kind = command->kind, .fail_on = options->fail_on};
	struct lines lines = {.end = 0};
	char *checks = NULL;
	enum status status;

	if (lacks_sender(options)) {
		message("--to and --quit-after mail or rcpt need --from ('' is the null sender)");
		return STATUS_USAGE;
	}
	if (!choose_checks(command, options, &pump.kind.checks, &checks)) {
		message("out of memory");
		return STATUS_UNDETERMINED;
	}
	if (has_dash(options)) {
		if (options->word_count > 2) {
			message("'-' (targets from standard input) stands alone");
			free(checks);
			return STATUS_USAGE;
		}
		pump.lines = &lines;
	}
	status = prepare(&pump, command, options);
	if (status != STATUS_OK && interrupt_came()) /* which may be why a file was not read */
		status = STATUS_INTERRUPTED;
	if (status == STATUS_OK)
		status = run(&pump, options, output);
	pump_free(&pump);
	free(checks);
	return status;
}
