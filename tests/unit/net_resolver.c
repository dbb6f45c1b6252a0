/* Lookups through libunbound, with servers on loopback in the place of resolvers. */
#include "net_harness.h"

#include <event2/event.h>

#include "base/alloc.h"
#include "net/upstream.h"

#define SERVERS 3

static struct dns_server servers[SERVERS];
static size_t server_count;
static struct client client;

/* Servers with these modes; 'N' normal, 'S' SERVFAIL, 's' silent, '-' nobody. */
static void
open_all(const char *modes, int64_t timeout)
{
	struct mc_net_server resolvers[SERVERS];
	struct mc_net_options options = {.resolvers = resolvers, .dns_timeout = timeout};

	server_count = 0;
	for (; *modes != '\0'; modes++) {
		enum dns_mode mode = *modes == 'N'   ? DNS_NORMAL
				     : *modes == 'S' ? DNS_SERVFAIL
						     : DNS_SILENT;
		struct mc_net_server *resolver = &resolvers[options.resolver_count++];
		resolver->address = address_of("127.0.0.1");
		if (*modes == '-') {
			resolver->port = closed_port();
			continue;
		}
		dns_start(&servers[server_count], mode);
		resolver->port = servers[server_count++].port;
	}
	client_open(&client, &options);
}

static void
close_all(void)
{
	client_close(&client);
	for (size_t i = 0; i < server_count; i++)
		dns_stop(&servers[i]);
}

static struct mc_entry *
ask(const char *name, uint16_t type)
{
	struct mc_question question = {.kind = MC_FACT_DNS, .name = name, .type = type};

	return client_ask(&client, &question);
}

struct row {
	const char *name;
	uint16_t type;
	enum mc_failure failure;
	size_t count;
	bool nxdomain;
	enum mc_dnssec dnssec;
};

static const struct row rows[] = {
	{"ok.test", MC_RR_A, MC_FAIL_NONE, 2, false, MC_DNSSEC_INSECURE},
	{"nx.test", MC_RR_A, MC_FAIL_NONE, 0, true, MC_DNSSEC_INSECURE},
	{"empty.test", MC_RR_MX, MC_FAIL_NONE, 0, false, MC_DNSSEC_INSECURE},
	{"alias.test", MC_RR_A, MC_FAIL_NONE, 2, false, MC_DNSSEC_INSECURE},
	{"cut.test", MC_RR_A, MC_FAIL_NONE, 2, false, MC_DNSSEC_INSECURE},
	{"servfail.test", MC_RR_A, MC_FAIL_SERVFAIL, 0, false, MC_DNSSEC_UNKNOWN},
	{"refused.test", MC_RR_A, MC_FAIL_SERVFAIL, 0, false, MC_DNSSEC_UNKNOWN},
	{"silent.test", MC_RR_A, MC_FAIL_TIMEOUT, 0, false, MC_DNSSEC_UNKNOWN},
	/* a resolver that strips DNSSEC: the data is there all the same */
	{"ok.example", MC_RR_A, MC_FAIL_NONE, 2, false, MC_DNSSEC_BOGUS},
	{"nx.example", MC_RR_A, MC_FAIL_NONE, 0, true, MC_DNSSEC_BOGUS},
	/* libunbound's own zones are off */
	{"1.0.0.10.in-addr.arpa", MC_RR_A, MC_FAIL_NONE, 2, false, MC_DNSSEC_INSECURE},
	{"1.0.0.127.in-addr.arpa", MC_RR_A, MC_FAIL_NONE, 2, false, MC_DNSSEC_INSECURE},
	{"2.0.192.in-addr.arpa", MC_RR_A, MC_FAIL_NONE, 2, false, MC_DNSSEC_INSECURE},
	{"ok.localhost", MC_RR_A, MC_FAIL_NONE, 2, false, MC_DNSSEC_INSECURE},
	{"ok.invalid", MC_RR_A, MC_FAIL_NONE, 2, false, MC_DNSSEC_INSECURE},
	{"ok.home.arpa", MC_RR_A, MC_FAIL_NONE, 2, false, MC_DNSSEC_INSECURE},
	{"a\\032b\\.c.ok.test", MC_RR_A, MC_FAIL_NONE, 2, false, MC_DNSSEC_INSECURE},
};

