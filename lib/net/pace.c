/*
 * pace: hosts (addresses) in a hash table, each with its own queue. A host that may not begin
 * another connection stands in its network's queue or in the common one, or waits for its timer.
 */
#include "net/pace.h"

#include <string.h>

#include "base/alloc.h"

#define BUCKETS 1024

struct network;

struct mc_pace_host {
	struct mc_pace *pace;
	struct network *network;
	struct mc_address address;
	struct mc_pace_host *chain; /* of the bucket */
	struct mc_pace_host *next;  /* in a queue of hosts */
	bool queued;
	unsigned active;
	int64_t not_before;
	struct event timer;
	struct mc_pace_place *first, *last;
};

struct host_queue {
	struct mc_pace_host *first, *last;
};

struct network {
	struct network *chain;
	struct mc_address address;
	unsigned hosts, active;
	struct host_queue queue;
};

struct mc_pace {
	struct mc_net *net;
	unsigned active;
	struct host_queue queue;
	struct mc_pace_host *hosts[BUCKETS];
	struct network *networks[BUCKETS];
};

static size_t
bucket_of(const struct mc_address *address)
{
	uint32_t hash = 2166136261u; /* FNV-1a */

	for (size_t i = 0; i < (address->family == 4 ? 4u : 16u); i++)
		hash = (hash ^ address->bytes[i]) * 16777619u;
	return hash % BUCKETS;
}

struct mc_pace *
mc_pace_new(struct mc_net *net)
{
	struct mc_pace *pace = mc_calloc(1, sizeof(*pace));

	if (pace != NULL)
		pace->net = net;
	return pace;
}

/* --- networks --- */

static struct mc_address
prefix_of(const struct mc_address *address)
{
	struct mc_address prefix = {.family = address->family};

	memcpy(prefix.bytes, address->bytes, address->family == 4 ? 3 : 8);
	return prefix;
}

static struct network *
network_get(struct mc_pace *pace, const struct mc_address *address)
{
	struct mc_address prefix = prefix_of(address);
	struct network **bucket = &pace->networks[bucket_of(&prefix)], *network = *bucket;

	while (network != NULL && mc_address_compare(&network->address, &prefix) != 0)
		network = network->chain;
	if (network == NULL && (network = mc_calloc(1, sizeof(*network))) != NULL) {
		network->address = prefix;
		network->chain = *bucket;
		*bucket = network;
	}
	if (network != NULL)
		network->hosts++;
	return network;
}

static void
network_put(struct mc_pace *pace, struct network *network)
{
	struct network **place = &pace->networks[bucket_of(&network->address)];

	if (--network->hosts > 0)
		return;
	while (*place != network)
		place = &(*place)->chain;
	*place = network->chain;
	mc_free(network);
}

/* --- queues of hosts --- */

static void
queue_up(struct host_queue *queue, struct mc_pace_host *host)
{
	if (host->queued)
		return;
	host->queued = true;
	host->next = NULL;
	*(queue->last != NULL ? &queue->last->next : &queue->first) = host;
	queue->last = host;
}

static struct mc_pace_host *
queue_next(struct host_queue *queue)
{
	struct mc_pace_host *host = queue->first;

	if (host == NULL)
		return NULL;
	queue->first = host->next;
	if (queue->first == NULL)
		queue->last = NULL;
	host->queued = false;
	return host;
}

static bool
queue_remove(struct host_queue *queue, struct mc_pace_host *host)
{
	struct mc_pace_host *previous = NULL, *each = queue->first;

	while (each != NULL && each != host) {
		previous = each;
		each = each->next;
	}
	if (each == NULL)
		return false;
	*(previous != NULL ? &previous->next : &queue->first) = host->next;
	if (queue->last == host)
		queue->last = previous;
	host->queued = false;
	return true;
}

/* --- hosts --- */

static void
host_free(struct mc_pace_host *host)
{
	struct mc_pace *pace = host->pace;
	struct mc_pace_host **place = &pace->hosts[bucket_of(&host->address)];

	while (*place != host)
		place = &(*place)->chain;
	*place = host->chain;
	(void)evtimer_del(&host->timer);
	if (host->queued && !queue_remove(&pace->queue, host))
		(void)queue_remove(&host->network->queue, host);
	network_put(pace, host->network);
	mc_free(host);
}

void
mc_pace_free(struct mc_pace *pace)
{
	if (pace == NULL)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		while (pace->hosts[i] != NULL)
			host_free(pace->hosts[i]);
	mc_free(pace);
}

