/* tls: the server's end of TLS over two libevent buffers. */
#ifndef LABD_TLS_H
#define LABD_TLS_H

#include <event2/buffer.h>

#include "ca.h"

struct credentials;

/* The certificates and settings of one server; NULL with the error set. */
struct credentials *tls_credentials(struct scenario *scenario, const struct authority *authorities,
	const struct server *server);
void tls_credentials_free(struct credentials *credentials);

struct tls;

enum tls_state { TLS_HANDSHAKING, TLS_OPEN, TLS_CLOSED };

/* Octets come from `in`, go to `out`; both are borrowed. NULL when out of memory. */
struct tls *tls_new(
	const struct credentials *credentials, struct evbuffer *in, struct evbuffer *out);
void tls_free(struct tls *tls);

/* Goes on as far as `in` reaches: the handshake, then decrypting into `plain`, up to `limit`
 * octets there. */
enum tls_state tls_step(struct tls *tls, struct evbuffer *plain, size_t limit);
/* Encrypts; only when open. */
bool tls_write(struct tls *tls, const void *bytes, size_t length);
void tls_alert(struct tls *tls, int alert);
void tls_close_notify(struct tls *tls);
/* What came of the handshake: "TLS1.3 ...", or why it failed. */
const char *tls_summary(const struct tls *tls);

#endif
