/*
 * escape: one reversible rendering of bytes nobody may trust.
 *
 * What stays as it is: printable ASCII but the backslash, and well-formed UTF-8 that is neither
 * a C1 control, a bidirectional control, a zero-width or other invisible format character, a
 * line or paragraph separator, a tag character, nor a noncharacter. Every other byte, and the
 * backslash, becomes \xNN (upper-case hex). The result is valid UTF-8 of one line.
 */
#ifndef MC_BASE_ESCAPE_H
#define MC_BASE_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"

/* "" when out of memory. */
const char *mc_escape(struct mc_arena *arena, const void *bytes, size_t length);
void mc_escape_to(struct mc_buf *buf, const void *bytes, size_t length);
/* The bytes mc_escape() was given; false when the text is not of its making. */
bool mc_unescape(
	struct mc_arena *arena, const char *text, const void **ret_bytes, size_t *ret_length);
/* The length of the well-formed UTF-8 sequence of several octets at `p`; 0 when there is none (RFC
 * 3629, 4). */
size_t mc_utf8_decode(const uint8_t *p, size_t left, uint32_t *ret_c);
/* True when mc_escape() would change nothing but backslashes. */
bool mc_escape_clean(const void *bytes, size_t length);

#endif
