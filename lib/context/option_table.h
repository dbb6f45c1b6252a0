/*
 * option_table: one row an option, and how it is set. For context/option.c.
 */
#ifndef MC_CONTEXT_OPTION_TABLE_H
#define MC_CONTEXT_OPTION_TABLE_H

#include "context/option.h"

struct mailcheck_option {
	const char *name;
	char letter;
	enum mailcheck_option_kind kind;
	const char *argument;
	const char *help;
	bool repeatable;
	enum mailcheck_option_scope scope;
	bool freezes;    /* at the first submit */
	bool network;    /* means nothing in a replay */
	bool unrecorded; /* not in record files */
	bool hidden;     /* only record files set it; the last of the table */
	bool file;       /* names a file that must be there */
	/* NULL on success, else what is wrong with the value; see context/option_value.h. */
	const char *(*apply)(
		struct mc_options *options, const struct mailcheck_option *row, const char *value);
	size_t offset; /* of what it sets in mc_options, where apply wants to know */
};

/* NULL when there is no option of that name. */
const struct mailcheck_option *mc_option_find(const char *name);

/*
 * The array of `count` items with room for one more, NULL when out of memory (see the arena). It
 * has mc_option_places() of its count, so that items are written behind the count of every older
 * copy, never under it.
 */
void *mc_option_room(struct mc_arena *arena, void *items, size_t count, size_t size);

/* option_lists.c: how the options about block lists are set. */
const char *mc_option_lists_text(
	struct mc_options *options, const struct mailcheck_option *row, const char *value);
const char *mc_option_lists(
	struct mc_options *options, const struct mailcheck_option *row, const char *value);
const char *mc_option_list_key(
	struct mc_options *options, const struct mailcheck_option *row, const char *value);
const char *mc_option_list_budget(
	struct mc_options *options, const struct mailcheck_option *row, const char *value);
const char *mc_option_list(
	struct mc_options *options, const struct mailcheck_option *row, const char *value);
const char *mc_option_list_keys(
	struct mc_options *options, const struct mailcheck_option *row, const char *value);
const char *mc_option_public_resolver(
	struct mc_options *options, const struct mailcheck_option *row, const char *value);
/* Remembers that a resolver is one that lists refuse. */
const char *mc_option_note_public(struct mc_options *options, const struct mc_address *address);

/* option_message.c: a message whose signatures name keys. */
const char *mc_option_message(
	struct mc_options *options, const struct mailcheck_option *row, const char *value);
const char *mc_option_signature(
	struct mc_options *options, const struct mailcheck_option *row, const char *value);

/* Keeps a value for record files, as if that option had been set. */
void mc_option_remember(struct mc_options *options, const char *name, const char *value);

#endif
