/* certificate: one X.509 certificate read by GnuTLS and copied into plain data. */
#include "tls/certificate.h"

#include <gnutls/crypto.h>
#include <limits.h>
#include <string.h>
#include <time.h>

#include "base/address.h"
#include "base/escape.h"
#include "tls/key.h"
#include "tls/x509.h"

#define SUBJECT_ALT_NAME "2.5.29.17"

gnutls_x509_crt_t
mc_x509_import(const uint8_t *der, size_t length)
{
	gnutls_datum_t datum;
	gnutls_x509_crt_t crt;

	if (length == 0 || length > MC_CERTIFICATE_BYTES || gnutls_x509_crt_init(&crt) < 0)
		return NULL;
	datum.data = (unsigned char *)(uintptr_t)der;
	datum.size = (unsigned)length;
	if (gnutls_x509_crt_import(crt, &datum, GNUTLS_X509_FMT_DER) < 0) {
		gnutls_x509_crt_deinit(crt);
		return NULL;
	}
	return crt;
}

gnutls_subject_alt_names_t
mc_x509_alt_names(gnutls_x509_crt_t crt)
{
	gnutls_subject_alt_names_t names = NULL;
	gnutls_datum_t extension = {NULL, 0};

	if (gnutls_x509_crt_get_extension_by_oid2(crt, SUBJECT_ALT_NAME, 0, &extension, NULL) < 0)
		return NULL;
	if (gnutls_subject_alt_names_init(&names) < 0)
		names = NULL;
	else if (gnutls_x509_ext_import_subject_alt_names(&extension, names, 0) < 0) {
		gnutls_subject_alt_names_deinit(names);
		names = NULL;
	}
	gnutls_free(extension.data);
	return names;
}

static const char *
address_text(struct mc_arena *arena, const gnutls_datum_t *name)
{
	char text[MC_ADDRESS_SIZE];
	struct mc_address address = {0};

	if (name->size != 4 && name->size != 16)
		return mc_escape(arena, name->data, name->size);
	address.family = name->size == 4 ? 4 : 6;
	memcpy(address.bytes, name->data, name->size);
	mc_address_format(text, &address);
	return mc_arena_strdup(arena, text);
}

static void
read_names(struct mc_arena *arena, gnutls_x509_crt_t crt, struct mc_certificate *certificate)
{
	gnutls_subject_alt_names_t names = mc_x509_alt_names(crt);
	const char *kept[MC_CERTIFICATE_NAMES];
	gnutls_datum_t name;
	unsigned type;
	size_t count = 0;

	if (names == NULL)
		return;
	for (unsigned i = 0; count < MC_CERTIFICATE_NAMES; i++) {
		if (gnutls_subject_alt_names_get(names, i, &type, &name, NULL) < 0)
			break;
		if (type == GNUTLS_SAN_DNSNAME)
			kept[count++] = mc_escape(arena, name.data, name.size);
		else if (type == GNUTLS_SAN_IPADDRESS)
			kept[count++] = address_text(arena, &name);
	}
	gnutls_subject_alt_names_deinit(names);
	certificate->names = mc_arena_memdup(arena, kept, count * sizeof(kept[0]));
	certificate->name_count = certificate->names != NULL ? count : 0;
}

static const char *
read_dn(struct mc_arena *arena, gnutls_x509_crt_t crt,
	int (*get)(gnutls_x509_crt_t, gnutls_datum_t *, unsigned))
{
	gnutls_datum_t dn = {NULL, 0};
	const char *text = "";

	if (get(crt, &dn, 0) >= 0)
		text = mc_escape(arena, dn.data, dn.size);
	gnutls_free(dn.data);
	return text;
}

static const char *
read_common_name(struct mc_arena *arena, gnutls_x509_crt_t crt)
{
	char text[1024];
	size_t size = sizeof(text);

	if (gnutls_x509_crt_get_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, 0, text, &size) < 0)
		return "";
	return mc_escape(arena, text, size);
}

