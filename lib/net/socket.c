/* socket: the kernel's side of a connection. */
#include "net/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

struct row {
	int error;
	struct mc_socket_failure failure;
};

/* clang-format off */
static const struct row local[] = {
	{EMFILE, {MC_FAIL_LOCAL, "this process has no file descriptor left"}},
	{ENFILE, {MC_FAIL_LOCAL, "this machine has no file descriptor left"}},
	{ENOBUFS, {MC_FAIL_LOCAL, "this machine has no socket buffer left"}},
	{ENOMEM, {MC_FAIL_LOCAL, "out of memory"}},
	{EACCES, {MC_FAIL_DENIED, "this machine's own rules forbid the connection"}},
	{EPERM, {MC_FAIL_DENIED, "this machine's own rules forbid the connection"}},
	{ENETDOWN, {MC_FAIL_NO_LOCAL_ROUTE, "this machine's network is down"}},
};

static const struct row at_once[] = {
	{ENETUNREACH, {MC_FAIL_NO_LOCAL_ROUTE, "this machine has no route to that address"}},
	{EHOSTUNREACH, {MC_FAIL_NO_LOCAL_ROUTE, "this machine has no route to that address"}},
	{EADDRNOTAVAIL, {MC_FAIL_NO_LOCAL_ROUTE, "this machine has no address to connect from"}},
	{EAFNOSUPPORT, {MC_FAIL_NO_LOCAL_ROUTE, "this machine does not know that address family"}},
};

static const struct row from_afar[] = {
	{ECONNREFUSED, {MC_FAIL_CONNECT_REFUSED, "connection refused"}},
	{ETIMEDOUT, {MC_FAIL_CONNECT_TIMEOUT, "no answer to the TCP connect"}},
	{ECONNRESET, {MC_FAIL_CONNECT_RESET, "connection reset while connecting"}},
	{EHOSTUNREACH, {MC_FAIL_NO_ROUTE, "a router says that the host is unreachable"}},
	{ENETUNREACH, {MC_FAIL_NO_ROUTE, "a router says that the network is unreachable"}},
	{ENOPROTOOPT, {MC_FAIL_NO_ROUTE, "the host says that it does not speak the protocol"}},
	{EHOSTDOWN, {MC_FAIL_NO_ROUTE, "the host is down"}},
	/* ICMPv6 "administratively prohibited"; our own rules refuse at once. */
	{EACCES, {MC_FAIL_NO_ROUTE, "a firewall on the way says that the connection is prohibited"}},
};
/* clang-format on */

static const struct mc_socket_failure *
find(const struct row *rows, size_t count, int error)
{
	for (size_t i = 0; i < count; i++)
		if (rows[i].error == error)
			return &rows[i].failure;
	return NULL;
}

#define FIND(rows, error) find(rows, sizeof(rows) / sizeof((rows)[0]), error)

static struct mc_socket_failure
judge(const struct mc_socket_failure *found, int error)
{
	if (found == NULL)
		found = FIND(local, error);
	if (found == NULL)
		found = FIND(from_afar, error);
	return found != NULL
		       ? *found
		       : (struct mc_socket_failure){MC_FAIL_LOCAL, "the system refuses to connect"};
}

struct mc_socket_failure
mc_socket_failure(int error)
{
	return judge(FIND(from_afar, error), error);
}

const char *
mc_socket_text(int error)
{
	switch (error) {
	case ECONNRESET:
	case EPIPE:
		return "connection reset by the server";
	case ETIMEDOUT:
		return "the server's machine does not answer any more";
	default:
		return judge(FIND(from_afar, error), error).text;
	}
}

socklen_t
mc_socket_address(
	struct sockaddr_storage *ret_address, const struct mc_address *address, uint16_t port)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};

	memset(ret_address, 0, sizeof(*ret_address));
	if (address->family == 4) {
		memcpy(&in.sin_addr, address->bytes, 4);
		memcpy(ret_address, &in, sizeof(in));
		return sizeof(in);
	}
	memcpy(&in6.sin6_addr, address->bytes, 16);
	memcpy(ret_address, &in6, sizeof(in6));
	return sizeof(in6);
}

bool
mc_socket_bindable(const struct mc_address *address, uint16_t port)
{
	struct sockaddr_storage place;
	socklen_t length = mc_socket_address(&place, address, port);
	int fd = socket(place.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool bound = fd != -1 && bind(fd, (struct sockaddr *)&place, length) == 0;

	if (fd != -1)
		(void)close(fd);
	return bound;
}

struct mc_address
mc_socket_source(int fd)
{
	struct sockaddr_storage storage;
	socklen_t length = sizeof(storage);
	struct mc_address address = {.family = 0};
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (getsockname(fd, (struct sockaddr *)&storage, &length) != 0)
		return address;
	if (storage.ss_family == AF_INET) {
		memcpy(&in, &storage, sizeof(in));
		address.family = 4;
		memcpy(address.bytes, &in.sin_addr, 4);
	} else if (storage.ss_family == AF_INET6) {
		memcpy(&in6, &storage, sizeof(in6));
		address.family = 6;
		memcpy(address.bytes, &in6.sin6_addr, 16);
	}
	return address;
}

int
mc_socket_error(int fd)
{
	int error = 0;
	socklen_t length = sizeof(error);

	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
}

static bool
bind_source(int fd, const struct mc_address *source)
{
	struct sockaddr_storage storage;
	socklen_t length = mc_socket_address(&storage, source, 0);
#ifdef IP_BIND_ADDRESS_NO_PORT
	int yes = 1;

	(void)setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof(yes));
#endif
	return bind(fd, (struct sockaddr *)&storage, length) == 0;
}

int
mc_socket_connect(int type, const struct mc_net_server *peer, const struct mc_address *source,
	struct mc_socket_failure *ret_failure)
{
	struct sockaddr_storage storage;
	socklen_t length = mc_socket_address(&storage, &peer->address, peer->port);
	int yes = 1, error, fd = socket(storage.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd == -1) {
		*ret_failure = judge(FIND(at_once, errno), errno);
		return -1;
	}
	if (source != NULL && source->family != 0 && !bind_source(fd, source)) {
		close(fd);
		*ret_failure = (struct mc_socket_failure){
			MC_FAIL_LOCAL, "the source address given cannot be used on this machine"};
		return -1;
	}
	if (type == SOCK_STREAM)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	if (connect(fd, (struct sockaddr *)&storage, length) == 0 || errno == EINPROGRESS)
		return fd;
	error = errno;
	close(fd);
	*ret_failure = judge(FIND(at_once, error), error);
	return -1;
}
