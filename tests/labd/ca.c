/*
 * ca: keys, certificates and chains by GnuTLS. Nothing is read from or kept in files but what
 * ca_write() is told to write.
 */
#include "ca.h"

#include <errno.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"

#define DAY_SECONDS 86400
#define SERIAL_SIZE 16
#define CHAIN_LIMIT 8

/* clang-format off */
static const struct key_kind {
	gnutls_pk_algorithm_t algorithm;
	unsigned bits; /* or a curve */
} key_kinds[] = {
	[KEY_ECDSA]    = {GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1)},
	[KEY_ECDSA384] = {GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP384R1)},
	[KEY_RSA1024]  = {GNUTLS_PK_RSA, 1024},
	[KEY_RSA2048]  = {GNUTLS_PK_RSA, 2048},
	[KEY_RSA3072]  = {GNUTLS_PK_RSA, 3072},
	[KEY_ED25519]  = {GNUTLS_PK_EDDSA_ED25519, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_ED25519)},
};

static const gnutls_digest_algorithm_t digests[] = {
	[DIGEST_SHA256] = GNUTLS_DIG_SHA256, [DIGEST_SHA384] = GNUTLS_DIG_SHA384,
	[DIGEST_SHA512] = GNUTLS_DIG_SHA512, [DIGEST_SHA1] = GNUTLS_DIG_SHA1,
	[DIGEST_MD5] = GNUTLS_DIG_MD5,
};
/* clang-format on */

/* What a certificate says, whoever it is for. */
struct draft {
	const char *common_name;
	const struct text *names;
	size_t name_count;
	bool authority;
	int key, digest, days, age;
};

struct made {
	gnutls_x509_crt_t crt;
	gnutls_x509_privkey_t key;
};

static void
unmake(struct made *made)
{
	if (made->crt != NULL)
		gnutls_x509_crt_deinit(made->crt);
	if (made->key != NULL)
		gnutls_x509_privkey_deinit(made->key);
	*made = (struct made){NULL, NULL};
}

static int
make_key(int kind, gnutls_x509_privkey_t *ret_key)
{
	gnutls_x509_privkey_t key;
	int code = gnutls_x509_privkey_init(&key);

	if (code < 0)
		return code;
	code = gnutls_x509_privkey_generate(
		key, key_kinds[kind].algorithm, key_kinds[kind].bits, 0);
	if (code < 0)
		gnutls_x509_privkey_deinit(key);
	else
		*ret_key = key;
	return code;
}

static int
set_name(gnutls_x509_crt_t crt, const struct text *name)
{
	struct mc_address address;

	if (mc_address_parse(name->bytes, &address))
		return gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS,
			address.bytes, address.family == 4 ? 4 : 16, GNUTLS_FSAN_APPEND);
	return gnutls_x509_crt_set_subject_alt_name(
		crt, GNUTLS_SAN_DNSNAME, name->bytes, (unsigned)name->length, GNUTLS_FSAN_APPEND);
}

static int
set_names(gnutls_x509_crt_t crt, const struct draft *draft)
{
	int code = gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0,
		draft->common_name, (unsigned)strlen(draft->common_name));

	for (size_t i = 0; code >= 0 && i < draft->name_count; i++)
		code = set_name(crt, &draft->names[i]);
	return code;
}

static int
set_identifiers(gnutls_x509_crt_t crt, gnutls_x509_privkey_t key, const struct made *issuer)
{
	uint8_t serial[SERIAL_SIZE], id[64];
	size_t size = sizeof(id);
	int code = gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof(serial));

	serial[0] = (uint8_t)((serial[0] & 0x7F) | 0x40); /* positive, of full length */
	if (code >= 0)
		code = gnutls_x509_crt_set_serial(crt, serial, sizeof(serial));
	if (code >= 0)
		code = gnutls_x509_privkey_get_key_id(key, 0, id, &size);
	if (code >= 0)
		code = gnutls_x509_crt_set_subject_key_id(crt, id, size);
	size = sizeof(id);
	if (code >= 0 && issuer != NULL)
		code = gnutls_x509_privkey_get_key_id(issuer->key, 0, id, &size);
	if (code >= 0 && issuer != NULL)
		code = gnutls_x509_crt_set_authority_key_id(crt, id, size);
	return code;
}

