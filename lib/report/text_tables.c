/* text_tables: the mail hosts of a domain, and the servers that were talked to. */
#include <string.h>

#include "report/text.h"
#include "report/values.h"

#define INDENT 2
#define GAP 2
#define DETAIL 6   /* indent of what belongs to a server */
#define STARTTLS 8 /* width of the widest word of its column, and of its heading */
#define TLS 3
#define LISTING 12 /* "unverifiable", the widest word before a list */

static void
heading(struct mc_page *page, const char *text)
{
	mc_page_end(page);
	mc_page_style(page, MC_STRONG);
	mc_page_put(page, text);
}

static size_t
widest(const struct mc_page *page, const json_t *array, const char *key)
{
	const json_t *object;
	size_t i, most = 0;

	json_array_foreach (array, i, object) {
		size_t width = mc_page_width(page, mc_values_text(object, key));
		if (width > most)
			most = width;
	}
	return most;
}

static void
put_addresses(struct mc_page *page, size_t indent, const json_t *host)
{
	const json_t *addresses = json_object_get(host, "addresses"), *address;
	const char *failure = mc_values_text(host, "failure");
	size_t i;

	mc_page_tab(page, indent);
	json_array_foreach (addresses, i, address)
		if (json_is_string(address))
			mc_page_item(page, indent, i == 0, ", ", json_string_value(address));
	if (json_array_size(addresses) == 0)
		mc_page_put(page, failure[0] != '\0' ? failure : "no address");
	mc_page_end(page);
}

static void
put_hosts(struct mc_page *page, const json_t *hosts)
{
	size_t i, name = INDENT + 5 + GAP, addresses = name + widest(page, hosts, "name") + GAP;
	const json_t *host;

	if (json_array_size(hosts) == 0)
		return;
	heading(page, "MAIL HOSTS");
	mc_page_end(page);
	json_array_foreach (hosts, i, host) {
		mc_page_tab(page, INDENT);
		mc_page_printf(page, "%5lld", (long long)mc_values_integer(host, "preference"));
		mc_page_tab(page, name);
		mc_page_put(page, mc_values_text(host, "name"));
		put_addresses(page, addresses, host);
	}
}

static const char *
server_name(struct mc_arena *arena, const json_t *endpoint)
{
	const char *host = mc_values_text(endpoint, "host");
	const char *address = mc_values_text(endpoint, "address");
	bool literal = strcmp(host, address) == 0;

	return mc_arena_printf(arena, "%s%s[%s]:%lld", literal ? "" : host, literal ? "" : " ",
		address, (long long)mc_values_integer(endpoint, "port"));
}

static const char *
days_text(struct mc_arena *arena, const json_t *certificate)
{
	const json_t *days = json_object_get(certificate, "days_left");
	const char *end = mc_values_text(certificate, "not_after");
	json_int_t left = json_integer_value(days);

	if (!json_is_integer(days))
		return "";
	if (left < 0)
		return mc_arena_printf(arena, "expired%s%.10s", end[0] != '\0' ? " " : "", end);
	return mc_arena_printf(arena, "%lld day%s left", (long long)left, left == 1 ? "" : "s");
}

static const char *
certificate_text(struct mc_arena *arena, const json_t *certificate)
{
	const char *trust = "", *name = "";

	if (!json_is_object(certificate))
		return "-";
	if (json_is_false(json_object_get(certificate, "trusted")))
		trust = strcmp(mc_values_text(certificate, "trust"), "unknown") == 0
				? ", trust unknown"
				: ", not trusted";
	if (json_is_false(json_object_get(certificate, "name_match")))
		name = ", other name";
	return mc_arena_printf(arena, "%s%s%s", days_text(arena, certificate), trust, name);
}

static const char *
or_dash(const char *text)
{
	return text[0] != '\0' ? text : "-";
}

/* TLS that came up without it had no need of it. */
static const char *
starttls_text(const json_t *endpoint, const json_t *tls)
{
	const char *word = mc_values_text(endpoint, "starttls");

	if (strcmp(word, "unknown") == 0 && json_is_object(json_object_get(tls, "negotiated")))
		return "-";
	return or_dash(word);
}

