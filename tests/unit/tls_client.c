/* Handshakes in memory, against a GnuTLS server and against scripted octets. */
#include <stdio.h>

#include "base/alloc.h"
#include "tls/suite.h"
#include "tls_fixture.h"

#define NORMAL "NORMAL:+VERS-TLS1.1:+VERS-TLS1.0"
#define ONLY_12 "NORMAL:-VERS-ALL:+VERS-TLS1.2"

/* The whole public key infrastructure of this file, made once. */
static struct pki {
	struct made root, middle, rsa, weak;
	struct made good, other_root;
	char ca_file[32];
} pki;

static void
drop_pki(void)
{
	unlink(pki.ca_file);
	unmake(&pki.root);
	unmake(&pki.middle);
	unmake(&pki.good);
	unmake(&pki.rsa);
	unmake(&pki.weak);
	unmake(&pki.other_root);
}

static void
make_pki(void)
{
	if (pki.root.crt != NULL)
		return;
	strcpy(pki.ca_file, "/tmp/mc-tls-XXXXXX");
	pki.root = make(&(struct wish){.dn = "CN=Root", .authority = true}, NULL);
	pki.middle = make(&(struct wish){.dn = "CN=Middle", .authority = true}, &pki.root);
	pki.good = make(&(struct wish){.dn = "CN=mx.example", .names = {"mx.example"}}, &pki.root);
	pki.rsa = make(
		&(struct wish){
			.dn = "CN=mx.example", .names = {"mx.example"}, .algorithm = GNUTLS_PK_RSA},
		&pki.root);
	pki.weak = make(&(struct wish){.dn = "CN=mx.example",
				.names = {"mx.example"},
				.algorithm = GNUTLS_PK_RSA,
				.bits = 1024},
		&pki.root);
	pki.other_root = make(&(struct wish){.dn = "CN=Elsewhere", .authority = true}, NULL);
	write_pem(pki.ca_file, &pki.root);
	atexit(drop_pki);
}

/* One client with all it needs. */
struct side {
	struct mc_arena arena;
	struct mc_tls_trust *trust;
	struct mc_tls_client *client;
};

static void
side_open(struct side *side, const char *host)
{
	make_pki();
	mc_arena_init(&side->arena, 0);
	side->trust = mc_tls_trust_new(pki.ca_file);
	ck_assert_ptr_nonnull(side->trust);
	side->client = mc_tls_client_new(&side->arena, side->trust, host);
	ck_assert_ptr_nonnull(side->client);
}

static void
side_close(struct side *side)
{
	mc_tls_client_free(side->client);
	mc_tls_trust_free(side->trust);
	mc_arena_reset(&side->arena);
}

static void
both_open(struct side *side, struct server *server, const char *priority)
{
	side_open(side, "mx.example");
	server_open(server, priority, pki.good.key, &pki.good.crt, 1);
	pump(side->client, server, 65536);
}

static void
both_close(struct side *side, struct server *server)
{
	server_close(server);
	side_close(side);
}

/* Certificates of every kind: the handshake succeeds, the facts tell. */

struct chain_case {
	const char *name;
	const char *host;
	struct wish leaf;
	bool by_itself, by_middle, by_other_root;
	bool send_middle, send_root, reversed;
	enum mc_trust trust;
	bool name_match, cn_match;
	const char *key;
	bool signature_weak;
};

static const struct chain_case chain_cases[] = {
	{"good", "mx.example", {.dn = "CN=a", .names = {"mx.example"}}, .trust = MC_TRUST_YES,
		.name_match = true},
	{"trailing dot", "mx.example.", {.dn = "CN=a", .names = {"mx.example"}},
		.trust = MC_TRUST_YES, .name_match = true},
	{"upper case", "MX.Example", {.dn = "CN=a", .names = {"mx.eXAMPLE"}}, .trust = MC_TRUST_YES,
		.name_match = true},
	{"second name", "mx.example", {.dn = "CN=a", .names = {"b.example", "mx.example"}},
		.trust = MC_TRUST_YES, .name_match = true},
	{"root sent too", "mx.example", {.dn = "CN=a", .names = {"mx.example"}}, .send_root = true,
		.trust = MC_TRUST_YES, .name_match = true},
	{"wrong name", "mx.example", {.dn = "CN=a", .names = {"mx2.example"}},
		.trust = MC_TRUST_YES},
	{"common name only", "mx.example", {.dn = "CN=mx.example"}, .trust = MC_TRUST_YES,
		.cn_match = true},
	{"common name beside others", "mx.example", {.dn = "CN=mx.example", .names = {"b.example"}},
		.trust = MC_TRUST_YES, .cn_match = true},
	{"both", "mx.example", {.dn = "CN=mx.example", .names = {"mx.example"}},
		.trust = MC_TRUST_YES, .name_match = true},
	{"wildcard", "mx.example.org", {.dn = "CN=a", .names = {"*.example.org"}},
		.trust = MC_TRUST_YES, .name_match = true},
	{"wildcard two deep", "a.mx.example.org", {.dn = "CN=a", .names = {"*.example.org"}},
		.trust = MC_TRUST_YES},
	{"wildcard of itself", "example.org", {.dn = "CN=a", .names = {"*.example.org"}},
		.trust = MC_TRUST_YES},
	{"wildcard below the root", "mx.example", {.dn = "CN=a", .names = {"*.example"}},
		.trust = MC_TRUST_YES},
	{"wildcard common name", "mx.example.org", {.dn = "CN=*.example.org"},
		.trust = MC_TRUST_YES, .cn_match = true},
	{"address", "192.0.2.1", {.dn = "CN=a", .ip = "\xC0\x00\x02\x01", .ip_size = 4},
		.trust = MC_TRUST_YES, .name_match = true},
	{"other address", "192.0.2.2", {.dn = "CN=a", .ip = "\xC0\x00\x02\x01", .ip_size = 4},
		.trust = MC_TRUST_YES},
	{"address as DNS name", "192.0.2.1", {.dn = "CN=a", .names = {"192.0.2.1"}},
		.trust = MC_TRUST_YES},
	{"address as common name", "192.0.2.1", {.dn = "CN=192.0.2.1"}, .trust = MC_TRUST_YES,
		.cn_match = true},
	{"IPv6 address", "2001:db8::1",
		{.dn = "CN=a", .ip = "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", .ip_size = 16},
		.trust = MC_TRUST_YES, .name_match = true},
	{"no host", "", {.dn = "CN=a", .names = {"mx.example"}}, .trust = MC_TRUST_YES},
	{"expired", "mx.example", {.dn = "CN=a", .names = {"mx.example"}, .from = -90, .until = -1},
		.trust = MC_TRUST_YES, .name_match = true},
	{"not yet valid", "mx.example",
		{.dn = "CN=a", .names = {"mx.example"}, .from = 2, .until = 90},
		.trust = MC_TRUST_YES, .name_match = true},
	{"self-signed", "mx.example", {.dn = "CN=a", .names = {"mx.example"}}, .by_itself = true,
		.trust = MC_TRUST_SELF_SIGNED, .name_match = true},
	{"self-signed and expired", "mx.example",
		{.dn = "CN=a", .names = {"mx.example"}, .from = -90, .until = -1},
		.by_itself = true, .trust = MC_TRUST_SELF_SIGNED, .name_match = true},
	{"self-signed with SHA-1", "mx.example",
		{.dn = "CN=a", .names = {"mx.example"}, .digest = GNUTLS_DIG_SHA1},
		.by_itself = true, .trust = MC_TRUST_SELF_SIGNED, .name_match = true,
		.signature_weak = true},
	{"intermediate", "mx.example", {.dn = "CN=a", .names = {"mx.example"}}, .by_middle = true,
		.send_middle = true, .trust = MC_TRUST_YES, .name_match = true},
	{"incomplete", "mx.example", {.dn = "CN=a", .names = {"mx.example"}}, .by_middle = true,
		.trust = MC_TRUST_UNKNOWN_ISSUER, .name_match = true},
	{"unordered", "mx.example", {.dn = "CN=a", .names = {"mx.example"}}, .by_middle = true,
		.send_middle = true, .send_root = true, .reversed = true, .trust = MC_TRUST_YES,
		.name_match = true},
	{"untrusted root", "mx.example", {.dn = "CN=a", .names = {"mx.example"}},
		.by_other_root = true, .trust = MC_TRUST_UNKNOWN_ISSUER, .name_match = true},
	{"SHA-1", "mx.example", {.dn = "CN=a", .names = {"mx.example"}, .digest = GNUTLS_DIG_SHA1},
		.trust = MC_TRUST_INSECURE_ALGORITHM, .name_match = true, .signature_weak = true},
	{"RSA 2048", "mx.example",
		{.dn = "CN=a", .names = {"mx.example"}, .algorithm = GNUTLS_PK_RSA},
		.trust = MC_TRUST_YES, .name_match = true, .key = "RSA"},
	{"RSA 1024", "mx.example",
		{.dn = "CN=a", .names = {"mx.example"}, .algorithm = GNUTLS_PK_RSA, .bits = 1024},
		.trust = MC_TRUST_YES, .name_match = true, .key = "RSA"},
	{"RSA 768", "mx.example",
		{.dn = "CN=a", .names = {"mx.example"}, .algorithm = GNUTLS_PK_RSA, .bits = 768},
		.trust = MC_TRUST_INSECURE_ALGORITHM, .name_match = true, .key = "RSA"},
	{"Ed25519", "mx.example",
		{.dn = "CN=a", .names = {"mx.example"}, .algorithm = GNUTLS_PK_EDDSA_ED25519},
		.trust = MC_TRUST_YES, .name_match = true, .key = "Ed25519"},
	{"for clients only", "mx.example",
		{.dn = "CN=a", .names = {"mx.example"}, .purpose = GNUTLS_KP_TLS_WWW_CLIENT},
		.trust = MC_TRUST_WRONG_PURPOSE, .name_match = true},
	{"for servers", "mx.example",
		{.dn = "CN=a", .names = {"mx.example"}, .purpose = GNUTLS_KP_TLS_WWW_SERVER},
		.trust = MC_TRUST_YES, .name_match = true},
	{"for anything", "mx.example",
		{.dn = "CN=a", .names = {"mx.example"}, .purpose = GNUTLS_KP_ANY},
		.trust = MC_TRUST_YES, .name_match = true},
};

