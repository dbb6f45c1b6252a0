/* resolver: lookups, their time, and the order of the servers. */
#include "net/resolver.h"

#include <stdio.h>
#include <unbound-event.h>

#include "base/alloc.h"
#include "net/upstream.h"
#include "net/veil.h"
#include "record/message.h"

#define UPSTREAMS 16
#define SYSTEM_UPSTREAMS 3 /* as many as the C library asks */
#define EXPLAIN_PAUSE 20   /* ms between two looks at what a probe found */
#define ABANDONED 4        /* times the lookups in work may still be so in libunbound */
#define FRESH_LIMIT 128    /* questions that may lie in the receive buffer of one server */
#define FRESH_TIME 500     /* ms until a question lies there no more */
#define FLOW_TIME 20       /* ms over which the rate of answers is taken */
#define BURST 16           /* lookups begun at one go */

struct lookup;

/* A lookup as libunbound sees it. It is not told of what nobody waits for any more, but of its
 * end: there is no other way to know how much libunbound has in work. */
struct flight {
	struct mc_resolver *resolver;
	struct lookup *lookup; /* NULL: abandoned */
};

struct lookup {
	struct mc_observation base; /* first */
	struct mc_resolver *resolver;
	struct lookup *next; /* in the queue */
	struct event timer;
	struct flight *flight; /* NULL: not asking */
	bool active, inside;
	bool fresh;               /* asked just now, and not answered */
	uint8_t order[UPSTREAMS]; /* in which the servers are asked */
	size_t at;                /* the place in it of the one being asked */
	size_t alive;             /* how many of them are not known to be down */
	int64_t began, deadline;
	int64_t share_end; /* of the server being asked */
	int unexplained;   /* rcode that libunbound gave without an answer; 0: none */
	int rank;          /* of the failure so far */
	enum mc_failure failure;
	const char *text;
};

/* What no answer is faster than, times the rate of answers: so many questions are on their way or
 * being worked on, and lie in no receive buffer. */
struct flow {
	int64_t quickest; /* ms an answer took at least */
	int64_t since;    /* when counting began */
	unsigned answers; /* since then */
	unsigned under_way;
};

struct mc_resolver {
	struct mc_net *net;
	struct mc_upstream upstreams[UPSTREAMS];
	size_t count;
	struct lookup *first, *last; /* wait for their turn */
	struct event turn;           /* there is one in the queue, and room */
	struct flow flow;
	unsigned active, fresh, flying;
};

static void attempt(struct lookup *lookup);
static void begin_next(struct mc_resolver *resolver);

/* --- made --- */

/* libunbound is asked from the loop only: there SIGPIPE is held once for all that is asked. */
static void
turn(evutil_socket_t unused, short what, void *argument)
{
	(void)unused;
	(void)what;
	begin_next(argument);
}

static void
add_named(struct mc_resolver *resolver, const struct mc_net_server *server)
{
	struct mc_upstream *upstream = &resolver->upstreams[resolver->count++];
	char address[MC_ADDRESS_SIZE];

	mc_address_format(address, &server->address);
	upstream->kind = MC_UPSTREAM_NAMED;
	upstream->server = *server;
	(void)snprintf(upstream->name, sizeof(upstream->name), "%s@%u", address, server->port);
}

static void
list_upstreams(struct mc_resolver *resolver)
{
	const struct mc_net_options *options = &resolver->net->options;

	for (size_t i = 0; i < options->resolver_count && resolver->count < UPSTREAMS; i++)
		add_named(resolver, &options->resolvers[i]);
	if (resolver->count == 0 && (options->recursive || options->root_hints != NULL)) {
		resolver->count = 1;
		mc_upstream_roots(&resolver->upstreams[0], options);
	}
	if (resolver->count == 0)
		resolver->count = mc_upstream_system(
			resolver->upstreams, SYSTEM_UPSTREAMS, "/etc/resolv.conf");
	for (size_t i = 0; i < resolver->count; i++)
		resolver->upstreams[i].net = resolver->net;
}

