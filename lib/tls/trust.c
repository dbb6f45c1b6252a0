/*
 * trust: the roots to trust, loaded once when first needed, and the judgement of a chain.
 * The only file of this room from which files are read, by GnuTLS.
 */
#include "tls/trust.h"

#include <string.h>

#include "base/alloc.h"
#include "base/escape.h"
#include "tls/key.h"

#define PROBLEM_BYTES 1024

struct mc_tls_trust {
	char *ca_file;
	bool loaded;
	gnutls_x509_trust_list_t list; /* NULL: not loaded, or there was a problem */
	struct mc_buf problem;
	gnutls_priority_t priority;
	gnutls_certificate_credentials_t credentials;
};

/*
 * Old servers must be diagnosed too: every version that GnuTLS can speak is offered. X25519 is
 * the one group nearly all have, and the fastest. A system's policy may refuse part of it.
 */
#define OLD_VERSIONS ":+VERS-TLS1.1:+VERS-TLS1.0"
#define OLD_SIGNATURES ":+SIGN-RSA-SHA1:+SIGN-ECDSA-SHA1"
#define X25519_FIRST ":-GROUP-ALL:+GROUP-X25519:+GROUP-ALL"

static const char *const priorities[] = {
	("NORMAL" X25519_FIRST OLD_VERSIONS OLD_SIGNATURES),
	("NORMAL" OLD_VERSIONS OLD_SIGNATURES),
	("NORMAL" OLD_VERSIONS),
	"NORMAL",
};

/* In the order of what decides; the rest is MC_TRUST_OTHER. */
static const struct {
	unsigned status;
	enum mc_trust trust;
	const char *words;
} problems[] = {
	{GNUTLS_CERT_SIGNATURE_FAILURE, MC_TRUST_BAD_SIGNATURE,
		"a signature in the chain does not verify"},
	{GNUTLS_CERT_SIGNER_NOT_FOUND, MC_TRUST_UNKNOWN_ISSUER, "the issuer is not known"},
	{GNUTLS_CERT_INSECURE_ALGORITHM, MC_TRUST_INSECURE_ALGORITHM,
		"a key or signature in the chain is too weak"},
	{GNUTLS_CERT_SIGNER_NOT_CA, MC_TRUST_OTHER,
		"a certificate in the chain was issued by one that is no authority"},
	{GNUTLS_CERT_SIGNER_CONSTRAINTS_FAILURE, MC_TRUST_OTHER,
		"a constraint of an issuer is violated"},
	{GNUTLS_CERT_PURPOSE_MISMATCH, MC_TRUST_WRONG_PURPOSE,
		"its extended key usage does not allow TLS servers (serverAuth)"},
	{GNUTLS_CERT_UNKNOWN_CRIT_EXTENSIONS, MC_TRUST_OTHER,
		"it has a critical extension that is not known"},
	{GNUTLS_CERT_REVOKED, MC_TRUST_OTHER, "it is revoked"},
};

static bool
set_up(struct mc_tls_trust *trust)
{
	if (gnutls_certificate_allocate_credentials(&trust->credentials) < 0) {
		trust->credentials = NULL;
		return false;
	}
	for (size_t i = 0; i < sizeof(priorities) / sizeof(priorities[0]); i++) {
		if (gnutls_priority_init(&trust->priority, priorities[i], NULL) >= 0)
			return true;
	}
	if (gnutls_priority_init2(&trust->priority, NULL, NULL, 0) >= 0)
		return true;
	trust->priority = NULL;
	return false;
}

struct mc_tls_trust *
mc_tls_trust_new(const char *ca_file)
{
	struct mc_tls_trust *trust = mc_calloc(1, sizeof(*trust));

	if (trust == NULL)
		return NULL;
	mc_buf_init(&trust->problem, PROBLEM_BYTES);
	if (ca_file != NULL && (trust->ca_file = mc_strdup(ca_file)) == NULL)
		goto failed;
	if (set_up(trust))
		return trust;
failed:
	mc_tls_trust_free(trust);
	return NULL;
}

void
mc_tls_trust_free(struct mc_tls_trust *trust)
{
	if (trust == NULL)
		return;
	if (trust->list != NULL)
		gnutls_x509_trust_list_deinit(trust->list, 1);
	if (trust->priority != NULL)
		gnutls_priority_deinit(trust->priority);
	if (trust->credentials != NULL)
		gnutls_certificate_free_credentials(trust->credentials);
	mc_buf_free(&trust->problem);
	mc_free(trust->ca_file);
	mc_free(trust);
}

gnutls_priority_t
mc_tls_trust_priority(struct mc_tls_trust *trust)
{
	return trust->priority;
}

gnutls_certificate_credentials_t
mc_tls_trust_credentials(struct mc_tls_trust *trust)
{
	return trust->credentials;
}

bool
mc_tls_trust_offers_all(struct mc_tls_trust *trust)
{
	static const unsigned wanted[] = {
		GNUTLS_TLS1_0, GNUTLS_TLS1_1, GNUTLS_TLS1_2, GNUTLS_TLS1_3};
	const unsigned *offered;
	int count = gnutls_priority_protocol_list(trust->priority, &offered);
	size_t found = 0;

	for (int i = 0; i < count; i++) {
		for (size_t j = 0; j < sizeof(wanted) / sizeof(wanted[0]); j++)
			found += offered[i] == wanted[j];
	}
	return found == sizeof(wanted) / sizeof(wanted[0]);
}

