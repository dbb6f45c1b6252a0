/* scenario_server: the lines of dns, smtp and https sections, by tables. */
#include "scenario_server.h"

#include <string.h>

#include "grammar.h"
#include "record/rr.h"

#define CERTIFICATE_DAYS 90

struct setting {
	const char *name;
	unsigned protocols; /* bits */
	bool (*read)(struct scenario *scenario, struct server *server, const struct words *words);
};

static void *
allocate(struct scenario *scenario, size_t size)
{
	void *memory = mc_arena_alloc(&scenario->arena, size);

	if (memory == NULL)
		source_error(&scenario->source, "out of memory");
	return memory;
}

static bool
read_certificate(struct scenario *scenario, struct server *server, const struct words *words)
{
	struct source *source = &scenario->source;
	struct certificate *c = allocate(scenario, sizeof(*c)), **tail = &server->certificates;

	if (c == NULL)
		return false;
	*c = (struct certificate){.place = source->place, .days = CERTIFICATE_DAYS, .age = 1};
	if (!keyword_read(&scenario->arena, source, grammar_certificate, words, 1, c))
		return false;
	if (c->self_signed == (c->issuer.bytes != NULL))
		return source_error(source, "a certificate is either self-signed or has an issuer");
	if (c->issuer.bytes != NULL && scenario_ca(scenario, c->issuer.bytes) == NULL)
		return source_error(source, "no ca %.60s above this line", c->issuer.bytes);
	if (c->age <= -c->days)
		c->age = CERTIFICATE_DAYS - c->days;
	while (*tail != NULL)
		tail = &(*tail)->next;
	*tail = c;
	return true;
}

static bool
read_tls(struct scenario *scenario, struct server *server, const struct words *words)
{
	return keyword_read(
		&scenario->arena, &scenario->source, grammar_tls, words, 1, &server->tls);
}

static bool
judge_behaviour(struct source *source, const struct server *server, const struct behaviour *b)
{
	if (b->replace.count % 2 != 0)
		return source_error(source, "\"replace\" wants pairs: what, by what");
	if (server->protocol == PROTOCOL_HTTPS && b->step != STEP_TLS)
		return source_error(source, "https knows \"behave tls\" only");
	if (b->step != STEP_TLS && (b->alert >= 0 || b->late_alert >= 0))
		return source_error(source, "alerts belong to the step tls");
	if (b->in_clear && b->inside_tls)
		return source_error(source, "in-clear and inside-tls exclude each other");
	return true;
}

static bool
read_behaviour(struct scenario *scenario, struct server *server, const struct words *words)
{
	struct source *source = &scenario->source;
	struct behaviour *b = allocate(scenario, sizeof(*b)), **tail = &server->behaviours;
	const struct choice *step;

	if (b == NULL)
		return false;
	step = words->count < 2 ? NULL : keyword_choice(grammar_step, words->list[1].text.bytes);
	if (step == NULL)
		return source_error(source, "behave wants a step: banner, ehlo, helo, starttls, "
					    "tls, mail, rcpt, data, message, rset, noop, vrfy, "
					    "auth, quit, other, all");
	*b = (struct behaviour){
		.place = source->place, .step = step->value, .alert = -1, .late_alert = -1};
	if (!keyword_read(&scenario->arena, source, grammar_behaviour, words, 2, b) ||
		!judge_behaviour(source, server, b))
		return false;
	while (*tail != NULL)
		tail = &(*tail)->next;
	*tail = b;
	return true;
}

static bool
read_page(struct scenario *scenario, struct server *server, const struct words *words)
{
	struct source *source = &scenario->source;
	struct page *page = allocate(scenario, sizeof(*page)), **tail = &server->pages;

	if (page == NULL)
		return false;
	if (words->count < 2)
		return source_error(source, "path /PATH ...");
	*page = (struct page){.place = source->place, .path = words->list[1].text};
	if (!keyword_read(&scenario->arena, source, grammar_page, words, 2, page))
		return false;
	if (page->status == 0)
		page->status = page->location.bytes != NULL ? 301 : 200;
	if (page->status < 100 || page->status > 999)
		return source_error(source, "a status has three digits");
	while (*tail != NULL)
		tail = &(*tail)->next;
	*tail = page;
	return true;
}

