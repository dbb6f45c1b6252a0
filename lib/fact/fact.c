/* fact: questions, their keys, and failures. */
#include "fact/fact.h"

#include <string.h>

#include "base/buf.h"
#include "base/escape.h"
#include "record/message.h"

static const struct {
	const char *name;
	bool ours;
} failures[] = {
	[MC_FAIL_NONE] = {"none", false},
	[MC_FAIL_TIMEOUT] = {"timeout", false},
	[MC_FAIL_SERVFAIL] = {"servfail", false},
	[MC_FAIL_QUERY_REFUSED] = {"query-refused", false},
	[MC_FAIL_RCODE] = {"rcode", false},
	[MC_FAIL_MALFORMED] = {"malformed", false},
	[MC_FAIL_NO_RESOLVER] = {"no-resolver", true},
	[MC_FAIL_CONNECT_REFUSED] = {"connect-refused", false},
	[MC_FAIL_CONNECT_TIMEOUT] = {"connect-timeout", false},
	[MC_FAIL_CONNECT_RESET] = {"connect-reset", false},
	[MC_FAIL_NO_ROUTE] = {"no-route", false},
	[MC_FAIL_NO_LOCAL_ROUTE] = {"no-local-route", true},
	[MC_FAIL_NOT_CONTACTED] = {"not-contacted", true},
	[MC_FAIL_DENIED] = {"denied", true},
	[MC_FAIL_DEADLINE] = {"deadline", true},
	[MC_FAIL_LIMIT] = {"limit", true},
	[MC_FAIL_LOCAL] = {"local", true},
	[MC_FAIL_NOT_RECORDED] = {"not-recorded", true},
};

#define FAILURES (sizeof(failures) / sizeof(failures[0]))

bool
mc_failure_ours(enum mc_failure failure)
{
	return failures[failure].ours;
}

const char *
mc_failure_name(enum mc_failure failure)
{
	return failures[failure].name;
}

bool
mc_failure_parse(const char *name, enum mc_failure *ret_failure)
{
	for (size_t i = 0; i < FAILURES; i++)
		if (strcmp(failures[i].name, name) == 0) {
			*ret_failure = (enum mc_failure)i;
			return true;
		}
	return false;
}

bool
mc_server_is_resolver(const char *server)
{
	return strncmp(server, MC_SERVER_RECURSIVE, strlen(MC_SERVER_RECURSIVE)) == 0;
}

static const char *
dns_key(struct mc_arena *arena, const struct mc_question *question)
{
	const char *server = question->server;
	char type[10];
	const char *const parts[] = {"dns ", question->name, " ",
		mc_rr_type_name(question->type, type), server != NULL ? " @" : "",
		server != NULL ? server : ""};
	size_t length = 0;
	char *key, *end;

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		length += strlen(parts[i]);
	key = end = mc_arena_alloc(arena, length + 1);
	if (key == NULL)
		return "";
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		end = stpcpy(end, parts[i]);
	return key;
}

/* One word of a key: quoted by escaping what would end it. */
static void
key_word(struct mc_buf *key, const char *name, const char *value)
{
	mc_buf_puts(key, name);
	if (value == NULL)
		return;
	mc_buf_putc(key, '<');
	mc_escape_to(key, value, strlen(value));
	mc_buf_putc(key, '>');
}

static void
plan_key(struct mc_buf *key, const struct mc_plan *plan)
{
	mc_buf_puts(key, plan->protocol == MC_PROTOCOL_LMTP ? " protocol=lmtp" : " protocol=smtp");
	mc_buf_puts(key, " tls=");
	mc_buf_puts(key, mc_tls_mode_text(plan->tls));
	mc_buf_puts(key, " until=");
	mc_buf_puts(key, mc_step_name_text(plan->quit_after));
	key_word(key, " helo=", plan->helo);
	key_word(key, " from=", plan->from);
	for (size_t i = 0; i < plan->to_count; i++)
		key_word(key, " to=", plan->to[i]);
}

static void
key_address(struct mc_buf *key, const char *name, const struct mc_address *address, uint16_t port)
{
	char text[MC_ADDRESS_SIZE] = "";

	if (address->family != 0)
		mc_address_format(text, address);
	mc_buf_puts(key, name);
	mc_buf_puts(key, text);
	mc_buf_putc(key, '@');
	mc_buf_decimal(key, port);
}

static void
endpoint_key(struct mc_buf *key, const char *kind, const struct mc_question *question)
{
	key_address(key, kind, &question->address, question->port);
	if (question->via.family != 0 || question->via_port != 0)
		key_address(key, " via ", &question->via, question->via_port);
	key_word(key, " host=", question->host);
	if (question->allow_special)
		mc_buf_puts(key, " special");
}

static const char *
connection_key(struct mc_arena *arena, const struct mc_question *question)
{
	struct mc_buf key;
	const char *text;

	mc_buf_init(&key, 64 * 1024);
	if (question->kind == MC_FACT_SESSION) {
		endpoint_key(&key, "session ", question);
		plan_key(&key, &question->plan);
	} else {
		endpoint_key(&key, "https ", question);
		key_word(&key, " path=", question->path);
	}
	if (key.failed)
		arena->failed = true;
	text = mc_arena_strdup(arena, mc_buf_text(&key));
	mc_buf_free(&key);
	return text;
}

