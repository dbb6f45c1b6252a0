/*
 * json_write: compact JSON. A tree is written octet for octet as json_dumps() does with
 * JSON_COMPACT, in a tenth of its time: that one keeps account of every array and object it is
 * in, by name, lest it go round in circles. What checks build has none; depth is bounded instead.
 */
#include "report/json_write.h"

#include <string.h>

#include "base/escape.h"

#define DEPTH_LIMIT 256
#define REAL_SIZE 64
#define CHUNK 16
#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */

static bool write_value(struct mc_buf *buf, json_t *value, unsigned depth);

static bool
plain(char c)
{
	return ((unsigned char)c >= ' ') & ((unsigned char)c < 0x80) & (c != '"') & (c != '\\');
}

static bool
write_octet(struct mc_buf *buf, char c)
{
	static const char escaped[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	const char *at = c != '\0' ? strchr(escaped, c) : NULL;

	if (at != NULL)
		return mc_buf_putc(buf, '\\') && mc_buf_putc(buf, letters[at - escaped]);
	return mc_buf_printf(buf, "\\u%04X", (unsigned char)c);
}

/* What stands for octets that are not plain; returns how many of them, 0 when there is no room. */
static size_t
write_odd(struct mc_buf *buf, const char *text, size_t length)
{
	uint32_t c;
	size_t size;

	if ((unsigned char)text[0] < 0x80)
		return write_octet(buf, text[0]);
	size = mc_utf8_decode((const uint8_t *)text, length, &c);
	if (size == 0)
		return mc_buf_puts(buf, REPLACEMENT);
	return mc_buf_append(buf, text, size) ? size : 0;
}

/* Without a branch an octet, so that a compiler makes it a few wide instructions. */
static bool
plain_chunk(const char *text)
{
	unsigned odd = 0;

	for (size_t i = 0; i < CHUNK; i++)
		odd |= !plain(text[i]);
	return odd == 0;
}

static size_t
plain_length(const char *text, size_t length)
{
	size_t run = 0;

	while (length - run >= CHUNK && plain_chunk(text + run))
		run += CHUNK;
	while (run < length && plain(text[run]))
		run++;
	return run;
}

static bool
write_escaped(struct mc_buf *buf, const char *text, size_t length)
{
	bool good = mc_buf_putc(buf, '"');

	while (good && length > 0) {
		size_t run = plain_length(text, length), odd = 0;

		good = mc_buf_append(buf, text, run);
		if (good && run < length) {
			odd = write_odd(buf, text + run, length - run);
			good = odd > 0;
		}
		text += run + odd;
		length -= run + odd;
	}
	return good && mc_buf_putc(buf, '"');
}

static bool
write_text(struct mc_buf *buf, const char *text, size_t length)
{
	uint8_t *to;

	if (plain_length(text, length) < length)
		return write_escaped(buf, text, length);
	to = mc_buf_extend(buf, length + 2);
	if (to == NULL)
		return false;
	to[0] = to[length + 1] = '"';
	memcpy(to + 1, text, length);
	return true;
}

static bool
write_integer(struct mc_buf *buf, json_int_t value)
{
	if (value >= 0)
		return mc_buf_decimal(buf, (uint64_t)value);
	return mc_buf_putc(buf, '-') && mc_buf_decimal(buf, -(uint64_t)value);
}

static bool
write_real(struct mc_buf *buf, json_t *value)
{
	char text[REAL_SIZE];
	size_t length = json_dumpb(value, text, sizeof(text), JSON_ENCODE_ANY);

	return length > 0 && length <= sizeof(text) && mc_buf_append(buf, text, length);
}

static bool
write_array(struct mc_buf *buf, const json_t *array, unsigned depth)
{
	bool good = mc_buf_putc(buf, '[');

	for (size_t i = 0; good && i < json_array_size(array); i++)
		good = (i == 0 || mc_buf_putc(buf, ',')) &&
		       write_value(buf, json_array_get(array, i), depth);
	return good && mc_buf_putc(buf, ']');
}

static bool
write_object(struct mc_buf *buf, json_t *object, unsigned depth)
{
	void *first = json_object_iter(object);
	bool good = mc_buf_putc(buf, '{');

	for (void *at = first; good && at != NULL; at = json_object_iter_next(object, at)) {
		const char *key = json_object_iter_key(at);
		good = (at == first || mc_buf_putc(buf, ',')) &&
		       write_text(buf, key, strlen(key)) && mc_buf_putc(buf, ':') &&
		       write_value(buf, json_object_iter_value(at), depth);
	}
	return good && mc_buf_putc(buf, '}');
}

static bool
write_value(struct mc_buf *buf, json_t *value, unsigned depth)
{
	if (value == NULL || depth == DEPTH_LIMIT)
		return false;
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return write_object(buf, value, depth + 1);
	case JSON_ARRAY:
		return write_array(buf, value, depth + 1);
	case JSON_STRING:
		return write_text(buf, json_string_value(value), json_string_length(value));
	case JSON_INTEGER:
		return write_integer(buf, json_integer_value(value));
	case JSON_REAL:
		return write_real(buf, value);
	case JSON_TRUE:
		return mc_buf_puts(buf, "true");
	case JSON_FALSE:
		return mc_buf_puts(buf, "false");
	case JSON_NULL:
		return mc_buf_puts(buf, "null");
	}
	return false;
}

bool
mc_json_write(struct mc_buf *buf, json_t *value)
{
	if (write_value(buf, value, 0))
		return true;
	buf->failed = true;
	return false;
}

/* --- without a tree --- */

void
mc_json_next(struct mc_buf *buf)
{
	if (buf->length > 0 && strchr("{[", buf->data[buf->length - 1]) == NULL)
		mc_buf_putc(buf, ',');
}

void
mc_json_name(struct mc_buf *buf, const char *name)
{
	mc_json_next(buf);
	write_text(buf, name, strlen(name));
	mc_buf_putc(buf, ':');
}

void
mc_json_text(struct mc_buf *buf, const char *text)
{
	if (text != NULL)
		write_text(buf, text, strlen(text));
	else
		mc_buf_puts(buf, "null");
}

void
mc_json_put_octets(struct mc_buf *buf, const char *name, const char *text, size_t length)
{
	mc_json_name(buf, name);
	write_text(buf, text, length);
}

void
mc_json_put_text(struct mc_buf *buf, const char *name, const char *text)
{
	mc_json_name(buf, name);
	mc_json_text(buf, text);
}

void
mc_json_put_integer(struct mc_buf *buf, const char *name, json_int_t value)
{
	mc_json_name(buf, name);
	write_integer(buf, value);
}

void
mc_json_put_bool(struct mc_buf *buf, const char *name, bool value)
{
	mc_json_name(buf, name);
	mc_buf_puts(buf, value ? "true" : "false");
}

void
mc_json_put(struct mc_buf *buf, const char *name, json_t *value)
{
	mc_json_name(buf, name);
	(void)mc_json_write(buf, value);
}
