/* smtp_conduct: how the server speaks: when, in what form, and how the dialogue ends. */
#include <string.h>

#include "base/escape.h"
#include "check/smtp_judge.h"
#include "reply/classify.h"
#include "reply/client.h"
#include "reply/entity.h"
#include "tls/tls.h"

#define SLOW_MS 5000
#define SAMPLE_BYTES 120

bool
mc_smtp_reply_about_us(const struct mc_smtp_reply *reply, bool envelope)
{
	for (size_t i = 0; i < reply->count; i++)
		if (mc_reply_about_client(reply->lines[i].text, reply->lines[i].length, envelope))
			return true;
	return false;
}

/* What is known of such a reply: "mailcheck explain" has the rest. */
static void
explain_reply(struct mc_run *run, const char *line, struct mc_reply_verdict *ret_verdict)
{
	mc_reply_classify(&mc_rules_builtin, line, strlen(line), ret_verdict);
	if (ret_verdict->class != MC_CLASS_UNKNOWN)
		mc_evidence(run, "such a reply means: %s (mailcheck explain reply.%s)",
			mc_class_rows[ret_verdict->class].word,
			mc_class_rows[ret_verdict->class].word);
}

/* Greylisting is nobody's fault, and ends by itself. */
static void
fix_greylisted(struct mc_run *run, const char *line, const struct mc_reply_verdict *verdict)
{
	int64_t wait = mc_class_rows[MC_CLASS_GREYLISTED].retry_after;
	struct mc_entities entities;

	mc_entities_find(line, strlen(line), verdict, &entities);
	if (entities.retry_after > 0)
		wait = entities.retry_after;
	mc_fix(run,
		"Nothing, if it passes: run this again from the same address after %lld minutes. "
		"Greylisting refuses who is new and lets a later attempt through, as it does with "
		"a sender that keeps the mail in its queue.",
		(long long)(wait + 59) / 60);
}

bool
mc_smtp_refuses_us(struct mc_run *run, const struct mc_smtp_reply *reply, bool envelope)
{
	const char *line = mc_smtp_reply_line(run, reply);
	struct mc_reply_verdict verdict;

	if (!mc_smtp_reply_about_us(reply, envelope))
		return false;
	mc_find(run, "smtp.client-refused", "%s", line);
	explain_reply(run, line, &verdict);
	if (verdict.class == MC_CLASS_GREYLISTED)
		fix_greylisted(run, line, &verdict);
	mc_inconclusive(run, "the server refuses this machine's address: %s", line);
	return true;
}

/* A step as people call it. */
static const char *
step_text(enum mc_step_name step)
{
	static const char *const words[MC_STEP_COUNT] = {
		[MC_STEP_CONNECT] = "the connect",
		[MC_STEP_TLS] = "the TLS handshake",
		[MC_STEP_BANNER] = "the greeting",
		[MC_STEP_EHLO] = "EHLO",
		[MC_STEP_HELO] = "HELO",
		[MC_STEP_STARTTLS] = "STARTTLS",
		[MC_STEP_MAIL] = "MAIL",
		[MC_STEP_RCPT] = "RCPT",
		[MC_STEP_QUIT] = "QUIT",
	};

	return words[step];
}

void
mc_smtp_find_unexpected(struct mc_run *run, const struct mc_stage *stage)
{
	mc_find(run, "smtp.unexpected-code", "%s%s: %s", step_text(stage->step),
		stage->encrypted ? " (in TLS)" : "", mc_smtp_reply_line(run, &stage->reply));
}

static void
judge_refusal(struct mc_run *run, const struct mc_stage *stage, const char *permanent,
	const char *temporary)
{
	const struct mc_smtp_reply *reply = &stage->reply;
	struct mc_reply_verdict verdict;
	const char *line = mc_smtp_reply_line(run, reply);
	bool envelope = stage->step == MC_STEP_MAIL || stage->step == MC_STEP_RCPT;

	if (mc_smtp_refuses_us(run, reply, envelope))
		return;
	if (reply->code / 100 != 4 && reply->code / 100 != 5) {
		mc_smtp_find_unexpected(run, stage);
		return;
	}
	if (reply->code / 100 == 4) {
		mc_find(run, temporary, "%s", line);
		explain_reply(run, line, &verdict);
		mc_inconclusive(run, "the server asks to come back later: %s", line);
		return;
	}
	mc_find(run, permanent, "%s", line);
	explain_reply(run, line, &verdict);
}

