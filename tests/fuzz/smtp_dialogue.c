/*
 * fuzz smtp_dialogue: a session comes to the same end however the server's octets are cut into
 * pieces and spread in time, never says two commands at once, and always comes to an end; so too
 * when commands get out while the server is talking (what came before them is told apart then,
 * so the end may be another), or when time is up.
 *
 * The first octet chooses the plan, the second seeds cuts and times; the rest is what the
 * server sends, an octet 0xFF ending what it sends before it hears from us again.
 */
#include <stdlib.h>
#include <string.h>

#include "dialogue/smtp.h"

#define WAIT_MS 30000
#define TURN_END 0xff

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct pump {
	struct mc_smtp *smtp;
	int64_t now;
	uint32_t seed; /* 0: no cuts */
	bool hasty;    /* commands get out while the server is talking, and time runs out */
	bool tls_works, closes;
	bool heard; /* the server said something */
};

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static uint32_t
next_random(struct pump *pump)
{
	pump->seed = pump->seed * 1664525u + 1013904223u;
	if (pump->seed == 0)
		pump->seed = 1;
	return pump->seed >> 16;
}

static bool
over(const struct pump *pump)
{
	return mc_smtp_want(pump->smtp) == MC_SMTP_WANT_CLOSE;
}

static void
pass_time(struct pump *pump)
{
	int64_t left = mc_smtp_deadline(pump->smtp) - pump->now;

	if (pump->seed != 0 && left > 1)
		pump->now += next_random(pump) % (left < 100 ? left : 100);
}

/* Whatever is pending is one whole command. */
static void
flush(struct pump *pump)
{
	size_t length;
	const uint8_t *pending = mc_smtp_pending(pump->smtp, &length);

	if (length == 0)
		return;
	require(pump->heard && length > 2);
	require(pending[length - 2] == '\r' && pending[length - 1] == '\n');
	for (size_t i = 0; i < length - 2; i++)
		require(pending[i] >= 0x20 && pending[i] < 0x7f);
	pass_time(pump);
	mc_smtp_sent(pump->smtp, length, pump->now);
}

static bool
busy(const struct pump *pump)
{
	size_t length;

	mc_smtp_pending(pump->smtp, &length);
	return length > 0 || mc_smtp_want(pump->smtp) != MC_SMTP_WANT_IO;
}

static void
serve_once(struct pump *pump)
{
	switch (mc_smtp_want(pump->smtp)) {
	case MC_SMTP_WANT_HELO:
		mc_smtp_helo(pump->smtp, "c.example", pump->now);
		break;
	case MC_SMTP_WANT_TLS:
		mc_smtp_tls(pump->smtp, NULL, pump->tls_works, pump->now);
		break;
	case MC_SMTP_WANT_IO:
		flush(pump);
		break;
	case MC_SMTP_WANT_CLOSE:
		break;
	}
}

/* Does what is wanted till the server has to speak; replies that came early are used up. */
static void
serve(struct pump *pump)
{
	for (int i = 0; i < 32 && busy(pump) && !over(pump); i++)
		serve_once(pump);
	require(over(pump) || !busy(pump));
}

/* One turn of the server: all that it sends before it listens again. */
static void
hear(struct pump *pump, const uint8_t *bytes, size_t length)
{
	while (length > 0 && !over(pump)) {
		size_t piece = length;

		if (pump->seed != 0)
			piece = 1 + next_random(pump) % (length < 12 ? length : 12);
		pass_time(pump);
		pump->heard = true;
		mc_smtp_recv(pump->smtp, bytes, piece, pump->now);
		bytes += piece;
		length -= piece;
		if (pump->hasty && next_random(pump) % 4 == 0 &&
			mc_smtp_want(pump->smtp) == MC_SMTP_WANT_IO)
			flush(pump);
	}
}

/* The server says no more. */
static void
hang_up(struct pump *pump)
{
	serve(pump);
	if (!over(pump)) {
		if (pump->hasty && next_random(pump) % 2 == 0) {
			mc_smtp_give_up(pump->smtp, "time is up", pump->now);
		} else if (pump->closes) {
			mc_smtp_closed(pump->smtp, MC_CLOSE_EOF, NULL, pump->now);
		} else {
			pump->now = mc_smtp_deadline(pump->smtp);
			mc_smtp_expire(pump->smtp, pump->now);
		}
	}
	require(over(pump));
}

