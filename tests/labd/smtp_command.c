/* smtp_command: verbs by a table. */
#include "smtp_command.h"

#include <string.h>
#include <strings.h>

#define RECIPIENTS_LIMIT 100
#define LINE_LIMIT 2048

struct verb {
	const char *name;
	int step;
	enum smtp_effect (*handle)(struct smtp_request *request);
};

static enum smtp_effect
refuse(struct smtp_request *request, const char *reply)
{
	mc_buf_printf(request->reply, "%s\r\n", reply);
	return EFFECT_NONE;
}

static enum smtp_effect
accept_with(struct smtp_request *request, const char *reply, enum smtp_effect effect)
{
	mc_buf_printf(request->reply, "%s\r\n", reply);
	return effect;
}

/* The lines behind the first; the last without hyphen. */
static void
list_capabilities(struct smtp_request *request)
{
	static const struct text usual[] = {{"PIPELINING", 10}, {"SIZE 10485760", 13},
		{"8BITMIME", 8}, {"ENHANCEDSTATUSCODES", 19}};
	struct texts list = {usual, sizeof(usual) / sizeof(usual[0])};
	bool starttls = request->server->tls.mode == TLS_STARTTLS && !request->secure;

	if (request->server->capabilities.list != NULL)
		list = request->server->capabilities;
	mc_buf_printf(request->reply, "250%c%s\r\n", list.count > 0 || starttls ? '-' : ' ',
		request->server->hostname);
	for (size_t i = 0; i < list.count; i++) {
		mc_buf_puts(request->reply, i + 1 < list.count || starttls ? "250-" : "250 ");
		mc_buf_append(request->reply, list.list[i].bytes, list.list[i].length);
		mc_buf_puts(request->reply, "\r\n");
	}
	if (starttls)
		mc_buf_puts(request->reply, "250 STARTTLS\r\n");
}

static enum smtp_effect
handle_extended_hello(struct smtp_request *request)
{
	if (*request->argument == '\0')
		return refuse(request, "501 5.5.4 a host name is needed");
	list_capabilities(request);
	return EFFECT_HELLO;
}

static enum smtp_effect
handle_ehlo(struct smtp_request *request)
{
	if (request->server->lmtp)
		return refuse(request, "500 5.5.1 this is LMTP: LHLO");
	return handle_extended_hello(request);
}

static enum smtp_effect
handle_lhlo(struct smtp_request *request)
{
	if (!request->server->lmtp)
		return refuse(request, "500 5.5.1 this is SMTP: EHLO");
	return handle_extended_hello(request);
}

static enum smtp_effect
handle_helo(struct smtp_request *request)
{
	if (request->server->lmtp)
		return refuse(request, "500 5.5.1 this is LMTP: LHLO");
	if (*request->argument == '\0')
		return refuse(request, "501 5.5.4 a host name is needed");
	mc_buf_printf(request->reply, "250 %s\r\n", request->server->hostname);
	return EFFECT_HELLO;
}

static enum smtp_effect
handle_starttls(struct smtp_request *request)
{
	if (request->secure)
		return refuse(request, "503 5.5.1 TLS is up already");
	if (request->server->tls.mode != TLS_STARTTLS)
		return refuse(request, "502 5.5.1 no TLS here");
	if (*request->argument != '\0')
		return refuse(request, "501 5.5.4 STARTTLS takes no parameter");
	return accept_with(request, "220 2.0.0 ready for TLS", EFFECT_STARTTLS);
}

/* "FROM:<path> ..." */
static bool
has_path(const char *argument, const char *keyword, bool may_be_empty)
{
	size_t length = strlen(keyword);
	const char *path;

	if (strncasecmp(argument, keyword, length) != 0)
		return false;
	path = argument + length + strspn(argument + length, " ");
	return *path == '<' && strchr(path, '>') != NULL && (may_be_empty || path[1] != '>');
}

static enum smtp_effect
handle_mail(struct smtp_request *request)
{
	if (!request->session->hello)
		return refuse(request, "503 5.5.1 EHLO first");
	if (request->session->mail)
		return refuse(request, "503 5.5.1 one sender is enough");
	if (!has_path(request->argument, "FROM:", true))
		return refuse(request, "501 5.5.4 MAIL FROM:<address>");
	return accept_with(request, "250 2.1.0 sender ok", EFFECT_MAIL);
}

