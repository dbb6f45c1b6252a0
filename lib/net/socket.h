/*
 * socket: addresses as the kernel wants them, connecting, and what its errors mean.
 */
#ifndef MC_NET_SOCKET_H
#define MC_NET_SOCKET_H

#include <sys/socket.h>

#include "net/net.h"

/* Why a connection could not be made. */
struct mc_socket_failure {
	enum mc_failure failure;
	const char *text; /* static */
};

socklen_t mc_socket_address(
	struct sockaddr_storage *ret_address, const struct mc_address *address, uint16_t port);

/*
 * A socket (non-blocking, closed on exec) that connects; `source` with family 0 or NULL: any.
 * -1 with the reason when that failed at once.
 */
int mc_socket_connect(int type, const struct mc_net_server *peer, const struct mc_address *source,
	struct mc_socket_failure *ret_failure);
/* Whether a UDP socket can be bound to that port of an address of ours, now. */
bool mc_socket_bindable(const struct mc_address *address, uint16_t port);
/* Our end; family 0 when unknown. */
struct mc_address mc_socket_source(int fd);
/* How connecting ended: 0, or an errno. */
int mc_socket_error(int fd);

/* An errno that came while connecting, from afar. */
struct mc_socket_failure mc_socket_failure(int error);
/* An errno in the middle of a connection, in words. */
const char *mc_socket_text(int error);

#endif
