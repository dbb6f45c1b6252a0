/*
 * smtp: one connection. A reply is composed as good conduct has it, changed by the behaviour of
 * its step, sent; what the command does to the session happens when the reply that went out says
 * so. Commands wait while a reply is under way.
 */
#include "smtp.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "behaviour.h"
#include "smtp_command.h"
#include "stream.h"

#define LINE_LIMIT 4096

enum state { STATE_COMMAND, STATE_REPLYING, STATE_HANDSHAKE, STATE_MESSAGE };

struct smtp {
	struct service *service;
	struct stream *stream;
	enum state state;
	struct smtp_session session;
	enum smtp_effect effect;           /* of the reply under way */
	const struct behaviour *behaviour; /* of the reply under way */
	struct mc_buf reply;
};

static void process(struct smtp *smtp);

static void
send_reply(struct smtp *smtp)
{
	struct pace pace = behaviour_pace(smtp->behaviour, smtp->reply.length);

	if (smtp->reply.failed) {
		stream_close(smtp->stream, ENDING_UNCLEAN);
		return;
	}
	stream_log(smtp->stream, ">", smtp->reply.data, smtp->reply.length);
	stream_send(smtp->stream, smtp->reply.data, smtp->reply.length, &pace);
}

/* The reply stands in smtp->reply; the behaviour of the step has the last word. */
static void
respond(struct smtp *smtp, int step, enum smtp_effect effect, const char *command)
{
	smtp->behaviour = behaviour_find(smtp->service->server, step,
		stream_is_secure(smtp->stream), stream_number(smtp->stream), command);
	smtp->effect = effect;
	smtp->state = STATE_REPLYING;
	behaviour_apply(smtp->behaviour, &smtp->reply);
	if (effect == EFFECT_STARTTLS)
		stream_forget(smtp->stream);
	send_reply(smtp);
}

/* A client that does not wait for its turn. */
static void
refuse_haste(struct smtp *smtp)
{
	stream_forget(smtp->stream);
	if (smtp->state == STATE_REPLYING && smtp->effect == EFFECT_QUIT)
		return;
	mc_buf_clear(&smtp->reply);
	mc_buf_puts(&smtp->reply, "554 5.5.0 SMTP synchronization error\r\n");
	smtp->behaviour = NULL;
	smtp->effect = EFFECT_QUIT;
	smtp->state = STATE_REPLYING;
	send_reply(smtp);
}

static void
greet(struct smtp *smtp)
{
	const struct server *server = smtp->service->server;

	mc_buf_clear(&smtp->reply);
	mc_buf_printf(&smtp->reply, "220 %s %s labd\r\n", server->hostname,
		server->lmtp ? "LMTP" : "ESMTP");
	respond(smtp, STEP_BANNER, EFFECT_GREETING, "");
}

static void
begin_tls(struct smtp *smtp)
{
	const struct behaviour *b = behaviour_find(
		smtp->service->server, STEP_TLS, false, stream_number(smtp->stream), "");

	smtp->state = STATE_HANDSHAKE;
	stream_secure(smtp->stream, b);
}

/* What the command does, now that its reply is out. */
static void
take_effect(struct smtp *smtp)
{
	char code = smtp->reply.length > 0 ? (char)smtp->reply.data[0] : '\0';

	if (smtp->effect == EFFECT_QUIT) {
		stream_close(smtp->stream, ENDING_CLEAN);
		return;
	}
	if (smtp->effect == EFFECT_STARTTLS && code == '2') {
		begin_tls(smtp);
		return;
	}
	smtp->state = STATE_COMMAND;
	if (smtp->effect == EFFECT_DATA && code == '3')
		smtp->state = STATE_MESSAGE;
	smtp_session_update(&smtp->session, smtp->effect, code == '2');
	process(smtp);
}

