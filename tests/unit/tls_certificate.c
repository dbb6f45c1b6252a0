/* One certificate as plain data, and the names it speaks for. */
#include <stdio.h>

#include "base/alloc.h"
#include "base/escape.h"
#include "tls/identity.h"
#include "tls/key.h"
#include "tls/x509.h"
#include "tls_fixture.h"

static bool
parse(struct mc_arena *arena, const struct made *made, struct mc_certificate *certificate)
{
	gnutls_datum_t der = made_der(made);
	bool parsed = mc_certificate_parse(arena, der.data, der.size, certificate);

	gnutls_free(der.data);
	return parsed;
}

START_TEST(test_facts)
{
	struct wish wish = {.dn = "CN=mx.example,O=Post\\, Office,C=DE",
		.names = {"mx.example", "*.example.org"},
		.ip = "\xC0\x00\x02\x01",
		.ip_size = 4,
		.from = -10,
		.until = 80};
	struct wish root_wish = {.dn = "CN=Root", .authority = true};
	struct made root = make(&root_wish, NULL), leaf = make(&wish, &root);
	struct mc_certificate c;
	struct mc_arena arena;
	int64_t now = (int64_t)time(NULL) * 1000;

	mc_arena_init(&arena, 0);
	ck_assert(parse(&arena, &leaf, &c));
	ck_assert_str_eq(c.subject, "CN=mx.example,O=Post\\x5C, Office,C=DE");
	ck_assert_str_eq(c.issuer, "CN=Root");
	ck_assert_str_eq(c.common_name, "mx.example");
	ck_assert_uint_eq(c.name_count, 3);
	ck_assert_str_eq(c.names[0], "mx.example");
	ck_assert_str_eq(c.names[1], "*.example.org");
	ck_assert_str_eq(c.names[2], "192.0.2.1");
	ck_assert(llabs(now - (int64_t)10 * DAY * 1000 - c.not_before) < 10000);
	ck_assert(llabs(now + (int64_t)80 * DAY * 1000 - c.not_after) < 10000);
	ck_assert_str_eq(c.key, "ECDSA P-256");
	ck_assert_uint_eq(c.key_bits, 256);
	ck_assert_str_eq(c.signature, "ECDSA-SHA256");
	ck_assert(!c.signature_weak && !c.self_signed && !c.authority);
	ck_assert_uint_eq(strlen(c.sha256), 64);
	ck_assert_uint_eq(strspn(c.sha256, "0123456789abcdef"), 64);
	ck_assert(parse(&arena, &root, &c));
	ck_assert(c.self_signed && c.authority);
	ck_assert_uint_eq(c.name_count, 0);
	unmake(&leaf);
	unmake(&root);
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(test_keys_and_signatures)
{
	static const struct {
		gnutls_pk_algorithm_t algorithm;
		unsigned bits;
		gnutls_digest_algorithm_t digest;
		const char *key, *signature;
		unsigned key_bits;
		bool weak;
	} cases[] = {
		{GNUTLS_PK_RSA, 1024, GNUTLS_DIG_SHA256, "RSA", "RSA-SHA256", 1024, false},
		{GNUTLS_PK_RSA, 1024, GNUTLS_DIG_SHA1, "RSA", "RSA-SHA1", 1024, true},
		{GNUTLS_PK_RSA, 1024, GNUTLS_DIG_MD5, "RSA", "RSA-MD5", 1024, true},
		{GNUTLS_PK_RSA_PSS, 1024, GNUTLS_DIG_SHA256, "RSA-PSS", "RSA-PSS-SHA256", 1024,
			false},
		{GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP384R1),
			GNUTLS_DIG_SHA384, "ECDSA P-384", "ECDSA-SHA384", 384, false},
		{GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP521R1),
			GNUTLS_DIG_SHA512, "ECDSA P-521", "ECDSA-SHA512", 521, false},
		{GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), GNUTLS_DIG_SHA1,
			"ECDSA P-256", "ECDSA-SHA1", 256, true},
		{GNUTLS_PK_EDDSA_ED25519, 256, GNUTLS_DIG_SHA512, "Ed25519", "EdDSA-Ed25519", 256,
			false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct made made = make(&(struct wish){.dn = "CN=a",
						.algorithm = cases[i].algorithm,
						.bits = cases[i].bits,
						.digest = cases[i].digest},
			NULL);
		struct mc_certificate c;
		struct mc_arena arena;

		mc_arena_init(&arena, 0);
		ck_assert(parse(&arena, &made, &c));
		ck_assert_str_eq(c.key, cases[i].key);
		ck_assert_str_eq(c.signature, cases[i].signature);
		ck_assert_msg(c.key_bits == cases[i].key_bits, "%s: %u bits", c.key, c.key_bits);
		ck_assert_msg(c.signature_weak == cases[i].weak, "%s: weak %d", c.signature,
			c.signature_weak);
		ck_assert_msg(c.self_signed, "%s: not self-signed", c.signature);
		unmake(&made);
		mc_arena_reset(&arena);
	}
}
END_TEST

