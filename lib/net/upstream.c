/* upstream: libunbound contexts, set up so that they tell what is there and nothing else. */
#include "net/upstream.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <unbound-event.h>

#include "net/query.h"
#include "net/socket.h"
#include "record/rr.h"

#define PROBE_PAUSE 5000   /* ms between two looks at a server that says nothing */
#define PROBE_LIMIT 2000   /* ms for one */
#define RETRY_FIRST 2000   /* ms at least until libunbound asks again ... */
#define RETRY_LAST 5000    /* ... and at most: questions get lost too */
#define DYNAMIC_PORT 49152 /* the first of the dynamic ports (RFC 6335, 6) */
#define SHARED_PORTS 32
#define PORT_TRIES 256

struct option {
	const char *name, *value;
};

/* clang-format off */
static const struct option common[] = {
	{"module-config:", "validator iterator"},
	{"edns-buffer-size:", "1232"},
	{"msg-cache-size:", "4m"}, /* the store above keeps the answers themselves */
	{"rrset-cache-size:", "8m"},
	{"key-cache-size:", "2m"},
	{"neg-cache-size:", "1m"},
	{"num-queries-per-thread:", "4096"},
	{"outgoing-num-tcp:", "16"},
	{"unblock-lan-zones:", "yes"},
	{"ede:", "yes"},
	/* nothing is made up, changed or told unasked */
	{"aggressive-nsec:", "no"},
	{"root-key-sentinel:", "no"},
	{"trust-anchor-signaling:", "no"},
	{"rrset-roundrobin:", "no"},
	{"minimal-responses:", "no"},
	{"val-log-level:", "0"},
	{NULL, NULL}
};

static const struct option local_servers[] = {
	{"do-not-query-localhost:", "no"},
	{NULL, NULL}
};

/* From the root of the Internet nobody is sent to addresses that are nobody's there. */
static const struct option global_servers[] = {
	{"do-not-query-address:", "0.0.0.0/8"},
	{"do-not-query-address:", "10.0.0.0/8"},
	{"do-not-query-address:", "100.64.0.0/10"},
	{"do-not-query-address:", "169.254.0.0/16"},
	{"do-not-query-address:", "172.16.0.0/12"},
	{"do-not-query-address:", "192.168.0.0/16"},
	{"do-not-query-address:", "224.0.0.0/3"},
	{"do-not-query-address:", "::/96"},
	{"do-not-query-address:", "::ffff:0:0/96"},
	{"do-not-query-address:", "64:ff9b::/96"},
	{"do-not-query-address:", "fc00::/7"},
	{"do-not-query-address:", "fe80::/10"},
	{"do-not-query-address:", "ff00::/8"},
	{NULL, NULL}
};

/* A server that was silent is asked again as soon as there is a question for it. */
static const struct option forwarding[] = {
	{"infra-host-ttl:", "1"},
	{"val-max-restart:", "1"},
	{NULL, NULL}
};

/* Its built-in zones, but for those of unblock-lan-zones. */
static const struct option transparent[] = {
	{"local-zone:", "127.in-addr.arpa. transparent"},
	{"local-zone:",
		"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa. transparent"},
	{"local-zone:", "home.arpa. transparent"},
	{"local-zone:", "onion. transparent"},
	{"local-zone:", "test. transparent"},
	{"local-zone:", "invalid. transparent"},
	{NULL, NULL}
};

static const struct option transparent_localhost[] = {
	{"local-zone:", "localhost. transparent"},
	{NULL, NULL}
};

/* Names that the root of the Internet does not know: whoever answers for them cannot sign. */
static const struct option unsigned_zones[] = {
	{"insecure-lan-zones:", "yes"},
	{"domain-insecure:", "127.in-addr.arpa."},
	{"domain-insecure:",
		"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa."},
	{"domain-insecure:", "home.arpa."},
	{"domain-insecure:", "onion."},
	{"domain-insecure:", "test."},
	{"domain-insecure:", "invalid."},
	{"domain-insecure:", "localhost."},
	{NULL, NULL}
};

