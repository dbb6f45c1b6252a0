/* peer: copies the facts of a session out of GnuTLS, once. */
#include "tls/peer.h"

#include "tls/identity.h"
#include "tls/suite.h"
#include "tls/x509.h"

void
mc_peer_session(struct mc_arena *arena, gnutls_session_t session, struct mc_tls *tls)
{
	static const struct {
		gnutls_protocol_t version;
		const char *name;
	} versions[] = {
		{GNUTLS_TLS1_3, "1.3"},
		{GNUTLS_TLS1_2, "1.2"},
		{GNUTLS_TLS1_1, "1.1"},
		{GNUTLS_TLS1_0, "1.0"},
		{GNUTLS_SSL3, "SSL 3.0"},
	};
	gnutls_protocol_t version = gnutls_protocol_get_version(session);

	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		if (versions[i].version == version)
			tls->version = versions[i].name;
	}
	tls->cipher = mc_suite_name(arena, session);
	tls->group = mc_suite_group(arena, session);
}

/* Ends at the first certificate that cannot be read: what is behind it hangs in the air. */
static unsigned
read_chain(struct mc_arena *arena, const gnutls_datum_t *list, unsigned count,
	gnutls_x509_crt_t *crts, struct mc_certificate *chain)
{
	for (unsigned i = 0; i < count; i++) {
		crts[i] = mc_x509_import(list[i].data, list[i].size);
		if (crts[i] == NULL)
			return i;
		if (!mc_x509_describe(arena, crts[i], list[i].data, list[i].size, &chain[i])) {
			gnutls_x509_crt_deinit(crts[i]);
			return i;
		}
	}
	return count;
}

void
mc_peer_chain(struct mc_arena *arena, gnutls_session_t session, struct mc_tls_trust *trust,
	const char *host, struct mc_tls *tls)
{
	gnutls_x509_crt_t crts[MC_CERTIFICATE_CHAIN];
	const gnutls_datum_t *list;
	struct mc_certificate *chain;
	unsigned sent = 0, count;

	list = gnutls_certificate_get_peers(session, &sent);
	if (list == NULL || sent == 0)
		return;
	count = sent < MC_CERTIFICATE_CHAIN ? sent : MC_CERTIFICATE_CHAIN;
	chain = mc_arena_calloc(arena, count, sizeof(*chain));
	if (chain == NULL)
		return;
	count = read_chain(arena, list, count, crts, chain);
	if (count > 0) {
		tls->chain = chain;
		tls->chain_count = count;
		mc_tls_trust_judge(trust, arena, crts, count, tls);
		mc_identity_match(crts[0], host, &tls->name_match, &tls->cn_match);
	}
	if (count < sent && tls->trust == MC_TRUST_UNKNOWN_ISSUER)
		tls->trust_problem = mc_arena_printf(arena, "%s (of %u certificates sent, %u read)",
			tls->trust_problem, sent, count);
	for (unsigned i = 0; i < count; i++)
		gnutls_x509_crt_deinit(crts[i]);
}
