/*
 * client: GnuTLS driven over two buffers. What GnuTLS pulls is what was fed; what it pushes
 * waits in `output`.
 */
#include "tls/client.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/address.h"
#include "base/alloc.h"
#include "tls/client_state.h"
#include "tls/guard.h"

#define INPUT_LIMIT ((size_t)1 << 20)
#define OUTPUT_LIMIT ((size_t)4 << 20)
#define RECORD_PAYLOAD 16384 /* RFC 8446, 5.1 */
#define RECORD_OVERHEAD 512  /* more than any header, padding and tag */

size_t
mc_tls_client_waiting(const struct mc_tls_client *client)
{
	return client->input.length - client->taken;
}

/* Most sessions wait most of the time: an empty buffer costs nothing. */
static void
shrink(struct mc_buf *buf)
{
	if (buf->length == 0 && !buf->failed)
		mc_buf_free(buf);
}

static ssize_t
pull(gnutls_transport_ptr_t pointer, void *bytes, size_t size)
{
	struct mc_tls_client *client = pointer;
	size_t length = mc_tls_client_waiting(client);

	if (length == 0 || !client->is_tls) {
		if (client->gone && length == 0)
			return 0;
		gnutls_transport_set_errno(client->session, EAGAIN);
		return -1;
	}
	if (length > size)
		length = size;
	memcpy(bytes, client->input.data + client->taken, length);
	client->taken += length;
	if (mc_tls_client_waiting(client) == 0) {
		mc_buf_clear(&client->input);
		client->taken = 0;
	}
	return (ssize_t)length;
}

static int
pull_timeout(gnutls_transport_ptr_t pointer, unsigned ms)
{
	const struct mc_tls_client *client = pointer;

	(void)ms;
	return mc_tls_client_waiting(client) > 0 || client->gone ? 1 : 0;
}

static ssize_t
push(gnutls_transport_ptr_t pointer, const void *bytes, size_t size)
{
	struct mc_tls_client *client = pointer;

	if (!mc_buf_append(&client->output, bytes, size)) {
		gnutls_transport_set_errno(client->session, ENOMEM);
		return -1;
	}
	return (ssize_t)size;
}

static void
name_server(struct mc_tls_client *client, const char *host)
{
	size_t length = strlen(host);
	struct mc_address address;

	while (length > 0 && host[length - 1] == '.')
		length--;
	client->host = mc_arena_strndup(client->arena, host, length);
	client->facts->sni = "";
	if (client->host[0] == '\0' || mc_address_parse(client->host, &address))
		return;
	if (gnutls_server_name_set(
		    client->session, GNUTLS_NAME_DNS, client->host, strlen(client->host)) >= 0)
		client->facts->sni = client->host;
}

static bool
start_session(struct mc_tls_client *client)
{
	unsigned flags = GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL | GNUTLS_NO_TICKETS |
			 GNUTLS_KEY_SHARE_TOP;

	if (gnutls_init(&client->session, flags) < 0) {
		client->session = NULL;
		return false;
	}
	gnutls_session_set_ptr(client->session, client);
	gnutls_transport_set_ptr(client->session, client);
	gnutls_transport_set_pull_function(client->session, pull);
	gnutls_transport_set_pull_timeout_function(client->session, pull_timeout);
	gnutls_transport_set_push_function(client->session, push);
	mc_guard_install(client->session);
	return gnutls_priority_set(client->session, mc_tls_trust_priority(client->trust)) >= 0 &&
	       gnutls_credentials_set(client->session, GNUTLS_CRD_CERTIFICATE,
		       mc_tls_trust_credentials(client->trust)) >= 0;
}

struct mc_tls_client *
mc_tls_client_new(struct mc_arena *arena, struct mc_tls_trust *trust, const char *host)
{
	struct mc_tls_client *client = mc_calloc(1, sizeof(*client));
	struct mc_tls *facts = mc_arena_alloc(arena, sizeof(*facts));

	if (client == NULL || facts == NULL) {
		mc_free(client);
		return NULL;
	}
	*facts = (struct mc_tls){
		.result = MC_TLS_LOCAL,
		.failure = "",
		.alert = -1,
		.plaintext = "",
		.version = "",
		.cipher = "",
		.group = "",
		.trust_problem = "",
	};
	client->arena = arena;
	client->trust = trust;
	client->facts = facts;
	mc_buf_init(&client->input, INPUT_LIMIT);
	mc_buf_init(&client->output, OUTPUT_LIMIT);
	if (!start_session(client))
		goto failed;
	name_server(client, host);
	if (!arena->failed)
		return client;
failed:
	mc_tls_client_free(client);
	return NULL;
}

void
mc_tls_client_free(struct mc_tls_client *client)
{
	if (client == NULL)
		return;
	if (client->session != NULL)
		gnutls_deinit(client->session);
	mc_buf_free(&client->input);
	mc_buf_free(&client->output);
	mc_free(client);
}

static void
break_off(struct mc_tls_client *client, const char *why)
{
	snprintf(client->error, sizeof(client->error), "%s", why);
	client->state = MC_TLS_BROKEN;
}