static int
set_purpose(gnutls_x509_crt_t crt, bool authority)
{
	unsigned usage = authority ? GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN
				   : GNUTLS_KEY_DIGITAL_SIGNATURE | GNUTLS_KEY_KEY_ENCIPHERMENT;
	int code = gnutls_x509_crt_set_basic_constraints(crt, authority ? 1 : 0, -1);

	if (code >= 0)
		code = gnutls_x509_crt_set_key_usage(crt, usage);
	if (code >= 0 && !authority)
		code = gnutls_x509_crt_set_key_purpose_oid(crt, GNUTLS_KP_TLS_WWW_SERVER, 0);
	return code;
}

static int
set_dates(gnutls_x509_crt_t crt, const struct draft *draft)
{
	time_t now = time(NULL);
	int code = gnutls_x509_crt_set_activation_time(crt, now - (time_t)draft->age * DAY_SECONDS);

	if (code >= 0)
		code = gnutls_x509_crt_set_expiration_time(
			crt, now + (time_t)draft->days * DAY_SECONDS);
	return code;
}

static int
sign(gnutls_x509_crt_t crt, const struct made *issuer, int digest)
{
	gnutls_digest_algorithm_t algorithm = digests[digest];
	gnutls_privkey_t key;
	int code = gnutls_privkey_init(&key);

	if (code < 0)
		return code;
	if (gnutls_x509_privkey_get_pk_algorithm(issuer->key) == GNUTLS_PK_EDDSA_ED25519)
		algorithm = GNUTLS_DIG_SHA512; /* the only one there is */
	code = gnutls_privkey_import_x509(key, issuer->key, 0);
	if (code >= 0)
		code = gnutls_x509_crt_privkey_sign(crt, issuer->crt, key, algorithm, 0);
	gnutls_privkey_deinit(key);
	return code;
}

/* issuer NULL: signed with its own key. */
static int
make(const struct draft *draft, const struct made *issuer, struct made *ret_made)
{
	struct made made = {NULL, NULL};
	int code = make_key(draft->key, &made.key);

	if (code >= 0)
		code = gnutls_x509_crt_init(&made.crt);
	if (code >= 0)
		code = gnutls_x509_crt_set_version(made.crt, 3);
	if (code >= 0)
		code = gnutls_x509_crt_set_key(made.crt, made.key);
	if (code >= 0)
		code = set_names(made.crt, draft);
	if (code >= 0)
		code = set_identifiers(made.crt, made.key, issuer);
	if (code >= 0)
		code = set_purpose(made.crt, draft->authority);
	if (code >= 0)
		code = set_dates(made.crt, draft);
	if (code >= 0)
		code = sign(made.crt, issuer != NULL ? issuer : &made, draft->digest);
	if (code < 0)
		unmake(&made);
	else
		*ret_made = made;
	return code;
}

static struct authority *
find(const struct authority *authorities, const char *name)
{
	const struct authority *authority = authorities;

	while (authority != NULL && strcmp(authority->ca->name, name) != 0)
		authority = authority->next;
	return (struct authority *)(uintptr_t)authority;
}

static bool
fail(struct scenario *scenario, const struct place *place, int code)
{
	return source_error_at(&scenario->source, place, "this certificate cannot be made: %s",
		gnutls_strerror(code));
}

static bool
make_authority(struct scenario *scenario, const struct ca *ca, struct authority **authorities)
{
	struct authority *authority = mc_arena_alloc(&scenario->arena, sizeof(*authority));
	struct draft draft = {.common_name = mc_arena_printf(&scenario->arena, "CA %s", ca->name),
		.authority = true,
		.key = ca->key,
		.days = ca->days,
		.age = ca->age};
	struct made made, issuer;
	int code;

	if (authority == NULL)
		return source_error(&scenario->source, "out of memory");
	authority->ca = ca;
	if (ca->issuer.bytes != NULL)
		authority->issuer = find(*authorities, ca->issuer.bytes);
	if (authority->issuer != NULL)
		issuer = (struct made){authority->issuer->crt, authority->issuer->key};
	code = make(&draft, authority->issuer != NULL ? &issuer : NULL, &made);
	if (code < 0)
		return fail(scenario, &ca->place, code);
	authority->crt = made.crt;
	authority->key = made.key;
	authority->next = *authorities;
	*authorities = authority;
	return true;
}

