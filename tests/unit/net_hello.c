/* The name to say EHLO with, for source addresses that loopback cannot have. */
#include <unistd.h>

#include "net/hello.h"
#include "net_harness.h"

static const char *const zone[] = {
	"9.9.9.9.in-addr.arpa PTR mail.example.com.",
	"mail.example.com A 9.9.9.9",
	"8.8.8.8.in-addr.arpa PTR other.example.com.",
	"other.example.com A 9.9.9.9",
	"7.7.7.7.in-addr.arpa PTR localhost.",
	"7.7.7.7.in-addr.arpa PTR bare.",
	"7.7.7.7.in-addr.arpa PTR under_score.example.com.",
	"localhost A 7.7.7.7",
	"bare A 7.7.7.7",
	"under_score.example.com A 7.7.7.7",
	"6.6.6.6.in-addr.arpa PTR a.example.com.",
	"6.6.6.6.in-addr.arpa PTR b.example.com.",
	"a.example.com A 6.6.6.7",
	"b.example.com A 6.6.6.6",
	"9.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.e.f.0.0.0.2.6.2.ip6.arpa PTR "
	"six.example.com.",
	"six.example.com AAAA 2620:fe::9",
	"six.example.com A 9.9.9.9",
	NULL,
};

struct row {
	const char *source, *host, *name;
	int queries; /* -1: any number */
};

static const struct row rows[] = {
	{"9.9.9.9", "mx.example.net", "mail.example.com", -1},
	{"9.9.9.9", "mail.example.com", "[9.9.9.9]", 0}, /* known, but the target's own */
	{"8.8.8.8", "mx.example.net", "[8.8.8.8]", -1},
	{"7.7.7.7", "mx.example.net", "[7.7.7.7]", -1},
	{"6.6.6.6", "mx.example.net", "b.example.com", -1},
	{"2620:fe::9", "mx.example.net", "six.example.com", -1},
	{"5.5.5.5", "", "[5.5.5.5]", -1},
	{"10.1.1.1", "mx.example.net", "[10.1.1.1]", 0},
	{"fe80::1", "mx.example.net", "[IPv6:fe80::1]", 0},
	{"127.0.0.1", "mx.example.net", "[127.0.0.1]", 0},
};

static struct dns_server server;
static struct mc_net *net;
static struct client client;
static int told;

static void
known(struct mc_hello_waiter *waiter)
{
	(void)waiter;
	told++;
}

static void
open_all(enum dns_mode mode)
{
	struct mc_net_server resolver = {.address = address_of("127.0.0.1")};
	struct mc_net_options options = {
		.resolvers = &resolver, .resolver_count = 1, .dns_timeout = 1000};

	dns_start(&server, mode);
	server.zone = zone;
	resolver.port = server.port;
	client_open(&client, &options);
	net = (struct mc_net *)client.provider;
	told = 0;
}

static void
close_all(void)
{
	client_close(&client);
	dns_stop(&server);
}

static void
run_until_told(struct mc_hello_waiter *waiter)
{
	for (int i = 0; i < 2000 * unit_patience() && !mc_hello_known(waiter); i++) {
		event_base_loop(net->base, EVLOOP_NONBLOCK);
		usleep(500);
	}
}

START_TEST(names)
{
	open_all(DNS_NORMAL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct mc_address address = address_of(row->source);
		struct mc_hello_waiter waiter = {.known = known};
		char name[MC_HELLO_SIZE];
		if (i == 1)
			usleep(20000);
		atomic_store(&server.queries, 0);
		ck_assert(mc_hello_seek(net->hello, &waiter, &address));
		run_until_told(&waiter);
		ck_assert_msg(mc_hello_known(&waiter), "%s: not known", row->source);
		mc_hello_name(&waiter, row->host, name);
		ck_assert_msg(strcmp(name, row->name) == 0, "%s: %s", row->source, name);
		ck_assert_msg(row->queries < 0 || atomic_load(&server.queries) == row->queries,
			"%s: %d queries", row->source, atomic_load(&server.queries));
		mc_hello_leave(&waiter);
	}
	ck_assert_msg(told >= 5, "told only %d times", told);
	close_all();
}
END_TEST

/* Before anything is known there is a name all the same; and one may leave early. */
START_TEST(in_the_meantime)
{
	struct mc_address address = address_of("9.9.9.9");
	struct mc_hello_waiter waiters[3] = {{.known = known}, {.known = known}, {.known = known}};
	char name[MC_HELLO_SIZE];

	open_all(DNS_SILENT);
	for (size_t i = 0; i < 3; i++)
		ck_assert(mc_hello_seek(net->hello, &waiters[i], &address));
	ck_assert(!mc_hello_known(&waiters[0]));
	mc_hello_name(&waiters[0], "", name);
	ck_assert_str_eq(name, "[9.9.9.9]");
	mc_hello_leave(&waiters[1]);
	run_until_told(&waiters[0]);
	ck_assert_int_eq(told, 2);
	mc_hello_leave(&waiters[0]);
	mc_hello_leave(&waiters[2]);
	mc_hello_leave(&waiters[2]);
	close_all();
}
END_TEST

/* More addresses than are kept. */
START_TEST(many)
{
	open_all(DNS_NORMAL);
	for (unsigned i = 0; i < 300; i++) {
		char text[32];
		struct mc_address address;
		struct mc_hello_waiter waiter = {.known = known};
		(void)snprintf(text, sizeof(text), "10.0.%u.%u", i / 200, i % 200);
		address = address_of(text);
		ck_assert(mc_hello_seek(net->hello, &waiter, &address));
		mc_hello_leave(&waiter);
	}
	close_all();
}
END_TEST

UNIT_MAIN("net_hello", names, in_the_meantime, many)
