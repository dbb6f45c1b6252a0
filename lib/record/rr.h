/*
 * rr: one resource record: wire form, its fields, and zone-file text (RFC 1035, 5.1).
 */
#ifndef MC_RECORD_RR_H
#define MC_RECORD_RR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/arena.h"
#include "record/name.h"

enum mc_rr_type {
	MC_RR_A = 1,
	MC_RR_NS = 2,
	MC_RR_CNAME = 5,
	MC_RR_SOA = 6,
	MC_RR_PTR = 12,
	MC_RR_MX = 15,
	MC_RR_TXT = 16,
	MC_RR_AAAA = 28,
	MC_RR_SRV = 33,
	MC_RR_DNAME = 39,
	MC_RR_OPT = 41,
	MC_RR_DS = 43,
	MC_RR_RRSIG = 46,
	MC_RR_NSEC = 47,
	MC_RR_DNSKEY = 48,
	MC_RR_NSEC3 = 50,
	MC_RR_NSEC3PARAM = 51,
	MC_RR_TLSA = 52,
	MC_RR_SPF = 99,
	MC_RR_CAA = 257,
};

/* rdata is complete in itself: names in it are uncompressed. */
struct mc_rr {
	const char *owner; /* canonical */
	uint16_t type;
	uint32_t ttl; /* seconds */
	const uint8_t *rdata;
	uint16_t rdlength;
};

/* "MX", or "TYPE257" style for one without a name here (RFC 3597). Static or in `text`. */
const char *mc_rr_type_name(uint16_t type, char text[10]);
/* False when `text` names no type. Case does not matter. */
bool mc_rr_type_parse(const char *text, uint16_t *ret_type);

/* Field readers: false when the record is of another type or its rdata malformed. */
bool mc_rr_address(const struct mc_rr *rr, struct mc_address *ret_address); /* A, AAAA */
bool mc_rr_mx(
	const struct mc_rr *rr, uint16_t *ret_preference, char ret_exchange[MC_NAME_TEXT_SIZE]);
bool mc_rr_target(
	const struct mc_rr *rr, char ret_target[MC_NAME_TEXT_SIZE]); /* CNAME, DNAME, NS, PTR */

struct mc_srv {
	uint16_t priority, weight, port;
	char target[MC_NAME_TEXT_SIZE]; /* "." says that the service is not offered */
};

bool mc_rr_srv(const struct mc_rr *rr, struct mc_srv *ret_srv); /* RFC 2782 */

struct mc_soa {
	char mname[MC_NAME_TEXT_SIZE], rname[MC_NAME_TEXT_SIZE];
	uint32_t serial, refresh, retry, expire, minimum; /* the last four in seconds */
};

bool mc_rr_soa(const struct mc_rr *rr, struct mc_soa *ret_soa); /* RFC 1035, 3.3.13 */
/* The character-strings of a TXT joined without anything between (RFC 7208, 3.3). */
const char *mc_rr_txt(struct mc_arena *arena, const struct mc_rr *rr, size_t *ret_length);

/* Order: owner, type, rdata bytes (RFC 4034, 6.3); TTL does not count. */
int mc_rr_compare(const struct mc_rr *a, const struct mc_rr *b);

struct mc_rr_error {
	const char *reason; /* static sentence */
	size_t position;    /* offset in the text */
};

/*
 * One record of zone-file text: "name [ttl] [IN] TYPE rdata", in either order of TTL and class;
 * a relative name is completed with `origin` (NULL: the root). Knows A AAAA CNAME DNAME NS PTR
 * MX TXT SPF SRV SOA TLSA CAA DS DNSKEY and the RFC 3597 form (\# length hex) for every type;
 * quoted strings, \DDD, parentheses, comments. A missing TTL is `ttl`.
 */
bool mc_rr_parse(struct mc_arena *arena, const char *text, const char *origin, uint32_t ttl,
	struct mc_rr *ret_rr, struct mc_rr_error *ret_error);

/* Zone-file text of the record that mc_rr_parse() reads back. "" when out of memory. */
const char *mc_rr_text(struct mc_arena *arena, const struct mc_rr *rr);
/* The same, without owner, TTL, class and type: rdata only. */
const char *mc_rr_rdata_text(struct mc_arena *arena, const struct mc_rr *rr);

#endif
