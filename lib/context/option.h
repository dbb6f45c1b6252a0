/*
 * option: the options of a context: one table, their values, and what was set.
 */
#ifndef MC_CONTEXT_OPTION_H
#define MC_CONTEXT_OPTION_H

#include <mailcheck/option.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "fact/settings.h"
#include "net/net.h"

#define MC_OPTION_RESOLVERS 16 /* most of each list */
#define MC_OPTION_CONNECT_TO 1000
#define MC_OPTION_ASSUME 1000
#define MC_OPTION_DKIM_SELECTORS 50
#define MC_OPTION_LISTS 200
#define MC_OPTION_CONCURRENCY_MAX 1000

struct mc_option_value {
	const char *name;
	const char *value;
};

/*
 * A plain copy of `settings` and of `given` (with its count) stays valid while options are set,
 * until mc_options_trim() or mc_options_free(): nothing they reach is written again.
 */
struct mc_options {
	struct mc_arena arena;        /* of what can be set at any time */
	struct mc_arena frozen_arena; /* of what freezes; never trimmed */
	size_t trimmed;               /* octets in `arena` after the last trim */
	struct mc_settings settings;
	struct mc_net_options net;
	const char *record; /* NULL: none */
	const char *replay; /* NULL: none */
	uint32_t concurrency;
	/* what goes into a record file: all but record, replay and concurrency, in the order set */
	struct mc_option_value *given;
	size_t given_count;
	bool frozen; /* set by the context at the first submit */
};

/* The defaults. Errors: NO_MEMORY. */
int32_t mc_options_init(struct mc_options *options);
void mc_options_free(struct mc_options *options);

/* Nothing changes on failure; the text is in the arena, or static.
 * Errors: BAD_OPTION, BAD_VALUE, FROZEN, FILE, NO_MEMORY. */
int32_t mc_options_set(
	struct mc_options *options, const char *name, const char *value, const char **ret_error);

/* Sets what a record file holds, as far as it means anything without a network: no resolver, no
 * files. Errors: DAMAGED for what no recorder writes, NO_MEMORY. */
int32_t mc_options_set_recorded(struct mc_options *options, const struct mc_option_value *given,
	size_t count, const char **ret_error);

/* The built-in table of block lists, unless another was given. False when out of memory. */
bool mc_options_lists(struct mc_options *options);

/* Gives back the memory of values no longer set and of errors told, if it is worth the while. Only
 * while no copy of `settings` or `given` is in use; what `net`, `record` and `replay` point to
 * stays where it is. False when out of memory: then nothing has changed. */
bool mc_options_trim(struct mc_options *options);

/* How many items every list here has memory for: the next power of two, at least 1. */
size_t mc_option_places(size_t count);

#endif
