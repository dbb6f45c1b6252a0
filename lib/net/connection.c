/* connection: from its place in the queue to the session fact. */
#include "net/connection.h"

#include <stdio.h>
#include <unistd.h>

#include "base/alloc.h"
#include "net/connection_state.h"
#include "net/socket.h"

#define PEACE 2000 /* ms without a new connection to one who said 421 */

/* --- its end --- */

static void
hang_up(struct mc_connection *connection)
{
	connection->phase = MC_CONNECTION_OVER;
	(void)evtimer_del(&connection->timer);
	mc_hello_leave(&connection->waiter);
	if (connection->fd == -1)
		return;
	if (connection->watched != 0)
		(void)event_del(&connection->io);
	connection->watched = 0;
	close(connection->fd);
	connection->fd = -1;
}

static void
drop(struct mc_observation *observation)
{
	struct mc_connection *connection = (struct mc_connection *)observation;
	struct mc_net *net = observation->net;

	if (connection->phase == MC_CONNECTION_TALKING && !net->forked)
		mc_stream_leave(connection);
	hang_up(connection);
	mc_pace_leave(net->pace, &connection->place);
	mc_tls_client_free(connection->tls);
	connection->talk->free(connection);
	mc_net_forget(observation);
	mc_free(connection);
}

static void
refuse(struct mc_connection *connection, enum mc_failure failure, const char *text)
{
	hang_up(connection);
	mc_net_failed(&connection->base, failure, text, connection->began);
}

void
mc_connection_finish(struct mc_connection *connection)
{
	struct mc_net *net = connection->base.net;
	struct mc_arena *arena = &connection->base.arena;
	char source[MC_ADDRESS_SIZE] = "";
	struct mc_fact *fact;

	if (connection->source.family != 0)
		mc_address_format(source, &connection->source);
	fact = connection->talk->fact(
		connection, mc_arena_strdup(arena, source), connection->up - connection->began);
	if (fact != NULL) {
		*fact = (struct mc_fact){.kind = connection->question.kind,
			.status = MC_FACT_OK,
			.text = "",
			.began = connection->began,
			.ended = mc_net_now(net)};
		if (connection->talk->asks_for_peace(connection))
			mc_pace_back_off(net->pace, &connection->place, PEACE);
	}
	hang_up(connection);
	mc_net_over(&connection->base, fact);
}

/* --- events --- */

static void
out_of_memory(struct mc_connection *connection)
{
	hang_up(connection);
	mc_net_over(&connection->base, NULL);
}

static void
connected(struct mc_connection *connection)
{
	int error = mc_socket_error(connection->fd);
	struct mc_socket_failure failure;

	if (error != 0) {
		failure = mc_socket_failure(error);
		refuse(connection, failure.failure, failure.text);
		return;
	}
	connection->up = mc_net_now(connection->base.net);
	connection->source = mc_socket_source(connection->fd);
	connection->phase = MC_CONNECTION_TALKING;
	if (!mc_stream_begin(connection))
		out_of_memory(connection);
}

static void
ready(evutil_socket_t unused, short what, void *argument)
{
	struct mc_connection *connection = argument;

	(void)unused;
	if (connection->phase == MC_CONNECTION_CONNECTING)
		connected(connection);
	else if ((what & EV_READ) != 0)
		mc_stream_read(connection);
	else
		mc_stream_write(connection);
}

static void
expired(evutil_socket_t unused, short what, void *argument)
{
	struct mc_connection *connection = argument;
	char text[80];

	(void)unused;
	(void)what;
	if (connection->phase != MC_CONNECTION_CONNECTING) {
		mc_stream_expire(connection);
	} else if (mc_net_now(connection->base.net) < connection->until) {
		mc_connection_alarm(connection, connection->until);
	} else {
		(void)snprintf(text, sizeof(text), "no answer to the TCP connect within %g s",
			(double)connection->base.net->options.connect_timeout / 1000);
		refuse(connection, MC_FAIL_CONNECT_TIMEOUT, text);
	}
}

void
mc_connection_watch(struct mc_connection *connection, short events)
{
	if (connection->phase == MC_CONNECTION_OVER || connection->watched == events)
		return;
	if (connection->watched != 0)
		(void)event_del(&connection->io);
	connection->watched = 0;
	if (event_assign(&connection->io, connection->base.net->base, connection->fd,
		    (short)(events | EV_PERSIST), ready, connection) != 0 ||
		event_add(&connection->io, NULL) != 0)
		out_of_memory(connection);
	else
		connection->watched = events;
}

