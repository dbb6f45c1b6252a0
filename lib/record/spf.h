/*
 * spf: an SPF record (RFC 7208, 4.5, 4.6.1 and 12), term by term.
 */
#ifndef MC_RECORD_SPF_H
#define MC_RECORD_SPF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/arena.h"

enum mc_spf_kind {
	MC_SPF_ALL,
	MC_SPF_INCLUDE,
	MC_SPF_A,
	MC_SPF_MX,
	MC_SPF_PTR,
	MC_SPF_IP4,
	MC_SPF_IP6,
	MC_SPF_EXISTS,
	MC_SPF_REDIRECT,
	MC_SPF_EXP,
	MC_SPF_UNKNOWN, /* a modifier nobody knows, which is ignored */
	MC_SPF_BAD,     /* not a term: the record is in error */
};

struct mc_spf_term {
	enum mc_spf_kind kind;
	char qualifier;   /* '+', '-', '~', '?'; '+' when none is written */
	size_t position;  /* of the term in the text, qualifier included */
	size_t length;    /* of the term */
	const char *name; /* of the mechanism or modifier, as written */
	size_t name_length;
	const char *domain; /* domain-spec or macro-string, as written; NULL: none */
	size_t domain_length;
	struct mc_address network; /* ip4, ip6 */
	uint8_t prefix4, prefix6;  /* 32 and 128 when none is written */
	bool has_prefix4, has_prefix6;
	/* BAD: what is wrong, a static clause, and where in the text */
	const char *problem;
	size_t problem_at;
};

struct mc_spf_parser {
	const char *text;
	size_t length, at;
	bool seen_redirect, seen_exp;
};

enum { MC_SPF_VERSION_LENGTH = 6 };

#define MC_SPF_LOOKUP_LIMIT 10 /* terms that cause lookups; one more is an error (4.6.4) */

/* Whether a TXT record is an SPF record: "v=spf1" and then a space or the end (4.5). */
bool mc_spf_is_record(const char *text, size_t length);
/* Whether it was probably meant to be one, and is none. */
bool mc_spf_is_attempt(const char *text, size_t length);

/* `text` is an SPF record (see mc_spf_is_record()) and outlives the parser and its terms. */
void mc_spf_parser_init(struct mc_spf_parser *parser, const char *text, size_t length);
/* The next term; false at the end. Behind a BAD one it goes on with the term that follows. */
bool mc_spf_parser_next(struct mc_spf_parser *parser, struct mc_spf_term *ret_term);

struct mc_spf {
	const char *text;
	size_t length;
	struct mc_spf_term *terms;
	size_t count;
	const struct mc_spf_term *bad;      /* the first term in error; NULL: none */
	const struct mc_spf_term *all;      /* the first "all" */
	const struct mc_spf_term *redirect; /* NULL: none */
	const struct mc_spf_term *exp;
};

/* The whole record; false when out of memory. */
bool mc_spf_parse(struct mc_arena *arena, const char *text, size_t length, struct mc_spf *ret_spf);

/* "include", "a", ..., "redirect", "exp"; "" for the rest. */
const char *mc_spf_kind_name(enum mc_spf_kind kind);
/* Whether the term counts among those that cause DNS lookups (4.6.4). */
bool mc_spf_kind_looks_up(enum mc_spf_kind kind);
/* The terms of this record alone that cause lookups when nothing matches. */
size_t mc_spf_own_lookups(const struct mc_spf *spf);
/* Whether an address of the network's family is within its first `prefix` bits. */
bool mc_spf_within(
	const struct mc_address *address, const struct mc_address *network, unsigned prefix);
/* The term as written. */
const char *mc_spf_term_text(
	struct mc_arena *arena, const struct mc_spf *spf, const struct mc_spf_term *term);

#endif
