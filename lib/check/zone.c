/* zone: the SOA at or above a name marks its zone (RFC 1034, 4.2). */
#include "check/zone.h"

#include <string.h>

#define ZONE_LEVELS 12 /* most labels climbed */

enum mc_step
mc_zone_find(struct mc_run *run, const char *name, struct mc_zone *ret_zone)
{
	*ret_zone = (struct mc_zone){0};
	for (int level = 0; level < ZONE_LEVELS; level++) {
		const struct mc_dns *soa = mc_ask_dns(run, NULL, name, MC_RR_SOA);
		if (soa == NULL)
			return MC_WAIT;
		if (soa->fact.status != MC_FACT_OK) {
			ret_zone->failed = level == 0 ? &soa->fact : NULL;
			return MC_DONE;
		}
		if (soa->count > 0 && soa->alias_count == 0) {
			ret_zone->apex = name;
			ret_zone->soa = soa;
			return MC_DONE;
		}
		if (strcmp(name, ".") == 0)
			return MC_DONE;
		name = mc_name_parent(name);
	}
	return MC_DONE;
}
