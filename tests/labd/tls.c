/* tls: GnuTLS pulls from one evbuffer and pushes into the other. */
#include "tls.h"

#include <errno.h>
#include <stdio.h>

#include "base/alloc.h"

#define PLAIN_SIZE 16384 /* one record */

struct credentials {
	gnutls_certificate_credentials_t certificates;
	gnutls_priority_t priorities;
};

struct tls {
	gnutls_session_t session;
	struct evbuffer *in, *out;
	enum tls_state state;
	char summary[120];
};

struct credentials *
tls_credentials(
	struct scenario *scenario, const struct authority *authorities, const struct server *server)
{
	struct credentials *credentials = mc_calloc(1, sizeof(*credentials));
	const char *where = "";
	int code;

	if (credentials == NULL ||
		gnutls_certificate_allocate_credentials(&credentials->certificates) < 0) {
		mc_free(credentials);
		source_error(&scenario->source, "out of memory");
		return NULL;
	}
	code = gnutls_priority_init(&credentials->priorities, server->tls.priorities, &where);
	if (code < 0) {
		credentials->priorities = NULL;
		source_error_at(&scenario->source, &server->place,
			"%s: priorities, at \"%.40s\": %s", server->name, where,
			gnutls_strerror(code));
		goto failed;
	}
	for (const struct certificate *c = server->certificates; c != NULL; c = c->next)
		if (!ca_issue(scenario, authorities, server, c, credentials->certificates))
			goto failed;
	return credentials;
failed:
	tls_credentials_free(credentials);
	return NULL;
}

void
tls_credentials_free(struct credentials *credentials)
{
	if (credentials == NULL)
		return;
	if (credentials->priorities != NULL)
		gnutls_priority_deinit(credentials->priorities);
	gnutls_certificate_free_credentials(credentials->certificates);
	mc_free(credentials);
}

static ssize_t
pull(gnutls_transport_ptr_t pointer, void *bytes, size_t size)
{
	struct tls *tls = pointer;
	int length = evbuffer_remove(tls->in, bytes, size);

	if (length > 0)
		return length;
	gnutls_transport_set_errno(tls->session, EAGAIN);
	return -1;
}

static int
pull_timeout(gnutls_transport_ptr_t pointer, unsigned ms)
{
	const struct tls *tls = pointer;

	(void)ms;
	return evbuffer_get_length(tls->in) > 0 ? 1 : 0;
}

static ssize_t
push(gnutls_transport_ptr_t pointer, const void *bytes, size_t size)
{
	struct tls *tls = pointer;

	if (evbuffer_add(tls->out, bytes, size) == 0)
		return (ssize_t)size;
	gnutls_transport_set_errno(tls->session, ENOMEM);
	return -1;
}

struct tls *
tls_new(const struct credentials *credentials, struct evbuffer *in, struct evbuffer *out)
{
	struct tls *tls = mc_calloc(1, sizeof(*tls));

	if (tls == NULL)
		return NULL;
	tls->in = in;
	tls->out = out;
	if (gnutls_init(&tls->session, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) < 0) {
		mc_free(tls);
		return NULL;
	}
	gnutls_transport_set_ptr(tls->session, tls);
	gnutls_transport_set_pull_function(tls->session, pull);
	gnutls_transport_set_pull_timeout_function(tls->session, pull_timeout);
	gnutls_transport_set_push_function(tls->session, push);
	gnutls_handshake_set_timeout(tls->session, 0);
	if (gnutls_priority_set(tls->session, credentials->priorities) >= 0 &&
		gnutls_credentials_set(
			tls->session, GNUTLS_CRD_CERTIFICATE, credentials->certificates) >= 0)
		return tls;
	tls_free(tls);
	return NULL;
}

void
tls_free(struct tls *tls)
{
	if (tls == NULL)
		return;
	gnutls_deinit(tls->session);
	mc_free(tls);
}

const char *
tls_summary(const struct tls *tls)
{
	return tls->summary;
}

static void
conclude(struct tls *tls, int code)
{
	char *description;

	if (code < 0) {
		snprintf(tls->summary, sizeof(tls->summary), "%s",
			code == GNUTLS_E_FATAL_ALERT_RECEIVED
				? gnutls_alert_get_name(gnutls_alert_get(tls->session))
				: gnutls_strerror(code));
		(void)gnutls_alert_send_appropriate(tls->session, code);
		tls->state = TLS_CLOSED;
		return;
	}
	description = gnutls_session_get_desc(tls->session);
	snprintf(tls->summary, sizeof(tls->summary), "%s", description == NULL ? "" : description);
	gnutls_free(description);
	tls->state = TLS_OPEN;
}

static void
handshake(struct tls *tls)
{
	int code;

	do
		code = gnutls_handshake(tls->session);
	while (code < 0 && code != GNUTLS_E_AGAIN && !gnutls_error_is_fatal(code));
	if (code != GNUTLS_E_AGAIN)
		conclude(tls, code);
}

enum tls_state
tls_step(struct tls *tls, struct evbuffer *plain, size_t limit)
{
	char bytes[PLAIN_SIZE];
	ssize_t length;

	if (tls->state == TLS_HANDSHAKING)
		handshake(tls);
	while (tls->state == TLS_OPEN && evbuffer_get_length(plain) < limit) {
		length = gnutls_record_recv(tls->session, bytes, sizeof(bytes));
		if (length == GNUTLS_E_AGAIN)
			break;
		if (length == 0 || (length < 0 && gnutls_error_is_fatal((int)length)))
			tls->state = TLS_CLOSED;
		else if (length > 0 && evbuffer_add(plain, bytes, (size_t)length) < 0)
			tls->state = TLS_CLOSED;
	}
	return tls->state;
}

bool
tls_write(struct tls *tls, const void *bytes, size_t length)
{
	const char *next = bytes;
	ssize_t sent;

	while (length > 0) {
		sent = gnutls_record_send(tls->session, next, length);
		if (sent <= 0)
			return false;
		next += sent;
		length -= (size_t)sent;
	}
	return true;
}

void
tls_alert(struct tls *tls, int alert)
{
	(void)gnutls_alert_send(tls->session, GNUTLS_AL_FATAL, (gnutls_alert_description_t)alert);
}

void
tls_close_notify(struct tls *tls)
{
	(void)gnutls_bye(tls->session, GNUTLS_SHUT_WR);
}
