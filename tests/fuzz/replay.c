/* Fuzz target: octets as a record file; the options of its runs are set. */
#include <mailcheck/error.h>

#include "context/fact_json.h"
#include "context/option.h"
#include "context/replay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
set_options(const struct mc_recorded_run *run)
{
	struct mc_options options;
	const char *error;

	if (mc_options_init(&options) == MAILCHECK_OK)
		(void)mc_options_set_recorded(&options, run->options, run->option_count, &error);
	mc_options_free(&options);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mc_replay *replay;
	struct mc_arena arena;
	const char *error;

	mc_arena_init(&arena, 0);
	if (mc_replay_parse(&arena, (const char *)data, size, &replay, &error) == MAILCHECK_OK) {
		for (size_t i = 0; i < mc_replay_count(replay); i++)
			set_options(mc_replay_at(replay, i));
		mc_replay_free(replay);
	}
	mc_arena_reset(&arena);
	return 0;
}
