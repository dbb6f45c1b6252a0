/*
 * run_state: what run.c, the ask files, finding.c and result.c share of a run.
 */
#ifndef MC_FACT_RUN_STATE_H
#define MC_FACT_RUN_STATE_H

#include "fact/engine.h"

#define MC_RUN_DNS_LIMIT 500      /* DNS questions of one target */
#define MC_RUN_LISTING_LIMIT 4000 /* questions to block lists of one target */
#define MC_RUN_SESSION_LIMIT 40   /* connections of one target */
#define MC_RUN_SUBJECT_LIMIT 512  /* hosts and addresses of one target */
#define MC_RUN_BUCKETS 64

struct mc_job;

/* An instance that asked and waits. */
struct mc_asker {
	struct mc_job *job;
	struct mc_asker *next;
};

/* A fact this run asked for. */
struct mc_pin {
	struct mc_waiter waiter; /* first: the store knows the pin by it */
	struct mc_run_state *state;
	struct mc_pin *chain;
	struct mc_question question;
	const char *key;
	struct mc_entry *entry;     /* NULL when it was never asked of the store */
	const struct mc_fact *fact; /* as this run sees it; NULL: pending */
	struct mc_asker *askers;
};

struct mc_spawned {
	struct mc_subject subject;
	struct mc_spawned *next;
};

/* One check on one subject, in work. */
struct mc_job {
	struct mc_instance instance; /* what a conclusion sees */
	const struct mc_check *check;
	enum mc_step (*call)(struct mc_run *run);
	struct mc_arena arena; /* of the pass, then of the result */
	bool ready, done, skipped;
	int64_t began, ended; /* of the facts it saw; INT64_MAX, 0 for none */
	struct mc_finding **tail;
	struct mc_finding *last;
	struct mc_spawned *spawned;
	const char *nothing_below;
	struct mc_job *next;
};

struct mc_run_state {
	struct mc_run run;
	struct mc_arena arena; /* lives as long as the run */
	struct mc_store *store;
	struct mc_run_spec spec;
	struct mc_settings settings;
	void (*wake)(void *argument);
	void *argument;
	struct mc_subject **subjects;
	size_t subject_count, subject_room;
	struct mc_job *jobs, **jobs_tail;
	struct mc_job *current;
	struct mc_pin *pins[MC_RUN_BUCKETS];
	size_t dns_count, session_count, listing_count, pin_count;
	const char *nothing_below;
	bool cut;
	bool failed; /* out of memory somewhere */
};

/* Of a question to a block list. */
struct mc_budget {
	const char *zone; /* NULL: any other question */
	unsigned questions;
};

/* The fact, for the job in work; NULL: it is pending, and the job is called again. */
const struct mc_fact *mc_run_ask(struct mc_run *run, const struct mc_question *question);
const struct mc_fact *mc_run_ask_within(
	struct mc_run *run, const struct mc_question *question, const struct mc_budget *budget);
/* A failed fact for a question that is not asked. */
const struct mc_fact *mc_run_failed(struct mc_run_state *state, const struct mc_question *question,
	enum mc_failure failure, const char *text);
/* Whether a check that was asked for connects to addresses. */
bool mc_run_connects(const struct mc_run_state *state);
/* Whether the check of that name goes into the report. */
bool mc_run_reports(const struct mc_run_state *state, const char *check);
const char *mc_run_time_up(struct mc_run_state *state); /* why nothing more is waited for */
void mc_job_reset(struct mc_job *job);
/* Verdict from findings, reason and `skipped`. */
void mc_job_judge(struct mc_job *job);
/* A subject of the run, made or found again; NULL when there are too many or no memory. */
const struct mc_subject *mc_run_subject(
	struct mc_run_state *state, const struct mc_subject *subject);

#endif
