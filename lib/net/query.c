/* query: a DNS client for one question: a random id and port, two tries, answers that fit. */
#include "net/query.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "net/socket.h"
#include "record/message.h"

#define UDP_SIZE 1232 /* what we offer to take (DNS flag day 2020) */
#define DATAGRAMS 64  /* read at one go */
#define TCP_SIZE 65535

struct mc_query {
	struct mc_observation base; /* first */
	struct mc_query *next;      /* in the queue */
	struct mc_net_server server;
	const char *server_text;
	bool recursion, edns, active, tcp;
	int fd;
	uint16_t id;
	unsigned tries, strange; /* strange: what came and was no answer to this question */
	int64_t began, timeout, deadline;
	struct event io, timer;
	struct mc_buf out, in; /* of TCP; `out` is the message itself over UDP */
	size_t sent;
};

static void exchange(struct mc_query *query);
static void ready(evutil_socket_t unused, short what, void *argument);

/* --- ends --- */

static void
close_socket(struct mc_query *query)
{
	if (query->fd == -1)
		return;
	(void)event_del(&query->io);
	close(query->fd);
	query->fd = -1;
}

static void
over(struct mc_query *query, struct mc_fact *fact)
{
	(void)evtimer_del(&query->timer);
	close_socket(query);
	mc_net_over(&query->base, fact);
}

static void
fail(struct mc_query *query, enum mc_failure failure, const char *text)
{
	over(query, mc_fact_failed(&query->base.arena, query->base.question, failure, text,
			    query->began, mc_net_now(query->base.net)));
}

static void
fail_about(struct mc_query *query, enum mc_failure failure, const char *what)
{
	fail(query, failure,
		mc_arena_printf(&query->base.arena, "%s: %s", query->server_text, what));
}

static void
begin_next(struct mc_net *net)
{
	struct mc_query_queue *queue = &net->queries;

	while (!net->closing && queue->first != NULL && queue->active < net->query_limit) {
		struct mc_query *query = queue->first;
		queue->first = query->next;
		if (queue->first == NULL)
			queue->last = NULL;
		exchange(query);
	}
}

static void
unqueue(struct mc_query *query)
{
	struct mc_query_queue *queue = &query->base.net->queries;
	struct mc_query *previous = NULL, *each = queue->first;

	while (each != NULL && each != query) {
		previous = each;
		each = each->next;
	}
	if (each == NULL)
		return;
	*(previous != NULL ? &previous->next : &queue->first) = query->next;
	if (queue->last == query)
		queue->last = previous;
}

static void
drop(struct mc_observation *observation)
{
	struct mc_query *query = (struct mc_query *)observation;
	struct mc_net *net = observation->net;

	(void)evtimer_del(&query->timer);
	close_socket(query);
	if (query->active)
		net->queries.active--;
	else
		unqueue(query);
	mc_buf_free(&query->out);
	mc_buf_free(&query->in);
	mc_net_forget(observation);
	mc_free(query);
	begin_next(net);
}

/* --- answers --- */

/* What is said of it; to be called anew after the arena was reset. */
static void
name_server(struct mc_query *query)
{
	const char *server = query->base.question->server;
	bool resolver = server != NULL && mc_server_is_resolver(server);

	query->server_text =
		mc_arena_printf(&query->base.arena, "the %s %s", resolver ? "resolver" : "server",
			resolver ? server + strlen(MC_SERVER_RECURSIVE) : server);
}

/* Ours by id and question. A server that does not understand EDNS may leave the question out. */
static bool
fits(const struct mc_query *query, const struct mc_message *message)
{
	const struct mc_question *question = query->base.question;

	if (!message->response || message->id != query->id || message->opcode != 0)
		return false;
	if (!message->has_question)
		return message->rcode == MC_RCODE_FORMERR && message->answer.count == 0;
	return message->type == question->type && message->class == 1 &&
	       strcmp(message->name, question->name) == 0;
}

static void
accept_answer(struct mc_query *query, const struct mc_message *message)
{
	const struct mc_question *question = query->base.question;
	struct mc_arena *arena = &query->base.arena;
	char name[12], type[10];
	struct mc_dns *dns = mc_dns_from_message(
		arena, question, message, query->began, mc_net_now(query->base.net));

	if (dns != NULL && dns->fact.failure == MC_FAIL_MALFORMED)
		dns->fact.text =
			mc_arena_printf(arena, "%s: %s", query->server_text, dns->fact.text);
	else if (dns != NULL && dns->fact.status != MC_FACT_OK)
		dns->fact.text = mc_arena_printf(arena, "%s answered %s to %s %s",
			query->server_text, mc_rcode_name(message->rcode, name), question->name,
			mc_rr_type_name(question->type, type));
	over(query, dns != NULL ? &dns->fact : NULL);
}

static void
retry(struct mc_query *query, bool edns, bool tcp)
{
	query->edns = edns;
	query->tcp = tcp;
	close_socket(query);
	exchange(query);
}

