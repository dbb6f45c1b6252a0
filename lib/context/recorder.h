/*
 * recorder: writes a record file: JSON lines. First {"schema": "mailcheck-facts/1", "version"},
 * then each run {"run": {...}} and its facts {"fact": {...}}, sorted by key; last {"end": {...}}.
 * Runs stand in the order in which they ended; their "order" is that in which they were submitted.
 * Same runs in the same order, same file.
 *
 * The file appears under its name, complete and with mode 0600, when the recorder is closed.
 */
#ifndef MC_CONTEXT_RECORDER_H
#define MC_CONTEXT_RECORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "context/option.h"
#include "fact/engine.h"

#define MC_RECORD_SCHEMA "mailcheck-facts/1"
/* Octets of one line with its end; every fact fits, however hostile its server (a session of
 * twelve replies of MC_SMTP_REPLY_BYTES, each octet escaped to five). */
#define MC_RECORD_LINE_LIMIT ((size_t)32 << 20)
#define MC_RECORD_FILE_LIMIT ((uint64_t)1 << 30)
#define MC_RECORD_FACTS 65536  /* most facts of one run */
#define MC_RECORD_OPTIONS 4096 /* most options of one run */

struct mc_recorded_run {
	const char *input;                     /* the target as submitted */
	const char *checks;                    /* as submitted; NULL: all */
	uint64_t order;                        /* of submission, while runs stand as they ended */
	int64_t now;                           /* the run's, ms since 1970 */
	const struct mc_option_value *options; /* in the order they were set */
	size_t option_count;
	const struct mc_seen_fact *facts; /* in any order */
	size_t fact_count;
};

struct mc_recorder;

/* Errors: FILE, NO_MEMORY; the text is in `arena`. */
int32_t mc_recorder_open(struct mc_arena *arena, const char *path,
	struct mc_recorder **ret_recorder, const char **ret_error);
/* Facts that are still pending are left out. After an error every further call has the same one.
 * Errors: FILE, NO_MEMORY. */
int32_t mc_recorder_add(struct mc_recorder *recorder, const struct mc_recorded_run *run);
/* No run was added. */
bool mc_recorder_is_empty(const struct mc_recorder *recorder);
/* What went wrong; "" when nothing did. */
const char *mc_recorder_error(const struct mc_recorder *recorder);
/* Completes the file and puts it in its place, or on any error removes it; frees the recorder in
 * either case. Errors: FILE, NO_MEMORY; the text is in `arena`. */
int32_t mc_recorder_close(
	struct mc_recorder *recorder, struct mc_arena *arena, const char **ret_error);
/* Frees the recorder; no file appears. NULL is allowed. In a forked child neither this nor
 * mc_recorder_close() touches the parent's file. */
void mc_recorder_discard(struct mc_recorder *recorder);

#endif
