/*
 * dnssec: DS, DNSKEY and RRSIG records read off their rdata (RFC 4034), and the algorithms
 * (RFC 8624, RFC 9905).
 */
#ifndef MC_RECORD_DNSSEC_H
#define MC_RECORD_DNSSEC_H

#include "record/rr.h"

struct mc_ds {
	uint16_t tag;
	uint8_t algorithm, digest_type;
	const uint8_t *digest;
	size_t length;
};

struct mc_dnskey {
	uint16_t flags, tag;
	uint8_t protocol, algorithm;
};

#define MC_DNSKEY_ZONE 0x0100    /* signs the zone's records */
#define MC_DNSKEY_SEP 0x0001     /* what a DS points to, by habit */
#define MC_DNSKEY_REVOKED 0x0080 /* RFC 5011 */

struct mc_rrsig {
	uint16_t covered, tag;
	uint8_t algorithm, labels;
	int64_t inception, expiration; /* ms since 1970 */
	char signer[MC_NAME_TEXT_SIZE];
};

/* False when the record is of another type or its rdata malformed. */
bool mc_rr_ds(const struct mc_rr *rr, struct mc_ds *ret_ds);
bool mc_rr_dnskey(const struct mc_rr *rr, struct mc_dnskey *ret_key);
/* The times are 32 bits wide and meant near `now` (RFC 4034, 3.1.5). */
bool mc_rr_rrsig(const struct mc_rr *rr, int64_t now, struct mc_rrsig *ret_signature);

/* RFC 4034, appendix B. */
uint16_t mc_dnskey_tag(const uint8_t *rdata, size_t length);

enum mc_dnssec_use {
	MC_DNSSEC_USE_NONE, /* validators take it for unsigned */
	MC_DNSSEC_USE_WEAK, /* SHA-1: to be replaced, some validators no longer accept it */
	MC_DNSSEC_USE_GOOD,
};

enum mc_dnssec_use mc_dnssec_algorithm_use(uint8_t algorithm);
enum mc_dnssec_use mc_dnssec_digest_use(uint8_t digest_type);
const char *mc_dnssec_algorithm_name(uint8_t algorithm); /* "unassigned" for others */

#endif
