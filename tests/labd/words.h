/* words: a line of a scenario file, cut into words. */
#ifndef LABD_WORDS_H
#define LABD_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "source.h"

#define WORDS_LIMIT 64

/* Octets, with a NUL behind them that does not count. */
struct text {
	const char *bytes; /* NULL: not given */
	size_t length;
};

struct word {
	struct text text;
	bool quoted;
};

struct words {
	struct word list[WORDS_LIMIT];
	size_t count;
};

/*
 * Words stand between blanks; "..." holds blanks and the escapes \r \n \t \0 \\ \" \xNN;
 * a # before a word begins a comment.
 */
bool words_split(
	struct mc_arena *arena, struct source *source, const char *line, struct words *ret_words);

/* An unquoted word equal to `name`. */
bool word_is(const struct word *word, const char *name);

#endif
