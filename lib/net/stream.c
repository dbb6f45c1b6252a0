/* stream: octets between socket, TLS and dialogue. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "net/connection_state.h"
#include "net/socket.h"

#define READS 8 /* at one go, of READ_SIZE octets each */
#define READ_SIZE 16384
#define HELLO_WAIT 1000 /* ms after the connect, for the name to greet with */
#define LINGER 500      /* ms for the server to close TLS after the reply to QUIT */

static int64_t
now(const struct mc_connection *connection)
{
	return mc_net_now(connection->base.net);
}

static void
fail(struct mc_connection *connection, const char *text)
{
	connection->talk->closed(connection, MC_TALK_LOCAL, text, now(connection));
}

/* --- from the server --- */

/* How the handshake ended, told once. */
static void
tell_handshake(struct mc_connection *connection, enum mc_tls_state state)
{
	struct mc_tls *facts = mc_tls_client_facts(connection->tls);

	connection->shaken = true;
	facts->ms = now(connection) - connection->tls_began;
	if (facts->result == MC_TLS_LOCAL)
		fail(connection, facts->failure);
	else
		connection->talk->shaken(
			connection, facts, state != MC_TLS_FAILED, now(connection));
}

static void
tell_broken(struct mc_connection *connection)
{
	enum mc_talk_close how = MC_TALK_RESET;
	const char *text = mc_tls_client_error(connection->tls);

	if (mc_tls_client_output(connection->tls)->failed)
		how = MC_TALK_LOCAL;
	else if (connection->gone && connection->reset)
		text = "connection reset by the server";
	else if (connection->gone)
		how = MC_TALK_UNCLEAN;
	connection->talk->closed(
		connection, how, how != MC_TALK_UNCLEAN ? text : NULL, now(connection));
}

static void flush_tls(struct mc_connection *connection);

/* The server has said its close_notify; ours is still heard (RFC 8446, 6.1). */
static void
take_farewell(struct mc_connection *connection)
{
	mc_tls_client_close(connection->tls);
	flush_tls(connection);
	connection->gone = true;
	connection->talk->closed(connection, MC_TALK_EOF, NULL, now(connection));
}

/* What TLS makes of the octets fed, or of the end of them. */
static void
take_decrypted(struct mc_connection *connection)
{
	enum mc_tls_state state = mc_tls_client_step(connection->tls);
	uint8_t bytes[READ_SIZE];
	size_t length;

	if (state == MC_TLS_HANDSHAKING)
		return;
	if (!connection->shaken)
		tell_handshake(connection, state);
	if (state == MC_TLS_FAILED)
		return;
	while ((length = mc_tls_client_read(connection->tls, bytes, sizeof(bytes))) > 0)
		connection->talk->recv(connection, bytes, length, now(connection));
	state = mc_tls_client_step(connection->tls);
	if (state == MC_TLS_EOF)
		take_farewell(connection);
	else if (state == MC_TLS_BROKEN)
		tell_broken(connection);
}

static void
take(struct mc_connection *connection, const uint8_t *bytes, size_t length)
{
	if (connection->tls == NULL) {
		connection->talk->recv(connection, bytes, length, now(connection));
		return;
	}
	mc_tls_client_feed(connection->tls, bytes, length);
	take_decrypted(connection);
}

static void
take_end(struct mc_connection *connection, int error)
{
	connection->gone = true;
	connection->reset = error != 0;
	if (connection->tls != NULL) {
		mc_tls_client_hangup(connection->tls, connection->reset);
		take_decrypted(connection);
	} else if (error != 0) {
		connection->talk->closed(
			connection, MC_TALK_RESET, mc_socket_text(error), now(connection));
	} else
		connection->talk->closed(connection, MC_TALK_EOF, NULL, now(connection));
}

