/*
 * hello: the name to say EHLO with: of the source address, confirmed forwards; else of this
 * machine, when it resolves; else the address as a literal (RFC 5321, 4.1.3). Never localhost, a
 * bare name, or the name of the one we talk to.
 */
#ifndef MC_NET_HELLO_H
#define MC_NET_HELLO_H

#include "net/net_state.h"
#include "record/name.h"

#define MC_HELLO_SIZE (MC_NAME_TEXT_SIZE)

struct mc_hello_source;

/* One who waits for the name of a source address. */
struct mc_hello_waiter {
	struct mc_hello_source *source; /* NULL: does not wait, or no longer */
	struct mc_hello_waiter *previous, *next;
	void (*known)(struct mc_hello_waiter *waiter); /* from the loop, once */
};

struct mc_hello *mc_hello_new(struct mc_net *net);
/* After every observation is dropped. */
void mc_hello_free(struct mc_hello *hello);

/* Begins to find the name out, unless it is known. False when out of memory. */
bool mc_hello_seek(
	struct mc_hello *hello, struct mc_hello_waiter *waiter, const struct mc_address *address);
void mc_hello_leave(struct mc_hello_waiter *waiter);
/* All is known that there is to know. */
bool mc_hello_known(const struct mc_hello_waiter *waiter);
/* The best name for the waiter's address as far as it is known, but not `host`. */
void mc_hello_name(
	const struct mc_hello_waiter *waiter, const char *host, char ret_name[MC_HELLO_SIZE]);

#endif
