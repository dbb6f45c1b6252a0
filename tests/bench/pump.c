/* pump: the driver of dns_facts and smtp_facts. */
#include "pump.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"

struct slot {
	struct mc_waiter waiter; /* first */
	struct mc_entry *entry;
	struct slot *next; /* in the list of what has arrived */
	struct pumping *pumping;
};

struct pumping {
	const struct pump *pump;
	struct mc_provider *provider;
	struct mc_store *store;
	struct slot *slots, *arrived;
	struct mc_arena arena; /* of a key, as a run has one */
	size_t asked, done, failed;
};

static void
wake(struct mc_waiter *waiter)
{
	struct slot *slot = (struct slot *)waiter;

	slot->next = slot->pumping->arrived;
	slot->pumping->arrived = slot;
}

static void
ask(struct pumping *pumping, struct slot *slot)
{
	struct mc_question question = {0};

	pumping->pump->question(pumping->asked++, &question);
	slot->entry = mc_store_pin(
		pumping->store, mc_question_key(&pumping->arena, &question), &question);
	mc_arena_clear(&pumping->arena);
	if (slot->entry == NULL)
		abort();
	if (mc_entry_fact(slot->entry) != NULL)
		wake(&slot->waiter);
	else
		mc_store_await(slot->entry, &slot->waiter);
}

static void
take(struct pumping *pumping, struct slot *slot)
{
	pumping->done++;
	if (!pumping->pump->good(mc_entry_fact(slot->entry)))
		pumping->failed++;
	mc_store_unpin(slot->entry, NULL);
	slot->entry = NULL;
	if (pumping->asked < pumping->pump->count)
		ask(pumping, slot);
}

static bool
open_pump(struct pumping *pumping, const struct pump *pump)
{
	char error[256] = "";

	*pumping = (struct pumping){.pump = pump};
	mc_arena_init(&pumping->arena, 0);
	if (mc_net_new(&pumping->provider, pump->options, NULL, error, sizeof(error)) != 0) {
		(void)fprintf(stderr, "%s\n", error);
		return false;
	}
	pumping->store = mc_store_new(pumping->provider);
	pumping->slots = calloc(pump->window, sizeof(*pumping->slots));
	if (pumping->store == NULL || pumping->slots == NULL)
		abort();
	for (size_t i = 0; i < pump->window; i++) {
		pumping->slots[i].waiter.wake = wake;
		pumping->slots[i].pumping = pumping;
	}
	return true;
}

static void
close_pump(struct pumping *pumping)
{
	for (size_t i = 0; i < pumping->pump->window; i++)
		if (pumping->slots[i].entry != NULL)
			mc_store_unpin(pumping->slots[i].entry, &pumping->slots[i].waiter);
	mc_store_free(pumping->store);
	pumping->provider->free(pumping->provider);
	mc_arena_reset(&pumping->arena);
	free(pumping->slots);
}

int
pump_run(const struct pump *pump)
{
	struct pumping pumping;
	struct meter meter;

	if (!open_pump(&pumping, pump))
		return 1;
	meter_start(&meter);
	for (size_t i = 0; i < pump->window && i < pump->count; i++)
		ask(&pumping, &pumping.slots[i]);
	while (pumping.done < pump->count) {
		struct slot *slot = pumping.arrived;
		if (slot != NULL) {
			pumping.arrived = slot->next;
			take(&pumping, slot);
		} else if (!pumping.provider->wait(pumping.provider, -1))
			break;
	}
	meter_print(&meter, pumping.done, pumping.failed);
	close_pump(&pumping);
	return pumping.done == pump->count ? 0 : 1;
}

int
pump_fill(const struct pump *pump, int64_t settle)
{
	struct pumping pumping;
	struct meter meter;
	int64_t end;

	if (!open_pump(&pumping, pump))
		return 1;
	ask(&pumping, &pumping.slots[0]);
	end = pumping.provider->now(pumping.provider) + settle;
	while (pumping.provider->now(pumping.provider) < end)
		(void)pumping.provider->wait(pumping.provider, 50);
	meter_start(&meter);
	for (size_t i = 1; i < pump->window; i++)
		ask(&pumping, &pumping.slots[i]);
	end = pumping.provider->now(pumping.provider) + settle;
	while (pumping.provider->now(pumping.provider) < end)
		(void)pumping.provider->wait(pumping.provider, 50);
	meter_print_memory(&meter, pump->window - 1);
	(void)fprintf(stderr, "in flight: %zu\n", pump->window - (pumping.arrived != NULL));
	close_pump(&pumping);
	return pumping.arrived == NULL ? 0 : 1;
}
