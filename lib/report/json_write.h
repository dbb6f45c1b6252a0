/* json_write: a tree of JSON as one line of compact text. */
#ifndef MC_REPORT_JSON_WRITE_H
#define MC_REPORT_JSON_WRITE_H

#include <jansson.h>

#include "base/buf.h"

/* Appends; false when out of memory, past the limit of `buf`, or nested deeper than 256. */
bool mc_json_write(struct mc_buf *buf, json_t *value);

#endif
