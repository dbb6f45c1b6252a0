/* suite: the IANA name of the cipher suite in use, the group of its key exchange. */
#ifndef MC_TLS_SUITE_H
#define MC_TLS_SUITE_H

#include <gnutls/gnutls.h>

#include "base/arena.h"

/* "TLS_AES_256_GCM_SHA384"; "" when unknown. */
const char *mc_suite_name(struct mc_arena *arena, gnutls_session_t session);
/* IANA's name out of GnuTLS's own, which leaves out WITH and more. */
const char *mc_suite_iana(struct mc_arena *arena, const char *name, const char *kx);
/* "X25519", "SECP256R1", "FFDHE2048"; "DH 1024" for a group of the server's own; "" for none. */
const char *mc_suite_group(struct mc_arena *arena, gnutls_session_t session);

#endif