/* Subject and issuer are the same, but another key signed it. */
START_TEST(test_not_self_signed)
{
	struct wish wish = {.dn = "CN=Root", .authority = true};
	struct made root = make(&wish, NULL), other = make(&wish, &root);
	struct mc_certificate c;
	struct mc_arena arena;

	mc_arena_init(&arena, 0);
	ck_assert(parse(&arena, &other, &c));
	ck_assert_str_eq(c.subject, c.issuer);
	ck_assert(!c.self_signed);
	unmake(&root);
	unmake(&other);
	mc_arena_reset(&arena);
}
END_TEST

/* Overwrites the first `length` octets of `what` within the DER; sizes stay. */
static void
patch(gnutls_datum_t *der, const char *what, const void *with, size_t length)
{
	uint8_t *at = memmem(der->data, der->size, what, strlen(what));

	ck_assert_ptr_nonnull(at);
	memcpy(at, with, length);
}

START_TEST(test_hostile_text)
{
	struct made made =
		make(&(struct wish){.dn = "CN=xxxxxxxx,O=yyyyyyyy", .names = {"zzzzzzzz.example"}},
			NULL);
	gnutls_datum_t der = made_der(&made);
	struct mc_certificate c;
	struct mc_arena arena;
	const void *bytes;
	size_t length;

	mc_arena_init(&arena, 0);
	patch(&der, "yyyyyyyy", "\033]0;hi\a\n", 8);
	patch(&der, "zzzzzzzz", "a.b\0\033[2J", 8);
	ck_assert(mc_certificate_parse(&arena, der.data, der.size, &c));
	ck_assert(mc_unescape(&arena, c.names[0], &bytes, &length));
	ck_assert_uint_eq(length, 16);
	ck_assert_mem_eq(bytes, "a.b\0\033[2J.example", 16);
	for (const char *p = c.subject; *p != '\0'; p++)
		ck_assert_msg((unsigned char)*p >= ' ', "control in subject");
	for (const char *p = c.names[0]; *p != '\0'; p++)
		ck_assert_msg((unsigned char)*p >= ' ', "control in name");
	gnutls_free(der.data);
	unmake(&made);
	mc_arena_reset(&arena);
}
END_TEST

/* Three hundred names: the first are kept, all are matched. */
START_TEST(test_many_names)
{
	struct wish wish = {.dn = "CN=a"};
	struct made made = {make_blank(&wish), make_key(GNUTLS_PK_ECDSA, 0)};
	struct mc_certificate c;
	struct mc_arena arena;
	bool name, common_name;
	gnutls_x509_crt_t again;
	gnutls_datum_t der;
	char text[32];

	for (int i = 0; i < 300; i++) {
		int length = snprintf(text, sizeof(text), "mx%d.example", i);

		gnutls_x509_crt_set_subject_alt_name(made.crt, GNUTLS_SAN_DNSNAME, text,
			(unsigned)length, i == 0 ? GNUTLS_FSAN_SET : GNUTLS_FSAN_APPEND);
	}
	gnutls_x509_crt_set_key(made.crt, made.key);
	sign(made.crt, &wish, &made);
	mc_arena_init(&arena, 0);
	ck_assert(parse(&arena, &made, &c));
	ck_assert_uint_eq(c.name_count, MC_CERTIFICATE_NAMES);
	ck_assert_str_eq(c.names[255], "mx255.example");
	der = made_der(&made);
	again = mc_x509_import(der.data, der.size);
	mc_identity_match(again, "mx299.example", &name, &common_name);
	ck_assert(name && !common_name);
	mc_identity_match(again, "mx300.example", &name, &common_name);
	ck_assert(!name && !common_name);
	gnutls_x509_crt_deinit(again);
	gnutls_free(der.data);
	unmake(&made);
	mc_arena_reset(&arena);
}
END_TEST

static const struct {
	const char *presented, *host;
	bool covers;
} identity_cases[] = {
	{"mx.example", "mx.example", true},
	{"MX.EXAMPLE", "mx.example", true},
	{"mx.example", "mx.example.org", false},
	{"mx.example.org", "mx.example", false},
	{"*.example.org", "mx.example.org", true},
	{"*.EXAMPLE.org", "MX.example.ORG", true},
	{"*.example.org", "a.mx.example.org", false},
	{"*.example.org", "example.org", false},
	{"*.example.org", ".example.org", false},
	{"*.example.org", "*.example.org", true},
	{"*.org", "example.org", false},
	{"*.", "org", false},
	{"*", "org", false},
	{"*", "mx.example.org", false},
	{"*.*.org", "mx.example.org", false},
	{"m*.example.org", "mx.example.org", false},
	{"*x.example.org", "mx.example.org", false},
	{"mx.*.org", "mx.example.org", false},
	{"", "mx.example.org", false},
	{"xn--mller-kva.example", "xn--mller-kva.example", true},
};

