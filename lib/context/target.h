/*
 * target: what a caller hands in, understood: "example.com", "smtp://host:port" or
 * "spf:example.com", and a list of checks.
 */
#ifndef MC_CONTEXT_TARGET_H
#define MC_CONTEXT_TARGET_H

#include "fact/run.h"
#include "record/name.h"

struct mc_target {
	enum mc_target_kind kind;
	char name[MC_NAME_TEXT_SIZE];
	bool literal;
	struct mc_address address;
	uint16_t port;
};

/* NULL on success, else what is wrong (static). */
const char *mc_target_parse(const char *text, struct mc_target *ret_target);

/* `checks`: comma-separated names, "records", or NULL for all of that kind. NULL on success, else
 * what is wrong; *ret_word is the word it is about (in `checks`, up to a comma). */
const char *mc_target_checks(const char *checks, enum mc_target_kind kind, uint64_t *ret_selected,
	const char **ret_word);

/* The names of the checks that could stand in `checks`, with commas between, cut at `size`. */
void mc_target_check_names(const char *checks, enum mc_target_kind kind, char *text, size_t size);

#endif
