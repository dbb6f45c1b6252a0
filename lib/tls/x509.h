/* x509: what certificate.c offers to those who hold a certificate in GnuTLS's form already. */
#ifndef MC_TLS_X509_H
#define MC_TLS_X509_H

#include <gnutls/x509-ext.h>
#include <gnutls/x509.h>
#include <stdbool.h>

#include "tls/certificate.h"

/* The certificate behind a DER encoding, or NULL; for gnutls_x509_crt_deinit(). */
gnutls_x509_crt_t mc_x509_import(const uint8_t *der, size_t length);
/* The facts of `crt`, which was imported from that DER. */
bool mc_x509_describe(struct mc_arena *arena, gnutls_x509_crt_t crt, const uint8_t *der,
	size_t length, struct mc_certificate *ret_certificate);
/* The subjectAltName, for gnutls_subject_alt_names_deinit(); NULL when there is none. */
gnutls_subject_alt_names_t mc_x509_alt_names(gnutls_x509_crt_t crt);

#endif
