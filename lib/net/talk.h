/*
 * talk: what the pump needs of a dialogue machine, whichever it is: one table each.
 */
#ifndef MC_NET_TALK_H
#define MC_NET_TALK_H

#include "fact/fact.h"
#include "tls/tls.h"

struct mc_connection;

enum mc_talk_want {
	MC_WANT_IO,    /* read, and write what is pending */
	MC_WANT_HELO,  /* a name to greet with */
	MC_WANT_TLS,   /* a handshake */
	MC_WANT_CLOSE, /* it is over */
};

enum mc_talk_close {
	MC_TALK_EOF,
	MC_TALK_UNCLEAN, /* TLS without close_notify */
	MC_TALK_RESET,
	MC_TALK_LOCAL,
};

struct mc_talk {
	bool greets; /* may want a name */
	/* The machine, for a connection that is up. False when out of memory. */
	bool (*begin)(struct mc_connection *connection);
	enum mc_talk_want (*want)(const struct mc_connection *connection);
	int64_t (*deadline)(const struct mc_connection *connection); /* INT64_MAX: none */
	const uint8_t *(*pending)(const struct mc_connection *connection, size_t *ret_length);
	void (*sent)(struct mc_connection *connection, size_t length, int64_t now);
	void (*recv)(
		struct mc_connection *connection, const uint8_t *bytes, size_t length, int64_t now);
	void (*greet)(struct mc_connection *connection, const char *name, int64_t now);
	void (*shaken)(
		struct mc_connection *connection, const struct mc_tls *tls, bool up, int64_t now);
	void (*expire)(struct mc_connection *connection, int64_t now);
	/* Nobody waits any longer: concludes with what was seen. NULL: that is of no use. */
	void (*give_up)(struct mc_connection *connection, const char *why, int64_t now);
	void (*closed)(struct mc_connection *connection, enum mc_talk_close how, const char *text,
		int64_t now);
	/* TLS comes before the server's first word. */
	bool (*begins_in_tls)(const struct mc_connection *connection);
	/* Whether it is worth seeing how the server closes TLS. */
	bool (*closes_late)(const struct mc_connection *connection);
	/* The server wants no new connection for a while. */
	bool (*asks_for_peace)(const struct mc_connection *connection);
	/* What was seen, in the connection's arena; the caller completes the head. */
	struct mc_fact *(*fact)(
		struct mc_connection *connection, const char *source, int64_t connect_ms);
	void (*free)(struct mc_connection *connection);
};

extern const struct mc_talk mc_talk_smtp;
extern const struct mc_talk mc_talk_http;

#endif
