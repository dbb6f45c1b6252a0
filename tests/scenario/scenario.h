/*
 * scenario: one text file: facts and dialogues in, expected report out. Grammar: README.md.
 */
#ifndef MC_TESTS_SCENARIO_H
#define MC_TESTS_SCENARIO_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "fact/fact.h"

/* One line of a block, with its number in the file. */
struct line {
	const char *text;
	int number;
	struct line *next;
};

/* "dns NAME TYPE WORDS...", "session ADDRESS@PORT" or "https ADDRESS@PORT HOST" with the indented
 * lines below it. */
struct block {
	const char *head; /* what follows the keyword */
	int number;
	struct line *lines;
	struct block *next;
};

struct scenario {
	struct mc_arena arena;
	const char *path;
	const char *target;
	const char *checks;
	int64_t now;
	struct line *options; /* "name value" */
	struct block *dns;
	struct block *sessions;
	struct block *gets;      /* https */
	struct block *dialogues; /* named, to be played by sessions */
	struct line *expect;
};

/* False with a message on standard error. */
bool scenario_read(struct scenario *scenario, const char *path);
void scenario_free(struct scenario *scenario);
/* "path:number: text" on standard error; always false. */
__attribute__((format(printf, 3, 4))) bool scenario_complain(
	const struct scenario *scenario, int number, const char *format, ...);

/* The next word of *text, which moves behind it; NULL at the end. "quoted words" count as one,
 * without the quotes. In `arena`. */
const char *scenario_word(struct mc_arena *arena, const char **text);
/* "250ms", "12s", "3m" in ms; -1 when it is none. */
int64_t scenario_duration(const char *word);

/* The facts of a scenario in virtual time. */
struct mc_provider *scenario_provider(struct scenario *scenario);
/* What went wrong while it was played; NULL: nothing. */
const char *scenario_provider_problem(const struct mc_provider *provider);

/* Expectations against a report's JSON; counts and prints what does not hold. */
int scenario_judge(const struct scenario *scenario, const char *json);

#endif
