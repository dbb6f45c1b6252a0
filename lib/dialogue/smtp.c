/*
 * smtp: what the pump calls. Octets come in here, are cut into replies and handed to the step
 * that waits; commands go out. Octets that come before a command was sent wait until it is.
 */
#include "dialogue/smtp.h"

#include <inttypes.h>
#include <string.h>

#include "dialogue/smtp_step.h"

#define OUT_LIMIT (MC_PLAN_ARGUMENT + 64)

/* Every public call that changes anything begins with tick() and ends with settle(). */
static void
tick(struct mc_smtp *smtp, int64_t now)
{
	if (now > smtp->now)
		smtp->now = now;
}

static void
settle(struct mc_smtp *smtp)
{
	struct mc_session *session = smtp->session;

	if ((smtp->arena->failed || smtp->transcript.failed) && session->end != MC_END_LOCAL)
		mc_smtp_state_fail(smtp, "out of memory");
	session->transcript = smtp->transcript.items;
	session->transcript_count = smtp->transcript.count;
}

/* `quit_after` TLS means STARTTLS and its handshake, unless TLS comes first of all. */
static enum mc_step_name
last_step(const struct mc_plan *plan, bool implicit)
{
	if (plan->quit_after == MC_STEP_TLS && !implicit)
		return MC_STEP_STARTTLS;
	return plan->quit_after;
}

static void
connected(struct mc_smtp *smtp, int64_t began, int64_t now)
{
	const char *problem = mc_plan_problem(smtp->plan);

	smtp->now = began;
	mc_smtp_state_begin(smtp, MC_STEP_CONNECT);
	tick(smtp, now);
	smtp->stage->ended = mc_smtp_state_since(smtp);
	smtp->stage->answered = true;
	smtp->session->connect_ms = smtp->stage->ended;
	mc_smtp_state_note(smtp, "connected");
	if (problem != NULL)
		mc_smtp_state_fail(smtp, problem);
	else
		mc_smtp_step_connected(smtp);
}

struct mc_smtp *
mc_smtp_new(struct mc_arena *arena, const struct mc_plan *plan, uint16_t port,
	const struct mc_smtp_timeouts *timeouts, int64_t began, int64_t now)
{
	struct mc_smtp *smtp = mc_arena_alloc(arena, sizeof(*smtp));
	struct mc_session *session = mc_arena_alloc(arena, sizeof(*session));
	struct mc_stage *stages = mc_arena_calloc(arena, MC_SMTP_STAGES, sizeof(*stages));

	if (smtp == NULL || session == NULL || stages == NULL)
		return NULL;
	session->source = session->helo = session->failure = "";
	session->stages = stages;
	smtp->arena = arena;
	smtp->plan = plan;
	smtp->timeouts = *timeouts;
	smtp->session = session;
	smtp->helo = plan->helo;
	smtp->began = began;
	smtp->implicit = mc_plan_implicit_tls(plan, port);
	smtp->limit = last_step(plan, smtp->implicit);
	mc_transcript_init(&smtp->transcript, arena);
	mc_smtp_reply_reader_init(&smtp->reader);
	mc_buf_init(&smtp->early, MC_SMTP_REPLY_BYTES);
	mc_buf_init(&smtp->out, OUT_LIMIT);
	connected(smtp, began, now);
	settle(smtp);
	return smtp;
}

void
mc_smtp_free(struct mc_smtp *smtp)
{
	if (smtp == NULL)
		return;
	mc_transcript_free(&smtp->transcript);
	mc_smtp_reply_reader_free(&smtp->reader);
	mc_buf_free(&smtp->early);
	mc_buf_free(&smtp->out);
}

enum mc_smtp_want
mc_smtp_want(const struct mc_smtp *smtp)
{
	return smtp->want;
}

int64_t
mc_smtp_deadline(const struct mc_smtp *smtp)
{
	return smtp->deadline;
}

bool
mc_smtp_encrypted(const struct mc_smtp *smtp)
{
	return smtp->encrypted || smtp->want == MC_SMTP_WANT_TLS;
}

struct mc_session *
mc_smtp_session(struct mc_smtp *smtp)
{
	return smtp->session;
}