static gnutls_x509_privkey_t
key_for(const struct wish *wish)
{
	gnutls_x509_privkey_t copy, from;

	if (wish->algorithm != GNUTLS_PK_RSA || wish->bits == 768)
		return make_key(wish->algorithm, wish->bits);
	from = wish->bits == 1024 ? pki.weak.key : pki.rsa.key;
	ck_assert_int_ge(gnutls_x509_privkey_init(&copy), 0);
	ck_assert_int_ge(gnutls_x509_privkey_cpy(copy, from), 0);
	return copy;
}

static unsigned
build_chain(const struct chain_case *c, const struct made *leaf, gnutls_x509_crt_t chain[3])
{
	unsigned count = 0;

	chain[count++] = leaf->crt;
	if (c->reversed)
		chain[count++] = pki.root.crt;
	if (c->send_middle)
		chain[count++] = pki.middle.crt;
	if (c->send_root && !c->reversed)
		chain[count++] = pki.root.crt;
	return count;
}

static void
check_chain(const struct chain_case *c, const struct mc_tls *tls, unsigned count)
{
	ck_assert_msg(tls->result == MC_TLS_UP, "%s: %s, %s", c->name,
		mc_tls_result_text(tls->result), tls->failure);
	ck_assert_msg(tls->chain_count == count, "%s: chain of %zu", c->name, tls->chain_count);
	ck_assert_msg(tls->trust == c->trust, "%s: trust %s (%s)", c->name,
		mc_trust_text(tls->trust), tls->trust_problem);
	ck_assert_msg((tls->trust_problem[0] == '\0') == (c->trust == MC_TRUST_YES),
		"%s: problem '%s'", c->name, tls->trust_problem);
	ck_assert_msg(
		tls->name_match == c->name_match, "%s: name_match %d", c->name, tls->name_match);
	ck_assert_msg(tls->cn_match == c->cn_match, "%s: cn_match %d", c->name, tls->cn_match);
	ck_assert_msg(c->key == NULL || strcmp(tls->chain[0].key, c->key) == 0, "%s: key %s",
		c->name, tls->chain[0].key);
	ck_assert_msg(tls->chain[0].signature_weak == c->signature_weak, "%s: signature %s",
		c->name, tls->chain[0].signature);
}

START_TEST(test_chains)
{
	for (size_t i = 0; i < sizeof(chain_cases) / sizeof(chain_cases[0]); i++) {
		const struct chain_case *c = &chain_cases[i];
		const char *priority = i % 2 == 0 ? NORMAL : ONLY_12;
		const struct made *issuer;
		gnutls_x509_crt_t chain[3];
		struct made leaf;
		struct server server;
		struct side side;
		unsigned count;

		side_open(&side, c->host);
		issuer = c->by_itself       ? NULL
			 : c->by_middle     ? &pki.middle
			 : c->by_other_root ? &pki.other_root
					    : &pki.root;
		leaf = make_with_key(&c->leaf, issuer, key_for(&c->leaf));
		count = build_chain(c, &leaf, chain);
		server_open(&server, priority, leaf.key, chain, count);
		pump(side.client, &server, 65536);
		check_chain(c, mc_tls_client_facts(side.client), count);
		server_close(&server);
		unmake(&leaf);
		side_close(&side);
	}
}
END_TEST

