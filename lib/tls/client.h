/*
 * client: a TLS client over two buffers, by GnuTLS. No I/O, no clock.
 *
 * The handshake never fails for an untrusted certificate: trust is a fact, told in mc_tls.
 */
#ifndef MC_TLS_CLIENT_H
#define MC_TLS_CLIENT_H

#include "base/arena.h"
#include "base/buf.h"
#include "tls/tls.h"

struct mc_tls_trust; /* the trust store; loaded lazily, once, shared by every client */

/* ca_file NULL: the system's. Nothing is read before the first handshake is over. */
struct mc_tls_trust *mc_tls_trust_new(const char *ca_file);
void mc_tls_trust_free(struct mc_tls_trust *trust);
/* NULL when the store could be loaded, else why not. Loads it. */
const char *mc_tls_trust_problem(struct mc_tls_trust *trust);

struct mc_tls_client;

/* `host`: SNI and the name to match; an IP address is matched but not sent (RFC 6066, 3).
 * `arena` holds the facts. NULL when out of memory. */
struct mc_tls_client *mc_tls_client_new(
	struct mc_arena *arena, struct mc_tls_trust *trust, const char *host);
void mc_tls_client_free(struct mc_tls_client *client);

enum mc_tls_state { MC_TLS_HANDSHAKING, MC_TLS_OPEN, MC_TLS_FAILED, MC_TLS_EOF, MC_TLS_BROKEN };

/* Ciphertext from the server; then look at state, output and plaintext. */
void mc_tls_client_feed(struct mc_tls_client *client, const uint8_t *bytes, size_t length);
/* The transport is gone (`reset`: by RST), or our patience is (`timeout`). */
void mc_tls_client_hangup(struct mc_tls_client *client, bool reset);
void mc_tls_client_expire(struct mc_tls_client *client);
/* Begins the handshake, or goes on with it; call once after _new and after every feed. After OPEN
 * what ends the connection is found by reading: ask again once _read has given 0. */
enum mc_tls_state mc_tls_client_step(struct mc_tls_client *client);

/* Ciphertext to send; the caller consumes what it sent. Also to be sent when it failed. */
struct mc_buf *mc_tls_client_output(struct mc_tls_client *client);
/* Queues plaintext; only when OPEN. */
bool mc_tls_client_write(struct mc_tls_client *client, const uint8_t *bytes, size_t length);
/* Decrypted octets: > 0 a count, 0 nothing now; the state tells EOF (close_notify) or BROKEN. */
size_t mc_tls_client_read(struct mc_tls_client *client, uint8_t *bytes, size_t size);
/* Queues close_notify. */
void mc_tls_client_close(struct mc_tls_client *client);

/* The facts, once the handshake is over (state other than HANDSHAKING). */
struct mc_tls *mc_tls_client_facts(struct mc_tls_client *client);
/* After OPEN: the alert or error that broke the connection ("" none). */
const char *mc_tls_client_error(const struct mc_tls_client *client);

#endif
