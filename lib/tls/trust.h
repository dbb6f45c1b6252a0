/* trust: what all clients share: the trust store, the priorities, the (empty) credentials. */
#ifndef MC_TLS_TRUST_H
#define MC_TLS_TRUST_H

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdbool.h>

#include "base/arena.h"
#include "tls/client.h"

gnutls_priority_t mc_tls_trust_priority(struct mc_tls_trust *trust);
gnutls_certificate_credentials_t mc_tls_trust_credentials(struct mc_tls_trust *trust);

/* False when this system's policy keeps some version of TLS from being offered. */
bool mc_tls_trust_offers_all(struct mc_tls_trust *trust);

/* Judges the chain as sent, dates left aside; its facts are in tls->chain. Sets tls->trust and
 * tls->trust_problem. */
void mc_tls_trust_judge(struct mc_tls_trust *trust, struct mc_arena *arena, gnutls_x509_crt_t *crts,
	unsigned count, struct mc_tls *tls);

#endif
