/* service: the servers of a scenario at work: listening sockets and who answers on them. */
#ifndef LABD_SERVICE_H
#define LABD_SERVICE_H

#include "ca.h"
#include "lab.h"

struct services;

/* All servers listen when this returns; NULL with the scenario's error set. */
struct services *service_start(
	struct lab *lab, struct scenario *scenario, const struct authority *authorities);
void service_stop(struct services *services);

#endif
