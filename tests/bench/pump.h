/*
 * pump: facts through store and provider, so many in flight, as the runs of a context get them.
 */
#ifndef BENCH_PUMP_H
#define BENCH_PUMP_H

#include "fact/store.h"
#include "meter.h"
#include "net/net.h"

struct pump {
	const struct mc_net_options *options;
	size_t count, window;
	/* Fills in the i-th question; what it points to stays for the call of the next. */
	void (*question)(size_t i, struct mc_question *ret_question);
	/* True: as it should be. */
	bool (*good)(const struct mc_fact *fact);
};

/* Gets them all and prints the rate. */
int pump_run(const struct pump *pump);
/* Sets `count` going at once, waits `settle` ms, prints what each one takes. */
int pump_fill(const struct pump *pump, int64_t settle);

#endif
