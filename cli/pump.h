/*
 * pump: targets in, reports out. Targets are submitted as fast as the library takes them;
 * arguments are reported in their order, lines of standard input as they are done.
 */
#ifndef CLI_PUMP_H
#define CLI_PUMP_H

#include <mailcheck.h>
#include <stdbool.h>
#include <stddef.h>

#include "lines.h"
#include "progress.h"
#include "status.h"
#include "targets.h"
#include "writer.h"

enum job_state { JOB_FREE, JOB_READY, JOB_BUSY, JOB_DONE };

struct job {
	enum job_state state;
	struct target target;
	mailcheck_report *report; /* NULL when there is none */
};

struct pump {
	mailcheck *mc;
	struct targets_kind kind;
	int32_t fail_on; /* enum mailcheck_severity */
	struct writer writer;
	struct progress progress;
	struct lines *lines; /* NULL: the jobs are all there is */
	bool ended;          /* no more lines */
	struct job *jobs;    /* the tag is the index */
	size_t count, room;
	size_t next;    /* the job to submit */
	size_t written; /* without lines: jobs that are done with */
	size_t busy, finished;
	enum status status;
	bool stop;
};

/* A job for a target: a free one, or a new one. NULL when out of memory. */
struct job *pump_add(struct pump *pump);
/* Until every target has its report, a signal came, or nothing more can be written. */
enum status pump_run(struct pump *pump);
/* And the context. */
void pump_free(struct pump *pump);

#endif
