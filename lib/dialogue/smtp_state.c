/*
 * smtp_state: stages, commands, deadlines and ends of an SMTP session.
 */
#include "dialogue/smtp_state.h"

#include <string.h>

#define QUOTED_LIMIT 200 /* octets of a line quoted in a failure */

int64_t
mc_smtp_state_elapsed(int64_t from, int64_t to)
{
	int64_t elapsed;

	if (to <= from)
		return 0;
	return __builtin_sub_overflow(to, from, &elapsed) ? INT64_MAX : elapsed;
}

int64_t
mc_smtp_state_since(const struct mc_smtp *smtp)
{
	return mc_smtp_state_elapsed(smtp->began, smtp->now);
}

void
mc_smtp_state_wait(struct mc_smtp *smtp)
{
	bool quit = smtp->step == MC_STEP_QUIT;
	int64_t timeout = quit ? smtp->timeouts.quit : smtp->timeouts.reply;

	smtp->waiting = smtp->now;
	if (timeout == INT64_MAX || __builtin_add_overflow(smtp->now, timeout, &smtp->deadline))
		smtp->deadline = INT64_MAX;
}

void
mc_smtp_state_begin(struct mc_smtp *smtp, enum mc_step_name step)
{
	struct mc_session *session = smtp->session;
	int64_t now = mc_smtp_state_since(smtp);

	smtp->step = step;
	if (session->stage_count < MC_SMTP_STAGES)
		smtp->stage = &session->stages[session->stage_count++];
	*smtp->stage = (struct mc_stage){
		.step = step, .encrypted = smtp->encrypted, .began = now, .ended = now};
	smtp->want = MC_SMTP_WANT_IO;
	smtp->early_told = false;
	mc_smtp_state_wait(smtp);
}

void
mc_smtp_state_say(struct mc_smtp *smtp, enum mc_step_name step, const char *command)
{
	mc_smtp_state_begin(smtp, step);
	mc_buf_clear(&smtp->out);
	mc_buf_puts(&smtp->out, command);
	mc_buf_puts(&smtp->out, "\r\n");
	smtp->command = command;
	if (smtp->out.failed)
		mc_smtp_state_fail(smtp, "out of memory");
}

void
mc_smtp_state_said(struct mc_smtp *smtp)
{
	mc_transcript_sent(
		&smtp->transcript, mc_smtp_state_since(smtp), smtp->encrypted, smtp->command);
	smtp->command = NULL;
	mc_smtp_state_wait(smtp);
}

void
mc_smtp_state_break(struct mc_smtp *smtp)
{
	mc_transcript_break(&smtp->transcript, mc_smtp_state_since(smtp), smtp->encrypted);
}

void
mc_smtp_state_note(struct mc_smtp *smtp, const char *format, ...)
{
	va_list arguments;
	const char *text;

	va_start(arguments, format);
	text = mc_arena_vprintf(smtp->arena, format, arguments);
	va_end(arguments);
	mc_transcript_note(
		&smtp->transcript, mc_smtp_state_since(smtp), smtp->encrypted, "%s", text);
}

void
mc_smtp_state_starttls(struct mc_smtp *smtp, enum mc_starttls word)
{
	if (smtp->session->starttls != MC_STARTTLS_ABSENT)
		smtp->session->starttls = word;
}

/* The greeting was waited for, and all that came is lines that are no reply. */
static bool
no_reply(const struct mc_smtp *smtp)
{
	const struct mc_smtp_reply *reply = &smtp->reader.reply;

	return !smtp->greeted && reply->garbage != NULL && reply->count == 0;
}

static const char *
name_protocol(struct mc_arena *arena, const char *line)
{
	static const struct {
		const char *start, *protocol;
	} known[] = {
		{"SSH-", "SSH"},
		{"* ", "IMAP"},
		{"+OK", "POP3"},
		{"-ERR", "POP3"},
		{"HTTP/", "HTTP"},
		{"\"IMPLEMENTATION\"", "ManageSieve"},
		{"RFB ", "VNC"},
	};
	const char *protocol = NULL;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strncmp(line, known[i].start, strlen(known[i].start)) == 0)
			protocol = known[i].protocol;
	}
	if (protocol == NULL)
		return mc_arena_printf(arena, "no reply code in \"%.*s\"", QUOTED_LIMIT, line);
	return mc_arena_printf(
		arena, "the server seems to speak %s: \"%.*s\"", protocol, QUOTED_LIMIT, line);
}

static void
keep_partial(struct mc_smtp *smtp)
{
	struct mc_session *session = smtp->session;

	session->partial =
		mc_smtp_reply_partial(&smtp->reader, smtp->arena, &session->partial_length);
	if (session->partial != NULL || smtp->early.length == 0)
		return;
	session->partial_length = smtp->early.length;
	if (session->partial_length > MC_SMTP_PARTIAL_LIMIT)
		session->partial_length = MC_SMTP_PARTIAL_LIMIT;
	session->partial = mc_arena_memdup(smtp->arena, smtp->early.data, session->partial_length);
}

/* STARTTLS was agreed on, and the handshake or the EHLO after it found no answer. */
static bool
upgrade_broken(const struct mc_smtp *smtp)
{
	if (smtp->step == MC_STEP_TLS || smtp->step == MC_STEP_EHLO)
		return smtp->agreed && !smtp->stage->answered;
	return false;
}

void
mc_smtp_state_conclude(struct mc_smtp *smtp, enum mc_session_end end)
{
	struct mc_session *session = smtp->session;
	bool unanswered = end == MC_END_CLOSED || end == MC_END_RESET || end == MC_END_TIMEOUT ||
			  end == MC_END_ENDLESS;

	if (smtp->concluded)
		return;
	if (unanswered && no_reply(smtp)) {
		end = MC_END_NOT_SMTP;
		session->failure = name_protocol(smtp->arena, smtp->reader.reply.garbage);
	}
	smtp->concluded = true;
	session->end = end;
	session->last = smtp->step;
	if (unanswered)
		keep_partial(smtp);
	if (upgrade_broken(smtp) && end != MC_END_LOCAL)
		mc_smtp_state_starttls(smtp, MC_STARTTLS_FAILED);
	else if (smtp->step == MC_STEP_STARTTLS && !smtp->stage->answered)
		mc_smtp_state_starttls(smtp, MC_STARTTLS_UNKNOWN);
}

static void
close_stage(struct mc_smtp *smtp)
{
	if (!smtp->stage->answered)
		smtp->stage->ended = mc_smtp_state_since(smtp);
	smtp->want = MC_SMTP_WANT_CLOSE;
	smtp->deadline = INT64_MAX;
}

void
mc_smtp_state_finish(struct mc_smtp *smtp)
{
	close_stage(smtp);
	mc_buf_clear(&smtp->out);
}

void
mc_smtp_state_goodbye(struct mc_smtp *smtp)
{
	bool possible = smtp->greeted && smtp->step != MC_STEP_QUIT && smtp->out.length == 0;

	close_stage(smtp);
	if (!possible) {
		mc_buf_clear(&smtp->out);
		return;
	}
	mc_smtp_state_say(smtp, MC_STEP_QUIT, "QUIT");
	mc_smtp_state_said(smtp);
	close_stage(smtp);
}

void
mc_smtp_state_fail(struct mc_smtp *smtp, const char *failure)
{
	struct mc_session *session = smtp->session;

	if (!smtp->concluded)
		session->last = smtp->step;
	smtp->concluded = true;
	session->end = MC_END_LOCAL;
	session->failure = failure;
	mc_smtp_state_finish(smtp);
}
