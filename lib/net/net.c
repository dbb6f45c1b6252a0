/* net: the provider: takes questions, runs the loop, hands facts on. */
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "net/connection.h"
#include "net/hello.h"
#include "net/net_state.h"
#include "net/pace.h"
#include "net/query.h"
#include "net/resolver.h"
#include "net/sigpipe.h"
#include "tls/client.h"

#define WAIT_LIMIT 3600000 /* ms */

static int64_t
read_clock(clockid_t id)
{
	struct timespec now;

	if (clock_gettime(id, &now) != 0)
		return 0;
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t
mc_net_now(const struct mc_net *net)
{
	return net->wall + (read_clock(CLOCK_MONOTONIC) - net->monotonic);
}

bool
mc_net_timer(struct event *timer, int64_t ms)
{
	struct timeval when;

	ms = ms < 0 ? 0 : ms > WAIT_LIMIT ? WAIT_LIMIT : ms;
	when = (struct timeval){.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
	return evtimer_add(timer, &when) == 0;
}

/* --- observations --- */

static void
append(struct mc_observations *list, struct mc_observation *observation)
{
	observation->next = NULL;
	observation->previous = list->last;
	*(list->last != NULL ? &list->last->next : &list->first) = observation;
	list->last = observation;
}

static void
take_out(struct mc_observation *observation)
{
	struct mc_net *net = observation->net;
	struct mc_observations *list = observation->over ? &net->over : &net->working;

	*(observation->previous != NULL ? &observation->previous->next : &list->first) =
		observation->next;
	*(observation->next != NULL ? &observation->next->previous : &list->last) =
		observation->previous;
}

void
mc_net_forget(struct mc_observation *observation)
{
	take_out(observation);
	if (observation->counted)
		observation->net->open--;
	mc_arena_reset(&observation->arena);
}

void
mc_net_observe(struct mc_net *net, struct mc_observation *observation,
	const struct mc_question *question, mc_observed *done, void *argument)
{
	observation->net = net;
	observation->question = question;
	observation->done = done;
	observation->argument = argument;
	mc_arena_init(&observation->arena, 0);
	append(&net->working, observation);
}

void
mc_net_over(struct mc_observation *observation, struct mc_fact *fact)
{
	struct mc_net *net = observation->net;

	if (observation->over)
		return;
	take_out(observation);
	observation->over = true;
	observation->fact = observation->arena.failed ? NULL : fact;
	append(&net->over, observation);
	event_active(&net->deliver, EV_TIMEOUT, 0);
}

void
mc_net_failed(struct mc_observation *observation, enum mc_failure failure, const char *text,
	int64_t began)
{
	int64_t ended = began != 0 ? mc_net_now(observation->net) : 0;

	mc_net_over(observation, mc_fact_failed(&observation->arena, observation->question, failure,
					 text, began, ended));
}

static void
hand_over(struct mc_observation *observation)
{
	mc_observed *done = observation->done;
	void *receiver = observation->argument;
	struct mc_fact *fact = observation->fact;
	struct mc_arena arena = observation->arena;

	mc_arena_init(&observation->arena, 0);
	observation->drop(observation);
	done(receiver, &arena, fact);
	mc_arena_reset(&arena);
}

static void
deliver(evutil_socket_t unused, short what, void *argument)
{
	struct mc_net *net = argument;
	struct mc_observation *observation, *last = net->over.last;
	bool more = last != NULL;

	(void)unused;
	(void)what;
	while (more && (observation = net->over.first) != NULL) {
		more = observation != last;
		hand_over(observation);
	}
	if (net->over.first != NULL)
		event_active(&net->deliver, EV_TIMEOUT, 0);
}

static void
arrived(void *argument, struct mc_arena *arena, struct mc_fact *fact)
{
	struct mc_entry *entry = argument;

	mc_entry_done(entry, fact != NULL ? arena : NULL, fact);
}

/* --- the provider --- */

static struct mc_net *
net_of(struct mc_provider *provider)
{
	return (struct mc_net *)provider;
}

static void
start(struct mc_provider *provider, struct mc_entry *entry, const struct mc_question *question)
{
	struct mc_net *net = net_of(provider);
	struct mc_observation *observation;

	if (question->kind != MC_FACT_DNS)
		observation = mc_connection_begin(net, question, arrived, entry);
	else if (question->server != NULL)
		observation = mc_query_begin(net, question, arrived, entry);
	else
		observation = mc_resolver_ask(net->resolver, question, arrived, entry);
	if (observation == NULL) {
		mc_entry_done(entry, NULL, NULL);
		return;
	}
	observation->counted = true;
	net->open++;
	mc_entry_set_handle(entry, observation);
}

/* In a child the loop's descriptor is shared with the parent, which must not lose its events; and
 * nothing is begun here any more: all that the child may do is free what it inherited. */
static void
mind_fork(struct mc_net *net)
{
	if (net->process == getpid())
		return;
	net->process = getpid();
	net->closing = net->forked = true;
	if (net->base != NULL)
		(void)event_reinit(net->base);
}

static void
cancel(struct mc_provider *provider, struct mc_entry *entry)
{
	struct mc_observation *observation = mc_entry_handle(entry);
	struct mc_sigpipe sigpipe;

	if (observation == NULL)
		return;
	mind_fork(net_of(provider));
	mc_entry_set_handle(entry, NULL);
	mc_sigpipe_hold(&sigpipe);
	observation->drop(observation);
	mc_sigpipe_release(&sigpipe);
}

static void
conclude(struct mc_provider *provider, struct mc_entry *entry, const char *why)
{
	struct mc_observation *observation = mc_entry_handle(entry);
	struct mc_sigpipe sigpipe;

	if (observation == NULL || observation->question->kind == MC_FACT_DNS)
		return;
	mind_fork(net_of(provider));
	if (!observation->over) {
		mc_sigpipe_hold(&sigpipe);
		mc_connection_give_up(observation, why);
		mc_sigpipe_release(&sigpipe);
	}
	if (observation->over)
		hand_over(observation);
}

static int64_t
now(struct mc_provider *provider)
{
	return mc_net_now(net_of(provider));
}

static void
limit_reached(evutil_socket_t unused, short what, void *argument)
{
	(void)unused;
	(void)what;
	(void)argument;
}

static bool
wait_for(struct mc_provider *provider, int64_t timeout)
{
	struct mc_net *net = net_of(provider);
	struct mc_sigpipe sigpipe;
	int flags = EVLOOP_ONCE;

	if (net->open == 0)
		return false;
	if (timeout == 0 && !net->own_base)
		return true;
	if (timeout == 0 || (timeout > 0 && !mc_net_timer(&net->limit, timeout)))
		flags |= EVLOOP_NONBLOCK;
	mc_sigpipe_hold(&sigpipe);
	(void)event_base_loop(net->base, flags);
	mc_sigpipe_release(&sigpipe);
	(void)evtimer_del(&net->limit);
	return true;
}

static void
drop_all(struct mc_observations *list)
{
	while (list->first != NULL)
		list->first->drop(list->first);
}

static void
net_free(struct mc_provider *provider)
{
	struct mc_net *net = net_of(provider);
	struct mc_sigpipe sigpipe;

	if (net == NULL)
		return;
	mc_sigpipe_hold(&sigpipe);
	mind_fork(net);
	net->closing = true;
	drop_all(&net->working);
	drop_all(&net->over);
	mc_hello_free(net->hello);
	mc_pace_free(net->pace);
	mc_resolver_free(net->resolver);
	mc_tls_trust_free(net->trust);
	if (net->base != NULL) {
		(void)event_del(&net->deliver);
		(void)event_del(&net->limit);
	}
	if (net->own_base && net->base != NULL)
		event_base_free(net->base);
	mc_free(net);
	mc_sigpipe_release(&sigpipe);
}

/* --- made --- */

static void
number_default(unsigned *number, unsigned value)
{
	if (*number == 0)
		*number = value;
}

static void
ms_default(int64_t *ms, int64_t value)
{
	if (*ms <= 0)
		*ms = value;
}

static void
fill_options(struct mc_net_options *options)
{
	number_default(&options->session_limit, 200);
	number_default(&options->per_address, 2);
	number_default(&options->per_prefix, 8);
	ms_default(&options->pace, 100);
	ms_default(&options->dns_timeout, 5000);
	ms_default(&options->connect_timeout, 30000);
	ms_default(&options->reply_timeout, 30000);
	ms_default(&options->tls_timeout, 15000);
}

/* Shares out what descriptors this process may have; some are left to the program. */
static void
share_descriptors(struct mc_net *net)
{
	struct rlimit limit;
	unsigned all = 1024;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 1u << 20)
		all = (unsigned)limit.rlim_cur;
	net->session_limit = net->options.session_limit;
	if (net->session_limit > all / 4)
		net->session_limit = all / 4 + 1;
	net->query_limit = all / 8 < 64 ? all / 8 + 1 : 64;
	net->descriptors = all / 4 < 256 ? all / 4 + 1 : 256;
	net->lookup_limit = 256;
}

static bool
make_loop(struct mc_net *net, struct event_base *base)
{
	net->base = base;
	net->own_base = base == NULL;
	if (net->own_base)
		net->base = event_base_new();
	if (net->base == NULL)
		return false;
	return event_assign(&net->deliver, net->base, -1, 0, deliver, net) == 0 &&
	       evtimer_assign(&net->limit, net->base, limit_reached, net) == 0;
}

static int32_t
fail(char *error, size_t size, int32_t code, const char *text)
{
	(void)snprintf(error, size, "%s", text);
	return code;
}

static int32_t
make_parts(struct mc_net *net, char *error, size_t size)
{
	const char *problem;
	int32_t code = mc_resolver_new(&net->resolver, net, error, size);

	if (code != MC_NET_OK)
		return code;
	net->hello = mc_hello_new(net);
	net->pace = mc_pace_new(net);
	net->trust = mc_tls_trust_new(net->options.ca_file);
	if (net->hello == NULL || net->pace == NULL || net->trust == NULL)
		return fail(error, size, MC_NET_NO_MEMORY, "out of memory");
	problem = net->options.ca_file != NULL ? mc_tls_trust_problem(net->trust) : NULL;
	return problem == NULL ? MC_NET_OK : fail(error, size, MC_NET_FILE, problem);
}

int32_t
mc_net_new(struct mc_provider **ret_provider, const struct mc_net_options *options,
	struct event_base *base, char *error, size_t error_size)
{
	struct mc_net *net = mc_calloc(1, sizeof(*net));
	int32_t code;

	if (net == NULL)
		return fail(error, error_size, MC_NET_NO_MEMORY, "out of memory");
	net->provider = (struct mc_provider){start, cancel, conclude, now, wait_for, net_free};
	net->options = *options;
	fill_options(&net->options);
	share_descriptors(net);
	net->process = getpid();
	net->wall = read_clock(CLOCK_REALTIME);
	net->monotonic = read_clock(CLOCK_MONOTONIC);
	if (make_loop(net, base))
		code = make_parts(net, error, error_size);
	else
		code = fail(error, error_size, MC_NET_SYSTEM, "libevent cannot make an event loop");
	if (code == MC_NET_OK)
		*ret_provider = &net->provider;
	else
		net_free(&net->provider);
	return code;
}
