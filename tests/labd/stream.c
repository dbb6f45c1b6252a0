/*
 * stream: a libevent bufferevent with TLS between it and the owner. It is freed in one place, by
 * an event of its own, so that no caller finds it gone on return.
 */
#include "stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "stream_state.h"

#define DRAIN_LIMIT ((size_t)1 << 20) /* read and dropped when closing */

static void
discard(struct stream *stream)
{
	struct lab *lab = stream->service->lab;

	if (stream->owner != NULL) {
		LIST_REMOVE(stream, link);
		lab->stream_count--;
		stream->events->gone(stream->owner);
	}
	tls_free(stream->tls);
	if (stream->socket != NULL)
		bufferevent_free(stream->socket);
	if (stream->plain != NULL)
		evbuffer_free(stream->plain);
	if (stream->queue != NULL)
		evbuffer_free(stream->queue);
	if (stream->tick != NULL)
		event_free(stream->tick);
	if (stream->idle != NULL)
		event_free(stream->idle);
	if (stream->end != NULL)
		event_free(stream->end);
	mc_free(stream);
}

/* What the peer has sent and nobody read would turn our FIN into a RST. */
static void
drain(int fd)
{
	char bytes[4096];
	size_t total = 0;
	ssize_t length;

	do {
		length = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
		total += length > 0 ? (size_t)length : 0;
	} while (length > 0 && total < DRAIN_LIMIT);
}

void
stream_finish(struct stream *stream)
{
	if (stream->over)
		return;
	stream->over = true;
	stream_log(stream, "end", NULL, 0);
	bufferevent_disable(stream->socket, EV_READ | EV_WRITE);
	bufferevent_setcb(stream->socket, NULL, NULL, NULL, NULL);
	drain(bufferevent_getfd(stream->socket));
	event_active(stream->end, EV_TIMEOUT, 0);
}

static void
on_end(evutil_socket_t fd, short what, void *pointer)
{
	(void)fd;
	(void)what;
	discard(pointer);
}

static void
on_idle(evutil_socket_t fd, short what, void *pointer)
{
	(void)fd;
	(void)what;
	stream_finish(pointer);
}

static void
touch(struct stream *stream)
{
	struct timeval idle = lab_timeval(stream->service->server->idle);

	(void)event_add(stream->idle, &idle);
}

/* Octets before a handshake that is still to come are not. */
static bool
is_for_owner(const struct stream *stream)
{
	return stream->phase == PHASE_CLEAR || stream->phase == PHASE_TLS;
}

void
stream_take_input(struct stream *stream)
{
	bool alive = stream_secure_step(stream);

	if (!stream->over && !stream->closing && !stream->hanging && is_for_owner(stream) &&
		evbuffer_get_length(stream_input(stream)) > 0)
		stream->events->input(stream->owner);
	if (!alive)
		stream_close(stream, ENDING_CLEAN);
}

static void
on_read(struct bufferevent *socket, void *pointer)
{
	struct stream *stream = pointer;

	touch(stream);
	if (stream->closing || stream->hanging)
		(void)evbuffer_drain(bufferevent_get_input(socket),
			evbuffer_get_length(bufferevent_get_input(socket)));
	else
		stream_take_input(stream);
}

/* Octets of the next piece. */
static size_t
piece_length(const struct stream *stream)
{
	size_t length = evbuffer_get_length(stream->queue);
	struct evbuffer_ptr end;

	if (stream->pace.by_line) {
		end = evbuffer_search(stream->queue, "\n", 1, NULL);
		return end.pos < 0 ? length : (size_t)end.pos + 1;
	}
	if (stream->pace.chunk > 0 && stream->pace.chunk < length)
		return stream->pace.chunk;
	return length;
}

static void
send_piece(struct stream *stream)
{
	size_t length = piece_length(stream);
	const unsigned char *bytes;
	bool ok = true;

	if (length == 0)
		return;
	bytes = evbuffer_pullup(stream->queue, (ev_ssize_t)length);
	if (bytes == NULL)
		ok = false;
	else if (stream->open)
		ok = tls_write(stream->tls, bytes, length);
	else
		ok = bufferevent_write(stream->socket, bytes, length) == 0;
	(void)evbuffer_drain(stream->queue, length);
	if (!ok)
		stream_finish(stream);
}

static void
schedule(struct stream *stream, unsigned ms)
{
	struct timeval time = lab_timeval(ms);

	(void)event_add(stream->tick, &time);
}

static void
all_sent(struct stream *stream)
{
	stream->sending = false;
	if (!is_for_owner(stream)) {
		stream_secure_sent(stream);
		return;
	}
	if (stream->tls != NULL)
		(void)stream_secure_step(stream); /* may have stopped at the limit */
	stream->events->sent(stream->owner);
}

