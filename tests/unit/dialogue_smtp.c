/*
 * Unit tests of lib/dialogue/smtp.c: whole sessions against a scripted server in virtual time.
 *
 * Every scene is played with the server's octets whole, one by one and in threes, which must
 * change nothing; and with each allocation failing in turn, which must end it as our failure.
 */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "dialogue/smtp.h"

#define REPLY_MS 30000
#define QUIT_MS 5000
#define BEGAN 1000
#define CONNECTED 1012

enum act {
	END,
	SAYS,   /* the server sends, after `ms` */
	EARLY,  /* the same, though a command of ours is pending */
	DRIPS,  /* an octet every `ms` */
	FLOODS, /* the text `ms` times */
	HEARS,  /* our command must be pending, in one piece, and is sent */
	STALLS, /* our command must be pending, but only `ms` octets of it get out */
	SECURE, /* the handshake succeeds */
	BREAKS, /* the handshake fails */
	NAMED,  /* the EHLO name is known */
	CLOSES, /* the server closes: enum mc_smtp_close in `ms` */
	SLEEPS, /* nothing happens until the deadline */
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
	{"M13 endless line", AUTO, {BANNER, EHLO, FLOOD(30000, "0123456789")},
		"connect banner=220 ehlo?!460 quit?", MC_END_ENDLESS, MC_STEP_EHLO,
		MC_STARTTLS_UNKNOWN, "", "", "0123456789"},
	{"M13 endless STARTTLS", AUTO, {BANNER, EHLO, OFFER, H("STARTTLS"),
		FLOOD(100000, "220-more\r\n")}, "connect banner=220 ehlo=250 starttls?!400 quit?",
		MC_END_ENDLESS, MC_STEP_STARTTLS, MC_STARTTLS_FAILED, "", "", "220-more\r\n"},
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
		"connect banner=220 ehlo=250 starttls=250 quit=221", DONE, MC_STARTTLS_REFUSED,
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
		MC_STARTTLS_FAILED, "", "", "22"},
	{"M17 220 and a silent handshake", AUTO, {BANNER, EHLO, OFFER, H("STARTTLS"), S("220 go\r\n"),
		NO_TLS}, "connect banner=220 ehlo=250 starttls=220 tls?", MC_END_TLS, MC_STEP_TLS,
		MC_STARTTLS_FAILED, "", "", NULL},
	{"M17 no reply to STARTTLS", AUTO, {BANNER, EHLO, OFFER, H("STARTTLS"), SLEEP},
		"connect banner=220 ehlo=250 starttls? quit?", MC_END_TIMEOUT, MC_STEP_STARTTLS,
		MC_STARTTLS_FAILED, "", "", NULL},
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
	{"252 to EHLO", AUTO, {BANNER, EHLO, S("252-mx\r\n252 STARTTLS\r\n"), BYE},
		"connect banner=220 ehlo=252 quit=221", DONE, MC_STARTTLS_UNKNOWN, "", "", NULL},
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
		"connect banner=220 ehlo=250 quit=221", DONE, MC_STARTTLS_ABSENT, "", "", NULL},
	{"three replies in one segment", MAIL(one, 1), {S("220 mx\r\n250 early\r\n421 bye\r\n"), EHLO,
		H("MAIL FROM:<s@c.example>"), H("QUIT"), EOF_},
		"connect banner=220 ehlo=250 mail=421 quit?", MC_END_REFUSED, MC_STEP_MAIL,
		MC_STARTTLS_ABSENT, "", "", NULL},
	{"a reply before its command", CLEAR, {BANNER, S_EARLY("250-mx\r\n"), EHLO, S("250 HELP\r\n"),
		BYE}, "connect banner=220 ehlo=250 quit=221", DONE, MC_STARTTLS_ABSENT, "", "",
		NULL},
	{"a spare reply takes STARTTLS's place", AUTO, {BANNER, EHLO,
		S("250-mx\r\n250 STARTTLS\r\n250 spare\r\n"), H("STARTTLS"), H("QUIT"),
		S("220 go\r\n")}, "connect banner=220 ehlo=250 starttls=250 quit=220", DONE,
		MC_STARTTLS_REFUSED, "", "", NULL},
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