/* True when the query goes on waiting on this socket. */
static bool
look_at(struct mc_query *query, const uint8_t *bytes, size_t length)
{
	struct mc_message message;
	struct mc_arena *arena = &query->base.arena;
	const char *problem = mc_message_parse(arena, bytes, length, &message);

	if (problem != NULL && query->tcp) {
		fail_about(query, MC_FAIL_MALFORMED,
			mc_arena_printf(arena, "the answer makes no sense: %s", problem));
		return false;
	}
	if (problem != NULL || !fits(query, &message)) {
		query->strange++;
		mc_arena_reset(arena);
		name_server(query);
		return true;
	}
	if (message.rcode == MC_RCODE_FORMERR && query->edns)
		retry(query, false, query->tcp);
	else if (message.truncated && !query->tcp)
		retry(query, query->edns, true);
	else if (message.truncated)
		fail_about(query, MC_FAIL_MALFORMED, "the answer is cut short over TCP too");
	else
		accept_answer(query, &message);
	return false;
}

/* --- UDP --- */

static const char *
unreachable(int error)
{
	return error == ECONNREFUSED ? "nothing listens on that port" : mc_socket_text(error);
}

/* An ICMP message: not believed before it came twice. */
static void
bounced(struct mc_query *query, int error)
{
	if (query->tries > 1)
		fail_about(query, MC_FAIL_TIMEOUT, unreachable(error));
	else if (!mc_net_timer(&query->timer, query->timeout / 10))
		over(query, NULL);
}

