/* store: a hash table of entries by key; the unpinned ones also in lists, oldest use first. */
#include "fact/store.h"

#include <string.h>

#include "base/alloc.h"

#define BUCKETS_FIRST 256
#define TOLD_WEIGHT 4 /* memory of JSON made of a fact, in that of the fact */

struct mc_entry {
	struct mc_store *store;
	struct mc_entry *chain; /* of the bucket */
	struct mc_entry *older, *newer;
	const char *key;
	uint64_t hash;
	bool hashed; /* findable; a stale one is not */
	unsigned pins;
	struct mc_arena asked; /* holds the entry itself, key and question */
	struct mc_question question;
	struct mc_arena arena; /* holds the fact */
	const struct mc_fact *fact;
	json_t *told;
	unsigned tellings;
	int64_t expires;
	void *handle;
	struct mc_waiter *waiters;
};

/* What was asked of one block list. */
struct spent {
	struct spent *next;
	unsigned questions;
	char zone[];
};

struct idle {
	struct mc_entry *oldest, *newest;
	size_t count, bytes;
};

struct mc_store {
	struct mc_provider *provider;
	struct spent *spent;
	struct mc_entry **buckets;
	size_t bucket_count;
	size_t count; /* hashed entries */
	struct idle lookups, others;
	uint64_t asked, arrived;
};

static uint64_t
hash_key(const char *key)
{
	uint64_t hash = 14695981039346656037u; /* FNV-1a */

	for (; *key != '\0'; key++)
		hash = (hash ^ (uint8_t)*key) * 1099511628211u;
	return hash;
}

struct mc_store *
mc_store_new(struct mc_provider *provider)
{
	struct mc_store *store = mc_calloc(1, sizeof(*store));

	if (store == NULL)
		return NULL;
	store->buckets = mc_calloc(BUCKETS_FIRST, sizeof(struct mc_entry *));
	if (store->buckets == NULL) {
		mc_free(store);
		return NULL;
	}
	store->bucket_count = BUCKETS_FIRST;
	store->provider = provider;
	return store;
}

static struct mc_entry **
bucket_of(struct mc_store *store, uint64_t hash)
{
	return &store->buckets[hash & (store->bucket_count - 1)];
}

static void
unhash(struct mc_entry *entry)
{
	struct mc_entry **place = bucket_of(entry->store, entry->hash);

	if (!entry->hashed)
		return;
	while (*place != entry)
		place = &(*place)->chain;
	*place = entry->chain;
	entry->hashed = false;
	entry->store->count--;
}

static void
grow(struct mc_store *store)
{
	size_t count = store->bucket_count * 2;
	struct mc_entry **buckets = mc_calloc(count, sizeof(struct mc_entry *));

	if (buckets == NULL)
		return;
	for (size_t i = 0; i < store->bucket_count; i++) {
		struct mc_entry *entry = store->buckets[i];
		while (entry != NULL) {
			struct mc_entry *next = entry->chain;
			entry->chain = buckets[entry->hash & (count - 1)];
			buckets[entry->hash & (count - 1)] = entry;
			entry = next;
		}
	}
	mc_free(store->buckets);
	store->buckets = buckets;
	store->bucket_count = count;
}

static void
insert(struct mc_store *store, struct mc_entry *entry)
{
	struct mc_entry **place;

	if (store->count > store->bucket_count)
		grow(store);
	place = bucket_of(store, entry->hash);
	entry->chain = *place;
	*place = entry;
	entry->hashed = true;
	store->count++;
}

static size_t
entry_bytes(const struct mc_entry *entry)
{
	size_t told = entry->told != NULL ? entry->arena.used * TOLD_WEIGHT : 0;

	return entry->asked.used + entry->arena.used + told;
}

static struct idle *
idle_of(const struct mc_entry *entry)
{
	struct mc_store *store = entry->store;

	return entry->question.kind == MC_FACT_DNS ? &store->lookups : &store->others;
}

static void
leave_idle(struct mc_entry *entry)
{
	struct idle *idle = idle_of(entry);

	*(entry->older != NULL ? &entry->older->newer : &idle->oldest) = entry->newer;
	*(entry->newer != NULL ? &entry->newer->older : &idle->newest) = entry->older;
	entry->older = entry->newer = NULL;
	idle->count--;
	idle->bytes -= entry_bytes(entry);
}

