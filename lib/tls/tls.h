/*
 * tls: what was seen of one handshake, as plain data.
 */
#ifndef MC_TLS_TLS_H
#define MC_TLS_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tls/certificate.h"

enum mc_tls_result {
	MC_TLS_UP,
	MC_TLS_ALERT,  /* a fatal alert from the server */
	MC_TLS_CLOSED, /* the server closed in the middle */
	MC_TLS_RESET,
	MC_TLS_TIMEOUT,
	MC_TLS_PLAINTEXT, /* the server's first octets are no TLS record */
	MC_TLS_PROTOCOL,  /* records that make no sense */
	MC_TLS_LOCAL,     /* our own limit or failure */
};

enum mc_trust {
	MC_TRUST_UNKNOWN, /* no trust store could be loaded */
	MC_TRUST_YES,     /* chains to a trusted root, dates left aside */
	MC_TRUST_SELF_SIGNED,
	MC_TRUST_UNKNOWN_ISSUER, /* incomplete chain, or a root that is not trusted */
	MC_TRUST_BAD_SIGNATURE,
	MC_TRUST_INSECURE_ALGORITHM,
	MC_TRUST_WRONG_PURPOSE, /* not for TLS servers (RFC 5280, 4.2.1.12) */
	MC_TRUST_OTHER,
};

struct mc_tls {
	enum mc_tls_result result;
	const char *failure;   /* GnuTLS's or our own words, "" when up */
	int alert;             /* with MC_TLS_ALERT: its number (RFC 8446, 6), else -1 */
	const char *plaintext; /* with MC_TLS_PLAINTEXT: the first octets, raw */
	size_t plaintext_length;
	int64_t ms;                   /* the handshake took */
	const char *sni;              /* the name asked for, "" for none */
	const char *version;          /* "1.3"; "" when not up, as the next two */
	const char *cipher;           /* IANA name of the suite */
	const char *group;            /* "X25519"; "" for RSA key transport */
	struct mc_certificate *chain; /* as sent, leaf first */
	size_t chain_count;
	enum mc_trust trust;
	const char *trust_problem; /* words, "" when trusted */
	bool name_match; /* the leaf's subjectAltName covers `sni` (RFC 9525; CN does not count) */
	bool cn_match;   /* only its common name does */
};

const char *mc_tls_result_text(enum mc_tls_result result); /* "up", "alert", ... */
bool mc_tls_result_parse(const char *text, enum mc_tls_result *ret_result);
const char *mc_trust_text(enum mc_trust trust); /* "yes", "self-signed", ... */
bool mc_trust_parse(const char *text, enum mc_trust *ret_trust);

#endif
