/*
 * rules_text: rules as people write them; the head of rules.txt says how.
 */
#ifndef MC_REPLY_RULES_TEXT_H
#define MC_REPLY_RULES_TEXT_H

#include "base/arena.h"
#include "reply/rules.h"

#define MC_RULES_PROBLEM_SIZE 384

struct mc_rules_text {
	const char *name; /* of the file, for messages */
	const char *text;
	size_t length;
};

/* Compiles texts, one after the other, into the arena. False when one is wrong ("NAME:LINE: ...")
 * or memory ran out; `problem` then says so. */
bool mc_rules_compile(struct mc_arena *arena, const struct mc_rules_text *texts, size_t count,
	struct mc_rules *ret_rules, char problem[MC_RULES_PROBLEM_SIZE]);

#endif
