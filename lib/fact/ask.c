/* ask: how a check gets at facts. */
#include <string.h>

#include "base/escape.h"
#include "fact/run_state.h"

static struct mc_pin **
bucket_of(struct mc_run_state *state, const char *key)
{
	unsigned hash = 5381;

	for (; *key != '\0'; key++)
		hash = hash * 33 + (uint8_t)*key;
	return &state->pins[hash % MC_RUN_BUCKETS];
}

static void
wake_askers(struct mc_waiter *waiter)
{
	struct mc_pin *pin = (struct mc_pin *)waiter;

	pin->fact = mc_entry_fact(pin->entry);
	for (struct mc_asker *asker = pin->askers; asker != NULL; asker = asker->next)
		asker->job->ready = true;
	pin->state->wake(pin->state->argument);
}

/* Of a question to a block list. */
struct budget {
	const char *zone; /* NULL: any other question */
	unsigned questions;
};

static bool
over_limit(
	struct mc_run_state *state, const struct mc_question *question, const struct budget *budget)
{
	if (budget->zone != NULL)
		return state->listing_count++ >= MC_RUN_LISTING_LIMIT;
	return question->kind == MC_FACT_DNS ? state->dns_count++ >= MC_RUN_DNS_LIMIT
					     : state->session_count++ >= MC_RUN_SESSION_LIMIT;
}

static const struct mc_fact *
without_store(struct mc_run_state *state, const struct mc_question *question,
	enum mc_failure failure, const char *text)
{
	const struct mc_fact *fact = mc_fact_failed(&state->arena, question, failure, text, 0, 0);

	return fact != NULL ? fact : mc_fact_no_memory(question->kind);
}

const char *
mc_run_time_up(struct mc_run_state *state)
{
	return mc_arena_printf(&state->arena, "the time for this target (%g s) was up",
		(double)state->settings.deadline / 1000);
}

/* It was waited for, if at all, until the time was up. */
static const struct mc_fact *
cut_short(struct mc_run_state *state, const struct mc_question *question)
{
	int64_t up = mc_run_deadline(&state->run);
	const struct mc_fact *fact = mc_fact_failed(&state->arena, question, MC_FAIL_DEADLINE,
		mc_run_time_up(state), state->run.now, up);

	return fact != NULL ? fact : mc_fact_no_memory(question->kind);
}

static void
open_pin(struct mc_run_state *state, struct mc_pin *pin, const struct mc_question *question,
	const struct budget *budget)
{
	if (over_limit(state, question, budget)) {
		pin->fact = without_store(state, question, MC_FAIL_LIMIT,
			budget->zone != NULL ? "the limit of 4000 questions to block lists for one "
					       "target was reached"
			: question->kind == MC_FACT_DNS
				? "the limit of 500 DNS questions for one target was reached"
				: "the limit of 40 connections for one target was reached");
		return;
	}
	if (state->cut) {
		pin->fact = cut_short(state, question);
		return;
	}
	if (budget->zone != NULL &&
		!mc_store_afford(state->store, pin->key, budget->zone, budget->questions)) {
		pin->fact = without_store(state, question, MC_FAIL_LIMIT,
			mc_arena_printf(&state->arena, "the budget of %u questions was used up",
				budget->questions));
		return;
	}
	pin->entry = mc_store_pin(state->store, pin->key, question);
	if (pin->entry == NULL) {
		state->failed = true;
		pin->fact = mc_fact_no_memory(question->kind);
		return;
	}
	pin->fact = mc_entry_fact(pin->entry);
	if (pin->fact == NULL)
		mc_store_await(pin->entry, &pin->waiter);
}

static struct mc_pin *
find_pin(
	struct mc_run_state *state, const struct mc_question *question, const struct budget *budget)
{
	const char *key = mc_question_key(state->run.arena, question);
	struct mc_pin **bucket = bucket_of(state, key);
	struct mc_pin *pin = *bucket;

	while (pin != NULL && strcmp(pin->key, key) != 0)
		pin = pin->chain;
	if (pin != NULL)
		return pin;
	pin = mc_arena_alloc(&state->arena, sizeof(*pin));
	if (pin == NULL)
		return NULL;
	pin->waiter.wake = wake_askers;
	pin->state = state;
	pin->key = mc_arena_strdup(&state->arena, key);
	pin->chain = *bucket;
	*bucket = pin;
	state->pin_count++;
	open_pin(state, pin, question, budget);
	return pin;
}

