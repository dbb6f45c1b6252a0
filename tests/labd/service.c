/* service: binds, listens, accepts. */
#include "service.h"

#include <errno.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "dns.h"
#include "endpoint.h"
#include "https.h"
#include "smtp.h"
#include "stream.h"
#include "tls.h"

#define BACKLOG 128
#define PAIR_TRIES 32 /* for a port that is free for UDP and TCP */

struct running {
	struct running *next;
	struct service service;
};

struct listener {
	struct listener *next;
	struct evconnlistener *tcp;
	struct dns_socket *udp;
};

struct services {
	struct lab *lab;
	struct running *running;
	struct listener *listeners;
};

static void (*const accepts[])(struct service *service, int fd) = {
	[PROTOCOL_DNS] = dns_accept,
	[PROTOCOL_SMTP] = smtp_accept,
	[PROTOCOL_HTTPS] = https_accept,
};

static void
on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *peer, int length,
	void *pointer)
{
	struct service *service = pointer;

	(void)listener;
	(void)peer;
	(void)length;
	accepts[service->server->protocol](service, fd);
}

static socklen_t
to_sockaddr(struct sockaddr_storage *storage, const struct endpoint *endpoint)
{
	struct sockaddr_in6 *in6 = (void *)storage;
	struct sockaddr_in *in = (void *)storage;

	memset(storage, 0, sizeof(*storage));
	if (endpoint->address.family == 6) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(endpoint->port);
		memcpy(&in6->sin6_addr, endpoint->address.bytes, 16);
		return sizeof(*in6);
	}
	in->sin_family = AF_INET;
	in->sin_port = htons(endpoint->port);
	memcpy(&in->sin_addr, endpoint->address.bytes, 4);
	return sizeof(*in);
}

/* A socket bound to the endpoint, or -1 with errno. */
static int
bind_socket(const struct endpoint *endpoint, int type)
{
	struct sockaddr_storage storage;
	socklen_t length = to_sockaddr(&storage, endpoint);
	int fd = socket(storage.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int yes = 1, error;

	if (fd < 0)
		return -1;
	if (storage.ss_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof(yes));
	if (type == SOCK_STREAM)
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(fd, (const struct sockaddr *)&storage, length) == 0 &&
		(type != SOCK_STREAM || listen(fd, BACKLOG) == 0))
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

static uint16_t
port_of(int fd)
{
	struct sockaddr_storage storage = {0};
	socklen_t length = sizeof(storage);

	if (getsockname(fd, (struct sockaddr *)&storage, &length) < 0)
		return 0;
	if (storage.ss_family == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)(const void *)&storage)->sin6_port);
	return ntohs(((const struct sockaddr_in *)(const void *)&storage)->sin_port);
}

/* A TCP socket, for DNS with a UDP socket of the same port. */
static bool
bind_pair(const struct endpoint *wanted, bool with_udp, int *ret_tcp, int *ret_udp,
	uint16_t *ret_port)
{
	struct endpoint endpoint;

	for (unsigned tries = 0; tries < PAIR_TRIES; tries++) {
		endpoint = *wanted;
		*ret_tcp = bind_socket(&endpoint, SOCK_STREAM);
		if (*ret_tcp < 0)
			return false;
		*ret_port = endpoint.port = port_of(*ret_tcp);
		if (!with_udp)
			return true;
		*ret_udp = bind_socket(&endpoint, SOCK_DGRAM);
		if (*ret_udp >= 0)
			return true;
		close(*ret_tcp);
		if (wanted->port != 0)
			return false;
	}
	return false;
}

static bool
listen_at(struct services *services, struct service *service, struct endpoint *endpoint)
{
	bool is_dns = service->server->protocol == PROTOCOL_DNS;
	struct listener *listener = mc_calloc(1, sizeof(*listener));
	int tcp = -1, udp = -1;

	errno = ENOMEM;
	if (listener == NULL)
		return false;
	if (!bind_pair(endpoint, is_dns, &tcp, &udp, &endpoint->port)) {
		mc_free(listener);
		return false;
	}
	listener->next = services->listeners;
	services->listeners = listener;
	listener->tcp = evconnlistener_new(services->lab->base, on_accept, service,
		LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, tcp);
	if (listener->tcp == NULL)
		close(tcp);
	if (is_dns)
		listener->udp = dns_socket_new(service, udp);
	errno = ENOMEM;
	return listener->tcp != NULL && (!is_dns || listener->udp != NULL);
}

/* A machine without IPv6 can have the rest of the lab. */
static bool
is_without_ipv6(struct endpoint *endpoint)
{
	bool is =
		endpoint->address.family == 6 && (errno == EADDRNOTAVAIL || errno == EAFNOSUPPORT);

	endpoint->left_out = is;
	return is;
}

static bool
start(struct services *services, struct scenario *scenario, const struct authority *authorities,
	struct server *server)
{
	struct running *running = mc_calloc(1, sizeof(*running));
	char text[ENDPOINT_SIZE];

	if (running == NULL)
		return source_error(&scenario->source, "out of memory");
	running->service = (struct service){.lab = services->lab, .server = server};
	running->next = services->running;
	services->running = running;
	if (server->certificates != NULL)
		running->service.credentials = tls_credentials(scenario, authorities, server);
	if (server->certificates != NULL && running->service.credentials == NULL)
		return false;
	for (struct endpoint *e = server->endpoints; e != NULL; e = e->next)
		if (!listen_at(services, &running->service, e) && !is_without_ipv6(e)) {
			endpoint_format(text, e);
			return source_error_at(&scenario->source, &server->place,
				"%s: cannot listen on %s: %s", server->name, text, strerror(errno));
		}
	return true;
}

struct services *
service_start(struct lab *lab, struct scenario *scenario, const struct authority *authorities)
{
	struct services *services = mc_calloc(1, sizeof(*services));

	if (services == NULL) {
		source_error(&scenario->source, "out of memory");
		return NULL;
	}
	services->lab = lab;
	for (struct server *server = scenario->servers; server != NULL; server = server->next)
		if (!start(services, scenario, authorities, server)) {
			service_stop(services);
			return NULL;
		}
	return services;
}

void
service_stop(struct services *services)
{
	struct listener *listener;
	struct running *running;

	while ((listener = services->listeners) != NULL) {
		services->listeners = listener->next;
		if (listener->tcp != NULL)
			evconnlistener_free(listener->tcp);
		if (listener->udp != NULL)
			dns_socket_free(listener->udp);
		mc_free(listener);
	}
	stream_end_all(services->lab);
	while ((running = services->running) != NULL) {
		services->running = running->next;
		tls_credentials_free(running->service.credentials);
		mc_free(running);
	}
	mc_free(services);
}
