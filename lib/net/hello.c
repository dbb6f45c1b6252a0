/* hello: reverse names and host names, looked up through the resolver, kept for a while. */
#include "net/hello.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "dialogue/plan.h"
#include "net/resolver.h"
#include "record/domain.h"

#define CANDIDATES 3       /* reverse names of one address that are looked at */
#define SOURCES 64         /* addresses kept */
#define LIFE 3600000       /* ms a name is kept, */
#define FAILURE_LIFE 60000 /* and that there is none */

/* One lookup at a time. */
struct trial {
	struct mc_hello *hello;
	struct mc_question question;
};

struct mc_hello_source {
	struct mc_hello *hello;
	struct mc_hello_source *next; /* newer first */
	struct mc_address address;
	int64_t expires;
	bool known;
	struct trial trial; /* PTR first, then its names one by one */
	char reverse[MC_ADDRESS_REVERSE_SIZE];
	char candidates[CANDIDATES][MC_NAME_TEXT_SIZE];
	size_t count, at;
	char name[MC_NAME_TEXT_SIZE]; /* "" none */
	struct mc_hello_waiter *waiters;
};

struct mc_hello {
	struct mc_net *net;
	struct mc_hello_source *sources;
	size_t count;
	bool machine_begun, machine_known;
	struct trial machine; /* A, then AAAA */
	char machine_candidate[MC_NAME_TEXT_SIZE];
	char machine_name[MC_NAME_TEXT_SIZE]; /* "" none */
};

struct mc_hello *
mc_hello_new(struct mc_net *net)
{
	struct mc_hello *hello = mc_calloc(1, sizeof(*hello));

	if (hello == NULL)
		return NULL;
	hello->net = net;
	hello->machine.hello = hello;
	return hello;
}

void
mc_hello_free(struct mc_hello *hello)
{
	while (hello != NULL && hello->sources != NULL) {
		struct mc_hello_source *next = hello->sources->next;
		mc_free(hello->sources);
		hello->sources = next;
	}
	mc_free(hello);
}

/* --- what may be said --- */

static bool
usable(const char *name)
{
	char host[MC_NAME_TEXT_SIZE];

	return strchr(name, '.') != NULL && strchr(name, '_') == NULL &&
	       strncmp(name, "localhost", 9) != 0 && mc_domain_parse_host(name, host) == NULL &&
	       strcmp(host, name) == 0 && !mc_name_within(name, "localhost") &&
	       mc_plan_helo_problem(name) == NULL;
}

static void
literal(const struct mc_address *address, char ret_name[MC_HELLO_SIZE])
{
	char text[MC_ADDRESS_SIZE];

	mc_address_format(text, address);
	(void)snprintf(ret_name, MC_HELLO_SIZE, address->family == 4 ? "[%s]" : "[IPv6:%s]", text);
}

void
mc_hello_name(const struct mc_hello_waiter *waiter, const char *host, char ret_name[MC_HELLO_SIZE])
{
	const struct mc_hello_source *source = waiter->source;
	const char *names[] = {source->name, source->hello->machine_name};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i][0] != '\0' && strcmp(names[i], host) != 0) {
			(void)snprintf(ret_name, MC_HELLO_SIZE, "%s", names[i]);
			return;
		}
	literal(&source->address, ret_name);
}

bool
mc_hello_known(const struct mc_hello_waiter *waiter)
{
	return waiter->source->known && waiter->source->hello->machine_known;
}

/* --- who waits --- */

static void
tell(struct mc_hello_source *source)
{
	struct mc_hello_waiter *next;

	if (!source->known || !source->hello->machine_known)
		return;
	for (struct mc_hello_waiter *each = source->waiters; each != NULL; each = next) {
		next = each->next;
		each->known(each);
	}
}

static void
tell_all(struct mc_hello *hello)
{
	for (struct mc_hello_source *each = hello->sources; each != NULL; each = each->next)
		tell(each);
}

void
mc_hello_leave(struct mc_hello_waiter *waiter)
{
	if (waiter->source == NULL)
		return;
	*(waiter->previous != NULL ? &waiter->previous->next : &waiter->source->waiters) =
		waiter->next;
	if (waiter->next != NULL)
		waiter->next->previous = waiter->previous;
	waiter->source = NULL;
}

static void
join(struct mc_hello_source *source, struct mc_hello_waiter *waiter)
{
	waiter->source = source;
	waiter->previous = NULL;
	waiter->next = source->waiters;
	if (source->waiters != NULL)
		source->waiters->previous = waiter;
	source->waiters = waiter;
}

/* --- lookups --- */

static bool
ask(struct trial *trial, const char *name, uint16_t type, mc_observed *done, void *argument)
{
	trial->question = (struct mc_question){.kind = MC_FACT_DNS, .name = name, .type = type};
	return mc_resolver_ask(trial->hello->net->resolver, &trial->question, done, argument) !=
	       NULL;
}

static const struct mc_dns *
answer(const struct mc_fact *fact)
{
	return fact != NULL && fact->status == MC_FACT_OK ? (const struct mc_dns *)fact : NULL;
}