int32_t
mc_resolver_new(
	struct mc_resolver **ret_resolver, struct mc_net *net, char *error, size_t error_size)
{
	struct mc_resolver *resolver = mc_calloc(1, sizeof(*resolver));
	int32_t code;

	if (resolver == NULL) {
		(void)snprintf(error, error_size, "out of memory");
		return MC_NET_NO_MEMORY;
	}
	resolver->net = net;
	resolver->flow.quickest = FRESH_TIME;
	(void)event_assign(&resolver->turn, net->base, -1, 0, turn, resolver);
	list_upstreams(resolver);
	if (!mc_upstream_open(&resolver->upstreams[0], &code, error, error_size)) {
		mc_resolver_free(resolver);
		return code;
	}
	*ret_resolver = resolver;
	return MC_NET_OK;
}

void
mc_resolver_free(struct mc_resolver *resolver)
{
	if (resolver == NULL)
		return;
	(void)event_del(&resolver->turn);
	for (size_t i = 0; i < resolver->count; i++)
		mc_upstream_close(&resolver->upstreams[i]);
	mc_free(resolver);
}

/* --- the queue --- */

static void
enqueue(struct mc_resolver *resolver, struct lookup *lookup)
{
	*(resolver->last != NULL ? &resolver->last->next : &resolver->first) = lookup;
	resolver->last = lookup;
}

static void
unqueue(struct mc_resolver *resolver, struct lookup *lookup)
{
	struct lookup *previous = NULL, *each = resolver->first;

	while (each != NULL && each != lookup) {
		previous = each;
		each = each->next;
	}
	if (each == NULL)
		return;
	*(previous != NULL ? &previous->next : &resolver->first) = lookup->next;
	if (resolver->last == lookup)
		resolver->last = previous;
	lookup->next = NULL;
}

static void
count_answer(struct flow *flow, int64_t began, int64_t now)
{
	int64_t counted = now - flow->since;

	if (now - began < flow->quickest)
		flow->quickest = now - began;
	flow->answers++;
	if (counted < FLOW_TIME)
		return;
	flow->under_way = (unsigned)(flow->quickest * flow->answers / counted);
	flow->since = now;
	flow->answers = 0;
}

static bool
room(const struct mc_resolver *resolver)
{
	unsigned limit = resolver->net->lookup_limit;

	return resolver->active < limit &&
	       resolver->fresh < FRESH_LIMIT + resolver->flow.under_way &&
	       resolver->flying < limit * ABANDONED;
}

static void
set_fresh(struct lookup *lookup, bool fresh)
{
	lookup->resolver->fresh += fresh;
	lookup->resolver->fresh -= lookup->fresh;
	lookup->fresh = fresh;
}

static struct mc_upstream *
upstream_of(const struct lookup *lookup)
{
	return &lookup->resolver->upstreams[lookup->order[lookup->at]];
}

/* As they were given, but those that said nothing to the last probe come last: one that is down
 * costs its share of the time once, not with every lookup. They are probed on, to be first again.
 */
static void
set_order(struct lookup *lookup)
{
	struct mc_resolver *resolver = lookup->resolver;
	size_t count = 0;

	for (int silent = 0; silent <= 1; silent++) {
		for (size_t i = 0; i < resolver->count; i++)
			if (resolver->upstreams[i].silent == (silent == 1))
				lookup->order[count++] = (uint8_t)i;
		lookup->alive = silent == 0 ? count : lookup->alive;
	}
	for (size_t i = 0; i < resolver->count; i++)
		if (resolver->upstreams[i].silent)
			mc_upstream_probe(
				&resolver->upstreams[i], lookup->base.net->options.dns_timeout);
}

static void
begin(struct lookup *lookup)
{
	set_order(lookup);
	lookup->active = true;
	lookup->resolver->active++;
	lookup->began = mc_net_now(lookup->base.net);
	lookup->deadline = lookup->began + lookup->base.net->options.dns_timeout;
	attempt(lookup);
}