/* Reads once; false when there is nothing, or nothing more. */
static bool
read_some(struct mc_connection *connection)
{
	uint8_t bytes[READ_SIZE];
	ssize_t length = recv(connection->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (length > 0)
		take(connection, bytes, (size_t)length);
	else if (length == 0)
		take_end(connection, 0);
	else if (errno != EAGAIN && errno != EINTR)
		take_end(connection, errno);
	return length == (ssize_t)sizeof(bytes);
}

static bool
open_ended(const struct mc_connection *connection)
{
	return !connection->gone && (connection->phase == MC_CONNECTION_LINGERING ||
					    connection->talk->want(connection) != MC_WANT_CLOSE);
}

/* --- to the server --- */

/* The octets sent; on failure all of them, gone astray: what the server had to say may still be
 * read, and its end will be seen by reading. */
static size_t
send_some(struct mc_connection *connection, const uint8_t *bytes, size_t length)
{
	ssize_t sent;

	if (connection->deaf || connection->gone)
		return length;
	sent = send(connection->fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (sent >= 0)
		return (size_t)sent;
	if (errno == EAGAIN || errno == EINTR)
		return 0;
	connection->deaf = true;
	return length;
}

static void
flush_tls(struct mc_connection *connection)
{
	struct mc_buf *output =
		connection->tls != NULL ? mc_tls_client_output(connection->tls) : NULL;

	if (output != NULL && output->length > 0)
		mc_buf_consume(output, send_some(connection, output->data, output->length));
}

static bool
is_encrypted(const struct mc_connection *connection)
{
	return connection->tls != NULL && connection->shaken;
}

/* The command that is due; true when it is out (or in the hands of TLS). */
static bool
say(struct mc_connection *connection)
{
	size_t length, sent;
	const uint8_t *bytes = connection->talk->pending(connection, &length);

	if (length == 0)
		return false;
	if (!is_encrypted(connection))
		sent = send_some(connection, bytes, length);
	else if (mc_tls_client_write(connection->tls, bytes, length) || connection->gone)
		sent = length;
	else {
		sent = 0;
		take_decrypted(connection); /* it may be broken */
	}
	if (sent > 0)
		connection->talk->sent(connection, sent, now(connection));
	return sent == length;
}

static bool
greet(struct mc_connection *connection)
{
	char name[MC_HELLO_SIZE];

	if (connection->waiter.source == NULL) {
		fail(connection, "no name to greet with");
		return true;
	}
	if (!mc_hello_known(&connection->waiter) && now(connection) < connection->up + HELLO_WAIT)
		return false;
	mc_hello_name(&connection->waiter, connection->question.host, name);
	mc_hello_leave(&connection->waiter);
	connection->talk->greet(connection, name, now(connection));
	return true;
}

/* What came before our ClientHello is not the handshake's, but plaintext behind the 220. */
static bool
take_early(struct mc_connection *connection)
{
	uint8_t bytes[READ_SIZE];
	ssize_t length = 0;

	if (!connection->talk->begins_in_tls(connection))
		length = recv(connection->fd, bytes, sizeof(bytes), MSG_DONTWAIT | MSG_PEEK);
	if (length <= 0)
		return false;
	(void)recv(connection->fd, bytes, (size_t)length, MSG_DONTWAIT);
	connection->talk->recv(connection, bytes, (size_t)length, now(connection));
	return true;
}

static void
start_tls(struct mc_connection *connection)
{
	struct mc_net *net = connection->base.net;

	if (take_early(connection))
		return;
	connection->tls_began = now(connection);
	connection->tls =
		mc_tls_client_new(&connection->base.arena, net->trust, connection->question.host);
	if (connection->tls == NULL)
		fail(connection, "out of memory");
	else
		take_decrypted(connection);
}

/* --- what next --- */

static bool
closes_late(const struct mc_connection *connection)
{
	return is_encrypted(connection) && !connection->gone && !connection->deaf &&
	       connection->talk->closes_late(connection);
}

static void
part(struct mc_connection *connection)
{
	if (is_encrypted(connection)) {
		mc_tls_client_close(connection->tls);
		flush_tls(connection);
	}
	mc_connection_finish(connection);
}

static void
wind_up(struct mc_connection *connection)
{
	(void)say(connection);
	flush_tls(connection);
	if (!closes_late(connection)) {
		part(connection);
		return;
	}
	connection->phase = MC_CONNECTION_LINGERING;
	connection->until = now(connection) + LINGER;
	mc_connection_watch(connection, EV_READ);
	mc_connection_alarm(connection, connection->until);
}

static int64_t
next_deadline(const struct mc_connection *connection)
{
	int64_t deadline = connection->talk->deadline(connection);

	if (connection->talk->want(connection) == MC_WANT_TLS)
		deadline = connection->tls_began + connection->base.net->options.tls_timeout;
	else if (connection->talk->want(connection) == MC_WANT_HELO)
		deadline = connection->up + HELLO_WAIT;
	return deadline;
}

static void
wait_for_more(struct mc_connection *connection)
{
	size_t plain, encrypted = 0;
	short events = EV_READ;

	(void)connection->talk->pending(connection, &plain);
	if (connection->tls != NULL)
		encrypted = mc_tls_client_output(connection->tls)->length;
	if (!connection->deaf && (plain > 0 || encrypted > 0))
		events |= EV_WRITE;
	mc_connection_watch(connection, events);
	mc_connection_alarm(connection, next_deadline(connection));
}

static void
advance(struct mc_connection *connection)
{
	bool moved = true;

	while (moved) {
		switch (connection->talk->want(connection)) {
		case MC_WANT_HELO:
			moved = greet(connection);
			break;
		case MC_WANT_TLS:
			moved = connection->tls == NULL;
			if (moved)
				start_tls(connection);
			break;
		case MC_WANT_IO:
			moved = say(connection);
			break;
		case MC_WANT_CLOSE:
			moved = false;
			break;
		}
	}
	flush_tls(connection);
}

static void
run_out(struct mc_connection *connection)
{
	if (connection->talk->want(connection) == MC_WANT_TLS) {
		mc_tls_client_expire(connection->tls);
		take_decrypted(connection);
	} else if (connection->talk->want(connection) == MC_WANT_IO)
		connection->talk->expire(connection, now(connection));
}

/* The time is looked at here, not only when the timer rings: one that is set anew while octets
 * keep coming would never ring. */
void
mc_stream_settle(struct mc_connection *connection)
{
	advance(connection);
	while (connection->talk->want(connection) != MC_WANT_CLOSE &&
		now(connection) >= next_deadline(connection)) {
		run_out(connection);
		advance(connection);
	}
	if (connection->talk->want(connection) == MC_WANT_CLOSE)
		wind_up(connection);
	else
		wait_for_more(connection);
}

void
mc_stream_read(struct mc_connection *connection)
{
	for (int i = 0; i < READS && open_ended(connection) && read_some(connection); i++)
		;
	if (connection->phase != MC_CONNECTION_LINGERING)
		mc_stream_settle(connection);
	else if (connection->gone)
		part(connection);
}

void
mc_stream_write(struct mc_connection *connection)
{
	flush_tls(connection);
	mc_stream_settle(connection);
}

void
mc_stream_expire(struct mc_connection *connection)
{
	if (connection->phase != MC_CONNECTION_LINGERING)
		mc_stream_settle(connection);
	else if (now(connection) >= connection->until)
		part(connection);
	else
		mc_connection_alarm(connection, connection->until);
}

void
mc_stream_give_up(struct mc_connection *connection, const char *why)
{
	if (connection->phase == MC_CONNECTION_LINGERING) {
		part(connection);
	} else if (connection->talk->give_up != NULL) {
		connection->talk->give_up(connection, why, now(connection));
		mc_stream_settle(connection);
	}
}

void
mc_stream_leave(struct mc_connection *connection)
{
	if (connection->talk->give_up == NULL)
		return;
	connection->talk->give_up(connection, "nobody waits for it", now(connection));
	(void)say(connection);
	if (is_encrypted(connection))
		mc_tls_client_close(connection->tls);
	flush_tls(connection);
}

bool
mc_stream_begin(struct mc_connection *connection)
{
	if (!connection->talk->begin(connection))
		return false;
	mc_stream_settle(connection);
	return true;
}
