/* source: where in the scenario files the reader is, and what it found wrong there. */
#ifndef LABD_SOURCE_H
#define LABD_SOURCE_H

#include <stdbool.h>

struct place {
	const char *file;
	unsigned line;
};

struct source {
	struct place place;
	char error[512]; /* "file:line: what is wrong" */
};

/* Keeps the first error; always false. */
__attribute__((format(printf, 2, 3))) bool source_error(
	struct source *source, const char *format, ...);
/* The same, about a line read earlier. */
__attribute__((format(printf, 3, 4))) bool source_error_at(
	struct source *source, const struct place *place, const char *format, ...);

#endif
