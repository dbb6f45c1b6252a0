/*
 * store: the facts of a context, shared between its runs, bounded.
 *
 * An entry is pinned by every run that asked for it. A pending one that nobody pins any more is
 * cancelled. OK facts are shared while they live (DNS: TTL); FAILED ones only while a run that
 * saw them is still in work, and never for long. What is no DNS fact gives way to its like only:
 * no server is connected to anew because many lookups came between.
 */
#ifndef MC_FACT_STORE_H
#define MC_FACT_STORE_H

#include <jansson.h>

#include "fact/provider.h"

struct mc_store;

#define MC_STORE_ENTRIES 10000            /* most unpinned DNS facts kept; as many others */
#define MC_STORE_BYTES ((size_t)32 << 20) /* most memory of either */
#define MC_STORE_SESSION_LIFE 60000       /* ms a session or a GET is shared */
#define MC_STORE_FAILURE_LIFE 30000       /* ms a failed one is shared, while pinned */
#define MC_STORE_DNS_FAILURE_LIFE 5000    /* ms a failed lookup is: a datagram may be lost */
#define MC_STORE_DNS_LIFE_MAX 3600000     /* ms, however long the TTL */

/* The provider is not owned. NULL when out of memory. */
struct mc_store *mc_store_new(struct mc_provider *provider);
/* Every pin must be gone. */
void mc_store_free(struct mc_store *store);
struct mc_provider *mc_store_provider(const struct mc_store *store);
uint64_t mc_store_asked(const struct mc_store *store);
uint64_t mc_store_arrived(const struct mc_store *store);

/* Whether the zone of a block list may be asked one question more, which is then counted unless
 * its answer is there already. At most `budget` in the life of the store; 0: no limit. */
bool mc_store_afford(struct mc_store *store, const char *key, const char *zone, unsigned budget);

struct mc_waiter {
	void (*wake)(struct mc_waiter *waiter); /* the fact has arrived; do not ask from here */
	struct mc_waiter *next;
};

/* The entry for a question, pinned; its observation is begun if need be. NULL: no memory. */
struct mc_entry *mc_store_pin(
	struct mc_store *store, const char *key, const struct mc_question *question);
void mc_store_unpin(struct mc_entry *entry, struct mc_waiter *waiter);
/* The one who pinned it has no more time, as `why` says: its fact may be done by what was seen so
 * far. Nothing happens to one that others want too. */
void mc_store_conclude(struct mc_entry *entry, const char *why);
/* Calls back once, when a pending entry is done. The waiter stays the caller's. */
void mc_store_await(struct mc_entry *entry, struct mc_waiter *waiter);
/* NULL while pending. */
const struct mc_fact *mc_entry_fact(const struct mc_entry *entry);
const char *mc_entry_key(const struct mc_entry *entry);
const struct mc_question *mc_entry_question(const struct mc_entry *entry);
/* JSON made of its fact, kept as long as that is; NULL: none yet. A reference of the store's. */
json_t *mc_entry_told(const struct mc_entry *entry);
/* It was made: kept from the second time on, as most facts are seen by one run only. */
void mc_entry_tell(struct mc_entry *entry, json_t *told);

#endif
