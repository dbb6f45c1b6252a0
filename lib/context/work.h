/*
 * work: the targets a context has in hand, from submit to report.
 */
#ifndef MC_CONTEXT_WORK_H
#define MC_CONTEXT_WORK_H

#include <mailcheck/context.h>
#include <mailcheck/error.h>
#include <sys/types.h>

#include "context/option.h"
#include "context/recorder.h"
#include "context/replay.h"
#include "context/target.h"
#include "fact/engine.h"
#include "net/alarm.h"

/* One target in work. In a replay it has facts of its own, since a file may hold several runs. */
struct mc_work {
	struct mailcheck *mc;
	struct mc_work *next, *previous;
	struct mc_work *next_ready;
	bool ready;
	uint64_t tag, order;
	struct mc_arena arena; /* input and checks as submitted */
	const char *input;
	const char *checks;
	struct mc_options *options;   /* of a replayed run; NULL: the context's */
	struct mc_provider *provider; /* of a replayed run; NULL: the context's */
	struct mc_store *store;
	struct mc_run *run;
	struct mc_outcome *outcome; /* what the target will become: there is memory for it */
	int64_t deadline;           /* ms since 1970 */
	bool cut;
	const struct mc_option_value *given; /* when it was submitted */
	size_t given_count;
};

/* A target that is done. */
struct mc_outcome {
	struct mc_outcome *next;
	uint64_t tag;
	struct mailcheck_report *report; /* NULL: memory ran out */
};

struct mailcheck {
	pid_t process;
	struct mc_options options;
	struct mc_recorder *recorder;
	struct mc_replay *replay;
	bool *replayed; /* runs of the file already submitted */
	struct mc_provider *provider;
	struct mc_store *store;
	struct event_base *base; /* the caller's; NULL: our own */
	struct mc_alarm *alarm;  /* with a loop of the caller's */
	void (*notify)(struct mailcheck *mc, void *argument);
	void *notify_argument;
	struct mc_work *first, *last;
	struct mc_work *ready;
	uint32_t count;
	int64_t next_deadline;
	struct mc_outcome *outcomes, **outcomes_tail;
	uint64_t asked, arrived; /* in stores that are gone */
	uint64_t submitted;      /* targets so far */
	char error[1024];
};

/* Keeps the text and returns the code. */
__attribute__((format(printf, 3, 4))) int32_t mc_context_fail(
	struct mailcheck *mc, int32_t code, const char *format, ...);

/* Starts a target. Errors: NO_MEMORY, NOT_FOUND (a replay without it), DAMAGED, SYSTEM. */
int32_t mc_work_begin(struct mailcheck *mc, const char *input, const char *checks,
	const struct mc_target *target, uint64_t selected, uint64_t tag);
/* Takes every step that can be taken now; finished targets become outcomes. */
void mc_work_go_on(struct mailcheck *mc);
/* Ends a target without an outcome. */
void mc_work_drop(struct mc_work *work);
/* With no open question left and no target ready: let the checks conclude. */
void mc_work_cut_all(struct mailcheck *mc);

#endif
