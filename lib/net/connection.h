/*
 * connection: a session fact: waits for its turn, connects, and pumps the dialogue, with TLS in
 * between.
 */
#ifndef MC_NET_CONNECTION_H
#define MC_NET_CONNECTION_H

#include "net/net_state.h"

/* NULL when out of memory. */
struct mc_observation *mc_connection_begin(
	struct mc_net *net, const struct mc_question *question, mc_observed *done, void *argument);
/* Its caller's time is up: what was seen of a session becomes the fact, and is over() at once. One
 * that was not connected is left as it is. */
void mc_connection_give_up(struct mc_observation *observation, const char *why);

#endif