static const struct mc_stage *
last_stage(const struct mc_session *session, enum mc_step_name step)
{
	for (size_t i = session->stage_count; i > 0; i--)
		if (session->stages[i - 1].step == step)
			return &session->stages[i - 1];
	return NULL;
}

/* A service of another kind greets with 220 too. */
static void
tell_other_service(struct mc_run *run, const struct mc_session *session)
{
	const struct mc_stage *stage = last_stage(session, MC_STEP_BANNER);
	const char *text;

	if (stage == NULL || stage->reply.count == 0)
		return;
	text = stage->reply.lines[0].text;
	if (strstr(text, "LMTP") != NULL) {
		mc_evidence(run, "the greeting speaks of LMTP (see: mailcheck smtp --lmtp)");
		mc_fix(run,
			"LMTP is for the last step, between one's own servers (RFC 2033): let MX "
			"records and senders lead to the SMTP server that passes mail on to this "
			"one. This one is checked with --lmtp.");
	} else if (strstr(text, "FTP") != NULL && strstr(text, "SMTP") == NULL) {
		mc_evidence(run, "the greeting is that of an FTP server");
		mc_fix(run,
			"Find out what listens on this port (ss -ltnp), move it away, and start "
			"the mail server there; or correct the address record or the port "
			"forwarding that leads here.");
	}
}

/* What RFC 2033, 4.1, has in the place of EHLO is a command that SMTP does not know. */
static void
tell_no_lmtp(struct mc_run *run, const struct mc_stage *stage)
{
	int code = stage->reply.code;

	if (!run->settings->lmtp || stage->step != MC_STEP_EHLO || code < 500 || code > 502)
		return;
	mc_evidence(run, "what was refused is LHLO, with which LMTP begins in the place of EHLO");
	mc_fix(run,
		"If SMTP is to be spoken here, nothing is wrong: check it without --lmtp. If LMTP "
		"is: this is another service, so look which one listens on the port (ss -ltnp).");
}

static void
judge_refused_end(struct mc_run *run, const struct mc_session *session)
{
	const struct mc_stage *stage = last_stage(session, session->last);

	if (stage == NULL || !stage->answered)
		return;
	if (session->last == MC_STEP_BANNER)
		judge_refusal(run, stage, "smtp.greeting-rejected", "smtp.greeting-deferred");
	else if ((session->last == MC_STEP_EHLO || session->last == MC_STEP_HELO) &&
		 session->starttls != MC_STARTTLS_FAILED) {
		judge_refusal(run, stage, "smtp.helo-rejected", "smtp.helo-deferred");
		tell_other_service(run, session);
		tell_no_lmtp(run, stage);
	}
}

static const char *
waiting_for(const struct mc_session *session)
{
	return step_text(session->last);
}

static const char *
of_reply(const struct mc_session *session)
{
	return session->last == MC_STEP_BANNER || session->last == MC_STEP_TLS ? ""
									       : "the reply to ";
}

static const char *
partial(struct mc_run *run, const struct mc_session *session)
{
	size_t length =
		session->partial_length < SAMPLE_BYTES ? session->partial_length : SAMPLE_BYTES;

	return length > 0 ? mc_escape(run->arena, session->partial, length) : "";
}

