/*
 * host: the addresses of a host, as every check that connects sees them.
 */
#ifndef MC_CHECK_HOST_H
#define MC_CHECK_HOST_H

#include "fact/run.h"

#define MC_HOST_ADDRESSES 8 /* most addresses of one host that are looked at */

struct mc_host {
	const struct mc_dns *answers[2]; /* A, AAAA; NULL: not asked for (-4, -6) */
	const struct mc_fact *failed;    /* a lookup that failed; NULL: none */
	const struct mc_dns *bogus;
	const struct mc_dns *alias; /* an answer that went through a CNAME */
	bool nxdomain;
	bool other_family; /* it has addresses, all of the family that -4 or -6 leaves out */
	struct mc_address addresses[MC_HOST_ADDRESSES]; /* IPv4 first, each sorted */
	size_t count;
	size_t left_out; /* addresses beyond MC_HOST_ADDRESSES */
};

/* MC_WAIT until both lookups have arrived. */
enum mc_step mc_host_resolve(struct mc_run *run, const char *host, struct mc_host *ret_host);
/* Whether the address is one of the host's. */
bool mc_host_has(const struct mc_host *host, const struct mc_address *address);
/* Whether the resolver has the same addresses for a name that no one can have (RFC 6761, 6.4): they
 * tell nothing then. MC_WAIT while that is not known. */
enum mc_step mc_host_made_up(struct mc_run *run, const struct mc_host *host, bool *ret_made_up);
/* True when -4 or -6 leaves no address of the host: inconclusive, and that is told. */
bool mc_host_left_aside(struct mc_run *run, const struct mc_host *host, const char *name);
/* Spawns the host's addresses as subjects at the run's port. */
void mc_host_spawn(struct mc_run *run, const struct mc_host *host);
/* JSON array of the addresses as text. */
json_t *mc_host_json(const struct mc_host *host);
/* The name without the domain that stands behind it a second time, as it comes about where the
 * final dot is missing: "mx.example.com" of "mx.example.com.example.com"; NULL: it does not. */
const char *mc_host_undoubled(struct mc_run *run, const char *name, const char *domain);
/* "a.example -> b.example -> c.example" */
const char *mc_host_chain(struct mc_run *run, const struct mc_dns *dns);
/* ms from question to answer of the slower lookup. */
int64_t mc_host_ms(const struct mc_host *host);

#endif
