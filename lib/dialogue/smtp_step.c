/*
 * smtp_step: the order of an SMTP or LMTP session, one function a step.
 */
#include "dialogue/smtp_step.h"

#include "dialogue/capability.h"

/* An EHLO reply with one of these proves nothing by what it does not list. */
#define MALFORMED                                                                                  \
	(MC_ODD_MIXED_CODES | MC_ODD_GARBAGE_LINE | MC_ODD_SEPARATOR | MC_ODD_INVALID_CODE |       \
		MC_ODD_ENDLESS | MC_ODD_BARE_CR | MC_ODD_CONTROL | MC_ODD_EARLY)

/* Go on, by the first digit (RFC 5321, 4.3.2); 221 is a farewell. */
static bool
positive(const struct mc_smtp_reply *reply)
{
	return reply->code / 100 == 2 && reply->code != 221;
}

static void
quit(struct mc_smtp *smtp)
{
	mc_smtp_state_say(smtp, MC_STEP_QUIT, "QUIT");
}

static void
refused(struct mc_smtp *smtp)
{
	mc_smtp_state_conclude(smtp, MC_END_REFUSED);
	quit(smtp);
}

static void
complete(struct mc_smtp *smtp)
{
	mc_smtp_state_conclude(smtp, MC_END_COMPLETE);
	mc_smtp_state_finish(smtp);
}

static void
start_tls(struct mc_smtp *smtp)
{
	mc_smtp_state_begin(smtp, MC_STEP_TLS);
	smtp->want = MC_SMTP_WANT_TLS;
	smtp->deadline = INT64_MAX;
}

void
mc_smtp_step_connected(struct mc_smtp *smtp)
{
	if (smtp->limit == MC_STEP_CONNECT)
		complete(smtp);
	else if (smtp->implicit)
		start_tls(smtp);
	else
		mc_smtp_state_begin(smtp, MC_STEP_BANNER);
}

void
mc_smtp_step_hello(struct mc_smtp *smtp)
{
	const char *verb = smtp->plan->protocol == MC_PROTOCOL_LMTP ? "LHLO" : "EHLO";

	if (smtp->helo == NULL) {
		smtp->step = MC_STEP_EHLO;
		smtp->want = MC_SMTP_WANT_HELO;
		smtp->deadline = INT64_MAX;
		return;
	}
	smtp->session->helo = smtp->helo;
	mc_smtp_state_say(
		smtp, MC_STEP_EHLO, mc_arena_printf(smtp->arena, "%s %s", verb, smtp->helo));
}

static void
recipient(struct mc_smtp *smtp)
{
	const struct mc_plan *plan = smtp->plan;

	if (smtp->limit < MC_STEP_RCPT || smtp->recipient == plan->to_count) {
		quit(smtp);
		return;
	}
	mc_smtp_state_say(smtp, MC_STEP_RCPT,
		mc_arena_printf(smtp->arena, "RCPT TO:<%s>", plan->to[smtp->recipient]));
	smtp->recipient++;
}

static void
envelope(struct mc_smtp *smtp)
{
	const struct mc_plan *plan = smtp->plan;

	if (smtp->limit < MC_STEP_MAIL || plan->from == NULL)
		quit(smtp);
	else
		mc_smtp_state_say(smtp, MC_STEP_MAIL,
			mc_arena_printf(smtp->arena, "MAIL FROM:<%s>", plan->from));
}

static bool
advertised(const struct mc_capabilities *capabilities)
{
	return mc_capability_find(capabilities, "STARTTLS") != NULL;
}

/* Greeted and answered: STARTTLS when the plan and the server want it, else the envelope. */
static void
upgrade(struct mc_smtp *smtp)
{
	struct mc_session *session = smtp->session;
	bool offered = advertised(&session->plain), wanted = false;

	if (!smtp->encrypted && smtp->plan->tls == MC_TLS_STARTTLS)
		wanted = true;
	else if (!smtp->encrypted && smtp->plan->tls == MC_TLS_AUTO)
		wanted = offered || session->starttls_mangled;
	if (!wanted) {
		envelope(smtp);
	} else if (smtp->limit < MC_STEP_STARTTLS) {
		quit(smtp);
	} else {
		session->starttls_unadvertised = !offered;
		mc_smtp_state_say(smtp, MC_STEP_STARTTLS, "STARTTLS");
	}
}

static void
answer_banner(struct mc_smtp *smtp, const struct mc_smtp_reply *reply)
{
	smtp->greeted = true;
	if (!positive(reply))
		refused(smtp);
	else if (smtp->limit < MC_STEP_EHLO)
		quit(smtp);
	else
		mc_smtp_step_hello(smtp);
}

/* What the first EHLO reply says of STARTTLS; inside implicit TLS its absence says nothing. */
static void
judge_offer(struct mc_smtp *smtp, const struct mc_smtp_reply *reply)
{
	struct mc_session *session = smtp->session;
	bool offered = advertised(smtp->encrypted ? &session->encrypted : &session->plain);
	bool well_formed = reply->code == 250 && (reply->oddities & MALFORMED) == 0;

	if (offered)
		mc_smtp_state_starttls(smtp, MC_STARTTLS_OFFERED);
	else if (well_formed && !smtp->implicit)
		mc_smtp_state_starttls(smtp, MC_STARTTLS_ABSENT);
	session->starttls_mangled =
		!offered && !smtp->implicit && mc_capability_mangled(&session->plain);
}