START_TEST(test_identity)
{
	for (size_t i = 0; i < sizeof(identity_cases) / sizeof(identity_cases[0]); i++) {
		const char *presented = identity_cases[i].presented;
		bool covers =
			mc_identity_covers(presented, strlen(presented), identity_cases[i].host);

		ck_assert_msg(covers == identity_cases[i].covers, "'%s' against '%s'", presented,
			identity_cases[i].host);
	}
	ck_assert(!mc_identity_covers("mx.example\0.evil.test", 21, "mx.example"));
}
END_TEST

/* What is accepted here GnuTLS accepts, too (and more: it takes '*x' and an empty label). */
START_TEST(test_identity_as_gnutls)
{
	struct made made = {NULL, make_key(GNUTLS_PK_ECDSA, 0)};

	for (size_t i = 0; i < sizeof(identity_cases) / sizeof(identity_cases[0]); i++) {
		struct wish wish = {.dn = "CN=a", .names = {identity_cases[i].presented}};
		gnutls_x509_crt_t again;
		gnutls_datum_t der;
		bool theirs;

		if (wish.names[0][0] == '\0' || identity_cases[i].host[0] == '*')
			continue;
		made.crt = make_blank(&wish);
		gnutls_x509_crt_set_key(made.crt, made.key);
		sign(made.crt, &wish, &made);
		der = made_der(&made);
		again = mc_x509_import(der.data, der.size);
		theirs = gnutls_x509_crt_check_hostname(again, identity_cases[i].host) != 0;
		ck_assert_msg(theirs || !identity_cases[i].covers, "GnuTLS: '%s' against '%s'",
			wish.names[0], identity_cases[i].host);
		gnutls_x509_crt_deinit(again);
		gnutls_x509_crt_deinit(made.crt);
		gnutls_free(der.data);
	}
	gnutls_x509_privkey_deinit(made.key);
}
END_TEST

/* Every single octet changed, every length cut: an answer or none, never a crash. */
START_TEST(test_damage)
{
	struct made made = make(&(struct wish){.dn = "CN=a,O=b", .names = {"mx.example"}}, NULL);
	gnutls_datum_t der = made_der(&made);
	uint8_t *copy = malloc(der.size);
	struct mc_certificate c;
	struct mc_arena arena;

	mc_arena_init(&arena, 0);
	for (size_t i = 0; i < der.size; i++) {
		memcpy(copy, der.data, der.size);
		copy[i] ^= (uint8_t)(1u << (i % 8));
		mc_certificate_parse(&arena, copy, der.size, &c);
		memcpy(copy, der.data, i);
		ck_assert_msg(!mc_certificate_parse(&arena, copy, i, &c), "cut to %zu", i);
		mc_arena_reset(&arena);
	}
	ck_assert(!mc_certificate_parse(&arena, der.data, MC_CERTIFICATE_BYTES + 1, &c));
	free(copy);
	gnutls_free(der.data);
	unmake(&made);
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(test_allocation_faults)
{
	struct made made = make(&(struct wish){.dn = "CN=a,O=b", .names = {"mx.example"}}, NULL);
	gnutls_datum_t der = made_der(&made);
	struct mc_certificate c = {.subject = "untouched"};
	struct mc_arena arena;
	unsigned long n = 1;
	bool parsed = false;

	for (; !parsed && n < 100; n++) {
		mc_arena_init(&arena, 0);
		mc_alloc_fail_at(n);
		parsed = mc_certificate_parse(&arena, der.data, der.size, &c);
		mc_alloc_fail_at(0);
		ck_assert(parsed || strcmp(c.subject, "untouched") == 0);
		mc_arena_reset(&arena);
	}
	ck_assert(parsed);
	mc_arena_init(&arena, 100);
	c.subject = "untouched";
	ck_assert(!mc_certificate_parse(&arena, der.data, der.size, &c));
	ck_assert_str_eq(c.subject, "untouched");
	mc_arena_reset(&arena);
	gnutls_free(der.data);
	unmake(&made);
}
END_TEST

UNIT_MAIN("tls_certificate", test_facts, test_keys_and_signatures, test_not_self_signed,
	test_hostile_text, test_many_names, test_identity, test_identity_as_gnutls, test_damage,
	test_allocation_faults)
