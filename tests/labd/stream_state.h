/* stream_state: the inside of a stream, for stream.c and stream_secure.c only. */
#ifndef LABD_STREAM_STATE_H
#define LABD_STREAM_STATE_H

#include <event2/bufferevent.h>

#include "stream.h"
#include "tls.h"

#define STREAM_INPUT_LIMIT ((size_t)64 << 10) /* waiting to be dealt with */

enum phase {
	PHASE_CLEAR,
	PHASE_FAKE,    /* octets are awaited that will get no handshake */
	PHASE_DELAYED, /* a handshake that begins later */
	PHASE_TLS,
};

struct stream {
	LIST_ENTRY(stream) link;
	struct service *service;
	unsigned number;
	struct bufferevent *socket;
	enum phase phase;
	struct tls *tls;
	bool open;                         /* the handshake is over */
	const struct behaviour *behaviour; /* of the handshake */
	struct evbuffer *plain;
	struct evbuffer *queue; /* to be sent, at the pace */
	struct pace pace;
	struct event *tick; /* time for the next piece */
	struct event *idle;
	struct event *end; /* time to be freed */
	bool sending, hanging, closing, over;
	const struct stream_events *events;
	void *owner;
};

/* Ends the stream now. */
void stream_finish(struct stream *stream);
/* Deals with what has arrived. */
void stream_take_input(struct stream *stream);

/* Decrypts what there is, or plays at it; false when TLS is over. */
bool stream_secure_step(struct stream *stream);
/* A delay before a handshake is over, or what was sent in its place is out. */
void stream_secure_sent(struct stream *stream);

#endif
