/* endpoint: addresses and ports as text. */
#include "endpoint.h"

#include <stdio.h>
#include <string.h>

bool
endpoint_parse(const char *text, struct endpoint *ret_endpoint)
{
	const char *at = strrchr(text, '@');
	struct endpoint endpoint = {0};
	char address[MC_ADDRESS_SIZE];
	unsigned port;

	if (at == NULL || (size_t)(at - text) >= sizeof(address))
		return false;
	memcpy(address, text, (size_t)(at - text));
	address[at - text] = '\0';
	if (!mc_address_parse(address, &endpoint.address) ||
		!keyword_number(at + 1, UINT16_MAX, &port))
		return false;
	endpoint.port = (uint16_t)port;
	*ret_endpoint = endpoint;
	return true;
}

void
endpoint_format(char text[ENDPOINT_SIZE], const struct endpoint *endpoint)
{
	char address[MC_ADDRESS_SIZE];

	mc_address_format(address, &endpoint->address);
	snprintf(text, ENDPOINT_SIZE, endpoint->address.family == 6 ? "[%s]:%u" : "%s:%u", address,
		(unsigned)endpoint->port);
}