static void
enter_idle(struct mc_entry *entry)
{
	struct idle *idle = idle_of(entry);

	entry->older = idle->newest;
	*(idle->newest != NULL ? &idle->newest->newer : &idle->oldest) = entry;
	idle->newest = entry;
	idle->count++;
	idle->bytes += entry_bytes(entry);
}

static void
entry_free(struct mc_entry *entry)
{
	struct mc_arena asked = entry->asked;

	unhash(entry);
	json_decref(entry->told);
	mc_arena_reset(&entry->arena);
	mc_arena_reset(&asked);
}

static void
trim(struct idle *idle, size_t entries, size_t bytes)
{
	while (idle->oldest != NULL && (idle->count > entries || idle->bytes > bytes)) {
		struct mc_entry *entry = idle->oldest;
		leave_idle(entry);
		entry_free(entry);
	}
}

void
mc_store_free(struct mc_store *store)
{
	if (store == NULL)
		return;
	trim(&store->lookups, 0, 0);
	trim(&store->others, 0, 0);
	while (store->spent != NULL) {
		struct spent *next = store->spent->next;
		mc_free(store->spent);
		store->spent = next;
	}
	mc_free(store->buckets);
	mc_free(store);
}

struct mc_provider *
mc_store_provider(const struct mc_store *store)
{
	return store->provider;
}

uint64_t
mc_store_asked(const struct mc_store *store)
{
	return store->asked;
}

uint64_t
mc_store_arrived(const struct mc_store *store)
{
	return store->arrived;
}

static struct mc_entry *
find(struct mc_store *store, const char *key, uint64_t hash)
{
	struct mc_entry *entry = *bucket_of(store, hash);

	while (entry != NULL && (entry->hash != hash || strcmp(entry->key, key) != 0))
		entry = entry->chain;
	return entry;
}

static struct mc_entry *
entry_new(
	struct mc_store *store, const char *key, uint64_t hash, const struct mc_question *question)
{
	struct mc_arena asked;
	struct mc_entry *entry;

	mc_arena_init(&asked, 0);
	entry = mc_arena_alloc(&asked, sizeof(*entry));
	if (entry == NULL)
		return NULL;
	mc_arena_init(&entry->arena, 0);
	entry->store = store;
	entry->key = mc_arena_strdup(&asked, key);
	entry->hash = hash;
	if (!mc_question_copy(&asked, &entry->question, question) || asked.failed) {
		mc_arena_reset(&asked);
		return NULL;
	}
	entry->asked = asked;
	return entry;
}

static void
retire_stale(struct mc_entry *entry)
{
	unhash(entry);
	if (entry->pins == 0) {
		leave_idle(entry);
		entry_free(entry);
	}
}

static struct spent *
spent_on(struct mc_store *store, const char *zone)
{
	struct spent *spent = store->spent;
	size_t size = strlen(zone) + 1;

	while (spent != NULL && strcmp(spent->zone, zone) != 0)
		spent = spent->next;
	if (spent != NULL)
		return spent;
	spent = mc_calloc(1, sizeof(*spent) + size);
	if (spent == NULL)
		return NULL;
	memcpy(spent->zone, zone, size);
	spent->next = store->spent;
	store->spent = spent;
	return spent;
}

bool
mc_store_afford(struct mc_store *store, const char *key, const char *zone, unsigned budget)
{
	const struct mc_entry *entry;
	struct spent *spent;

	if (budget == 0)
		return true;
	entry = find(store, key, hash_key(key));
	if (entry != NULL &&
		(entry->fact == NULL || entry->expires > store->provider->now(store->provider)))
		return true;
	spent = spent_on(store, zone);
	return spent == NULL || spent->questions++ < budget;
}

