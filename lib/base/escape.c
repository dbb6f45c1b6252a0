/*
 * escape: \xNN for whatever a terminal, a log or a reader could be fooled with.
 */
#include "base/escape.h"

#include <stdint.h>
#include <string.h>

struct range {
	uint32_t first, last;
};

/* Controls, bidirectional controls, invisible and format characters, noncharacters; sorted. */
/* clang-format off */
static const struct range hidden[] = {
	{0x0080, 0x009F},   {0x00AD, 0x00AD},   {0x061C, 0x061C},   {0x115F, 0x1160},
	{0x17B4, 0x17B5},   {0x180B, 0x180F},   {0x200B, 0x200F},   {0x2028, 0x202E},
	{0x2060, 0x206F},   {0x3164, 0x3164},   {0xFDD0, 0xFDEF},   {0xFE00, 0xFE0F},
	{0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},   {0xFFF0, 0xFFFB},   {0x1BCA0, 0x1BCA3},
	{0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF},
};
/* clang-format on */

static bool
is_hidden(uint32_t c)
{
	size_t low = 0, high = sizeof(hidden) / sizeof(hidden[0]);

	if ((c & 0xFFFE) == 0xFFFE)
		return true;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (c > hidden[middle].last)
			low = middle + 1;
		else if (c < hidden[middle].first)
			high = middle;
		else
			return true;
	}
	return false;
}

size_t
mc_utf8_decode(const uint8_t *p, size_t left, uint32_t *ret_c)
{
	static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
	size_t length = p[0] < 0xC2 ? 0 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : p[0] < 0xF5 ? 4 : 0;
	uint32_t c;

	if (length == 0 || length > left)
		return 0;
	c = p[0] & (0xFFU >> (length + 1));
	for (size_t i = 1; i < length; i++) {
		if ((p[i] & 0xC0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3FU);
	}
	if (c < least[length] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		return 0;
	*ret_c = c;
	return length;
}

/* How many bytes at `p` stay as they are; 0: the first one is to be escaped. */
static size_t
plain(const uint8_t *p, size_t left)
{
	uint32_t c;
	size_t length;

	if (p[0] < 0x80)
		return p[0] >= 0x20 && p[0] < 0x7F && p[0] != '\\' ? 1 : 0;
	length = mc_utf8_decode(p, left, &c);
	return length != 0 && !is_hidden(c) ? length : 0;
}

void
mc_escape_to(struct mc_buf *buf, const void *bytes, size_t length)
{
	static const char hex[] = "0123456789ABCDEF";
	const uint8_t *p = bytes;
	size_t i = 0;

	while (i < length && !buf->failed) {
		size_t n = 0, step;

		while (i + n < length && (step = plain(p + i + n, length - i - n)) != 0)
			n += step;
		if (n > 0) {
			mc_buf_append(buf, p + i, n);
			i += n;
		} else {
			const char escaped[4] = {'\\', 'x', hex[p[i] >> 4], hex[p[i] & 15]};

			mc_buf_append(buf, escaped, sizeof(escaped));
			i++;
		}
	}
}

/* Nearly all text is: eight octets at once, by the high bit that a step over a border sets in each.
 */
#define EACH UINT64_C(0x0101010101010101)
#define HIGH (EACH * 0x80)

static uint64_t
odd_octets(uint64_t octets)
{
	uint64_t backslash = octets ^ (EACH * '\\');
	uint64_t low = octets & ~HIGH;

	return (octets | ~(low + EACH * (0x80 - 0x20)) | (low + EACH) |
		       ~((backslash & ~HIGH) + ~HIGH)) &
	       HIGH;
}

static bool
is_plain_ascii(const uint8_t *p, size_t length)
{
	uint64_t octets, odd = 0;

	for (; length >= sizeof(octets); p += sizeof(octets), length -= sizeof(octets)) {
		memcpy(&octets, p, sizeof(octets));
		odd |= odd_octets(octets);
	}
	octets = EACH * ' ';
	if (length > 0)
		memcpy(&octets, p, length);
	return (odd | odd_octets(octets)) == 0;
}

const char *
mc_escape(struct mc_arena *arena, const void *bytes, size_t length)
{
	struct mc_buf buf;
	const char *text = "";

	if (is_plain_ascii(bytes, length))
		return mc_arena_strndup(arena, length > 0 ? bytes : "", length);
	mc_buf_init(&buf, arena->limit);
	mc_escape_to(&buf, bytes, length);
	if (buf.failed)
		arena->failed = true;
	else
		text = mc_arena_strndup(arena, mc_buf_text(&buf), buf.length);
	mc_buf_free(&buf);
	return text;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Writes at most strlen(text) bytes. */
static bool
decode(const char *text, uint8_t *bytes, size_t *ret_length)
{
	size_t n = 0;

	for (const char *p = text; *p != '\0'; n++) {
		int high, low;

		if (*p != '\\') {
			bytes[n] = (uint8_t)*p++;
			continue;
		}
		if (p[1] != 'x' || (high = hex_digit(p[2])) < 0 || (low = hex_digit(p[3])) < 0)
			return false;
		bytes[n] = (uint8_t)(high * 16 + low);
		p += 4;
	}
	*ret_length = n;
	return true;
}

bool
mc_unescape(struct mc_arena *arena, const char *text, const void **ret_bytes, size_t *ret_length)
{
	size_t size = strlen(text), length = 0;
	uint8_t *bytes = mc_arena_alloc(arena, size + 1);
	struct mc_arena again;
	bool same;

	if (bytes == NULL || !decode(text, bytes, &length))
		return false;
	bytes[length] = '\0';
	mc_arena_init(&again, arena->limit);
	same = strcmp(mc_escape(&again, bytes, length), text) == 0;
	arena->failed |= again.failed;
	mc_arena_reset(&again);
	if (!same || arena->failed)
		return false;
	*ret_bytes = bytes;
	*ret_length = length;
	return true;
}

bool
mc_escape_clean(const void *bytes, size_t length)
{
	const uint8_t *p = bytes;
	size_t step;

	for (size_t i = 0; i < length; i += step) {
		step = p[i] == '\\' ? 1 : plain(p + i, length - i);
		if (step == 0)
			return false;
	}
	return true;
}
