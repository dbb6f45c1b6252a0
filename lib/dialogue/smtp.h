/*
 * smtp: the client side of an SMTP or LMTP dialogue without I/O and without a clock
 * (RFC 5321; STARTTLS: RFC 3207; implicit TLS: RFC 8314; LMTP: RFC 2033).
 *
 * Whoever pumps it loops: look at mc_smtp_want(); move octets with mc_smtp_recv() and
 * mc_smtp_pending()/mc_smtp_sent(); call mc_smtp_expire() when mc_smtp_deadline() has passed.
 * Every `now` is ms on one monotonic scale, `began` of mc_smtp_new() being its session's start.
 * What the server sends is never pipelined against: one command in one piece, one reply.
 * Whenever the connection can still carry it, the last word is QUIT; when no reply to it is
 * waited for (the server fell silent, or never stops) it is pending while CLOSE is wanted.
 */
#ifndef MC_DIALOGUE_SMTP_H
#define MC_DIALOGUE_SMTP_H

#include "dialogue/session.h"

struct mc_smtp; /* lives in the arena it was made in, as does the session it writes */

struct mc_smtp_timeouts {
	int64_t reply; /* ms for one whole reply, from the command's last octet on */
	int64_t quit;  /* ms for the reply to QUIT */
};

enum mc_smtp_want {
	MC_SMTP_WANT_IO,   /* read, and write what is pending */
	MC_SMTP_WANT_HELO, /* mc_smtp_helo(), then go on; octets may arrive meanwhile */
	MC_SMTP_WANT_TLS,  /* handshake on the connection, then mc_smtp_tls(). Octets that arrive
			      from now on are the handshake's; those read before go to
			      mc_smtp_recv(), as ever, and may change what is wanted to CLOSE */
	MC_SMTP_WANT_CLOSE /* over: write what is pending if that works at once, then close the
			      connection; the session is final */
};

/*
 * The plan's memory must outlive the machine. `port` decides what MC_TLS_AUTO means.
 * `now` is when the connection was up and `began` when connecting began.
 * NULL when out of memory.
 */
struct mc_smtp *mc_smtp_new(struct mc_arena *arena, const struct mc_plan *plan, uint16_t port,
	const struct mc_smtp_timeouts *timeouts, int64_t began, int64_t now);
void mc_smtp_free(struct mc_smtp *smtp); /* buffers; not the session */

enum mc_smtp_want mc_smtp_want(const struct mc_smtp *smtp);
/* INT64_MAX: none, as while a handshake or a name is waited for: the pump times those. */
int64_t mc_smtp_deadline(const struct mc_smtp *smtp);
/* Octets to write now; valid until the next call. */
const uint8_t *mc_smtp_pending(const struct mc_smtp *smtp, size_t *ret_length);
void mc_smtp_sent(struct mc_smtp *smtp, size_t length, int64_t now);
/* Octets read (decrypted ones once TLS is up). All are taken. */
void mc_smtp_recv(struct mc_smtp *smtp, const uint8_t *bytes, size_t length, int64_t now);

/* The name to greet with, when the plan has none; may come early, the first one counts. */
void mc_smtp_helo(struct mc_smtp *smtp, const char *helo, int64_t now);
/* The handshake came to an end, good or bad; `tls` is kept by the session. One that failed for
 * a reason of our own is told by mc_smtp_closed() with LOCAL instead: it blames nobody. */
void mc_smtp_tls(struct mc_smtp *smtp, const struct mc_tls *tls, bool up, int64_t now);
void mc_smtp_expire(struct mc_smtp *smtp, int64_t now);
/* The caller has no more time for it: the session is LOCAL, with `why`, and what was seen stays;
 * complete where only the reply to QUIT is due. */
void mc_smtp_give_up(struct mc_smtp *smtp, const char *why, int64_t now);

enum mc_smtp_close {
	MC_CLOSE_EOF,
	MC_CLOSE_UNCLEAN /* TLS without close_notify */,
	MC_CLOSE_RESET,
	MC_CLOSE_LOCAL
};
/* The connection is gone. `text` tells more for RESET and LOCAL, else NULL. After CLOSE is wanted
 * it may still be told of an UNCLEAN close; nothing else of the session changes then. */
void mc_smtp_closed(struct mc_smtp *smtp, enum mc_smtp_close how, const char *text, int64_t now);

/* True while the connection carries (or could carry) TLS records only. */
bool mc_smtp_encrypted(const struct mc_smtp *smtp);
/* The session so far; final once want is CLOSE. The caller may fill in source, connect_ms. */
struct mc_session *mc_smtp_session(struct mc_smtp *smtp);

#endif
