/*
 * net_harness: a provider with a store on top, and servers on loopback threads to ask.
 */
#ifndef MC_TESTS_NET_HARNESS_H
#define MC_TESTS_NET_HARNESS_H

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "fact/store.h"
#include "net/net.h"
#include "record/message.h"
#include "unit.h"

/* --- the client side --- */

static inline size_t
count_descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	size_t count = 0;

	ck_assert_ptr_nonnull(directory);
	while (readdir(directory) != NULL)
		count++;
	closedir(directory);
	return count;
}

struct client {
	struct mc_provider *provider;
	struct mc_store *store;
	size_t descriptors; /* before */
};

static inline void
client_open(struct client *client, const struct mc_net_options *options)
{
	struct mc_net_options patient = *options;
	char error[256] = "";

	patient.dns_timeout *= unit_patience();
	patient.connect_timeout *= unit_patience();
	patient.reply_timeout *= unit_patience();
	patient.tls_timeout *= unit_patience();
	client->descriptors = count_descriptors();
	ck_assert_msg(mc_net_new(&client->provider, &patient, NULL, error, sizeof(error)) == 0,
		"mc_net_new: %s", error);
	client->store = mc_store_new(client->provider);
	ck_assert_ptr_nonnull(client->store);
}

static inline void
client_close(struct client *client)
{
	size_t left;

	mc_store_free(client->store);
	client->provider->free(client->provider);
	left = count_descriptors();
	for (int i = 0; i < 1000 && left != client->descriptors; i++) {
		usleep(1000); /* a server thread may still be at it */
		left = count_descriptors();
	}
	ck_assert_msg(left == client->descriptors, "%zu descriptors before, %zu after",
		client->descriptors, left);
}

static inline struct mc_entry *
client_ask(struct client *client, const struct mc_question *question)
{
	struct mc_arena arena;
	struct mc_entry *entry;

	mc_arena_init(&arena, 0);
	entry = mc_store_pin(client->store, mc_question_key(&arena, question), question);
	mc_arena_reset(&arena);
	ck_assert_ptr_nonnull(entry);
	return entry;
}

static inline int64_t
client_now(struct client *client)
{
	return client->provider->now(client->provider);
}

/* Runs the loop until the fact is there, at most so long. */
static inline const struct mc_fact *
client_await(struct client *client, struct mc_entry *entry, int64_t limit)
{
	int64_t until = client_now(client) + limit * unit_patience(), now;

	while (mc_entry_fact(entry) == NULL && (now = client_now(client)) < until)
		ck_assert_msg(client->provider->wait(client->provider, until - now),
			"wait says that nothing is open, but a fact is missing");
	ck_assert_msg(mc_entry_fact(entry) != NULL, "no fact within %d ms: %s", (int)limit,
		mc_entry_key(entry));
	return mc_entry_fact(entry);
}

static inline void
client_run(struct client *client, int64_t ms)
{
	int64_t until = client_now(client) + ms, now;

	while ((now = client_now(client)) < until &&
		client->provider->wait(client->provider, until - now))
		;
}

/* --- sockets --- */

