/* ask_address: facts from one address, or from where --connect-to leads instead. */
#include <string.h>

#include "fact/run_state.h"

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
		return (const struct mc_dns *)mc_run_failed(run->state, &question,
			MC_FAIL_NOT_CONTACTED,
			"a special-purpose address, which is not contacted unasked");
	return (const struct mc_dns *)mc_run_ask(run, &question);
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
	return (const struct mc_https *)mc_run_ask(run, &question);
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
	return (const struct mc_session_fact *)mc_run_ask(run, &question);
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
	return (const struct mc_session_fact *)mc_run_failed(
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

	return (const struct mc_session_fact *)mc_run_ask(run, &question);
}