/* One scene being played. */
struct play {
	const struct scene *scene;
	struct mc_arena arena;
	struct mc_smtp *smtp;
	int64_t now;
	size_t step;  /* most octets at once */
	bool lenient; /* allocations fail: nothing is expected of what is pending */
};

#define NAME_OF(play) ((play)->scene->name)

static const struct mc_smtp_timeouts timeouts = {REPLY_MS, QUIT_MS};

static bool
over(const struct play *play)
{
	return mc_smtp_want(play->smtp) == MC_SMTP_WANT_CLOSE;
}

/* Time goes by; false when the deadline came first. */
static bool
pass(struct play *play, int64_t ms)
{
	if (play->now + ms < mc_smtp_deadline(play->smtp)) {
		play->now += ms;
		return true;
	}
	play->now = mc_smtp_deadline(play->smtp);
	mc_smtp_expire(play->smtp, play->now - 1);
	ck_assert_msg(!over(play), "%s: expired too early", NAME_OF(play));
	mc_smtp_expire(play->smtp, play->now);
	ck_assert_msg(over(play), "%s: not over at its deadline", NAME_OF(play));
	return false;
}

/* Octets are copied to their exact size, so that reading past them is found. */
static void
deliver(struct play *play, const char *text, size_t length, size_t step)
{
	for (size_t at = 0; at < length && !over(play); at += step) {
		size_t piece = length - at < step ? length - at : step;
		uint8_t *copy = malloc(piece);

		ck_assert_ptr_nonnull(copy);
		memcpy(copy, text + at, piece);
		mc_smtp_recv(play->smtp, copy, piece, play->now);
		free(copy);
	}
}

static void
hear(struct play *play, const struct move *move)
{
	size_t length;
	const uint8_t *pending = mc_smtp_pending(play->smtp, &length);

	if (!play->lenient) {
		ck_assert_msg(mc_smtp_want(play->smtp) == MC_SMTP_WANT_IO,
			"%s: no I/O wanted for %s", NAME_OF(play), move->text);
		ck_assert_msg(length == move->length && memcmp(pending, move->text, length) == 0,
			"%s: says %.*s not %s", NAME_OF(play), (int)length, (const char *)pending,
			move->text);
	}
	play->now += 1;
	mc_smtp_sent(play->smtp, move->act == STALLS ? (size_t)move->ms : length, play->now);
}

static void
handshake(struct play *play, bool up)
{
	if (!play->lenient)
		ck_assert_msg(mc_smtp_want(play->smtp) == MC_SMTP_WANT_TLS,
			"%s: no handshake wanted", NAME_OF(play));
	play->now += 20;
	mc_smtp_tls(play->smtp, NULL, up, play->now);
}

static void
speak(struct play *play, const struct move *move)
{
	size_t length;

	mc_smtp_pending(play->smtp, &length);
	if (move->act != EARLY && !play->lenient)
		ck_assert_msg(length == 0, "%s: speaks before %s", NAME_OF(play), move->text);
	if (move->act == SAYS || move->act == EARLY) {
		if (pass(play, move->ms))
			deliver(play, move->text, move->length, play->step);
	} else if (move->act == FLOODS) {
		for (int64_t i = 0; i < move->ms && !over(play); i++)
			deliver(play, move->text, move->length, play->step == 1 ? 5 : play->step);
	} else {
		for (size_t i = 0; i < move->length && pass(play, move->ms); i++)
			deliver(play, move->text + i, 1, 1);
	}
}

static void
make_move(struct play *play, const struct move *move)
{
	switch (move->act) {
	case SAYS:
	case EARLY:
	case DRIPS:
	case FLOODS:
		speak(play, move);
		break;
	case HEARS:
	case STALLS:
		hear(play, move);
		break;
	case SECURE:
	case BREAKS:
		handshake(play, move->act == SECURE);
		break;
	case NAMED:
		mc_smtp_helo(play->smtp, move->text, play->now);
		break;
	case CLOSES:
		mc_smtp_closed(play->smtp, (enum mc_smtp_close)move->ms, move->text, play->now);
		break;
	case SLEEPS:
		if (mc_smtp_deadline(play->smtp) != INT64_MAX)
			pass(play, mc_smtp_deadline(play->smtp) - play->now);
		break;
	case END:
		break;
	}
}

