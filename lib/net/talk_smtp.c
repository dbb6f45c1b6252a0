/* talk_smtp: a session. */
#include "dialogue/smtp.h"

#include "net/connection_state.h"

static bool
begin(struct mc_connection *connection)
{
	const struct mc_net_options *options = &connection->base.net->options;
	struct mc_smtp_timeouts timeouts = {.reply = options->reply_timeout,
		.quit = options->reply_timeout < 5000 ? options->reply_timeout : 5000};

	connection->smtp = mc_smtp_new(&connection->base.arena, &connection->question.plan,
		connection->question.port, &timeouts, connection->began, connection->up);
	return connection->smtp != NULL;
}

static enum mc_talk_want
want(const struct mc_connection *connection)
{
	static const enum mc_talk_want wants[] = {[MC_SMTP_WANT_IO] = MC_WANT_IO,
		[MC_SMTP_WANT_HELO] = MC_WANT_HELO,
		[MC_SMTP_WANT_TLS] = MC_WANT_TLS,
		[MC_SMTP_WANT_CLOSE] = MC_WANT_CLOSE};

	return wants[mc_smtp_want(connection->smtp)];
}

static int64_t
deadline(const struct mc_connection *connection)
{
	return mc_smtp_deadline(connection->smtp);
}

static const uint8_t *
pending(const struct mc_connection *connection, size_t *ret_length)
{
	return mc_smtp_pending(connection->smtp, ret_length);
}

static void
sent(struct mc_connection *connection, size_t length, int64_t now)
{
	mc_smtp_sent(connection->smtp, length, now);
}

static void
receive(struct mc_connection *connection, const uint8_t *bytes, size_t length, int64_t now)
{
	mc_smtp_recv(connection->smtp, bytes, length, now);
}

static void
greet(struct mc_connection *connection, const char *name, int64_t now)
{
	mc_smtp_helo(connection->smtp, name, now);
}

static void
shaken(struct mc_connection *connection, const struct mc_tls *tls, bool up, int64_t now)
{
	mc_smtp_tls(connection->smtp, tls, up, now);
}

static void
expire(struct mc_connection *connection, int64_t now)
{
	mc_smtp_expire(connection->smtp, now);
}

static void
give_up(struct mc_connection *connection, const char *why, int64_t now)
{
	mc_smtp_give_up(connection->smtp, why, now);
}

static void
closed(struct mc_connection *connection, enum mc_talk_close how, const char *text, int64_t now)
{
	static const enum mc_smtp_close closes[] = {[MC_TALK_EOF] = MC_CLOSE_EOF,
		[MC_TALK_UNCLEAN] = MC_CLOSE_UNCLEAN,
		[MC_TALK_RESET] = MC_CLOSE_RESET,
		[MC_TALK_LOCAL] = MC_CLOSE_LOCAL};

	mc_smtp_closed(connection->smtp, closes[how], text, now);
}

static bool
begins_in_tls(const struct mc_connection *connection)
{
	return mc_plan_implicit_tls(&connection->question.plan, connection->question.port);
}

static bool
closes_late(const struct mc_connection *connection)
{
	const struct mc_session *session = mc_smtp_session(connection->smtp);
	const struct mc_stage *quit = mc_session_stage(session, MC_STEP_QUIT, true);

	return quit != NULL && quit->answered && session->end != MC_END_LOCAL;
}

static bool
asks_for_peace(const struct mc_connection *connection)
{
	const struct mc_session *session = mc_smtp_session(connection->smtp);

	for (size_t i = 0; i < session->stage_count; i++)
		if (session->stages[i].reply.code == 421)
			return true;
	return false;
}

static struct mc_fact *
make_fact(struct mc_connection *connection, const char *source, int64_t connect_ms)
{
	struct mc_session_fact *fact = mc_arena_alloc(&connection->base.arena, sizeof(*fact));

	if (fact == NULL)
		return NULL;
	fact->session = *mc_smtp_session(connection->smtp);
	fact->session.source = source;
	fact->session.connect_ms = connect_ms;
	return &fact->fact;
}

static void
smtp_free(struct mc_connection *connection)
{
	mc_smtp_free(connection->smtp);
}

const struct mc_talk mc_talk_smtp = {
	.greets = true,
	.begin = begin,
	.want = want,
	.deadline = deadline,
	.pending = pending,
	.sent = sent,
	.recv = receive,
	.greet = greet,
	.shaken = shaken,
	.expire = expire,
	.give_up = give_up,
	.closed = closed,
	.begins_in_tls = begins_in_tls,
	.closes_late = closes_late,
	.asks_for_peace = asks_for_peace,
	.fact = make_fact,
	.free = smtp_free,
};