START_TEST(answers)
{
	open_all("N", 1500);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct mc_entry *entry = ask(row->name, row->type);
		const struct mc_fact *fact = client_await(&client, entry, 3000);
		const struct mc_dns *dns = (const struct mc_dns *)fact;
		ck_assert_msg(fact->failure == row->failure, "%s: failure %s (%s)", row->name,
			mc_failure_name(fact->failure), fact->text);
		ck_assert_msg(dns->count == row->count, "%s: %zu records", row->name, dns->count);
		ck_assert_msg(dns->nxdomain == row->nxdomain, "%s: nxdomain", row->name);
		ck_assert_msg(dns->dnssec == row->dnssec, "%s: dnssec %d", row->name, dns->dnssec);
		ck_assert_msg((dns->why_bogus[0] != '\0') == (row->dnssec == MC_DNSSEC_BOGUS),
			"%s: why bogus: \"%s\"", row->name, dns->why_bogus);
		mc_store_unpin(entry, NULL);
	}
	close_all();
}
END_TEST

struct failover {
	const char *modes;
	enum mc_failure failure;
	int64_t at_least, at_most; /* ms */
};

static const struct failover failovers[] = {
	{"SN", MC_FAIL_NONE, 0, 400},
	{"sN", MC_FAIL_NONE, 480, 900}, /* half of the time for each */
	{"-N", MC_FAIL_NONE, 0, 900},
	{"SS", MC_FAIL_SERVFAIL, 0, 400},
	{"sS", MC_FAIL_SERVFAIL, 480, 1100},
	{"S-", MC_FAIL_SERVFAIL, 0, 1100},
	{"sss", MC_FAIL_NO_RESOLVER, 900, 1100},
	{"-", MC_FAIL_NO_RESOLVER, 0, 1100},
	{"--", MC_FAIL_NO_RESOLVER, 0, 1100},
};

START_TEST(next_resolver)
{
	for (size_t i = 0; i < sizeof(failovers) / sizeof(failovers[0]); i++) {
		const struct failover *row = &failovers[i];
		struct mc_entry *entry;
		const struct mc_fact *fact;
		int64_t took;
		open_all(row->modes, 1000);
		entry = ask("ok.test", MC_RR_A);
		fact = client_await(&client, entry, 3000);
		took = fact->ended - fact->began;
		ck_assert_msg(fact->failure == row->failure, "%s: %s (%s)", row->modes,
			mc_failure_name(fact->failure), fact->text);
		ck_assert_msg(took >= row->at_least && took <= 2 * row->at_most * unit_patience(),
			"%s: %d ms", row->modes, (int)took);
		mc_store_unpin(entry, NULL);
		close_all();
	}
}
END_TEST

/* A first server that is down costs half of the time once, and little from then on; when it is back
 * it answers again. */
START_TEST(first_is_down)
{
	char name[32];

	open_all("sN", 1000);
	for (int i = 0; i < 4; i++) {
		struct mc_entry *entry;
		const struct mc_fact *fact;
		(void)snprintf(name, sizeof(name), "n%d.test", i);
		if (i == 3) {
			servers[0].mode = DNS_NORMAL;
			servers[1].mode = DNS_SERVFAIL;
		}
		entry = ask(name, MC_RR_A);
		fact = client_await(&client, entry, 3000);
		ck_assert_msg(fact->failure == MC_FAIL_NONE, "%s: %s", name, fact->text);
		ck_assert_msg(i == 0 || fact->ended - fact->began < 400 * unit_patience(),
			"%s: %d ms", name, (int)(fact->ended - fact->began));
		mc_store_unpin(entry, NULL);
	}
	close_all();
}
END_TEST

/* A server that was silent for long is asked again as soon as it is back. */
START_TEST(recovery)
{
	char name[32];

	open_all("s", 600);
	for (int i = 0; i < 12; i++) {
		struct mc_entry *entry;
		const struct mc_fact *fact;
		(void)snprintf(name, sizeof(name), "n%d.test", i);
		if (i == 4)
			servers[0].mode = DNS_NORMAL;
		entry = ask(name, MC_RR_A);
		fact = client_await(&client, entry, 1000);
		ck_assert_msg(fact->failure == (i < 4 ? MC_FAIL_NO_RESOLVER : MC_FAIL_NONE),
			"%s: %s: %s", name, mc_failure_name(fact->failure), fact->text);
		ck_assert_msg(i < 4 || fact->ended - fact->began < 300 * unit_patience(),
			"%s: %d ms", name, (int)(fact->ended - fact->began));
		mc_store_unpin(entry, NULL);
	}
	close_all();
}
END_TEST