static void
play_scene(struct play *play, const struct scene *scene, size_t step)
{
	play->scene = scene;
	play->step = step;
	play->now = CONNECTED;
	mc_arena_init(&play->arena, 0);
	play->smtp =
		mc_smtp_new(&play->arena, &scene->plan, scene->port, &timeouts, BEGAN, CONNECTED);
	if (play->smtp == NULL)
		return;
	for (size_t i = 0; i < 24 && scene->moves[i].act != END; i++)
		make_move(play, &scene->moves[i]);
}

static void
end_play(struct play *play)
{
	mc_smtp_free(play->smtp);
	mc_arena_reset(&play->arena);
}

static void
tell_stages(const struct mc_session *session, char *text, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i < session->stage_count; i++) {
		const struct mc_stage *stage = &session->stages[i];
		bool silent = stage->step == MC_STEP_CONNECT || stage->step == MC_STEP_TLS;

		used += (size_t)snprintf(text + used, size - used, "%s%s%s", i > 0 ? " " : "",
			mc_step_name_text(stage->step), stage->encrypted ? "/tls" : "");
		if (!stage->answered)
			used += (size_t)snprintf(text + used, size - used, "?");
		else if (!silent)
			used += (size_t)snprintf(
				text + used, size - used, "=%d", stage->reply.code);
		if (stage->reply.oddities != 0)
			used += (size_t)snprintf(
				text + used, size - used, "!%x", stage->reply.oddities);
	}
}

static void
check_flags(const struct scene *scene, const struct mc_session *session)
{
	char flags[64];

	snprintf(flags, sizeof(flags), "%s%s%s%s%s", session->starttls_mangled ? "mangled" : "",
		session->starttls_mangled && session->starttls_unadvertised ? " " : "",
		session->starttls_unadvertised ? "unadvertised" : "",
		session->unclean_close && session->starttls_unadvertised ? " " : "",
		session->unclean_close ? "unclean" : "");
	ck_assert_msg(strcmp(flags, scene->flags) == 0, "%s: flags %s", scene->name, flags);
}

static void
check_texts(const struct scene *scene, const struct mc_session *session)
{
	size_t length = scene->partial != NULL ? strlen(scene->partial) : 0;

	ck_assert_msg(strncmp(session->failure, scene->failure, strlen(scene->failure)) == 0 &&
			      (scene->failure[0] != '\0' || session->failure[0] == '\0'),
		"%s: failure %s", scene->name, session->failure);
	if (scene->partial == NULL)
		ck_assert_msg(
			session->partial == NULL, "%s: partial %s", scene->name, session->partial);
	else
		ck_assert_msg(session->partial != NULL && session->partial_length >= length &&
				      memcmp(session->partial, scene->partial, length) == 0,
			"%s: partial %s", scene->name,
			session->partial != NULL ? session->partial : "(none)");
}

/* Times run forward from the session's start, in stages and transcript alike. */
static void
check_times(const struct scene *scene, const struct mc_session *session, int64_t now)
{
	int64_t before = 0;

	for (size_t i = 0; i < session->stage_count; i++) {
		const struct mc_stage *stage = &session->stages[i];

		ck_assert_msg(stage->began >= before && stage->ended >= stage->began &&
				      stage->ended <= now - BEGAN,
			"%s: times of stage %zu", scene->name, i);
		before = stage->ended;
	}
	ck_assert_msg(session->stages[0].ended == CONNECTED - BEGAN, "%s: connect", scene->name);
	before = 0;
	for (size_t i = 0; i < session->transcript_count; i++) {
		ck_assert_msg(session->transcript[i].at >= before, "%s: time of transcript %zu",
			scene->name, i);
		before = session->transcript[i].at;
	}
}

