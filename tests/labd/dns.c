/* dns: datagrams and framed messages in and out, at once or later. */
#include "dns.h"

#include <string.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "dns_answer.h"
#include "stream.h"

#define MESSAGE_LIMIT 65535
#define DATAGRAMS_AT_ONCE 64
#define DELAYED_LIMIT 4096 /* replies waiting; more are dropped */

struct dns_socket {
	struct service *service;
	int fd;
	struct event *readable;
	LIST_HEAD(, delayed) delayed;
	unsigned delayed_count;
};

/* A reply whose time has not come. */
struct delayed {
	LIST_ENTRY(delayed) link;
	struct dns_socket *socket;
	struct event *event;
	struct sockaddr_storage peer;
	socklen_t peer_length;
	struct mc_buf wire;
};

struct datagram {
	struct sockaddr_storage peer;
	socklen_t peer_length;
	uint8_t bytes[4096];
	size_t length;
};

static void
log_question(const struct service *service, int transport, const uint8_t *bytes, size_t length)
{
	struct mc_arena arena;
	const char *text;

	if (service->lab->log == NULL)
		return;
	mc_arena_init(&arena, 0);
	text = dns_question_text(&arena, bytes, length);
	lab_log(service->lab, service->server, service->connections,
		transport == TRANSPORT_UDP ? "udp" : "tcp", text, strlen(text));
	mc_arena_reset(&arena);
}

static bool
answer(struct service *service, int transport, const uint8_t *bytes, size_t length,
	struct mc_buf *wire, unsigned *ret_delay)
{
	const struct dns_question question = {.server = service->server,
		.zones = &service->lab->scenario->zones,
		.transport = transport,
		.bytes = bytes,
		.length = length};

	log_question(service, transport, bytes, length);
	return dns_answer(&question, wire, ret_delay);
}

static void
delayed_free(struct delayed *delayed)
{
	LIST_REMOVE(delayed, link);
	delayed->socket->delayed_count--;
	if (delayed->event != NULL)
		event_free(delayed->event);
	mc_buf_free(&delayed->wire);
	mc_free(delayed);
}

static void
on_delayed(evutil_socket_t fd, short what, void *pointer)
{
	struct delayed *delayed = pointer;

	(void)fd;
	(void)what;
	(void)sendto(delayed->socket->fd, delayed->wire.data, delayed->wire.length, MSG_DONTWAIT,
		(const struct sockaddr *)&delayed->peer, delayed->peer_length);
	delayed_free(delayed);
}

/* Takes the wire. */
static void
send_later(struct dns_socket *socket, const struct datagram *datagram, struct mc_buf *wire,
	unsigned delay)
{
	struct timeval time = lab_timeval(delay);
	struct delayed *delayed = NULL;

	if (socket->delayed_count < DELAYED_LIMIT)
		delayed = mc_calloc(1, sizeof(*delayed));
	if (delayed == NULL) {
		mc_buf_free(wire);
		return;
	}
	delayed->socket = socket;
	delayed->peer = datagram->peer;
	delayed->peer_length = datagram->peer_length;
	delayed->wire = *wire;
	LIST_INSERT_HEAD(&socket->delayed, delayed, link);
	socket->delayed_count++;
	delayed->event = evtimer_new(socket->service->lab->base, on_delayed, delayed);
	if (delayed->event == NULL || event_add(delayed->event, &time) < 0)
		delayed_free(delayed);
}

static void
answer_datagram(struct dns_socket *socket, const struct datagram *datagram)
{
	struct mc_buf wire;
	unsigned delay;

	mc_buf_init(&wire, MESSAGE_LIMIT);
	if (!answer(socket->service, TRANSPORT_UDP, datagram->bytes, datagram->length, &wire,
		    &delay))
		goto done;
	if (delay > 0) {
		send_later(socket, datagram, &wire, delay);
		return;
	}
	(void)sendto(socket->fd, wire.data, wire.length, MSG_DONTWAIT,
		(const struct sockaddr *)&datagram->peer, datagram->peer_length);
done:
	mc_buf_free(&wire);
}

