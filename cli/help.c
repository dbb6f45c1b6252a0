/* help: examples first, then options in groups. */
#include "help.h"

#include <stdio.h>
#include <string.h>

#include "message.h"
#include "wrap.h"

#define COMMAND_INDENT 14
#define FLAG_INDENT 30

struct section {
	enum flag_group group;
	const char *title;
};

static const struct section sections[] = {
	{FLAGS_VERDICT, "Checks:"},
	{FLAGS_HOST, "Dialogue:"},
	{FLAGS_SPF, "Client:"},
	{FLAGS_MESSAGE, "Message:"},
	{FLAGS_REPLY, "Reading:"},
	{FLAGS_ANY, "Network, files and limits:"},
	{FLAGS_OUTPUT, "Output:"},
	{FLAGS_GENERAL, "Help:"},
};

struct exit_row {
	const char *status;
	const char *text;
};

static const struct exit_row exit_rows[] = {
	{"  0", "no finding at or above --fail-on; of standard input: every line got its line"},
	{"  1", "such a finding"},
	{"  2", "wrong usage, or a file that cannot be read or written"},
	{"  3", "could not be determined"},
	{"  130", "interrupted"},
};

static void
exit_statuses(struct output *output)
{
	output_text(output, "\nExit status:\n");
	for (size_t i = 0; i < sizeof(exit_rows) / sizeof(exit_rows[0]); i++)
		wrap_term(output, exit_rows[i].status, 8, exit_rows[i].text);
}

static void
examples(struct output *output, const struct command *command)
{
	output_text(output, "\nExamples:\n");
	for (const char *const *example = command->examples; *example != NULL; example++) {
		output_text(output, "  ");
		output_text(output, *example);
		output_text(output, "\n");
	}
}

/* Of --message, which reply takes for a bounce and the others for a message that is signed. */
static const char *
help_of(const struct flag *flag, const struct command *command)
{
	if (flag->own == OWN_MESSAGE && (command->flags & FLAGS_REPLY) != 0)
		return "The bounce to be read, in place of TEXT (-: standard input)";
	return flag_help(flag);
}

static void
describe_flag(struct output *output, const struct command *command, const struct flag *flag)
{
	const char *argument = flag_argument(flag);
	char letter = flag_letter(flag), term[256];

	snprintf(term, sizeof(term), "  %c%c%c --%s%s%s", letter != 0 ? '-' : ' ',
		letter != 0 ? letter : ' ', letter != 0 ? ',' : ' ', flag_name(flag),
		argument[0] != '\0' ? " " : "", argument);
	wrap_term(output, term, FLAG_INDENT, help_of(flag, command));
}

static void
describe_section(
	struct output *output, const struct command *command, const struct section *section)
{
	struct flag flag;
	bool begun = false;

	for (size_t i = 0; flag_at(i, &flag); i++) {
		if (flag_group(&flag) != section->group)
			continue;
		if (!begun) {
			output_text(output, "\n");
			output_text(output, section->title);
			output_text(output, "\n");
			begun = true;
		}
		describe_flag(output, command, &flag);
	}
}

void
help_command(struct output *output, const struct command *command)
{
	output_text(output, "Usage: mailcheck ");
	output_text(output, command->name);
	output_text(output, " [OPTION...] ");
	output_text(output, command->arguments);
	output_text(output, "\n\n");
	wrap_text(output, command->description, 0, 0);
	examples(output, command);
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		if ((sections[i].group & command->flags) != 0)
			describe_section(output, command, &sections[i]);
	if ((command->flags & FLAGS_VERDICT) != 0)
		exit_statuses(output);
}

void
help_general(struct output *output)
{
	char term[64];

	output_text(output, "Usage: mailcheck COMMAND [OPTION...] [ARGUMENT...]\n\n");
	wrap_text(output,
		"Does mail to and from this domain or host flow, and if not, why, whose fault is "
		"it, "
		"and what exactly has to change?",
		0, 0);
	output_text(output, "\nExamples:\n");
	for (size_t i = 0; i < command_count; i++)
		if (commands[i].argument != NULL) {
			output_text(output, "  ");
			output_text(output, commands[i].examples[0]);
			output_text(output, "\n");
		}
	output_text(output, "\nCommands:\n");
	for (size_t i = 0; i < command_count; i++) {
		snprintf(term, sizeof(term), "  %s", commands[i].name);
		wrap_term(output, term, COMMAND_INDENT, commands[i].summary);
	}
	output_text(output, "\n'mailcheck COMMAND --help' shows the options of a command.\n");
	exit_statuses(output);
}

void
help_brief(void)
{
	fputs("Usage: mailcheck COMMAND [OPTION...] [ARGUMENT...]\n\nCommands:\n", stderr);
	for (size_t i = 0; i < command_count; i++)
		fprintf(stderr, "  %-*s%s\n", COMMAND_INDENT - 2, commands[i].name,
			commands[i].summary);
	fputs("\nTry 'mailcheck domain example.com', or 'mailcheck --help'.\n", stderr);
}

enum status
help_run(const struct command *command, const struct options *options, struct output *output)
{
	const struct command *about;

	if (options->word_count > 2) {
		message("help is for one command at a time");
		return STATUS_USAGE;
	}
	if (options->word_count < 2) {
		help_general(output);
		return STATUS_OK;
	}
	(void)command;
	about = command_find(options->words[1]);
	if (about == NULL)
		return STATUS_USAGE;
	help_command(output, about);
	return STATUS_OK;
}
