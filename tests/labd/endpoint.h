/* endpoint: "smtp NAME ADDRESS@PORT...", the first line of a server. */
#ifndef LABD_ENDPOINT_H
#define LABD_ENDPOINT_H

#include "scenario.h"

/* "127.0.0.1@25", "::1@25" */
bool endpoint_parse(const char *text, struct endpoint *ret_endpoint);
#define ENDPOINT_SIZE (MC_ADDRESS_SIZE + 8)
/* "127.0.0.1:25", "[::1]:25" */
void endpoint_format(char text[ENDPOINT_SIZE], const struct endpoint *endpoint);

#endif