struct mc_entry *
mc_store_pin(struct mc_store *store, const char *key, const struct mc_question *question)
{
	uint64_t hash = hash_key(key);
	struct mc_entry *entry = find(store, key, hash);

	if (entry != NULL && entry->fact != NULL &&
		entry->expires <= store->provider->now(store->provider)) {
		retire_stale(entry);
		entry = NULL;
	}
	if (entry != NULL) {
		if (entry->pins++ == 0)
			leave_idle(entry);
		return entry;
	}
	entry = entry_new(store, key, hash, question);
	if (entry == NULL)
		return NULL;
	entry->pins = 1;
	insert(store, entry);
	store->asked++;
	store->provider->start(store->provider, entry, &entry->question);
	return entry;
}

static void
drop_waiter(struct mc_entry *entry, const struct mc_waiter *waiter)
{
	struct mc_waiter **place = &entry->waiters;

	while (*place != NULL && *place != waiter)
		place = &(*place)->next;
	if (*place != NULL)
		*place = waiter->next;
}

void
mc_store_unpin(struct mc_entry *entry, struct mc_waiter *waiter)
{
	struct mc_store *store = entry->store;

	if (waiter != NULL)
		drop_waiter(entry, waiter);
	if (--entry->pins > 0)
		return;
	if (entry->fact == NULL)
		store->provider->cancel(store->provider, entry);
	if (entry->fact == NULL || entry->fact->status != MC_FACT_OK || !entry->hashed) {
		entry_free(entry);
		return;
	}
	enter_idle(entry);
	trim(idle_of(entry), MC_STORE_ENTRIES, MC_STORE_BYTES);
}

void
mc_store_await(struct mc_entry *entry, struct mc_waiter *waiter)
{
	waiter->next = entry->waiters;
	entry->waiters = waiter;
}

void
mc_store_conclude(struct mc_entry *entry, const char *why)
{
	struct mc_provider *provider = entry->store->provider;

	if (entry->fact == NULL && entry->pins == 1 && provider->conclude != NULL)
		provider->conclude(provider, entry, why);
}

const struct mc_fact *
mc_entry_fact(const struct mc_entry *entry)
{
	return entry->fact;
}

const char *
mc_entry_key(const struct mc_entry *entry)
{
	return entry->key;
}

const struct mc_question *
mc_entry_question(const struct mc_entry *entry)
{
	return &entry->question;
}

json_t *
mc_entry_told(const struct mc_entry *entry)
{
	return entry->told;
}

void
mc_entry_tell(struct mc_entry *entry, json_t *told)
{
	if (entry->tellings++ > 0 && entry->told == NULL)
		entry->told = json_incref(told);
}

void
mc_entry_set_handle(struct mc_entry *entry, void *handle)
{
	entry->handle = handle;
}

void *
mc_entry_handle(const struct mc_entry *entry)
{
	return entry->handle;
}

static int64_t
life_of(const struct mc_fact *fact)
{
	int64_t life;

	if (fact->status != MC_FACT_OK)
		return fact->kind == MC_FACT_DNS ? MC_STORE_DNS_FAILURE_LIFE
						 : MC_STORE_FAILURE_LIFE;
	if (fact->kind == MC_FACT_SESSION &&
		((const struct mc_session_fact *)fact)->session.end == MC_END_LOCAL)
		return 0; /* not all there is to see */
	if (fact->kind != MC_FACT_DNS)
		return MC_STORE_SESSION_LIFE;
	life = (int64_t)((const struct mc_dns *)fact)->ttl * 1000;
	return life < MC_STORE_DNS_LIFE_MAX ? life : MC_STORE_DNS_LIFE_MAX;
}

void
mc_entry_done(struct mc_entry *entry, struct mc_arena *arena, struct mc_fact *fact)
{
	struct mc_waiter *waiter = entry->waiters;

	if (arena != NULL) {
		entry->arena = *arena;
		mc_arena_init(arena, 0);
	}
	entry->fact = fact != NULL ? fact : mc_fact_no_memory(entry->question.kind);
	entry->expires = entry->store->provider->now(entry->store->provider) + life_of(entry->fact);
	entry->handle = NULL;
	entry->store->arrived++;
	entry->waiters = NULL;
	while (waiter != NULL) {
		struct mc_waiter *next = waiter->next;
		waiter->next = NULL;
		waiter->wake(waiter);
		waiter = next;
	}
}
