/*
 * replay: reads a record file, and provides its facts to a run in place of the network.
 */
#ifndef MC_CONTEXT_REPLAY_H
#define MC_CONTEXT_REPLAY_H

#include "context/recorder.h"
#include "fact/provider.h"

struct mc_replay;

/* Reads the whole file, and every fact in it. Errors: FILE, DAMAGED (the text says in which line
 * and why), NO_MEMORY; the text is in `arena`. */
int32_t mc_replay_open(struct mc_arena *arena, const char *path, struct mc_replay **ret_replay,
	const char **ret_error);
/* The same of a file in memory. */
int32_t mc_replay_parse(struct mc_arena *arena, const char *bytes, size_t length,
	struct mc_replay **ret_replay, const char **ret_error);
/* NULL is allowed. Providers made of it must be gone. */
void mc_replay_free(struct mc_replay *replay);

/* Runs in the file. */
size_t mc_replay_count(const struct mc_replay *replay);
/* The i-th run as they were submitted; NULL behind the last. Its `facts` is NULL: they come from
 * the provider. */
const struct mc_recorded_run *mc_replay_at(const struct mc_replay *replay, size_t i);
/* Answers at once with the facts of the i-th run, MC_FAIL_NOT_RECORDED for others; its time
 * stands still at the run's `now`. Ended by its own free(). NULL when out of memory. */
struct mc_provider *mc_replay_provider(const struct mc_replay *replay, size_t i);

#endif