static void
check_play(const struct play *play)
{
	const struct scene *scene = play->scene;
	const struct mc_session *session = mc_smtp_session(play->smtp);
	char stages[512] = "";

	ck_assert_msg(over(play), "%s: not over", scene->name);
	tell_stages(session, stages, sizeof(stages));
	ck_assert_msg(strcmp(stages, scene->stages) == 0, "%s: %s", scene->name, stages);
	ck_assert_msg(session->end == scene->end, "%s: ends %s", scene->name,
		mc_session_end_text(session->end));
	ck_assert_msg(session->last == scene->last, "%s: last %s", scene->name,
		mc_step_name_text(session->last));
	ck_assert_msg(session->starttls == scene->word, "%s: starttls %s", scene->name,
		mc_starttls_text(session->starttls));
	ck_assert_msg((session->injected != NULL) == (session->end == MC_END_INJECTED),
		"%s: injected", scene->name);
	ck_assert_msg(mc_smtp_deadline(play->smtp) == INT64_MAX, "%s: deadline", scene->name);
	check_flags(scene, session);
	check_texts(scene, session);
	check_times(scene, session, play->now);
}

static void
play_all(const struct scene *scenes, size_t count)
{
	static const size_t steps[] = {1 << 20, 1, 3};

	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < 3; j++) {
			struct play play = {.lenient = false};

			play_scene(&play, &scenes[i], steps[j]);
			check_play(&play);
			end_play(&play);
		}
	}
}

START_TEST(misbehaving_servers)
{
	play_all(misbehaviours, sizeof(misbehaviours) / sizeof(misbehaviours[0]));
}
END_TEST

START_TEST(other_sessions)
{
	play_all(others, sizeof(others) / sizeof(others[0]));
}
END_TEST

static const struct scene *
find_scene(const char *name)
{
	for (size_t i = 0; i < sizeof(misbehaviours) / sizeof(misbehaviours[0]); i++) {
		if (strcmp(misbehaviours[i].name, name) == 0)
			return &misbehaviours[i];
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (strcmp(others[i].name, name) == 0)
			return &others[i];
	}
	ck_abort_msg("no scene %s", name);
	return NULL;
}

/* Each allocation fails once: the session ends as ours, or as it would have. */
static void
starve(const struct scene *scene)
{
	unsigned long n, made = 1;

	for (n = 1; n <= made; n++) {
		struct play play = {.lenient = true};

		mc_alloc_fail_at(n);
		play_scene(&play, scene, 1 << 20);
		made = mc_alloc_count();
		mc_alloc_fail_at(0);
		if (play.smtp != NULL) {
			const struct mc_session *session = mc_smtp_session(play.smtp);

			ck_assert_msg(over(&play), "%s: allocation %lu: not over", scene->name, n);
			ck_assert_msg(session->end == MC_END_LOCAL &&
					      strcmp(session->failure, "out of memory") == 0,
				"%s: allocation %lu: ends %s (%s)", scene->name, n,
				mc_session_end_text(session->end), session->failure);
		}
		end_play(&play);
		ck_assert_msg(n < 10000, "%s: too many allocations", scene->name);
	}
}

