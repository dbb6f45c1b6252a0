/*
 * name: domain names (RFC 1035, 2.3.1 and 5.1).
 *
 * Everywhere in this library a name is text in canonical form: lower case, no trailing dot
 * ("." alone is the root), bytes other than printable ASCII (space counts as none) as \DDD, and
 * a dot or backslash inside a label as \. and \\. (A label "@" is \064, as a bare @ stands for the
 * origin.) Equal names are equal strings. The wire form is met only in this room.
 */
#ifndef MC_RECORD_NAME_H
#define MC_RECORD_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define MC_NAME_WIRE_SIZE 255
#define MC_NAME_TEXT_SIZE 1024 /* 255 octets, each at most \DDD, with NUL */

/*
 * Canonical form of a name in presentation format. `origin` (canonical, may be NULL for the
 * root) completes a name without a final dot and stands for "@".
 * Returns NULL on success, else why the text is no name (a static string).
 */
const char *mc_name_canonical(
	const char *text, const char *origin, char ret_name[MC_NAME_TEXT_SIZE]);

/* Appends the uncompressed wire form of a canonical name; false when it is none. */
bool mc_name_to_wire(const char *name, struct mc_buf *wire);

/*
 * Reads the name at `offset` of a message, following compression pointers (strictly backwards,
 * bounded). Returns the offset behind the name, or 0 when it is malformed.
 */
size_t mc_name_from_wire(
	const uint8_t *message, size_t length, size_t offset, char ret_name[MC_NAME_TEXT_SIZE]);

/* The same, but appends the name in uncompressed canonical wire form (RFC 4034, 6.2). */
size_t mc_name_expand(
	struct mc_buf *ret_wire, const uint8_t *message, size_t length, size_t offset);

/* Octets of the name at the start of `wire`; 0 when it is malformed or compressed. */
size_t mc_name_wire_length(const uint8_t *wire, size_t length);

/* True when `name` is `ancestor` or below it. Both canonical. */
bool mc_name_within(const char *name, const char *ancestor);
/* Number of labels; the root has none. */
unsigned mc_name_labels(const char *name);
/* The name without its first label; "." when there is none left. Points into `name`. */
const char *mc_name_parent(const char *name);
/* "label.name"; false when too long. `label` may hold several labels, canonical. */
bool mc_name_join(const char *label, const char *name, char ret_name[MC_NAME_TEXT_SIZE]);

#endif