/* The EHLO inside TLS was answered. */
static void
judge_upgrade(struct mc_smtp *smtp, const struct mc_smtp_reply *reply)
{
	if ((reply->oddities & MC_ODD_EARLY) != 0)
		return; /* this is no answer to it */
	mc_smtp_state_starttls(smtp, reply->code == 250 ? MC_STARTTLS_WORKS : MC_STARTTLS_FAILED);
}

static void
answer_ehlo(struct mc_smtp *smtp, const struct mc_smtp_reply *reply)
{
	struct mc_session *session = smtp->session;

	if (positive(reply))
		mc_capability_read(smtp->arena, reply,
			smtp->encrypted ? &session->encrypted : &session->plain);
	if (smtp->agreed)
		judge_upgrade(smtp, reply);
	else
		judge_offer(smtp, reply);
	if (positive(reply))
		upgrade(smtp);
	else if (reply->code / 100 != 5 || smtp->plan->protocol == MC_PROTOCOL_LMTP)
		refused(smtp);
	else if (smtp->limit < MC_STEP_HELO)
		quit(smtp);
	else
		mc_smtp_state_say(
			smtp, MC_STEP_HELO, mc_arena_printf(smtp->arena, "HELO %s", smtp->helo));
}

static void
answer_helo(struct mc_smtp *smtp, const struct mc_smtp_reply *reply)
{
	if (positive(reply))
		upgrade(smtp);
	else
		refused(smtp);
}

/* A reply of another class, or one that came before the question, answers nothing. */
static bool
refuses(const struct mc_smtp_reply *reply)
{
	bool negative = reply->code / 100 == 4 || reply->code / 100 == 5;

	return negative && (reply->oddities & MC_ODD_EARLY) == 0;
}

/* Refused where the plan insists on TLS is the end; else the session goes on in clear. */
static void
answer_starttls(struct mc_smtp *smtp, const struct mc_smtp_reply *reply)
{
	if (reply->code == 220) {
		smtp->agreed = true;
		mc_smtp_state_starttls(smtp, MC_STARTTLS_UNKNOWN); /* till EHLO is answered */
		start_tls(smtp);
		return;
	}
	mc_smtp_state_starttls(smtp, refuses(reply) ? MC_STARTTLS_REFUSED : MC_STARTTLS_UNKNOWN);
	if (reply->code == 421 || reply->code == 221 || smtp->plan->tls == MC_TLS_STARTTLS)
		refused(smtp);
	else
		envelope(smtp);
}

void
mc_smtp_step_tls(struct mc_smtp *smtp, bool up)
{
	smtp->stage->ended = mc_smtp_state_since(smtp);
	smtp->stage->answered = up;
	smtp->encrypted = up;
	mc_smtp_state_note(smtp, up ? "TLS is up" : "the TLS handshake failed");
	if (!up) {
		mc_smtp_state_conclude(smtp, MC_END_TLS);
		mc_smtp_state_finish(smtp);
	} else if (!smtp->implicit) {
		if (smtp->limit > MC_STEP_STARTTLS)
			mc_smtp_step_hello(smtp);
		else
			quit(smtp);
	} else if (smtp->limit == MC_STEP_TLS) {
		complete(smtp);
	} else {
		mc_smtp_state_begin(smtp, MC_STEP_BANNER);
	}
}

static void
answer_mail(struct mc_smtp *smtp, const struct mc_smtp_reply *reply)
{
	if (positive(reply))
		recipient(smtp);
	else
		refused(smtp);
}

static void
answer_rcpt(struct mc_smtp *smtp, const struct mc_smtp_reply *reply)
{
	if (reply->code == 421)
		refused(smtp);
	else
		recipient(smtp);
}

static void
answer_quit(struct mc_smtp *smtp, const struct mc_smtp_reply *reply)
{
	(void)reply;
	complete(smtp);
}

void
mc_smtp_step_answer(struct mc_smtp *smtp, const struct mc_smtp_reply *reply)
{
	static void (*const answers[MC_STEP_COUNT])(
		struct mc_smtp * smtp, const struct mc_smtp_reply *reply) = {
		[MC_STEP_BANNER] = answer_banner,
		[MC_STEP_EHLO] = answer_ehlo,
		[MC_STEP_HELO] = answer_helo,
		[MC_STEP_STARTTLS] = answer_starttls,
		[MC_STEP_MAIL] = answer_mail,
		[MC_STEP_RCPT] = answer_rcpt,
		[MC_STEP_QUIT] = answer_quit,
	};

	smtp->stage->reply = *reply;
	smtp->stage->answered = true;
	smtp->stage->ended = mc_smtp_state_since(smtp);
	answers[smtp->step](smtp, reply);
}
