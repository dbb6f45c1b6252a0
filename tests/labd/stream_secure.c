/* stream_secure: the handshake of a stream, and what a bad server does in its place. */
#include <string.h>

#include "behaviour.h"
#include "stream_state.h"

/* A server that means to do no handshake. */
static bool
is_fake(const struct behaviour *b)
{
	return b != NULL && (b->alert >= 0 || b->instead != OUTCOME_GO_ON || b->reply.count > 0 ||
				    b->raw.bytes != NULL);
}

/* An alert, fatal, in a record of its own (RFC 8446, 5.1 and 6). */
static void
write_alert(struct mc_buf *reply, int alert)
{
	const uint8_t head[] = {21, 3, 3, 0, 2, 2};

	mc_buf_append(reply, head, sizeof(head));
	mc_buf_putc(reply, (char)alert);
}

/* The client's first octets are here: now is the time. */
static void
play(struct stream *stream)
{
	const struct behaviour *b = stream->behaviour;
	struct pace pace;
	struct mc_buf reply;

	stream_forget(stream);
	mc_buf_init(&reply, BEHAVIOUR_REPLY_LIMIT);
	if (b->alert >= 0)
		write_alert(&reply, b->alert);
	else
		behaviour_apply(b, &reply);
	pace = behaviour_pace(b, reply.length);
	stream_log(stream, "> instead of TLS", reply.data, reply.length);
	stream_send(stream, reply.data, reply.length, &pace);
	mc_buf_free(&reply);
}

static void
secured(struct stream *stream)
{
	if (stream->behaviour == NULL || stream->behaviour->late_alert < 0) {
		stream->events->secured(stream->owner);
		return;
	}
	tls_alert(stream->tls, stream->behaviour->late_alert);
	stream_close(stream, ENDING_UNCLEAN);
}

bool
stream_secure_step(struct stream *stream)
{
	enum tls_state state;

	if (stream->phase == PHASE_FAKE && !stream->sending)
		play(stream);
	if (stream->phase != PHASE_TLS)
		return true;
	state = tls_step(stream->tls, stream->plain, STREAM_INPUT_LIMIT);
	if (!stream->open && state != TLS_HANDSHAKING) {
		stream->open = state == TLS_OPEN;
		stream_log(stream, stream->open ? "tls" : "tls failed", tls_summary(stream->tls),
			strlen(tls_summary(stream->tls)));
		if (stream->open)
			secured(stream);
	}
	return state != TLS_CLOSED;
}

static void
start(struct stream *stream)
{
	stream->phase = PHASE_TLS;
	stream->tls = tls_new(stream->service->credentials, bufferevent_get_input(stream->socket),
		bufferevent_get_output(stream->socket));
	if (stream->tls == NULL)
		stream_finish(stream);
	else
		stream_take_input(stream);
}

void
stream_secure_sent(struct stream *stream)
{
	const struct behaviour *b = stream->behaviour;
	int outcome = b->instead != OUTCOME_GO_ON ? b->instead : b->then;

	if (stream->phase == PHASE_DELAYED)
		start(stream);
	else
		stream_conclude(stream, outcome != OUTCOME_GO_ON ? outcome : OUTCOME_CLOSE, false);
}

void
stream_secure(struct stream *stream, const struct behaviour *behaviour)
{
	stream->behaviour = behaviour;
	if (is_fake(behaviour))
		stream->phase = PHASE_FAKE;
	else if (behaviour == NULL || behaviour->pace.delay == 0)
		start(stream);
	else {
		stream->phase = PHASE_DELAYED;
		stream_send(stream, NULL, 0, &behaviour->pace);
	}
}

void
stream_conclude(struct stream *stream, int outcome, bool no_close_notify)
{
	if (outcome == OUTCOME_HANG)
		stream_hang(stream);
	else if (outcome == OUTCOME_RESET)
		stream_close(stream, ENDING_RESET);
	else
		stream_close(stream, no_close_notify ? ENDING_UNCLEAN : ENDING_CLEAN);
}
