/*
 * resolver: answers through libunbound, validated. Each server is a context of its own: they are
 * asked in order, the next one when one is silent or cannot tell.
 */
#ifndef MC_NET_RESOLVER_H
#define MC_NET_RESOLVER_H

#include "net/net_state.h"

int32_t mc_resolver_new(
	struct mc_resolver **ret_resolver, struct mc_net *net, char *error, size_t error_size);
/* After every observation is dropped. */
void mc_resolver_free(struct mc_resolver *resolver);

/* dns(name, type). NULL when out of memory. */
struct mc_observation *mc_resolver_ask(struct mc_resolver *resolver,
	const struct mc_question *question, mc_observed *done, void *argument);

#endif
