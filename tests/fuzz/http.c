/*
 * fuzz http: a response is the same however its octets are cut into pieces, and within bounds.
 * The first octet seeds the cuts, the rest is what the server sends before it closes.
 */
#include <stdlib.h>
#include <string.h>

#include "dialogue/http_response.h"

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

/* A field holds no control character but TAB. */
static void
require_text(const char *text)
{
	for (; *text != '\0'; text++)
		require(((uint8_t)*text >= 0x20 && *text != 0x7f) || *text == '\t');
}

static void
judge(const struct mc_http *http)
{
	require(http->status == 0 || (http->status >= 100 && http->status < 600));
	require(http->end != MC_HTTP_COMPLETE || http->status >= 200);
	require((http->end == MC_HTTP_COMPLETE) == (http->failure[0] == '\0'));
	require(http->body_length <= MC_HTTP_BODY_LIMIT);
	require(http->body_length == 0 || http->status == 200);
	require_text(http->reason);
	require_text(http->content_type);
	require_text(http->content_encoding);
	require_text(http->location);
}

/* `seed` 0: in one piece. */
static void
read_all(const uint8_t *data, size_t size, uint32_t seed, struct mc_buf *told)
{
	struct mc_http_reader reader;
	struct mc_arena arena;
	struct mc_http http;
	size_t at = 0;

	mc_arena_init(&arena, 0);
	mc_http_reader_init(&reader, &arena, &http);
	while (at < size && !reader.over) {
		size_t piece = size - at;
		if (seed != 0 && piece > 1)
			piece = 1 + next_random(&seed) % (piece < 16 ? piece : 16);
		mc_http_reader_feed(&reader, data + at, piece);
		at += piece;
	}
	if (!reader.over)
		mc_http_reader_eof(&reader);
	require(reader.over);
	judge(&http);
	mc_buf_printf(told, "%s %d\n%s\n%s\n%s\n%s\n", mc_http_end_text(http.end), http.status,
		http.reason, http.content_type, http.content_encoding, http.location);
	mc_buf_append(told, http.body, http.end == MC_HTTP_COMPLETE ? http.body_length : 0);
	mc_http_reader_free(&reader);
	mc_arena_reset(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mc_buf whole, pieces;

	if (size < 1)
		return 0;
	mc_buf_init(&whole, (size_t)1 << 20);
	mc_buf_init(&pieces, (size_t)1 << 20);
	read_all(data + 1, size - 1, 0, &whole);
	read_all(data + 1, size - 1, 1u + data[0], &pieces);
	require(whole.length == pieces.length);
	require(memcmp(whole.data, pieces.data, whole.length) == 0);
	mc_buf_free(&whole);
	mc_buf_free(&pieces);
	return 0;
}
