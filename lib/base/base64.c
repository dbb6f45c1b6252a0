/*
 * base64: RFC 4648, 4.
 */
#include "base/base64.h"

#include <stdint.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool
mc_base64_encode(struct mc_buf *text, const void *bytes, size_t length)
{
	const uint8_t *p = bytes;

	for (size_t i = 0; i < length; i += 3) {
		size_t n = length - i < 3 ? length - i : 3;
		uint32_t bits = (uint32_t)p[i] << 16;
		char out[4];

		if (n > 1)
			bits |= (uint32_t)p[i + 1] << 8;
		if (n > 2)
			bits |= p[i + 2];
		out[0] = alphabet[bits >> 18];
		out[1] = alphabet[bits >> 12 & 63];
		out[2] = n > 1 ? alphabet[bits >> 6 & 63] : '=';
		out[3] = n > 2 ? alphabet[bits & 63] : '=';
		mc_buf_append(text, out, sizeof(out));
	}
	return !text->failed;
}

static int
digit(char c)
{
	const char *found = c == '\0' ? NULL : strchr(alphabet, c);

	return found == NULL ? -1 : (int)(found - alphabet);
}

bool
mc_base64_decode(struct mc_buf *bytes, const char *text, size_t length)
{
	size_t padding = 0;

	if (length % 4 != 0)
		return false;
	while (padding < 2 && padding < length && text[length - padding - 1] == '=')
		padding++;
	for (size_t i = 0; i < length; i += 4) {
		size_t digits = i + 4 == length ? 4 - padding : 4;
		uint32_t bits = 0;
		uint8_t out[3];

		for (size_t k = 0; k < 4; k++) {
			int value = k < digits ? digit(text[i + k]) : 0;

			if (value < 0)
				return false;
			bits = bits << 6 | (uint32_t)value;
		}
		out[0] = (uint8_t)(bits >> 16);
		out[1] = (uint8_t)(bits >> 8);
		out[2] = (uint8_t)bits;
		if ((digits < 4 && out[2] != 0) || (digits < 3 && out[1] != 0))
			return false;
		mc_buf_append(bytes, out, digits - 1);
	}
	return !bytes->failed;
}