/* RFC 5321, 4.5.3.2, lets a server take minutes: our wait running out proves nothing. */
static void
judge_timeout(struct mc_run *run, const struct mc_session *session)
{
	const struct mc_stage *stage = last_stage(session, session->last);
	int64_t ms = stage != NULL ? stage->ended - stage->began : 0;
	double seconds = (double)((ms + 50) / 100) / 10;

	mc_find(run, "smtp.slow", "%s: no complete reply in %g s", waiting_for(session), seconds);
	mc_evidence(run, "%s", partial(run, session));
	if (session->last == MC_STEP_BANNER && session->partial_length == 0)
		mc_evidence(run,
			"not one octet came: a port that begins with TLS is as silent (smtp "
			"--tls implicit tells)");
	if (session->partial_length > 0 && session->partial[session->partial_length - 1] == '\r')
		mc_find(run, "smtp.bare-cr", "%s: %s", waiting_for(session), partial(run, session));
	mc_inconclusive(run, "no complete reply to %s within the %g s waited for it",
		waiting_for(session), seconds);
}

static void
judge_not_smtp(struct mc_run *run, const struct mc_session *session)
{
	bool tls = session->partial_length > 1 &&
		   (session->partial[0] == 0x15 || session->partial[0] == 0x16);

	mc_find(run, tls ? "smtp.implicit-tls" : "smtp.not-smtp", "%s", partial(run, session));
}

void
mc_smtp_judge_end(struct mc_run *run, const struct mc_session *session)
{
	bool unasked = session->starttls_unadvertised && session->last == MC_STEP_STARTTLS &&
		       session->end != MC_END_LOCAL;

	if (session->starttls == MC_STARTTLS_FAILED || unasked)
		return; /* told as such */
	switch (session->end) {
	case MC_END_COMPLETE:
	case MC_END_TLS:
	case MC_END_INJECTED:
		return;
	case MC_END_REFUSED:
		judge_refused_end(run, session);
		return;
	case MC_END_CLOSED:
		mc_find(run, "smtp.closed", "waiting for %s%s", of_reply(session),
			waiting_for(session));
		mc_evidence(run, "%s", partial(run, session));
		return;
	case MC_END_RESET:
		mc_find(run, "smtp.connection-reset", "waiting for %s%s", of_reply(session),
			waiting_for(session));
		return;
	case MC_END_TIMEOUT:
		judge_timeout(run, session);
		return;
	case MC_END_ENDLESS:
		mc_find(run, "smtp.endless-reply", "%s%s: not at its end after %d octets",
			of_reply(session), waiting_for(session), MC_SMTP_REPLY_BYTES);
		return;
	case MC_END_NOT_SMTP:
		judge_not_smtp(run, session);
		return;
	case MC_END_LOCAL:
		mc_inconclusive(run, "%s", session->failure);
		return;
	}
}

static void
judge_times(struct mc_run *run, const struct mc_session *session)
{
	bool found = false;

	for (size_t i = 0; i < session->stage_count; i++) {
		const struct mc_stage *stage = &session->stages[i];
		int64_t ms = stage->ended - stage->began;
		if (ms <= SLOW_MS || !stage->answered)
			continue;
		if (!found)
			mc_find(run, "smtp.slow", "%s: %lld.%lld s", step_text(stage->step),
				(long long)(ms / 1000), (long long)(ms % 1000 / 100));
		else
			mc_evidence(run, "%s: %lld.%lld s", step_text(stage->step),
				(long long)(ms / 1000), (long long)(ms % 1000 / 100));
		found = true;
	}
}

static const struct {
	enum mc_smtp_oddity oddity;
	const char *id;
} oddities[] = {
	{MC_ODD_EARLY, "smtp.early-reply"},
	{MC_ODD_MIXED_CODES, "smtp.mixed-codes"},
	{MC_ODD_GARBAGE_LINE, "smtp.garbage-line"},
	{MC_ODD_INVALID_CODE, "smtp.invalid-code"},
	{MC_ODD_SEPARATOR, "smtp.reply-separator"},
	{MC_ODD_CUT_LINE | MC_ODD_LONG_LINE, "smtp.long-line"},
	{MC_ODD_BARE_LF, "smtp.bare-lf"},
	{MC_ODD_BARE_CR, "smtp.bare-cr"},
	{MC_ODD_CONTROL, "smtp.control-characters"},
	{MC_ODD_EIGHT_BIT, "smtp.eight-bit"},
};

