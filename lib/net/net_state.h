/*
 * net_state: what the files of this room share.
 */
#ifndef MC_NET_NET_STATE_H
#define MC_NET_NET_STATE_H

#include <event2/event.h>
#include <event2/event_struct.h>
#include <sys/types.h>

#include "net/net.h"

struct mc_hello;
struct mc_pace;
struct mc_query;
struct mc_resolver;
struct mc_tls_trust;

/* Told of the end. The arena is the receiver's: reset after the call unless it was moved away. */
typedef void mc_observed(void *argument, struct mc_arena *arena, struct mc_fact *fact);

/*
 * One question in work: the head of a lookup, a query or a connection. It is told of at most
 * once, always from the loop and never from inside the call that began it.
 */
struct mc_observation {
	struct mc_net *net;
	const struct mc_question *question; /* stays valid while in work */
	mc_observed *done;
	void *argument;
	/* Releases everything, without a word. */
	void (*drop)(struct mc_observation *observation);
	struct mc_arena arena;
	struct mc_fact *fact;
	bool over;
	bool counted;                           /* in net->open */
	struct mc_observation *previous, *next; /* in net->working or net->over */
};

struct mc_observations {
	struct mc_observation *first, *last;
};

/* Queries that have a socket, and those that wait for one. */
struct mc_query_queue {
	unsigned active;
	struct mc_query *first, *last;
};

struct mc_net {
	struct mc_provider provider; /* first */
	struct mc_net_options options;
	struct event_base *base;
	bool own_base;
	bool closing; /* nothing new is begun */
	bool forked;  /* in a child: connections are the parent's */
	pid_t process;
	int64_t wall, monotonic; /* ms, both read at the start */
	size_t open;             /* questions of the store's */
	unsigned lookup_limit, query_limit, session_limit;
	unsigned descriptors; /* for one resolver */
	struct mc_observations working, over;
	struct event deliver; /* there is something in `over` */
	struct event limit;   /* of one wait */
	struct mc_resolver *resolver;
	struct mc_hello *hello;
	struct mc_pace *pace;
	struct mc_tls_trust *trust;
	struct mc_query_queue queries;
};

int64_t mc_net_now(const struct mc_net *net); /* ms since 1970, never backwards */
/* (Re)arms a timer; false when out of memory. */
bool mc_net_timer(struct event *timer, int64_t ms);

void mc_net_observe(struct mc_net *net, struct mc_observation *observation,
	const struct mc_question *question, mc_observed *done, void *argument);
/* It has come to an end; `fact` (NULL: out of memory) lies in its arena. Told soon. */
void mc_net_over(struct mc_observation *observation, struct mc_fact *fact);
/* The same, with a failure that ends now; `began` 0: never begun. */
void mc_net_failed(struct mc_observation *observation, enum mc_failure failure, const char *text,
	int64_t began);
/* Takes it out of the lists and gives its arena back; part of every drop. */
void mc_net_forget(struct mc_observation *observation);

#endif