static void
break_gone(struct mc_tls_client *client)
{
	break_off(client, client->reset ? "reset" : "closed without close_notify");
}

enum mc_tls_state
mc_tls_client_step(struct mc_tls_client *client)
{
	if (client->state == MC_TLS_HANDSHAKING)
		mc_tls_handshake_step(client);
	else if (client->state == MC_TLS_OPEN && client->gone &&
		 mc_tls_client_waiting(client) == 0 &&
		 gnutls_record_check_pending(client->session) == 0)
		break_gone(client);
	shrink(&client->input);
	shrink(&client->output);
	return client->state;
}

static void
overflow(struct mc_tls_client *client)
{
	if (client->state == MC_TLS_HANDSHAKING)
		mc_tls_handshake_conclude(client, MC_TLS_LOCAL, MC_TLS_NO_ROOM);
	else
		break_off(client, MC_TLS_NO_ROOM);
}

void
mc_tls_client_feed(struct mc_tls_client *client, const uint8_t *bytes, size_t length)
{
	if (client->gone || (client->state != MC_TLS_HANDSHAKING && client->state != MC_TLS_OPEN))
		return;
	for (size_t i = 0; i < length && client->hello_length < MC_TLS_HELLO_BYTES; i++)
		client->hello[client->hello_length++] = bytes[i];
	if (client->taken > 0) {
		mc_buf_consume(&client->input, client->taken);
		client->taken = 0;
	}
	if (!mc_buf_append(&client->input, bytes, length))
		overflow(client);
}

void
mc_tls_client_hangup(struct mc_tls_client *client, bool reset)
{
	if (client->gone)
		return;
	client->gone = true;
	client->reset = reset;
	mc_tls_client_step(client);
}

void
mc_tls_client_expire(struct mc_tls_client *client)
{
	if (client->state == MC_TLS_HANDSHAKING)
		mc_tls_handshake_expire(client);
}

struct mc_buf *
mc_tls_client_output(struct mc_tls_client *client)
{
	return &client->output;
}

static void
break_alert(struct mc_tls_client *client)
{
	gnutls_alert_description_t alert = gnutls_alert_get(client->session);
	const char *name = gnutls_alert_get_name(alert);

	snprintf(client->error, sizeof(client->error), "fatal alert %d: %s", (int)alert,
		name != NULL ? name : "unknown");
	client->state = MC_TLS_BROKEN;
}

static void
break_code(struct mc_tls_client *client, int code)
{
	if (client->input.failed || client->output.failed)
		overflow(client);
	else if (code == GNUTLS_E_FATAL_ALERT_RECEIVED)
		break_alert(client);
	else if (client->gone && code == GNUTLS_E_PREMATURE_TERMINATION)
		break_gone(client);
	else {
		gnutls_alert_send_appropriate(client->session, code);
		break_off(client, gnutls_strerror(code));
	}
}

static size_t
room(size_t length)
{
	size_t records = length / RECORD_PAYLOAD + 1;

	return length + records * RECORD_OVERHEAD;
}

bool
mc_tls_client_write(struct mc_tls_client *client, const uint8_t *bytes, size_t length)
{
	ssize_t sent;

	if (client->state != MC_TLS_OPEN || length > OUTPUT_LIMIT ||
		room(length) > OUTPUT_LIMIT - client->output.length)
		return false;
	while (length > 0) {
		sent = gnutls_record_send(client->session, bytes, length);
		if (sent > 0) {
			bytes += sent;
			length -= (size_t)sent;
		} else if (sent == 0 || gnutls_error_is_fatal((int)sent)) {
			break_code(client, (int)sent);
			return false;
		}
	}
	return true;
}

/* Renegotiation is not for us; say so once (RFC 5246, 7.4.1.1). */
static void
decline(struct mc_tls_client *client)
{
	if (!client->declined)
		gnutls_alert_send(client->session, GNUTLS_AL_WARNING, GNUTLS_A_NO_RENEGOTIATION);
	client->declined = true;
}

size_t
mc_tls_client_read(struct mc_tls_client *client, uint8_t *bytes, size_t size)
{
	size_t before;
	ssize_t got;

	while (client->state == MC_TLS_OPEN && size > 0) {
		before = mc_tls_client_waiting(client);
		got = gnutls_record_recv(client->session, bytes, size);
		if (got > 0)
			return (size_t)got;
		if (got == 0)
			client->state = MC_TLS_EOF;
		else if (gnutls_error_is_fatal((int)got))
			break_code(client, (int)got);
		else if (got == GNUTLS_E_REHANDSHAKE)
			decline(client);
		else if (mc_tls_client_waiting(client) == before)
			break;
	}
	shrink(&client->input);
	return 0;
}

void
mc_tls_client_close(struct mc_tls_client *client)
{
	if (client->state == MC_TLS_OPEN || client->state == MC_TLS_EOF)
		gnutls_bye(client->session, GNUTLS_SHUT_WR);
}

struct mc_tls *
mc_tls_client_facts(struct mc_tls_client *client)
{
	return client->facts;
}

const char *
mc_tls_client_error(const struct mc_tls_client *client)
{
	return client->error;
}