static bool
holds(const struct mc_dns *dns, const struct mc_address *address)
{
	struct mc_address each;

	for (size_t i = 0; dns != NULL && i < dns->count; i++)
		if (mc_rr_address(&dns->rrs[i], &each) && mc_address_compare(&each, address) == 0)
			return true;
	return false;
}

static void
source_known(struct mc_hello_source *source, const char *name)
{
	(void)snprintf(source->name, sizeof(source->name), "%s", name);
	source->known = true;
	source->expires = mc_net_now(source->hello->net) + (name[0] != '\0' ? LIFE : FAILURE_LIFE);
	tell(source);
}

static void confirmed(void *argument, struct mc_arena *arena, struct mc_fact *fact);

static void
try_candidate(struct mc_hello_source *source)
{
	uint16_t type = source->address.family == 4 ? MC_RR_A : MC_RR_AAAA;

	if (source->at == source->count ||
		!ask(&source->trial, source->candidates[source->at], type, confirmed, source))
		source_known(source, "");
}

static void
confirmed(void *argument, struct mc_arena *arena, struct mc_fact *fact)
{
	struct mc_hello_source *source = argument;

	(void)arena;
	if (holds(answer(fact), &source->address)) {
		source_known(source, source->candidates[source->at]);
		return;
	}
	source->at++;
	try_candidate(source);
}

static void
reversed(void *argument, struct mc_arena *arena, struct mc_fact *fact)
{
	struct mc_hello_source *source = argument;
	const struct mc_dns *dns = answer(fact);

	(void)arena;
	for (size_t i = 0; dns != NULL && i < dns->count && source->count < CANDIDATES; i++) {
		char *candidate = source->candidates[source->count];
		if (mc_rr_target(&dns->rrs[i], candidate) && usable(candidate))
			source->count++;
	}
	try_candidate(source);
}

/* --- this machine's own name --- */

static void
machine_known(struct mc_hello *hello, const char *name)
{
	(void)snprintf(hello->machine_name, sizeof(hello->machine_name), "%s", name);
	hello->machine_known = true;
	tell_all(hello);
}

static void
machine_resolved(void *argument, struct mc_arena *arena, struct mc_fact *fact)
{
	struct mc_hello *hello = argument;
	struct trial *trial = &hello->machine;
	bool last = trial->question.type == MC_RR_AAAA;
	const struct mc_dns *dns = answer(fact);

	(void)arena;
	if (dns != NULL && dns->count > 0)
		machine_known(hello, hello->machine_candidate);
	else if (last || !ask(trial, hello->machine_candidate, MC_RR_AAAA, machine_resolved, hello))
		machine_known(hello, "");
}

static void
seek_machine(struct mc_hello *hello)
{
	char name[256] = "";

	if (hello->machine_begun)
		return;
	hello->machine_begun = true;
	if (gethostname(name, sizeof(name) - 1) != 0 ||
		mc_domain_parse_host(name, hello->machine_candidate) != NULL ||
		!usable(hello->machine_candidate) ||
		!ask(&hello->machine, hello->machine_candidate, MC_RR_A, machine_resolved, hello))
		machine_known(hello, "");
}

/* --- sources --- */

static void
trim(struct mc_hello *hello)
{
	struct mc_hello_source **place = &hello->sources, **last = NULL;

	if (hello->count < SOURCES)
		return;
	for (; *place != NULL; place = &(*place)->next)
		if ((*place)->known && (*place)->waiters == NULL)
			last = place;
	if (last != NULL) {
		struct mc_hello_source *gone = *last;
		*last = gone->next;
		mc_free(gone);
		hello->count--;
	}
}

static void
seek(struct mc_hello_source *source)
{
	source->known = false;
	source->count = source->at = 0;
	source->name[0] = '\0';
	if (mc_address_scope(&source->address) != MC_SCOPE_GLOBAL ||
		!ask(&source->trial, source->reverse, MC_RR_PTR, reversed, source))
		source_known(source, "");
}

static struct mc_hello_source *
source_of(struct mc_hello *hello, const struct mc_address *address)
{
	struct mc_hello_source *source = hello->sources;

	while (source != NULL && mc_address_compare(&source->address, address) != 0)
		source = source->next;
	if (source != NULL) {
		if (source->known && source->expires <= mc_net_now(hello->net))
			seek(source);
		return source;
	}
	trim(hello);
	source = mc_calloc(1, sizeof(*source));
	if (source == NULL)
		return NULL;
	source->hello = source->trial.hello = hello;
	source->address = *address;
	mc_address_reverse(source->reverse, address);
	source->next = hello->sources;
	hello->sources = source;
	hello->count++;
	seek(source);
	return source;
}

bool
mc_hello_seek(
	struct mc_hello *hello, struct mc_hello_waiter *waiter, const struct mc_address *address)
{
	struct mc_hello_source *source;

	seek_machine(hello);
	source = source_of(hello, address);
	if (source == NULL)
		return false;
	join(source, waiter);
	return true;
}
