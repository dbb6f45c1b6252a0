/* range: the addresses of a CIDR, one by one. */
#ifndef CLI_RANGE_H
#define CLI_RANGE_H

#include <stdbool.h>

#define RANGE_FREE 16 /* addresses that may be asked about without more ado */
#define RANGE_MAX 4096
#define RANGE_TEXT 64

struct range {
	int family;              /* AF_INET, AF_INET6 */
	unsigned char bytes[16]; /* of its first address */
	unsigned count;          /* at most RANGE_MAX */
	const char *problem;     /* NULL: none */
};

/* False when the text is no address with a slash and a number. */
bool range_parse(struct range *range, const char *text);
void range_address(const struct range *range, unsigned i, char text[RANGE_TEXT]);

#endif