static const char *const root_keys[] = {
	". 3600 IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D",
	". 3600 IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16",
};
/* clang-format on */

/* Options that this libunbound does not know are no loss. */
static void
set(struct ub_ctx *ctx, const struct option *option)
{
	for (; option->name != NULL; option++)
		(void)ub_ctx_set_option(ctx, option->name, option->value);
}

static void
set_number(struct ub_ctx *ctx, const char *name, unsigned value)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%u", value);
	(void)ub_ctx_set_option(ctx, name, text);
}

/* When libunbound asks again, an answer to the first question is lost on it: who gives a slow
 * resolver more time gives it to that question. */
static int64_t
first_retry(int64_t time)
{
	int64_t share = time * 2 / 5;

	return share < RETRY_FIRST ? RETRY_FIRST : share < RETRY_LAST ? share : RETRY_LAST;
}

/* So many that libunbound goes on asking for as long as we wait, twice as long each time: it would
 * say SERVFAIL. */
static unsigned
retries(int64_t time)
{
	unsigned count = 2;

	while (count < 16 && first_retry(time) * ((INT64_C(1) << count) - 1) <= time)
		count++;
	return count + 1;
}

static void
set_patience(struct ub_ctx *ctx, int64_t time)
{
	set(ctx, forwarding);
	set_number(ctx, "infra-cache-min-rtt:", (unsigned)first_retry(time));
	set_number(ctx, "unknown-server-time-limit:", (unsigned)first_retry(time));
	set_number(ctx, "outbound-msg-retry:", retries(time));
}

/* Ports that no other program has; 0 when nearly all are taken. They lie far apart. */
static size_t
find_ports(const struct mc_address *home, uint16_t *ports)
{
	uint16_t numbers[PORT_TRIES];
	size_t count = 0;

	if (gnutls_rnd(GNUTLS_RND_NONCE, numbers, sizeof(numbers)) < 0)
		return 0;
	for (size_t i = 0; i < PORT_TRIES && count < SHARED_PORTS; i++) {
		ports[count] = (uint16_t)(numbers[i] | DYNAMIC_PORT);
		if (mc_socket_bindable(home, ports[count]))
			count++;
	}
	return count < SHARED_PORTS ? 0 : count;
}

/* Nobody off this machine can answer in the place of a server at 127.0.0.1 or ::1, whatever port it
 * would have to guess: a kernel takes nothing from there that claims to be its own. So questions
 * share a few sockets, where to make one for each and to get rid of it is half the work of a
 * lookup. They are bound to loopback, as one that is not connected takes what anybody sends: from
 * off this machine that would fill its buffer, and tell which ports are open. Their numbers are to
 * be guessed one by one all the same: for the other addresses of 127.0.0.0/8 Linux can be told to
 * look at no source (route_localnet, no rp_filter). */
static void
share_ports(const struct mc_upstream *upstream)
{
	const struct mc_address *server = &upstream->server.address;
	const char *name = server->family == 4 ? "127.0.0.1" : "::1";
	struct mc_address home;
	uint16_t ports[SHARED_PORTS];
	size_t count = 0;

	if (mc_address_scope(server) == MC_SCOPE_LOOPBACK &&
		upstream->net->descriptors > SHARED_PORTS && mc_address_parse(name, &home))
		count = find_ports(&home, ports);
	if (count == 0)
		return;
	(void)ub_ctx_set_option(upstream->ctx, "udp-connect:", "no");
	(void)ub_ctx_set_option(upstream->ctx, "outgoing-interface:", name);
	(void)ub_ctx_set_option(upstream->ctx, "outgoing-port-avoid:", "0-65535");
	for (size_t i = 0; i < count; i++)
		set_number(upstream->ctx, "outgoing-port-permit:", ports[i]);
}

