/* ca: certification authorities and certificates, made when the lab starts. */
#ifndef LABD_CA_H
#define LABD_CA_H

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "scenario.h"

struct authority {
	struct authority *next;
	const struct ca *ca;
	struct authority *issuer; /* NULL: a root */
	gnutls_x509_crt_t crt;
	gnutls_x509_privkey_t key;
};

/* All the scenario names; NULL with the error set, or when it names none. */
bool ca_make(struct scenario *scenario, struct authority **ret_authorities);
void ca_free(struct authority *authorities);
/* The trusted roots in PEM. */
bool ca_write(const struct authority *authorities, const char *path);

/* Makes one server certificate and adds it, with its chain, to the credentials. */
bool ca_issue(struct scenario *scenario, const struct authority *authorities,
	const struct server *server, const struct certificate *certificate,
	gnutls_certificate_credentials_t credentials);

#endif
