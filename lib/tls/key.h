/*
 * key: public keys of strangers. A key may be made so large that one signature check takes hours.
 */
#ifndef MC_TLS_KEY_H
#define MC_TLS_KEY_H

#include <gnutls/x509.h>
#include <stdbool.h>

#include "base/arena.h"

/* False when computing with the certificate's key could take more than some milliseconds. */
bool mc_key_bearable(gnutls_x509_crt_t crt);
/* "RSA", "ECDSA P-256", "Ed25519", ...; never NULL. */
const char *mc_key_name(struct mc_arena *arena, gnutls_x509_crt_t crt);
/* Of the modulus, or of the curve; 0 when unknown. */
unsigned mc_key_bits(gnutls_x509_crt_t crt);

#endif
