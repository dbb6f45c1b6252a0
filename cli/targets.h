/* targets: what is to be looked at: arguments, lines of standard input, or a record file. */
#ifndef CLI_TARGETS_H
#define CLI_TARGETS_H

#include <mailcheck.h>
#include <stdbool.h>
#include <stddef.h>

struct target {
	char *text;  /* for mailcheck_submit() */
	char *input; /* as it was given */
	size_t input_length;
	char *checks;        /* NULL: all that apply */
	const char *problem; /* why it is no target, static; NULL: it may be one */
};

extern const char targets_host[];    /* HOST[:PORT] */
extern const char targets_listing[]; /* IP or DOMAIN */
extern const char targets_spf[];     /* any DOMAIN, for SPF */

/* What a command makes of them. */
struct targets_kind {
	const char *scheme; /* before what the library takes: one of those above; NULL: DOMAIN */
	const char *checks; /* NULL: all that apply */
};

/* False when out of memory. */
bool targets_from_argument(
	struct target *target, const struct targets_kind *kind, const char *argument);
bool targets_from_line(struct target *target, const struct targets_kind *kind, const char *text,
	size_t length, bool cut);
/* As from the argument that was recorded. */
bool targets_from_recorded(
	struct target *target, const struct targets_kind *kind, const char *recorded);
/* Whether a recorded target is of that kind. */
bool targets_is_kind(const struct targets_kind *kind, const char *recorded);
void targets_clear(struct target *target);

#endif
