/*
 * http: the client side of one HTTPS GET without I/O and without a clock: TLS, request, response.
 *
 * Whoever pumps it does as with mc_smtp: looks at mc_http_want(), moves octets, tells how the
 * handshake ended. One request a connection; nothing secret is ever sent.
 */
#ifndef MC_DIALOGUE_HTTP_H
#define MC_DIALOGUE_HTTP_H

#include "dialogue/http_response.h"

struct mc_http_client; /* lives in the arena it was made in, as does what it writes */

#define MC_HTTP_PATH_LIMIT 2048

enum mc_http_want { MC_HTTP_WANT_TLS, MC_HTTP_WANT_IO, MC_HTTP_WANT_CLOSE };

/* `path` with its query, percent-encoded; `timeout`: ms from the handshake's end to that of the
 * response. A host or path that cannot be sent ends it at once. NULL when out of memory. */
struct mc_http_client *mc_http_new(
	struct mc_arena *arena, const char *host, uint16_t port, const char *path, int64_t timeout);
void mc_http_free(struct mc_http_client *client); /* buffers; not what was read */

enum mc_http_want mc_http_want(const struct mc_http_client *client);
/* INT64_MAX: none, as while a handshake is waited for. */
int64_t mc_http_deadline(const struct mc_http_client *client);
const uint8_t *mc_http_pending(const struct mc_http_client *client, size_t *ret_length);
void mc_http_sent(struct mc_http_client *client, size_t length);
/* Decrypted octets; all are taken. */
void mc_http_recv(struct mc_http_client *client, const uint8_t *bytes, size_t length, int64_t now);
void mc_http_tls(struct mc_http_client *client, const struct mc_tls *tls, bool up, int64_t now);
void mc_http_expire(struct mc_http_client *client, int64_t now);
/* The connection is gone: closed in order (COMPLETE), CLOSED without close_notify, RESET, or
 * LOCAL. `text` tells more or is NULL. */
void mc_http_closed(
	struct mc_http_client *client, enum mc_http_end how, const char *text, int64_t now);
/* What was seen so far; final once CLOSE is wanted. */
struct mc_http *mc_http_seen(struct mc_http_client *client);
/* Whether that can be asked for at all. */
bool mc_http_path_good(const char *path);

#endif