/* Many wait while a server is silent for a moment: none is told that it failed. */
START_TEST(pause_in_the_middle)
{
	struct mc_entry *entries[400];
	char name[32];

	open_all("s", 5000);
	for (size_t i = 0; i < 400; i++) {
		(void)snprintf(name, sizeof(name), "n%zu.test", i);
		entries[i] = ask(name, MC_RR_A);
	}
	client_run(&client, 700);
	servers[0].mode = DNS_NORMAL;
	for (size_t i = 0; i < 400; i++) {
		const struct mc_fact *fact = client_await(&client, entries[i], 8000);
		ck_assert_msg(fact->failure == MC_FAIL_NONE, "n%zu.test: %s", i, fact->text);
		mc_store_unpin(entries[i], NULL);
	}
	close_all();
}
END_TEST

/* An answer that takes longer than the server usually needs. */
START_TEST(slow)
{
	struct mc_entry *entry;
	const struct mc_fact *fact;

	open_all("N", 5000);
	servers[0].delay = 1000;
	entry = ask("ok.test", MC_RR_A);
	fact = client_await(&client, entry, 6000);
	ck_assert_msg(fact->failure == MC_FAIL_NONE, "%s", fact->text);
	mc_store_unpin(entry, NULL);
	close_all();
}
END_TEST

/* The more time there is, the later it is asked again: the answer to the first question counts. */
START_TEST(slower)
{
	struct mc_entry *entry;
	const struct mc_fact *fact;

	open_all("N", 8000);
	servers[0].delay = 2500;
	entry = ask("ok.test", MC_RR_A);
	fact = client_await(&client, entry, 9000);
	ck_assert_msg(fact->failure == MC_FAIL_NONE, "%s", fact->text);
	ck_assert_int_lt(fact->ended - fact->began, 4000);
	mc_store_unpin(entry, NULL);
	close_all();
}
END_TEST

START_TEST(cancelled)
{
	static const char *const names[] = {"ok.test", "silent.test", "cut.test", "servfail.test"};
	static const int pauses[] = {0, 1, 2, 3, 10, 60};

	open_all("N-", 400);
	for (size_t i = 0; i < 24; i++) {
		struct mc_entry *entry = ask(names[i / 6], MC_RR_A);
		client_run(&client, pauses[i % 6]);
		mc_store_unpin(entry, NULL);
	}
	ck_assert_msg(!client.provider->wait(client.provider, 0), "something is still open");
	close_all();
}
END_TEST

/* More than are asked at once; those in the queue are cancelled from both ends. */
START_TEST(queue)
{
	static struct mc_entry *entries[3000];
	char name[32];

	open_all("N", 5000);
	for (size_t i = 0; i < 3000; i++) {
		(void)snprintf(name, sizeof(name), "n%zu.test", i);
		entries[i] = ask(name, MC_RR_A);
	}
	for (size_t i = 0; i < 500; i++) {
		mc_store_unpin(entries[2000 + i], NULL);
		mc_store_unpin(entries[2999 - i], NULL);
	}
	for (size_t i = 0; i < 2000; i++) {
		ck_assert_int_eq(client_await(&client, entries[i], 5000)->status, MC_FACT_OK);
		mc_store_unpin(entries[i], NULL);
	}
	close_all();
}
END_TEST

/* A name server that answers when it is told to. */
struct patient {
	int fd;
	struct mc_net_server place;
	struct mc_net_options options;
};

static void
patient_open(struct patient *patient, struct mc_entry **entries, size_t count)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t size = sizeof(address);
	char name[32];

	*patient = (struct patient){.fd = socket(AF_INET, SOCK_DGRAM, 0),
		.options = {.resolver_count = 1, .dns_timeout = 20000}};
	patient->options.resolvers = &patient->place;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(bind(patient->fd, (struct sockaddr *)&address, size), 0);
	ck_assert_int_eq(getsockname(patient->fd, (struct sockaddr *)&address, &size), 0);
	ck_assert(mc_address_parse("127.0.0.1", &patient->place.address));
	patient->place.port = ntohs(address.sin_port);
	client_open(&client, &patient->options);
	for (size_t i = 0; i < count; i++) {
		(void)snprintf(name, sizeof(name), "n%zu.test", i);
		entries[i] = ask(name, MC_RR_A);
	}
}

