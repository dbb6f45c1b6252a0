/*
 * certificate: the facts of one X.509 certificate (RFC 5280) as plain data. All text is escaped.
 */
#ifndef MC_TLS_CERTIFICATE_H
#define MC_TLS_CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

#define MC_CERTIFICATE_NAMES 256          /* most subjectAltNames kept */
#define MC_CERTIFICATE_BYTES (128 * 1024) /* longest DER read */
#define MC_CERTIFICATE_CHAIN 10           /* most certificates kept of a chain */

struct mc_certificate {
	const char *subject; /* RFC 4514 */
	const char *issuer;
	const char *common_name; /* "" when there is none */
	const char **names;      /* dNSName and iPAddress of subjectAltName */
	size_t name_count;
	int64_t not_before; /* ms since 1970 */
	int64_t not_after;
	const char *key; /* "RSA", "ECDSA P-256", "Ed25519", ... */
	unsigned key_bits;
	const char *signature; /* "RSA-SHA256", ... */
	bool signature_weak;   /* MD2, MD5 or SHA-1 */
	bool self_signed;      /* issuer and subject are the same, and the key signed it */
	bool authority;        /* basicConstraints CA */
	const char *sha256;    /* fingerprint, lower-case hex */
	const uint8_t *der;
	size_t der_length;
};

/* False when the DER cannot be read (or memory ran out: see the arena). */
bool mc_certificate_parse(struct mc_arena *arena, const uint8_t *der, size_t length,
	struct mc_certificate *ret_certificate);

#endif
