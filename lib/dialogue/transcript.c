/*
 * transcript: cuts what the server sends into lines and keeps them with our own and with notes.
 */
#include "dialogue/transcript.h"

#include <string.h>

#include "dialogue/smtp_reply.h"

void
mc_transcript_init(struct mc_transcript *transcript, struct mc_arena *arena)
{
	memset(transcript, 0, sizeof(*transcript));
	transcript->arena = arena;
	mc_buf_init(&transcript->line, MC_SMTP_LINE_LIMIT);
}

void
mc_transcript_free(struct mc_transcript *transcript)
{
	mc_buf_free(&transcript->line);
}

static bool
grow(struct mc_transcript *transcript)
{
	size_t capacity = transcript->capacity == 0 ? 16 : transcript->capacity * 2;
	struct mc_exchange *items;

	if (transcript->count < transcript->capacity)
		return true;
	items = mc_arena_calloc(transcript->arena, capacity, sizeof(*items));
	if (items == NULL)
		return false;
	if (transcript->count > 0)
		memcpy(items, transcript->items, transcript->count * sizeof(*items));
	transcript->items = items;
	transcript->capacity = capacity;
	return true;
}

static void
put(struct mc_transcript *transcript, const struct mc_exchange *exchange)
{
	if (!grow(transcript)) {
		transcript->failed = true;
		return;
	}
	transcript->items[transcript->count++] = *exchange;
}

/* Copies the exchange and its bytes, or tells once that there is no room. */
static void
add(struct mc_transcript *transcript, struct mc_exchange *exchange)
{
	static const char full[] = "the rest of this transcript is left out";
	size_t size = exchange->length + sizeof(*exchange);

	if (transcript->full)
		return;
	if (size > MC_TRANSCRIPT_BYTES - transcript->used) {
		transcript->full = true;
		exchange->direction = MC_NOTE;
		exchange->bytes = full;
		exchange->length = strlen(full);
		put(transcript, exchange);
		return;
	}
	transcript->used += size;
	exchange->bytes = mc_arena_memdup(
		transcript->arena, exchange->length > 0 ? exchange->bytes : "", exchange->length);
	if (exchange->bytes == NULL)
		transcript->failed = true;
	else
		put(transcript, exchange);
}

static void
end_line(struct mc_transcript *transcript, int64_t at, bool encrypted)
{
	size_t length = transcript->line.length, left_out = transcript->left_out;

	if (transcript->cr && left_out > 0)
		left_out--;
	else if (transcript->cr)
		length--;
	add(transcript, &(struct mc_exchange){.at = at,
				.direction = MC_FROM_SERVER,
				.encrypted = encrypted,
				.bytes = (const char *)transcript->line.data,
				.length = length});
	if (left_out > 0)
		mc_transcript_note(transcript, at, encrypted,
			"%zu more octets of this line are left out", left_out);
	mc_buf_clear(&transcript->line);
	transcript->left_out = 0;
	transcript->cr = false;
}

static void
keep(struct mc_transcript *transcript, const uint8_t *bytes, size_t length)
{
	size_t room = MC_SMTP_LINE_LIMIT - transcript->line.length;
	size_t kept = length < room ? length : room;

	if (length == 0)
		return;
	if (kept > 0 && !mc_buf_append(&transcript->line, bytes, kept))
		transcript->failed = true;
	else
		transcript->left_out += length - kept;
	transcript->cr = bytes[length - 1] == '\r';
}

void
mc_transcript_recv(struct mc_transcript *transcript, int64_t at, bool encrypted,
	const uint8_t *bytes, size_t length)
{
	while (length > 0 && !transcript->full && !transcript->failed) {
		const uint8_t *end = memchr(bytes, '\n', length);
		size_t taken = end == NULL ? length : (size_t)(end - bytes);

		keep(transcript, bytes, taken);
		if (end == NULL)
			return;
		if (!transcript->failed)
			end_line(transcript, at, encrypted);
		bytes += taken + 1;
		length -= taken + 1;
	}
}

void
mc_transcript_break(struct mc_transcript *transcript, int64_t at, bool encrypted)
{
	transcript->cr = false;
	if (transcript->line.length > 0 && !transcript->failed)
		end_line(transcript, at, encrypted);
}

void
mc_transcript_sent(struct mc_transcript *transcript, int64_t at, bool encrypted, const char *line)
{
	add(transcript, &(struct mc_exchange){.at = at,
				.direction = MC_FROM_CLIENT,
				.encrypted = encrypted,
				.bytes = line,
				.length = strlen(line)});
}

void
mc_transcript_note(
	struct mc_transcript *transcript, int64_t at, bool encrypted, const char *format, ...)
{
	va_list arguments;
	const char *text;

	va_start(arguments, format);
	text = mc_arena_vprintf(transcript->arena, format, arguments);
	va_end(arguments);
	add(transcript, &(struct mc_exchange){.at = at,
				.direction = MC_NOTE,
				.encrypted = encrypted,
				.bytes = text,
				.length = strlen(text)});
}
