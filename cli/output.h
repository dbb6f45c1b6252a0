/*
 * output: results on standard output. Once a write has failed nothing more is written, and the
 * command ends: quietly when the reader went away, else with a message.
 */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "status.h"

enum format { FORMAT_UNSET, FORMAT_TEXT, FORMAT_JSON, FORMAT_NDJSON };
enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct output {
	int error; /* errno of the write that failed; 0: none did */
};

/* Before anything is opened: makes sure that no file or socket takes the place of a closed
 * standard stream, and that a reader going away is an error, not a signal. */
void output_begin(void);

void output_text(struct output *output, const char *text);
void output_octets(struct output *output, const void *octets, size_t length);
/* As a JSON string, quotes and all. The text must be valid UTF-8. */
void output_json_text(struct output *output, const char *text);
/* Hands over what was written; false when that, or anything before it, failed. */
bool output_flush(struct output *output);
/* Flushes, closes, tells what went wrong; gives `status`, or USAGE when the output is not whole. */
enum status output_end(struct output *output, enum status status);

/* Whether standard output may have colours, and symbols outside ASCII. */
bool output_has_color(enum color color);
bool output_has_symbols(void);

#endif