static void
add_asker(struct mc_run_state *state, struct mc_pin *pin)
{
	struct mc_asker *asker;

	for (asker = pin->askers; asker != NULL; asker = asker->next)
		if (asker->job == state->current)
			return;
	asker = mc_arena_alloc(&state->arena, sizeof(*asker));
	if (asker == NULL) {
		state->failed = true;
		return;
	}
	asker->job = state->current;
	asker->next = pin->askers;
	pin->askers = asker;
}

static void
note_times(struct mc_run_state *state, const struct mc_fact *fact)
{
	struct mc_job *job = state->current;
	int64_t began = fact->began > state->run.now ? fact->began : state->run.now;

	if (fact->ended == 0)
		return;
	if (began < job->began)
		job->began = began;
	if (fact->ended > job->ended)
		job->ended = fact->ended;
}

static const struct mc_fact *
ask_within(struct mc_run *run, const struct mc_question *question, const struct budget *budget)
{
	struct mc_run_state *state = run->state;
	struct mc_pin *pin = find_pin(state, question, budget);

	if (pin == NULL || run->arena->failed) {
		state->failed = true;
		return mc_fact_no_memory(question->kind);
	}
	if (pin->fact == NULL && state->cut)
		pin->fact = cut_short(state, question);
	if (pin->fact == NULL) {
		add_asker(state, pin);
		return NULL;
	}
	note_times(state, pin->fact);
	return pin->fact;
}

static const struct mc_fact *
ask(struct mc_run *run, const struct mc_question *question)
{
	const struct budget none = {.zone = NULL};

	return ask_within(run, question, &none);
}

static const struct mc_dns *
ask_dns(struct mc_run *run, const char *name, uint16_t type, const char *server)
{
	struct mc_question question = {
		.kind = MC_FACT_DNS, .name = name, .type = type, .server = server};

	return (const struct mc_dns *)ask(run, &question);
}

const struct mc_dns *
mc_ask_dns_at(struct mc_run *run, const char *name, uint16_t type, const char *server)
{
	return ask_dns(run, name, type, server);
}

/* --ns: the domain's own records come from the server the user named. */
static const char *
server_for(const struct mc_run *run, const char *name)
{
	return run->settings->ns != NULL && mc_name_within(name, run->domain) ? run->settings->ns
									      : NULL;
}

/*
 * With a trust anchor set, everything from a resolver that strips DNSSEC looks bogus. The root's
 * own keys tell the two apart: where they are secure, bogus means bogus.
 */
static const struct mc_dns *
see_through(struct mc_run *run, const struct mc_dns *dns)
{
	const struct mc_dns *root;
	struct mc_dns *copy;

	if (dns == NULL || dns->fact.status != MC_FACT_OK || dns->dnssec != MC_DNSSEC_BOGUS)
		return dns;
	root = ask_dns(run, ".", MC_RR_DNSKEY, NULL);
	if (root == NULL)
		return NULL;
	if (root->fact.status == MC_FACT_OK && root->dnssec == MC_DNSSEC_SECURE)
		return dns;
	copy = mc_arena_memdup(run->arena, dns, sizeof(*dns));
	if (copy == NULL)
		return dns;
	copy->dnssec = MC_DNSSEC_UNKNOWN;
	copy->why_bogus = "";
	return copy;
}

static const struct mc_rr *
assumed(const struct mc_settings *settings, const char *name, uint16_t type)
{
	for (size_t i = 0; i < settings->assume_count; i++)
		if (settings->assume[i].type == type &&
			strcmp(settings->assume[i].owner, name) == 0)
			return &settings->assume[i];
	return NULL;
}

/* The records of `owner`: the name itself, or the wildcard it is answered by. */
static struct mc_dns *
assumed_answer(struct mc_run *run, const char *name, const char *owner, uint16_t type)
{
	const struct mc_settings *settings = run->settings;
	struct mc_dns *dns = mc_arena_alloc(run->arena, sizeof(*dns));
	struct mc_rr *rrs =
		mc_arena_calloc(run->arena, settings->assume_count, sizeof(struct mc_rr));

	if (dns == NULL || rrs == NULL)
		return NULL;
	*dns = (struct mc_dns){.fact = {.kind = MC_FACT_DNS,
				       .status = MC_FACT_OK,
				       .text = "",
				       .began = run->now,
				       .ended = run->now},
		.name = name,
		.type = type,
		.why_bogus = "",
		.canonical = name,
		.rrs = rrs};
	for (size_t i = 0; i < settings->assume_count; i++)
		if (settings->assume[i].type == type &&
			strcmp(settings->assume[i].owner, owner) == 0)
			rrs[dns->count++] = settings->assume[i];
	dns->count = mc_dns_sort(rrs, dns->count);
	dns->ttl = dns->count > 0 ? rrs[0].ttl : 0;
	return dns;
}