/* A certificate changed after it was signed, and one whose issuer only has the name of a root. */
START_TEST(test_bad_signature)
{
	struct made leaf, false_root;
	struct server server;
	struct side side;
	gnutls_datum_t der;
	uint8_t *at;

	side_open(&side, "mx.example");
	leaf = make(&(struct wish){.dn = "CN=a", .names = {"mx.example"}}, &pki.root);
	der = made_der(&leaf);
	at = memmem(der.data, der.size, "mx.example", 10);
	ck_assert_ptr_nonnull(at);
	at[1] = 'y';
	gnutls_x509_crt_deinit(leaf.crt);
	gnutls_x509_crt_init(&leaf.crt);
	ck_assert_int_ge(gnutls_x509_crt_import(leaf.crt, &der, GNUTLS_X509_FMT_DER), 0);
	gnutls_free(der.data);
	server_open(&server, NORMAL, leaf.key, &leaf.crt, 1);
	pump(side.client, &server, 65536);
	ck_assert_int_eq(mc_tls_client_facts(side.client)->result, MC_TLS_UP);
	ck_assert_str_eq(mc_trust_text(mc_tls_client_facts(side.client)->trust), "bad-signature");
	server_close(&server);
	unmake(&leaf);
	side_close(&side);

	side_open(&side, "mx.example");
	false_root = make(&(struct wish){.dn = "CN=Root", .authority = true}, NULL);
	leaf = make(&(struct wish){.dn = "CN=a", .names = {"mx.example"}}, &false_root);
	server_open(&server, NORMAL, leaf.key, &leaf.crt, 1);
	pump(side.client, &server, 65536);
	ck_assert_int_ne(mc_tls_client_facts(side.client)->trust, MC_TRUST_YES);
	ck_assert_int_ne(mc_tls_client_facts(side.client)->trust, MC_TRUST_UNKNOWN);
	server_close(&server);
	unmake(&leaf);
	unmake(&false_root);
	side_close(&side);
}
END_TEST

START_TEST(test_incomplete_words)
{
	struct made leaf;
	struct server server;
	struct side side;

	side_open(&side, "mx.example");
	leaf = make(&(struct wish){.dn = "CN=a", .names = {"mx.example"}}, &pki.middle);
	server_open(&server, NORMAL, leaf.key, &leaf.crt, 1);
	pump(side.client, &server, 65536);
	ck_assert_str_eq(mc_tls_client_facts(side.client)->trust_problem,
		"the issuer of CN=a is neither sent nor trusted: CN=Middle");
	server_close(&server);
	unmake(&leaf);
	side_close(&side);
}
END_TEST

/* More certificates than are kept. */
START_TEST(test_long_chain)
{
	gnutls_x509_crt_t chain[16];
	struct server server;
	struct side side;

	side_open(&side, "mx.example");
	chain[0] = pki.good.crt;
	for (size_t i = 1; i < 16; i++)
		chain[i] = pki.other_root.crt;
	server_open(&server, NORMAL, pki.good.key, chain, 16);
	pump(side.client, &server, 65536);
	ck_assert_int_eq(mc_tls_client_facts(side.client)->result, MC_TLS_UP);
	ck_assert_uint_eq(mc_tls_client_facts(side.client)->chain_count, MC_CERTIFICATE_CHAIN);
	ck_assert_int_eq(mc_tls_client_facts(side.client)->trust, MC_TRUST_YES);
	server_close(&server);
	side_close(&side);
}
END_TEST

/* Versions, suites, groups. */

struct session_case {
	const char *name;
	const char *priority;
	bool rsa;
	const char *version, *cipher, *group;
};