const uint8_t *
mc_smtp_pending(const struct mc_smtp *smtp, size_t *ret_length)
{
	*ret_length = smtp->out.length;
	return smtp->out.data;
}

/* The bound is ours: what the lines say that were not kept is not known. */
static void
too_long(struct mc_smtp *smtp)
{
	mc_smtp_state_break(smtp);
	mc_smtp_state_note(smtp, "this reply has more lines than are looked at: gave up");
	smtp->session->failure = mc_arena_printf(smtp->arena,
		"a reply of more than %d lines, the rest of which was not looked at",
		MC_SMTP_REPLY_LINES);
	mc_smtp_state_conclude(smtp, smtp->step == MC_STEP_QUIT ? MC_END_COMPLETE : MC_END_LOCAL);
	mc_smtp_state_goodbye(smtp);
}

static void
endless(struct mc_smtp *smtp)
{
	mc_smtp_state_break(smtp);
	mc_smtp_state_note(smtp, "the server does not stop sending: gave up");
	mc_smtp_state_conclude(smtp, smtp->step == MC_STEP_QUIT ? MC_END_COMPLETE : MC_END_ENDLESS);
	mc_smtp_state_goodbye(smtp);
}

/* Octets behind the 220 to STARTTLS that are not the handshake's: nothing after them counts. */
static void
injected(struct mc_smtp *smtp, const uint8_t *bytes, size_t length)
{
	struct mc_session *session = smtp->session;

	session->stage_count--; /* there will be no handshake */
	smtp->stage--;
	smtp->step = MC_STEP_STARTTLS;
	session->injected_length = length < MC_SMTP_INJECTED ? length : MC_SMTP_INJECTED;
	session->injected = mc_arena_memdup(smtp->arena, bytes, session->injected_length);
	mc_smtp_state_break(smtp);
	mc_smtp_state_note(smtp, "plaintext came behind the reply to STARTTLS: closing");
	mc_smtp_state_starttls(smtp, MC_STARTTLS_FAILED);
	mc_smtp_state_conclude(smtp, MC_END_INJECTED);
	mc_smtp_state_finish(smtp);
}

/* Keeps octets that nothing has asked for yet. */
static void
hold(struct mc_smtp *smtp, const uint8_t *bytes, size_t length)
{
	if (!smtp->early_told)
		mc_smtp_state_note(smtp, "the server spoke before the next command was sent");
	smtp->early_told = true;
	if (length > MC_SMTP_REPLY_BYTES - smtp->early.length)
		endless(smtp);
	else if (!mc_buf_append(&smtp->early, bytes, length))
		mc_smtp_state_fail(smtp, "out of memory");
}

static bool
waits_for_reply(const struct mc_smtp *smtp)
{
	return smtp->want == MC_SMTP_WANT_IO && smtp->out.length == 0;
}

/* What came before the command answers something else; but 421 may be said at any time. */
static void
mark_early(const struct mc_smtp *smtp, struct mc_smtp_reply *reply)
{
	if (smtp->taking_early && reply->code != 421)
		reply->oddities |= MC_ODD_EARLY;
}

static size_t
read_reply(struct mc_smtp *smtp, const uint8_t *bytes, size_t length)
{
	struct mc_smtp_reply_reader *reader = &smtp->reader;
	struct mc_smtp_reply reply;
	size_t taken;

	switch (mc_smtp_reply_read(reader, smtp->arena, bytes, length, &taken, &reply)) {
	case MC_SMTP_READ_MORE:
		if (reader->reply.count > 0 || reader->line.length > 0)
			mark_early(smtp, &reader->reply);
		break;
	case MC_SMTP_READ_REPLY:
		mark_early(smtp, &reply);
		mc_smtp_step_answer(smtp, &reply);
		break;
	case MC_SMTP_READ_LONG:
		smtp->stage->reply = reply;
		too_long(smtp);
		break;
	case MC_SMTP_READ_ENDLESS:
		smtp->stage->reply = reply;
		endless(smtp);
		break;
	case MC_SMTP_READ_NOMEM:
		mc_smtp_state_fail(smtp, "out of memory");
		break;
	}
	return taken;
}