/* The answer at the end of a chain of CNAMEs, told as the answer to the name asked for. */
static const struct mc_dns *
through_aliases(struct mc_run *run, const char *name, const struct mc_rr *aliases, size_t count,
	const struct mc_dns *end)
{
	struct mc_dns *dns = mc_arena_memdup(run->arena, end, sizeof(*end));
	struct mc_rr *all =
		mc_arena_calloc(run->arena, count + end->alias_count + 1, sizeof(struct mc_rr));

	if (dns == NULL || all == NULL)
		return end;
	memcpy(all, aliases, count * sizeof(*all));
	if (end->alias_count > 0)
		memcpy(all + count, end->aliases, end->alias_count * sizeof(*all));
	dns->name = name;
	dns->aliases = all;
	dns->alias_count = count + end->alias_count;
	dns->dnssec = MC_DNSSEC_UNKNOWN;
	return dns;
}

/* The server named by --ns gave no end to the chain of CNAMEs, or it meets an assumed record. */
static bool
goes_on(const struct mc_run *run, const struct mc_dns *dns)
{
	const struct mc_settings *settings = run->settings;

	if (dns == NULL || dns->fact.status != MC_FACT_OK || dns->alias_count == 0)
		return false;
	if (assumed(settings, dns->canonical, dns->type) != NULL ||
		assumed(settings, dns->canonical, MC_RR_CNAME) != NULL)
		return true;
	return dns->server != NULL && dns->count == 0 &&
	       (!dns->nxdomain || server_for(run, dns->canonical) == NULL);
}

/* A name below which there is something exists (RFC 8020, 2). */
static bool
assumed_within(const struct mc_settings *settings, const char *name)
{
	for (size_t i = 0; i < settings->assume_count; i++)
		if (mc_name_within(settings->assume[i].owner, name))
			return true;
	return false;
}

static const struct mc_dns *
existing(struct mc_run *run, const struct mc_dns *dns)
{
	struct mc_dns *copy;

	if (dns == NULL || !dns->nxdomain || !assumed_within(run->settings, dns->canonical))
		return dns;
	copy = mc_arena_memdup(run->arena, dns, sizeof(*dns));
	if (copy == NULL)
		return dns;
	copy->nxdomain = false;
	return copy;
}

/* RFC 4592, 2.1.1; NULL: no wildcard is assumed that the name may be answered by. */
static const char *
assumed_wildcard(const struct mc_settings *settings, const char *name)
{
	const char *above = mc_name_parent(name);

	for (; strcmp(above, ".") != 0; above = mc_name_parent(above))
		for (size_t i = 0; i < settings->assume_count; i++) {
			const char *owner = settings->assume[i].owner;
			if (strncmp(owner, "*.", 2) == 0 && strcmp(owner + 2, above) == 0)
				return owner;
		}
	return NULL;
}

/* A name that is not there is answered by the assumed wildcard above it. */
static const struct mc_dns *
synthesized(struct mc_run *run, const char *name, uint16_t type, const struct mc_dns *dns)
{
	const char *owner = dns != NULL && dns->nxdomain && dns->alias_count == 0
				    ? assumed_wildcard(run->settings, name)
				    : NULL;
	const struct mc_dns *answer = owner != NULL ? assumed_answer(run, name, owner, type) : NULL;

	return answer != NULL ? answer : dns;
}

#define CHAIN_LIMIT 8 /* chains of CNAMEs laid end to end */

static const struct mc_dns *
endless(struct mc_run *run, const char *name, uint16_t type)
{
	struct mc_question question = {.kind = MC_FACT_DNS, .name = name, .type = type};

	return (const struct mc_dns *)without_store(
		run->state, &question, MC_FAIL_MALFORMED, "the chain of CNAMEs does not end");
}