static void
on_sent(void *owner)
{
	struct smtp *smtp = owner;
	const struct behaviour *b = smtp->behaviour;
	struct pace pace;

	if (b == NULL)
		take_effect(smtp);
	else if (b->endless) {
		pace = behaviour_pace(b, smtp->reply.length);
		pace.delay = pace.gap;
		stream_send(smtp->stream, smtp->reply.data, smtp->reply.length, &pace);
	} else if (b->instead != OUTCOME_GO_ON)
		stream_conclude(smtp->stream, b->instead, b->no_close_notify);
	else if (b->then != OUTCOME_GO_ON || b->no_close_notify)
		stream_conclude(smtp->stream, b->then, b->no_close_notify);
	else
		take_effect(smtp);
}

static void
on_secured(void *owner)
{
	struct smtp *smtp = owner;

	smtp_session_reset(&smtp->session);
	smtp->state = STATE_COMMAND;
	if (smtp->service->server->tls.mode == TLS_IMPLICIT)
		greet(smtp);
}

static void
take_command(struct smtp *smtp, const char *line, size_t length)
{
	struct smtp_request request = {.server = smtp->service->server,
		.session = &smtp->session,
		.secure = stream_is_secure(smtp->stream),
		.line = line,
		.reply = &smtp->reply};
	const struct smtp_verdict verdict = smtp_command(&request);

	stream_log(smtp->stream, "<", line, length);
	respond(smtp, verdict.step, verdict.effect, line);
}

/* The content of a message is dropped up to its end. */
static void
take_content(struct smtp *smtp, const char *line)
{
	if (strcmp(line, ".") != 0)
		return;
	mc_buf_clear(&smtp->reply);
	smtp_message_reply(smtp->service->server, &smtp->session, &smtp->reply);
	respond(smtp, STEP_MESSAGE, EFFECT_RESET, "");
}

/* A line that is not complete may not grow for ever. */
static void
judge_rest(struct smtp *smtp)
{
	struct evbuffer *input = stream_input(smtp->stream);

	if (evbuffer_get_length(input) <= LINE_LIMIT)
		return;
	stream_forget(smtp->stream);
	if (smtp->state == STATE_MESSAGE)
		return;
	mc_buf_clear(&smtp->reply);
	mc_buf_puts(&smtp->reply, "500 5.5.2 line too long\r\n");
	respond(smtp, STEP_OTHER, EFFECT_QUIT, "");
}

static void
process(struct smtp *smtp)
{
	struct evbuffer *input = stream_input(smtp->stream);
	size_t length;
	char *line;

	while (smtp->state == STATE_COMMAND || smtp->state == STATE_MESSAGE) {
		line = evbuffer_readln(input, &length, EVBUFFER_EOL_CRLF);
		if (line == NULL) {
			judge_rest(smtp);
			return;
		}
		mc_buf_clear(&smtp->reply);
		if (smtp->state == STATE_MESSAGE)
			take_content(smtp, line);
		else if (smtp->service->server->enforce_sync && evbuffer_get_length(input) > 0)
			refuse_haste(smtp);
		else
			take_command(smtp, line, length);
		free(line);
	}
}

static void
on_input(void *owner)
{
	struct smtp *smtp = owner;

	if (smtp->state == STATE_REPLYING && smtp->service->server->enforce_sync)
		refuse_haste(smtp);
	else
		process(smtp);
}

static void
on_gone(void *owner)
{
	struct smtp *smtp = owner;

	mc_buf_free(&smtp->reply);
	mc_free(smtp);
}

void
smtp_accept(struct service *service, int fd)
{
	static const struct stream_events events = {on_input, on_sent, on_secured, on_gone};
	struct smtp *smtp = mc_calloc(1, sizeof(*smtp));

	if (smtp == NULL) {
		evutil_closesocket(fd);
		return;
	}
	smtp->service = service;
	mc_buf_init(&smtp->reply, BEHAVIOUR_REPLY_LIMIT);
	smtp->stream = stream_new(service, fd, &events, smtp);
	if (smtp->stream == NULL)
		on_gone(smtp);
	else if (service->server->tls.mode == TLS_IMPLICIT)
		begin_tls(smtp);
	else
		greet(smtp);
}
