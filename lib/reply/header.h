/*
 * header: the fields of a message or of one part of it (RFC 5322, 2.2).
 */
#ifndef MC_REPLY_HEADER_H
#define MC_REPLY_HEADER_H

#include "base/arena.h"
#include <stdint.h>

struct mc_header {
	const uint8_t *text;
	size_t length;
};

struct mc_header_field {
	const char *name;
	size_t name_length;
	const char *value; /* as it stands, folded, without its line end */
	size_t value_length;
};

/* The header at the start of `text`, and what is behind the empty line that ends it. Without one,
 * all of it is the header. */
struct mc_header mc_header_split(
	const uint8_t *text, size_t length, const uint8_t **ret_rest, size_t *ret_rest_length);
/*
 * The group of fields at the start of `text` (RFC 3464, 2.1): up to an empty line, or one of
 * nothing but blanks, or, where such lines were left out, the next field that names a recipient. No
 * octet at an empty line, nor at the end.
 */
struct mc_header mc_header_group(const char *text);
/* Whether `text` begins with a field. */
bool mc_header_begins(const uint8_t *text, size_t length);
/* The field at `at`, which then is behind it; false at the end. Lines that are no field are passed
 * over. */
bool mc_header_next(const struct mc_header *header, size_t *at, struct mc_header_field *ret_field);
/* The value of the first field of that name, unfolded, blanks at its ends left out; NULL: none. */
const char *mc_header_find(
	struct mc_arena *arena, const struct mc_header *header, const char *name);
const char *mc_header_value(struct mc_arena *arena, const struct mc_header_field *field);

#endif