static const struct mc_dns *
ask_overlaid(struct mc_run *run, const char *name, uint16_t type, unsigned depth)
{
	const struct mc_rr *alias = assumed(run->settings, name, MC_RR_CNAME);
	const struct mc_dns *dns, *end;
	char target[MC_NAME_TEXT_SIZE];

	if (type != MC_RR_CNAME && alias != NULL && depth < CHAIN_LIMIT &&
		mc_rr_target(alias, target)) {
		end = ask_overlaid(run, mc_arena_strdup(run->arena, target), type, depth + 1);
		return end == NULL ? NULL : through_aliases(run, alias->owner, alias, 1, end);
	}
	if (assumed(run->settings, name, type) != NULL)
		return assumed_answer(run, name, name, type);
	dns = ask_dns(run, name, type, server_for(run, name));
	if (goes_on(run, dns)) {
		end = depth == CHAIN_LIMIT ? endless(run, name, type)
					   : ask_overlaid(run, dns->canonical, type, depth + 1);
		return end == NULL
			       ? NULL
			       : through_aliases(run, name, dns->aliases, dns->alias_count, end);
	}
	return synthesized(run, name, type, existing(run, see_through(run, dns)));
}

/* Of a name longer than names can be it is known for certain, without asking, that nothing is
 * there. */
static const struct mc_dns *
impossible(struct mc_run *run, const char *name, uint16_t type)
{
	struct mc_dns *dns = mc_arena_alloc(run->arena, sizeof(*dns));

	if (dns == NULL)
		return (const struct mc_dns *)mc_fact_no_memory(MC_FACT_DNS);
	*dns = (struct mc_dns){.fact = {.kind = MC_FACT_DNS,
				       .status = MC_FACT_OK,
				       .text = "",
				       .began = run->now,
				       .ended = run->now},
		.name = name,
		.type = type,
		.nxdomain = true,
		.dnssec = MC_DNSSEC_SECURE,
		.why_bogus = "",
		.canonical = name};
	return dns;
}

/* Text may be longer than the name is on the wire, where octets are escaped. */
static bool
is_too_long(const char *name)
{
	char canonical[MC_NAME_TEXT_SIZE];

	return strlen(name) > MC_NAME_WIRE_SIZE - 2 &&
	       mc_name_canonical(name, NULL, canonical) != NULL;
}

const struct mc_dns *
mc_ask_dns(struct mc_run *run, const char *prefix, const char *name, uint16_t type)
{
	char joined[MC_NAME_TEXT_SIZE];
	const struct mc_dns *dns;
	const char *full = name;

	if (prefix != NULL && !mc_name_join(prefix, name, joined))
		return impossible(run, mc_arena_printf(run->arena, "%s.%s", prefix, name), type);
	if (prefix != NULL)
		full = mc_arena_strdup(run->arena, joined);
	else if (is_too_long(name))
		return impossible(run, name, type);
	dns = ask_overlaid(run, full, type, 0);
	return dns != NULL || !run->arena->failed
		       ? dns
		       : (const struct mc_dns *)mc_fact_no_memory(MC_FACT_DNS);
}

const struct mc_dns *
mc_ask_listing(struct mc_run *run, const char *name, uint16_t type, const char *zone,
	unsigned budget, bool keyed)
{
	const struct mc_question question = {
		.kind = MC_FACT_DNS, .name = name, .type = type, .keyed = keyed};
	const struct budget within = {zone, budget};

	return see_through(run, (const struct mc_dns *)ask_within(run, &question, &within));
}

static bool
connect_to_matches(const struct mc_connect_to *rule, const struct mc_subject *subject)
{
	char address[MC_ADDRESS_SIZE];

	if (rule->port != 0 && rule->port != subject->port)
		return false;
	mc_address_format(address, &subject->address);
	return rule->host[0] == '\0' || strcmp(rule->host, subject->host) == 0 ||
	       strcmp(rule->host, address) == 0;
}

static const struct mc_connect_to *
connect_to(const struct mc_run *run, const struct mc_subject *subject)
{
	const struct mc_settings *settings = run->settings;

	for (size_t i = 0; i < settings->connect_to_count; i++)
		if (connect_to_matches(&settings->connect_to[i], subject))
			return &settings->connect_to[i];
	return NULL;
}

const struct mc_address *
mc_connect_to_address(const struct mc_run *run, const char *host)
{
	const struct mc_subject subject = {.host = host, .port = run->port};
	const struct mc_connect_to *rule = connect_to(run, &subject);

	return rule != NULL && rule->address.family != 0 ? &rule->address : NULL;
}

#define DNS_PORT 53
#define HTTPS_PORT 443