/* A few, and the rest after a look at what has arrived: all that is asked at one go comes back at
 * one go, and in between there is nothing to do. */
static void
begin_next(struct mc_resolver *resolver)
{
	for (unsigned begun = 0;
		!resolver->net->closing && resolver->first != NULL && room(resolver); begun++) {
		struct lookup *lookup = resolver->first;
		if (begun == BURST) {
			(void)mc_net_timer(&resolver->turn, 0);
			return;
		}
		unqueue(resolver, lookup);
		begin(lookup);
	}
}

/* --- failures --- */

/* The failure that tells most is the one that is told: an answer, then silence, then nobody. */
static void
note(struct lookup *lookup, int rank, enum mc_failure failure, const char *text)
{
	if (rank < lookup->rank)
		return;
	lookup->rank = rank;
	lookup->failure = failure;
	lookup->text = text;
}

static const char *
asked(struct lookup *lookup)
{
	const struct mc_question *question = lookup->base.question;
	char type[10];

	return mc_arena_printf(&lookup->base.arena, "%s %s", question->name,
		mc_rr_type_name(question->type, type));
}

static const char *
whom(struct lookup *lookup)
{
	static const char *const words[] = {[MC_UPSTREAM_NAMED] = "the resolver ",
		[MC_UPSTREAM_SYSTEM] = "the system's resolver ",
		[MC_UPSTREAM_ROOTS] = "the root and the name servers below"};
	const struct mc_upstream *upstream = upstream_of(lookup);

	return mc_arena_printf(&lookup->base.arena, "%s%s", words[upstream->kind], upstream->name);
}

static void
note_silence(struct lookup *lookup)
{
	const struct mc_upstream *upstream = upstream_of(lookup);
	int64_t waited = mc_net_now(lookup->base.net) - lookup->began;
	struct mc_arena *arena = &lookup->base.arena;

	if (mc_upstream_silent(upstream, lookup->began))
		note(lookup, 2, MC_FAIL_NO_RESOLVER,
			mc_arena_printf(arena, "no usable answer at all from %s", whom(lookup)));
	else
		note(lookup, 3, MC_FAIL_TIMEOUT,
			mc_arena_printf(arena, "%s gave no answer to %s in %.1f s", whom(lookup),
				asked(lookup), (double)waited / 1000));
}

static void
note_rcode(struct lookup *lookup, int rcode)
{
	enum mc_failure failure = rcode == MC_RCODE_SERVFAIL  ? MC_FAIL_SERVFAIL
				  : rcode == MC_RCODE_REFUSED ? MC_FAIL_QUERY_REFUSED
							      : MC_FAIL_RCODE;
	char name[12];

	note(lookup, 4, failure,
		mc_arena_printf(&lookup->base.arena, "%s answered %s to %s", whom(lookup),
			mc_rcode_name(rcode, name), asked(lookup)));
}

/* libunbound says SERVFAIL for what it was told, for a refusal, and when it has asked enough. */
static void
note_unusable(struct lookup *lookup)
{
	note(lookup, 4, MC_FAIL_SERVFAIL,
		mc_arena_printf(&lookup->base.arena,
			"%s gave no usable answer to %s: SERVFAIL, a refusal, or none",
			whom(lookup), asked(lookup)));
}

/* --- answers --- */

static void
over(struct lookup *lookup, struct mc_fact *fact)
{
	(void)evtimer_del(&lookup->timer);
	set_fresh(lookup, false);
	mc_net_over(&lookup->base, fact);
}

/* The turn of the next server, or the end; never inside libunbound. */
static void
go_on(struct lookup *lookup)
{
	lookup->at++;
	if (lookup->at < lookup->resolver->count && mc_net_now(lookup->base.net) < lookup->deadline)
		attempt(lookup);
	else
		over(lookup,
			mc_fact_failed(&lookup->base.arena, lookup->base.question, lookup->failure,
				lookup->text, lookup->began, mc_net_now(lookup->base.net)));
}

