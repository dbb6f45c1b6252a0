/* help: how to use the command, made from its tables. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "command.h"

void help_general(struct output *output);
void help_command(struct output *output, const struct command *command);
/* A few lines on standard error, for who gave no command at all. */
void help_brief(void);

#endif
