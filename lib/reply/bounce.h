/*
 * bounce: what a message about mail that was not delivered says of each recipient: a delivery
 * status notification (RFC 3464, 6533), or free text.
 */
#ifndef MC_REPLY_BOUNCE_H
#define MC_REPLY_BOUNCE_H

#include <stdint.h>

#include "base/arena.h"

#define MC_BOUNCE_RECIPIENTS 256 /* most that are read */

struct mc_bounce_recipient {
	const char *address; /* "" when the text names none; NULL in none of these */
	const char *action;  /* RFC 3464, 2.3.3, in lower case: "failed", "delayed", ... or "" */
	const char *status;  /* the Status field, "" when there is none */
	const char *server;  /* the Remote-MTA field, "" when there is none */
	const char *reply;   /* what was said, to be classified; "" when nothing was */
};

struct mc_bounce {
	struct mc_bounce_recipient *recipients;
	size_t count;
	const char *server; /* the Reporting-MTA field, "" when there is none */
	bool cut;           /* there is more than is read */
};

/* Any octets will do; there is always a recipient. False when out of memory. */
bool mc_bounce_read(
	struct mc_arena *arena, const uint8_t *octets, size_t length, struct mc_bounce *ret_bounce);

#endif