START_TEST(memory_runs_out)
{
	static const char *const names[] = {"M0 normal", "M5 bare LF", "M11 garbage line",
		"M12 line of 100 KB", "M13 endless lines", "M14 plaintext behind 220",
		"MAIL and RCPT", "SSH", "a TLS alert for a banner", "the name comes late",
		"reset for EHLO", "two replies in one segment", "closed with a reply unasked for",
		"M22 banner drips too long"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		starve(find_scene(names[i]));
}
END_TEST

START_TEST(goodbye_is_pending)
{
	static const struct {
		const char *scene, *pending;
	} cases[] = {
		{"M13 endless lines", "QUIT\r\n"},
		{"M20 silence inside TLS", "QUIT\r\n"},
		{"M17 no reply to STARTTLS", "QUIT\r\n"},
		{"M22 EHLO reply drips too long", "QUIT\r\n"},
		{"M22 banner drips too long", ""},
		{"no banner", ""},
		{"EHLO gets half out", ""},
		{"QUIT never answered", ""},
		{"M14 plaintext behind 220", ""},
		{"M16 220 and close", ""},
		{"closed for EHLO", ""},
		{"a TLS alert for a banner", ""},
		{"a recipient with a line end", ""},
		{"a late name with a line end", ""},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct play play = {.lenient = false};
		const uint8_t *pending;
		size_t length, count;

		play_scene(&play, find_scene(cases[i].scene), 1 << 20);
		pending = mc_smtp_pending(play.smtp, &length);
		ck_assert_msg(
			length == strlen(cases[i].pending) &&
				(length == 0 || memcmp(pending, cases[i].pending, length) == 0),
			"%s: %zu octets pending", cases[i].scene, length);
		count = mc_smtp_session(play.smtp)->transcript_count;
		mc_smtp_sent(play.smtp, length, play.now + 1);
		mc_smtp_recv(play.smtp, (const uint8_t *)"221 bye\r\n", 9, play.now + 1);
		mc_smtp_pending(play.smtp, &length);
		ck_assert_uint_eq(length, 0);
		ck_assert_uint_eq(mc_smtp_session(play.smtp)->transcript_count, count);
		end_play(&play);
	}
}
END_TEST

/* "> " ours, "< " the server's, "* " a note; "s" before it when encrypted. */
static void
tell_transcript(const struct mc_session *session, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < session->transcript_count; i++) {
		const struct mc_exchange *exchange = &session->transcript[i];

		used += (size_t)snprintf(text + used, size - used, "%s%c %.*s\n",
			exchange->encrypted ? "s" : "", "<>*"[exchange->direction],
			(int)exchange -> length, exchange -> bytes);
	}
}

START_TEST(transcripts_are_kept)
{
	static const struct {
		const char *scene, *transcript;
	} cases[] = {
		{"M0 normal", "* connected\n< 220 mx.example ESMTP\n> EHLO c.example\n"
			      "< 250-mx.example\n< 250-SIZE 1000\n< 250 STARTTLS\n> STARTTLS\n"
			      "< 220 go\ns* TLS is up\ns> EHLO c.example\ns< 250-mx.example\n"
			      "s< 250 AUTH PLAIN\ns> QUIT\ns< 221 bye\n"},
		{"M5 bare LF", "* connected\n< 220 mx.example\n> EHLO c.example\n< 250-mx.example\n"
			       "< 250 STARTTLS\n> STARTTLS\n< 220 go\ns* TLS is up\n"
			       "s> EHLO c.example\ns< 250 mx.example\ns> QUIT\ns< 221 bye\n"},
		{"M14 plaintext behind 220",
			"* connected\n< 220 mx.example ESMTP\n> EHLO c.example\n< 250-mx.example\n"
			"< 250-SIZE 1000\n< 250 STARTTLS\n> STARTTLS\n< 220 go\n< 250-evil\n"
			"< 250 AUTH PLAIN\n* plaintext came behind the reply to STARTTLS: "
			"closing\n"},
		{"M16 220 and close",
			"* connected\n< 220 mx.example ESMTP\n> EHLO c.example\n< 250-mx.example\n"
			"< 250-SIZE 1000\n< 250 STARTTLS\n> STARTTLS\n< 220 go\n"
			"* the TLS handshake failed\n"},
		{"M22 EHLO reply drips too long",
			"* connected\n< 220 mx.example ESMTP\n> EHLO c.example\n< 250-mx.\n"
			"* timed out after 30 s waiting for the reply to EHLO\n> QUIT\n"},
		{"M19 unclean in the middle",
			"* connected\n< 220 mx.example ESMTP\n> EHLO c.example\n< 250-mx.example\n"
			"< 250-SIZE 1000\n< 250 STARTTLS\n> STARTTLS\n< 220 go\ns* TLS is up\n"
			"s> EHLO c.example\ns< 250-mx\n"
			"s* connection closed by the server without close_notify\n"},
		{"no banner", "* connected\n* timed out after 30 s waiting for the greeting\n"},
		{"reset for EHLO", "* connected\n< 220 mx.example ESMTP\n> EHLO c.example\n"
				   "* connection reset: by peer\n"},
		{"two replies in one segment",
			"* connected\n< 220 mx\n< 250 early\n"
			"* the server spoke before the next command was sent\n> EHLO c.example\n"
			"> QUIT\n< 221 bye\n"},
	};
	char text[4096];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct play play = {.lenient = false};

		play_scene(&play, find_scene(cases[i].scene), 1 << 20);
		tell_transcript(mc_smtp_session(play.smtp), text, sizeof(text));
		ck_assert_msg(
			strcmp(text, cases[i].transcript) == 0, "%s:\n%s", cases[i].scene, text);
		end_play(&play);
	}
}
END_TEST

