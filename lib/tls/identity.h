/* identity: does a certificate speak for the host asked for (RFC 9525). */
#ifndef MC_TLS_IDENTITY_H
#define MC_TLS_IDENTITY_H

#include <gnutls/x509.h>
#include <stdbool.h>
#include <stddef.h>

/* One presented DNS name, maybe with a wildcard, against a host name without trailing dot. */
bool mc_identity_covers(const char *presented, size_t length, const char *host);

/* ret_name: by a subjectAltName. ret_common_name: only by the common name. */
void mc_identity_match(
	gnutls_x509_crt_t crt, const char *host, bool *ret_name, bool *ret_common_name);

#endif