static bool
read_answer(struct scenario *scenario, struct server *server, const struct words *words)
{
	struct source *source = &scenario->source;
	struct answer *answer = allocate(scenario, sizeof(*answer)), **tail = &server->answers;
	char name[MC_NAME_TEXT_SIZE];
	size_t next = 2;

	if (answer == NULL)
		return false;
	if (words->count < 3)
		return source_error(source, "answer NAME|* [TYPE] WHAT...");
	*answer = (struct answer){.place = source->place, .rcode = -1};
	if (strcmp(words->list[1].text.bytes, "*") != 0) {
		if (mc_name_canonical(words->list[1].text.bytes, NULL, name) != NULL)
			return source_error(
				source, "\"%.60s\" is no name", words->list[1].text.bytes);
		answer->name = mc_arena_strdup(&scenario->arena, name);
	}
	if (mc_rr_type_parse(words->list[2].text.bytes, &answer->type))
		next++;
	if (!keyword_read(&scenario->arena, source, grammar_answer, words, next, answer))
		return false;
	while (*tail != NULL)
		tail = &(*tail)->next;
	*tail = answer;
	return true;
}

static bool
read_hostname(struct scenario *scenario, struct server *server, const struct words *words)
{
	if (words->count != 2)
		return source_error(&scenario->source, "hostname NAME");
	server->hostname = words->list[1].text.bytes;
	return true;
}

static bool
read_capabilities(struct scenario *scenario, struct server *server, const struct words *words)
{
	struct text *list = mc_arena_calloc(&scenario->arena, words->count, sizeof(*list));

	if (list == NULL)
		return source_error(&scenario->source, "out of memory");
	for (size_t i = 1; i < words->count; i++)
		list[i - 1] = words->list[i].text;
	server->capabilities = (struct texts){list, words->count - 1};
	return true;
}

static bool
read_flag(struct scenario *scenario, const struct words *words, bool *flag)
{
	*flag = true;
	return words->count == 1 || source_error(&scenario->source, "nothing belongs behind \"%s\"",
					    words->list[0].text.bytes);
}

static bool
read_lmtp(struct scenario *scenario, struct server *server, const struct words *words)
{
	return read_flag(scenario, words, &server->lmtp);
}

static bool
read_enforce_sync(struct scenario *scenario, struct server *server, const struct words *words)
{
	return read_flag(scenario, words, &server->enforce_sync);
}

static bool
read_idle(struct scenario *scenario, struct server *server, const struct words *words)
{
	return (words->count == 2 && keyword_duration(words->list[1].text.bytes, &server->idle) &&
		       server->idle > 0) ||
	       source_error(&scenario->source, "idle DURATION");
}

#define DNS (1U << PROTOCOL_DNS)
#define SMTP (1U << PROTOCOL_SMTP)
#define HTTPS (1U << PROTOCOL_HTTPS)

static const struct setting settings[] = {
	{"certificate", SMTP | HTTPS, read_certificate},
	{"tls", SMTP | HTTPS, read_tls},
	{"behave", SMTP | HTTPS, read_behaviour},
	{"path", HTTPS, read_page},
	{"answer", DNS, read_answer},
	{"hostname", SMTP, read_hostname},
	{"capabilities", SMTP, read_capabilities},
	{"lmtp", SMTP, read_lmtp},
	{"enforce-sync", SMTP, read_enforce_sync},
	{"idle", DNS | SMTP | HTTPS, read_idle},
};

bool
scenario_server_line(struct scenario *scenario, struct server *server, const struct words *words)
{
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (word_is(&words->list[0], settings[i].name) &&
			(settings[i].protocols & 1U << server->protocol) != 0)
			return settings[i].read(scenario, server, words);
	return source_error(
		&scenario->source, "\"%.60s\" is not understood here", words->list[0].text.bytes);
}