/* NULL where the server was reached, or nothing is known of that. */
static const char *
unreached_text(struct mc_arena *arena, const json_t *endpoint)
{
	static const struct {
		const char *failure, *text;
	} words[] = {
		{"connect-refused", "connection refused"},
		{"connect-timeout", "no answer to the connect"},
		{"connect-reset", "connection reset"},
		{"no-route", "no route"},
		{"no-local-route", "no route from here"},
		{"not-contacted", "not contacted"},
		{"denied", "forbidden by this machine"},
		{"deadline", "not reached in time"},
	};
	const char *failure = mc_values_text(endpoint, "failure");

	if (failure[0] == '\0')
		return NULL;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(failure, words[i].failure) == 0)
			return words[i].text;
	return mc_arena_printf(arena, "not reached: %s", failure);
}

struct servers {
	const struct mailcheck_report *report;
	const json_t *smtp, *tls, *hosts;
	size_t width; /* of the names */
	bool timeline;
};

static void
put_row(struct mc_page *page, struct mc_arena *arena, const struct servers *servers,
	const json_t *endpoint)
{
	const json_t *tls = mc_values_endpoint(servers->tls, endpoint);
	size_t column = INDENT + servers->width + GAP;
	const char *failure = unreached_text(arena, endpoint);

	mc_page_tab(page, INDENT);
	mc_page_put(page, server_name(arena, endpoint));
	mc_page_tab(page, column);
	if (failure != NULL) {
		mc_page_put(page, failure);
		mc_page_end(page);
		return;
	}
	mc_page_put(page, starttls_text(endpoint, tls));
	mc_page_tab(page, column + STARTTLS + GAP);
	mc_page_put(page, or_dash(mc_values_text(json_object_get(tls, "negotiated"), "version")));
	mc_page_tab(page, column + STARTTLS + GAP + TLS + GAP);
	mc_page_put(page, certificate_text(arena, json_object_get(tls, "certificate")));
	mc_page_end(page);
}

static json_int_t
lookup_ms(const json_t *hosts, const char *name)
{
	const json_t *host;
	size_t i;

	json_array_foreach (hosts, i, host)
		if (strcmp(mc_values_text(host, "name"), name) == 0)
			return mc_values_integer(host, "dns_ms");
	return -1;
}

static void
put_server(struct mc_page *page, struct mc_arena *arena, const struct servers *servers,
	const json_t *endpoint)
{
	put_row(page, arena, servers, endpoint);
	if (servers->timeline)
		mc_text_timeline(page, arena, DETAIL, endpoint,
			lookup_ms(servers->hosts, mc_values_text(endpoint, "host")));
	if ((page->flags & MC_TEXT_VERBOSE) != 0)
		mc_text_transcript(page, DETAIL, endpoint);
}

/* Times are of interest where the dialogue is what was asked for, or something is wrong with it. */
static bool
wants_timeline(const struct mc_page *page, const struct mailcheck_report *report)
{
	if ((page->flags & MC_TEXT_VERBOSE) != 0 || strcmp(report->target_kind, "host") == 0)
		return true;
	for (size_t i = 0; i < report->check_count; i++)
		if (strcmp(report->checks[i].name, "smtp") == 0)
			return report->checks[i].verdict >= MC_VERDICT_WARNING;
	return false;
}

static void
put_servers(struct mc_page *page, struct mc_arena *arena, struct servers *servers)
{
	const json_t *endpoints = json_array_size(servers->smtp) > 0 ? servers->smtp : servers->tls;
	const json_t *endpoint;
	size_t i;

	json_array_foreach (endpoints, i, endpoint) {
		size_t width = mc_page_width(page, server_name(arena, endpoint));
		if (width > servers->width)
			servers->width = width;
	}
	if (json_array_size(endpoints) == 0)
		return;
	heading(page, "SERVERS");
	mc_page_tab(page, INDENT + servers->width + GAP);
	mc_page_put(page, "STARTTLS");
	mc_page_tab(page, INDENT + servers->width + GAP + STARTTLS + GAP);
	mc_page_put(page, "TLS  CERTIFICATE");
	mc_page_end(page);
	json_array_foreach (endpoints, i, endpoint)
		put_server(page, arena, servers, endpoint);
}

