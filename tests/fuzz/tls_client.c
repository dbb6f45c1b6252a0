/*
 * Fuzz target: octets from a server. The first one says how they come: raw; as one handshake
 * message behind a ServerHello; as the only certificate there. The second one seeds the cuts.
 */
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "tls/client.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static void
put_u24(struct mc_buf *buf, size_t value)
{
	mc_buf_putc(buf, (char)(value >> 16));
	mc_buf_u16(buf, (uint16_t)value);
}

static void
put_record(struct mc_buf *server, const uint8_t *bytes, size_t length)
{
	mc_buf_append(server, "\x16\x03\x03", 3);
	mc_buf_u16(server, (uint16_t)length);
	mc_buf_append(server, bytes, length);
}

static void
put_message(struct mc_buf *server, uint8_t type, const uint8_t *body, size_t length)
{
	struct mc_buf message;

	mc_buf_init(&message, (size_t)1 << 20);
	mc_buf_putc(&message, (char)type);
	put_u24(&message, length);
	mc_buf_append(&message, body, length);
	for (size_t at = 0; at < message.length; at += 16384)
		put_record(server, message.data + at,
			message.length - at < 16384 ? message.length - at : 16384);
	mc_buf_free(&message);
}

static void
put_hello(struct mc_buf *server, const char *suite)
{
	uint8_t hello[38] = {3, 3};

	memcpy(hello + 35, suite, 2);
	put_message(server, 2, hello, sizeof(hello));
}

static void
put_certificate(struct mc_buf *server, const uint8_t *der, size_t length)
{
	struct mc_buf body;

	mc_buf_init(&body, (size_t)1 << 20);
	put_u24(&body, length + 3);
	put_u24(&body, length);
	mc_buf_append(&body, der, length);
	put_message(server, 11, body.data, body.length);
	mc_buf_free(&body);
}

static void
script(struct mc_buf *server, uint8_t how, const uint8_t *data, size_t size)
{
	if (how % 4 == 0) {
		mc_buf_append(server, data, size);
		return;
	}
	put_hello(server, how % 4 == 1 ? "\xc0\x2f" : "\x00\x9e");
	if (how % 4 == 3)
		put_certificate(server, data, size);
	else if (size > 0)
		put_message(server, data[0], data + 1, size - 1);
}

static enum mc_tls_state
converse(struct mc_tls_client *client, const struct mc_buf *server, uint8_t seed)
{
	size_t at = 0, piece = seed == 0 ? server->length : seed;
	enum mc_tls_state state = mc_tls_client_step(client);

	require(state == MC_TLS_HANDSHAKING && mc_tls_client_output(client)->length > 0);
	while (at < server->length) {
		if (piece > server->length - at)
			piece = server->length - at;
		mc_tls_client_feed(client, server->data + at, piece);
		state = mc_tls_client_step(client);
		at += piece;
		mc_buf_consume(mc_tls_client_output(client), SIZE_MAX);
	}
	if (seed % 2 == 0)
		mc_tls_client_hangup(client, seed % 4 == 0);
	else
		mc_tls_client_expire(client);
	return mc_tls_client_step(client);
}

/* Nobody without a key brings a handshake to its end. */
static void
judge(struct mc_tls_client *client, enum mc_tls_state state)
{
	const struct mc_tls *tls = mc_tls_client_facts(client);

	require(state == MC_TLS_FAILED && tls->result != MC_TLS_UP);
	require(tls->failure[0] != '\0');
	require((tls->result == MC_TLS_ALERT) == (tls->alert >= 0));
	require((tls->result == MC_TLS_PLAINTEXT) == (tls->plaintext_length > 0));
	require(tls->chain_count <= MC_CERTIFICATE_CHAIN);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct mc_tls_trust *trust;
	struct mc_tls_client *client;
	struct mc_arena arena;
	struct mc_buf server;

	if (size < 2)
		return 0;
	if (trust == NULL)
		trust = mc_tls_trust_new("/nonexistent");
	mc_arena_init(&arena, 0);
	mc_buf_init(&server, (size_t)4 << 20);
	script(&server, data[0], data + 2, size - 2);
	client = mc_tls_client_new(&arena, trust, "mx.example");
	require(client != NULL);
	judge(client, converse(client, &server, data[1]));
	mc_tls_client_free(client);
	mc_buf_free(&server);
	mc_arena_reset(&arena);
	return 0;
}
