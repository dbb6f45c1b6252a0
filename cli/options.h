/*
 * options: the command line, taken apart. Options stand anywhere among the arguments; "--" ends
 * them. Those of the library are only collected here.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <mailcheck.h>
#include <stdbool.h>
#include <stddef.h>

#include "flag.h"
#include "output.h"

struct setting {
	struct flag flag;
	const char *value;
};

struct options {
	enum format format;
	enum color color;
	int32_t fail_on; /* enum mailcheck_severity */
	bool quiet, verbose, help, version;
	char *checks;       /* NULL: not given */
	const char **words; /* what is not an option; the first is the command */
	size_t word_count;
	struct setting *settings; /* every option, in the order given */
	size_t setting_count, setting_room;
	char problem[2048]; /* the first thing that is wrong; "" when nothing is */
};

/* False when out of memory. */
bool options_parse(struct options *options, int argc, char **argv);
void options_free(struct options *options);

/* The first option given that is of none of these groups; NULL when there is none. */
const struct flag *options_outside(const struct options *options, unsigned groups);
/* Whether an option of that name was given. */
bool options_has(const struct options *options, const char *name);
/* The value last given; NULL: none. */
const char *options_value(const struct options *options, const char *name);
/* Gives every setting of the library to the context, in the order given; `spf`: about a client
 * that is judged by SPF. */
int32_t options_apply(
	const struct options *options, bool spf, mailcheck *mc, const struct setting **ret_at);

#endif
