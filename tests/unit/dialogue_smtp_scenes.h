/*
 * dialogue_smtp_scenes: scripted servers, and what a session with each must come to.
 * M0 to M26 are the misbehaviours that every client should survive.
 */
#ifndef MC_TESTS_DIALOGUE_SMTP_SCENES_H
#define MC_TESTS_DIALOGUE_SMTP_SCENES_H

#include "dialogue/smtp.h"

enum act {
	END,
	SAYS,    /* the server sends, after `ms` */
	EARLY,   /* the same, though a command of ours is pending */
	DRIPS,   /* an octet every `ms` */
	FLOODS,  /* the text `ms` times */
	HEARS,   /* our command must be pending, in one piece, and is sent */
	STALLS,  /* our command must be pending, but only `ms` octets of it get out */
	SECURE,  /* the handshake succeeds */
	BREAKS,  /* the handshake fails */
	NAMED,   /* the EHLO name is known */
	CLOSES,  /* the server closes: enum mc_smtp_close in `ms` */
	HURRIES, /* the caller has no more time */
	SLEEPS,  /* nothing happens until the deadline */
};

struct move {
	enum act act;
	const char *text;
	size_t length;
	int64_t ms;
};

#define S(text)                                                                                    \
	{                                                                                          \
		SAYS, text, sizeof(text) - 1, 0                                                    \
	}
#define S_AFTER(ms, text)                                                                          \
	{                                                                                          \
		SAYS, text, sizeof(text) - 1, ms                                                   \
	}
#define S_EARLY(text)                                                                              \
	{                                                                                          \
		EARLY, text, sizeof(text) - 1, 0                                                   \
	}
#define DRIP(ms, text)                                                                             \
	{                                                                                          \
		DRIPS, text, sizeof(text) - 1, ms                                                  \
	}
#define FLOOD(times, text)                                                                         \
	{                                                                                          \
		FLOODS, text, sizeof(text) - 1, times                                              \
	}
#define H(text)                                                                                    \
	{                                                                                          \
		HEARS, text "\r\n", sizeof(text) + 1, 0                                            \
	}
#define STALL(octets, text)                                                                        \
	{                                                                                          \
		STALLS, text "\r\n", sizeof(text) + 1, octets                                      \
	}
#define TLS                                                                                        \
	{                                                                                          \
		SECURE, NULL, 0, 20                                                                \
	}
#define NO_TLS                                                                                     \
	{                                                                                          \
		BREAKS, NULL, 0, 20                                                                \
	}
#define NAME(text)                                                                                 \
	{                                                                                          \
		NAMED, text, 0, 0                                                                  \
	}
#define EOF_                                                                                       \
	{                                                                                          \
		CLOSES, NULL, 0, MC_CLOSE_EOF                                                      \
	}
#define UNCLEAN                                                                                    \
	{                                                                                          \
		CLOSES, NULL, 0, MC_CLOSE_UNCLEAN                                                  \
	}
#define RESET                                                                                      \
	{                                                                                          \
		CLOSES, "by peer", 0, MC_CLOSE_RESET                                               \
	}
#define NO_TIME                                                                                    \
	{                                                                                          \
		HURRIES, "time is up", 0, 0                                                        \
	}
#define GIVE_UP                                                                                    \
	{                                                                                          \
		CLOSES, "no route", 0, MC_CLOSE_LOCAL                                              \
	}
#define SLEEP                                                                                      \
	{                                                                                          \
		SLEEPS, NULL, 0, 0                                                                 \
	}

#define EHLO H("EHLO c.example")
#define BANNER S("220 mx.example ESMTP\r\n")
#define OFFER S("250-mx.example\r\n250-SIZE 1000\r\n250 STARTTLS\r\n")
#define NO_OFFER S("250-mx.example\r\n250 SIZE 1000\r\n")
#define INSIDE S("250-mx.example\r\n250 AUTH PLAIN\r\n")
#define UPGRADE EHLO, OFFER, H("STARTTLS"), S("220 go\r\n"), TLS
#define BYE H("QUIT"), S("221 bye\r\n")

/* What the session must have come to; see also tell(). */
struct scene {
	const char *name;
	struct mc_plan plan;
	uint16_t port;
	struct move moves[24];
	/* "step", "/tls" when encrypted, "=code" or "?" when unanswered, oddities as "!hex" */
	const char *stages;
	enum mc_session_end end;
	enum mc_step_name last;
	enum mc_starttls word;
	const char *flags;   /* of "mangled unadvertised unclean", in that order */
	const char *failure; /* the text it begins with */
	const char *partial; /* the text it begins with; NULL: none */
};

static const char *const one[] = {"a@d.example"};
static const char *const three[] = {"a@d.example", "b@d.example", "c@d.example"};
static const char *const split[] = {"a@d.example>\r\nDATA\r\n"};

/* clang-format off */
#define PLAN_UNTIL(step, ...) {.helo = "c.example", .quit_after = step, __VA_ARGS__}
#define PLAN(...) PLAN_UNTIL(MC_STEP_QUIT, __VA_ARGS__)
#define AUTO PLAN(.tls = MC_TLS_AUTO), 25
#define CLEAR PLAN(.tls = MC_TLS_NONE), 25
#define FORCED PLAN(.tls = MC_TLS_STARTTLS), 25
#define IMPLICIT PLAN(.tls = MC_TLS_AUTO), 465
#define UNTIL(step) PLAN_UNTIL(step, .tls = MC_TLS_AUTO), 25
#define MAIL(list, n) PLAN(.tls = MC_TLS_NONE, .from = "s@c.example", .to = list, .to_count = n), 25

#define SECURED "connect banner=220 ehlo=250 starttls=220 tls ehlo/tls=250 quit/tls=221"
#define DONE MC_END_COMPLETE, MC_STEP_QUIT

