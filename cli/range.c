/* range: the addresses of a CIDR. */
#include "range.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

/* Clears the bits behind the prefix; false when some were set. */
static bool
mask(struct range *range, unsigned width, unsigned prefix)
{
	bool clean = true;

	for (unsigned bit = prefix; bit < width; bit++) {
		unsigned char flag = (unsigned char)(0x80u >> (bit % 8));
		clean = clean && (range->bytes[bit / 8] & flag) == 0;
		range->bytes[bit / 8] = (unsigned char)(range->bytes[bit / 8] & ~flag);
	}
	return clean;
}

bool
range_parse(struct range *range, const char *text)
{
	const char *slash = strchr(text, '/');
	char address[RANGE_TEXT];
	unsigned width, prefix = 0;

	*range = (struct range){.count = 0};
	if (slash == NULL || (size_t)(slash - text) >= sizeof(address))
		return false;
	memcpy(address, text, (size_t)(slash - text));
	address[slash - text] = '\0';
	range->family = strchr(address, ':') != NULL ? AF_INET6 : AF_INET;
	width = range->family == AF_INET6 ? 128 : 32;
	if (inet_pton(range->family, address, range->bytes) != 1)
		return false;
	if (slash[1] == '\0' || strlen(slash + 1) > 3 ||
		slash[1 + strspn(slash + 1, "0123456789")] != '\0')
		range->problem = "the number of bits behind the slash is none";
	else
		prefix = (unsigned)atoi(slash + 1);
	if (range->problem == NULL && prefix > width)
		range->problem = "the number of bits behind the slash is none";
	else if (range->problem == NULL && width - prefix > 12)
		range->problem = "the range holds more than 4096 addresses";
	else if (range->problem == NULL && !mask(range, width, prefix))
		range->problem = "the address has bits set behind the prefix";
	else if (range->problem == NULL)
		range->count = 1u << (width - prefix);
	return true;
}

void
range_address(const struct range *range, unsigned i, char text[RANGE_TEXT])
{
	unsigned char bytes[16];
	unsigned last = range->family == AF_INET6 ? 15 : 3;

	memcpy(bytes, range->bytes, sizeof(bytes));
	bytes[last] = (unsigned char)(bytes[last] + (i & 0xff));
	bytes[last - 1] = (unsigned char)(bytes[last - 1] + (i >> 8));
	text[0] = '\0';
	(void)inet_ntop(range->family, bytes, text, RANGE_TEXT);
}
