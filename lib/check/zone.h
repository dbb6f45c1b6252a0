/*
 * zone: the zone a name lives in, as the resolver shows it.
 */
#ifndef MC_CHECK_ZONE_H
#define MC_CHECK_ZONE_H

#include "fact/run.h"

struct mc_zone {
	const char *apex;             /* NULL: not found */
	const struct mc_dns *soa;     /* at the apex */
	const struct mc_fact *failed; /* the lookup of the name's own SOA */
};

/* Looks for the SOA upwards from `name`. MC_WAIT while it is not known. */
enum mc_step mc_zone_find(struct mc_run *run, const char *name, struct mc_zone *ret_zone);

#endif