START_TEST(transcripts_are_bounded)
{
	static const char full[] = "the rest of this transcript is left out";
	static const char cut[] = "95908 more octets of this line are left out";
	const struct mc_session *session;
	struct play play = {.lenient = false};
	size_t sum = 0;

	play_scene(&play, find_scene("M12 line of 100 KB"), 1000);
	session = mc_smtp_session(play.smtp);
	ck_assert_uint_eq(session->transcript[4].length, MC_SMTP_LINE_LIMIT);
	ck_assert_int_eq(session->transcript[5].direction, MC_NOTE);
	ck_assert_mem_eq(session->transcript[5].bytes, cut, strlen(cut));
	end_play(&play);

	play_scene(&play, find_scene("rubbish without end"), 1 << 20);
	session = mc_smtp_session(play.smtp);
	for (size_t i = 0; i < session->transcript_count; i++)
		sum += session->transcript[i].length + sizeof(struct mc_exchange);
	ck_assert_uint_le(sum, MC_TRANSCRIPT_BYTES + strlen(full) + sizeof(struct mc_exchange));
	ck_assert_uint_gt(sum, MC_TRANSCRIPT_BYTES / 2);
	ck_assert_mem_eq(
		session->transcript[session->transcript_count - 1].bytes, full, strlen(full));
	end_play(&play);
}
END_TEST

START_TEST(injected_octets_are_kept)
{
	struct play play = {.lenient = false};
	const struct mc_session *session;

	play_scene(&play, find_scene("M14 plaintext behind 220"), 1 << 20);
	session = mc_smtp_session(play.smtp);
	ck_assert_uint_eq(session->injected_length, 26);
	ck_assert_mem_eq(session->injected, "250-evil\r\n250 AUTH PLAIN\r\n", 26);
	ck_assert(!mc_smtp_encrypted(play.smtp));
	ck_assert_uint_eq(session->encrypted.count, 0);
	end_play(&play);
}
END_TEST

START_TEST(capabilities_of_both_sides)
{
	struct play play = {.lenient = false};
	const struct mc_session *session;

	play_scene(&play, find_scene("M0 normal"), 1 << 20);
	session = mc_smtp_session(play.smtp);
	ck_assert_str_eq(session->helo, "c.example");
	ck_assert_uint_eq(session->plain.count, 2);
	ck_assert_str_eq(mc_capability_find(&session->plain, "SIZE")->parameters, "1000");
	ck_assert_ptr_null(mc_capability_find(&session->plain, "AUTH"));
	ck_assert_uint_eq(session->encrypted.count, 1);
	ck_assert_str_eq(mc_capability_find(&session->encrypted, "AUTH")->parameters, "PLAIN");
	end_play(&play);
}
END_TEST

START_TEST(encryption_is_known)
{
	const struct mc_plan plan = PLAN(.tls = MC_TLS_IMPLICIT);
	struct mc_arena arena;
	struct mc_smtp *smtp;
	size_t length;

	mc_arena_init(&arena, 0);
	smtp = mc_smtp_new(&arena, &plan, 25, &timeouts, BEGAN, CONNECTED);
	ck_assert_int_eq(mc_smtp_want(smtp), MC_SMTP_WANT_TLS);
	ck_assert(mc_smtp_encrypted(smtp));
	ck_assert(mc_smtp_deadline(smtp) == INT64_MAX);
	mc_smtp_pending(smtp, &length);
	ck_assert_uint_eq(length, 0);
	mc_smtp_expire(smtp, INT64_MAX);
	ck_assert_int_eq(mc_smtp_want(smtp), MC_SMTP_WANT_TLS);
	mc_smtp_tls(smtp, NULL, true, CONNECTED + 10);
	ck_assert_int_eq(mc_smtp_want(smtp), MC_SMTP_WANT_IO);
	ck_assert(mc_smtp_encrypted(smtp));
	ck_assert(mc_smtp_deadline(smtp) == CONNECTED + 10 + REPLY_MS);
	mc_smtp_free(smtp);
	mc_arena_reset(&arena);
}
END_TEST

