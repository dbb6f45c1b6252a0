/* smtp: the server's end of SMTP (RFC 5321) and LMTP (RFC 2033), good or bad. */
#ifndef LABD_SMTP_H
#define LABD_SMTP_H

#include "lab.h"

/* Serves one connection. Takes the socket. */
void smtp_accept(struct service *service, int fd);

#endif
