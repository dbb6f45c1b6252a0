/*
 * Fuzz target: octets as a certificate. Its text is escaped and bounded, and what is kept of it
 * reads the same again.
 */
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "tls/identity.h"
#include "tls/x509.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool condition)
{
	if (!condition)
		abort();
}

static void
require_text(const char *text)
{
	require(text != NULL && mc_escape_clean(text, strlen(text)));
}

static void
require_facts(const struct mc_certificate *c)
{
	require_text(c->subject);
	require_text(c->issuer);
	require_text(c->common_name);
	require_text(c->key);
	require_text(c->signature);
	require(strlen(c->sha256) == 64);
	require(c->name_count <= MC_CERTIFICATE_NAMES);
	for (size_t i = 0; i < c->name_count; i++)
		require_text(c->names[i]);
}

static void
match(const uint8_t *data, size_t size)
{
	static const char *const hosts[] = {"mx.example.org", "192.0.2.1", "2001:db8::1", ""};
	gnutls_x509_crt_t crt = mc_x509_import(data, size);
	bool name, common_name;

	require(crt != NULL);
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		mc_identity_match(crt, hosts[i], &name, &common_name);
		require(!name || !common_name);
	}
	gnutls_x509_crt_deinit(crt);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mc_certificate first, again;
	struct mc_arena arena;

	mc_arena_init(&arena, 0);
	if (mc_certificate_parse(&arena, data, size, &first)) {
		require_facts(&first);
		require(first.der_length == size && memcmp(first.der, data, size) == 0);
		require(mc_certificate_parse(&arena, first.der, first.der_length, &again));
		require(strcmp(first.subject, again.subject) == 0);
		require(first.name_count == again.name_count);
		require(first.not_after == again.not_after);
		match(data, size);
	}
	mc_arena_reset(&arena);
	return 0;
}