static void
set_options(struct mc_upstream *upstream)
{
	const struct mc_net_options *given = &upstream->net->options;
	struct ub_ctx *ctx = upstream->ctx;

	set(ctx, common);
	set_number(ctx, "outgoing-range:", upstream->net->descriptors);
	set(ctx, transparent);
	if (upstream->kind == MC_UPSTREAM_NAMED)
		set(ctx, transparent_localhost);
	if (given->trust_anchor == NULL)
		set(ctx, unsigned_zones);
	if (upstream->kind == MC_UPSTREAM_ROOTS && given->root_hints == NULL)
		set(ctx, global_servers);
	else
		set(ctx, local_servers);
	if (upstream->kind != MC_UPSTREAM_ROOTS) {
		set_patience(ctx, given->dns_timeout);
		share_ports(upstream);
		return;
	}
	if (given->ipv4_only)
		(void)ub_ctx_set_option(ctx, "do-ip6:", "no");
	if (given->ipv6_only)
		(void)ub_ctx_set_option(ctx, "do-ip4:", "no");
}

static int
set_anchors(struct mc_upstream *upstream)
{
	const char *file = upstream->net->options.trust_anchor;
	int code = 0;

	if (file != NULL)
		return ub_ctx_add_ta_file(upstream->ctx, file);
	for (size_t i = 0; code == 0 && i < sizeof(root_keys) / sizeof(root_keys[0]); i++)
		code = ub_ctx_add_ta(upstream->ctx, root_keys[i]);
	return code;
}

static int
set_source(struct mc_upstream *upstream)
{
	const char *hints = upstream->net->options.root_hints;

	if (upstream->kind != MC_UPSTREAM_ROOTS)
		return ub_ctx_set_fwd(upstream->ctx, upstream->name);
	return hints != NULL ? ub_ctx_set_option(upstream->ctx, "root-hints:", hints) : 0;
}

static void
ignore(void *argument, int rcode, void *packet, int length, int sec, char *why_bogus, int limited)
{
	(void)argument;
	(void)rcode;
	(void)packet;
	(void)length;
	(void)sec;
	(void)why_bogus;
	(void)limited;
}

/* libunbound reads its files with the first lookup, and would fail that: so the first one is for
 * a name that it answers itself. */
static int
make_ready(struct ub_ctx *ctx)
{
	static const char *const name = "ready.mailcheck.invalid.";
	int code = ub_ctx_zone_add(ctx, name, "static");

	if (code == 0)
		code = ub_resolve_event(ctx, name, MC_RR_A, 1, NULL, ignore, NULL);
	return code == 0 ? ub_ctx_zone_remove(ctx, name) : code;
}

static int
configure(struct mc_upstream *upstream)
{
	int code;

	(void)ub_ctx_debugout(upstream->ctx, NULL);
	set_options(upstream);
	code = set_anchors(upstream);
	if (code == 0)
		code = set_source(upstream);
	return code == 0 ? make_ready(upstream->ctx) : code;
}

static void
describe(const struct mc_upstream *upstream, int code, char *error, size_t size)
{
	const struct mc_net_options *given = &upstream->net->options;
	bool hints = upstream->kind == MC_UPSTREAM_ROOTS && given->root_hints != NULL;

	if (given->trust_anchor != NULL || hints)
		(void)snprintf(error, size, "libunbound cannot use %s%s%s: %s",
			given->trust_anchor != NULL ? given->trust_anchor : "",
			given->trust_anchor != NULL && hints ? " or " : "",
			hints ? given->root_hints : "", ub_strerror(code));
	else
		(void)snprintf(error, size, "libunbound cannot use the resolver %s: %s",
			upstream->name, ub_strerror(code));
}

bool
mc_upstream_open(struct mc_upstream *upstream, int32_t *ret_code, char *error, size_t error_size)
{
	const struct mc_net_options *given = &upstream->net->options;
	int code;

	if (upstream->ctx != NULL)
		return true;
	upstream->ctx = ub_ctx_create_event(upstream->net->base);
	if (upstream->ctx == NULL) {
		*ret_code = MC_NET_NO_MEMORY;
		(void)snprintf(error, error_size, "libunbound makes no context: out of memory");
		return false;
	}
	code = configure(upstream);
	if (code == 0)
		return true;
	describe(upstream, code, error, error_size);
	mc_upstream_close(upstream);
	*ret_code = code == UB_NOMEM ? MC_NET_NO_MEMORY : MC_NET_SYSTEM;
	if (*ret_code == MC_NET_SYSTEM &&
		(given->trust_anchor != NULL || given->root_hints != NULL))
		*ret_code = MC_NET_FILE;
	return false;
}

