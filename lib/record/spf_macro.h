/*
 * spf_macro: macro strings of SPF (RFC 7208, 7): checked, and expanded.
 */
#ifndef MC_RECORD_SPF_MACRO_H
#define MC_RECORD_SPF_MACRO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/arena.h"
#include "record/name.h"

#define MC_SPF_NAME_SIZE 254 /* a name in a query, with NUL (7.3) */

/* What the letters stand for; not NULL, but `validated`, which is "unknown" when there is none. */
struct mc_spf_identity {
	const char *sender;        /* s */
	const char *local_part;    /* l */
	const char *sender_domain; /* o */
	const char *domain;        /* d */
	struct mc_address address; /* i, v, c; IPv4 when it was an IPv4-mapped one */
	const char *validated;     /* p */
	const char *helo;          /* h */
	const char *receiver;      /* r */
	int64_t now;               /* t: ms since 1970 */
};

enum mc_spf_macro_use {
	MC_SPF_MACRO_DOMAIN,   /* a domain-spec */
	MC_SPF_MACRO_MODIFIER, /* the value of a modifier nobody knows */
	MC_SPF_MACRO_TEXT,     /* an explanation: spaces, and the letters c, r and t */
};

/* NULL when the syntax is right; else what is wrong, a static clause, and where. */
const char *mc_spf_macro_check(
	const char *text, size_t length, enum mc_spf_macro_use use, size_t *ret_at);
/* Whether a letter (lower case) stands in it; 0: any macro but %%, %_ and %-. */
bool mc_spf_macro_uses(const char *text, size_t length, char letter);
/* Of a string that mc_spf_macro_check() found right, as octets with NUL. "" when out of memory. */
const char *mc_spf_macro_expand(struct mc_arena *arena, const char *text, size_t length,
	const struct mc_spf_identity *identity);
/* The same for user@SENDER_DOMAIN from 192.0.2.1, by the record of DOMAIN: an example. */
const char *mc_spf_macro_sample(struct mc_arena *arena, const char *text, size_t length,
	const char *domain, const char *sender_domain);
/* The name to ask for: without final dot, at most 253 octets, labels taken off its left (7.3).
 * Points into `expanded`. */
const char *mc_spf_macro_name(struct mc_arena *arena, const char *expanded);
/* Canonical form of such a name; false when it is no domain name. `text` is taken octet by octet:
 * it knows no escapes. */
bool mc_spf_name_canonical(const char *text, char ret_name[MC_NAME_TEXT_SIZE]);

#endif