static void
udp_ready(struct mc_query *query)
{
	uint8_t bytes[4096];

	for (int i = 0; i < DATAGRAMS; i++) {
		ssize_t length = recv(query->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
		if (length < 0) {
			if (errno != EAGAIN && errno != EINTR)
				bounced(query, errno);
			return;
		}
		if (!look_at(query, bytes, (size_t)length))
			return;
	}
}

static void
udp_send(struct mc_query *query)
{
	ssize_t sent = send(query->fd, query->out.data, query->out.length, MSG_NOSIGNAL);

	query->tries++;
	if (sent < 0 && errno != EAGAIN && errno != EINTR)
		bounced(query, errno);
}

/* --- TCP --- */

static void
tcp_write(struct mc_query *query)
{
	ssize_t sent = send(query->fd, query->out.data + query->sent,
		query->out.length - query->sent, MSG_NOSIGNAL);

	if (sent >= 0)
		query->sent += (size_t)sent;
	else if (errno != EAGAIN && errno != EINTR)
		fail_about(query, MC_FAIL_TIMEOUT,
			mc_arena_printf(&query->base.arena,
				"the answer is too long for UDP, and TCP fails: %s",
				unreachable(errno)));
}

static void
tcp_read(struct mc_query *query)
{
	uint8_t bytes[16384];
	ssize_t got = recv(query->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	struct mc_buf *in = &query->in;
	size_t length;

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		fail_about(query, MC_FAIL_TIMEOUT,
			"the answer is too long for UDP, and the TCP connection is closed");
		return;
	}
	if ((size_t)got > in->limit - in->length)
		got = (ssize_t)(in->limit - in->length); /* what is behind the answer */
	if (!mc_buf_append(in, bytes, (size_t)got)) {
		over(query, NULL);
		return;
	}
	if (in->length < 2)
		return;
	length = (size_t)in->data[0] << 8 | in->data[1];
	if (in->length >= length + 2 && look_at(query, in->data + 2, length))
		fail_about(query, MC_FAIL_MALFORMED, "the answer is not to our question");
}

/* --- the exchange --- */

static bool
watch(struct mc_query *query, short events)
{
	return event_assign(&query->io, query->base.net->base, query->fd,
		       (short)(events | EV_PERSIST), ready, query) == 0 &&
	       event_add(&query->io, NULL) == 0;
}

static void
ready(evutil_socket_t unused, short what, void *argument)
{
	struct mc_query *query = argument;

	(void)unused;
	if (!query->tcp) {
		udp_ready(query);
		return;
	}
	if ((what & EV_WRITE) != 0) {
		tcp_write(query);
		if (query->base.over || query->sent < query->out.length)
			return;
		(void)event_del(&query->io);
		if (!watch(query, EV_READ))
			over(query, NULL);
	} else {
		tcp_read(query);
	}
}

/* What does not fit may come from someone else: it is told, and not believed. */
static void
waited(struct mc_query *query)
{
	static const char tcp[] = "no answer over TCP in the time we wait";
	static const char udp[] = "no answer in the time we wait";
	const char *text = query->tcp ? tcp : udp;

	if (query->strange > 0)
		text = mc_arena_printf(&query->base.arena,
			"%s, but %u that %s malformed, or to another question", text,
			query->strange, query->strange == 1 ? "is" : "are");
	fail_about(query, MC_FAIL_TIMEOUT, text);
}

static void
expired(evutil_socket_t unused, short what, void *argument)
{
	struct mc_query *query = argument;
	int64_t left = query->deadline - mc_net_now(query->base.net);

	(void)unused;
	(void)what;
	if (left <= 0)
		waited(query);
	else if (!mc_net_timer(&query->timer, left))
		over(query, NULL);
	else if (!query->tcp && query->tries < 2)
		udp_send(query);
}

static bool
write_message(struct mc_query *query)
{
	struct mc_message message = {.recursion_desired = query->recursion,
		.has_question = true,
		.name = query->base.question->name,
		.type = query->base.question->type,
		.class = 1,
		.edns = query->edns,
		.udp_size = UDP_SIZE,
		.dnssec_ok = query->edns};

	if (gnutls_rnd(GNUTLS_RND_NONCE, &query->id, sizeof(query->id)) < 0)
		return false;
	message.id = query->id;
	mc_buf_clear(&query->out);
	mc_buf_clear(&query->in);
	query->sent = 0;
	if (query->tcp)
		mc_buf_u16(&query->out, 0);
	if (!mc_message_write(&query->out, &message))
		return false;
	if (query->tcp) {
		query->out.data[0] = (uint8_t)((query->out.length - 2) >> 8);
		query->out.data[1] = (uint8_t)(query->out.length - 2);
	}
	return !query->out.failed;
}

/* Once over UDP, perhaps again without EDNS, perhaps again over TCP: each with its own socket. */
static void
exchange(struct mc_query *query)
{
	struct mc_net *net = query->base.net;
	struct mc_socket_failure failure;
	int64_t left, first = query->timeout / 3; /* then once more */

	if (!query->active) {
		query->active = true;
		net->queries.active++;
		query->began = mc_net_now(net);
		query->deadline = query->began + query->timeout;
	}
	left = query->deadline - mc_net_now(net);
	query->tries = 0;
	if (!write_message(query)) {
		over(query, NULL);
		return;
	}
	query->fd = mc_socket_connect(
		query->tcp ? SOCK_STREAM : SOCK_DGRAM, &query->server, NULL, &failure);
	if (query->fd == -1) {
		fail_about(query,
			mc_failure_ours(failure.failure) ? failure.failure : MC_FAIL_TIMEOUT,
			failure.text);
		return;
	}
	if (!watch(query, query->tcp ? EV_WRITE : EV_READ) ||
		!mc_net_timer(&query->timer, query->tcp || left < first ? left : first))
		over(query, NULL);
	else if (!query->tcp)
		udp_send(query);
}

/* --- asked --- */

static bool
parse_server(const char *text, struct mc_net_server *ret_server)
{
	const char *at = strrchr(text, '@');
	size_t length = at != NULL ? (size_t)(at - text) : strlen(text);
	char address[MC_ADDRESS_SIZE], *end;
	unsigned long port = 53;

	if (length >= sizeof(address))
		return false;
	memcpy(address, text, length);
	address[length] = '\0';
	if (at != NULL) {
		port = strtoul(at + 1, &end, 10);
		if (at[1] < '0' || at[1] > '9' || *end != '\0' || port == 0 || port > 65535)
			return false;
	}
	ret_server->port = (uint16_t)port;
	return mc_address_parse(address, &ret_server->address);
}

static struct mc_query *
make(struct mc_net *net, const struct mc_question *question, mc_observed *done, void *argument)
{
	struct mc_query *query = mc_calloc(1, sizeof(*query));

	if (query == NULL)
		return NULL;
	query->fd = -1;
	query->edns = true;
	query->timeout = net->options.dns_timeout;
	mc_buf_init(&query->out, 2048);
	mc_buf_init(&query->in, TCP_SIZE + 2);
	query->base.drop = drop;
	mc_net_observe(net, &query->base, question, done, argument);
	name_server(query);
	(void)evtimer_assign(&query->timer, net->base, expired, query);
	return query;
}

static struct mc_observation *
begin(struct mc_query *query)
{
	struct mc_net *net = query->base.net;
	struct mc_query_queue *queue = &net->queries;

	if (queue->active < net->query_limit) {
		exchange(query);
	} else {
		*(queue->last != NULL ? &queue->last->next : &queue->first) = query;
		queue->last = query;
	}
	return &query->base;
}

struct mc_observation *
mc_query_begin(
	struct mc_net *net, const struct mc_question *question, mc_observed *done, void *argument)
{
	struct mc_query *query = make(net, question, done, argument);

	const char *server = question->server;

	if (query == NULL)
		return NULL;
	query->recursion = mc_server_is_resolver(server);
	if (query->recursion)
		server += strlen(MC_SERVER_RECURSIVE);
	if (parse_server(server, &query->server))
		return begin(query);
	mc_net_failed(&query->base, MC_FAIL_LOCAL, "the server is no ADDRESS@PORT", 0);
	return &query->base;
}

struct mc_observation *
mc_query_probe(struct mc_net *net, const struct mc_question *question,
	const struct mc_net_server *server, int64_t timeout, mc_observed *done, void *argument)
{
	struct mc_query *query = make(net, question, done, argument);

	if (query == NULL)
		return NULL;
	query->server = *server;
	query->recursion = true;
	query->timeout = timeout;
	return begin(query);
}
