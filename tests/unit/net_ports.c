/* Where questions to a resolver on loopback come from, and whose answers to them are believed. */
#include "net_harness.h"

#include <sys/resource.h>

#define ALL 100
#define SHARED 32
#define BESIDE 8      /* descriptors: the loop, a probe */
#define DYNAMIC 16384 /* ports from 49152 on (RFC 6335, 6) */

union place {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

struct datagram {
	union place from;
	socklen_t size;
	char bytes[512];
	size_t length;
};

static struct client client;
static struct mc_entry *entries[ALL];
static struct datagram questions[ALL + BESIDE];
static size_t asked, count;
static int resolver;

/* A socket at this address, if there is such a one here; `port` is the one it got. */
static int
socket_at(const char *text, uint16_t *port)
{
	union place place = {0};
	socklen_t size = sizeof(place);
	int fd;

	place.any.sa_family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;
	if (place.any.sa_family == AF_INET6) {
		ck_assert_int_eq(inet_pton(AF_INET6, text, &place.v6.sin6_addr), 1);
		size = sizeof(place.v6);
	} else {
		ck_assert_int_eq(inet_pton(AF_INET, text, &place.v4.sin_addr), 1);
		size = sizeof(place.v4);
	}
	fd = socket(place.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd != -1 && bind(fd, &place.any, size) == 0) {
		ck_assert_int_eq(getsockname(fd, &place.any, &size), 0);
		*port = ntohs(place.v4.sin_port);
		return fd;
	}
	if (fd != -1)
		close(fd);
	return -1;
}

/* So many questions to a resolver that has not answered yet. */
static bool
begin(const char *text, size_t number)
{
	struct mc_net_server place = {address_of(text), 0};
	struct mc_net_options options = {
		.resolvers = &place, .resolver_count = 1, .dns_timeout = 20000};
	char name[32];

	resolver = socket_at(text, &place.port);
	if (resolver == -1)
		return false;
	client_open(&client, &options);
	for (asked = 0; asked < number; asked++) {
		struct mc_question question = {.kind = MC_FACT_DNS, .name = name, .type = MC_RR_A};
		(void)snprintf(name, sizeof(name), "n%zu.test", asked);
		entries[asked] = client_ask(&client, &question);
	}
	client_run(&client, 100 * unit_patience());
	for (count = 0; count < ALL + BESIDE; count++) {
		struct datagram *question = &questions[count];
		ssize_t length;
		question->size = sizeof(question->from);
		length = recvfrom(resolver, question->bytes, sizeof(question->bytes), MSG_DONTWAIT,
			&question->from.any, &question->size);
		if (length < 12)
			break;
		question->length = (size_t)length;
	}
	ck_assert_msg(count >= number, "only %zu questions of %zu were asked", count, number);
	return true;
}

/* Answers all questions with that rcode: no records. */
static void
answer(int fd, char rcode)
{
	for (size_t i = 0; i < count; i++) {
		struct datagram *question = &questions[i];
		question->bytes[2] |= (char)0x80;
		question->bytes[3] = (char)(0x80 | rcode);
		ck_assert_int_eq(sendto(fd, question->bytes, question->length, 0,
					 &question->from.any, question->size),
			(ssize_t)question->length);
	}
}

static void
end(void)
{
	for (size_t i = 0; i < asked; i++)
		mc_store_unpin(entries[i], NULL);
	client.descriptors--; /* the resolver's was there before */
	close(resolver);
	client_close(&client);
}

/* Sockets of this process that no address off this machine can send to. */
static void
check_bound(const char *text)
{
	for (int fd = 0; fd < 1024; fd++) {
		union place place, peer;
		socklen_t size = sizeof(place), peer_size = sizeof(peer);
		if (getsockname(fd, &place.any, &size) != 0)
			continue;
		if (place.any.sa_family == AF_INET6)
			ck_assert_msg(IN6_IS_ADDR_LOOPBACK(&place.v6.sin6_addr) ||
					      getpeername(fd, &peer.any, &peer_size) == 0,
				"%s: a socket is open to everybody", text);
		if (place.any.sa_family == AF_INET)
			ck_assert_msg(ntohl(place.v4.sin_addr.s_addr) >> 24 == 127 ||
					      getpeername(fd, &peer.any, &peer_size) == 0,
				"%s: a socket is open to everybody", text);
	}
}

/* Ports that lie side by side are found together, and taken together by one other program. */
static void
check_apart(const char *text)
{
	unsigned lowest = UINT16_MAX, highest = 0;

	for (size_t i = 0; i < count; i++) {
		unsigned port = ntohs(questions[i].from.v4.sin_port);
		lowest = port < lowest ? port : lowest;
		highest = port > highest ? port : highest;
	}
	ck_assert_msg(
		highest - lowest > 2 * SHARED, "%s: all ports are in %u-%u", text, lowest, highest);
}

/* They share a few sockets. */
START_TEST(shared)
{
	static const char *const places[] = {"127.0.0.1", "127.0.0.53", "::1"};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		size_t open;
		if (!begin(places[i], ALL))
			continue;
		open = count_descriptors() - client.descriptors;
		ck_assert_msg(open <= SHARED + BESIDE, "%s: %zu descriptors for %d questions",
			places[i], open, ALL);
		check_bound(places[i]);
		check_apart(places[i]);
		answer(resolver, 0);
		for (size_t k = 0; k < asked; k++)
			ck_assert_int_eq(
				client_await(&client, entries[k], 5000)->status, MC_FACT_OK);
		end();
	}
}
END_TEST

/* Whoever knows id and port, but is not the resolver, is not believed. */
START_TEST(forged)
{
	uint16_t port;
	int other = socket_at("127.0.0.1", &port);
	const struct mc_fact *fact;

	ck_assert(begin("127.0.0.1", 1));
	answer(other, MC_RCODE_NXDOMAIN);
	client_run(&client, 100);
	fact = mc_entry_fact(entries[0]);
	ck_assert_msg(fact == NULL, "an answer of somebody else was taken: %s",
		fact != NULL ? fact->text : "");
	answer(resolver, 0);
	fact = client_await(&client, entries[0], 5000);
	ck_assert_int_eq(fact->status, MC_FACT_OK);
	ck_assert_msg(!((const struct mc_dns *)fact)->nxdomain, "the forged answer was taken");
	end();
	close(other);
}
END_TEST

/* As many descriptors as the dynamic ports need; false where that is not allowed. */
static bool
allow_all(void)
{
	struct rlimit limit;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	if (limit.rlim_max < DYNAMIC + 1000)
		return false;
	limit.rlim_cur = DYNAMIC + 1000;
	return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

/* Another program has all the ports that they are taken from. */
START_TEST(taken)
{
	static int others[DYNAMIC];

	if (!allow_all())
		return;
	for (size_t i = 0; i < DYNAMIC; i++) {
		struct sockaddr_in place = loopback((uint16_t)(UINT16_MAX - i));
		others[i] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		ck_assert_int_ne(others[i], -1);
		(void)bind(others[i], (struct sockaddr *)&place, sizeof(place));
	}
	ck_assert(begin("127.0.0.1", 8));
	answer(resolver, 0);
	for (size_t i = 0; i < asked; i++)
		ck_assert_int_eq(client_await(&client, entries[i], 5000)->status, MC_FACT_OK);
	end();
	for (size_t i = 0; i < DYNAMIC; i++)
		close(others[i]);
}
END_TEST

UNIT_MAIN("net_ports", shared, forged, taken)