/* No clock and no patience makes the arithmetic overflow. */
START_TEST(times_do_not_overflow)
{
	static const int64_t clocks[] = {INT64_MIN, -1, 0, INT64_MAX - 1, INT64_MAX};
	static const int64_t waits[] = {INT64_MIN, 0, 1, INT64_MAX};
	const struct mc_plan plan = PLAN(.tls = MC_TLS_NONE);

	for (size_t i = 0; i < 5 * 5 * 4; i++) {
		struct mc_smtp_timeouts some = {waits[i / 25], waits[i / 25]};
		struct mc_arena arena;
		struct mc_smtp *smtp;
		size_t length;

		mc_arena_init(&arena, 0);
		smtp = mc_smtp_new(&arena, &plan, 25, &some, clocks[i % 5], clocks[i / 5 % 5]);
		ck_assert(waits[i / 25] != INT64_MAX || mc_smtp_deadline(smtp) == INT64_MAX);
		mc_smtp_recv(smtp, (const uint8_t *)"220 mx\r\n", 8, clocks[i % 5]);
		mc_smtp_pending(smtp, &length);
		mc_smtp_sent(smtp, length, INT64_MIN);
		mc_smtp_expire(smtp, INT64_MAX);
		mc_smtp_closed(smtp, MC_CLOSE_EOF, NULL, INT64_MAX);
		for (size_t j = 0; j < mc_smtp_session(smtp)->stage_count; j++) {
			ck_assert(mc_smtp_session(smtp)->stages[j].began >= 0);
			ck_assert(mc_smtp_session(smtp)->stages[j].ended >= 0);
		}
		mc_smtp_free(smtp);
		mc_arena_reset(&arena);
	}
}
END_TEST

START_TEST(deadlines_are_for_whole_replies)
{
	const struct mc_plan plan = PLAN(.tls = MC_TLS_NONE);
	struct mc_arena arena;
	struct mc_smtp *smtp;
	size_t length;

	mc_arena_init(&arena, 0);
	smtp = mc_smtp_new(&arena, &plan, 25, &timeouts, BEGAN, CONNECTED);
	ck_assert(mc_smtp_deadline(smtp) == CONNECTED + REPLY_MS);
	mc_smtp_recv(smtp, (const uint8_t *)"220-mx\r\n22", 10, CONNECTED + 9000);
	ck_assert(mc_smtp_deadline(smtp) == CONNECTED + REPLY_MS);
	mc_smtp_recv(smtp, (const uint8_t *)"0 mx\r\n", 6, CONNECTED + 10000);
	ck_assert(mc_smtp_deadline(smtp) == CONNECTED + 10000 + REPLY_MS);
	mc_smtp_pending(smtp, &length);
	mc_smtp_sent(smtp, 3, CONNECTED + 11000);
	ck_assert(mc_smtp_deadline(smtp) == CONNECTED + 10000 + REPLY_MS);
	mc_smtp_sent(smtp, length - 3, CONNECTED + 12000);
	ck_assert(mc_smtp_deadline(smtp) == CONNECTED + 12000 + REPLY_MS);
	mc_smtp_recv(smtp, (const uint8_t *)"250 mx\r\n", 8, CONNECTED + 13000);
	mc_smtp_pending(smtp, &length);
	mc_smtp_sent(smtp, length, CONNECTED + 14000);
	ck_assert(mc_smtp_deadline(smtp) == CONNECTED + 14000 + QUIT_MS);
	mc_smtp_free(smtp);
	mc_arena_reset(&arena);
}
END_TEST

UNIT_MAIN("dialogue_smtp", misbehaving_servers, other_sessions, memory_runs_out, goodbye_is_pending,
	transcripts_are_kept, transcripts_are_bounded, injected_octets_are_kept,
	capabilities_of_both_sides, encryption_is_known, times_do_not_overflow,
	deadlines_are_for_whole_replies)
