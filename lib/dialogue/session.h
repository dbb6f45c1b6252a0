/*
 * session: what was seen of one connection, as plain data. Written by a dialogue machine and
 * the one who pumps it, read by checks; all memory is one arena's.
 */
#ifndef MC_DIALOGUE_SESSION_H
#define MC_DIALOGUE_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dialogue/plan.h"
#include "dialogue/smtp_reply.h"

struct mc_tls; /* tls/tls.h */

/* One answered (or unanswered) step. Times are ms since the session's start. */
struct mc_stage {
	enum mc_step_name step;
	bool encrypted;
	bool answered;
	int64_t began;
	int64_t ended;
	struct mc_smtp_reply reply; /* code 0 for CONNECT and TLS */
};

enum mc_direction { MC_FROM_SERVER, MC_FROM_CLIENT, MC_NOTE };

struct mc_exchange {
	int64_t at; /* ms since the session's start */
	enum mc_direction direction;
	bool encrypted;
	const char *bytes; /* one line without its line end; a note is plain text */
	size_t length;
};

#define MC_TRANSCRIPT_BYTES (64 * 1024) /* then a note says that the rest is left out */

/* How the dialogue came to its end. `last` of mc_session is the step that decided it: the one
 * that was waited in, or whose reply was a refusal; QUIT when all was said. */
enum mc_session_end {
	MC_END_COMPLETE, /* all said, QUIT too (its stage tells whether it was answered) */
	MC_END_REFUSED,  /* the reply to `last` left nothing but QUIT to say */
	MC_END_CLOSED,   /* closed by the server while a reply was due */
	MC_END_RESET,
	MC_END_TIMEOUT,  /* no complete reply in the time we wait */
	MC_END_ENDLESS,  /* a reply beyond every bound */
	MC_END_TLS,      /* the handshake failed: see tls->result */
	MC_END_INJECTED, /* plaintext behind the 220 to STARTTLS */
	MC_END_NOT_SMTP, /* the first octets are a TLS record, or no line is a reply */
	MC_END_LOCAL,    /* our own failure; `failure` says which */
};

/* STARTTLS in one word; its meaning is fixed by the JSON contract. */
enum mc_starttls {
	MC_STARTTLS_UNKNOWN, /* never got far enough to know */
	MC_STARTTLS_WORKS,   /* TLS is up and the EHLO after it was answered 250 */
	MC_STARTTLS_OFFERED, /* not tried */
	MC_STARTTLS_ABSENT,  /* not advertised in a well-formed 250 reply to EHLO */
	MC_STARTTLS_REFUSED, /* a 4xx or 5xx to STARTTLS */
	MC_STARTTLS_FAILED,  /* agreed, then broke, hung, or mixed in plaintext */
};

/* One line of a 250 reply to EHLO behind the first. Keyword in upper case, escaped.
 * The old form "AUTH=LOGIN PLAIN" is the keyword AUTH= with the parameters LOGIN PLAIN. */
struct mc_capability {
	const char *keyword;
	const char *parameters; /* escaped, "" when there are none */
};

struct mc_capabilities {
	struct mc_capability *items;
	size_t count;
};

struct mc_session {
	/* the connection, written by the one who pumps */
	const char *source; /* our address, text; "" unknown */
	int64_t connect_ms;
	/* the dialogue */
	const char *helo; /* the name we gave, "" when it never came to that */
	struct mc_stage *stages;
	size_t stage_count;
	struct mc_exchange *transcript;
	size_t transcript_count;
	struct mc_capabilities plain;     /* of the EHLO in clear */
	struct mc_capabilities encrypted; /* of the EHLO inside TLS */
	enum mc_starttls starttls;
	bool starttls_mangled;      /* a keyword like XXXXXXXA stands where STARTTLS would */
	bool starttls_unadvertised; /* STARTTLS was said though not advertised */
	bool unclean_close;         /* TLS closed without close_notify */
	const char *injected;       /* plaintext behind the 220 to STARTTLS, raw; NULL: none */
	size_t injected_length;
	enum mc_session_end end;
	enum mc_step_name last;
	const char *failure; /* text for LOCAL, RESET, NOT_SMTP (quotes raw octets), else "" */
	const char *partial; /* what had arrived of an unfinished reply, raw */
	size_t partial_length;
	const struct mc_tls *tls; /* NULL: no handshake was begun */
};

/* The last stage of that step (in TLS or not); NULL when it was never begun. CONNECT and TLS
 * themselves are begun in clear. */
const struct mc_stage *mc_session_stage(
	const struct mc_session *session, enum mc_step_name step, bool encrypted);
/* NULL when not advertised. Keyword in upper case; AUTH finds AUTH= when there is no AUTH. */
const struct mc_capability *mc_capability_find(
	const struct mc_capabilities *capabilities, const char *keyword);

const char *mc_starttls_text(enum mc_starttls starttls);
const char *mc_session_end_text(enum mc_session_end end); /* "complete", "timeout", ... */
bool mc_starttls_parse(const char *text, enum mc_starttls *ret_starttls);
bool mc_session_end_parse(const char *text, enum mc_session_end *ret_end);

#endif