static void
take(struct mc_smtp *smtp, const uint8_t *bytes, size_t length)
{
	size_t at = 0;

	while (at < length && waits_for_reply(smtp))
		at += read_reply(smtp, bytes + at, length - at);
	if (at == length || smtp->want == MC_SMTP_WANT_CLOSE)
		return;
	if (smtp->agreed && smtp->want == MC_SMTP_WANT_TLS)
		injected(smtp, bytes + at, length - at);
	else if (smtp->want != MC_SMTP_WANT_TLS)
		hold(smtp, bytes + at, length - at);
}

/* The server began with a TLS alert or handshake record where its banner is due. */
static bool
opens_with_tls(struct mc_smtp *smtp, const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length && smtp->first_length < sizeof(smtp->first); i++)
		smtp->first[smtp->first_length++] = bytes[i];
	if (smtp->implicit || smtp->first_length < sizeof(smtp->first) || smtp->greeted)
		return false;
	return (smtp->first[0] == 0x15 || smtp->first[0] == 0x16) && smtp->first[1] == 0x03;
}

static void
not_smtp(struct mc_smtp *smtp, const uint8_t *bytes, size_t length)
{
	struct mc_session *session = smtp->session;
	size_t before = smtp->reader.held.length; /* the first octet may have come alone */
	size_t kept = length < MC_SMTP_PARTIAL_LIMIT ? length : MC_SMTP_PARTIAL_LIMIT;
	char *partial = mc_arena_alloc(smtp->arena, before + kept + 1);

	if (partial == NULL)
		return;
	memcpy(partial, smtp->first, before);
	memcpy(partial + before, bytes, kept);
	session->partial = partial;
	session->partial_length = before + kept;
	session->failure =
		"a TLS record came where the greeting is due: this looks like implicit TLS";
	mc_smtp_state_break(smtp);
	mc_smtp_state_note(smtp, "%s", session->failure);
	mc_smtp_state_conclude(smtp, MC_END_NOT_SMTP);
	mc_smtp_state_finish(smtp);
}

void
mc_smtp_recv(struct mc_smtp *smtp, const uint8_t *bytes, size_t length, int64_t now)
{
	if (smtp->want == MC_SMTP_WANT_CLOSE || length == 0)
		return;
	tick(smtp, now);
	mc_transcript_recv(
		&smtp->transcript, mc_smtp_state_since(smtp), smtp->encrypted, bytes, length);
	if (opens_with_tls(smtp, bytes, length))
		not_smtp(smtp, bytes, length);
	else
		take(smtp, bytes, length);
	settle(smtp);
}

static void
take_early(struct mc_smtp *smtp)
{
	struct mc_buf early = smtp->early;

	mc_buf_init(&smtp->early, MC_SMTP_REPLY_BYTES);
	smtp->taking_early = true;
	take(smtp, early.data, early.length);
	smtp->taking_early = false;
	mc_buf_free(&early);
}

void
mc_smtp_sent(struct mc_smtp *smtp, size_t length, int64_t now)
{
	mc_buf_consume(&smtp->out, length < smtp->out.length ? length : smtp->out.length);
	if (smtp->want == MC_SMTP_WANT_CLOSE || smtp->command == NULL || smtp->out.length > 0)
		return;
	tick(smtp, now);
	mc_smtp_state_said(smtp);
	take_early(smtp);
	settle(smtp);
}

void
mc_smtp_helo(struct mc_smtp *smtp, const char *helo, int64_t now)
{
	const char *problem = mc_plan_helo_problem(helo);

	if (smtp->want == MC_SMTP_WANT_CLOSE || smtp->helo != NULL)
		return;
	tick(smtp, now);
	if (problem != NULL) {
		mc_smtp_state_fail(smtp, problem);
	} else {
		smtp->helo = mc_arena_strdup(smtp->arena, helo);
		if (smtp->want == MC_SMTP_WANT_HELO)
			mc_smtp_step_hello(smtp);
	}
	settle(smtp);
}

void
mc_smtp_tls(struct mc_smtp *smtp, const struct mc_tls *tls, bool up, int64_t now)
{
	if (smtp->want != MC_SMTP_WANT_TLS)
		return;
	tick(smtp, now);
	smtp->session->tls = tls;
	mc_smtp_step_tls(smtp, up);
	settle(smtp);
}