/* A rule for every port is meant for mail. */
static const struct mc_connect_to *
rule_at(const struct mc_run *run, const char *host, const struct mc_address *address, uint16_t port)
{
	const struct mc_settings *settings = run->settings;
	const struct mc_subject subject = {.host = host, .address = *address, .port = port};

	for (size_t i = 0; i < settings->connect_to_count; i++)
		if (settings->connect_to[i].port == port &&
			connect_to_matches(&settings->connect_to[i], &subject))
			return &settings->connect_to[i];
	return NULL;
}

const struct mc_dns *
mc_ask_name_server(struct mc_run *run, const char *host, const struct mc_address *address,
	const char *name, uint16_t type)
{
	const struct mc_connect_to *rule = rule_at(run, host, address, DNS_PORT);
	bool moved = rule != NULL && rule->address.family != 0;
	struct mc_question question = {.kind = MC_FACT_DNS, .name = name, .type = type};
	char text[MC_ADDRESS_SIZE];

	mc_address_format(text, moved ? &rule->address : address);
	question.server = mc_arena_printf(run->arena, "%s@%u", text,
		rule != NULL && rule->to_port != 0 ? rule->to_port : DNS_PORT);
	if (!moved && !run->settings->allow_private && mc_address_scope(address) != MC_SCOPE_GLOBAL)
		return (const struct mc_dns *)without_store(run->state, &question,
			MC_FAIL_NOT_CONTACTED,
			"a special-purpose address, which is not contacted unasked");
	return (const struct mc_dns *)ask(run, &question);
}

const struct mc_https *
mc_ask_https(
	struct mc_run *run, const char *host, const struct mc_address *address, const char *path)
{
	const struct mc_connect_to *rule = rule_at(run, host, address, HTTPS_PORT);
	struct mc_question question = {.kind = MC_FACT_HTTPS,
		.address = *address,
		.port = HTTPS_PORT,
		.host = host,
		.path = path,
		.allow_special = run->settings->allow_private ||
				 (rule != NULL && rule->address.family != 0)};

	if (rule != NULL) {
		question.via = rule->address;
		question.via_port = rule->to_port;
	}
	return (const struct mc_https *)ask(run, &question);
}

/* RFC 6761, 6.3: localhost names this machine, by name. */
static bool
named_local(const struct mc_subject *subject)
{
	return mc_name_within(subject->host, "localhost");
}

static const struct mc_session_fact *
ask_session(struct mc_run *run, const struct mc_subject *subject)
{
	const struct mc_settings *settings = run->settings;
	const struct mc_connect_to *rule = connect_to(run, subject);
	struct mc_question question = {.kind = MC_FACT_SESSION,
		.address = subject->address,
		.port = subject->port,
		.host = subject->host,
		.allow_special = settings->allow_private || subject->literal ||
				 named_local(subject) ||
				 (rule != NULL && rule->address.family != 0),
		.plan = {.protocol = settings->lmtp ? MC_PROTOCOL_LMTP : MC_PROTOCOL_SMTP,
			.tls = settings->tls,
			.helo = settings->helo,
			.quit_after = settings->quit_after}};

	if (rule != NULL) {
		question.via = rule->address;
		question.via_port = rule->to_port;
	}
	if (run->kind == MC_TARGET_HOST) {
		question.plan.from = settings->from;
		question.plan.to = (const char *const *)settings->to;
		question.plan.to_count = settings->to_count;
	}
	return (const struct mc_session_fact *)ask(run, &question);
}

const struct mc_session_fact *
mc_ask_session(struct mc_run *run)
{
	return ask_session(run, run->subject);
}

const struct mc_session_fact *
mc_ask_session_of(struct mc_run *run, const char *host, const struct mc_address *address)
{
	const struct mc_subject subject = {.host = host, .address = *address, .port = run->port};
	const struct mc_question question = {.kind = MC_FACT_SESSION};

	if (mc_run_connects(run->state))
		return ask_session(run, &subject);
	return (const struct mc_session_fact *)without_store(
		run->state, &question, MC_FAIL_NOT_CONTACTED, "no check connects to it");
}

const struct mc_session_fact *
mc_ask_greeting(
	struct mc_run *run, const char *host, const struct mc_address *address, uint16_t port)
{
	const struct mc_settings *settings = run->settings;
	struct mc_question question = {.kind = MC_FACT_SESSION,
		.address = *address,
		.port = port,
		.host = host,
		.allow_special = settings->allow_private,
		.plan = {.tls = MC_TLS_NONE, .helo = settings->helo, .quit_after = MC_STEP_BANNER}};

	return (const struct mc_session_fact *)ask(run, &question);
}
