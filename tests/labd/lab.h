/* lab: what every connection of this process shares. */
#ifndef LABD_LAB_H
#define LABD_LAB_H

#include <event2/event.h>
#include <stdio.h>
#include <sys/queue.h>

#include "scenario.h"

#define LAB_STREAMS 512 /* connections at once; more are closed at once */

struct stream;
struct credentials;

struct lab {
	struct event_base *base;
	const struct scenario *scenario;
	FILE *log; /* NULL: none */
	LIST_HEAD(, stream) streams;
	unsigned stream_count;
};

/* A server at work. */
struct service {
	struct lab *lab;
	struct server *server;
	struct credentials *credentials; /* NULL: without TLS */
	unsigned connections;            /* accepted so far */
};

/* A line of the log: server, connection, what happened, octets involved (escaped). */
void lab_log(const struct lab *lab, const struct server *server, unsigned connection,
	const char *event, const void *bytes, size_t length);

/* Milliseconds as libevent wants them. */
struct timeval lab_timeval(unsigned ms);

#endif