static const char *
awaited(const struct mc_smtp *smtp)
{
	static const char *const texts[MC_STEP_COUNT] = {
		[MC_STEP_BANNER] = "the greeting",
		[MC_STEP_EHLO] = "the reply to EHLO",
		[MC_STEP_HELO] = "the reply to HELO",
		[MC_STEP_STARTTLS] = "the reply to STARTTLS",
		[MC_STEP_TLS] = "the TLS handshake",
		[MC_STEP_MAIL] = "the reply to MAIL",
		[MC_STEP_RCPT] = "the reply to RCPT",
		[MC_STEP_QUIT] = "the reply to QUIT",
	};

	if (smtp->step == MC_STEP_EHLO && smtp->plan->protocol == MC_PROTOCOL_LMTP)
		return "the reply to LHLO";
	return texts[smtp->step];
}

void
mc_smtp_expire(struct mc_smtp *smtp, int64_t now)
{
	int64_t waited = mc_smtp_state_elapsed(smtp->waiting, smtp->deadline);

	if (smtp->deadline == INT64_MAX || now < smtp->deadline)
		return;
	tick(smtp, now);
	mc_smtp_state_break(smtp);
	mc_smtp_state_note(smtp, "timed out after %" PRId64 " %s waiting for %s",
		waited % 1000 == 0 ? waited / 1000 : waited, waited % 1000 == 0 ? "s" : "ms",
		awaited(smtp));
	mc_smtp_state_conclude(smtp, smtp->step == MC_STEP_QUIT ? MC_END_COMPLETE : MC_END_TIMEOUT);
	mc_smtp_state_goodbye(smtp);
	settle(smtp);
}

void
mc_smtp_give_up(struct mc_smtp *smtp, const char *why, int64_t now)
{
	bool shaking = smtp->want == MC_SMTP_WANT_TLS;

	if (smtp->want == MC_SMTP_WANT_CLOSE)
		return;
	tick(smtp, now);
	mc_smtp_state_break(smtp);
	mc_smtp_state_note(smtp, "given up: %s", why);
	if (smtp->step != MC_STEP_QUIT)
		smtp->session->failure =
			mc_arena_printf(smtp->arena, "%s, waiting for %s", why, awaited(smtp));
	mc_smtp_state_conclude(smtp, smtp->step == MC_STEP_QUIT ? MC_END_COMPLETE : MC_END_LOCAL);
	if (shaking)
		mc_smtp_state_finish(smtp);
	else
		mc_smtp_state_goodbye(smtp);
	settle(smtp);
}

static void
note_close(struct mc_smtp *smtp, enum mc_smtp_close how, const char *text)
{
	static const char *const texts[] = {
		[MC_CLOSE_EOF] = "connection closed by the server",
		[MC_CLOSE_UNCLEAN] = "connection closed by the server without close_notify",
		[MC_CLOSE_RESET] = "connection reset",
		[MC_CLOSE_LOCAL] = "connection given up",
	};

	mc_smtp_state_break(smtp);
	if (text == NULL)
		mc_smtp_state_note(smtp, "%s", texts[how]);
	else
		mc_smtp_state_note(smtp, "%s: %s", texts[how], text);
}

void
mc_smtp_closed(struct mc_smtp *smtp, enum mc_smtp_close how, const char *text, int64_t now)
{
	struct mc_session *session = smtp->session;

	if (how == MC_CLOSE_UNCLEAN && smtp->encrypted)
		session->unclean_close = true;
	if (smtp->want == MC_SMTP_WANT_CLOSE)
		return;
	tick(smtp, now);
	note_close(smtp, how, text);
	if (how == MC_CLOSE_LOCAL) {
		mc_smtp_state_fail(smtp, mc_arena_strdup(smtp->arena, text != NULL ? text : ""));
	} else if (smtp->step == MC_STEP_QUIT) {
		mc_smtp_state_conclude(smtp, MC_END_COMPLETE);
	} else {
		mc_smtp_state_conclude(smtp, how == MC_CLOSE_RESET ? MC_END_RESET : MC_END_CLOSED);
		if (session->end == MC_END_RESET && text != NULL)
			session->failure = mc_arena_strdup(smtp->arena, text);
	}
	mc_smtp_state_finish(smtp);
	settle(smtp);
}