static bool
odd_octet(const struct mc_smtp_line *line, enum mc_smtp_oddity oddity)
{
	for (size_t i = 0; i < line->length; i++) {
		unsigned char octet = (unsigned char)line->text[i];
		if ((oddity == MC_ODD_EIGHT_BIT && octet >= 0x80) ||
			(oddity == MC_ODD_CONTROL && (octet < 0x20 || octet == 0x7F)))
			return true;
	}
	return false;
}

/* The code of a line of the server; -1: of something else. */
static int
said_code(const struct mc_exchange *said)
{
	int code = 0;

	if (said->direction != MC_FROM_SERVER || said->length < 3 ||
		(said->length > 3 && said->bytes[3] >= '0' && said->bytes[3] <= '9'))
		return -1;
	for (size_t i = 0; i < 3; i++) {
		if (said->bytes[i] < '0' || said->bytes[i] > '9')
			return -1;
		code = code * 10 + (said->bytes[i] - '0');
	}
	return code;
}

static const char *
said_line(struct mc_run *run, const struct mc_exchange *said)
{
	return mc_escape(
		run->arena, said->bytes, said->length < SAMPLE_BYTES ? said->length : SAMPLE_BYTES);
}

/* A reply has the code of its last line; that of each line is in the transcript. NULL: it is not
 * there. */
static const char *
odd_code(struct mc_run *run, const struct mc_session *session, enum mc_smtp_oddity oddity)
{
	const struct mc_exchange *before = NULL;

	for (size_t i = 0; i < session->transcript_count; i++) {
		const struct mc_exchange *said = &session->transcript[i];
		int code = said_code(said), last = before != NULL ? said_code(before) : -1;
		if (oddity == MC_ODD_INVALID_CODE && code >= 0 && (code < 200 || code > 599))
			return said_line(run, said);
		if (oddity == MC_ODD_MIXED_CODES && code >= 0 && last >= 0 && code != last &&
			before->length > 3 && before->bytes[3] == '-')
			return mc_arena_printf(run->arena, "%s, then %s", said_line(run, before),
				said_line(run, said));
		if (code >= 0 || said->direction == MC_FROM_CLIENT)
			before = said;
	}
	return NULL;
}

static const char *
odd_sample(struct mc_run *run, const struct mc_session *session, const struct mc_stage *stage,
	enum mc_smtp_oddity oddity)
{
	const struct mc_smtp_reply *reply = &stage->reply;
	size_t length = reply->garbage_length < SAMPLE_BYTES ? reply->garbage_length : SAMPLE_BYTES;
	const char *code = odd_code(run, session, oddity);

	if (code != NULL)
		return code;
	if (oddity == MC_ODD_GARBAGE_LINE && reply->garbage != NULL)
		return mc_escape(run->arena, reply->garbage, length);
	for (size_t i = 0; i < reply->count; i++)
		if (odd_octet(&reply->lines[i], oddity))
			return mc_escape(run->arena, reply->lines[i].text,
				reply->lines[i].length < SAMPLE_BYTES ? reply->lines[i].length
								      : SAMPLE_BYTES);
	return mc_smtp_reply_line(run, reply);
}

static void
judge_oddities(struct mc_run *run, const struct mc_session *session)
{
	for (size_t row = 0; row < sizeof(oddities) / sizeof(oddities[0]); row++)
		for (size_t i = 0; i < session->stage_count; i++) {
			const struct mc_stage *stage = &session->stages[i];
			if ((stage->reply.oddities & (uint32_t)oddities[row].oddity) == 0)
				continue;
			mc_find(run, oddities[row].id, "%s%s: %s", step_text(stage->step),
				stage->encrypted ? " (in TLS)" : "",
				odd_sample(run, session, stage, oddities[row].oddity));
			if (oddities[row].oddity == MC_ODD_EARLY &&
				session->starttls == MC_STARTTLS_WORKS)
				mc_severity(run, MC_WARNING); /* in step all the same */
			break;
		}
}

