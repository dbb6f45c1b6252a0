/*
 * buf: a byte buffer that doubles as it grows and keeps room for a final NUL.
 */
#include "base/buf.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

#define BUF_MIN ((size_t)64)

void
mc_buf_init(struct mc_buf *buf, size_t limit)
{
	*buf = (struct mc_buf){.limit = limit < SIZE_MAX ? limit : SIZE_MAX - 1};
}

void
mc_buf_free(struct mc_buf *buf)
{
	mc_free(buf->data);
	mc_buf_init(buf, buf->limit);
}

void
mc_buf_clear(struct mc_buf *buf)
{
	buf->length = 0;
	buf->failed = false;
}

static bool
grow(struct mc_buf *buf, size_t extra)
{
	size_t need, capacity = buf->capacity < BUF_MIN ? BUF_MIN : buf->capacity;
	uint8_t *data;

	if (buf->failed || extra > buf->limit - buf->length)
		goto failed;
	need = buf->length + extra + 1;
	while (capacity < need)
		capacity = capacity > SIZE_MAX / 2 ? need : capacity * 2;
	data = mc_realloc(buf->data, capacity);
	if (data == NULL)
		goto failed;
	buf->data = data;
	buf->capacity = capacity;
	return true;
failed:
	buf->failed = true;
	return false;
}

static inline bool
reserve(struct mc_buf *buf, size_t extra)
{
	bool there = !buf->failed && extra < buf->capacity - buf->length &&
		     extra <= buf->limit - buf->length;

	return there || grow(buf, extra);
}

bool
mc_buf_reserve(struct mc_buf *buf, size_t length)
{
	return reserve(buf, length);
}

uint8_t *
mc_buf_extend(struct mc_buf *buf, size_t length)
{
	if (!reserve(buf, length))
		return NULL;
	buf->length += length;
	return buf->data + buf->length - length;
}

bool
mc_buf_append(struct mc_buf *buf, const void *bytes, size_t length)
{
	if (!reserve(buf, length))
		return false;
	if (length > 0)
		memcpy(buf->data + buf->length, bytes, length);
	buf->length += length;
	return true;
}

bool
mc_buf_puts(struct mc_buf *buf, const char *text)
{
	return mc_buf_append(buf, text, strlen(text));
}

bool
mc_buf_putc(struct mc_buf *buf, char c)
{
	if (!reserve(buf, 1))
		return false;
	buf->data[buf->length++] = (uint8_t)c;
	return true;
}

bool
mc_buf_decimal(struct mc_buf *buf, uint64_t number)
{
	char digits[20];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	return mc_buf_append(buf, digits + at, sizeof(digits) - at);
}

bool
mc_buf_u16(struct mc_buf *buf, uint16_t value)
{
	const uint8_t bytes[2] = {(uint8_t)(value >> 8), (uint8_t)value};

	return mc_buf_append(buf, bytes, sizeof(bytes));
}

bool
mc_buf_u32(struct mc_buf *buf, uint32_t value)
{
	const uint8_t bytes[4] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16),
		(uint8_t)(value >> 8), (uint8_t)value};

	return mc_buf_append(buf, bytes, sizeof(bytes));
}

bool
mc_buf_printf(struct mc_buf *buf, const char *format, ...)
{
	size_t room = buf->capacity - buf->length;
	va_list arguments, again;
	bool fits = false;
	int length;

	va_start(arguments, format);
	va_copy(again, arguments);
	length = vsnprintf(
		room > 0 ? (char *)buf->data + buf->length : NULL, room, format, arguments);
	if (length < 0)
		buf->failed = true;
	else
		fits = reserve(buf, (size_t)length);
	if (fits && (size_t)length >= room)
		vsnprintf((char *)buf->data + buf->length, (size_t)length + 1, format, again);
	if (fits)
		buf->length += (size_t)length;
	va_end(again);
	va_end(arguments);
	return fits;
}

void
mc_buf_consume(struct mc_buf *buf, size_t length)
{
	if (length >= buf->length) {
		buf->length = 0;
		return;
	}
	memmove(buf->data, buf->data + length, buf->length - length);
	buf->length -= length;
}

const char *
mc_buf_text(struct mc_buf *buf)
{
	if (buf->failed || buf->data == NULL)
		return "";
	buf->data[buf->length] = '\0';
	return (const char *)buf->data;
}
