/* net_smtp_server: an SMTP server on loopback, one thread a connection, good or bad. */
#ifndef MC_TESTS_NET_SMTP_SERVER_H
#define MC_TESTS_NET_SMTP_SERVER_H

#include "net_harness.h"
#include "tls_fixture.h"

enum smtp_mode {
	SMTP_NORMAL, /* and STARTTLS, when there is a certificate */
	SMTP_NO_STARTTLS,
	SMTP_SILENT, /* not even a greeting */
	SMTP_DRIP,   /* a greeting without end, octet by octet */
	SMTP_CLOSE,  /* at once */
	SMTP_RESET,  /* in the place of a greeting */
	SMTP_BUSY,   /* 421 and close */
	SMTP_EHLO_SILENT,
	SMTP_EHLO_RESET,
	SMTP_ENDLESS,    /* a reply to EHLO without end */
	SMTP_INJECT,     /* plaintext behind the 220 */
	SMTP_TLS_SILENT, /* 220 and no handshake */
	SMTP_TLS_CLOSE,  /* 220 and close */
	SMTP_TLS_PLAIN,  /* plaintext where the handshake is due */
	SMTP_UNCLEAN,    /* TLS ends without close_notify */
	SMTP_NO_CLOSE,   /* stays open after QUIT */
	SMTP_BYTEWISE,
	SMTP_IMPLICIT,  /* TLS first */
	SMTP_TLS_RESET, /* after EHLO inside TLS */
	SMTP_HTTPS,     /* no SMTP at all: TLS first, then `page` for any request */
};

struct smtp_server {
	enum smtp_mode mode;
	int listener, stop[2];
	uint16_t port;
	pthread_t thread;
	gnutls_certificate_credentials_t credentials;
	struct made certificate;
	atomic_int connections, now, peak, quits;
	atomic_int late_quits; /* that came while nothing was answered */
	atomic_int farewells;  /* close_notify heard after QUIT */
	char helo[256];        /* the last EHLO argument */
	const char *page;      /* of HTTPS; NULL: no answer, "": reset */
	bool unclean;          /* ends without close_notify */
	char request[1024];
};

struct smtp_peer {
	struct smtp_server *server;
	int fd;
	gnutls_session_t tls; /* NULL: in clear */
};

static inline void
smtp_send(struct smtp_peer *peer, const char *text)
{
	size_t length = strlen(text);

	for (size_t at = 0; peer->server->mode == SMTP_BYTEWISE && at + 1 < length; at++, text++) {
		(void)send(peer->fd, text, 1, MSG_NOSIGNAL);
		usleep(300);
	}
	length = strlen(text);
	if (peer->tls != NULL)
		(void)gnutls_record_send(peer->tls, text, length);
	else
		(void)send(peer->fd, text, length, MSG_NOSIGNAL);
}

/* False when the connection is over. */
static inline bool
smtp_read(struct smtp_peer *peer, char *line, size_t size)
{
	size_t length = 0;

	while (length + 1 < size) {
		ssize_t got = peer->tls != NULL ? gnutls_record_recv(peer->tls, line + length, 1)
						: recv(peer->fd, line + length, 1, 0);
		if (got == GNUTLS_E_AGAIN || got == GNUTLS_E_INTERRUPTED)
			continue;
		if (got <= 0)
			return false;
		if (line[length] == '\n')
			break;
		length++;
	}
	line[length] = '\0';
	return true;
}

static inline bool
smtp_handshake(struct smtp_peer *peer)
{
	int code;

	gnutls_init(&peer->tls, GNUTLS_SERVER | GNUTLS_NO_SIGNAL);
	gnutls_set_default_priority(peer->tls);
	gnutls_credentials_set(peer->tls, GNUTLS_CRD_CERTIFICATE, peer->server->credentials);
	gnutls_transport_set_int(peer->tls, peer->fd);
	do
		code = gnutls_handshake(peer->tls);
	while (code < 0 && !gnutls_error_is_fatal(code));
	return code == 0;
}