static enum smtp_effect
handle_rcpt(struct smtp_request *request)
{
	if (!request->session->mail)
		return refuse(request, "503 5.5.1 MAIL first");
	if (!has_path(request->argument, "TO:", false))
		return refuse(request, "501 5.5.4 RCPT TO:<address>");
	if (request->session->recipients >= RECIPIENTS_LIMIT)
		return refuse(request, "452 4.5.3 too many recipients");
	return accept_with(request, "250 2.1.5 recipient ok", EFFECT_RCPT);
}

static enum smtp_effect
handle_data(struct smtp_request *request)
{
	if (request->session->recipients == 0)
		return refuse(request, "503 5.5.1 RCPT first");
	return accept_with(request, "354 end with <CRLF>.<CRLF>", EFFECT_DATA);
}

static enum smtp_effect
handle_rset(struct smtp_request *request)
{
	return accept_with(request, "250 2.0.0 ok", EFFECT_RESET);
}

static enum smtp_effect
handle_noop(struct smtp_request *request)
{
	return accept_with(request, "250 2.0.0 ok", EFFECT_NONE);
}

static enum smtp_effect
handle_vrfy(struct smtp_request *request)
{
	return refuse(request, "252 2.5.0 send some mail, I will try");
}

static enum smtp_effect
handle_auth(struct smtp_request *request)
{
	return refuse(request, "502 5.5.1 no AUTH here");
}

static enum smtp_effect
handle_quit(struct smtp_request *request)
{
	return accept_with(request, "221 2.0.0 bye", EFFECT_QUIT);
}

static enum smtp_effect
handle_other(struct smtp_request *request)
{
	return refuse(request, "500 5.5.2 command unknown");
}

static const struct verb verbs[] = {
	{"EHLO", STEP_EHLO, handle_ehlo},
	{"LHLO", STEP_EHLO, handle_lhlo},
	{"HELO", STEP_HELO, handle_helo},
	{"STARTTLS", STEP_STARTTLS, handle_starttls},
	{"MAIL", STEP_MAIL, handle_mail},
	{"RCPT", STEP_RCPT, handle_rcpt},
	{"DATA", STEP_DATA, handle_data},
	{"RSET", STEP_RSET, handle_rset},
	{"NOOP", STEP_NOOP, handle_noop},
	{"VRFY", STEP_VRFY, handle_vrfy},
	{"AUTH", STEP_AUTH, handle_auth},
	{"QUIT", STEP_QUIT, handle_quit},
};

static const struct verb unknown = {"", STEP_OTHER, handle_other};

static const struct verb *
find(const char *line, size_t length)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strlen(verbs[i].name) == length &&
			strncasecmp(verbs[i].name, line, length) == 0)
			return &verbs[i];
	return &unknown;
}

struct smtp_verdict
smtp_command(struct smtp_request *request)
{
	size_t length = strcspn(request->line, " ");
	const struct verb *verb = find(request->line, length);

	request->argument = request->line + length + strspn(request->line + length, " ");
	if (strlen(request->line) > LINE_LIMIT) {
		refuse(request, "500 5.5.2 line too long");
		return (struct smtp_verdict){STEP_OTHER, EFFECT_NONE};
	}
	if (request->session->rejected && verb->step != STEP_QUIT) {
		refuse(request, "503 5.5.1 no service here, as the greeting said");
		return (struct smtp_verdict){verb->step, EFFECT_NONE};
	}
	return (struct smtp_verdict){verb->step, verb->handle(request)};
}

void
smtp_message_reply(
	const struct server *server, const struct smtp_session *session, struct mc_buf *reply)
{
	unsigned count = server->lmtp ? session->recipients : 1;

	for (unsigned i = 0; i < count; i++)
		mc_buf_puts(reply, "250 2.0.0 accepted and dropped\r\n");
}

void
smtp_session_reset(struct smtp_session *session)
{
	*session = (struct smtp_session){0};
}

void
smtp_session_update(struct smtp_session *session, enum smtp_effect effect, bool accepted)
{
	if (effect == EFFECT_GREETING)
		session->rejected = !accepted;
	if (effect == EFFECT_RESET || (effect == EFFECT_HELLO && accepted)) {
		session->mail = false;
		session->recipients = 0;
	}
	if (!accepted)
		return;
	session->hello = session->hello || effect == EFFECT_HELLO;
	session->mail = session->mail || effect == EFFECT_MAIL;
	session->recipients += effect == EFFECT_RCPT ? 1 : 0;
}