static void
begin(struct mc_pace_host *host)
{
	struct mc_pace_place *place = host->first;

	host->first = place->next;
	if (host->first == NULL)
		host->last = NULL;
	place->next = NULL;
	place->begun = true;
	host->active++;
	host->network->active++;
	host->pace->active++;
	host->not_before = mc_net_now(host->pace->net) + host->pace->net->options.pace;
	place->begin(place);
}

/* Begins what may begin, and sees to it that the rest is thought of again; a host that nobody
 * needs any more is given up. */
static void
look_at(struct mc_pace_host *host)
{
	struct mc_pace *pace = host->pace;
	const struct mc_net_options *options = &pace->net->options;

	for (;;) {
		int64_t pause = host->not_before - mc_net_now(pace->net);
		if (host->first == NULL && host->active == 0 && pause <= 0) {
			host_free(host);
			return;
		}
		if (pace->net->closing ||
			(host->first != NULL && host->active >= options->per_address))
			return;
		if (host->first == NULL && host->active > 0)
			return;
		if (pause > 0) {
			(void)mc_net_timer(&host->timer, pause);
			return;
		}
		if (host->network->active >= options->per_prefix) {
			queue_up(&host->network->queue, host);
			return;
		}
		if (pace->active >= pace->net->session_limit) {
			queue_up(&pace->queue, host);
			return;
		}
		begin(host);
	}
}

static void
rings(evutil_socket_t unused, short what, void *argument)
{
	struct mc_pace_host *host = argument;

	(void)unused;
	(void)what;
	if (!host->queued)
		look_at(host);
}

static struct mc_pace_host *
host_new(struct mc_pace *pace, const struct mc_address *address)
{
	struct mc_pace_host **bucket = &pace->hosts[bucket_of(address)];
	struct mc_pace_host *host = mc_calloc(1, sizeof(*host));

	if (host == NULL)
		return NULL;
	host->network = network_get(pace, address);
	if (host->network == NULL) {
		mc_free(host);
		return NULL;
	}
	host->pace = pace;
	host->address = *address;
	(void)evtimer_assign(&host->timer, pace->net->base, rings, host);
	host->chain = *bucket;
	*bucket = host;
	return host;
}

static struct mc_pace_host *
host_of(struct mc_pace *pace, const struct mc_address *address)
{
	struct mc_pace_host *host = pace->hosts[bucket_of(address)];

	while (host != NULL && mc_address_compare(&host->address, address) != 0)
		host = host->chain;
	return host != NULL ? host : host_new(pace, address);
}

/* --- places --- */

bool
mc_pace_enter(struct mc_pace *pace, struct mc_pace_place *place, const struct mc_address *address)
{
	struct mc_pace_host *host = host_of(pace, address);

	if (host == NULL)
		return false;
	place->host = host;
	place->next = NULL;
	place->begun = false;
	*(host->last != NULL ? &host->last->next : &host->first) = place;
	host->last = place;
	if (!host->queued)
		look_at(host);
	return true;
}

static void
give_up_place(struct mc_pace_host *host, const struct mc_pace_place *place)
{
	struct mc_pace_place *previous = NULL, *each = host->first;

	while (each != NULL && each != place) {
		previous = each;
		each = each->next;
	}
	if (each == NULL)
		return;
	*(previous != NULL ? &previous->next : &host->first) = place->next;
	if (host->last == place)
		host->last = previous;
}

/* A slot is free in the network and in all: for those who waited longest. */
static void
call_up(struct mc_pace *pace, struct network *network)
{
	const struct mc_net_options *options = &pace->net->options;
	struct mc_pace_host *host;

	network->hosts++; /* not freed while we look */
	while (network->active < options->per_prefix &&
		(host = queue_next(&network->queue)) != NULL)
		look_at(host);
	network_put(pace, network);
	while (pace->active < pace->net->session_limit && (host = queue_next(&pace->queue)) != NULL)
		look_at(host);
}

void
mc_pace_leave(struct mc_pace *pace, struct mc_pace_place *place)
{
	struct mc_pace_host *host = place->host;
	struct network *network;
	bool begun = place->begun;

	if (host == NULL)
		return;
	place->host = NULL;
	network = host->network;
	network->hosts++;
	if (begun) {
		host->active--;
		network->active--;
		pace->active--;
	} else
		give_up_place(host, place);
	if (!host->queued || host->first == NULL)
		look_at(host);
	if (begun && !pace->net->closing)
		call_up(pace, network);
	network_put(pace, network);
}

void
mc_pace_back_off(struct mc_pace *pace, struct mc_pace_place *place, int64_t ms)
{
	int64_t until = mc_net_now(pace->net) + ms;

	if (place->host != NULL && place->host->not_before < until)
		place->host->not_before = until;
}
