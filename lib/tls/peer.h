/* peer: what there is to know of the server once a handshake is over, good or bad. */
#ifndef MC_TLS_PEER_H
#define MC_TLS_PEER_H

#include <gnutls/gnutls.h>

#include "tls/trust.h"

/* Version, cipher, group. */
void mc_peer_session(struct mc_arena *arena, gnutls_session_t session, struct mc_tls *tls);
/* Chain, trust and names, as far as a chain came. `host`: the name to match. */
void mc_peer_chain(struct mc_arena *arena, gnutls_session_t session, struct mc_tls_trust *trust,
	const char *host, struct mc_tls *tls);

#endif
