/*
 * provider: where facts come from: the network (net/), a record file (context/), a scenario
 * (tests/). The only way the engine meets time.
 */
#ifndef MC_FACT_PROVIDER_H
#define MC_FACT_PROVIDER_H

#include <stdbool.h>
#include <stdint.h>

#include "fact/fact.h"

struct mc_entry; /* a place in the store, waiting for its fact */

struct mc_provider {
	/* Begin to observe. Exactly one mc_entry_done() follows, perhaps before this returns,
	 * unless cancelled; until then `question` stays where it is. */
	void (*start)(struct mc_provider *provider, struct mc_entry *entry,
		const struct mc_question *question);
	/* No mc_entry_done() follows. */
	void (*cancel)(struct mc_provider *provider, struct mc_entry *entry);
	/* Whoever asked has no more time, and that is `why`: what was seen so far is the fact, and
	 * mc_entry_done() follows before this returns, where that is of use; else nothing does.
	 * NULL: it never is. */
	void (*conclude)(struct mc_provider *provider, struct mc_entry *entry, const char *why);
	int64_t (*now)(struct mc_provider *provider); /* ms since 1970 */
	/* Wait at most `timeout` ms for something to happen (0: just look; < 0: no limit).
	 * False when nothing ever will: no question is open. */
	bool (*wait)(struct mc_provider *provider, int64_t timeout);
	void (*free)(struct mc_provider *provider);
};

/* The fact has arrived. The arena is moved into the store with all that `fact` points to.
 * `fact` NULL: out of memory. */
void mc_entry_done(struct mc_entry *entry, struct mc_arena *arena, struct mc_fact *fact);
/* A word of the provider's own, kept with the entry until it is done. */
void mc_entry_set_handle(struct mc_entry *entry, void *handle);
void *mc_entry_handle(const struct mc_entry *entry);

#endif