void
mc_connection_alarm(struct mc_connection *connection, int64_t at)
{
	int64_t left = at - mc_net_now(connection->base.net);

	if (connection->phase == MC_CONNECTION_OVER)
		return;
	if (at == INT64_MAX)
		(void)evtimer_del(&connection->timer);
	else if (!mc_net_timer(&connection->timer, left > 0 ? left : 0))
		out_of_memory(connection);
}

/* --- its beginning --- */

static void
named(struct mc_hello_waiter *waiter)
{
	struct mc_connection *connection =
		(struct mc_connection *)((char *)waiter - offsetof(struct mc_connection, waiter));

	if (connection->phase == MC_CONNECTION_TALKING)
		mc_stream_settle(connection);
}

/* The name is looked up beside the connecting. */
static bool
seek_name(struct mc_connection *connection)
{
	struct mc_net *net = connection->base.net;
	struct mc_plan *plan = &connection->question.plan;
	struct mc_address source;

	if (plan->helo == NULL)
		plan->helo = net->options.helo;
	if (plan->helo != NULL)
		return true;
	source = mc_socket_source(connection->fd);
	connection->waiter.known = named;
	return mc_hello_seek(net->hello, &connection->waiter, &source);
}

/* Its turn has come. */
static void
begin(struct mc_pace_place *place)
{
	struct mc_connection *connection =
		(struct mc_connection *)((char *)place - offsetof(struct mc_connection, place));
	struct mc_net *net = connection->base.net;
	const struct mc_address *source = connection->peer.address.family == 4
						  ? &net->options.source4
						  : &net->options.source6;
	struct mc_socket_failure failure;

	connection->began = mc_net_now(net);
	connection->until = connection->began + net->options.connect_timeout;
	connection->phase = MC_CONNECTION_CONNECTING;
	if (!mc_question_copy(
		    &connection->base.arena, &connection->question, connection->base.question)) {
		out_of_memory(connection);
		return;
	}
	connection->fd = mc_socket_connect(SOCK_STREAM, &connection->peer, source, &failure);
	if (connection->fd == -1) {
		refuse(connection, failure.failure, failure.text);
		return;
	}
	if (connection->talk->greets && !seek_name(connection)) {
		out_of_memory(connection);
		return;
	}
	mc_connection_watch(connection, EV_WRITE);
	mc_connection_alarm(connection, connection->until);
}

/* Why this address is left alone; NULL: it is not. */
static const char *
objection(
	const struct mc_connection *connection, const struct mc_question *question, char text[128])
{
	const struct mc_net_options *options = &connection->base.net->options;
	const struct mc_address *address = &connection->peer.address;
	enum mc_scope scope = mc_address_scope(address);
	bool excluded = address->family == 6 ? options->ipv4_only : options->ipv6_only;
	char name[MC_ADDRESS_SIZE];

	if ((scope == MC_SCOPE_GLOBAL || question->allow_special) && !excluded)
		return NULL;
	mc_address_format(name, address);
	if (scope != MC_SCOPE_GLOBAL && !question->allow_special)
		(void)snprintf(text, 128, "%s is a special-purpose address (%s): not contacted",
			name, mc_scope_name(scope));
	else
		(void)snprintf(text, 128, "%s: not contacted, only IPv%d is asked for", name,
			address->family == 6 ? 4 : 6);
	return text;
}

void
mc_connection_give_up(struct mc_observation *observation, const char *why)
{
	struct mc_connection *connection = (struct mc_connection *)observation;

	if (connection->phase == MC_CONNECTION_TALKING ||
		connection->phase == MC_CONNECTION_LINGERING)
		mc_stream_give_up(connection, why);
}

struct mc_observation *
mc_connection_begin(
	struct mc_net *net, const struct mc_question *question, mc_observed *done, void *argument)
{
	struct mc_connection *connection = mc_calloc(1, sizeof(*connection));
	const char *problem;
	char text[128];

	if (connection == NULL)
		return NULL;
	connection->fd = -1;
	connection->base.drop = drop;
	connection->place.begin = begin;
	connection->talk = question->kind == MC_FACT_HTTPS ? &mc_talk_http : &mc_talk_smtp;
	connection->peer.address = question->via.family != 0 ? question->via : question->address;
	connection->peer.port = question->via_port != 0 ? question->via_port : question->port;
	mc_net_observe(net, &connection->base, question, done, argument);
	(void)evtimer_assign(&connection->timer, net->base, expired, connection);
	problem = objection(connection, question, text);
	if (problem != NULL)
		mc_net_failed(&connection->base, MC_FAIL_NOT_CONTACTED, problem, 0);
	else if (!mc_pace_enter(net->pace, &connection->place, &connection->peer.address))
		mc_net_over(&connection->base, NULL);
	return &connection->base;
}
