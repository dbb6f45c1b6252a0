/*
 * fetch: a page over HTTPS from the addresses of a host, and what became of it. No redirect is
 * followed; a page counts only over a connection whose certificate a client would accept.
 */
#ifndef MC_CHECK_FETCH_H
#define MC_CHECK_FETCH_H

#include "check/host.h"

#define MC_FETCH_ADDRESSES 4 /* most addresses of one host that are asked */

enum mc_fetch_state {
	MC_FETCH_GOOD,
	MC_FETCH_UNKNOWN,   /* no answer in time, or for a reason of our own: blames nobody */
	MC_FETCH_SPECIAL,   /* a special-purpose address, not contacted */
	MC_FETCH_UNREACHED, /* refused, reset, no route */
	MC_FETCH_TLS,
	MC_FETCH_CERTIFICATE,
	MC_FETCH_REDIRECT,
	MC_FETCH_STATUS, /* an HTTP status other than 200 */
	MC_FETCH_LARGE,
	MC_FETCH_PROTOCOL, /* no proper HTTP response */
	MC_FETCH_STATES
};

struct mc_fetched {
	const struct mc_https *https;
	struct mc_address address;
	enum mc_fetch_state state;
	const char *text; /* one clause, escaped; "" when good */
};

struct mc_fetch {
	const char *name;
	struct mc_host host;
	struct mc_fetched items[MC_FETCH_ADDRESSES];
	size_t count;                  /* 0: the host has no address that could be asked */
	const struct mc_fetched *good; /* the first; NULL: none */
	const struct mc_fetched *bad;  /* the first that tells of the target; NULL: none */
};

/* From at most `limit` addresses. MC_WAIT until all have answered. */
enum mc_step mc_fetch(struct mc_run *run, const char *host, const char *path, size_t limit,
	struct mc_fetch *ret_fetch);
/* What was seen, address by address. */
json_t *mc_fetch_json(struct mc_run *run, const struct mc_fetch *fetch);
/* Evidence about each address whose state is that one. */
void mc_fetch_evidence(struct mc_run *run, const struct mc_fetch *fetch, enum mc_fetch_state state);

#endif
