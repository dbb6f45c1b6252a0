/* suite: cipher suites and groups by the names everyone else uses. */
#include "tls/suite.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static const struct {
	const char *gnutls;
	const char *iana;
} parts[] = {
	{"ARCFOUR_128", "RC4_128"},
	{"CHACHA20_POLY1305", "CHACHA20_POLY1305_SHA256"},
	{"_SHA1", "_SHA"},
};

static const char *
replace(struct mc_arena *arena, const char *text, const char *part, const char *with)
{
	const char *at = strstr(text, part);

	if (at == NULL)
		return text;
	return mc_arena_printf(arena, "%.*s%s%s", (int)(at - text), text, with, at + strlen(part));
}

const char *
mc_suite_iana(struct mc_arena *arena, const char *name, const char *kx)
{
	char exchange[64] = "TLS_";
	size_t length = 4;

	for (size_t i = 0; kx[i] != '\0' && length < sizeof(exchange) - 2; i++)
		exchange[length++] = kx[i] == '-' ? '_' : kx[i];
	exchange[length++] = '_';
	if (strncmp(name, exchange, length) != 0)
		return name;
	name = mc_arena_printf(arena, "%sWITH_%s", exchange, name + length);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		name = replace(arena, name, parts[i].gnutls, parts[i].iana);
	return name;
}

#if GNUTLS_VERSION_NUMBER >= 0x030704
const char *
mc_suite_name(struct mc_arena *arena, gnutls_session_t session)
{
	const char *name = gnutls_ciphersuite_get(session);

	return name != NULL ? mc_arena_strdup(arena, name) : "";
}
#else
const char *
mc_suite_name(struct mc_arena *arena, gnutls_session_t session)
{
	gnutls_kx_algorithm_t kx = gnutls_kx_get(session), its_kx;
	gnutls_cipher_algorithm_t cipher = gnutls_cipher_get(session), its_cipher;
	gnutls_mac_algorithm_t mac = gnutls_mac_get(session), its_mac;
	bool is_13 = gnutls_protocol_get_version(session) == GNUTLS_TLS1_3;
	gnutls_protocol_t version;
	uint8_t id[2];
	const char *name;

	for (size_t i = 0; (name = gnutls_cipher_suite_info(
				    i, id, &its_kx, &its_cipher, &its_mac, &version)) != NULL;
		i++) {
		if (its_cipher != cipher || its_mac != mac || (version == GNUTLS_TLS1_3) != is_13)
			continue;
		if (is_13)
			return mc_arena_strdup(arena, name);
		if (its_kx == kx)
			return mc_suite_iana(arena, name, gnutls_kx_get_name(kx));
	}
	return "";
}
#endif

const char *
mc_suite_group(struct mc_arena *arena, gnutls_session_t session)
{
	gnutls_group_t group = gnutls_group_get(session);
	const char *name = group != GNUTLS_GROUP_INVALID ? gnutls_group_get_name(group) : NULL;
	int bits;

	if (name != NULL)
		return mc_arena_strdup(arena, name);
	if (gnutls_kx_get(session) != GNUTLS_KX_DHE_RSA)
		return "";
	bits = gnutls_dh_get_prime_bits(session);
	return bits > 0 ? mc_arena_printf(arena, "DH %d", bits) : "";
}