static inline struct sockaddr_in
loopback(uint16_t port)
{
	return (struct sockaddr_in){.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

/* Port 0: any; the port it got is told. */
static inline int
listen_on(int type, uint16_t *port)
{
	struct sockaddr_in address = loopback(*port);
	socklen_t length = sizeof(address);
	int yes = 1, fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	ck_assert_int_ne(fd, -1);
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		close(fd);
		return -1;
	}
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	*port = ntohs(address.sin_port);
	if (type == SOCK_STREAM)
		ck_assert_int_eq(listen(fd, 64), 0);
	return fd;
}

/* UDP and TCP on one port. */
static inline void
listen_on_both(int *udp, int *tcp, uint16_t *port)
{
	for (int tries = 0; tries < 100; tries++) {
		*port = 0;
		*udp = listen_on(SOCK_DGRAM, port);
		*tcp = listen_on(SOCK_STREAM, port);
		if (*tcp != -1)
			return;
		close(*udp);
	}
	ck_abort_msg("no port for UDP and TCP");
}

static inline struct mc_address
address_of(const char *text)
{
	struct mc_address address;

	ck_assert_msg(mc_address_parse(text, &address), "no address: %s", text);
	return address;
}

static inline uint16_t
closed_port(void)
{
	uint16_t port;
	int udp, tcp;

	listen_on_both(&udp, &tcp, &port);
	close(udp);
	close(tcp);
	return port;
}

/* --- a DNS server: what it does depends on the first label of the name --- */

enum dns_mode { DNS_NORMAL, DNS_SERVFAIL, DNS_SILENT };

struct dns_delayed {
	struct sockaddr_in peer;
	uint8_t reply[512];
	size_t length; /* 0: none */
	int64_t due;
};

struct dns_server {
	enum dns_mode mode;
	int delay; /* ms before each answer over UDP */
	struct dns_delayed delayed[64];
	const char *const *zone; /* records, NULL at the end; NULL: by the first label */
	int udp, tcp, stop[2];
	uint16_t port;
	pthread_t thread;
	atomic_int queries, tcp_queries;
};

static inline bool
label_is(const char *name, const char *label)
{
	size_t length = strlen(label);

	return strncmp(name, label, length) == 0 && name[length] == '.';
}

static inline void
dns_add(struct mc_arena *arena, struct mc_rrset *set, const char *text)
{
	struct mc_rr_error error;

	if (set->rrs == NULL)
		set->rrs = mc_arena_calloc(arena, 64, sizeof(struct mc_rr));
	if (set->rrs != NULL && mc_rr_parse(arena, text, NULL, 300, &set->rrs[set->count], &error))
		set->count++;
}

/* What the zone holds, and nothing else. */
static inline void
dns_answer_zone(struct mc_arena *arena, struct mc_message *message, const char *const *zone)
{
	struct mc_rrset all = {0};
	bool known = false;

	for (; *zone != NULL; zone++)
		dns_add(arena, &all, *zone);
	message->answer.rrs = mc_arena_calloc(arena, all.count + 1, sizeof(struct mc_rr));
	for (size_t i = 0; message->answer.rrs != NULL && i < all.count; i++) {
		if (strcmp(all.rrs[i].owner, message->name) != 0)
			continue;
		known = true;
		if (all.rrs[i].type == message->type ||
			(all.rrs[i].type == MC_RR_RRSIG && message->dnssec_ok &&
				all.rrs[i].rdata[1] == message->type))
			message->answer.rrs[message->answer.count++] = all.rrs[i];
	}
	if (!known && strcmp(message->name, ".") != 0)
		message->rcode = MC_RCODE_NXDOMAIN;
}

static inline void
dns_answer(struct mc_arena *arena, struct mc_message *message)
{
	const char *name = message->name;
	const char *soa = mc_arena_printf(arena, "%s SOA a. b. 1 2 3 4 60", mc_name_parent(name));

	if (label_is(name, "nx")) {
		message->rcode = MC_RCODE_NXDOMAIN;
		dns_add(arena, &message->authority, soa);
	} else if (label_is(name, "empty")) {
		dns_add(arena, &message->authority, soa);
	} else if (label_is(name, "alias")) {
		dns_add(arena, &message->answer,
			mc_arena_printf(arena, "%s. CNAME ok.test.", name));
		dns_add(arena, &message->answer, "ok.test. A 192.0.2.1");
	} else if (message->type == MC_RR_A && name[0] != '.') {
		dns_add(arena, &message->answer, mc_arena_printf(arena, "%s. A 192.0.2.2", name));
		dns_add(arena, &message->answer, mc_arena_printf(arena, "%s. A 192.0.2.1", name));
	}
}

/* The answer to a query; 0: none. */
static inline size_t
dns_reply(struct dns_server *server, const uint8_t *query, size_t length, bool tcp, uint8_t *reply,
	size_t size)
{
	struct mc_message message;
	struct mc_arena arena;
	struct mc_buf buf;
	size_t written = 0;

	mc_arena_init(&arena, 0);
	mc_buf_init(&buf, size);
	if (mc_message_parse(&arena, query, length, &message) == NULL && !message.response &&
		server->mode != DNS_SILENT && !label_is(message.name, "silent")) {
		message.response = message.authoritative = true;
		message.answer = message.authority = message.additional = (struct mc_rrset){0};
		message.recursion_available = message.recursion_desired;
		if (server->mode == DNS_SERVFAIL || label_is(message.name, "servfail"))
			message.rcode = MC_RCODE_SERVFAIL;
		else if (label_is(message.name, "refused"))
			message.rcode = MC_RCODE_REFUSED;
		else if (label_is(message.name, "noedns") && message.edns)
			message.rcode = MC_RCODE_FORMERR;
		else if (label_is(message.name, "cut") && !tcp)
			message.truncated = true;
		else if (server->zone != NULL)
			dns_answer_zone(&arena, &message, server->zone);
		else
			dns_answer(&arena, &message);
		if (mc_message_write(&buf, &message) && buf.length <= size) {
			memcpy(reply, buf.data, buf.length);
			written = buf.length;
		}
	}
	mc_buf_free(&buf);
	mc_arena_reset(&arena);
	return written;
}

/* Answers that are none, before the real one. */
static inline void
dns_mislead(int fd, const struct sockaddr_in *peer, const uint8_t *reply, size_t length)
{
	uint8_t wrong[4096];

	memcpy(wrong, reply, length);
	wrong[0] ^= 0x55; /* another id */
	(void)sendto(fd, wrong, length, 0, (const struct sockaddr *)peer, sizeof(*peer));
	memcpy(wrong, reply, length);
	wrong[13] = 'x'; /* another question */
	(void)sendto(fd, wrong, length, 0, (const struct sockaddr *)peer, sizeof(*peer));
	memcpy(wrong, reply, length);
	wrong[2] &= 0x7f; /* a query */
	(void)sendto(fd, wrong, length, 0, (const struct sockaddr *)peer, sizeof(*peer));
	(void)sendto(fd, reply, 7, 0, (const struct sockaddr *)peer, sizeof(*peer));
}

static inline int64_t
monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static inline void
dns_delay(struct dns_server *server, const struct sockaddr_in *peer, const uint8_t *reply,
	size_t length)
{
	for (size_t i = 0; i < 64; i++) {
		struct dns_delayed *delayed = &server->delayed[i];
		if (delayed->length != 0 || length > sizeof(delayed->reply))
			continue;
		delayed->peer = *peer;
		memcpy(delayed->reply, reply, length);
		delayed->length = length;
		delayed->due = monotonic_ms() + server->delay;
		return;
	}
}

/* Sends what is due; ms until the next. */
static inline int
dns_send_delayed(struct dns_server *server)
{
	int64_t now = monotonic_ms(), next = -1;

	for (size_t i = 0; i < 64; i++) {
		struct dns_delayed *delayed = &server->delayed[i];
		if (delayed->length == 0)
			continue;
		if (delayed->due <= now) {
			(void)sendto(server->udp, delayed->reply, delayed->length, 0,
				(struct sockaddr *)&delayed->peer, sizeof(delayed->peer));
			delayed->length = 0;
		} else if (next < 0 || delayed->due - now < next)
			next = delayed->due - now;
	}
	return (int)next;
}

static inline void
dns_serve_udp(struct dns_server *server)
{
	struct sockaddr_in peer;
	socklen_t peer_length = sizeof(peer);
	uint8_t query[4096], reply[4096];
	ssize_t got = recvfrom(
		server->udp, query, sizeof(query), 0, (struct sockaddr *)&peer, &peer_length);
	size_t length;

	if (got <= 0)
		return;
	atomic_fetch_add(&server->queries, 1);
	length = dns_reply(server, query, (size_t)got, false, reply, sizeof(reply));
	if (length == 0)
		return;
	if (server->delay > 0) {
		dns_delay(server, &peer, reply, length);
		return;
	}
	if (got > 20 && memcmp(query + 13, "wrongid", 7) == 0)
		dns_mislead(server->udp, &peer, reply, length);
	if (got > 20 && memcmp(query + 13, "onlywrong", 9) == 0)
		reply[1] ^= 0xFF; /* of the id */
	(void)sendto(server->udp, reply, length, 0, (struct sockaddr *)&peer, sizeof(peer));
}

static inline bool
read_all(int fd, uint8_t *bytes, size_t length)
{
	for (size_t at = 0; at < length;) {
		ssize_t got = recv(fd, bytes + at, length - at, 0);
		if (got <= 0)
			return false;
		at += (size_t)got;
	}
	return true;
}

static inline void
dns_serve_tcp(struct dns_server *server)
{
	int fd = accept4(server->tcp, NULL, NULL, SOCK_CLOEXEC);
	uint8_t head[2], query[4096], reply[4096];
	size_t length;

	if (fd == -1)
		return;
	atomic_fetch_add(&server->tcp_queries, 1);
	if (read_all(fd, head, 2) && (length = (size_t)head[0] << 8 | head[1]) <= sizeof(query) &&
		read_all(fd, query, length)) {
		length = dns_reply(server, query, length, true, reply, sizeof(reply));
		head[0] = (uint8_t)(length >> 8);
		head[1] = (uint8_t)length;
		(void)send(fd, head, 1, MSG_NOSIGNAL); /* in pieces */
		usleep(2000);
		(void)send(fd, head + 1, 1, MSG_NOSIGNAL);
		(void)send(fd, reply, length, MSG_NOSIGNAL);
	}
	close(fd);
}

static inline void *
dns_thread(void *argument)
{
	struct dns_server *server = argument;
	struct pollfd fds[] = {
		{server->stop[0], POLLIN, 0}, {server->udp, POLLIN, 0}, {server->tcp, POLLIN, 0}};

	while (poll(fds, 3, dns_send_delayed(server)) >= 0 && fds[0].revents == 0) {
		if (fds[1].revents != 0)
			dns_serve_udp(server);
		if (fds[2].revents != 0)
			dns_serve_tcp(server);
	}
	return NULL;
}

static inline void
dns_start(struct dns_server *server, enum dns_mode mode)
{
	memset(server, 0, sizeof(*server));
	server->mode = mode;
	listen_on_both(&server->udp, &server->tcp, &server->port);
	ck_assert_int_eq(pipe(server->stop), 0);
	ck_assert_int_eq(pthread_create(&server->thread, NULL, dns_thread, server), 0);
}

static inline void
dns_stop(struct dns_server *server)
{
	ck_assert_int_eq((int)write(server->stop[1], "x", 1), 1);
	pthread_join(server->thread, NULL);
	close(server->udp);
	close(server->tcp);
	close(server->stop[0]);
	close(server->stop[1]);
}

#endif
