/* command: the table of commands. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "options.h"
#include "output.h"
#include "targets.h"

struct command {
	const char *name;
	const char *arguments; /* in the usage line */
	const char *argument;  /* one of them; NULL: none is needed */
	const char *summary;
	const char *description;
	const char *const *examples; /* NULL-terminated */
	unsigned flags;              /* enum flag_group, or-ed */
	struct targets_kind kind;
	enum status (*run)(const struct command *command, const struct options *options,
		struct output *output);
};

extern const struct command commands[];
extern const size_t command_count;

/* NULL when there is none of that name; then tells so, with the likely one. */
const struct command *command_find(const char *name);

enum status diagnose_run(
	const struct command *command, const struct options *options, struct output *output);
enum status explain_run(
	const struct command *command, const struct options *options, struct output *output);
enum status help_run(
	const struct command *command, const struct options *options, struct output *output);
enum status reply_run(
	const struct command *command, const struct options *options, struct output *output);
enum status record_run(
	const struct command *command, const struct options *options, struct output *output);

#endif