static const struct scene misbehaviours[] = {
	{"M0 normal", AUTO, {BANNER, UPGRADE, EHLO, INSIDE, BYE},
		SECURED, DONE, MC_STARTTLS_WORKS, "", "", NULL},
	{"M1 last line is a code alone", AUTO, {BANNER, EHLO,
		S("250-mx.example\r\n250-STARTTLS\r\n250\r\n"), H("STARTTLS"), S("220\r\n"), TLS,
		EHLO, S("250\r\n"), H("QUIT"), S("221\r\n")},
		SECURED, DONE, MC_STARTTLS_WORKS, "", "", NULL},
	{"M2 teaser banner", AUTO, {S("220-please wait\r\n"), S_AFTER(3000, "220 mx.example\r\n"),
		UPGRADE, EHLO, INSIDE, BYE}, SECURED, DONE, MC_STARTTLS_WORKS, "", "", NULL},
	{"M3 greet pause", AUTO, {S_AFTER(12000, "220 mx.example\r\n"), UPGRADE, EHLO, INSIDE, BYE},
		SECURED, DONE, MC_STARTTLS_WORKS, "", "", NULL},
	{"M4 octet by octet", AUTO, {BANNER, EHLO,
		DRIP(5, "250-mx.example\r\n250-STARTTLS\r\n250 HELP\r\n"), H("STARTTLS"),
		DRIP(5, "220 go\r\n"), TLS, EHLO, DRIP(5, "250 mx.example\r\n"), BYE},
		SECURED, DONE, MC_STARTTLS_WORKS, "", "", NULL},
	{"M5 bare LF", AUTO, {S("220 mx.example\n"), EHLO, S("250-mx.example\n250 STARTTLS\n"),
		H("STARTTLS"), S("220 go\n"), TLS, EHLO, S("250 mx.example\n"), H("QUIT"),
		S("221 bye\n")},
		"connect banner=220!1 ehlo=250!1 starttls=220!1 tls ehlo/tls=250!1 quit/tls=221!1",
		DONE, MC_STARTTLS_WORKS, "", "", NULL},
	{"M6 keyword in lower case", AUTO, {BANNER, EHLO, S("250-mx\r\n250 starttls\r\n"),
		H("STARTTLS"), S("220 go\r\n"), TLS, EHLO, INSIDE, BYE},
		SECURED, DONE, MC_STARTTLS_WORKS, "", "", NULL},
	{"M7 421 and close", AUTO, {S("421 too many connections\r\n"), H("QUIT"), EOF_},
		"connect banner=421 quit?", MC_END_REFUSED, MC_STEP_BANNER, MC_STARTTLS_UNKNOWN,
		"", "", NULL},
	{"M7 closed before QUIT was out", AUTO, {S("421 too many connections\r\n"), RESET},
		"connect banner=421 quit?", MC_END_REFUSED, MC_STEP_BANNER, MC_STARTTLS_UNKNOWN,
		"", "", NULL},
	{"M8 554 and open", AUTO, {S("554 no service\r\n"), BYE}, "connect banner=554 quit=221",
		MC_END_REFUSED, MC_STEP_BANNER, MC_STARTTLS_UNKNOWN, "", "", NULL},
	{"M8 554 and silent", AUTO, {S("554 no service\r\n"), H("QUIT"), SLEEP},
		"connect banner=554 quit?", MC_END_REFUSED, MC_STEP_BANNER, MC_STARTTLS_UNKNOWN,
		"", "", NULL},
	{"M9 EHLO unknown", AUTO, {BANNER, EHLO, S("502 what?\r\n"), H("HELO c.example"),
		S("250 mx.example\r\n"), BYE}, "connect banner=220 ehlo=502 helo=250 quit=221",
		DONE, MC_STARTTLS_UNKNOWN, "", "", NULL},
	{"M9 HELO refused too", AUTO, {BANNER, EHLO, S("550 no\r\n"), H("HELO c.example"),
		S("550 no\r\n"), BYE}, "connect banner=220 ehlo=550 helo=550 quit=221",
		MC_END_REFUSED, MC_STEP_HELO, MC_STARTTLS_UNKNOWN, "", "", NULL},
	{"M10 mixed codes, 550 last", AUTO, {BANNER, EHLO,
		S("250-mx.example\r\n250-STARTTLS\r\n550 no\r\n"), H("HELO c.example"),
		S("250 mx.example\r\n"), BYE}, "connect banner=220 ehlo=550!4 helo=250 quit=221",
		DONE, MC_STARTTLS_UNKNOWN, "", "", NULL},
	{"M10 mixed codes, 250 last", AUTO, {BANNER, EHLO, S("550-mx.example\r\n250 SIZE\r\n"), BYE},
		"connect banner=220 ehlo=250!4 quit=221", DONE, MC_STARTTLS_UNKNOWN, "", "", NULL},
	{"M11 garbage line", AUTO, {BANNER, EHLO, S("250-mx\r\nrubbish\r\n250 STARTTLS\r\n"),
		H("STARTTLS"), S("220 go\r\n"), TLS, EHLO, INSIDE, BYE},
		"connect banner=220 ehlo=250!8 starttls=220 tls ehlo/tls=250 quit/tls=221",
		DONE, MC_STARTTLS_WORKS, "", "", NULL},
	{"M11 garbage line, no STARTTLS", AUTO, {BANNER, EHLO, S("250-mx\r\nSTARTTLS\r\n250 HELP\r\n"),
		BYE}, "connect banner=220 ehlo=250!8 quit=221", DONE, MC_STARTTLS_UNKNOWN,
		"", "", NULL},
	{"M12 line of 100 KB", AUTO, {BANNER, EHLO, S("250-mx\r\n250-"), FLOOD(10000, "0123456789"),
		S("\r\n250 STARTTLS\r\n"), H("STARTTLS"), S("220 go\r\n"), TLS, EHLO, INSIDE, BYE},
		"connect banner=220 ehlo=250!60 starttls=220 tls ehlo/tls=250 quit/tls=221",
		DONE, MC_STARTTLS_WORKS, "", "", NULL},
	{"M13 endless lines", AUTO, {BANNER, EHLO, FLOOD(100000, "250-more\r\n")},
		"connect banner=220 ehlo?!400 quit?", MC_END_ENDLESS, MC_STEP_EHLO,
		MC_STARTTLS_UNKNOWN, "", "", "250-more\r\n250-more\r\n"},
	{"more lines than are kept", AUTO, {BANNER, EHLO, FLOOD(600, "250-more\r\n"),
		S("250 STARTTLS\r\n")}, "connect banner=220 ehlo? quit?", MC_END_LOCAL,
		MC_STEP_EHLO, MC_STARTTLS_UNKNOWN, "",
		"a reply of more than 512 lines, the rest of which was not looked at", NULL},
	{"M13 endless line", AUTO, {BANNER, EHLO, FLOOD(30000, "0123456789")},
		"connect banner=220 ehlo?!460 quit?", MC_END_ENDLESS, MC_STEP_EHLO,
		MC_STARTTLS_UNKNOWN, "", "", "0123456789"},
	{"M13 endless STARTTLS", AUTO, {BANNER, EHLO, OFFER, H("STARTTLS"),
		FLOOD(100000, "220-more\r\n")}, "connect banner=220 ehlo=250 starttls?!400 quit?",
		MC_END_ENDLESS, MC_STEP_STARTTLS, MC_STARTTLS_UNKNOWN, "", "", "220-more\r\n"},
	{"M14 plaintext behind 220", AUTO, {BANNER, EHLO, OFFER, H("STARTTLS"),
		S("220 go\r\n250-evil\r\n250 AUTH PLAIN\r\n")},
		"connect banner=220 ehlo=250 starttls=220", MC_END_INJECTED, MC_STEP_STARTTLS,
		MC_STARTTLS_FAILED, "", "", NULL},
	{"M14 plaintext a moment later", AUTO, {BANNER, EHLO, OFFER, H("STARTTLS"), S("220 go\r\n"),
		S_AFTER(1, "2")}, "connect banner=220 ehlo=250 starttls=220", MC_END_INJECTED,
		MC_STEP_STARTTLS, MC_STARTTLS_FAILED, "", "", NULL},
	{"M15 STARTTLS refused for now", AUTO, {BANNER, EHLO, OFFER, H("STARTTLS"),
		S("454 not now\r\n"), BYE}, "connect banner=220 ehlo=250 starttls=454 quit=221",
		DONE, MC_STARTTLS_REFUSED, "", "", NULL},
	{"M15 STARTTLS refused", AUTO, {BANNER, EHLO, OFFER, H("STARTTLS"), S("503 no\r\n"), BYE},
		"connect banner=220 ehlo=250 starttls=503 quit=221", DONE, MC_STARTTLS_REFUSED,
		"", "", NULL},
	{"M15 STARTTLS answered 250", AUTO, {BANNER, EHLO, OFFER, H("STARTTLS"), S("250 ok\r\n"), BYE},
		"connect banner=220 ehlo=250 starttls=250 quit=221", DONE, MC_STARTTLS_UNKNOWN,
		"", "", NULL},
	{"M15 STARTTLS answered 421", AUTO, {BANNER, EHLO, OFFER, H("STARTTLS"), S("421 bye\r\n"),
		H("QUIT"), EOF_}, "connect banner=220 ehlo=250 starttls=421 quit?", MC_END_REFUSED,
		MC_STEP_STARTTLS, MC_STARTTLS_REFUSED, "", "", NULL},
	{"M16 220 and close", AUTO, {BANNER, EHLO, OFFER, H("STARTTLS"), S("220 go\r\n"), NO_TLS},
		"connect banner=220 ehlo=250 starttls=220 tls?", MC_END_TLS, MC_STEP_TLS,
		MC_STARTTLS_FAILED, "", "", NULL},
	{"M16 the pump saw the close first", AUTO, {BANNER, EHLO, OFFER, H("STARTTLS"),
		S("220 go\r\n"), EOF_}, "connect banner=220 ehlo=250 starttls=220 tls?",
		MC_END_CLOSED, MC_STEP_TLS, MC_STARTTLS_FAILED, "", "", NULL},
	{"M16 closed instead of 220", AUTO, {BANNER, EHLO, OFFER, H("STARTTLS"), S("22"), EOF_},
		"connect banner=220 ehlo=250 starttls?", MC_END_CLOSED, MC_STEP_STARTTLS,
		MC_STARTTLS_UNKNOWN, "", "", "22"},
	{"M17 220 and a silent handshake", AUTO, {BANNER, EHLO, OFFER, H("STARTTLS"), S("220 go\r\n"),
		NO_TLS}, "connect banner=220 ehlo=250 starttls=220 tls?", MC_END_TLS, MC_STEP_TLS,
		MC_STARTTLS_FAILED, "", "", NULL},
	{"M17 no reply to STARTTLS", AUTO, {BANNER, EHLO, OFFER, H("STARTTLS"), SLEEP},
		"connect banner=220 ehlo=250 starttls? quit?", MC_END_TIMEOUT, MC_STEP_STARTTLS,
		MC_STARTTLS_UNKNOWN, "", "", NULL},
	{"M18 keyword overwritten, STARTTLS works", AUTO, {BANNER, EHLO,
		S("250-mx\r\n250-XXXXXXXA\r\n250 SIZE\r\n"), H("STARTTLS"), S("220 go\r\n"), TLS,
		EHLO, INSIDE, BYE}, SECURED, DONE, MC_STARTTLS_ABSENT, "mangled unadvertised",
		"", NULL},
	{"M18 keyword overwritten, STARTTLS refused", AUTO, {BANNER, EHLO,
		S("250-mx\r\n250 xxxxxxxx\r\n"), H("STARTTLS"), S("500 XXXXXXXX\r\n"), BYE},
		"connect banner=220 ehlo=250 starttls=500 quit=221", DONE, MC_STARTTLS_ABSENT,
		"mangled unadvertised", "", NULL},
	{"M18 keyword overwritten, handshake broken", AUTO, {BANNER, EHLO,
		S("250-mx\r\n250 XXXXXXXA\r\n"), H("STARTTLS"), S("220 go\r\n"), NO_TLS},
		"connect banner=220 ehlo=250 starttls=220 tls?", MC_END_TLS, MC_STEP_TLS,
		MC_STARTTLS_ABSENT, "mangled unadvertised", "", NULL},
	{"M18 an X-keyword beside STARTTLS", AUTO, {BANNER, EHLO,
		S("250-mx\r\n250-XXXXXXXA\r\n250 STARTTLS\r\n"), H("STARTTLS"), S("220 go\r\n"),
		TLS, EHLO, INSIDE, BYE}, SECURED, DONE, MC_STARTTLS_WORKS, "", "", NULL},
	{"M18 no TLS wanted", CLEAR, {BANNER, EHLO, S("250-mx\r\n250 XXXXXXXA\r\n"), BYE},
		"connect banner=220 ehlo=250 quit=221", DONE, MC_STARTTLS_ABSENT, "mangled",
		"", NULL},
	{"M19 no close_notify for QUIT", AUTO, {BANNER, UPGRADE, EHLO, INSIDE, H("QUIT"), UNCLEAN},
		"connect banner=220 ehlo=250 starttls=220 tls ehlo/tls=250 quit/tls?", DONE,
		MC_STARTTLS_WORKS, "unclean", "", NULL},
	{"M19 no close_notify behind 221", AUTO, {BANNER, UPGRADE, EHLO, INSIDE, BYE, UNCLEAN},
		SECURED, DONE, MC_STARTTLS_WORKS, "unclean", "", NULL},
	{"M19 unclean in the middle", AUTO, {BANNER, UPGRADE, EHLO, S("250-mx"), UNCLEAN},
		"connect banner=220 ehlo=250 starttls=220 tls ehlo/tls?", MC_END_CLOSED,
		MC_STEP_EHLO, MC_STARTTLS_FAILED, "unclean", "", "250-mx"},
	{"M20 421 to EHLO inside TLS", AUTO, {BANNER, UPGRADE, EHLO, S("421 go away\r\n"), H("QUIT"),
		EOF_}, "connect banner=220 ehlo=250 starttls=220 tls ehlo/tls=421 quit/tls?",
		MC_END_REFUSED, MC_STEP_EHLO, MC_STARTTLS_FAILED, "", "", NULL},
	{"M20 EHLO unknown inside TLS", AUTO, {BANNER, UPGRADE, EHLO, S("500 what\r\n"),
		H("HELO c.example"), S("250 mx\r\n"), BYE},
		"connect banner=220 ehlo=250 starttls=220 tls ehlo/tls=500 helo/tls=250 quit/tls=221",
		DONE, MC_STARTTLS_FAILED, "", "", NULL},
	{"M20 silence inside TLS", AUTO, {BANNER, UPGRADE, EHLO, SLEEP},
		"connect banner=220 ehlo=250 starttls=220 tls ehlo/tls? quit/tls?",
		MC_END_TIMEOUT, MC_STEP_EHLO, MC_STARTTLS_FAILED, "", "", NULL},
	{"M21 EHLO reply in two segments", AUTO, {BANNER, EHLO, S("250-mx.example\r\n250-STA"),
		S_AFTER(400, "RTTLS\r\n250 HELP\r\n"), H("STARTTLS"), S("220 go\r\n"), TLS, EHLO,
		INSIDE, BYE}, SECURED, DONE, MC_STARTTLS_WORKS, "", "", NULL},
	{"M22 banner drips in", AUTO, {DRIP(1000, "220 mx.example ESMTP\r\n"), UPGRADE, EHLO, INSIDE,
		BYE}, SECURED, DONE, MC_STARTTLS_WORKS, "", "", NULL},
	{"M22 banner drips too long", AUTO, {DRIP(1000, "220 mx.example with a very long banner\r\n")},
		"connect banner?", MC_END_TIMEOUT, MC_STEP_BANNER, MC_STARTTLS_UNKNOWN, "", "",
		"220 mx.example with a very lo"},
	{"M22 EHLO reply drips too long", AUTO, {BANNER, EHLO,
		DRIP(4000, "250-mx.example with a very long banner\r\n")},
		"connect banner=220 ehlo? quit?", MC_END_TIMEOUT, MC_STEP_EHLO, MC_STARTTLS_UNKNOWN,
		"", "", "250-mx."},
	{"M23 TAB behind the code", AUTO, {S("220\tmx.example\r\n"), EHLO,
		S("250-mx\r\n250\tSTARTTLS\r\n"), H("STARTTLS"), S("220\tgo\r\n"), TLS, EHLO,
		INSIDE, BYE},
		"connect banner=220!10 ehlo=250!10 starttls=220!10 tls ehlo/tls=250 quit/tls=221",
		DONE, MC_STARTTLS_WORKS, "", "", NULL},
	{"M24 ESC and NUL in the banner", AUTO, {S("220 \x1b[2J mx\0.example\r\n"), UPGRADE, EHLO,
		INSIDE, BYE},
		"connect banner=220!80 ehlo=250 starttls=220 tls ehlo/tls=250 quit/tls=221",
		DONE, MC_STARTTLS_WORKS, "", "", NULL},
	{"M25 fatal alert", AUTO, {BANNER, EHLO, OFFER, H("STARTTLS"), S("220 go\r\n"), NO_TLS},
		"connect banner=220 ehlo=250 starttls=220 tls?", MC_END_TLS, MC_STEP_TLS,
		MC_STARTTLS_FAILED, "", "", NULL},
	{"M26 who talks early is thrown out", AUTO, {S_AFTER(1000, "220-mx\r\n"),
		S_AFTER(1000, "220 mx\r\n"), EHLO, S_AFTER(1000, "250-mx\r\n"),
		S_AFTER(1000, "250 STARTTLS\r\n"), H("STARTTLS"), S_AFTER(1000, "220 go\r\n"), TLS,
		EHLO, S_AFTER(1000, "250-mx\r\n"), S_AFTER(1000, "250 HELP\r\n"), BYE},
		SECURED, DONE, MC_STARTTLS_WORKS, "", "", NULL},
};

