/* smtp_starttls: is mail encrypted on its way to this server (RFC 3207)? */
#include <string.h>

#include "base/escape.h"
#include "check/smtp_judge.h"
#include "tls/tls.h"

#define SAMPLE_BYTES 120
#define KEYWORDS_SHOWN 8

static const char *
sample(struct mc_run *run, const char *bytes, size_t length)
{
	return mc_escape(run->arena, bytes, length < SAMPLE_BYTES ? length : SAMPLE_BYTES);
}

/* An unadvertised STARTTLS was tried: what it did. */
static const char *
attempt(const struct mc_session *session)
{
	if (!session->starttls_unadvertised)
		return "";
	if (session->tls != NULL && session->tls->result == MC_TLS_UP)
		return "said all the same, STARTTLS works: something on the way rewrites the reply";
	return "said all the same, STARTTLS does not work";
}

static const char *
mangled_keyword(const struct mc_session *session)
{
	for (size_t i = 0; i < session->plain.count; i++)
		if (strncmp(session->plain.items[i].keyword, "XXXX", 4) == 0)
			return session->plain.items[i].keyword;
	return "XXXXXXXX";
}

/* What the reply to EHLO lists in the place of STARTTLS. */
static const char *
offered(struct mc_run *run, const struct mc_capabilities *list)
{
	const char *text = "the reply to EHLO lists ";

	if (list->count == 0)
		return "the reply to EHLO lists no extension";
	for (size_t i = 0; i < list->count && i < KEYWORDS_SHOWN; i++)
		text = mc_arena_printf(run->arena, "%s%s%.*s", text, i > 0 ? ", " : "",
			MC_KEYWORD_WIDTH, list->items[i].keyword);
	if (list->count > KEYWORDS_SHOWN)
		text = mc_arena_printf(
			run->arena, "%s and %zu more", text, list->count - KEYWORDS_SHOWN);
	return mc_arena_printf(run->arena, "%s, not STARTTLS", text);
}

static void
judge_absent(struct mc_run *run, const struct mc_session *session)
{
	if (session->starttls_mangled) {
		mc_find(run, "smtp.starttls-stripped", "250 %s where STARTTLS would stand",
			mangled_keyword(session));
		mc_evidence(run, "%s", attempt(session));
		return;
	}
	mc_find(run, "smtp.no-starttls", "%s", offered(run, &session->plain));
	mc_evidence(run, "%s", attempt(session));
	mc_smtp_tell_masked(run, session);
}

static void
judge_refused(struct mc_run *run, const struct mc_session *session)
{
	const struct mc_stage *stage = mc_session_stage(session, MC_STEP_STARTTLS, false);

	if (stage == NULL || mc_smtp_refuses_us(run, &stage->reply, false))
		return;
	mc_find(run, "smtp.starttls-refused", "%s", mc_smtp_reply_line(run, &stage->reply));
	if (stage->reply.code / 100 == 4)
		mc_severity(run, MC_WARNING);
}

/* A server that cannot do TLS says 4xx or 5xx; a reply of success answers what nobody asked. */
static bool
positive_reply(const struct mc_tls *tls)
{
	const char *text = tls->plaintext;

	return tls->plaintext_length >= 4 && (text[0] == '2' || text[0] == '3') && text[1] >= '0' &&
	       text[1] <= '5' && text[2] >= '0' && text[2] <= '9' &&
	       (text[3] == ' ' || text[3] == '-');
}

static void
judge_handshake(struct mc_run *run, const struct mc_tls *tls, bool implicit)
{
	if (implicit)
		mc_find(run, "smtp.implicit-tls-failed", "%s", tls->failure);
	else if (tls->result == MC_TLS_TIMEOUT)
		mc_find(run, "smtp.starttls-hang", "%s", tls->failure);
	else if (tls->result == MC_TLS_PLAINTEXT)
		mc_find(run,
			positive_reply(tls) ? "smtp.starttls-injected" : "smtp.starttls-plaintext",
			"%s", sample(run, tls->plaintext, tls->plaintext_length));
	else if (tls->result == MC_TLS_LOCAL)
		mc_inconclusive(run, "%s", tls->failure);
	else
		mc_find(run, "smtp.starttls-failed", "%s", tls->failure);
	if (implicit && tls->plaintext_length > 0)
		mc_evidence(run, "%s", sample(run, tls->plaintext, tls->plaintext_length));
}

