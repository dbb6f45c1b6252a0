/*
 * dialogue_smtp_play: plays a scene in virtual time, and tells what came of it.
 */
#ifndef MC_TESTS_DIALOGUE_SMTP_PLAY_H
#define MC_TESTS_DIALOGUE_SMTP_PLAY_H

#include <stdio.h>
#include <string.h>

#include "dialogue_smtp_scenes.h"
#include "unit.h"

#define REPLY_MS 30000
#define QUIT_MS 5000
#define BEGAN 1000
#define CONNECTED 1012

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
	case HURRIES:
		mc_smtp_give_up(play->smtp, move->text, play->now);
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

#endif