void
mc_upstream_close(struct mc_upstream *upstream)
{
	if (upstream->ctx != NULL)
		ub_ctx_delete(upstream->ctx);
	upstream->ctx = NULL;
}

/* --- is anybody there? --- */

void
mc_upstream_heard(struct mc_upstream *upstream)
{
	upstream->heard = mc_net_now(upstream->net);
	upstream->silent = false;
}

bool
mc_upstream_silent(const struct mc_upstream *upstream, int64_t began)
{
	return upstream->silent && upstream->heard < began;
}

static void
probed(void *argument, struct mc_arena *arena, struct mc_fact *fact)
{
	struct mc_upstream *upstream = argument;

	(void)arena;
	upstream->probing = NULL;
	if (fact == NULL || fact->failure == MC_FAIL_LOCAL)
		return;
	if (fact->failure == MC_FAIL_TIMEOUT || mc_failure_ours(fact->failure))
		upstream->silent = true;
	else
		mc_upstream_heard(upstream);
}

void
mc_upstream_probe(struct mc_upstream *upstream, int64_t time)
{
	struct mc_net *net = upstream->net;
	int64_t now = mc_net_now(net), recent = now - PROBE_PAUSE;

	if (upstream->server.address.family == 0 || upstream->probing != NULL ||
		upstream->heard > recent || upstream->looked > recent)
		return;
	upstream->looked = now;
	upstream->probe = (struct mc_question){
		.kind = MC_FACT_DNS, .name = ".", .type = MC_RR_NS, .server = upstream->name};
	upstream->probing = mc_query_probe(net, &upstream->probe, &upstream->server,
		time < PROBE_LIMIT ? time * 9 / 10 : PROBE_LIMIT, probed, upstream);
}

/* --- the roots --- */

void
mc_upstream_roots(struct mc_upstream *upstream, const struct mc_net_options *options)
{
	/* a.root-servers.net stands for all of them when we look whether anybody is there */
	const char *root = options->ipv6_only ? "2001:503:ba3e::2:30" : "198.41.0.4";

	*upstream = (struct mc_upstream){.kind = MC_UPSTREAM_ROOTS, .server.port = 53};
	if (options->root_hints == NULL)
		(void)mc_address_parse(root, &upstream->server.address);
}

/* --- /etc/resolv.conf --- */

static bool
numeric(const char *text)
{
	struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_DGRAM}, *found;

	if (getaddrinfo(text, NULL, &hints, &found) != 0)
		return false;
	freeaddrinfo(found);
	return true;
}

static bool
add_system(struct mc_upstream *upstream, const char *text)
{
	if (strlen(text) + sizeof("@53") > sizeof(upstream->name) || !numeric(text))
		return false;
	*upstream = (struct mc_upstream){.kind = MC_UPSTREAM_SYSTEM, .server.port = 53};
	(void)snprintf(upstream->name, sizeof(upstream->name), "%s@53", text);
	if (!mc_address_parse(text, &upstream->server.address))
		upstream->server.address.family = 0;
	return true;
}

size_t
mc_upstream_system(struct mc_upstream *upstreams, size_t limit, const char *path)
{
	FILE *file = fopen(path, "re");
	char line[512], word[80];
	size_t count = 0;

	while (file != NULL && count < limit && fgets(line, sizeof(line), file) != NULL)
		if (sscanf(line, " nameserver %79s", word) == 1 &&
			add_system(&upstreams[count], word))
			count++;
	if (file != NULL)
		(void)fclose(file);
	if (count == 0 && add_system(&upstreams[0], "127.0.0.1"))
		count = 1;
	return count;
}
