/*
 * dnssec: the chain of trust of the domain's zone. Shared by the files of the dnssec check.
 */
#ifndef MC_CHECK_DNSSEC_H
#define MC_CHECK_DNSSEC_H

#include "check/zone.h"
#include "record/dnssec.h"

#define MC_DNSSEC_RECORDS 4

struct mc_chain {
	const char *apex;
	const struct mc_dns *ds, *keys; /* at the apex */
	const struct mc_dns *records[MC_DNSSEC_RECORDS];
};

/* dnssec_cause.c: findings on why answers are bogus, as far as the records themselves show it. */
void mc_dnssec_explain(struct mc_run *run, const struct mc_chain *chain);
/* The key that a DS stands for is in the zone. */
bool mc_ds_matched(const struct mc_chain *chain, const struct mc_ds *ds);

#endif