static void
on_readable(evutil_socket_t fd, short what, void *pointer)
{
	struct datagram datagram;
	ssize_t length;

	(void)what;
	for (unsigned i = 0; i < DATAGRAMS_AT_ONCE; i++) {
		datagram.peer_length = sizeof(datagram.peer);
		length = recvfrom(fd, datagram.bytes, sizeof(datagram.bytes), MSG_DONTWAIT,
			(struct sockaddr *)&datagram.peer, &datagram.peer_length);
		if (length < 0)
			return;
		datagram.length = (size_t)length;
		answer_datagram(pointer, &datagram);
	}
}

struct dns_socket *
dns_socket_new(struct service *service, int fd)
{
	struct dns_socket *socket = mc_calloc(1, sizeof(*socket));

	if (socket == NULL) {
		evutil_closesocket(fd);
		return NULL;
	}
	socket->service = service;
	socket->fd = fd;
	LIST_INIT(&socket->delayed);
	socket->readable =
		event_new(service->lab->base, fd, EV_READ | EV_PERSIST, on_readable, socket);
	if (socket->readable != NULL && event_add(socket->readable, NULL) == 0)
		return socket;
	dns_socket_free(socket);
	return NULL;
}

void
dns_socket_free(struct dns_socket *socket)
{
	while (!LIST_EMPTY(&socket->delayed))
		delayed_free(LIST_FIRST(&socket->delayed));
	if (socket->readable != NULL)
		event_free(socket->readable);
	evutil_closesocket(socket->fd);
	mc_free(socket);
}

struct dns_connection {
	struct service *service;
	struct stream *stream;
	bool replying;
};

/* Two octets of length, then the message (RFC 1035, 4.2.2). */
static void
send_framed(struct dns_connection *c, const struct mc_buf *wire, unsigned delay)
{
	const struct pace pace = {.delay = delay};
	struct mc_buf framed;

	mc_buf_init(&framed, MESSAGE_LIMIT + 2);
	mc_buf_u16(&framed, (uint16_t)wire->length);
	mc_buf_append(&framed, wire->data, wire->length);
	c->replying = true;
	if (framed.failed)
		stream_close(c->stream, ENDING_RESET);
	else
		stream_send(c->stream, framed.data, framed.length, &pace);
	mc_buf_free(&framed);
}

static void
answer_framed(struct dns_connection *c, const uint8_t *bytes, size_t length)
{
	struct mc_buf wire;
	unsigned delay;

	mc_buf_init(&wire, MESSAGE_LIMIT);
	if (answer(c->service, TRANSPORT_TCP, bytes, length, &wire, &delay))
		send_framed(c, &wire, delay);
	mc_buf_free(&wire);
}

/* One whole message, if there is one. */
static bool
take_message(struct dns_connection *c)
{
	struct evbuffer *input = stream_input(c->stream);
	uint8_t head[2];
	uint8_t *bytes;
	size_t length;

	if (c->replying || evbuffer_copyout(input, head, sizeof(head)) < 2)
		return false;
	length = (size_t)head[0] << 8 | head[1];
	if (evbuffer_get_length(input) < length + sizeof(head))
		return false;
	bytes = mc_malloc(length + 1);
	if (bytes == NULL) {
		stream_close(c->stream, ENDING_RESET);
		return false;
	}
	(void)evbuffer_drain(input, sizeof(head));
	(void)evbuffer_remove(input, bytes, length);
	answer_framed(c, bytes, length);
	mc_free(bytes);
	return true;
}

static void
on_input(void *owner)
{
	while (take_message(owner))
		;
}

static void
on_sent(void *owner)
{
	struct dns_connection *c = owner;

	c->replying = false;
	on_input(c);
}

static void
on_secured(void *owner)
{
	(void)owner;
}

static void
on_gone(void *owner)
{
	mc_free(owner);
}

void
dns_accept(struct service *service, int fd)
{
	static const struct stream_events events = {on_input, on_sent, on_secured, on_gone};
	struct dns_connection *c = mc_calloc(1, sizeof(*c));

	if (c == NULL) {
		evutil_closesocket(fd);
		return;
	}
	c->service = service;
	c->stream = stream_new(service, fd, &events, c);
	if (c->stream == NULL)
		on_gone(c);
}