const char *
mc_question_key(struct mc_arena *arena, const struct mc_question *question)
{
	return question->kind == MC_FACT_DNS ? dns_key(arena, question)
					     : connection_key(arena, question);
}

/* Either may be NULL. */
static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
same_address(
	const struct mc_address *a, uint16_t a_port, const struct mc_address *b, uint16_t b_port)
{
	return a_port == b_port && mc_address_compare(a, b) == 0;
}

static bool
same_plan(const struct mc_plan *a, const struct mc_plan *b)
{
	if (a->protocol != b->protocol || a->tls != b->tls || a->quit_after != b->quit_after ||
		a->to_count != b->to_count || !same_text(a->helo, b->helo) ||
		!same_text(a->from, b->from))
		return false;
	for (size_t i = 0; i < a->to_count; i++)
		if (!same_text(a->to[i], b->to[i]))
			return false;
	return true;
}

bool
mc_question_same(const struct mc_question *a, const struct mc_question *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == MC_FACT_DNS)
		return a->type == b->type && strcmp(a->name, b->name) == 0 &&
		       same_text(a->server, b->server);
	return same_address(&a->address, a->port, &b->address, b->port) &&
	       same_address(&a->via, a->via_port, &b->via, b->via_port) &&
	       same_text(a->host, b->host) && a->allow_special == b->allow_special &&
	       (a->kind == MC_FACT_SESSION ? same_plan(&a->plan, &b->plan)
					   : same_text(a->path, b->path));
}

static unsigned
hash_text(unsigned hash, const char *text)
{
	for (; text != NULL && *text != '\0'; text++)
		hash = hash * 33 + (uint8_t)*text;
	return hash;
}

unsigned
mc_question_hash(const struct mc_question *question)
{
	return question->kind == MC_FACT_DNS
		       ? hash_text(hash_text(question->type, question->name), question->server)
		       : hash_text(question->port, question->host);
}

static const char *
copy_text(struct mc_arena *arena, const char *text)
{
	return text != NULL ? mc_arena_strdup(arena, text) : NULL;
}

bool
mc_question_copy(
	struct mc_arena *arena, struct mc_question *ret_copy, const struct mc_question *question)
{
	const char **to = mc_arena_calloc(arena, question->plan.to_count + 1, sizeof(*to));

	if (to == NULL)
		return false;
	*ret_copy = *question;
	ret_copy->name = copy_text(arena, question->name);
	ret_copy->server = copy_text(arena, question->server);
	ret_copy->host = copy_text(arena, question->host);
	ret_copy->path = copy_text(arena, question->path);
	ret_copy->plan.helo = copy_text(arena, question->plan.helo);
	ret_copy->plan.from = copy_text(arena, question->plan.from);
	for (size_t i = 0; i < question->plan.to_count; i++)
		to[i] = copy_text(arena, question->plan.to[i]);
	ret_copy->plan.to = to;
	return !arena->failed;
}

const struct mc_fact *
mc_fact_no_memory(enum mc_fact_kind kind)
{
	static const struct mc_session_fact session = {.fact = {.kind = MC_FACT_SESSION,
							       .status = MC_FACT_FAILED,
							       .failure = MC_FAIL_LOCAL,
							       .text = "out of memory"}};
	static const struct mc_https https = {.fact = {.kind = MC_FACT_HTTPS,
						      .status = MC_FACT_FAILED,
						      .failure = MC_FAIL_LOCAL,
						      .text = "out of memory"}};
	static const struct mc_dns dns = {.fact = {.kind = MC_FACT_DNS,
						  .status = MC_FACT_FAILED,
						  .failure = MC_FAIL_LOCAL,
						  .text = "out of memory"},
		.name = "",
		.why_bogus = "",
		.canonical = ""};

	if (kind == MC_FACT_HTTPS)
		return &https.fact;
	return kind == MC_FACT_DNS ? &dns.fact : &session.fact;
}

struct mc_fact *
mc_fact_failed(struct mc_arena *arena, const struct mc_question *question, enum mc_failure failure,
	const char *text, int64_t began, int64_t ended)
{
	struct mc_fact *fact;

	if (question->kind == MC_FACT_DNS) {
		struct mc_dns *dns = mc_arena_alloc(arena, sizeof(*dns));
		if (dns == NULL)
			return NULL;
		dns->name = mc_arena_strdup(arena, question->name);
		dns->type = question->type;
		dns->server = copy_text(arena, question->server);
		dns->canonical = dns->name;
		dns->why_bogus = "";
		fact = &dns->fact;
	} else if (question->kind == MC_FACT_HTTPS) {
		struct mc_https *https = mc_arena_alloc(arena, sizeof(*https));
		if (https == NULL)
			return NULL;
		fact = &https->fact;
	} else {
		struct mc_session_fact *session = mc_arena_alloc(arena, sizeof(*session));
		if (session == NULL)
			return NULL;
		fact = &session->fact;
	}
	*fact = (struct mc_fact){.kind = question->kind,
		.status = MC_FACT_FAILED,
		.failure = failure,
		.text = mc_arena_strdup(arena, text),
		.began = began,
		.ended = ended};
	return arena->failed ? NULL : fact;
}
