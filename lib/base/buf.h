/*
 * buf: a growing byte buffer with a hard limit. Failure is sticky, as in an arena.
 */
#ifndef MC_BASE_BUF_H
#define MC_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mc_buf {
	uint8_t *data;
	size_t length;
	size_t capacity;
	size_t limit; /* most bytes to hold */
	bool failed;  /* out of memory, or past the limit */
};

void mc_buf_init(struct mc_buf *buf, size_t limit);
void mc_buf_free(struct mc_buf *buf);
void mc_buf_clear(struct mc_buf *buf); /* length 0, not failed, memory kept */
/* Room for so many bytes at once, of what is to come. */
bool mc_buf_reserve(struct mc_buf *buf, size_t length);
/* Makes it longer: where the new bytes are to be written. NULL when they would not fit. */
uint8_t *mc_buf_extend(struct mc_buf *buf, size_t length);
/* All or nothing; false when it would not fit. */
bool mc_buf_append(struct mc_buf *buf, const void *bytes, size_t length);
bool mc_buf_puts(struct mc_buf *buf, const char *text);
bool mc_buf_putc(struct mc_buf *buf, char c);
bool mc_buf_decimal(struct mc_buf *buf, uint64_t number);
bool mc_buf_u16(struct mc_buf *buf, uint16_t value); /* network order */
bool mc_buf_u32(struct mc_buf *buf, uint32_t value);
__attribute__((format(printf, 2, 3))) bool mc_buf_printf(
	struct mc_buf *buf, const char *format, ...);
/* Drops the first `length` bytes. */
void mc_buf_consume(struct mc_buf *buf, size_t length);
/* The content as a NUL-terminated string, valid until the next call; "" when failed. */
const char *mc_buf_text(struct mc_buf *buf);

#endif
