/* Fuzz target: zone-file text; a record that was read is written and must read back the same. */
#include <stdlib.h>
#include <string.h>

#include "record/rr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
round_trip(struct mc_arena *arena, const struct mc_rr *rr)
{
	const char *text = mc_rr_text(arena, rr), *rdata = mc_rr_rdata_text(arena, rr);
	struct mc_rr_error error;
	struct mc_rr again;

	if (arena->failed)
		return;
	if (!mc_rr_parse(arena, text, "other.example", rr->ttl + 1, &again, &error)) {
		if (arena->failed)
			return;
		abort();
	}
	if (mc_rr_compare(rr, &again) != 0 || rr->ttl != again.ttl)
		abort();
	if (strcmp(mc_rr_text(arena, &again), text) != 0 && !arena->failed)
		abort();
	if (strlen(rdata) > strlen(text) || strcmp(text + strlen(text) - strlen(rdata), rdata) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct mc_arena arena;
	struct mc_rr_error error = {NULL, 0};
	struct mc_rr rr;

	if (text == NULL)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	mc_arena_init(&arena, 0);
	if (mc_rr_parse(&arena, text, "example.org", 3600, &rr, &error))
		round_trip(&arena, &rr);
	else if (error.reason == NULL || error.position > strlen(text))
		abort();
	mc_arena_reset(&arena);
	free(text);
	return 0;
}
