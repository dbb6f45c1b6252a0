/* fact_fake: a provider the test answers by hand. */
#ifndef MC_TESTS_FACT_FAKE_H
#define MC_TESTS_FACT_FAKE_H

#include <string.h>

#include "fact/store.h"

#define FAKE_OPEN 1024

struct fake {
	struct mc_provider provider; /* first */
	int64_t now;
	struct mc_entry *open[FAKE_OPEN];
	size_t open_count;
	unsigned started, cancelled;
};

static void
fake_start(struct mc_provider *provider, struct mc_entry *entry, const struct mc_question *question)
{
	struct fake *fake = (struct fake *)provider;

	(void)question;
	fake->started++;
	if (fake->open_count < FAKE_OPEN)
		fake->open[fake->open_count++] = entry;
}

static void
fake_close(struct fake *fake, struct mc_entry *entry)
{
	for (size_t i = 0; i < fake->open_count; i++)
		if (fake->open[i] == entry)
			fake->open[i] = fake->open[--fake->open_count];
}

static void
fake_cancel(struct mc_provider *provider, struct mc_entry *entry)
{
	struct fake *fake = (struct fake *)provider;

	fake->cancelled++;
	fake_close(fake, entry);
}

static int64_t
fake_now(struct mc_provider *provider)
{
	return ((struct fake *)provider)->now;
}

static bool
fake_wait(struct mc_provider *provider, int64_t timeout)
{
	(void)timeout;
	return ((struct fake *)provider)->open_count > 0;
}

static void
fake_free(struct mc_provider *provider)
{
	(void)provider;
}

static inline void
fake_init(struct fake *fake)
{
	memset(fake, 0, sizeof(*fake));
	fake->provider =
		(struct mc_provider){fake_start, fake_cancel, NULL, fake_now, fake_wait, fake_free};
	fake->now = 1000000;
}

/* An empty answer that lives `ttl` seconds, an empty session, or a failure. */
static inline void
fake_answer(struct fake *fake, struct mc_entry *entry, enum mc_failure failure, uint32_t ttl)
{
	const struct mc_question *question = mc_entry_question(entry);
	struct mc_arena arena;
	struct mc_fact *fact;
	struct mc_dns *dns;

	mc_arena_init(&arena, 0);
	fact = mc_fact_failed(&arena, question, failure, "because", fake->now, fake->now);
	if (failure == MC_FAIL_NONE) {
		fact->status = MC_FACT_OK;
		fact->text = "";
	}
	if (failure == MC_FAIL_NONE && question->kind == MC_FACT_DNS) {
		dns = (struct mc_dns *)fact;
		dns->ttl = ttl;
	}
	fake_close(fake, entry);
	mc_entry_done(entry, &arena, fact);
	mc_arena_reset(&arena);
}

static inline struct mc_entry *
fake_find(const struct fake *fake, const char *key)
{
	for (size_t i = 0; i < fake->open_count; i++)
		if (strcmp(mc_entry_key(fake->open[i]), key) == 0)
			return fake->open[i];
	return NULL;
}

#endif
