/* key: names and bounds of public keys in certificates. */
#include "tls/key.h"

#include <string.h>

#include "base/escape.h"

/* What OpenSSL computes with, too: beyond the small modulus only short exponents. */
#define RSA_BITS 16384
#define RSA_SMALL_BITS 3072
#define RSA_EXPONENT_BYTES 8
#define DSA_BITS 4096

static const struct {
	const char *gnutls;
	const char *name;
} curves[] = {
	{"SECP192R1", "P-192"},
	{"SECP224R1", "P-224"},
	{"SECP256R1", "P-256"},
	{"SECP384R1", "P-384"},
	{"SECP521R1", "P-521"},
};

static const struct {
	int algorithm;
	const char *name;
} names[] = {
	{GNUTLS_PK_RSA, "RSA"},
	{GNUTLS_PK_RSA_PSS, "RSA-PSS"},
	{GNUTLS_PK_DSA, "DSA"},
	{GNUTLS_PK_ECDSA, "ECDSA"},
	{GNUTLS_PK_EDDSA_ED25519, "Ed25519"},
	{GNUTLS_PK_EDDSA_ED448, "Ed448"},
};

static bool
short_exponent(gnutls_x509_crt_t crt)
{
	gnutls_datum_t modulus = {NULL, 0}, exponent = {NULL, 0};
	size_t zeros = 0;
	bool is_short;

	if (gnutls_x509_crt_get_pk_rsa_raw(crt, &modulus, &exponent) < 0)
		return false;
	while (zeros < exponent.size && exponent.data[zeros] == 0)
		zeros++;
	is_short = exponent.size - zeros <= RSA_EXPONENT_BYTES;
	gnutls_free(modulus.data);
	gnutls_free(exponent.data);
	return is_short;
}

bool
mc_key_bearable(gnutls_x509_crt_t crt)
{
	unsigned bits = 0;
	int algorithm = gnutls_x509_crt_get_pk_algorithm(crt, &bits);

	if (algorithm == GNUTLS_PK_RSA || algorithm == GNUTLS_PK_RSA_PSS)
		return bits <= RSA_SMALL_BITS || (bits <= RSA_BITS && short_exponent(crt));
	if (algorithm == GNUTLS_PK_DSA)
		return bits <= DSA_BITS;
	return true;
}

static const char *
curve_name(gnutls_x509_crt_t crt)
{
	gnutls_ecc_curve_t curve = GNUTLS_ECC_CURVE_INVALID;
	gnutls_datum_t x = {NULL, 0}, y = {NULL, 0};
	const char *name = NULL;

	if (gnutls_x509_crt_get_pk_ecc_raw(crt, &curve, &x, &y) >= 0)
		name = gnutls_ecc_curve_get_name(curve);
	gnutls_free(x.data);
	gnutls_free(y.data);
	if (name == NULL)
		return "";
	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
		if (strcmp(curves[i].gnutls, name) == 0)
			return curves[i].name;
	}
	return name;
}

unsigned
mc_key_bits(gnutls_x509_crt_t crt)
{
	unsigned bits = 0;
	int algorithm = gnutls_x509_crt_get_pk_algorithm(crt, &bits);

	/* GnuTLS counts whole octets */
	return algorithm == GNUTLS_PK_ECDSA && bits == 528 ? 521 : bits;
}

static const char *
unnamed(struct mc_arena *arena, gnutls_x509_crt_t crt, int algorithm)
{
	char oid[128];
	size_t size = sizeof(oid);

	if (algorithm > 0 && gnutls_pk_get_name((gnutls_pk_algorithm_t)algorithm) != NULL)
		return gnutls_pk_get_name((gnutls_pk_algorithm_t)algorithm);
	if (gnutls_x509_crt_get_pk_oid(crt, oid, &size) < 0)
		return "unknown";
	return mc_escape(arena, oid, strnlen(oid, sizeof(oid)));
}

const char *
mc_key_name(struct mc_arena *arena, gnutls_x509_crt_t crt)
{
	int algorithm = gnutls_x509_crt_get_pk_algorithm(crt, NULL);

	if (algorithm == GNUTLS_PK_ECDSA) {
		const char *curve = curve_name(crt);

		return mc_arena_printf(arena, "ECDSA%s%s", curve[0] != '\0' ? " " : "", curve);
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].algorithm == algorithm)
			return names[i].name;
	}
	return unnamed(arena, crt, algorithm);
}
