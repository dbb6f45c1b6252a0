/* escape: the public door to base/escape. */
#include "base/escape.h"

#include <mailcheck/escape.h>
#include <string.h>

#include "base/buf.h"

#define ESCAPED_LIMIT ((size_t)256 << 20)

size_t
mailcheck_escape(const void *octets, size_t length, char *buffer, size_t size)
{
	struct mc_buf escaped;
	size_t whole;

	mc_buf_init(&escaped, ESCAPED_LIMIT);
	mc_escape_to(&escaped, octets, length);
	whole = escaped.failed ? 0 : escaped.length;
	if (size > 0) {
		size_t kept = whole < size ? whole : size - 1;
		if (kept > 0)
			memcpy(buffer, escaped.data, kept);
		buffer[kept] = '\0';
	}
	mc_buf_free(&escaped);
	return whole;
}
