/*
 * timestamp: milliseconds since 1970-01-01T00:00:00Z as RFC 3339 text and back. Reads no clock.
 */
#ifndef MC_BASE_TIMESTAMP_H
#define MC_BASE_TIMESTAMP_H

#include <stdbool.h>
#include <stdint.h>

#define MC_TIMESTAMP_SIZE 32

/* "2026-11-22T10:00:00Z"; fractions of a second are cut. Years 0000 to 9999, else clamped. */
void mc_timestamp_format(char text[MC_TIMESTAMP_SIZE], int64_t ms);
/* Accepts exactly that form, with optional fraction; false otherwise. */
bool mc_timestamp_parse(const char *text, int64_t *ret_ms);

#endif