static void
take(struct lookup *lookup, const uint8_t *packet, size_t length, int sec, const char *why_bogus)
{
	static const enum mc_dnssec words[] = {
		MC_DNSSEC_INSECURE, MC_DNSSEC_BOGUS, MC_DNSSEC_SECURE};
	struct mc_arena *arena = &lookup->base.arena;
	int64_t now = mc_net_now(lookup->base.net);
	struct mc_message message;
	struct mc_dns *dns;
	const char *problem = mc_message_parse(arena, packet, length, &message);

	if (problem == NULL && message.truncated)
		problem = "it is cut short, as if it did not fit into 64 KiB";
	if (problem != NULL) {
		note(lookup, 4, MC_FAIL_MALFORMED,
			mc_arena_printf(arena, "the answer to %s makes no sense: %s", asked(lookup),
				problem));
		return;
	}
	if (message.rcode != MC_RCODE_NOERROR && message.rcode != MC_RCODE_NXDOMAIN) {
		note_rcode(lookup, message.rcode);
		return;
	}
	mc_veil_answer(lookup->base.net, arena, lookup->base.question, &message);
	if (!lookup->inside) {
		mc_upstream_heard(upstream_of(lookup));
		count_answer(&lookup->resolver->flow, lookup->began, now);
	}
	dns = mc_dns_from_message(arena, lookup->base.question, &message, lookup->began, now);
	if (dns != NULL && dns->fact.status != MC_FACT_OK) {
		note(lookup, 4, dns->fact.failure, dns->fact.text);
		return;
	}
	if (dns != NULL && sec >= 0 && sec < 3) {
		dns->dnssec = words[sec];
		if (dns->dnssec == MC_DNSSEC_BOGUS && why_bogus != NULL)
			dns->why_bogus = mc_veil_text(lookup->base.net, arena,
				lookup->base.question, mc_arena_strdup(arena, why_bogus));
	}
	over(lookup, dns != NULL ? &dns->fact : NULL);
}

/* Called by libunbound, possibly from inside ub_resolve_event(). */
static void
answered(void *argument, int rcode, void *packet, int length, int sec, char *why_bogus, int limited)
{
	struct flight *flight = argument;
	struct mc_resolver *resolver = flight->resolver;
	struct lookup *lookup = flight->lookup;

	(void)limited;
	resolver->flying--;
	mc_free(flight);
	if (lookup == NULL)
		return;
	lookup->flight = NULL;
	if (rcode == 0 && packet != NULL && length > 0)
		take(lookup, packet, (size_t)length, sec, why_bogus);
	else
		lookup->unexplained = rcode != 0 ? rcode : MC_RCODE_SERVFAIL;
	if (!lookup->base.over && !mc_net_timer(&lookup->timer, 0))
		over(lookup, NULL);
}

static void
abandon(struct lookup *lookup)
{
	if (lookup->flight != NULL)
		lookup->flight->lookup = NULL;
	lookup->flight = NULL;
}

/* libunbound's own SERVFAIL: the server's word, or is nobody there? False: not known yet. */
static bool
explain(struct lookup *lookup)
{
	const struct mc_upstream *upstream = upstream_of(lookup);
	bool time_left = mc_net_now(lookup->base.net) < lookup->share_end;

	if (upstream->probing != NULL && time_left && mc_net_timer(&lookup->timer, EXPLAIN_PAUSE))
		return false;
	if (mc_upstream_silent(upstream, lookup->began))
		note_silence(lookup);
	else if (lookup->unexplained == MC_RCODE_SERVFAIL)
		note_unusable(lookup);
	else
		note_rcode(lookup, lookup->unexplained);
	lookup->unexplained = 0;
	return true;
}