static const struct session_case session_cases[] = {
	{"1.3", "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-256-GCM", false, "1.3",
		"TLS_AES_256_GCM_SHA384", NULL},
	{"1.3 RSA", "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+CHACHA20-POLY1305", true, "1.3",
		"TLS_CHACHA20_POLY1305_SHA256", NULL},
	{"1.3 X25519", "NORMAL:-VERS-ALL:+VERS-TLS1.3:-GROUP-ALL:+GROUP-X25519", false, "1.3",
		"TLS_AES_256_GCM_SHA384", "X25519"},
	{"1.3 by HelloRetryRequest", "NORMAL:-VERS-ALL:+VERS-TLS1.3:-GROUP-ALL:+GROUP-SECP521R1",
		false, "1.3", "TLS_AES_256_GCM_SHA384", "SECP521R1"},
	{"1.3 FFDHE", "NORMAL:-VERS-ALL:+VERS-TLS1.3:-GROUP-ALL:+GROUP-FFDHE2048", false, "1.3",
		"TLS_AES_256_GCM_SHA384", "FFDHE2048"},
	{"1.2 ECDSA", ONLY_12 ":-GROUP-ALL:+GROUP-SECP256R1", false, "1.2",
		"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "SECP256R1"},
	{"1.2 RSA", ONLY_12 ":-KX-ALL:+ECDHE-RSA:-CIPHER-ALL:+AES-128-GCM", true, "1.2",
		"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", NULL},
	{"1.2 DHE", ONLY_12 ":-KX-ALL:+DHE-RSA:-CIPHER-ALL:+AES-128-CBC:-MAC-ALL:+SHA1", true,
		"1.2", "TLS_DHE_RSA_WITH_AES_128_CBC_SHA", NULL},
	{"1.2 RSA key transport", ONLY_12 ":-KX-ALL:+RSA:-CIPHER-ALL:+AES-256-CBC:-MAC-ALL:+SHA1",
		true, "1.2", "TLS_RSA_WITH_AES_256_CBC_SHA", ""},
	{"1.2 SHA-1 signature", ONLY_12 ":-SIGN-ALL:+SIGN-RSA-SHA1", true, "1.2", NULL, NULL},
	{"1.1", "NORMAL:-VERS-ALL:+VERS-TLS1.1", true, "1.1", NULL, NULL},
	{"1.0", "NORMAL:-VERS-ALL:+VERS-TLS1.0", true, "1.0", NULL, NULL},
};

START_TEST(test_sessions)
{
	for (size_t i = 0; i < sizeof(session_cases) / sizeof(session_cases[0]); i++) {
		const struct session_case *c = &session_cases[i];
		const struct made *leaf;
		const struct mc_tls *tls;
		struct server server;
		struct side side;

		side_open(&side, "mx.example");
		leaf = c->rsa ? &pki.rsa : &pki.good;
		server_open(&server, c->priority, leaf->key, (gnutls_x509_crt_t[]){leaf->crt}, 1);
		pump(side.client, &server, 65536);
		tls = mc_tls_client_facts(side.client);
		ck_assert_msg(tls->result == MC_TLS_UP, "%s: %s, server %s", c->name, tls->failure,
			gnutls_strerror(server.code));
		ck_assert_msg(strcmp(tls->version, c->version) == 0, "%s: version %s", c->name,
			tls->version);
		ck_assert_msg(c->cipher == NULL || strcmp(tls->cipher, c->cipher) == 0,
			"%s: cipher %s", c->name, tls->cipher);
		ck_assert_msg(c->group == NULL || strcmp(tls->group, c->group) == 0, "%s: group %s",
			c->name, tls->group);
		ck_assert_msg(
			strcmp(server.name, "mx.example") == 0, "%s: SNI %s", c->name, server.name);
		ck_assert_str_eq(tls->sni, "mx.example");
		server_close(&server);
		side_close(&side);
	}
}
END_TEST

START_TEST(test_no_sni_for_addresses)
{
	struct server server;
	struct side side;

	side_open(&side, "192.0.2.1");
	server_open(&server, NORMAL, pki.good.key, &pki.good.crt, 1);
	pump(side.client, &server, 65536);
	ck_assert_str_eq(server.name, "");
	ck_assert_str_eq(mc_tls_client_facts(side.client)->sni, "");
	both_close(&side, &server);
}
END_TEST

/* GnuTLS's own names, made IANA's, for those versions that do not know them. */
START_TEST(test_suite_names)
{
	static const char *const names[][3] = {
		{"TLS_ECDHE_RSA_AES_256_GCM_SHA384", "ECDHE-RSA",
			"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"},
		{"TLS_RSA_AES_128_CBC_SHA1", "RSA", "TLS_RSA_WITH_AES_128_CBC_SHA"},
		{"TLS_RSA_ARCFOUR_128_MD5", "RSA", "TLS_RSA_WITH_RC4_128_MD5"},
		{"TLS_RSA_3DES_EDE_CBC_SHA1", "RSA", "TLS_RSA_WITH_3DES_EDE_CBC_SHA"},
		{"TLS_DHE_RSA_CHACHA20_POLY1305", "DHE-RSA",
			"TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256"},
		{"TLS_ECDHE_ECDSA_AES_128_CCM_8", "ECDHE-ECDSA",
			"TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8"},
		{"TLS_AES_128_GCM_SHA256", "ECDHE-RSA", "TLS_AES_128_GCM_SHA256"},
	};
	struct mc_arena arena;

	mc_arena_init(&arena, 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		ck_assert_str_eq(mc_suite_iana(&arena, names[i][0], names[i][1]), names[i][2]);
	mc_arena_reset(&arena);
}
END_TEST

/* However the octets are cut. */
START_TEST(test_pieces)
{
	static const size_t pieces[] = {1, 2, 3, 5, 7, 100, 1000};

	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		struct server server;
		struct side side;

		side_open(&side, "mx.example");
		server_open(&server, i % 2 ? NORMAL : ONLY_12, pki.good.key, &pki.good.crt, 1);
		pump(side.client, &server, pieces[i]);
		ck_assert_msg(mc_tls_client_facts(side.client)->result == MC_TLS_UP,
			"pieces of %zu: %s", pieces[i], mc_tls_client_facts(side.client)->failure);
		both_close(&side, &server);
	}
}
END_TEST

/* Handshakes that fail. `octets` is all the server says. */

enum after { THEN_NOTHING, THEN_CLOSE, THEN_RESET, THEN_EXPIRE };

struct failure_case {
	const char *name;
	const char *octets;
	size_t length;
	enum after after;
	enum mc_tls_result result;
	int alert;
	const char *failure; /* or a part of it */
};

#define OCTETS(text) text, sizeof(text) - 1
#define HELLO(minor)                                                                               \
	"\x16\x03" minor "\0\x2a\x02\0\0\x26\x03" minor "0123456789abcdef0123456789abcdef\0"       \
	"\xc0\x2f\0"

static const struct failure_case failure_cases[] = {
	{"handshake failure", OCTETS("\x15\x03\x03\0\x02\x02\x28"), THEN_NOTHING, MC_TLS_ALERT, 40,
		"fatal alert 40: Handshake failed"},
	{"protocol version", OCTETS("\x15\x03\x01\0\x02\x02\x46"), THEN_NOTHING, MC_TLS_ALERT, 70,
		"fatal alert 70"},
	{"unknown alert", OCTETS("\x15\x03\x03\0\x02\x02\xc8"), THEN_NOTHING, MC_TLS_ALERT, 200,
		"fatal alert 200"},
	{"alert, then reset", OCTETS("\x15\x03\x03\0\x02\x02\x28"), THEN_RESET, MC_TLS_ALERT, 40,
		"fatal alert 40"},
	{"closed at once", "", 0, THEN_CLOSE, MC_TLS_CLOSED, -1, "in answer to the ClientHello"},
	{"closed in a record", OCTETS("\x16\x03\x03\0\x40\x02"), THEN_CLOSE, MC_TLS_CLOSED, -1,
		"in the middle"},
	{"closed in a header", OCTETS("\x16"), THEN_CLOSE, MC_TLS_CLOSED, -1, "in the middle"},
	{"closed after ServerHello", OCTETS(HELLO("\x03")), THEN_CLOSE, MC_TLS_CLOSED, -1,
		"in the middle"},
	{"close_notify", OCTETS("\x15\x03\x03\0\x02\x01\0"), THEN_CLOSE, MC_TLS_CLOSED, -1, ""},
	{"reset at once", "", 0, THEN_RESET, MC_TLS_RESET, -1, "in answer to the ClientHello"},
	{"reset in a record", OCTETS("\x16\x03\x03\0\x40\x02"), THEN_RESET, MC_TLS_RESET, -1,
		"in the middle"},
	{"silence", "", 0, THEN_EXPIRE, MC_TLS_TIMEOUT, -1, "no answer"},
	{"silence in a record", OCTETS("\x16\x03\x03\0\x40\x02"), THEN_EXPIRE, MC_TLS_TIMEOUT, -1,
		"not finished"},
	{"plain text", OCTETS("454 4.7.0 TLS not available\r\n"), THEN_NOTHING, MC_TLS_PLAINTEXT,
		-1, "no TLS record"},
	{"plain text, cut", OCTETS("454 4.7.0 TL"), THEN_CLOSE, MC_TLS_PLAINTEXT, -1, ""},
	{"plain text, cut and hanging", OCTETS("454 4.7.0 TL"), THEN_EXPIRE, MC_TLS_PLAINTEXT, -1,
		""},
	{"plain text, cut and reset", OCTETS("4"), THEN_RESET, MC_TLS_PLAINTEXT, -1, ""},
	{"binary", OCTETS("\x00\x01\x02"), THEN_NOTHING, MC_TLS_PLAINTEXT, -1, ""},
	{"SSL 2.0", OCTETS("\x80\x2e\x04\x00\x01\x00\x02"), THEN_NOTHING, MC_TLS_PLAINTEXT, -1, ""},
	{"record type, other version", OCTETS("\x16\x05\x00\x00\x00"), THEN_NOTHING,
		MC_TLS_PLAINTEXT, -1, ""},
	{"SSL 3.0", OCTETS(HELLO("\x00")), THEN_NOTHING, MC_TLS_LOCAL, -1, "SSL 3.0"},
	{"empty ServerHello", OCTETS("\x16\x03\x03\0\x04\x02\0\0\0"), THEN_NOTHING, MC_TLS_PROTOCOL,
		-1, ""},
	{"ClientHello back", OCTETS("\x16\x03\x03\0\x05\x01\0\0\x01\0"), THEN_NOTHING,
		MC_TLS_PROTOCOL, -1, ""},
	{"application data", OCTETS("\x17\x03\x03\0\x01x"), THEN_NOTHING, MC_TLS_PROTOCOL, -1, ""},
	{"record too long", OCTETS("\x16\x03\x03\xff\xff\x02\0\0\0"), THEN_NOTHING, MC_TLS_PROTOCOL,
		-1, ""},
	{"alert too short", OCTETS("\x15\x03\x03\0\x01\x02"), THEN_NOTHING, MC_TLS_PROTOCOL, -1,
		""},
};

static void
end_transport(struct mc_tls_client *client, enum after after)
{
	if (after == THEN_CLOSE || after == THEN_RESET)
		mc_tls_client_hangup(client, after == THEN_RESET);
	else if (after == THEN_EXPIRE)
		mc_tls_client_expire(client);
}

START_TEST(test_failures)
{
	for (size_t i = 0; i < sizeof(failure_cases) / sizeof(failure_cases[0]); i++) {
		const struct failure_case *c = &failure_cases[i];
		const struct mc_tls *tls;
		enum mc_tls_state state;
		struct side side;

		side_open(&side, "mx.example");
		ck_assert_int_eq(mc_tls_client_step(side.client), MC_TLS_HANDSHAKING);
		ck_assert_uint_gt(mc_tls_client_output(side.client)->length, 100);
		mc_tls_client_feed(side.client, (const uint8_t *)c->octets, c->length);
		mc_tls_client_step(side.client);
		end_transport(side.client, c->after);
		state = mc_tls_client_step(side.client);
		tls = mc_tls_client_facts(side.client);
		ck_assert_msg(state == MC_TLS_FAILED, "%s: state %d", c->name, state);
		ck_assert_msg(tls->result == c->result, "%s: %s, %s", c->name,
			mc_tls_result_text(tls->result), tls->failure);
		ck_assert_msg(tls->alert == c->alert, "%s: alert %d", c->name, tls->alert);
		ck_assert_msg(tls->failure[0] != '\0' && strstr(tls->failure, c->failure) != NULL,
			"%s: %s", c->name, tls->failure);
		ck_assert_str_eq(tls->version, "");
		ck_assert_msg(tls->result != MC_TLS_PLAINTEXT ||
				      (tls->plaintext_length == c->length &&
					      memcmp(tls->plaintext, c->octets, c->length) == 0),
			"%s: plaintext of %zu", c->name, tls->plaintext_length);
		side_close(&side);
	}
}
END_TEST

/* An answer in plain text, cut into single octets, is kept whole; a long one is cut. */
START_TEST(test_plaintext_kept)
{
	static const char line[] = "454 4.7.0 TLS not available due to local problem\r\n";
	char flood[2000];
	struct side side;

	side_open(&side, "mx.example");
	mc_tls_client_step(side.client);
	for (size_t i = 0; i < sizeof(line) - 1; i++) {
		mc_tls_client_feed(side.client, (const uint8_t *)line + i, 1);
		mc_tls_client_step(side.client);
	}
	ck_assert_str_eq(mc_tls_client_facts(side.client)->plaintext, line);
	side_close(&side);

	side_open(&side, "mx.example");
	memset(flood, 'x', sizeof(flood));
	mc_tls_client_step(side.client);
	mc_tls_client_feed(side.client, (const uint8_t *)flood, sizeof(flood));
	ck_assert_int_eq(mc_tls_client_step(side.client), MC_TLS_FAILED);
	ck_assert_uint_eq(mc_tls_client_facts(side.client)->plaintext_length, 256);
	side_close(&side);
}
END_TEST

/* The server sends an alert of its own will; ours goes out when it is the one at fault. */
START_TEST(test_alerts)
{
	static const uint8_t nonsense[] = "\x16\x03\x03\0\x04\x02\0\0\0";
	struct server server;
	struct side side;

	both_open(&side, &server, "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+ECDHE-RSA");
	ck_assert_int_eq(mc_tls_client_facts(side.client)->result, MC_TLS_ALERT);
	ck_assert_int_eq(mc_tls_client_facts(side.client)->alert, GNUTLS_A_HANDSHAKE_FAILURE);
	both_close(&side, &server);

	side_open(&side, "mx.example");
	mc_tls_client_step(side.client);
	mc_buf_clear(mc_tls_client_output(side.client));
	mc_tls_client_feed(side.client, nonsense, sizeof(nonsense) - 1);
	mc_tls_client_step(side.client);
	ck_assert_uint_eq(mc_tls_client_output(side.client)->length, 7);
	ck_assert_uint_eq(mc_tls_client_output(side.client)->data[0], 21);
	side_close(&side);
}
END_TEST

/* A warning, as for a server name not known, is no failure. */
START_TEST(test_warning_alert)
{
	static const uint8_t warning[] = "\x15\x03\x03\0\x02\x01\x70";
	struct server server;
	struct side side;

	side_open(&side, "mx.example");
	server_open(&server, ONLY_12, pki.good.key, &pki.good.crt, 1);
	mc_buf_append(&server.output, warning, sizeof(warning) - 1);
	pump(side.client, &server, 65536);
	ck_assert_int_eq(mc_tls_client_facts(side.client)->result, MC_TLS_UP);
	both_close(&side, &server);
}
END_TEST

/* Closed after every possible number of octets: never up, never confused, never leaking. */
START_TEST(test_closed_anywhere)
{
	for (size_t cut = 0;; cut += 37) {
		struct server server;
		struct side side;
		size_t length;

		side_open(&side, "mx.example");
		server_open(&server, ONLY_12, pki.good.key, &pki.good.crt, 1);
		mc_tls_client_step(side.client);
		mc_buf_append(&server.input, mc_tls_client_output(side.client)->data,
			mc_tls_client_output(side.client)->length);
		server_step(&server);
		length = server.output.length;
		ck_assert_uint_gt(length, 500);
		mc_tls_client_feed(side.client, server.output.data, cut < length ? cut : length);
		mc_tls_client_step(side.client);
		mc_tls_client_hangup(side.client, cut % 2 == 1);
		ck_assert_msg(mc_tls_client_facts(side.client)->result ==
				      (cut % 2 ? MC_TLS_RESET : MC_TLS_CLOSED),
			"cut at %zu: %s", cut, mc_tls_client_facts(side.client)->failure);
		/* once the certificate is there, it is told */
		ck_assert(cut < length || mc_tls_client_facts(side.client)->chain_count == 1);
		both_close(&side, &server);
		if (cut > length)
			break;
	}
}
END_TEST

/* What the server says, damaged in one place: it ends one way or the other, without a crash. */
static void
damage_at(const char *priority, size_t at, size_t *ret_length)
{
	struct server server;
	struct side side;

	side_open(&side, "mx.example");
	server_open(&server, priority, pki.good.key, &pki.good.crt, 1);
	mc_tls_client_step(side.client);
	mc_buf_append(&server.input, mc_tls_client_output(side.client)->data,
		mc_tls_client_output(side.client)->length);
	mc_buf_clear(mc_tls_client_output(side.client));
	server_step(&server);
	*ret_length = server.output.length;
	if (at < server.output.length) {
		server.output.data[at] ^= (uint8_t)(1u << at % 8);
		pump(side.client, &server, 65536);
		mc_tls_client_hangup(side.client, false);
		ck_assert_int_ne(mc_tls_client_step(side.client), MC_TLS_HANDSHAKING);
	}
	both_close(&side, &server);
}

START_TEST(test_damage)
{
	static const char *const priority[] = {NORMAL, ONLY_12};

	for (size_t i = 0; i < 2; i++) {
		size_t length = 1;

		for (size_t at = 0; at < length; at += 3)
			damage_at(priority[i], at, &length);
	}
}
END_TEST

/* After the handshake. */

static size_t
exchange(struct side *side, struct server *server, char *text, size_t size)
{
	size_t total = 0, got;

	pump(side->client, server, 65536);
	while (total < size &&
		(got = mc_tls_client_read(side->client, (uint8_t *)text + total, size - total)) > 0)
		total += got;
	return total;
}

START_TEST(test_data)
{
	static const char *const priority[] = {NORMAL, ONLY_12};
	char text[64];

	for (size_t i = 0; i < 2; i++) {
		struct server server;
		struct side side;

		both_open(&side, &server, priority[i]);
		ck_assert_int_eq(mc_tls_client_step(side.client), MC_TLS_OPEN);
		ck_assert(mc_tls_client_write(side.client, (const uint8_t *)"EHLO a\r\n", 8));
		gnutls_record_send(server.session, "220 hello", 9);
		gnutls_record_send(server.session, " there", 6);
		ck_assert_uint_eq(exchange(&side, &server, text, sizeof(text)), 15);
		ck_assert_mem_eq(text, "220 hello there", 15);
		ck_assert_int_eq(gnutls_record_recv(server.session, text, sizeof(text)), 8);
		ck_assert_mem_eq(text, "EHLO a\r\n", 8);
		gnutls_bye(server.session, GNUTLS_SHUT_WR);
		ck_assert_uint_eq(exchange(&side, &server, text, sizeof(text)), 0);
		ck_assert_int_eq(mc_tls_client_step(side.client), MC_TLS_EOF);
		ck_assert_str_eq(mc_tls_client_error(side.client), "");
		ck_assert(!mc_tls_client_write(side.client, (const uint8_t *)"x", 1));
		mc_tls_client_close(side.client);
		pump(side.client, &server, 65536);
		ck_assert_int_eq(gnutls_record_recv(server.session, text, sizeof(text)), 0);
		both_close(&side, &server);
	}
}
END_TEST

/* Plaintext that came along with the end of the handshake is not lost, nor with the end of all. */
START_TEST(test_data_then_hangup)
{
	char text[64];
	struct server server;
	struct side side;

	both_open(&side, &server, NORMAL);
	gnutls_record_send(server.session, "221 bye", 7);
	mc_tls_client_feed(side.client, server.output.data, server.output.length);
	mc_tls_client_hangup(side.client, false);
	ck_assert_int_eq(mc_tls_client_step(side.client), MC_TLS_OPEN);
	ck_assert_uint_eq(mc_tls_client_read(side.client, (uint8_t *)text, 3), 3);
	ck_assert_uint_eq(mc_tls_client_read(side.client, (uint8_t *)text, sizeof(text)), 4);
	ck_assert_uint_eq(mc_tls_client_read(side.client, (uint8_t *)text, sizeof(text)), 0);
	ck_assert_int_eq(mc_tls_client_step(side.client), MC_TLS_BROKEN);
	ck_assert_str_eq(mc_tls_client_error(side.client), "closed without close_notify");
	ck_assert_int_eq(mc_tls_client_facts(side.client)->result, MC_TLS_UP);
	both_close(&side, &server);

	both_open(&side, &server, NORMAL);
	mc_tls_client_hangup(side.client, true);
	ck_assert_int_eq(mc_tls_client_step(side.client), MC_TLS_BROKEN);
	ck_assert_str_eq(mc_tls_client_error(side.client), "reset");
	both_close(&side, &server);
}
END_TEST

/* TLS 1.3 is up for the client before the server has seen that a certificate is missing. */
START_TEST(test_alert_at_first_read)
{
	char text[64];
	struct server server;
	struct side side;

	side_open(&side, "mx.example");
	server_open(&server, "NORMAL:-VERS-ALL:+VERS-TLS1.3", pki.good.key, &pki.good.crt, 1);
	gnutls_certificate_server_set_request(server.session, GNUTLS_CERT_REQUIRE);
	pump(side.client, &server, 65536);
	ck_assert_int_eq(mc_tls_client_step(side.client), MC_TLS_OPEN);
	ck_assert_int_eq(mc_tls_client_facts(side.client)->result, MC_TLS_UP);
	ck_assert_uint_eq(exchange(&side, &server, text, sizeof(text)), 0);
	ck_assert_int_eq(mc_tls_client_step(side.client), MC_TLS_BROKEN);
	ck_assert_msg(strncmp(mc_tls_client_error(side.client), "fatal alert 116", 15) == 0, "%s",
		mc_tls_client_error(side.client));
	both_close(&side, &server);
}
END_TEST

START_TEST(test_renegotiation_declined)
{
	char text[64];
	struct server server;
	struct side side;
	int code;

	both_open(&side, &server, ONLY_12);
	ck_assert_int_ge(gnutls_rehandshake(server.session), 0);
	gnutls_record_send(server.session, "250 ok", 6);
	ck_assert_uint_eq(exchange(&side, &server, text, sizeof(text)), 6);
	ck_assert_int_eq(mc_tls_client_step(side.client), MC_TLS_OPEN);
	pump(side.client, &server, 65536);
	code = (int)gnutls_record_recv(server.session, text, sizeof(text));
	ck_assert_int_eq(code, GNUTLS_E_WARNING_ALERT_RECEIVED);
	ck_assert_int_eq(gnutls_alert_get(server.session), GNUTLS_A_NO_RENEGOTIATION);
	both_close(&side, &server);
}
END_TEST

START_TEST(test_garbage_after_handshake)
{
	static const uint8_t garbage[] = "\x17\x03\x03\0\x20"
					 "0123456789abcdef0123456789abcdef";
	uint8_t text[64];
	struct server server;
	struct side side;

	both_open(&side, &server, NORMAL);
	mc_tls_client_feed(side.client, garbage, sizeof(garbage) - 1);
	ck_assert_uint_eq(mc_tls_client_read(side.client, text, sizeof(text)), 0);
	ck_assert_int_eq(mc_tls_client_step(side.client), MC_TLS_BROKEN);
	ck_assert_str_ne(mc_tls_client_error(side.client), "");
	ck_assert_uint_eq(mc_tls_client_output(side.client)->data[0], 23);
	both_close(&side, &server);
}
END_TEST

/* Large data fits or is refused whole; what the server sends unread is bounded. */
START_TEST(test_bounds)
{
	size_t size = (size_t)3 << 20;
	uint8_t *big = calloc(1, size);
	struct server server;
	struct side side;

	ck_assert_ptr_nonnull(big);
	both_open(&side, &server, NORMAL);
	ck_assert(mc_tls_client_write(side.client, big, size));
	ck_assert(!mc_tls_client_write(side.client, big, size));
	ck_assert_int_eq(mc_tls_client_step(side.client), MC_TLS_OPEN);
	mc_buf_consume(mc_tls_client_output(side.client), size * 2);
	ck_assert_int_eq(mc_tls_client_step(side.client), MC_TLS_OPEN);
	ck_assert_uint_eq(mc_tls_client_output(side.client)->capacity, 0);
	ck_assert(mc_tls_client_write(side.client, big, size));
	mc_tls_client_feed(side.client, big, size);
	ck_assert_int_eq(mc_tls_client_step(side.client), MC_TLS_BROKEN);
	both_close(&side, &server);

	side_open(&side, "mx.example");
	mc_tls_client_step(side.client);
	mc_tls_client_feed(side.client, big, size);
	ck_assert_int_eq(mc_tls_client_step(side.client), MC_TLS_FAILED);
	ck_assert_int_eq(mc_tls_client_facts(side.client)->result, MC_TLS_LOCAL);
	side_close(&side);
	free(big);
}
END_TEST

/* Keys made to keep us busy. */

static void
put_u24(struct mc_buf *buf, size_t value)
{
	mc_buf_putc(buf, (char)(value >> 16));
	mc_buf_u16(buf, (uint16_t)value);
}

static void
put_message(struct mc_buf *records, uint8_t type, const uint8_t *body, size_t length)
{
	struct mc_buf message;

	mc_buf_init(&message, 1 << 20);
	mc_buf_putc(&message, (char)type);
	put_u24(&message, length);
	mc_buf_append(&message, body, length);
	for (size_t at = 0; at < message.length; at += 16384) {
		size_t part = message.length - at < 16384 ? message.length - at : 16384;

		mc_buf_append(records, "\x16\x03\x03", 3);
		mc_buf_u16(records, (uint16_t)part);
		mc_buf_append(records, message.data + at, part);
	}
	mc_buf_free(&message);
}

static void
put_hello(struct mc_buf *records, const char *suite)
{
	static const char hello[] = "\x03\x03"
				    "0123456789abcdef0123456789abcdef\0";
	uint8_t body[38];

	memcpy(body, hello, 35);
	memcpy(body + 35, suite, 2);
	body[37] = 0;
	put_message(records, 2, body, sizeof(body));
}

static void
put_certificate(struct mc_buf *records, const struct made *made)
{
	gnutls_datum_t der = made_der(made);
	struct mc_buf body;

	mc_buf_init(&body, 1 << 20);
	put_u24(&body, der.size + 3);
	put_u24(&body, der.size);
	mc_buf_append(&body, der.data, der.size);
	put_message(records, 11, body.data, body.length);
	mc_buf_free(&body);
	gnutls_free(der.data);
}

static struct made
make_huge(unsigned modulus_bytes, unsigned exponent_bytes)
{
	struct wish wish = {.dn = "CN=a", .names = {"mx.example"}};
	struct made made = {make_blank(&wish), NULL};
	gnutls_datum_t modulus, exponent;
	gnutls_pubkey_t key;

	modulus = (gnutls_datum_t){calloc(1, modulus_bytes), modulus_bytes};
	exponent = (gnutls_datum_t){calloc(1, exponent_bytes), exponent_bytes};
	memset(modulus.data, 0x6f, modulus_bytes);
	memset(exponent.data, 0x5f, exponent_bytes);
	gnutls_pubkey_init(&key);
	ck_assert_int_ge(gnutls_pubkey_import_rsa_raw(key, &modulus, &exponent), 0);
	ck_assert_int_ge(gnutls_x509_crt_set_pubkey(made.crt, key), 0);
	sign(made.crt, &wish, &pki.root);
	gnutls_pubkey_deinit(key);
	free(modulus.data);
	free(exponent.data);
	return made;
}

START_TEST(test_huge_keys)
{
	static const struct {
		const char *name;
		unsigned modulus, exponent, prime;
		const char *refused; /* NULL: not for its size */
	} cases[] = {
		{"RSA of 100 KB", 100000, 3, 0, "too large"},
		{"RSA 8192 with a long exponent", 1024, 1024, 0, "too large"},
		{"RSA 2048 with a long exponent", 256, 255, 0, NULL},
		{"RSA 8192", 1024, 3, 0, NULL},
		{"DH of 65000 octets", 256, 3, 65000, "too large"},
		{"DH 2048", 256, 3, 256, NULL},
		{"DH 512", 256, 3, 64, "not long enough"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t *exchange_body = calloc(3, 65536);
		struct mc_buf records;
		struct made leaf;
		struct side side;
		size_t prime = cases[i].prime;
		const struct mc_tls *tls;

		side_open(&side, "mx.example");
		leaf = make_huge(cases[i].modulus, cases[i].exponent);
		mc_buf_init(&records, 1 << 20);
		put_hello(&records, prime > 0 ? "\0\x9e" : "\xc0\x2f");
		put_certificate(&records, &leaf);
		exchange_body[0] = (uint8_t)(prime >> 8);
		exchange_body[1] = (uint8_t)prime;
		memset(exchange_body + 2, 0x6f, prime);
		memcpy(exchange_body + 2 + prime, "\0\x01\x02\0\x01\x05", 6);
		if (prime > 0)
			put_message(&records, 12, exchange_body, prime + 600);
		mc_tls_client_step(side.client);
		mc_tls_client_feed(side.client, records.data, records.length);
		mc_tls_client_step(side.client);
		mc_tls_client_hangup(side.client, false);
		tls = mc_tls_client_facts(side.client);
		if (cases[i].refused != NULL)
			ck_assert_msg(tls->result == MC_TLS_LOCAL &&
					      strstr(tls->failure, cases[i].refused) != NULL,
				"%s: %s", cases[i].name, tls->failure);
		else
			ck_assert_msg(strstr(tls->failure, "too large") == NULL, "%s: %s",
				cases[i].name, tls->failure);
		ck_assert(tls->result != MC_TLS_UP);
		mc_buf_free(&records);
		unmake(&leaf);
		free(exchange_body);
		side_close(&side);
	}
}
END_TEST

/* A chain with a key too large further up is not verified, and says so. */
START_TEST(test_huge_issuer)
{
	gnutls_x509_crt_t chain[2];
	struct server server;
	struct made huge;
	struct side side;

	side_open(&side, "mx.example");
	huge = make_huge(50000, 3);
	chain[0] = pki.good.crt;
	chain[1] = huge.crt;
	server_open(&server, NORMAL, pki.good.key, chain, 2);
	pump(side.client, &server, 65536);
	ck_assert_int_eq(mc_tls_client_facts(side.client)->result, MC_TLS_UP);
	ck_assert_int_eq(mc_tls_client_facts(side.client)->trust, MC_TRUST_OTHER);
	ck_assert_uint_eq(mc_tls_client_facts(side.client)->chain_count, 2);
	server_close(&server);
	unmake(&huge);
	side_close(&side);
}
END_TEST

/* Trust stores. */

START_TEST(test_trust_stores)
{
	static const struct {
		const char *content; /* NULL: the file is not there */
		bool problem;
	} cases[] = {
		{NULL, true},
		{"", true},
		{"no certificate\n", true},
		{"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", true},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char path[] = "/tmp/mc-tls-XXXXXX";
		int descriptor = mkstemp(path);
		struct mc_tls_trust *trust;
		const char *problem;

		ck_assert_int_ge(descriptor, 0);
		if (cases[i].content == NULL)
			unlink(path);
		else
			ck_assert_int_ge(
				write(descriptor, cases[i].content, strlen(cases[i].content)), 0);
		close(descriptor);
		trust = mc_tls_trust_new(path);
		problem = mc_tls_trust_problem(trust);
		ck_assert_msg(problem != NULL && strstr(problem, path) != NULL, "case %zu: %s", i,
			problem != NULL ? problem : "no problem");
		ck_assert_ptr_eq(mc_tls_trust_problem(trust), problem);
		mc_tls_trust_free(trust);
		unlink(path);
	}
	mc_tls_trust_free(NULL);
	mc_tls_client_free(NULL);
}
END_TEST

START_TEST(test_no_trust_store)
{
	struct mc_tls_client *client;
	struct mc_tls_trust *trust;
	struct mc_arena arena;
	struct server server;

	make_pki();
	mc_arena_init(&arena, 0);
	trust = mc_tls_trust_new("/nonexistent/\033[2J");
	client = mc_tls_client_new(&arena, trust, "mx.example");
	server_open(&server, NORMAL, pki.good.key, &pki.good.crt, 1);
	pump(client, &server, 65536);
	ck_assert_int_eq(mc_tls_client_facts(client)->result, MC_TLS_UP);
	ck_assert_int_eq(mc_tls_client_facts(client)->trust, MC_TRUST_UNKNOWN);
	ck_assert(strchr(mc_tls_client_facts(client)->trust_problem, '\033') == NULL);
	ck_assert_str_ne(mc_tls_client_facts(client)->trust_problem, "");
	server_close(&server);
	mc_tls_client_free(client);
	mc_tls_trust_free(trust);
	mc_arena_reset(&arena);
}
END_TEST

/* A self-signed certificate that is in the store is trusted. */
START_TEST(test_trusted_self_signed)
{
	char path[] = "/tmp/mc-tls-XXXXXX";
	struct mc_tls_client *client;
	struct mc_tls_trust *trust;
	struct mc_arena arena;
	struct server server;
	struct made leaf;

	leaf = make(&(struct wish){.dn = "CN=a", .names = {"mx.example"}}, NULL);
	write_pem(path, &leaf);
	mc_arena_init(&arena, 0);
	trust = mc_tls_trust_new(path);
	client = mc_tls_client_new(&arena, trust, "mx.example");
	server_open(&server, NORMAL, leaf.key, &leaf.crt, 1);
	pump(client, &server, 65536);
	ck_assert_int_eq(mc_tls_client_facts(client)->trust, MC_TRUST_YES);
	ck_assert(mc_tls_client_facts(client)->chain[0].self_signed);
	server_close(&server);
	unmake(&leaf);
	mc_tls_client_free(client);
	mc_tls_trust_free(trust);
	mc_arena_reset(&arena);
	unlink(path);
}
END_TEST

/* Two clients at once share one store. */
START_TEST(test_shared_trust)
{
	struct mc_tls_client *second;
	struct server servers[2];
	struct side side;

	side_open(&side, "mx.example");
	second = mc_tls_client_new(&side.arena, side.trust, "other.example");
	for (size_t i = 0; i < 2; i++)
		server_open(&servers[i], NORMAL, pki.good.key, &pki.good.crt, 1);
	pump(side.client, &servers[0], 1);
	pump(second, &servers[1], 1000);
	ck_assert(mc_tls_client_facts(side.client)->name_match);
	ck_assert(!mc_tls_client_facts(second)->name_match);
	ck_assert_int_eq(mc_tls_client_facts(second)->trust, MC_TRUST_YES);
	for (size_t i = 0; i < 2; i++)
		server_close(&servers[i]);
	mc_tls_client_free(second);
	side_close(&side);
}
END_TEST

/* The n-th of our own allocations fails, for all n: no crash, no leak, no false success. */
static bool
fault_run(unsigned long n)
{
	struct mc_tls_client *client = NULL;
	struct mc_tls_trust *trust;
	struct mc_arena arena;
	struct server server;
	uint8_t text[16];
	bool complete = false;

	server_open(&server, NORMAL, pki.good.key, &pki.good.crt, 1);
	mc_buf_append(&server.input, "", 0);
	mc_arena_init(&arena, 0);
	mc_alloc_fail_at(n);
	trust = mc_tls_trust_new(pki.ca_file);
	if (trust != NULL)
		client = mc_tls_client_new(&arena, trust, "mx.example");
	if (client != NULL) {
		pump(client, &server, 65536);
		if (mc_tls_client_step(client) == MC_TLS_OPEN) {
			mc_tls_client_write(client, (const uint8_t *)"QUIT\r\n", 6);
			gnutls_record_send(server.session, "221", 3);
			pump(client, &server, 65536);
			complete = mc_tls_client_read(client, text, sizeof(text)) == 3;
			mc_tls_client_close(client);
		}
		if (mc_tls_client_facts(client)->result == MC_TLS_UP)
			ck_assert_msg(mc_tls_client_facts(client)->chain_count == 1 &&
					      mc_tls_client_facts(client)->version[0] != '\0',
				"allocation %lu: up without facts", n);
	}
	complete = complete && n > mc_alloc_count();
	mc_alloc_fail_at(0);
	mc_tls_client_free(client);
	mc_tls_trust_free(trust);
	mc_arena_reset(&arena);
	server_close(&server);
	return complete;
}

START_TEST(test_allocation_faults)
{
	unsigned long n = 1;

	make_pki();
	while (!fault_run(n) && n < 1000)
		n++;
	ck_assert_uint_gt(n, 10);
	ck_assert_uint_lt(n, 1000);
}
END_TEST

START_TEST(test_names)
{
	enum mc_tls_result result;
	enum mc_trust trust;

	for (int i = MC_TLS_UP; i <= MC_TLS_LOCAL; i++) {
		ck_assert(mc_tls_result_parse(mc_tls_result_text((enum mc_tls_result)i), &result));
		ck_assert_int_eq((int)result, i);
	}
	for (int i = MC_TRUST_UNKNOWN; i <= MC_TRUST_OTHER; i++) {
		ck_assert(mc_trust_parse(mc_trust_text((enum mc_trust)i), &trust));
		ck_assert_int_eq((int)trust, i);
	}
	ck_assert(!mc_tls_result_parse("UP", &result));
	ck_assert(!mc_trust_parse("", &trust));
}
END_TEST

UNIT_MAIN("tls_client", test_chains, test_bad_signature, test_incomplete_words, test_long_chain,
	test_sessions, test_no_sni_for_addresses, test_suite_names, test_pieces, test_failures,
	test_plaintext_kept, test_alerts, test_warning_alert, test_closed_anywhere, test_damage,
	test_data, test_data_then_hangup, test_alert_at_first_read, test_renegotiation_declined,
	test_garbage_after_handshake, test_bounds, test_huge_keys, test_huge_issuer,
	test_trust_stores, test_no_trust_store, test_trusted_self_signed, test_shared_trust,
	test_allocation_faults, test_names)
