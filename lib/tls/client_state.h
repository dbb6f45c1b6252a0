/* client_state: the inside of a client, for client.c and handshake.c only. */
#ifndef MC_TLS_CLIENT_STATE_H
#define MC_TLS_CLIENT_STATE_H

#include <gnutls/gnutls.h>

#include "tls/client.h"
#include "tls/trust.h"

#define MC_TLS_HELLO_BYTES 11 /* record header, handshake header, version of a ServerHello */

struct mc_tls_client {
	gnutls_session_t session;
	struct mc_arena *arena;
	struct mc_tls_trust *trust;
	struct mc_tls *facts;
	const char *host; /* without trailing dot, "" for none */
	enum mc_tls_state state;
	struct mc_buf input;
	size_t taken; /* of `input`, by GnuTLS */
	struct mc_buf output;
	uint8_t hello[MC_TLS_HELLO_BYTES]; /* the server's first octets */
	size_t hello_length;
	bool is_tls;     /* they begin a record */
	bool gone;       /* the transport is */
	bool reset;      /* by RST */
	bool declined;   /* a renegotiation */
	char error[128]; /* what broke it after OPEN */
};

#define MC_TLS_NO_ROOM "out of memory or past the limit of a buffer"

/* Octets fed that GnuTLS has not taken yet. */
size_t mc_tls_client_waiting(const struct mc_tls_client *client);
/* Goes on with the handshake as far as the octets reach. */
void mc_tls_handshake_step(struct mc_tls_client *client);
/* Ends it: our patience is over. */
void mc_tls_handshake_expire(struct mc_tls_client *client);
/* Ends it in any way: fills the facts, sets the state. */
void mc_tls_handshake_conclude(
	struct mc_tls_client *client, enum mc_tls_result result, const char *failure);

#endif
