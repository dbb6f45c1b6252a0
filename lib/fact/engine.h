/*
 * engine: a run as its owner sees it: made, stepped until it is finished, turned into a report.
 */
#ifndef MC_FACT_ENGINE_H
#define MC_FACT_ENGINE_H

#include "fact/run.h"
#include "fact/store.h"
#include "report/report.h"

struct mc_run_spec {
	enum mc_target_kind kind;
	const char *input; /* as given, escaped */
	const char *name;  /* canonical domain or host, or address text */
	bool literal;      /* `name` is an address, given as such */
	struct mc_address address;
	uint16_t port;
	const struct mc_settings *settings;   /* outlive the run */
	const struct mc_check *const *checks; /* NULL-terminated, registry order */
	uint64_t selected;                    /* bit i: checks[i] goes into the report */
};

/* `wake` is called when a step has become worth taking. NULL when out of memory. */
struct mc_run *mc_run_new(struct mc_store *store, const struct mc_run_spec *spec,
	void (*wake)(void *argument), void *argument);
/* Calls every check that has something new to see. True when all are done. */
bool mc_run_step(struct mc_run *run);
/* ms since 1970. */
int64_t mc_run_deadline(const struct mc_run *run);
/* Time is up: what is pending is concluded by what was seen of it, or seen as FAILED(deadline), and
 * every check concludes. */
void mc_run_cut(struct mc_run *run);
/* Of a finished run, once; NULL when out of memory. */
struct mailcheck_report *mc_run_report(struct mc_run *run);
/* Every fact the run saw; `facts` is in the run's memory. False when out of memory. */
struct mc_seen_fact {
	const char *key;
	const struct mc_fact *fact;
};
bool mc_run_seen(struct mc_run *run, const struct mc_seen_fact **ret_facts, size_t *ret_count);
void mc_run_free(struct mc_run *run);

#endif
