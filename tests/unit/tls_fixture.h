/* tls_fixture: certificates made on the spot, and a GnuTLS server in the same process. */
#ifndef MC_TESTS_TLS_FIXTURE_H
#define MC_TESTS_TLS_FIXTURE_H

#include <errno.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "tls/client.h"
#include "unit.h"

#define DAY 86400

struct made {
	gnutls_x509_crt_t crt;
	gnutls_x509_privkey_t key;
};

/* What a certificate is to be like; zero means: like any good one. */
struct wish {
	const char *dn;
	const char *names[4];
	const char *ip; /* 4 or 16 raw octets */
	size_t ip_size;
	gnutls_pk_algorithm_t algorithm; /* ECDSA */
	unsigned bits;
	gnutls_digest_algorithm_t digest; /* SHA-256 */
	bool authority;
	int from, until; /* days from now; 0 and 0: -1 and 90 */
	const char *purpose;
};

static inline gnutls_x509_privkey_t
make_key(gnutls_pk_algorithm_t algorithm, unsigned bits)
{
	gnutls_x509_privkey_t key;

	if (algorithm == GNUTLS_PK_UNKNOWN)
		algorithm = GNUTLS_PK_ECDSA;
	if (bits == 0)
		bits = algorithm == GNUTLS_PK_RSA ? 2048
		       : algorithm == GNUTLS_PK_ECDSA
			       ? GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1)
			       : 256;
	ck_assert_int_ge(gnutls_x509_privkey_init(&key), 0);
	ck_assert_int_ge(gnutls_x509_privkey_generate(key, algorithm, bits, 0), 0);
	return key;
}

/* Everything but key and signature. */
static inline gnutls_x509_crt_t
make_blank(const struct wish *wish)
{
	static unsigned char serial[4] = {1, 0, 0, 0};
	gnutls_x509_crt_t crt;
	const char *where;
	time_t now = time(NULL);
	int from = wish->from == 0 && wish->until == 0 ? -1 : wish->from;
	int until = wish->from == 0 && wish->until == 0 ? 90 : wish->until;

	ck_assert_int_ge(gnutls_x509_crt_init(&crt), 0);
	serial[3]++;
	gnutls_x509_crt_set_version(crt, 3);
	gnutls_x509_crt_set_serial(crt, serial, sizeof(serial));
	ck_assert_int_ge(gnutls_x509_crt_set_dn(crt, wish->dn, &where), 0);
	gnutls_x509_crt_set_activation_time(crt, now + from * DAY);
	gnutls_x509_crt_set_expiration_time(crt, now + until * DAY);
	gnutls_x509_crt_set_basic_constraints(crt, wish->authority ? 1 : 0, -1);
	for (size_t i = 0; i < 4 && wish->names[i] != NULL; i++)
		ck_assert_int_ge(gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME,
					 wish->names[i], (unsigned)strlen(wish->names[i]),
					 GNUTLS_FSAN_APPEND),
			0);
	if (wish->ip != NULL)
		ck_assert_int_ge(gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS,
					 wish->ip, (unsigned)wish->ip_size, GNUTLS_FSAN_APPEND),
			0);
	if (wish->purpose != NULL)
		gnutls_x509_crt_set_key_purpose_oid(crt, wish->purpose, 0);
	return crt;
}

static inline void
sign(gnutls_x509_crt_t crt, const struct wish *wish, const struct made *by)
{
	gnutls_digest_algorithm_t digest =
		wish->digest != GNUTLS_DIG_UNKNOWN ? wish->digest : GNUTLS_DIG_SHA256;
	gnutls_privkey_t key;

	if (gnutls_x509_privkey_get_pk_algorithm(by->key) == GNUTLS_PK_EDDSA_ED25519)
		digest = GNUTLS_DIG_SHA512;
	ck_assert_int_ge(gnutls_privkey_init(&key), 0);
	ck_assert_int_ge(gnutls_privkey_import_x509(key, by->key, 0), 0);
	ck_assert_int_ge(gnutls_x509_crt_privkey_sign(crt, by->crt, key, digest, 0), 0);
	gnutls_privkey_deinit(key);
}

/* issuer NULL: signed with its own key. */
static inline struct made
make_with_key(const struct wish *wish, const struct made *issuer, gnutls_x509_privkey_t key)
{
	struct made made = {make_blank(wish), key};

	ck_assert_int_ge(gnutls_x509_crt_set_key(made.crt, key), 0);
	sign(made.crt, wish, issuer != NULL ? issuer : &made);
	return made;
}

static inline struct made
make(const struct wish *wish, const struct made *issuer)
{
	return make_with_key(wish, issuer, make_key(wish->algorithm, wish->bits));
}

static inline void
unmake(struct made *made)
{
	if (made->crt != NULL)
		gnutls_x509_crt_deinit(made->crt);
	if (made->key != NULL)
		gnutls_x509_privkey_deinit(made->key);
	*made = (struct made){NULL, NULL};
}

static inline gnutls_datum_t
made_der(const struct made *made)
{
	gnutls_datum_t der;

	ck_assert_int_ge(gnutls_x509_crt_export2(made->crt, GNUTLS_X509_FMT_DER, &der), 0);
	return der;
}