/* --- block lists --- */

/* One line for each listing; the zones of the other verdicts together. */
static void
put_listing(struct mc_page *page, struct mc_arena *arena, const json_t *list, size_t width)
{
	mc_page_tab(page, INDENT);
	mc_page_put(page, mc_values_text(list, "category"));
	mc_page_tab(page, INDENT + LISTING + GAP);
	mc_page_put(page, mc_values_text(list, "zone"));
	mc_page_tab(page, INDENT + LISTING + GAP + width + GAP);
	mc_page_wrap(page, INDENT + LISTING + GAP + width + GAP,
		mc_arena_printf(arena, "%s: %s", mc_values_text(list, "subject"),
			mc_values_text(list, "meaning")));
}

/* The zone, and for how many of those it was asked about, where that is not all of them. */
static const char *
zone_text(struct mc_arena *arena, const json_t *lists, const char *zone, const char *verdict)
{
	size_t i, all = 0, such = 0;
	const json_t *list;

	json_array_foreach (lists, i, list) {
		if (strcmp(mc_values_text(list, "zone"), zone) != 0)
			continue;
		all++;
		such += strcmp(mc_values_text(list, "verdict"), verdict) == 0;
	}
	return such == all ? zone : mc_arena_printf(arena, "%s (for %zu of %zu)", zone, such, all);
}

static void
put_zones(struct mc_page *page, struct mc_arena *arena, const json_t *lists, const char *verdict)
{
	const char *text = NULL, *last = "";
	const json_t *list;
	size_t i;

	json_array_foreach (lists, i, list) {
		const char *zone = mc_values_text(list, "zone");
		if (strcmp(mc_values_text(list, "verdict"), verdict) != 0 ||
			strcmp(zone, last) == 0)
			continue;
		last = zone;
		zone = zone_text(arena, lists, zone, verdict);
		text = text == NULL ? zone : mc_arena_printf(arena, "%s, %s", text, zone);
	}
	if (text == NULL)
		return;
	mc_page_tab(page, INDENT);
	mc_page_put(page, verdict);
	mc_page_tab(page, INDENT + LISTING + GAP);
	mc_page_wrap(page, INDENT + LISTING + GAP, text);
}

static void
put_lists(struct mc_page *page, struct mc_arena *arena, const json_t *lists)
{
	static const char *const verdicts[] = {"refused", "broken", "unverifiable", "clean"};
	const json_t *list;
	size_t i, width = 0;

	if (json_array_size(lists) == 0)
		return;
	heading(page, "BLOCK LISTS");
	mc_page_end(page);
	json_array_foreach (lists, i, list)
		if (strcmp(mc_values_text(list, "verdict"), "listed") == 0 &&
			mc_page_width(page, mc_values_text(list, "zone")) > width)
			width = mc_page_width(page, mc_values_text(list, "zone"));
	json_array_foreach (lists, i, list)
		if (strcmp(mc_values_text(list, "verdict"), "listed") == 0)
			put_listing(page, arena, list, width);
	for (i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
		put_zones(page, arena, lists, verdicts[i]);
}

void
mc_text_tables(struct mc_page *page, struct mc_arena *arena, const struct mailcheck_report *report)
{
	struct servers servers = {.report = report,
		.smtp = mc_values_array(report, "smtp", "endpoints"),
		.tls = mc_values_array(report, "tls", "endpoints"),
		.hosts = mc_values_array(report, "mx", "hosts"),
		.timeline = wants_timeline(page, report)};

	put_hosts(page, servers.hosts);
	mc_text_compare(page, arena, report);
	mc_text_spf_tree(page, arena, report);
	put_servers(page, arena, &servers);
	put_lists(page, arena, mc_values_array(report, "dnsbl", "lists"));
}
