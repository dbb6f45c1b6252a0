/*
 * http_response: one HTTP/1.1 response to a GET, read strictly and bounded (RFC 9110, RFC 9112).
 * Only the body of a 200 is read; no redirect is followed, that is for whoever asked to judge.
 */
#ifndef MC_DIALOGUE_HTTP_RESPONSE_H
#define MC_DIALOGUE_HTTP_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"

struct mc_tls; /* tls/tls.h */

#define MC_HTTP_BODY_LIMIT 65536 /* octets of a body (RFC 8461, 3.3) */
#define MC_HTTP_HEAD_LIMIT 16384 /* octets of all heads, interim ones included */
#define MC_HTTP_SEAM_LIMIT 65536 /* octets of chunk sizes and trailers */

/* How the exchange came to its end. */
enum mc_http_end {
	MC_HTTP_COMPLETE, /* all of the response that matters is there */
	MC_HTTP_CLOSED,   /* closed by the server before that */
	MC_HTTP_RESET,
	MC_HTTP_TIMEOUT,   /* not there in the time we wait */
	MC_HTTP_TOO_LARGE, /* beyond one of the limits above */
	MC_HTTP_MALFORMED, /* no HTTP/1.x response */
	MC_HTTP_TLS,       /* the handshake failed: see tls->result */
	MC_HTTP_LOCAL,     /* our own failure */
};

/* An exchange as plain data. */
struct mc_http {
	const char *source; /* our address, text; "" unknown */
	int64_t connect_ms;
	int64_t response_ms;      /* from request to end; 0 when there was no request */
	const struct mc_tls *tls; /* NULL: no handshake was begun */
	enum mc_http_end end;
	const char *failure; /* of an end other than COMPLETE, one clause; else "" */
	int status;          /* 0: none came */
	const char *reason;  /* what follows the status; these four hold no control characters */
	const char *content_type; /* "" none, as the next two */
	const char *content_encoding;
	const char *location;
	const char *body; /* as far as it came */
	size_t body_length;
};

const char *mc_http_end_text(enum mc_http_end end); /* "complete", "too-large", ... */

struct mc_http_reader {
	struct mc_arena *arena;
	struct mc_http *http; /* written to */
	int state;
	struct mc_buf line, body;
	size_t head, seam; /* octets so far */
	uint64_t left;     /* of the body or chunk */
	uint64_t length;   /* Content-Length */
	bool has_length, chunked;
	bool folded_matters; /* the last field must not go on in another line */
	bool over;
};

/* `http` is cleared. */
void mc_http_reader_init(
	struct mc_http_reader *reader, struct mc_arena *arena, struct mc_http *http);
void mc_http_reader_free(struct mc_http_reader *reader);
/* Octets after the end are left alone. */
void mc_http_reader_feed(struct mc_http_reader *reader, const uint8_t *bytes, size_t length);
/* The server closed, in order. */
void mc_http_reader_eof(struct mc_http_reader *reader);
/* It ends here, for that reason, unless it is over already. */
void mc_http_reader_stop(struct mc_http_reader *reader, enum mc_http_end end, const char *failure);

#endif