static void
judge_ehlo_inside(struct mc_run *run, const struct mc_smtp_reply *reply)
{
	const char *line = mc_smtp_reply_line(run, reply);

	if (mc_smtp_refuses_us(run, reply, false))
		return;
	mc_find(run, "smtp.starttls-ehlo", "%s", line);
	if (reply->code / 100 != 4)
		return;
	mc_severity(run, MC_WARNING);
	mc_inconclusive(run, "the server asks to come back later: %s", line);
}

/* In TLS 1.3 a client learns only now that it was not wanted. */
static void
judge_silent_inside(struct mc_run *run, const struct mc_session *session)
{
	mc_find(run, "smtp.starttls-ehlo", "no reply to EHLO inside TLS (%s)",
		session->failure[0] != '\0' ? session->failure : mc_session_end_text(session->end));
	if (strstr(session->failure, "alert 116:") == NULL)
		return;
	mc_evidence(run, "the server demands a certificate of its clients, which senders do not "
			 "have (Postfix: smtpd_tls_req_ccert)");
	mc_fix(run, "Let the server ask for no certificate of its clients, or not insist on one "
		    "(Postfix: smtpd_tls_req_ccert = no; Exim: tls_verify_hosts empty).");
}

static void
judge_failed(struct mc_run *run, const struct mc_session *session)
{
	const struct mc_stage *ehlo = mc_session_stage(session, MC_STEP_EHLO, true);

	if (session->injected != NULL)
		return; /* said */
	if (session->tls != NULL && session->tls->result != MC_TLS_UP)
		return; /* judge_handshake() has said it */
	if (ehlo != NULL && ehlo->answered)
		judge_ehlo_inside(run, &ehlo->reply);
	else
		judge_silent_inside(run, session);
}

/* A handshake that begins before the ClientHello, as servers do whose TLS cannot start. */
static bool
looks_like_tls(const char *bytes, size_t length)
{
	return length > 0 && bytes[0] >= 20 && bytes[0] <= 23 && (length == 1 || bytes[1] == 3);
}

static void
judge_injected(struct mc_run *run, const struct mc_session *session)
{
	const char *bytes = session->injected;
	size_t length = session->injected_length;

	if (!looks_like_tls(bytes, length))
		mc_find(run, "smtp.starttls-injected", "%s", sample(run, bytes, length));
	else if (bytes[0] == 21 && length >= 7)
		mc_find(run, "smtp.starttls-failed", "TLS alert %d before the ClientHello",
			(unsigned char)bytes[6]);
	else
		mc_find(run, "smtp.starttls-failed", "a TLS record before the ClientHello: %s",
			sample(run, bytes, length));
}

/* EHLO succeeded, in words that do not tell whether STARTTLS is among them. */
static bool
offer_unclear(const struct mc_session *session)
{
	const struct mc_stage *ehlo = mc_session_stage(session, MC_STEP_EHLO, false);

	return session->starttls == MC_STARTTLS_UNKNOWN && ehlo != NULL && ehlo->answered &&
	       ehlo->reply.code / 100 == 2 && ehlo->reply.code != 221 &&
	       mc_session_stage(session, MC_STEP_STARTTLS, false) == NULL;
}

/* The server answered STARTTLS by neither yes nor no. */
static void
judge_answer(struct mc_run *run, const struct mc_session *session)
{
	const struct mc_stage *stage = mc_session_stage(session, MC_STEP_STARTTLS, false);

	if (stage != NULL && stage->answered && stage->reply.code != 220 &&
		(stage->reply.oddities & MC_ODD_EARLY) == 0 && stage->reply.code / 100 != 4 &&
		stage->reply.code / 100 != 5)
		mc_smtp_find_unexpected(run, stage);
}

void
mc_smtp_judge_starttls(struct mc_run *run, const struct mc_session *session)
{
	bool implicit = mc_session_stage(session, MC_STEP_STARTTLS, false) == NULL;

	if (session->tls != NULL && session->tls->result != MC_TLS_UP && !session->starttls_mangled)
		judge_handshake(run, session->tls, implicit);
	if (session->injected != NULL)
		judge_injected(run, session);
	judge_answer(run, session);
	if (offer_unclear(session))
		mc_inconclusive(run,
			"the reply to EHLO is no well-formed 250: it does not tell whether "
			"STARTTLS is offered");
	if (session->starttls == MC_STARTTLS_ABSENT && run->settings->tls != MC_TLS_NONE)
		judge_absent(run, session);
	if (session->starttls == MC_STARTTLS_REFUSED)
		judge_refused(run, session);
	if (session->starttls == MC_STARTTLS_FAILED)
		judge_failed(run, session);
}
