/* stream: one accepted connection: octets in and out, in the clear or in TLS, at any pace. */
#ifndef LABD_STREAM_H
#define LABD_STREAM_H

#include <event2/buffer.h>

#include "lab.h"

/* What a stream tells its owner. After `gone` there is no stream. */
struct stream_events {
	void (*input)(void *owner);   /* there is something new in stream_input() */
	void (*sent)(void *owner);    /* all given to stream_send() is on its way */
	void (*secured)(void *owner); /* TLS is up */
	void (*gone)(void *owner);    /* and so must the owner be */
};

enum ending {
	ENDING_CLEAN,   /* with close_notify, if in TLS */
	ENDING_UNCLEAN, /* without */
	ENDING_RESET,
};

/* Takes the socket. NULL when out of memory or past LAB_STREAMS (the socket is closed then). */
struct stream *stream_new(
	struct service *service, int fd, const struct stream_events *events, void *owner);
/* Closes all that are left. */
void stream_end_all(struct lab *lab);

/* Plaintext that arrived; the owner takes from it what it has dealt with. */
struct evbuffer *stream_input(struct stream *stream);
/* Replaces what was not sent yet. An empty text is a delay. */
void stream_send(struct stream *stream, const void *bytes, size_t length, const struct pace *pace);
/* Throws away what has arrived. */
void stream_forget(struct stream *stream);
/* From here on, TLS; or what the behaviour (may be NULL) puts in its place. */
void stream_secure(struct stream *stream, const struct behaviour *behaviour);
bool stream_is_secure(const struct stream *stream);
/* No more is said, nothing listened to; the connection stays. */
void stream_hang(struct stream *stream);
/* Ends as an outcome says; what is to be sent was. */
void stream_conclude(struct stream *stream, int outcome, bool no_close_notify);
/* Closes once all is sent; resets at once. `gone` follows later, not from within. */
void stream_close(struct stream *stream, enum ending ending);

/* A line of the log. */
void stream_log(const struct stream *stream, const char *event, const void *bytes, size_t length);
/* 1 for the first connection of the server. */
unsigned stream_number(const struct stream *stream);

#endif
