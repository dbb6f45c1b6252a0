/* Queries of our own, to a server on loopback. */
#include "net_harness.h"

#define PORT "PORT"

static struct dns_server server;
static struct client client;
static char server_text[64];

static void
open_all(int64_t timeout)
{
	struct mc_net_server nobody = {address_of("127.0.0.1"), 1};
	struct mc_net_options options = {
		.resolvers = &nobody, .resolver_count = 1, .dns_timeout = timeout};

	dns_start(&server, DNS_NORMAL);
	(void)snprintf(server_text, sizeof(server_text), "127.0.0.1@%u", server.port);
	client_open(&client, &options);
}

static void
close_all(void)
{
	client_close(&client);
	dns_stop(&server);
}

static struct mc_entry *
ask(const char *name, uint16_t type, const char *whom)
{
	struct mc_question question = {
		.kind = MC_FACT_DNS, .name = name, .type = type, .server = whom};

	return client_ask(&client, &question);
}

struct row {
	const char *name;
	enum mc_failure failure;
	size_t count;
	bool nxdomain;
	int tcp;
	int64_t limit;
};

static const struct row rows[] = {
	{"ok.test", MC_FAIL_NONE, 2, false, 0, 300},
	{"nx.test", MC_FAIL_NONE, 0, true, 0, 300},
	{"empty.test", MC_FAIL_NONE, 0, false, 0, 300},
	{"alias.test", MC_FAIL_NONE, 1, false, 0, 300},
	{"servfail.test", MC_FAIL_SERVFAIL, 0, false, 0, 300},
	{"refused.test", MC_FAIL_QUERY_REFUSED, 0, false, 0, 300},
	{"noedns.test", MC_FAIL_NONE, 2, false, 0, 300},
	{"cut.test", MC_FAIL_NONE, 2, false, 1, 300},
	{"wrongid.test", MC_FAIL_NONE, 2, false, 0, 300},
	{"silent.test", MC_FAIL_TIMEOUT, 0, false, 0, 700},
};

START_TEST(answers)
{
	open_all(400);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct mc_entry *entry = ask(row->name, MC_RR_A, server_text);
		const struct mc_fact *fact = client_await(&client, entry, row->limit);
		const struct mc_dns *dns = (const struct mc_dns *)fact;
		ck_assert_msg(fact->failure == row->failure, "%s: failure %s (%s)", row->name,
			mc_failure_name(fact->failure), fact->text);
		ck_assert_msg(dns->count == row->count, "%s: %zu records", row->name, dns->count);
		ck_assert_msg(dns->nxdomain == row->nxdomain, "%s: nxdomain", row->name);
		ck_assert_msg(fact->failure != MC_FAIL_NONE || dns->authoritative, "%s: AA is lost",
			row->name);
		ck_assert_msg(dns->dnssec == MC_DNSSEC_UNKNOWN, "%s: dnssec", row->name);
		ck_assert_msg(atomic_exchange(&server.tcp_queries, 0) == row->tcp,
			"%s: TCP queries", row->name);
		ck_assert_msg(
			fact->began > 0 && fact->ended >= fact->began, "%s: times", row->name);
		mc_store_unpin(entry, NULL);
	}
	close_all();
}
END_TEST

START_TEST(what_does_not_fit_is_told)
{
	struct mc_entry *entry;
	const struct mc_fact *fact;

	open_all(300);
	entry = ask("onlywrong.test", MC_RR_A, server_text);
	fact = client_await(&client, entry, 600);
	ck_assert_int_eq(fact->failure, MC_FAIL_TIMEOUT);
	ck_assert_msg(strstr(fact->text, "but 2 that are malformed, or to another") != NULL, "%s",
		fact->text);
	mc_store_unpin(entry, NULL);
	close_all();
}
END_TEST

START_TEST(silence_is_asked_twice)
{
	struct mc_entry *entry;
	const struct mc_fact *fact;

	open_all(300);
	entry = ask("silent.test", MC_RR_A, server_text);
	fact = client_await(&client, entry, 600);
	ck_assert_int_eq(fact->failure, MC_FAIL_TIMEOUT);
	ck_assert_msg(fact->ended - fact->began >= 295 &&
			      fact->ended - fact->began < 450 * unit_patience(),
		"waited %d ms", (int)(fact->ended - fact->began));
	ck_assert_int_eq(atomic_load(&server.queries), 2);
	mc_store_unpin(entry, NULL);
	close_all();
}
END_TEST

START_TEST(nobody_there)
{
	struct mc_entry *entry;
	const struct mc_fact *fact;
	char whom[64];

	open_all(2000);
	(void)snprintf(whom, sizeof(whom), "127.0.0.1@%u", closed_port());
	entry = ask("ok.test", MC_RR_A, whom);
	fact = client_await(&client, entry, 1000);
	ck_assert_msg(fact->failure == MC_FAIL_TIMEOUT && strstr(fact->text, "nothing listens"),
		"%s: %s", mc_failure_name(fact->failure), fact->text);
	mc_store_unpin(entry, NULL);
	entry = ask("ok.test", MC_RR_A, "here@");
	fact = client_await(&client, entry, 1000);
	ck_assert_int_eq(fact->failure, MC_FAIL_LOCAL);
	mc_store_unpin(entry, NULL);
	close_all();
}
END_TEST

/* Cancelled before it is sent, while it waits, over TCP, and when the answer is there but not told.
 */
START_TEST(cancelled)
{
	static const int pauses[] = {0, 1, 3, 20};
	static const char *const names[] = {"ok.test", "silent.test", "cut.test", "wrongid.test"};

	open_all(1000);
	for (size_t i = 0; i < 16; i++) {
		struct mc_entry *entry = ask(names[i / 4], MC_RR_A, server_text);
		client_run(&client, pauses[i % 4]);
		mc_store_unpin(entry, NULL);
	}
	ck_assert_msg(!client.provider->wait(client.provider, 0), "something is still open");
	close_all();
}
END_TEST

START_TEST(more_than_sockets)
{
	struct mc_entry *entries[500];
	char name[32];

	open_all(4000);
	for (size_t i = 0; i < 500; i++) {
		(void)snprintf(name, sizeof(name), "n%zu.test", i);
		entries[i] = ask(name, MC_RR_A, server_text);
	}
	ck_assert_msg(count_descriptors() < client.descriptors + 200, "%zu descriptors in use",
		count_descriptors() - client.descriptors);
	for (size_t i = 0; i < 500; i++) {
		if (i % 3 != 0)
			ck_assert_int_eq(
				client_await(&client, entries[i], 4000)->status, MC_FACT_OK);
		mc_store_unpin(entries[i], NULL);
	}
	close_all();
}
END_TEST

UNIT_MAIN("net_query", answers, what_does_not_fit_is_told, silence_is_asked_twice, nobody_there,
	cancelled, more_than_sockets)
