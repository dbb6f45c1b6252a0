/*
 * upstream: one server that is asked for answers (or the roots, in their place): its libunbound
 * context, and whether anybody is there.
 */
#ifndef MC_NET_UPSTREAM_H
#define MC_NET_UPSTREAM_H

#include <unbound.h>

#include "net/net_state.h"

#define MC_UPSTREAM_NAME 96

enum mc_upstream_kind {
	MC_UPSTREAM_NAMED,  /* by the user */
	MC_UPSTREAM_SYSTEM, /* by /etc/resolv.conf */
	MC_UPSTREAM_ROOTS,
};

struct mc_upstream {
	struct mc_net *net;
	enum mc_upstream_kind kind;
	char name[MC_UPSTREAM_NAME]; /* "192.0.2.1@53", as libunbound takes it; "" the roots */
	struct mc_net_server server; /* address of family 0: cannot be asked by ourselves */
	struct ub_ctx *ctx;          /* NULL until it is needed */
	int64_t heard;               /* when it last answered; 0: never */
	int64_t looked;              /* when somebody last looked whether it is there */
	bool silent;                 /* nobody was */
	struct mc_question probe;
	struct mc_observation *probing;
};

/* Makes the context, unless there is one. False: `error` says why. */
bool mc_upstream_open(
	struct mc_upstream *upstream, int32_t *ret_code, char *error, size_t error_size);
void mc_upstream_close(struct mc_upstream *upstream);

/* It answered. */
void mc_upstream_heard(struct mc_upstream *upstream);
/* It is about to be asked, and has `time` ms: unless it was heard of late, one query of our own
 * tells a dead server from a slow answer. */
void mc_upstream_probe(struct mc_upstream *upstream, int64_t time);
/* Nobody is there, as far as is known since `began`. */
bool mc_upstream_silent(const struct mc_upstream *upstream, int64_t began);

/* In the place of a server. */
void mc_upstream_roots(struct mc_upstream *upstream, const struct mc_net_options *options);
/* The servers of /etc/resolv.conf, at most `limit`; 127.0.0.1 when it names none. */
size_t mc_upstream_system(struct mc_upstream *upstreams, size_t limit, const char *path);

#endif
