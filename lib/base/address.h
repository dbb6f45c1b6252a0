/*
 * address: IPv4 and IPv6 addresses, and what the IANA special-purpose registries say of them
 * (RFC 6890 and its updates).
 */
#ifndef MC_BASE_ADDRESS_H
#define MC_BASE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mc_address {
	uint8_t family; /* 4 or 6; 0: none */
	uint8_t bytes[16];
};

#define MC_ADDRESS_SIZE 46         /* text, with NUL */
#define MC_ADDRESS_REVERSE_SIZE 80 /* in-addr.arpa or ip6.arpa name, with NUL */

enum mc_scope {
	MC_SCOPE_GLOBAL,
	MC_SCOPE_LOOPBACK,
	MC_SCOPE_PRIVATE, /* RFC 1918, RFC 4193 */
	MC_SCOPE_SHARED,  /* carrier NAT, RFC 6598 */
	MC_SCOPE_LINK_LOCAL,
	MC_SCOPE_DOCUMENTATION,
	MC_SCOPE_BENCHMARK,
	MC_SCOPE_UNSPECIFIED, /* 0/8, :: */
	MC_SCOPE_MULTICAST,
	MC_SCOPE_RESERVED,
	MC_SCOPE_MAPPED,     /* ::ffff:0:0/96 */
	MC_SCOPE_TRANSLATED, /* NAT64: 64:ff9b::/96 and 64:ff9b:1::/48 */
	MC_SCOPE_TUNNEL,     /* 6to4, Teredo */
};

/* Strict: dotted quad, or RFC 4291 text without zone and brackets. */
bool mc_address_parse(const char *text, struct mc_address *ret_address);
void mc_address_format(char text[MC_ADDRESS_SIZE], const struct mc_address *address);
void mc_address_reverse(char name[MC_ADDRESS_REVERSE_SIZE], const struct mc_address *address);
int mc_address_compare(const struct mc_address *a, const struct mc_address *b);
enum mc_scope mc_address_scope(const struct mc_address *address);
/* The registry's word for people: "private", "loopback", "documentation", ... */
const char *mc_scope_name(enum mc_scope scope);

#endif
