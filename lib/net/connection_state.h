/*
 * connection_state: the inside of a connection, for connection.c (its life) and stream.c (its
 * octets).
 */
#ifndef MC_NET_CONNECTION_STATE_H
#define MC_NET_CONNECTION_STATE_H

#include "net/hello.h"
#include "net/net_state.h"
#include "net/pace.h"
#include "net/talk.h"
#include "tls/client.h"

struct mc_http_client;
struct mc_smtp;

enum mc_connection_phase {
	MC_CONNECTION_WAITING, /* in the queue */
	MC_CONNECTION_CONNECTING,
	MC_CONNECTION_TALKING,
	MC_CONNECTION_LINGERING, /* all is said; will the server close TLS as it should? */
	MC_CONNECTION_OVER,
};

struct mc_connection {
	struct mc_observation base; /* first */
	enum mc_connection_phase phase;
	struct mc_pace_place place;
	struct mc_hello_waiter waiter;
	struct mc_question question; /* a copy in the arena, once begun */
	struct mc_net_server peer;
	int fd;
	short watched; /* events of `io` */
	struct event io, timer;
	int64_t began, up; /* connecting began; the connection was made */
	int64_t until;     /* end of the phase, but for TALKING */
	struct mc_address source;
	const struct mc_talk *talk;
	struct mc_smtp *smtp;        /* of a session */
	struct mc_http_client *http; /* of an HTTPS GET */
	struct mc_tls_client *tls;   /* NULL: in clear */
	bool shaken;                 /* the dialogue knows how the handshake ended */
	bool gone, reset;            /* the transport is */
	bool deaf;                   /* what we write goes nowhere */
	int64_t tls_began;
};

/* The connection is made: from here on the dialogue decides. False when out of memory. */
bool mc_stream_begin(struct mc_connection *connection);
/* Octets came, or room to write, or time has passed. */
void mc_stream_read(struct mc_connection *connection);
void mc_stream_write(struct mc_connection *connection);
void mc_stream_expire(struct mc_connection *connection);
void mc_stream_give_up(struct mc_connection *connection, const char *why);
/* QUIT, where it can be said, to a server that is left in the middle of a dialogue. */
void mc_stream_leave(struct mc_connection *connection);
/* Says what is to be said, and waits for the rest. */
void mc_stream_settle(struct mc_connection *connection);

/* Watches for these events; the connection fails when that fails. */
void mc_connection_watch(struct mc_connection *connection, short events);
/* Rings at that time; INT64_MAX: never. */
void mc_connection_alarm(struct mc_connection *connection, int64_t at);
/* The dialogue is over: closes, and hands the session on. */
void mc_connection_finish(struct mc_connection *connection);

#endif
