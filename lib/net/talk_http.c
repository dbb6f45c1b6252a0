/* talk_http: an HTTPS GET. */
#include "dialogue/http.h"

#include "net/connection_state.h"

static bool
begin(struct mc_connection *connection)
{
	const struct mc_question *question = &connection->question;

	connection->http = mc_http_new(&connection->base.arena, question->host, question->port,
		question->path, connection->base.net->options.reply_timeout);
	return connection->http != NULL;
}

static enum mc_talk_want
want(const struct mc_connection *connection)
{
	static const enum mc_talk_want wants[] = {[MC_HTTP_WANT_TLS] = MC_WANT_TLS,
		[MC_HTTP_WANT_IO] = MC_WANT_IO,
		[MC_HTTP_WANT_CLOSE] = MC_WANT_CLOSE};

	return wants[mc_http_want(connection->http)];
}

static int64_t
deadline(const struct mc_connection *connection)
{
	return mc_http_deadline(connection->http);
}

static const uint8_t *
pending(const struct mc_connection *connection, size_t *ret_length)
{
	return mc_http_pending(connection->http, ret_length);
}

static void
sent(struct mc_connection *connection, size_t length, int64_t now)
{
	(void)now;
	mc_http_sent(connection->http, length);
}

static void
receive(struct mc_connection *connection, const uint8_t *bytes, size_t length, int64_t now)
{
	mc_http_recv(connection->http, bytes, length, now);
}

static void
shaken(struct mc_connection *connection, const struct mc_tls *tls, bool up, int64_t now)
{
	mc_http_tls(connection->http, tls, up, now);
}

static void
expire(struct mc_connection *connection, int64_t now)
{
	mc_http_expire(connection->http, now);
}

static void
closed(struct mc_connection *connection, enum mc_talk_close how, const char *text, int64_t now)
{
	static const enum mc_http_end ends[] = {[MC_TALK_EOF] = MC_HTTP_COMPLETE,
		[MC_TALK_UNCLEAN] = MC_HTTP_CLOSED,
		[MC_TALK_RESET] = MC_HTTP_RESET,
		[MC_TALK_LOCAL] = MC_HTTP_LOCAL};

	mc_http_closed(connection->http, ends[how], text, now);
}

static bool
always(const struct mc_connection *connection)
{
	(void)connection;
	return true;
}

static bool
never(const struct mc_connection *connection)
{
	(void)connection;
	return false;
}

/* RFC 6585, 4: too many requests. */
static bool
asks_for_peace(const struct mc_connection *connection)
{
	return mc_http_seen(connection->http)->status == 429;
}

static struct mc_fact *
make_fact(struct mc_connection *connection, const char *source, int64_t connect_ms)
{
	struct mc_https *fact = mc_arena_alloc(&connection->base.arena, sizeof(*fact));

	if (fact == NULL)
		return NULL;
	fact->http = *mc_http_seen(connection->http);
	fact->http.source = source;
	fact->http.connect_ms = connect_ms;
	return &fact->fact;
}

static void
http_free(struct mc_connection *connection)
{
	mc_http_free(connection->http);
}

const struct mc_talk mc_talk_http = {
	.begin = begin,
	.want = want,
	.deadline = deadline,
	.pending = pending,
	.sent = sent,
	.recv = receive,
	.shaken = shaken,
	.expire = expire,
	.closed = closed,
	.begins_in_tls = always,
	.closes_late = never,
	.asks_for_peace = asks_for_peace,
	.fact = make_fact,
	.free = http_free,
};
