/*
 * query: one question to one server, by a DNS message of our own (RFC 1035, RFC 6891): over UDP,
 * and over TCP when the answer is cut. Nothing is cached, nothing rewritten.
 */
#ifndef MC_NET_QUERY_H
#define MC_NET_QUERY_H

#include "net/net_state.h"

/* dns(name, type, @server), RD=0: an answer with the server's own AA and TTL.
 * NULL when out of memory. */
struct mc_observation *mc_query_begin(
	struct mc_net *net, const struct mc_question *question, mc_observed *done, void *argument);

/* The same with RD=1, a server and a time of one's own. */
struct mc_observation *mc_query_probe(struct mc_net *net, const struct mc_question *question,
	const struct mc_net_server *server, int64_t timeout, mc_observed *done, void *argument);

#endif
