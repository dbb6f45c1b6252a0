/* wrap: text for people in lines of a width. */
#ifndef CLI_WRAP_H
#define CLI_WRAP_H

#include <stddef.h>

#include "output.h"

#define WRAP_WIDTH 79

/* Writes `text` and a line end; every line but the first begins with `indent` blanks. `column` is
 * where the first begins. */
void wrap_text(struct output *output, const char *text, size_t column, size_t indent);
/* `term`, and beside it at `indent`, or below it when it is too long, `text`. */
void wrap_term(struct output *output, const char *term, size_t indent, const char *text);

#endif
