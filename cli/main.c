/* mailcheck: the library's work, on a command line. */
#include <locale.h>
#include <stdlib.h>

#include "command.h"
#include "help.h"
#include "interrupt.h"
#include "message.h"

static enum status
run_command(const struct options *options, struct output *output)
{
	const struct command *command = command_find(options->words[0]);
	const struct flag *outside;

	if (command == NULL)
		return STATUS_USAGE;
	if (options->help) {
		help_command(output, command);
		return STATUS_OK;
	}
	outside = options_outside(options, command->flags);
	if (outside != NULL) {
		message("option '--%s' is not for 'mailcheck %s'", flag_name(outside),
			command->name);
		return STATUS_USAGE;
	}
	return command->run(command, options, output);
}

static enum status
run(const struct options *options, struct output *output)
{
	if (options->help && options->word_count == 0) {
		help_general(output);
		return STATUS_OK;
	}
	if (options->version && !options->help) {
		output_text(output, "mailcheck ");
		output_text(output, mailcheck_version());
		output_text(output, "\n");
		return STATUS_OK;
	}
	if (options->problem[0] != '\0' && !options->help) {
		message("%s", options->problem);
		return STATUS_USAGE;
	}
	if (options->word_count == 0) {
		help_brief();
		return STATUS_USAGE;
	}
	return run_command(options, output);
}

int
main(int argc, char **argv)
{
	struct options options;
	struct output output = {0};
	enum status status = STATUS_UNDETERMINED;

	setlocale(LC_CTYPE, "");
	output_begin();
	interrupt_ends();
	if (options_parse(&options, argc, argv))
		status = run(&options, &output);
	else
		message("out of memory");
	options_free(&options);
	return (int)output_end(&output, status);
}