static const struct scene others[] = {
	{"nothing offered", AUTO, {BANNER, EHLO, NO_OFFER, BYE},
		"connect banner=220 ehlo=250 quit=221", DONE, MC_STARTTLS_ABSENT, "", "", NULL},
	{"one line to EHLO", AUTO, {BANNER, EHLO, S("250 STARTTLS\r\n"), BYE},
		"connect banner=220 ehlo=250 quit=221", DONE, MC_STARTTLS_ABSENT, "", "", NULL},
	{"252 to EHLO", AUTO, {BANNER, EHLO, S("252-mx\r\n252 HELP\r\n"), BYE},
		"connect banner=220 ehlo=252 quit=221", DONE, MC_STARTTLS_UNKNOWN, "", "", NULL},
	{"252 to EHLO, with STARTTLS", AUTO, {BANNER, EHLO, S("252-mx\r\n252 STARTTLS\r\n"),
		H("STARTTLS"), S("220 go\r\n"), TLS, EHLO, INSIDE, BYE}, "connect banner=220 ehlo=252 "
		"starttls=220 tls ehlo/tls=250 quit/tls=221", DONE, MC_STARTTLS_WORKS, "", "", NULL},
	{"251 to EHLO inside TLS", AUTO, {BANNER, UPGRADE, EHLO, S("251 mx\r\n"), BYE},
		"connect banner=220 ehlo=250 starttls=220 tls ehlo/tls=251 quit/tls=221", DONE,
		MC_STARTTLS_FAILED, "", "", NULL},
	{"CR CR LF behind STARTTLS", AUTO, {BANNER, EHLO, S("250-mx\r\r\n250 STARTTLS\r\r\n"),
		H("STARTTLS"), S("220 go\r\r\n"), TLS, EHLO, INSIDE, BYE}, "connect banner=220 "
		"ehlo=250!2 starttls=220!2 tls ehlo/tls=250 quit/tls=221", DONE, MC_STARTTLS_WORKS,
		"", "", NULL},
	{"NUL behind STARTTLS", AUTO, {BANNER, EHLO, S("250-mx\r\n250 STARTTLS\0\r\n"), BYE},
		"connect banner=220 ehlo=250!80 quit=221", DONE, MC_STARTTLS_UNKNOWN, "", "", NULL},
	{"CR within a keyword", AUTO, {BANNER, EHLO, S("250-mx\r\n250 START\rTLS\r\n"), BYE},
		"connect banner=220 ehlo=250!2 quit=221", DONE, MC_STARTTLS_UNKNOWN, "", "", NULL},
	{"STARTTLS answered 354", FORCED, {BANNER, EHLO, OFFER, H("STARTTLS"), S("354 go\r\n"), BYE},
		"connect banner=220 ehlo=250 starttls=354 quit=221", MC_END_REFUSED,
		MC_STEP_STARTTLS, MC_STARTTLS_UNKNOWN, "", "", NULL},
	{"STARTTLS answered 221", AUTO, {BANNER, EHLO, OFFER, H("STARTTLS"), S("221 bye\r\n"),
		H("QUIT"), EOF_}, "connect banner=220 ehlo=250 starttls=221 quit?", MC_END_REFUSED,
		MC_STEP_STARTTLS, MC_STARTTLS_UNKNOWN, "", "", NULL},
	{"221 to HELO", AUTO, {BANNER, EHLO, S("502 what\r\n"), H("HELO c.example"),
		S("221 bye\r\n"), H("QUIT"), EOF_}, "connect banner=220 ehlo=502 helo=221 quit?",
		MC_END_REFUSED, MC_STEP_HELO, MC_STARTTLS_UNKNOWN, "", "", NULL},
	{"a flood after QUIT", AUTO, {BANNER, EHLO, NO_OFFER, H("QUIT"), FLOOD(100000, "250-mx\r\n")},
		"connect banner=220 ehlo=250 quit?!400", DONE, MC_STARTTLS_ABSENT, "", "", NULL},
	{"no TLS wanted", CLEAR, {BANNER, EHLO, OFFER, BYE},
		"connect banner=220 ehlo=250 quit=221", DONE, MC_STARTTLS_OFFERED, "", "", NULL},
	{"no TLS wanted on 465", PLAN(.tls = MC_TLS_NONE), 465, {BANNER, EHLO, OFFER, BYE},
		"connect banner=220 ehlo=250 quit=221", DONE, MC_STARTTLS_OFFERED, "", "", NULL},
	{"STARTTLS though not offered, works", FORCED, {BANNER, EHLO, NO_OFFER, H("STARTTLS"),
		S("220 go\r\n"), TLS, EHLO, INSIDE, BYE}, SECURED, DONE, MC_STARTTLS_ABSENT,
		"unadvertised", "", NULL},
	{"STARTTLS though not offered, refused", FORCED, {BANNER, EHLO, NO_OFFER, H("STARTTLS"),
		S("502 no\r\n"), BYE}, "connect banner=220 ehlo=250 starttls=502 quit=221",
		MC_END_REFUSED, MC_STEP_STARTTLS, MC_STARTTLS_ABSENT, "unadvertised", "", NULL},
	{"STARTTLS after HELO, works", FORCED, {BANNER, EHLO, S("500 what\r\n"), H("HELO c.example"),
		S("250 mx\r\n"), H("STARTTLS"), S("220 go\r\n"), TLS, EHLO, INSIDE, BYE},
		"connect banner=220 ehlo=500 helo=250 starttls=220 tls ehlo/tls=250 quit/tls=221",
		DONE, MC_STARTTLS_WORKS, "unadvertised", "", NULL},
	{"implicit TLS", IMPLICIT, {TLS, BANNER, EHLO, INSIDE, BYE},
		"connect tls banner/tls=220 ehlo/tls=250 quit/tls=221", DONE, MC_STARTTLS_UNKNOWN,
		"", "", NULL},
	{"implicit TLS by plan, STARTTLS inside", PLAN(.tls = MC_TLS_IMPLICIT), 25,
		{TLS, BANNER, EHLO, OFFER, BYE},
		"connect tls banner/tls=220 ehlo/tls=250 quit/tls=221", DONE, MC_STARTTLS_OFFERED,
		"", "", NULL},
	{"implicit TLS fails", IMPLICIT, {NO_TLS}, "connect tls?", MC_END_TLS, MC_STEP_TLS,
		MC_STARTTLS_UNKNOWN, "", "", NULL},
	{"implicit TLS, closed in the handshake", IMPLICIT, {EOF_}, "connect tls?", MC_END_CLOSED,
		MC_STEP_TLS, MC_STARTTLS_UNKNOWN, "", "", NULL},
	{"EHLO deferred", AUTO, {BANNER, EHLO, S("451 later\r\n"), BYE},
		"connect banner=220 ehlo=451 quit=221", MC_END_REFUSED, MC_STEP_EHLO,
		MC_STARTTLS_UNKNOWN, "", "", NULL},
	{"EHLO answered 354", AUTO, {BANNER, EHLO, S("354 go\r\n"), BYE},
		"connect banner=220 ehlo=354 quit=221", MC_END_REFUSED, MC_STEP_EHLO,
		MC_STARTTLS_UNKNOWN, "", "", NULL},
	{"EHLO answered 000", AUTO, {BANNER, EHLO, S("000 go\r\n"), BYE},
		"connect banner=220 ehlo=0!200 quit=221", MC_END_REFUSED, MC_STEP_EHLO,
		MC_STARTTLS_UNKNOWN, "", "", NULL},
	{"EHLO never answered", AUTO, {BANNER, EHLO, SLEEP}, "connect banner=220 ehlo? quit?",
		MC_END_TIMEOUT, MC_STEP_EHLO, MC_STARTTLS_UNKNOWN, "", "", NULL},
	{"closed for EHLO", AUTO, {BANNER, EHLO, EOF_}, "connect banner=220 ehlo?", MC_END_CLOSED,
		MC_STEP_EHLO, MC_STARTTLS_UNKNOWN, "", "", NULL},
	{"reset for EHLO", AUTO, {BANNER, EHLO, RESET}, "connect banner=220 ehlo?", MC_END_RESET,
		MC_STEP_EHLO, MC_STARTTLS_UNKNOWN, "", "by peer", NULL},
	{"given up by the pump", AUTO, {BANNER, EHLO, GIVE_UP}, "connect banner=220 ehlo?",
		MC_END_LOCAL, MC_STEP_EHLO, MC_STARTTLS_UNKNOWN, "", "no route", NULL},
	{"given up while STARTTLS is due", AUTO, {BANNER, EHLO, OFFER, H("STARTTLS"), GIVE_UP},
		"connect banner=220 ehlo=250 starttls?", MC_END_LOCAL, MC_STEP_STARTTLS,
		MC_STARTTLS_OFFERED, "", "no route", NULL},
	{"no time for the banner", AUTO, {S("220-"), NO_TIME}, "connect banner?", MC_END_LOCAL,
		MC_STEP_BANNER, MC_STARTTLS_UNKNOWN, "", "time is up, waiting for the greeting",
		NULL},
	{"no time for EHLO", AUTO, {BANNER, EHLO, S("250-mx"), NO_TIME}, "connect banner=220 ehlo? "
		"quit?", MC_END_LOCAL, MC_STEP_EHLO, MC_STARTTLS_UNKNOWN, "",
		"time is up, waiting for the reply to EHLO", NULL},
	{"no time for STARTTLS", AUTO, {BANNER, EHLO, OFFER, H("STARTTLS"), NO_TIME}, "connect "
		"banner=220 ehlo=250 starttls? quit?", MC_END_LOCAL, MC_STEP_STARTTLS,
		MC_STARTTLS_UNKNOWN, "", "time is up, waiting for the reply to STARTTLS", NULL},
	{"no time for TLS", AUTO, {BANNER, EHLO, OFFER, H("STARTTLS"), S("220 go\r\n"), NO_TIME},
		"connect banner=220 ehlo=250 starttls=220 tls?", MC_END_LOCAL, MC_STEP_TLS,
		MC_STARTTLS_UNKNOWN, "", "time is up, waiting for the TLS handshake", NULL},
	{"no time for EHLO inside TLS", AUTO, {BANNER, UPGRADE, EHLO, NO_TIME}, "connect banner=220 "
		"ehlo=250 starttls=220 tls ehlo/tls? quit/tls?", MC_END_LOCAL, MC_STEP_EHLO,
		MC_STARTTLS_UNKNOWN, "", "time is up, waiting for the reply to EHLO", NULL},
	{"no time for QUIT", AUTO, {BANNER, EHLO, NO_OFFER, H("QUIT"), NO_TIME},
		"connect banner=220 ehlo=250 quit?", DONE, MC_STARTTLS_ABSENT, "", "", NULL},
	{"no time when all is over", AUTO, {BANNER, EHLO, NO_OFFER, BYE, NO_TIME},
		"connect banner=220 ehlo=250 quit=221", DONE, MC_STARTTLS_ABSENT, "", "", NULL},
	{"no time for a name", {.quit_after = MC_STEP_QUIT}, 25, {BANNER, NO_TIME},
		"connect banner=220 quit?", MC_END_LOCAL, MC_STEP_EHLO, MC_STARTTLS_UNKNOWN, "",
		"time is up", NULL},
	{"EHLO gets half out", AUTO, {BANNER, STALL(5, "EHLO c.example"), SLEEP},
		"connect banner=220 ehlo?", MC_END_TIMEOUT, MC_STEP_EHLO, MC_STARTTLS_UNKNOWN,
		"", "", NULL},
	{"EHLO gets out in halves", AUTO, {BANNER, STALL(5, "EHLO c.example"), H("c.example"),
		NO_OFFER, BYE}, "connect banner=220 ehlo=250 quit=221", DONE, MC_STARTTLS_ABSENT,
		"", "", NULL},
	{"no banner", AUTO, {SLEEP}, "connect banner?", MC_END_TIMEOUT, MC_STEP_BANNER,
		MC_STARTTLS_UNKNOWN, "", "", NULL},
	{"closed without a banner", AUTO, {EOF_}, "connect banner?", MC_END_CLOSED, MC_STEP_BANNER,
		MC_STARTTLS_UNKNOWN, "", "", NULL},
	{"QUIT never answered", AUTO, {BANNER, EHLO, NO_OFFER, H("QUIT"), SLEEP},
		"connect banner=220 ehlo=250 quit?", DONE, MC_STARTTLS_ABSENT, "", "", NULL},
	{"closed for QUIT", AUTO, {BANNER, EHLO, NO_OFFER, H("QUIT"), EOF_},
		"connect banner=220 ehlo=250 quit?", DONE, MC_STARTTLS_ABSENT, "", "", NULL},
	{"reset for QUIT", AUTO, {BANNER, EHLO, NO_OFFER, H("QUIT"), RESET},
		"connect banner=220 ehlo=250 quit?", DONE, MC_STARTTLS_ABSENT, "", "", NULL},
	{"500 to QUIT", AUTO, {BANNER, EHLO, NO_OFFER, H("QUIT"), S("500 what\r\n")},
		"connect banner=220 ehlo=250 quit=500", DONE, MC_STARTTLS_ABSENT, "", "", NULL},
	{"a TLS alert for a banner", AUTO, {S("\x15\x03\x01\x00\x02\x02\x28")}, "connect banner?",
		MC_END_NOT_SMTP, MC_STEP_BANNER, MC_STARTTLS_UNKNOWN, "",
		"a TLS record", "\x15\x03"},
	{"SSH", AUTO, {S("SSH-2.0-OpenSSH_9.2\r\n"), EOF_}, "connect banner?", MC_END_NOT_SMTP,
		MC_STEP_BANNER, MC_STARTTLS_UNKNOWN, "",
		"the server seems to speak SSH: \"SSH-2.0-OpenSSH_9.2\"", "SSH-2.0-OpenSSH_9.2\r\n"},
	{"IMAP", AUTO, {S("* OK ready\r\n"), SLEEP}, "connect banner?", MC_END_NOT_SMTP,
		MC_STEP_BANNER, MC_STARTTLS_UNKNOWN, "", "the server seems to speak IMAP",
		"* OK ready\r\n"},
	{"rubbish without end", AUTO, {FLOOD(100000, "rubbish\r\n")}, "connect banner?!408",
		MC_END_NOT_SMTP, MC_STEP_BANNER, MC_STARTTLS_UNKNOWN, "",
		"no reply code in \"rubbish\"", "rubbish\r\n"},
	{"rubbish, then a banner", AUTO, {S("rubbish\r\n"), BANNER, EHLO, NO_OFFER, BYE},
		"connect banner=220!8 ehlo=250 quit=221", DONE, MC_STARTTLS_ABSENT, "", "", NULL},
	{"rubbish for EHLO", AUTO, {BANNER, EHLO, S("rubbish\r\n"), EOF_},
		"connect banner=220 ehlo?", MC_END_CLOSED, MC_STEP_EHLO, MC_STARTTLS_UNKNOWN,
		"", "", "rubbish\r\n"},
	{"LMTP", PLAN(.protocol = MC_PROTOCOL_LMTP), 24, {S("220 mx LMTP\r\n"), H("LHLO c.example"),
		NO_OFFER, BYE}, "connect banner=220 ehlo=250 quit=221", DONE, MC_STARTTLS_ABSENT,
		"", "", NULL},
	{"LMTP has no HELO", PLAN(.protocol = MC_PROTOCOL_LMTP), 24, {BANNER, H("LHLO c.example"),
		S("502 what\r\n"), BYE}, "connect banner=220 ehlo=502 quit=221", MC_END_REFUSED,
		MC_STEP_EHLO, MC_STARTTLS_UNKNOWN, "", "", NULL},
	{"the name comes late", {.quit_after = MC_STEP_QUIT}, 25, {BANNER, NAME("late.example"),
		H("EHLO late.example"), NO_OFFER, BYE}, "connect banner=220 ehlo=250 quit=221",
		DONE, MC_STARTTLS_ABSENT, "", "", NULL},
	{"the name comes early", {.quit_after = MC_STEP_QUIT}, 25, {NAME("early.example"),
		NAME("ignored.example"), BANNER, H("EHLO early.example"), NO_OFFER, BYE},
		"connect banner=220 ehlo=250 quit=221", DONE, MC_STARTTLS_ABSENT, "", "", NULL},
	{"closed before the name comes", {.quit_after = MC_STEP_QUIT}, 25, {BANNER,
		S("421 idle\r\n"), EOF_}, "connect banner=220", MC_END_CLOSED, MC_STEP_EHLO,
		MC_STARTTLS_UNKNOWN, "", "", "421 idle\r\n"},
	{"421 before the name comes", {.quit_after = MC_STEP_QUIT}, 25, {BANNER, S("421 idle\r\n"),
		NAME("c.example"), EHLO, H("QUIT"), EOF_}, "connect banner=220 ehlo=421 quit?",
		MC_END_REFUSED, MC_STEP_EHLO, MC_STARTTLS_UNKNOWN, "", "", NULL},
	{"a late name with a line end", {.quit_after = MC_STEP_QUIT}, 25, {BANNER,
		NAME("c.example\r\nQUIT")}, "connect banner=220", MC_END_LOCAL, MC_STEP_EHLO,
		MC_STARTTLS_UNKNOWN, "", "the EHLO name holds a control character", NULL},
	{"an empty name", {.helo = "", .quit_after = MC_STEP_QUIT}, 25, {{END, NULL, 0, 0}},
		"connect", MC_END_LOCAL, MC_STEP_CONNECT, MC_STARTTLS_UNKNOWN, "",
		"the EHLO name is empty", NULL},
	{"a recipient with a line end", MAIL(split, 1), {{END, NULL, 0, 0}}, "connect", MC_END_LOCAL,
		MC_STEP_CONNECT, MC_STARTTLS_UNKNOWN, "", "a recipient holds a control character",
		NULL},
	{"MAIL and RCPT", MAIL(three, 3), {BANNER, EHLO, NO_OFFER, H("MAIL FROM:<s@c.example>"),
		S("250 ok\r\n"), H("RCPT TO:<a@d.example>"), S("250 ok\r\n"),
		H("RCPT TO:<b@d.example>"), S("550 5.1.1 no\r\n"), H("RCPT TO:<c@d.example>"),
		S("451 4.7.1 later\r\n"), BYE},
		"connect banner=220 ehlo=250 mail=250 rcpt=250 rcpt=550 rcpt=451 quit=221", DONE,
		MC_STARTTLS_ABSENT, "", "", NULL},
	{"the null sender inside TLS", PLAN(.from = "", .to = one, .to_count = 1), 25, {BANNER, UPGRADE,
		EHLO, INSIDE, H("MAIL FROM:<>"), S("250 ok\r\n"), H("RCPT TO:<a@d.example>"),
		S("251 ok\r\n"), BYE}, "connect banner=220 ehlo=250 starttls=220 tls ehlo/tls=250 "
		"mail/tls=250 rcpt/tls=251 quit/tls=221", DONE, MC_STARTTLS_WORKS, "", "", NULL},
	{"MAIL refused", MAIL(one, 1), {BANNER, EHLO, NO_OFFER, H("MAIL FROM:<s@c.example>"),
		S("553 no\r\n"), BYE}, "connect banner=220 ehlo=250 mail=553 quit=221",
		MC_END_REFUSED, MC_STEP_MAIL, MC_STARTTLS_ABSENT, "", "", NULL},
	{"421 to RCPT", MAIL(three, 3), {BANNER, EHLO, NO_OFFER, H("MAIL FROM:<s@c.example>"),
		S("250 ok\r\n"), H("RCPT TO:<a@d.example>"), S("421 bye\r\n"), H("QUIT"), EOF_},
		"connect banner=220 ehlo=250 mail=250 rcpt=421 quit?", MC_END_REFUSED,
		MC_STEP_RCPT, MC_STARTTLS_ABSENT, "", "", NULL},
	{"RCPT without MAIL is not said", PLAN(.tls = MC_TLS_NONE, .to = one, .to_count = 1), 25,
		{BANNER, EHLO, NO_OFFER, BYE}, "connect banner=220 ehlo=250 quit=221", DONE,
		MC_STARTTLS_ABSENT, "", "", NULL},
	{"two replies in one segment", CLEAR, {S("220 mx\r\n250 early\r\n"), EHLO, BYE},
		"connect banner=220 ehlo=250!800 quit=221", DONE, MC_STARTTLS_UNKNOWN, "", "", NULL},
	{"three replies in one segment", MAIL(one, 1), {S("220 mx\r\n250 early\r\n421 bye\r\n"), EHLO,
		H("MAIL FROM:<s@c.example>"), H("QUIT"), EOF_},
		"connect banner=220 ehlo=250!800 mail=421 quit?", MC_END_REFUSED, MC_STEP_MAIL,
		MC_STARTTLS_UNKNOWN, "", "", NULL},
	{"a reply before its command", CLEAR, {BANNER, S_EARLY("250-mx\r\n"), EHLO, S("250 HELP\r\n"),
		BYE}, "connect banner=220 ehlo=250!800 quit=221", DONE, MC_STARTTLS_UNKNOWN, "", "",
		NULL},
	{"the start of a reply before its command", CLEAR, {BANNER, S_EARLY("25"), EHLO,
		S("0-mx\r\n250 HELP\r\n"), BYE}, "connect banner=220 ehlo=250!800 quit=221", DONE,
		MC_STARTTLS_UNKNOWN, "", "", NULL},
	{"the reply to EHLO before EHLO inside TLS", AUTO, {BANNER, UPGRADE,
		S_EARLY("250 mx\r\n"), EHLO, BYE}, "connect banner=220 ehlo=250 starttls=220 tls "
		"ehlo/tls=250!800 quit/tls=221", DONE, MC_STARTTLS_UNKNOWN, "", "", NULL},
	{"a spare refusal takes STARTTLS's place", AUTO, {BANNER, EHLO,
		S("250-mx\r\n250 STARTTLS\r\n500 spare\r\n"), H("STARTTLS"), H("QUIT"),
		S("220 go\r\n")}, "connect banner=220 ehlo=250 starttls=500!800 quit=220", DONE,
		MC_STARTTLS_UNKNOWN, "", "", NULL},
	{"a spare reply takes STARTTLS's place", AUTO, {BANNER, EHLO,
		S("250-mx\r\n250 STARTTLS\r\n250 spare\r\n"), H("STARTTLS"), H("QUIT"),
		S("220 go\r\n")}, "connect banner=220 ehlo=250 starttls=250!800 quit=220", DONE,
		MC_STARTTLS_UNKNOWN, "", "", NULL},
	{"closed with a reply unasked for", CLEAR, {BANNER, S_EARLY("250 mx\r\n"), EOF_},
		"connect banner=220 ehlo?", MC_END_CLOSED, MC_STEP_EHLO, MC_STARTTLS_UNKNOWN,
		"", "", "250 mx\r\n"},
	{"a flood before the name comes", {.quit_after = MC_STEP_QUIT}, 25, {BANNER,
		FLOOD(100000, "250 mx\r\n")}, "connect banner=220 quit?", MC_END_ENDLESS,
		MC_STEP_EHLO, MC_STARTTLS_UNKNOWN, "", "", "250 mx\r\n250 mx\r\n"},
	{"until connect", UNTIL(MC_STEP_CONNECT), {{END, NULL, 0, 0}}, "connect", MC_END_COMPLETE,
		MC_STEP_CONNECT, MC_STARTTLS_UNKNOWN, "", "", NULL},
	{"until banner", UNTIL(MC_STEP_BANNER), {BANNER, BYE}, "connect banner=220 quit=221", DONE,
		MC_STARTTLS_UNKNOWN, "", "", NULL},
	{"until ehlo", UNTIL(MC_STEP_EHLO), {BANNER, EHLO, OFFER, BYE},
		"connect banner=220 ehlo=250 quit=221", DONE, MC_STARTTLS_OFFERED, "", "", NULL},
	{"until ehlo, unknown", UNTIL(MC_STEP_EHLO), {BANNER, EHLO, S("502 what\r\n"), BYE},
		"connect banner=220 ehlo=502 quit=221", DONE, MC_STARTTLS_UNKNOWN, "", "", NULL},
	{"until helo", UNTIL(MC_STEP_HELO), {BANNER, EHLO, S("502 what\r\n"), H("HELO c.example"),
		S("250 mx\r\n"), BYE}, "connect banner=220 ehlo=502 helo=250 quit=221", DONE,
		MC_STARTTLS_UNKNOWN, "", "", NULL},
	{"until starttls", UNTIL(MC_STEP_STARTTLS), {BANNER, UPGRADE, BYE},
		"connect banner=220 ehlo=250 starttls=220 tls quit/tls=221", DONE,
		MC_STARTTLS_UNKNOWN, "", "", NULL},
	{"until tls", UNTIL(MC_STEP_TLS), {BANNER, UPGRADE, BYE},
		"connect banner=220 ehlo=250 starttls=220 tls quit/tls=221", DONE,
		MC_STARTTLS_UNKNOWN, "", "", NULL},
	{"until tls, implicit", PLAN_UNTIL(MC_STEP_TLS, .tls = MC_TLS_AUTO), 465, {TLS}, "connect tls",
		MC_END_COMPLETE, MC_STEP_TLS, MC_STARTTLS_UNKNOWN, "", "", NULL},
	{"until mail", PLAN_UNTIL(MC_STEP_MAIL, .tls = MC_TLS_NONE, .from = "", .to = one,
		.to_count = 1), 25, {BANNER, EHLO, NO_OFFER, H("MAIL FROM:<>"),
		S("250 ok\r\n"), BYE}, "connect banner=220 ehlo=250 mail=250 quit=221", DONE,
		MC_STARTTLS_ABSENT, "", "", NULL},
};
/* clang-format on */

#endif
