/*
 * handshake: carries one through, and says in what way it ended. The first octets are looked at
 * before GnuTLS sees them: a server that answers in plain text is no TLS failure like another.
 */
#include "tls/client_state.h"
#include "tls/guard.h"
#include "tls/peer.h"

#define PLAINTEXT_BYTES 256 /* most kept of an answer in plain text */

/* Errors that tell of this machine, its policy or our bounds; all others are the server's. */
static const int local_errors[] = {
	GNUTLS_E_MEMORY_ERROR,
	GNUTLS_E_INTERNAL_ERROR,
	GNUTLS_E_RANDOM_FAILED,
	GNUTLS_E_LIB_IN_ERROR_STATE,
	GNUTLS_E_SELF_TEST_ERROR,
	GNUTLS_E_PUSH_ERROR,
	GNUTLS_E_PULL_ERROR,
	GNUTLS_E_HANDSHAKE_TOO_LARGE,
	GNUTLS_E_INSUFFICIENT_SECURITY,
	GNUTLS_E_DH_PRIME_UNACCEPTABLE,
	GNUTLS_E_NO_PRIORITIES_WERE_SET,
	MC_GUARD_ERROR,
};

/* The end of the handshake. A chain may have come before it failed. */
void
mc_tls_handshake_conclude(
	struct mc_tls_client *client, enum mc_tls_result result, const char *failure)
{
	struct mc_tls *facts = client->facts;

	facts->result = result;
	facts->failure = failure;
	mc_peer_chain(client->arena, client->session, client->trust, client->host, facts);
	if (result == MC_TLS_UP)
		mc_peer_session(client->arena, client->session, facts);
	if (client->arena->failed) {
		facts->result = MC_TLS_LOCAL;
		facts->failure = "out of memory";
	}
	client->state = facts->result == MC_TLS_UP ? MC_TLS_OPEN : MC_TLS_FAILED;
}

static const char *
alert_text(struct mc_arena *arena, int alert)
{
	const char *name = gnutls_alert_get_name((gnutls_alert_description_t)alert);

	return name != NULL ? mc_arena_printf(arena, "fatal alert %d: %s", alert, name)
			    : mc_arena_printf(arena, "fatal alert %d", alert);
}

static void
conclude_alert(struct mc_tls_client *client, int alert)
{
	const char *failure = alert_text(client->arena, alert);

	if (alert == GNUTLS_A_PROTOCOL_VERSION && !mc_tls_trust_offers_all(client->trust)) {
		mc_tls_handshake_conclude(client, MC_TLS_LOCAL,
			mc_arena_printf(client->arena,
				"%s; this system's policy leaves out a version of TLS", failure));
		return;
	}
	client->facts->alert = alert;
	mc_tls_handshake_conclude(client, MC_TLS_ALERT, failure);
}

static void
conclude_gone(struct mc_tls_client *client)
{
	bool silent = client->hello_length == 0;

	if (client->reset)
		mc_tls_handshake_conclude(client, MC_TLS_RESET,
			silent ? "reset by the server in answer to the ClientHello"
			       : "reset by the server in the middle of the handshake");
	else
		mc_tls_handshake_conclude(client, MC_TLS_CLOSED,
			silent ? "closed by the server in answer to the ClientHello"
			       : "closed by the server in the middle of the handshake");
}

/* A ServerHello of a version that cannot be spoken here is no nonsense, but our own limit. */
static bool
conclude_version(struct mc_tls_client *client)
{
	const uint8_t *hello = client->hello;
	const char *failure;

	if (client->hello_length < MC_TLS_HELLO_BYTES || hello[0] != 22 || hello[5] != 2 ||
		hello[9] != 3)
		return false;
	switch (hello[10]) {
	case 0:
		failure = "the server chose SSL 3.0, which cannot be spoken here";
		break;
	case 1:
	case 2:
		failure = "the server chose TLS 1.0 or 1.1, which this system's policy refuses";
		break;
	default:
		return false;
	}
	mc_tls_handshake_conclude(client, MC_TLS_LOCAL, failure);
	return true;
}

