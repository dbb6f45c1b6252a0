/*
 * fuzz smtp_reply: replies are the same however their octets are cut into pieces.
 * The first octet seeds the cuts, the rest is what the server sends.
 */
#include <stdlib.h>
#include <string.h>

#include "dialogue/smtp_reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static uint32_t
next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 16;
}

static void
write_reply(struct mc_buf *told, const struct mc_smtp_reply *reply, struct mc_arena *arena)
{
	mc_buf_printf(told, "%d %x %zu %s\n", reply->code, reply->oddities, reply->count,
		mc_smtp_reply_enhanced(arena, reply));
	for (size_t i = 0; i < reply->count; i++) {
		require(reply->lines[i].length <= MC_SMTP_LINE_LIMIT);
		require(reply->lines[i].text[reply->lines[i].length] == '\0');
		mc_buf_append(told, reply->lines[i].text, reply->lines[i].length);
		mc_buf_putc(told, '\n');
	}
	if (reply->garbage != NULL)
		mc_buf_append(told, reply->garbage, reply->garbage_length);
	require(reply->count <= MC_SMTP_REPLY_LINES);
	require((reply->garbage != NULL) == ((reply->oddities & MC_ODD_GARBAGE_LINE) != 0));
}

/* Everything that is read, as text. `seed` 0: in one piece. */
static void
read_all(const uint8_t *data, size_t size, uint32_t seed, struct mc_buf *told)
{
	struct mc_smtp_reply_reader reader;
	enum mc_smtp_read status = MC_SMTP_READ_MORE;
	struct mc_smtp_reply reply;
	struct mc_arena arena;
	const char *partial;
	size_t at = 0, length;

	mc_arena_init(&arena, 0);
	mc_smtp_reply_reader_init(&reader);
	while (at < size && status <= MC_SMTP_READ_REPLY) {
		size_t piece = size - at, taken = 0;

		if (seed != 0 && piece > 1)
			piece = 1 + next_random(&seed) % (piece < 16 ? piece : 16);
		status = mc_smtp_reply_read(&reader, &arena, data + at, piece, &taken, &reply);
		require(taken <= piece && taken > 0);
		at += taken;
		if (status == MC_SMTP_READ_REPLY || status == MC_SMTP_READ_LONG ||
			status == MC_SMTP_READ_ENDLESS)
			write_reply(told, &reply, &arena);
	}
	partial = mc_smtp_reply_partial(&reader, &arena, &length);
	if (partial != NULL)
		mc_buf_append(told, partial, length);
	mc_buf_printf(told, "%d %zu", (int)status == MC_SMTP_READ_ENDLESS, length);
	mc_smtp_reply_reader_free(&reader);
	mc_arena_reset(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mc_buf whole, pieces;

	if (size < 1)
		return 0;
	mc_buf_init(&whole, (size_t)64 << 20);
	mc_buf_init(&pieces, (size_t)64 << 20);
	read_all(data + 1, size - 1, 0, &whole);
	read_all(data + 1, size - 1, 1u + data[0], &pieces);
	require(whole.length == pieces.length);
	require(memcmp(whole.data, pieces.data, whole.length) == 0);
	mc_buf_free(&whole);
	mc_buf_free(&pieces);
	return 0;
}
