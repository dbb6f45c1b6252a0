/* scenario_server: the sections of a scenario that are servers. */
#ifndef LABD_SCENARIO_SERVER_H
#define LABD_SCENARIO_SERVER_H

#include "scenario.h"

/* "smtp NAME ADDRESS@PORT...": NULL with the error set. */
struct server *scenario_server_open(
	struct scenario *scenario, enum protocol protocol, const struct words *words);
/* A line that belongs to it. */
bool scenario_server_line(
	struct scenario *scenario, struct server *server, const struct words *words);
/* What only the whole section can tell. */
bool scenario_server_finish(struct scenario *scenario, struct server *server);

#endif