static void
conclude_error(struct mc_tls_client *client, int code)
{
	enum mc_tls_result result = MC_TLS_PROTOCOL;

	if (client->input.failed || client->output.failed) {
		mc_tls_handshake_conclude(client, MC_TLS_LOCAL, MC_TLS_NO_ROOM);
		return;
	}
	if (code == GNUTLS_E_FATAL_ALERT_RECEIVED) {
		conclude_alert(client, (int)gnutls_alert_get(client->session));
		return;
	}
	if (code == GNUTLS_E_PREMATURE_TERMINATION || code == GNUTLS_E_SESSION_EOF ||
		(client->gone && code == GNUTLS_E_UNEXPECTED_PACKET_LENGTH)) {
		conclude_gone(client);
		return;
	}
	gnutls_alert_send_appropriate(client->session, code);
	if (code == GNUTLS_E_UNSUPPORTED_VERSION_PACKET && conclude_version(client))
		return;
	for (size_t i = 0; i < sizeof(local_errors) / sizeof(local_errors[0]); i++) {
		if (local_errors[i] == code)
			result = MC_TLS_LOCAL;
	}
	mc_tls_handshake_conclude(client, result,
		code == MC_GUARD_ERROR ? "a key of the server is too large to compute with"
				       : gnutls_strerror(code));
}

/* A line cut by the network is worth the wait for its rest. */
static bool
unfinished_line(const uint8_t *bytes, size_t length)
{
	if (length >= PLAINTEXT_BYTES)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] != '\r' && bytes[i] != '\t' && (bytes[i] < ' ' || bytes[i] > '~'))
			return false;
	}
	return true;
}

static void
conclude_plaintext(struct mc_tls_client *client)
{
	size_t waiting = mc_tls_client_waiting(client);
	size_t length = waiting < PLAINTEXT_BYTES ? waiting : PLAINTEXT_BYTES;
	const char *plaintext = mc_arena_memdup(client->arena, client->input.data, length);

	if (plaintext != NULL) {
		client->facts->plaintext = plaintext;
		client->facts->plaintext_length = length;
	}
	mc_tls_handshake_conclude(
		client, MC_TLS_PLAINTEXT, "the answer to the ClientHello is no TLS record");
}

/* Is it TLS at all? A record begins with its type, 20 to 23, and a version 3.x. */
static void
look(struct mc_tls_client *client, bool patient)
{
	const uint8_t *bytes = client->input.data;
	size_t length = mc_tls_client_waiting(client);

	if (client->is_tls || length == 0)
		return;
	if (bytes[0] >= 20 && bytes[0] <= 23 && (length == 1 || bytes[1] == 3)) {
		client->is_tls = length > 1 || !patient;
		return;
	}
	if (!patient || !unfinished_line(bytes, length))
		conclude_plaintext(client);
}

void
mc_tls_handshake_step(struct mc_tls_client *client)
{
	size_t before;
	int code;

	look(client, !client->gone);
	while (client->state == MC_TLS_HANDSHAKING) {
		before = mc_tls_client_waiting(client);
		code = gnutls_handshake(client->session);
		if (code == GNUTLS_E_SUCCESS)
			mc_tls_handshake_conclude(client, MC_TLS_UP, "");
		else if (gnutls_error_is_fatal(code))
			conclude_error(client, code);
		else if (mc_tls_client_waiting(client) == before)
			break;
	}
}

void
mc_tls_handshake_expire(struct mc_tls_client *client)
{
	look(client, false);
	if (client->state == MC_TLS_HANDSHAKING)
		mc_tls_handshake_conclude(client, MC_TLS_TIMEOUT,
			client->hello_length == 0
				? "no answer to the ClientHello in the time we wait"
				: "not finished in the time we wait");
}