static void
patient_close(struct patient *patient, struct mc_entry **entries, size_t count)
{
	for (size_t i = 0; i < count; i++)
		mc_store_unpin(entries[i], NULL);
	client_close(&client);
	close(patient->fd);
}

/* How many questions lie in its receive buffer; they are answered (no such record) or lost. */
static size_t
patient_drain(const struct patient *patient, bool answer)
{
	struct sockaddr_in from;
	socklen_t size = sizeof(from);
	char bytes[512];
	ssize_t length;
	size_t count = 0;

	for (; (length = recvfrom(patient->fd, bytes, sizeof(bytes), MSG_DONTWAIT,
			(struct sockaddr *)&from, &size)) >= 12;
		count++) {
		bytes[2] |= (char)0x80;
		bytes[3] |= (char)0x80;
		if (answer)
			ck_assert(sendto(patient->fd, bytes, (size_t)length, 0,
					  (struct sockaddr *)&from, size) == length);
	}
	return count;
}

enum { AT_ONCE = 128, OTHERS = 4 /* a probe, the root's keys */ };

/* No more questions at once than fit into the receive buffer of a server; in the end all of them.
 */
START_TEST(burst)
{
	enum { ALL = 250 };
	struct mc_entry *entries[ALL];
	struct patient patient;
	size_t count;

	patient_open(&patient, entries, ALL);
	client_run(&client, 100);
	count = patient_drain(&patient, false);
	ck_assert_msg(count <= AT_ONCE + OTHERS, "%zu questions at once", count);
	for (int i = 0; i < 100 * unit_patience() && count < ALL; i++) {
		client_run(&client, 50);
		count += patient_drain(&patient, false);
	}
	ck_assert_msg(count >= ALL, "only %zu questions of %d", count, ALL);
	patient_close(&patient, entries, ALL);
}
END_TEST

/* Where answers take their time but come at a rate, those on their way lie in no buffer. */
START_TEST(distance)
{
	enum { ALL = 2000 };
	static struct mc_entry *entries[ALL];
	struct patient patient;
	size_t most = 0, count = 0;

	patient_open(&patient, entries, ALL);
	for (int i = 0; i < 100 * unit_patience() && count < ALL; i++) {
		size_t batch;
		client_run(&client, 30);
		batch = patient_drain(&patient, true);
		ck_assert_msg(i > 0 || batch <= AT_ONCE + OTHERS, "%zu questions at once", batch);
		most = batch > most ? batch : most;
		count += batch;
	}
	ck_assert_msg(count >= ALL, "only %zu questions of %d", count, ALL);
	ck_assert_msg(most > AT_ONCE + OTHERS, "never more than %zu questions at once", most);
	patient_close(&patient, entries, ALL);
}
END_TEST

/* The N-th allocation fails, for every N: no crash, no leak, and a fact all the same. */
START_TEST(out_of_memory)
{
	char name[32];

	open_all("N", 2000);
	for (unsigned long n = 1; n < 60; n++) {
		struct mc_question question = {.kind = MC_FACT_DNS, .name = name, .type = MC_RR_A};
		struct mc_entry *entry;
		(void)snprintf(name, sizeof(name), "n%lu.test", n);
		mc_alloc_fail_at(n);
		entry = mc_store_pin(client.store, name, &question);
		if (entry != NULL) {
			(void)client_await(&client, entry, 2000);
			mc_store_unpin(entry, NULL);
		}
		mc_alloc_fail_at(0);
	}
	close_all();
}
END_TEST

START_TEST(opened_out_of_memory)
{
	struct mc_net_server resolver = {address_of("127.0.0.1"), 5300};
	struct mc_net_options options = {.resolvers = &resolver, .resolver_count = 1};
	struct mc_provider *provider = NULL;
	size_t before = count_descriptors();
	int32_t code = -1;

	for (unsigned long n = 1; n < 100 && code != 0; n++) {
		char error[128] = "";
		mc_alloc_fail_at(n);
		code = mc_net_new(&provider, &options, NULL, error, sizeof(error));
		mc_alloc_fail_at(0);
		ck_assert_msg(code == 0 || (code == MC_NET_NO_MEMORY && error[0] != '\0'),
			"allocation %lu: code %d: %s", n, (int)code, error);
	}
	ck_assert_int_eq(code, 0);
	provider->free(provider);
	ck_assert_uint_eq(count_descriptors(), before);
}
END_TEST