bool
ca_make(struct scenario *scenario, struct authority **ret_authorities)
{
	struct authority *authorities = NULL;

	for (const struct ca *ca = scenario->cas; ca != NULL; ca = ca->next)
		if (!make_authority(scenario, ca, &authorities)) {
			ca_free(authorities);
			return false;
		}
	*ret_authorities = authorities;
	return true;
}

void
ca_free(struct authority *authorities)
{
	for (; authorities != NULL; authorities = authorities->next) {
		struct made made = {authorities->crt, authorities->key};

		unmake(&made);
	}
}

static bool
write_pem(FILE *file, gnutls_x509_crt_t crt)
{
	gnutls_datum_t pem;
	bool ok;

	if (gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &pem) < 0)
		return false;
	ok = fwrite(pem.data, 1, pem.size, file) == pem.size;
	gnutls_free(pem.data);
	return ok;
}

bool
ca_write(const struct authority *authorities, const char *path)
{
	FILE *file = fopen(path, "we");
	bool ok = file != NULL;

	if (file == NULL)
		return false;
	for (const struct authority *a = authorities; ok && a != NULL; a = a->next)
		ok = a->issuer != NULL || a->ca->untrusted || write_pem(file, a->crt);
	return (fclose(file) == 0) && ok;
}

/* The leaf and those above it as this chain is to be; their number. */
static unsigned
chain_of(const struct made *leaf, const struct authority *issuer, int kind,
	gnutls_x509_crt_t chain[CHAIN_LIMIT])
{
	unsigned count = 0;

	chain[count++] = leaf->crt;
	if (kind == CHAIN_MISSING)
		return count;
	for (; issuer != NULL && count < CHAIN_LIMIT; issuer = issuer->issuer)
		if (issuer->issuer != NULL || kind == CHAIN_WITH_ROOT || kind == CHAIN_REVERSED)
			chain[count++] = issuer->crt;
	for (unsigned i = 1, j = count - 1; kind == CHAIN_REVERSED && i < j; i++, j--) {
		gnutls_x509_crt_t other = chain[i];

		chain[i] = chain[j];
		chain[j] = other;
	}
	return count;
}

static struct draft
draft_of(const struct server *server, const struct certificate *c, struct text *hostname)
{
	struct draft draft = {.names = c->names.list,
		.name_count = c->names.count,
		.key = c->key,
		.digest = c->digest,
		.days = c->days,
		.age = c->age};

	*hostname = (struct text){server->hostname, strlen(server->hostname)};
	if (draft.name_count == 0) {
		draft.names = hostname;
		draft.name_count = 1;
	}
	draft.common_name =
		c->common_name.bytes != NULL ? c->common_name.bytes : draft.names[0].bytes;
	if (c->no_names)
		draft.name_count = 0;
	return draft;
}

bool
ca_issue(struct scenario *scenario, const struct authority *authorities,
	const struct server *server, const struct certificate *certificate,
	gnutls_certificate_credentials_t credentials)
{
	const struct authority *authority = NULL;
	gnutls_x509_crt_t chain[CHAIN_LIMIT];
	struct made issuer, leaf;
	struct text hostname;
	struct draft draft = draft_of(server, certificate, &hostname);
	unsigned count;
	int code;

	if (certificate->issuer.bytes != NULL)
		authority = find(authorities, certificate->issuer.bytes);
	if (authority != NULL)
		issuer = (struct made){authority->crt, authority->key};
	code = make(&draft, authority != NULL ? &issuer : NULL, &leaf);
	if (code < 0)
		return fail(scenario, &certificate->place, code);
	count = chain_of(&leaf, authority, certificate->chain, chain);
	code = gnutls_certificate_set_x509_key(credentials, chain, (int)count, leaf.key);
	unmake(&leaf);
	return code >= 0 || fail(scenario, &certificate->place, code);
}
