/* guard: keeps a hostile server from making us compute for hours within one call. */
#ifndef MC_TLS_GUARD_H
#define MC_TLS_GUARD_H

#include <gnutls/gnutls.h>

/* Handshake messages with keys beyond reason end the handshake with MC_GUARD_ERROR. */
void mc_guard_install(gnutls_session_t session);

#define MC_GUARD_ERROR GNUTLS_E_CONSTRAINT_ERROR

#endif
