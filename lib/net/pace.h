/*
 * pace: who may connect now. Bounds how many connections there are at once in all, to one
 * address and to one network, and how fast they follow each other to one address.
 */
#ifndef MC_NET_PACE_H
#define MC_NET_PACE_H

#include "net/net_state.h"

struct mc_pace_host;

/* A place in the queue, then a connection. */
struct mc_pace_place {
	struct mc_pace_host *host; /* NULL: not in here */
	struct mc_pace_place *next;
	bool begun;
	void (*begin)(struct mc_pace_place *place); /* its turn has come */
};

struct mc_pace *mc_pace_new(struct mc_net *net);
/* After every place is left. */
void mc_pace_free(struct mc_pace *pace);

/* `begin` is called now or later, once. False when out of memory. */
bool mc_pace_enter(
	struct mc_pace *pace, struct mc_pace_place *place, const struct mc_address *address);
/* Whether begun or not. Another one's turn may come within. */
void mc_pace_leave(struct mc_pace *pace, struct mc_pace_place *place);
/* The host asked for peace (421): no new connection to it for some ms. */
void mc_pace_back_off(struct mc_pace *pace, struct mc_pace_place *place, int64_t ms);

#endif