static void
on_tick(evutil_socket_t fd, short what, void *pointer)
{
	struct stream *stream = pointer;

	(void)fd;
	(void)what;
	if (stream->over)
		return;
	touch(stream);
	if (evbuffer_get_length(stream->queue) == 0) {
		all_sent(stream);
		return;
	}
	send_piece(stream);
	if (evbuffer_get_length(stream->queue) > 0)
		schedule(stream, stream->pace.gap > 0 ? stream->pace.gap : 1);
}

static void
on_written(struct bufferevent *socket, void *pointer)
{
	struct stream *stream = pointer;

	(void)socket;
	touch(stream);
	if (stream->closing)
		stream_finish(stream);
	else if (stream->sending && evbuffer_get_length(stream->queue) == 0 &&
		 !event_pending(stream->tick, EV_TIMEOUT, NULL))
		all_sent(stream);
}

static void
on_event(struct bufferevent *socket, short what, void *pointer)
{
	(void)socket;
	(void)what;
	stream_finish(pointer);
}

static bool
prepare(struct stream *stream, int fd)
{
	struct event_base *base = stream->service->lab->base;
	int yes = 1;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	stream->plain = evbuffer_new();
	stream->queue = evbuffer_new();
	stream->tick = evtimer_new(base, on_tick, stream);
	stream->idle = evtimer_new(base, on_idle, stream);
	stream->end = evtimer_new(base, on_end, stream);
	if (stream->plain == NULL || stream->queue == NULL || stream->tick == NULL ||
		stream->idle == NULL || stream->end == NULL)
		return false;
	bufferevent_setcb(stream->socket, on_read, on_written, on_event, stream);
	bufferevent_setwatermark(stream->socket, EV_READ, 0, STREAM_INPUT_LIMIT);
	touch(stream);
	return bufferevent_enable(stream->socket, EV_READ | EV_WRITE) == 0;
}

struct stream *
stream_new(struct service *service, int fd, const struct stream_events *events, void *owner)
{
	struct lab *lab = service->lab;
	struct stream *stream = NULL;

	if (lab->stream_count < LAB_STREAMS)
		stream = mc_calloc(1, sizeof(*stream));
	if (stream == NULL) {
		evutil_closesocket(fd);
		return NULL;
	}
	stream->service = service;
	stream->events = events;
	stream->socket = bufferevent_socket_new(lab->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (stream->socket == NULL || !prepare(stream, fd)) {
		if (stream->socket == NULL)
			evutil_closesocket(fd);
		discard(stream);
		return NULL;
	}
	stream->owner = owner;
	stream->number = ++service->connections;
	LIST_INSERT_HEAD(&lab->streams, stream, link);
	lab->stream_count++;
	stream_log(stream, "connect", NULL, 0);
	return stream;
}

void
stream_end_all(struct lab *lab)
{
	struct stream *stream;

	while ((stream = LIST_FIRST(&lab->streams)) != NULL)
		discard(stream);
}

struct evbuffer *
stream_input(struct stream *stream)
{
	return stream->phase == PHASE_TLS ? stream->plain : bufferevent_get_input(stream->socket);
}

void
stream_send(struct stream *stream, const void *bytes, size_t length, const struct pace *pace)
{
	if (stream->over || stream->closing)
		return;
	(void)evbuffer_drain(stream->queue, evbuffer_get_length(stream->queue));
	stream->sending = true;
	stream->pace = *pace;
	if (length > 0 && evbuffer_add(stream->queue, bytes, length) < 0) {
		stream_finish(stream);
		return;
	}
	schedule(stream, pace->delay);
}

void
stream_forget(struct stream *stream)
{
	struct evbuffer *input = stream_input(stream);

	(void)evbuffer_drain(input, evbuffer_get_length(input));
}

void
stream_hang(struct stream *stream)
{
	stream->hanging = true;
	stream_forget(stream);
}

bool
stream_is_secure(const struct stream *stream)
{
	return stream->open;
}

void
stream_close(struct stream *stream, enum ending ending)
{
	const struct linger linger = {.l_onoff = 1, .l_linger = 0};
	struct evbuffer *out = bufferevent_get_output(stream->socket);

	if (stream->over || stream->closing)
		return;
	stream->closing = true;
	(void)event_del(stream->tick);
	if (ending == ENDING_RESET)
		(void)setsockopt(bufferevent_getfd(stream->socket), SOL_SOCKET, SO_LINGER, &linger,
			sizeof(linger));
	if (ending == ENDING_CLEAN && stream->open)
		tls_close_notify(stream->tls);
	if (ending == ENDING_RESET || evbuffer_get_length(out) == 0)
		stream_finish(stream);
}

void
stream_log(const struct stream *stream, const char *event, const void *bytes, size_t length)
{
	lab_log(stream->service->lab, stream->service->server, stream->number, event, bytes,
		length);
}

unsigned
stream_number(const struct stream *stream)
{
	return stream->number;
}