struct bad_options {
	const char *anchor, *hints, *ca;
};

START_TEST(bad_files)
{
	static const struct bad_options bad[] = {{"/nonexistent/anchor", NULL, NULL},
		{NULL, "/nonexistent/hints", NULL}, {NULL, NULL, "/nonexistent/ca"}};
	size_t before = count_descriptors();

	for (size_t i = 0; i < 3; i++) {
		struct mc_net_options options = {
			.recursive = bad[i].hints == NULL, /* as they say */
			.trust_anchor = bad[i].anchor,
			.root_hints = bad[i].hints,
			.ca_file = bad[i].ca};
		struct mc_provider *provider = NULL;
		char error[200] = "";
		int32_t code = mc_net_new(&provider, &options, NULL, error, sizeof(error));
		ck_assert_msg(code == MC_NET_FILE, "row %zu: %d: %s", i, (int)code, error);
		ck_assert_msg(strchr(error, ':') != NULL, "row %zu: \"%s\"", i, error);
		ck_assert_ptr_null(provider);
	}
	ck_assert_uint_eq(count_descriptors(), before);
}
END_TEST

/* Somebody else's loop: wait(0) leaves it alone, its own running brings the fact. */
START_TEST(foreign_loop)
{
	struct event_base *base = event_base_new();
	struct mc_net_server resolver = {address_of("127.0.0.1"), 0};
	struct mc_net_options options = {.resolvers = &resolver, .resolver_count = 1};
	struct mc_entry *entry;
	char error[200] = "";

	dns_start(&servers[0], DNS_NORMAL);
	resolver.port = servers[0].port;
	ck_assert_int_eq(mc_net_new(&client.provider, &options, base, error, sizeof(error)), 0);
	client.store = mc_store_new(client.provider);
	entry = ask("ok.test", MC_RR_A);
	for (int i = 0; i < 20; i++) {
		ck_assert(client.provider->wait(client.provider, 0));
		usleep(1000);
	}
	ck_assert_ptr_null(mc_entry_fact(entry));
	while (mc_entry_fact(entry) == NULL)
		event_base_loop(base, EVLOOP_ONCE);
	ck_assert_int_eq(mc_entry_fact(entry)->status, MC_FACT_OK);
	mc_store_unpin(entry, NULL);
	mc_store_free(client.store);
	client.provider->free(client.provider);
	event_base_free(base);
	dns_stop(&servers[0]);
}
END_TEST

START_TEST(resolv_conf)
{
	static const char text[] = "# comment\nsearch example.org\nnameserver 192.0.2.1\n"
				   "  nameserver\t2001:db8::1 \nnameserver fe80::1%lo\n"
				   "nameserver nonsense\nnameserver 192.0.2.4\n";
	struct mc_upstream upstreams[3];
	char path[] = "/tmp/resolv-XXXXXX";
	int fd = mkstemp(path);

	ck_assert_int_eq(write(fd, text, sizeof(text) - 1), (int)sizeof(text) - 1);
	close(fd);
	ck_assert_uint_eq(mc_upstream_system(upstreams, 3, path), 3);
	ck_assert_str_eq(upstreams[0].name, "192.0.2.1@53");
	ck_assert_str_eq(upstreams[1].name, "2001:db8::1@53");
	ck_assert_str_eq(upstreams[2].name, "fe80::1%lo@53");
	ck_assert_int_eq(upstreams[1].server.address.family, 6);
	ck_assert_int_eq(upstreams[2].server.address.family, 0);
	unlink(path);
	ck_assert_uint_eq(mc_upstream_system(upstreams, 3, path), 1);
	ck_assert_str_eq(upstreams[0].name, "127.0.0.1@53");
}
END_TEST

UNIT_MAIN("net_resolver", answers, next_resolver, first_is_down, recovery, pause_in_the_middle,
	slow, slower, cancelled, queue, burst, distance, out_of_memory, opened_out_of_memory,
	bad_files, foreign_loop, resolv_conf)
