/*
 * net: facts from the network. The only room with sockets, a clock, files and random numbers.
 *
 * A program whose own loop runs the base must ignore SIGPIPE: libunbound writes to connections.
 * When the loop is run from here, the signal is blocked and taken back meanwhile.
 */
#ifndef MC_NET_NET_H
#define MC_NET_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "fact/provider.h"

struct event_base;

struct mc_net_server {
	struct mc_address address;
	uint16_t port;
};

/* A label to put into questions of block lists, known everywhere else by its name. */
struct mc_net_key {
	const char *name;
	const char *label;
};

/* What it points to must outlive the provider. */
struct mc_net_options {
	const struct mc_net_server *resolvers; /* asked in that order; none: the system's */
	size_t resolver_count;
	bool recursive;           /* no resolver: from the root down; so with root hints */
	const char *root_hints;   /* files; NULL: what is built in */
	const char *trust_anchor; /* instead of the built-in keys of the root */
	const struct mc_net_key *keys;
	size_t key_count;
	const char *ca_file;                /* NULL: the system's trust store */
	struct mc_address source4, source6; /* of sessions; family 0: any */
	int64_t dns_timeout, connect_timeout, reply_timeout, tls_timeout; /* ms; 0: the default */
	bool ipv4_only, ipv6_only;
	unsigned session_limit; /* connections at once; 0: 200 */
	unsigned per_address;   /* at once to one address; 0: 2 */
	unsigned per_prefix;    /* at once to one IPv4 /24 or IPv6 /64; 0: 8 */
	int64_t pace;           /* ms between two connects to one address; 0: 100 */
	const char *helo;       /* EHLO name of plans without one; NULL: found out */
};

/* The numbers are those of enum mailcheck_code. */
enum mc_net_code {
	MC_NET_OK = 0,
	MC_NET_NO_MEMORY = -1,
	MC_NET_FILE = -12,   /* a file of the options cannot be used */
	MC_NET_SYSTEM = -15, /* libevent or libunbound refused */
};

/*
 * `base` NULL: a loop of its own. Otherwise the caller's loop delivers the facts, the base must
 * outlive the provider, and its wait() runs the loop only with a timeout other than 0.
 * `error` gets the reason on failure.
 */
int32_t mc_net_new(struct mc_provider **ret_provider, const struct mc_net_options *options,
	struct event_base *base, char *error, size_t error_size);

#endif
