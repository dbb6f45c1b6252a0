/* smtp_command: what a well-behaved server answers. No I/O. */
#ifndef LABD_SMTP_COMMAND_H
#define LABD_SMTP_COMMAND_H

#include "base/buf.h"
#include "scenario.h"

struct smtp_session {
	bool rejected; /* by the greeting */
	bool hello, mail;
	unsigned recipients;
};

/* What a command does if it is accepted. */
enum smtp_effect {
	EFFECT_NONE,
	EFFECT_GREETING,
	EFFECT_HELLO,
	EFFECT_STARTTLS,
	EFFECT_MAIL,
	EFFECT_RCPT,
	EFFECT_DATA,
	EFFECT_RESET,
	EFFECT_QUIT,
};

struct smtp_request {
	const struct server *server;
	const struct smtp_session *session;
	bool secure;
	const char *line;     /* without its end */
	const char *argument; /* behind the verb */
	struct mc_buf *reply;
};

struct smtp_verdict {
	int step;
	enum smtp_effect effect;
};

/* Composes the reply to a command line. */
struct smtp_verdict smtp_command(struct smtp_request *request);
/* Composes the reply, or for LMTP the replies, to the end of a message. */
void smtp_message_reply(
	const struct server *server, const struct smtp_session *session, struct mc_buf *reply);

void smtp_session_update(struct smtp_session *session, enum smtp_effect effect, bool accepted);
/* After STARTTLS nothing is left of what was said (RFC 3207, 4.2). */
void smtp_session_reset(struct smtp_session *session);

#endif
