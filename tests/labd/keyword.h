/* keyword: the words of a line read by a table: keyword, kind of argument, where it goes. */
#ifndef LABD_KEYWORD_H
#define LABD_KEYWORD_H

#include "words.h"

enum keyword_kind {
	KEYWORD_FLAG,     /* no argument; bool */
	KEYWORD_VALUE,    /* no argument; int, from the row */
	KEYWORD_NUMBER,   /* unsigned */
	KEYWORD_SIGNED,   /* int */
	KEYWORD_DURATION, /* "3s", "400ms", "2m", "1h", "5d"; unsigned, milliseconds */
	KEYWORD_TEXT,     /* struct text */
	KEYWORD_TEXTS,    /* struct texts: one or more, to the next keyword */
	KEYWORD_CHOICE,   /* int, by name */
};

struct choice {
	const char *name; /* NULL: the end */
	int value;
};

struct keyword {
	const char *name; /* NULL: the end */
	enum keyword_kind kind;
	size_t offset; /* of the field in the target */
	int value;
	const struct choice *choices;
};

struct texts {
	const struct text *list;
	size_t count;
};

/* Reads the words from `first` on into `target`. */
bool keyword_read(struct mc_arena *arena, struct source *source, const struct keyword *table,
	const struct words *words, size_t first, void *target);

bool keyword_duration(const char *text, unsigned *ret_ms);
bool keyword_number(const char *text, unsigned max, unsigned *ret_number);
const struct choice *keyword_choice(const struct choice *choices, const char *name);

#endif