/* Waits until the client hangs up. */
static inline void
smtp_drain(struct smtp_peer *peer)
{
	char bytes[4096];
	ssize_t length;

	while ((length = recv(peer->fd, bytes, sizeof(bytes), 0)) > 0)
		if (length >= 6 && memcmp(bytes + length - 6, "QUIT\r\n", 6) == 0)
			atomic_fetch_add(&peer->server->late_quits, 1);
}

static inline void
smtp_reset(struct smtp_peer *peer)
{
	struct linger linger = {1, 0};

	(void)setsockopt(peer->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

static inline bool
smtp_starttls(struct smtp_peer *peer)
{
	smtp_send(peer, peer->server->mode == SMTP_INJECT ? "220 go ahead\r\n250 evil\r\n"
							  : "220 go ahead\r\n");
	switch (peer->server->mode) {
	case SMTP_INJECT:
	case SMTP_TLS_SILENT:
		smtp_drain(peer);
		return false;
	case SMTP_TLS_CLOSE: /* and what comes is read: unread, it would make a reset of it */
		shutdown(peer->fd, SHUT_WR);
		smtp_drain(peer);
		return false;
	case SMTP_TLS_PLAIN:
		usleep(20000);
		smtp_send(peer, "500 what is this?\r\n");
		smtp_drain(peer);
		return false;
	default:
		return smtp_handshake(peer);
	}
}

static inline bool
smtp_ehlo(struct smtp_peer *peer, const char *line)
{
	enum smtp_mode mode = peer->server->mode;
	bool offer = peer->tls == NULL && mode != SMTP_NO_STARTTLS;

	if (line[5] != '\0')
		(void)snprintf(peer->server->helo, sizeof(peer->server->helo), "%.*s",
			(int)sizeof(peer->server->helo) - 1, line + 5);
	peer->server->helo[strcspn(peer->server->helo, "\r")] = '\0';
	if (mode == SMTP_EHLO_SILENT) {
		smtp_drain(peer);
		return false;
	}
	if (mode == SMTP_EHLO_RESET || (mode == SMTP_TLS_RESET && peer->tls != NULL)) {
		smtp_reset(peer);
		return false;
	}
	for (int i = 0; mode == SMTP_ENDLESS && i < 100000; i++)
		if (send(peer->fd, "250-more\r\n", 10, MSG_NOSIGNAL) < 0)
			return false;
	smtp_send(peer, offer ? "250-mx.test\r\n250-SIZE 100\r\n250 STARTTLS\r\n"
			      : "250-mx.test\r\n250 SIZE 100\r\n");
	return true;
}

static inline void
smtp_say_farewell(struct smtp_peer *peer)
{
	char octet;

	gnutls_bye(peer->tls, GNUTLS_SHUT_WR);
	if (gnutls_record_recv(peer->tls, &octet, 1) == 0)
		atomic_fetch_add(&peer->server->farewells, 1);
}

static inline bool
smtp_command(struct smtp_peer *peer, const char *line)
{
	if (strncasecmp(line, "EHLO", 4) == 0)
		return smtp_ehlo(peer, line);
	if (strncasecmp(line, "STARTTLS", 8) == 0)
		return smtp_starttls(peer);
	if (strncasecmp(line, "QUIT", 4) != 0) {
		smtp_send(peer, "250 fine\r\n");
		return true;
	}
	atomic_fetch_add(&peer->server->quits, 1);
	smtp_send(peer, "221 bye\r\n");
	if (peer->server->mode == SMTP_NO_CLOSE)
		smtp_drain(peer);
	else if (peer->tls != NULL && peer->server->mode != SMTP_UNCLEAN)
		smtp_say_farewell(peer);
	return false;
}

static inline void
smtp_serve_page(struct smtp_peer *peer)
{
	struct smtp_server *server = peer->server;
	char line[1024];
	size_t used = 0;

	while (smtp_read(peer, line, sizeof(line)) && line[0] != '\r')
		used += (size_t)snprintf(
			server->request + used, sizeof(server->request) - used, "%.100s|", line);
	if (server->page == NULL) {
		smtp_drain(peer);
	} else if (server->page[0] == '\0') {
		smtp_reset(peer);
	} else {
		smtp_send(peer, server->page);
		if (!server->unclean)
			gnutls_bye(peer->tls, GNUTLS_SHUT_WR);
	}
}

static inline void
smtp_talk(struct smtp_peer *peer)
{
	char line[1024];

	switch (peer->server->mode) {
	case SMTP_SILENT:
		smtp_drain(peer);
		return;
	case SMTP_DRIP:
		while (send(peer->fd, "2", 1, MSG_NOSIGNAL) == 1)
			usleep(5000);
		return;
	case SMTP_RESET:
		usleep(50000); /* the client sees that it is connected */
		smtp_reset(peer);
		return;
	case SMTP_CLOSE:
		return;
	case SMTP_BUSY:
		smtp_send(peer, "421 too busy\r\n");
		return;
	case SMTP_HTTPS:
		if (smtp_handshake(peer))
			smtp_serve_page(peer);
		return;
	case SMTP_IMPLICIT:
		if (!smtp_handshake(peer))
			return;
		break;
	default:
		break;
	}
	smtp_send(peer, "220 mx.test ESMTP\r\n");
	while (smtp_read(peer, line, sizeof(line)) && smtp_command(peer, line))
		;
}

static inline void *
smtp_connection(void *argument)
{
	struct smtp_peer *peer = argument;
	struct smtp_server *server = peer->server;

	smtp_talk(peer);
	if (peer->tls != NULL)
		gnutls_deinit(peer->tls);
	close(peer->fd);
	free(peer);
	atomic_fetch_sub(&server->now, 1);
	return NULL;
}

static inline void
smtp_accept(struct smtp_server *server)
{
	struct smtp_peer *peer = calloc(1, sizeof(*peer));
	pthread_attr_t attributes;
	pthread_t thread;
	int now;

	peer->server = server;
	peer->fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
	if (peer->fd == -1) {
		free(peer);
		return;
	}
	atomic_fetch_add(&server->connections, 1);
	now = atomic_fetch_add(&server->now, 1) + 1;
	if (now > atomic_load(&server->peak))
		atomic_store(&server->peak, now);
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, 256 * 1024);
	if (pthread_create(&thread, &attributes, smtp_connection, peer) != 0)
		abort();
	pthread_attr_destroy(&attributes);
}

static inline void *
smtp_thread(void *argument)
{
	struct smtp_server *server = argument;
	struct pollfd fds[] = {{server->stop[0], POLLIN, 0}, {server->listener, POLLIN, 0}};

	while (poll(fds, 2, -1) >= 0 && fds[0].revents == 0)
		smtp_accept(server);
	return NULL;
}

static inline void
smtp_start(struct smtp_server *server, enum smtp_mode mode)
{
	static const struct wish wish = {.dn = "CN=mx.test", .names = {"mx.test"}};

	memset(server, 0, sizeof(*server));
	server->mode = mode;
	server->listener = listen_on(SOCK_STREAM, &server->port);
	server->certificate = make(&wish, NULL);
	gnutls_certificate_allocate_credentials(&server->credentials);
	ck_assert_int_ge(gnutls_certificate_set_x509_key(server->credentials,
				 &server->certificate.crt, 1, server->certificate.key),
		0);
	ck_assert_int_eq(pipe(server->stop), 0);
	ck_assert_int_eq(pthread_create(&server->thread, NULL, smtp_thread, server), 0);
}

/* Every client must have hung up by now. */
static inline void
smtp_stop(struct smtp_server *server)
{
	ck_assert_int_eq((int)write(server->stop[1], "x", 1), 1);
	pthread_join(server->thread, NULL);
	for (int i = 0; i < 1000 && atomic_load(&server->now) > 0; i++)
		usleep(1000);
	ck_assert_msg(atomic_load(&server->now) == 0, "a connection is still open");
	close(server->listener);
	close(server->stop[0]);
	close(server->stop[1]);
	gnutls_certificate_free_credentials(server->credentials);
	unmake(&server->certificate);
}

#endif
