/*
 * base64: RFC 4648, 4, strict: padded, no line breaks, no stray bits.
 */
#ifndef MC_BASE_BASE64_H
#define MC_BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

bool mc_base64_encode(struct mc_buf *text, const void *bytes, size_t length);
/* Appends the bytes; false when the text is not base64 (some may have been appended) or they
 * do not fit. */
bool mc_base64_decode(struct mc_buf *bytes, const char *text, size_t length);

#endif
