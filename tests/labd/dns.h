/* dns: the DNS server over UDP and TCP (RFC 1035, RFC 7766). */
#ifndef LABD_DNS_H
#define LABD_DNS_H

#include "lab.h"

struct dns_socket;

/* Serves a bound UDP socket and takes it. NULL when out of memory (the socket is closed then). */
struct dns_socket *dns_socket_new(struct service *service, int fd);
void dns_socket_free(struct dns_socket *socket);

/* Serves one TCP connection. Takes the socket. */
void dns_accept(struct service *service, int fd);

#endif