static void
read_signature(struct mc_arena *arena, gnutls_x509_crt_t crt, struct mc_certificate *certificate)
{
	int algorithm = gnutls_x509_crt_get_signature_algorithm(crt);
	const char *name =
		algorithm > 0 ? gnutls_sign_get_name((gnutls_sign_algorithm_t)algorithm) : NULL;
	gnutls_digest_algorithm_t hash;
	char oid[128];
	size_t size = sizeof(oid);

	if (name != NULL) {
		hash = gnutls_sign_get_hash_algorithm((gnutls_sign_algorithm_t)algorithm);
		certificate->signature = name;
		certificate->signature_weak =
			hash == GNUTLS_DIG_MD2 || hash == GNUTLS_DIG_MD5 || hash == GNUTLS_DIG_SHA1;
	} else if (gnutls_x509_crt_get_signature_oid(crt, oid, &size) >= 0)
		certificate->signature = mc_escape(arena, oid, strnlen(oid, sizeof(oid)));
	else
		certificate->signature = "unknown";
}

static bool
signed_itself(gnutls_x509_crt_t crt)
{
	unsigned flags = GNUTLS_VERIFY_DO_NOT_ALLOW_SAME | GNUTLS_VERIFY_DISABLE_CA_SIGN |
			 GNUTLS_VERIFY_ALLOW_BROKEN | GNUTLS_VERIFY_ALLOW_SIGN_WITH_SHA1 |
			 GNUTLS_VERIFY_DISABLE_TIME_CHECKS |
			 GNUTLS_VERIFY_DISABLE_TRUSTED_TIME_CHECKS |
			 GNUTLS_VERIFY_IGNORE_UNKNOWN_CRIT_EXTENSIONS;
	unsigned status = 0;

	return gnutls_x509_crt_check_issuer(crt, crt) == 1 && mc_key_bearable(crt) &&
	       gnutls_x509_crt_verify(crt, &crt, 1, flags, &status) >= 0 && status == 0;
}

static const char *
fingerprint(struct mc_arena *arena, const uint8_t *der, size_t length)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t hash[32];
	char text[2 * sizeof(hash)];

	if (gnutls_hash_fast(GNUTLS_DIG_SHA256, der, length, hash) < 0)
		return "";
	for (size_t i = 0; i < sizeof(hash); i++) {
		text[2 * i] = digits[hash[i] >> 4];
		text[2 * i + 1] = digits[hash[i] & 15];
	}
	return mc_arena_strndup(arena, text, sizeof(text));
}

bool
mc_x509_describe(struct mc_arena *arena, gnutls_x509_crt_t crt, const uint8_t *der, size_t length,
	struct mc_certificate *ret_certificate)
{
	struct mc_certificate certificate = {0};
	time_t from = gnutls_x509_crt_get_activation_time(crt);
	time_t until = gnutls_x509_crt_get_expiration_time(crt);

	if (from == (time_t)-1 || until == (time_t)-1)
		return false;
	certificate.sha256 = fingerprint(arena, der, length);
	certificate.der = mc_arena_memdup(arena, der, length);
	certificate.der_length = length;
	certificate.subject = read_dn(arena, crt, gnutls_x509_crt_get_dn3);
	certificate.issuer = read_dn(arena, crt, gnutls_x509_crt_get_issuer_dn3);
	certificate.common_name = read_common_name(arena, crt);
	read_names(arena, crt, &certificate);
	certificate.not_before = (int64_t)from * 1000;
	certificate.not_after = (int64_t)until * 1000;
	certificate.key = mc_key_name(arena, crt);
	certificate.key_bits = mc_key_bits(crt);
	read_signature(arena, crt, &certificate);
	certificate.self_signed = signed_itself(crt);
	certificate.authority = gnutls_x509_crt_get_ca_status(crt, NULL) > 0;
	if (arena->failed)
		return false;
	*ret_certificate = certificate;
	return true;
}

bool
mc_certificate_parse(struct mc_arena *arena, const uint8_t *der, size_t length,
	struct mc_certificate *ret_certificate)
{
	gnutls_x509_crt_t crt = mc_x509_import(der, length);
	bool parsed;

	if (crt == NULL)
		return false;
	parsed = mc_x509_describe(arena, crt, der, length, ret_certificate);
	gnutls_x509_crt_deinit(crt);
	return parsed;
}