static void
write_capabilities(struct mc_buf *told, const struct mc_capabilities *capabilities)
{
	for (size_t i = 0; i < capabilities->count; i++)
		mc_buf_printf(told, "%s %s\n", capabilities->items[i].keyword,
			capabilities->items[i].parameters);
}

static void
write_session(struct mc_buf *told, const struct mc_session *session)
{
	mc_buf_printf(told, "%s %s %s %d %d %s\n", mc_session_end_text(session->end),
		mc_step_name_text(session->last), mc_starttls_text(session->starttls),
		session->starttls_mangled, session->starttls_unadvertised, session->failure);
	write_capabilities(told, &session->plain);
	write_capabilities(told, &session->encrypted);
	for (size_t i = 0; i < session->stage_count; i++) {
		const struct mc_stage *stage = &session->stages[i];

		mc_buf_printf(told, "%s %d %d %d %x\n", mc_step_name_text(stage->step),
			stage->encrypted, stage->answered, stage->reply.code,
			stage->reply.oddities);
		for (size_t j = 0; j < stage->reply.count; j++)
			mc_buf_append(
				told, stage->reply.lines[j].text, stage->reply.lines[j].length);
	}
}

static void
check_session(const struct mc_session *session, bool hasty)
{
	const struct mc_stage *inside = mc_session_stage(session, MC_STEP_EHLO, true);
	size_t sum = 0;
	int64_t at = 0;

	require((session->end == MC_END_INJECTED) == (session->injected != NULL));
	require(session->end != MC_END_LOCAL || hasty);
	require(session->starttls != MC_STARTTLS_WORKS ||
		(inside != NULL && inside->answered && inside->reply.code == 250));
	for (size_t i = 0; i < session->transcript_count; i++) {
		require(session->transcript[i].at >= at);
		at = session->transcript[i].at;
		sum += session->transcript[i].length;
	}
	require(sum <= MC_TRANSCRIPT_BYTES + 100);
}

static void
play(const uint8_t *data, size_t size, uint8_t choice, uint32_t seed, bool hasty,
	struct mc_buf *told)
{
	static const char *const recipients[] = {"a@d.example", "b@d.example"};
	const struct mc_smtp_timeouts timeouts = {WAIT_MS, WAIT_MS};
	struct mc_plan plan = {
		.protocol = choice & 0x40 ? MC_PROTOCOL_LMTP : MC_PROTOCOL_SMTP,
		.tls = (enum mc_tls_mode)(choice & 3),
		.helo = choice & 4 ? "c.example" : NULL,
		.from = choice & 8 ? "s@c.example" : NULL,
		.to = recipients,
		.to_count = 2,
		.quit_after = MC_STEP_QUIT,
	};
	struct pump pump = {.now = 0,
		.seed = seed,
		.hasty = hasty,
		.tls_works = (choice & 0x10) != 0,
		.closes = (choice & 0x20) != 0};
	struct mc_arena arena;
	size_t at = 0;

	mc_arena_init(&arena, 0);
	pump.smtp = mc_smtp_new(&arena, &plan, 25, &timeouts, 0, 0);
	require(pump.smtp != NULL);
	while (at < size && !over(&pump)) {
		const uint8_t *end = memchr(data + at, TURN_END, size - at);
		size_t length = end != NULL ? (size_t)(end - (data + at)) : size - at;

		serve(&pump);
		hear(&pump, data + at, length);
		at += length + (end != NULL);
	}
	hang_up(&pump);
	write_session(told, mc_smtp_session(pump.smtp));
	check_session(mc_smtp_session(pump.smtp), hasty);
	mc_smtp_free(pump.smtp);
	mc_arena_reset(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mc_buf whole, pieces;

	if (size < 2 || size > MC_SMTP_REPLY_BYTES)
		return 0;
	mc_buf_init(&whole, (size_t)64 << 20);
	mc_buf_init(&pieces, (size_t)64 << 20);
	play(data + 2, size - 2, data[0], 0, false, &whole);
	play(data + 2, size - 2, data[0], 1u + data[1], false, &pieces);
	require(whole.length == pieces.length);
	require(memcmp(whole.data, pieces.data, whole.length) == 0);
	mc_buf_clear(&pieces);
	play(data + 2, size - 2, data[0], 1u + data[1], true, &pieces);
	mc_buf_free(&whole);
	mc_buf_free(&pieces);
	return 0;
}
