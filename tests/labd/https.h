/* https: GET and HEAD (RFC 9112), one request a connection. */
#ifndef LABD_HTTPS_H
#define LABD_HTTPS_H

#include "lab.h"

/* Serves one connection. Takes the socket. */
void https_accept(struct service *service, int fd);

#endif