/* Writes the certificate in PEM to a new file; `path` ends in XXXXXX. */
static inline void
write_pem(char *path, const struct made *made)
{
	gnutls_datum_t pem;
	int descriptor = mkstemp(path);

	ck_assert_int_ge(descriptor, 0);
	ck_assert_int_ge(gnutls_x509_crt_export2(made->crt, GNUTLS_X509_FMT_PEM, &pem), 0);
	ck_assert_int_eq(write(descriptor, pem.data, pem.size), (ssize_t)pem.size);
	close(descriptor);
	gnutls_free(pem.data);
}

struct server {
	gnutls_session_t session;
	gnutls_certificate_credentials_t credentials;
	struct mc_buf input, output;
	size_t taken;
	bool gone;
	int code;       /* of the last gnutls_handshake() */
	char name[256]; /* the SNI it saw */
};

static inline ssize_t
server_pull(gnutls_transport_ptr_t pointer, void *bytes, size_t size)
{
	struct server *server = pointer;
	size_t length = server->input.length - server->taken;

	if (length == 0) {
		gnutls_transport_set_errno(server->session, EAGAIN);
		return server->gone ? 0 : -1;
	}
	length = length < size ? length : size;
	memcpy(bytes, server->input.data + server->taken, length);
	server->taken += length;
	return (ssize_t)length;
}

static inline int
server_pull_timeout(gnutls_transport_ptr_t pointer, unsigned ms)
{
	struct server *server = pointer;

	(void)ms;
	return server->input.length > server->taken ? 1 : 0;
}

static inline ssize_t
server_push(gnutls_transport_ptr_t pointer, const void *bytes, size_t size)
{
	struct server *server = pointer;

	mc_buf_append(&server->output, bytes, size);
	return (ssize_t)size;
}

/* Exactly that chain: gnutls_certificate_set_x509_key() would put it in order. */
static inline void
server_chain(
	struct server *server, gnutls_x509_privkey_t key, gnutls_x509_crt_t *chain, unsigned count)
{
	gnutls_pcert_st certificates[16];
	gnutls_privkey_t private;

	ck_assert_uint_le(count, 16);
	ck_assert_int_ge(gnutls_privkey_init(&private), 0);
	ck_assert_int_ge(gnutls_privkey_import_x509(private, key, GNUTLS_PRIVKEY_IMPORT_COPY), 0);
	for (unsigned i = 0; i < count; i++)
		ck_assert_int_ge(gnutls_pcert_import_x509(&certificates[i], chain[i], 0), 0);
	ck_assert_int_ge(gnutls_certificate_set_key(
				 server->credentials, NULL, 0, certificates, (int)count, private),
		0);
}

static inline void
server_open(struct server *server, const char *priority, gnutls_x509_privkey_t key,
	gnutls_x509_crt_t *chain, unsigned count)
{
	*server = (struct server){.code = GNUTLS_E_AGAIN};
	mc_buf_init(&server->input, (size_t)8 << 20);
	mc_buf_init(&server->output, (size_t)8 << 20);
	ck_assert_int_ge(gnutls_certificate_allocate_credentials(&server->credentials), 0);
	gnutls_certificate_set_flags(server->credentials, GNUTLS_CERTIFICATE_SKIP_KEY_CERT_MATCH);
	gnutls_certificate_set_known_dh_params(server->credentials, GNUTLS_SEC_PARAM_MEDIUM);
	server_chain(server, key, chain, count);
	ck_assert_int_ge(
		gnutls_init(&server->session, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL),
		0);
	ck_assert_int_ge(gnutls_priority_set_direct(server->session, priority, NULL), 0);
	gnutls_credentials_set(server->session, GNUTLS_CRD_CERTIFICATE, server->credentials);
	gnutls_transport_set_ptr(server->session, server);
	gnutls_transport_set_pull_function(server->session, server_pull);
	gnutls_transport_set_pull_timeout_function(server->session, server_pull_timeout);
	gnutls_transport_set_push_function(server->session, server_push);
}

static inline void
server_close(struct server *server)
{
	gnutls_deinit(server->session);
	gnutls_certificate_free_credentials(server->credentials);
	mc_buf_free(&server->input);
	mc_buf_free(&server->output);
}

static inline void
server_step(struct server *server)
{
	size_t size = sizeof(server->name) - 1;
	unsigned type;

	if (server->code == GNUTLS_E_SUCCESS || gnutls_error_is_fatal(server->code))
		return;
	do
		server->code = gnutls_handshake(server->session);
	while (server->code < 0 && server->code != GNUTLS_E_AGAIN &&
		!gnutls_error_is_fatal(server->code));
	if (server->code == GNUTLS_E_SUCCESS)
		gnutls_server_name_get(server->session, server->name, &size, &type, 0);
	else if (gnutls_error_is_fatal(server->code))
		gnutls_alert_send_appropriate(server->session, server->code);
}

/* Moves octets both ways until nothing moves; towards the client in pieces of `piece`. */
static inline void
pump(struct mc_tls_client *client, struct server *server, size_t piece)
{
	struct mc_buf *output = mc_tls_client_output(client);
	bool moved = true;

	mc_tls_client_step(client);
	while (moved) {
		moved = output->length > 0 || server->output.length > 0;
		mc_buf_append(&server->input, output->data, output->length);
		mc_buf_consume(output, output->length);
		server_step(server);
		while (server->output.length > 0) {
			size_t length =
				server->output.length < piece ? server->output.length : piece;

			mc_tls_client_feed(client, server->output.data, length);
			mc_buf_consume(&server->output, length);
			mc_tls_client_step(client);
		}
	}
}

#endif