/* Success in other words than the standard's: clients go by the first digit. */
static void
judge_codes(struct mc_run *run, const struct mc_session *session)
{
	static const int usual[MC_STEP_COUNT] = {
		[MC_STEP_BANNER] = 220, [MC_STEP_EHLO] = 250, [MC_STEP_HELO] = 250};

	if (session->starttls == MC_STARTTLS_FAILED)
		return; /* the EHLO inside TLS: told as such */
	for (size_t i = 0; i < session->stage_count; i++) {
		const struct mc_stage *stage = &session->stages[i];
		int code = stage->reply.code;
		if (!stage->answered || usual[stage->step] == 0 || code / 100 != 2 || code == 221 ||
			code == usual[stage->step] || (stage->reply.oddities & MC_ODD_EARLY) != 0)
			continue;
		mc_smtp_find_unexpected(run, stage);
		mc_severity(run, MC_NOTICE);
		return;
	}
}

/* The first word after the code of a greeting or an EHLO reply is the server's name. */
static void
judge_name(struct mc_run *run, const struct mc_session *session, enum mc_step_name step,
	const char *id)
{
	const struct mc_stage *stage = last_stage(session, step);
	const struct mc_smtp_line *line;
	const char *name;
	size_t length = 0;

	if (stage == NULL || !stage->answered || stage->reply.count == 0 ||
		stage->reply.code / 100 != 2 || stage->reply.code == 221)
		return;
	line = &stage->reply.lines[0];
	while (length < line->length && length < SAMPLE_BYTES && line->text[length] != ' ')
		length++;
	name = mc_escape(run->arena, line->text, length);
	if (length == 0 || (memchr(line->text, '.', length) == NULL && line->text[0] != '['))
		mc_find(run, id, "\"%s\" is not a fully qualified host name", name);
}

static bool
masked(const struct mc_session *session)
{
	const struct mc_stage *stage = last_stage(session, MC_STEP_BANNER);

	return stage != NULL && stage->answered && stage->reply.count > 0 &&
	       strstr(stage->reply.lines[0].text, "********") != NULL;
}

void
mc_smtp_tell_masked(struct mc_run *run, const struct mc_session *session)
{
	if (masked(session))
		mc_evidence(run, "the greeting is overwritten by asterisks: a firewall (Cisco PIX "
				 "or ASA) rewrites SMTP");
}

static void
judge_helo_fallback(struct mc_run *run, const struct mc_session *session)
{
	const struct mc_stage *helo = last_stage(session, MC_STEP_HELO);
	const struct mc_stage *ehlo = last_stage(session, MC_STEP_EHLO);

	if (session->starttls == MC_STARTTLS_FAILED)
		return; /* EHLO was refused inside TLS: told as such */
	if (helo != NULL && ehlo != NULL && helo->answered && helo->reply.code / 100 == 2) {
		mc_find(run, "smtp.ehlo-rejected", "%s", mc_smtp_reply_line(run, &ehlo->reply));
		mc_smtp_tell_masked(run, session);
	}
}

void
mc_smtp_judge_conduct(struct mc_run *run, const struct mc_session *session)
{
	const struct mc_stage *quit = last_stage(session, MC_STEP_QUIT);

	judge_helo_fallback(run, session);
	judge_times(run, session);
	judge_codes(run, session);
	judge_oddities(run, session);
	if (!masked(session))
		judge_name(run, session, MC_STEP_BANNER, "smtp.banner-name");
	judge_name(run, session, MC_STEP_EHLO, "smtp.ehlo-name");
	if (session->unclean_close)
		mc_find(run, "smtp.unclean-close", "%s", "");
	if (session->end == MC_END_COMPLETE && quit != NULL && !quit->answered)
		mc_find(run, "smtp.quit-unanswered", "%s", "");
}

void
mc_smtp_judge_envelope(struct mc_run *run, const struct mc_session *session)
{
	for (size_t i = 0; i < session->stage_count; i++) {
		const struct mc_stage *stage = &session->stages[i];
		if (!stage->answered || stage->reply.code / 100 < 4)
			continue;
		if (stage->step == MC_STEP_MAIL)
			judge_refusal(run, stage, "smtp.sender-rejected", "smtp.sender-deferred");
		if (stage->step == MC_STEP_RCPT)
			judge_refusal(
				run, stage, "smtp.recipient-rejected", "smtp.recipient-deferred");
	}
}