static void
tell_problem(struct mc_tls_trust *trust, int code)
{
	struct mc_buf *problem = &trust->problem;
	const char *words = code < 0 ? gnutls_strerror(code) : "no certificate in it";

	if (trust->ca_file != NULL) {
		mc_buf_puts(problem, "CA file ");
		mc_escape_to(problem, trust->ca_file, strlen(trust->ca_file));
	} else
		mc_buf_puts(problem, "the system's trust store");
	mc_buf_printf(problem, ": %s", words);
}

static void
load(struct mc_tls_trust *trust)
{
	int count;

	if (trust->loaded)
		return;
	trust->loaded = true;
	count = gnutls_x509_trust_list_init(&trust->list, 0);
	if (count < 0)
		trust->list = NULL;
	else if (trust->ca_file != NULL)
		count = gnutls_x509_trust_list_add_trust_file(
			trust->list, trust->ca_file, NULL, GNUTLS_X509_FMT_PEM, 0, 0);
	else
		count = gnutls_x509_trust_list_add_system_trust(trust->list, 0, 0);
	if (count > 0)
		return;
	tell_problem(trust, count);
	if (trust->list != NULL)
		gnutls_x509_trust_list_deinit(trust->list, 1);
	trust->list = NULL;
}

const char *
mc_tls_trust_problem(struct mc_tls_trust *trust)
{
	load(trust);
	if (trust->list != NULL)
		return NULL;
	return trust->problem.failed ? "out of memory" : mc_buf_text(&trust->problem);
}

/* Where the way from the leaf upwards ends: at a root, or where a certificate is missing. */
static const struct mc_certificate *
top(const struct mc_tls *tls)
{
	const struct mc_certificate *at = &tls->chain[0];

	for (size_t steps = 0; steps < tls->chain_count; steps++) {
		const struct mc_certificate *above = NULL;

		for (size_t i = 0; above == NULL && i < tls->chain_count; i++) {
			if (strcmp(tls->chain[i].subject, at->issuer) == 0)
				above = &tls->chain[i];
		}
		if (above == NULL || above == at)
			return at;
		at = above;
	}
	return at;
}

static const char *
unknown_issuer(struct mc_arena *arena, const struct mc_tls *tls)
{
	const struct mc_certificate *last = top(tls);

	if (last->self_signed)
		return mc_arena_printf(arena, "the root is not trusted: %s", last->subject);
	return mc_arena_printf(arena, "the issuer of %s is neither sent nor trusted: %s",
		last->subject, last->issuer);
}

static void
tell(struct mc_arena *arena, struct mc_tls *tls, unsigned status)
{
	const char *words = NULL;

	tls->trust = MC_TRUST_OTHER;
	for (size_t i = 0; words == NULL && i < sizeof(problems) / sizeof(problems[0]); i++) {
		if ((status & problems[i].status) != 0) {
			tls->trust = problems[i].trust;
			words = problems[i].words;
		}
	}
	if (tls->trust == MC_TRUST_UNKNOWN_ISSUER) {
		if (tls->chain[0].self_signed) {
			tls->trust = MC_TRUST_SELF_SIGNED;
			words = "it is signed with its own key";
		} else
			words = unknown_issuer(arena, tls);
	}
	tls->trust_problem = words != NULL ? words : "the chain does not verify";
}

void
mc_tls_trust_judge(struct mc_tls_trust *trust, struct mc_arena *arena, gnutls_x509_crt_t *crts,
	unsigned count, struct mc_tls *tls)
{
	gnutls_typed_vdata_st purpose = {
		GNUTLS_DT_KEY_PURPOSE_OID, (unsigned char *)(uintptr_t)GNUTLS_KP_TLS_WWW_SERVER, 0};
	unsigned flags =
		GNUTLS_VERIFY_DISABLE_TIME_CHECKS | GNUTLS_VERIFY_DISABLE_TRUSTED_TIME_CHECKS |
		GNUTLS_VERIFY_ALLOW_UNSORTED_CHAIN | GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_LOW);
	unsigned status = 0;
	int code;

	tls->trust = MC_TRUST_UNKNOWN;
	if (mc_tls_trust_problem(trust) != NULL) {
		tls->trust_problem = mc_arena_strdup(arena, mc_tls_trust_problem(trust));
		return;
	}
	for (unsigned i = 0; i < count; i++) {
		if (!mc_key_bearable(crts[i])) {
			tls->trust = MC_TRUST_OTHER;
			tls->trust_problem = "a key in the chain is too large to verify with";
			return;
		}
	}
	code = gnutls_x509_trust_list_verify_crt2(
		trust->list, crts, count, &purpose, 1, flags, &status, NULL);
	if (code < 0) {
		tls->trust = MC_TRUST_OTHER;
		tls->trust_problem = gnutls_strerror(code);
	} else if (status != 0) {
		tell(arena, tls, status);
		if (tls->trust == MC_TRUST_WRONG_PURPOSE &&
			gnutls_x509_crt_check_key_purpose(crts[0], GNUTLS_KP_TLS_WWW_SERVER, 0) !=
				0)
			tls->trust_problem = "the extended key usage of an authority above it does "
					     "not allow TLS servers (serverAuth)";
	} else
		tls->trust = MC_TRUST_YES;
}
