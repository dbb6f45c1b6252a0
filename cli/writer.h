/* writer: reports in one of the formats, and what stands between them. */
#ifndef CLI_WRITER_H
#define CLI_WRITER_H

#include <mailcheck.h>
#include <stdbool.h>
#include <stdint.h>

#include "options.h"
#include "output.h"
#include "targets.h"

struct writer {
	struct output *output;
	enum format format;
	uint32_t text_flags; /* enum mailcheck_text_flags, or-ed */
	bool array;          /* of JSON */
	size_t written;
};

/* `several` targets may come; `lines` of standard input are where they come from. */
void writer_begin(struct writer *writer, struct output *output, const struct options *options,
	bool several, bool lines);
/* False when out of memory: then nothing was written. */
bool writer_report(struct writer *writer, mailcheck_report *report);
/* A line of standard input that there is no report of, and why. False as above. */
bool writer_problem(
	struct writer *writer, const struct target *target, int32_t code, const char *text);
void writer_end(struct writer *writer);

#endif