/* The time for this server is up, or it could not tell. */
static void
expired(evutil_socket_t unused, short what, void *argument)
{
	struct lookup *lookup = argument;
	int64_t left = lookup->share_end - mc_net_now(lookup->base.net);

	(void)unused;
	(void)what;
	if (lookup->flight != NULL && lookup->fresh && left > 0 &&
		mc_net_timer(&lookup->timer, left)) {
		set_fresh(lookup, false);
		begin_next(lookup->resolver);
		return;
	}
	if (lookup->flight != NULL) {
		abandon(lookup);
		note_silence(lookup);
	}
	if (lookup->unexplained == 0 || explain(lookup))
		go_on(lookup);
}

static bool
ask(struct lookup *lookup, struct ub_ctx *ctx)
{
	const struct mc_question *question = lookup->base.question;
	const char *name = mc_veil_lift(lookup->base.net, &lookup->base.arena, question);
	struct flight *flight;
	int code;

	if (name == NULL) {
		note(lookup, 1, MC_FAIL_LOCAL, "there is no key for this list");
		return mc_net_timer(&lookup->timer, 0);
	}
	flight = mc_calloc(1, sizeof(*flight));
	if (flight == NULL)
		return false;
	*flight = (struct flight){lookup->resolver, lookup};
	lookup->flight = flight;
	lookup->resolver->flying++;
	lookup->inside = true;
	code = ub_resolve_event(ctx, name, question->type, 1, flight, answered, NULL);
	lookup->inside = false;
	if (code == 0)
		return true;
	lookup->resolver->flying--;
	lookup->flight = NULL;
	mc_free(flight);
	note(lookup, 1, MC_FAIL_LOCAL,
		mc_arena_printf(&lookup->base.arena, "libunbound cannot look up %s: %s",
			asked(lookup), ub_strerror(code)));
	return mc_net_timer(&lookup->timer, 0);
}

/* Every server gets its share of the time that is left; one that is down, little. */
static void
attempt(struct lookup *lookup)
{
	struct mc_upstream *upstream = upstream_of(lookup);
	int64_t now = mc_net_now(lookup->base.net), left = lookup->deadline - now;
	int64_t share = left / (int64_t)(lookup->resolver->count - lookup->at);
	bool down = lookup->alive > 0 && lookup->at >= lookup->alive;
	char error[256];
	int32_t code;
	bool going;

	share = down && share > FRESH_TIME ? FRESH_TIME : share;
	going = mc_net_timer(&lookup->timer, share < FRESH_TIME ? share : FRESH_TIME);
	set_fresh(lookup, true);
	lookup->share_end = now + share;
	if (going && !mc_upstream_open(upstream, &code, error, sizeof(error))) {
		note(lookup, 1, MC_FAIL_LOCAL, mc_arena_strdup(&lookup->base.arena, error));
		going = mc_net_timer(&lookup->timer, 0);
	} else if (going) {
		mc_upstream_probe(upstream, share);
		going = ask(lookup, upstream->ctx);
	}
	if (!going)
		over(lookup, NULL);
}

/* --- asked --- */

static void
drop(struct mc_observation *observation)
{
	struct lookup *lookup = (struct lookup *)observation;
	struct mc_resolver *resolver = lookup->resolver;

	(void)evtimer_del(&lookup->timer);
	set_fresh(lookup, false);
	mc_net_forget(observation);
	abandon(lookup);
	if (lookup->active)
		resolver->active--;
	else
		unqueue(resolver, lookup);
	mc_free(lookup);
	begin_next(resolver);
}

struct mc_observation *
mc_resolver_ask(struct mc_resolver *resolver, const struct mc_question *question, mc_observed *done,
	void *argument)
{
	struct lookup *lookup = mc_calloc(1, sizeof(*lookup));

	if (lookup == NULL)
		return NULL;
	lookup->resolver = resolver;
	lookup->failure = MC_FAIL_LOCAL;
	lookup->text = "out of memory";
	lookup->base.drop = drop;
	mc_net_observe(resolver->net, &lookup->base, question, done, argument);
	(void)evtimer_assign(&lookup->timer, resolver->net->base, expired, lookup);
	enqueue(resolver, lookup);
	if (room(resolver))
		event_active(&resolver->turn, EV_TIMEOUT, 0);
	return &lookup->base;
}
