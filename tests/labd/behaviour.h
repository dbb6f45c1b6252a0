/* behaviour: which deviation applies, and what it makes of a reply. */
#ifndef LABD_BEHAVIOUR_H
#define LABD_BEHAVIOUR_H

#include "base/buf.h"
#include "scenario.h"

#define BEHAVIOUR_REPLY_LIMIT ((size_t)16 << 20)

/* The first that applies; NULL: good conduct. `connection` counts from 1. */
const struct behaviour *behaviour_find(const struct server *server, int step, bool secure,
	unsigned connection, const char *command);

/* Changes the reply as the behaviour says; NULL changes nothing. */
void behaviour_apply(const struct behaviour *behaviour, struct mc_buf *reply);

/* How the octets of such a reply leave. */
struct pace behaviour_pace(const struct behaviour *behaviour, size_t length);

#endif
