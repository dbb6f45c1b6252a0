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
#include "dialogue_smtp_play.h"

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
