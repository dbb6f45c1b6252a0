/* scenario_open: a server's first line, and what is settled once its section is complete. */
#include <string.h>

#include "endpoint.h"
#include "scenario_server.h"

#define IDLE_MS 600000

static const char *const protocol_names[] = {
	[PROTOCOL_DNS] = "dns", [PROTOCOL_SMTP] = "smtp", [PROTOCOL_HTTPS] = "https"};

/* clang-format off */
static const struct version {
	const char *name, *priority;
} versions[] = {
	{"1.0", ":+VERS-TLS1.0"}, {"1.1", ":+VERS-TLS1.1"},
	{"1.2", ":+VERS-TLS1.2"}, {"1.3", ":+VERS-TLS1.3"},
};
/* clang-format on */

static bool
add_endpoint(struct scenario *scenario, struct server *server, const char *text)
{
	struct endpoint *endpoint = mc_arena_alloc(&scenario->arena, sizeof(*endpoint));
	struct endpoint **tail = &server->endpoints;

	if (endpoint == NULL)
		return source_error(&scenario->source, "out of memory");
	if (!endpoint_parse(text, endpoint))
		return source_error(&scenario->source, "\"%.60s\" is not ADDRESS@PORT", text);
	if (mc_address_scope(&endpoint->address) != MC_SCOPE_LOOPBACK)
		return source_error(&scenario->source, "%.60s is not on loopback", text);
	while (*tail != NULL)
		tail = &(*tail)->next;
	*tail = endpoint;
	return true;
}

static bool
name_server(struct scenario *scenario, struct server *server)
{
	for (const struct server *other = scenario->servers; other != NULL; other = other->next)
		if (strcmp(other->name, server->name) == 0)
			return source_error(&scenario->source,
				"there is a server %.60s already, in line %u", server->name,
				other->place.line);
	server->hostname = server->name;
	return true;
}

struct server *
scenario_server_open(struct scenario *scenario, enum protocol protocol, const struct words *words)
{
	struct server *server = mc_arena_alloc(&scenario->arena, sizeof(*server));
	struct server **tail = &scenario->servers;
	size_t next = 1;

	if (server == NULL) {
		source_error(&scenario->source, "out of memory");
		return NULL;
	}
	server->place = scenario->source.place;
	server->protocol = protocol;
	server->idle = IDLE_MS;
	server->tls.mode = -1;
	server->name = protocol_names[protocol];
	if (words->count > 1 && strchr(words->list[1].text.bytes, '@') == NULL)
		server->name = words->list[next++].text.bytes;
	if (next == words->count)
		source_error(
			&scenario->source, "%s NAME ADDRESS@PORT...", protocol_names[protocol]);
	for (; next < words->count; next++)
		if (!add_endpoint(scenario, server, words->list[next].text.bytes))
			return NULL;
	if (server->endpoints == NULL || !name_server(scenario, server))
		return NULL;
	while (*tail != NULL)
		tail = &(*tail)->next;
	*tail = server;
	return server;
}

static const char *
version_priority(const char *name)
{
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		if (strcmp(versions[i].name, name) == 0)
			return versions[i].priority;
	return NULL;
}

/* "tls versions 1.2 1.3" in GnuTLS's words. */
static bool
settle_priorities(struct scenario *scenario, struct server *server)
{
	struct tls_settings *tls = &server->tls;
	const char *priority, *text = "NORMAL";

	if (tls->versions.count > 0)
		text = "NORMAL:-VERS-ALL";
	for (size_t i = 0; i < tls->versions.count; i++) {
		priority = version_priority(tls->versions.list[i].bytes);
		if (priority == NULL)
			return source_error_at(&scenario->source, &server->place,
				"%s: TLS has no version %.20s here (1.0, 1.1, 1.2, 1.3)",
				server->name, tls->versions.list[i].bytes);
		text = mc_arena_printf(&scenario->arena, "%s%s", text, priority);
	}
	tls->priorities = tls->priority.bytes != NULL ? tls->priority.bytes : text;
	return true;
}

bool
scenario_server_finish(struct scenario *scenario, struct server *server)
{
	bool has_certificate = server->certificates != NULL;
	struct tls_settings *tls = &server->tls;

	if (server->protocol == PROTOCOL_DNS)
		return true;
	if (tls->mode < 0 && has_certificate)
		tls->mode = server->protocol == PROTOCOL_HTTPS ? TLS_IMPLICIT : TLS_STARTTLS;
	else if (tls->mode < 0)
		tls->mode = TLS_NONE;
	if (tls->mode != TLS_NONE && !has_certificate)
		return source_error_at(&scenario->source, &server->place,
			"%s: TLS needs a certificate", server->name);
	if (tls->mode == TLS_STARTTLS && server->protocol == PROTOCOL_HTTPS)
		return source_error_at(&scenario->source, &server->place,
			"%s: there is no STARTTLS in HTTP", server->name);
	return settle_priorities(scenario, server);
}
