/*
 * json_write: JSON as one line of compact text, from a tree or a member at a time. Always valid
 * UTF-8: octets that are none become U+FFFD. What does not fit the limit of `buf`, or has no
 * memory, leaves `buf` failed.
 */
#ifndef MC_REPORT_JSON_WRITE_H
#define MC_REPORT_JSON_WRITE_H

#include <stdbool.h>

#include <jansson.h>

#include "base/buf.h"

/* Appends a tree; false when `buf` failed, or it is NULL or nested deeper than 256. */
bool mc_json_write(struct mc_buf *buf, json_t *value);

/* A comma, unless it is the first of its object or array. */
void mc_json_next(struct mc_buf *buf);
/* The name of a member, whose value comes next. */
void mc_json_name(struct mc_buf *buf, const char *name);
void mc_json_text(struct mc_buf *buf, const char *text); /* NULL: null */

/* A member of an object. */
void mc_json_put_octets(struct mc_buf *buf, const char *name, const char *text, size_t length);
void mc_json_put_text(struct mc_buf *buf, const char *name, const char *text); /* NULL: null */
void mc_json_put_integer(struct mc_buf *buf, const char *name, json_int_t value);
void mc_json_put_bool(struct mc_buf *buf, const char *name, bool value);
void mc_json_put(struct mc_buf *buf, const char *name, json_t *value);

#endif
