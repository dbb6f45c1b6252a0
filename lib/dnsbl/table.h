/*
 * table: the lists there are, read from text (lists.txt says what may stand there), and what an
 * answer of theirs means.
 */
#ifndef MC_DNSBL_TABLE_H
#define MC_DNSBL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/arena.h"

#define MC_LISTS_TEXT ((size_t)1 << 20) /* most octets of a table */
#define MC_LISTS_MAX 500
#define MC_LIST_CODES 64
#define MC_LIST_TESTS 4

/* In the order of weight. */
enum mc_list_kind {
	MC_LIST_NEUTRAL, /* of a code: no listing */
	MC_LIST_ALLOW,
	MC_LIST_INFO,
	MC_LIST_AGE,
	MC_LIST_RANGE,
	MC_LIST_REPUTATION,
	MC_LIST_POLICY,
	MC_LIST_SPAM,
	MC_LIST_REFUSAL, /* of a code: no answer */
};

enum mc_list_asks { MC_LIST_IPV4 = 1, MC_LIST_IPV6 = 2, MC_LIST_DOMAIN = 4 };

struct mc_list_code {
	uint8_t low[4], high[4];
	uint8_t bit; /* not 0: that of the last octet, whatever else is there */
	enum mc_list_kind kind;
	const char *meaning;
};

struct mc_list {
	const char *zone; /* canonical */
	const char *name;
	unsigned asks; /* enum mc_list_asks */
	enum mc_list_kind kind;
	bool major, core, registration, no_public;
	struct mc_list_code *codes;
	size_t code_count;
	const char *tests[MC_LIST_TESTS]; /* names and addresses beside those of RFC 5782 */
	size_t test_count;
	const char *key;     /* NULL: none needed */
	const char *within;  /* NULL: stands alone */
	const char *removal; /* NULL: unknown */
	const char *dead;    /* since when; NULL: alive */
	const char *how;     /* it died */
};

struct mc_lists {
	struct mc_list *lists;
	size_t count;
};

struct mc_lists_error {
	size_t line;
	const char *reason; /* static */
};

/* False with an error, also when out of memory (see the arena). */
bool mc_lists_parse(struct mc_arena *arena, const char *text, size_t length,
	struct mc_lists *ret_lists, struct mc_lists_error *ret_error);
/* NULL when the zone is not there. */
const struct mc_list *mc_lists_find(const struct mc_lists *lists, const char *zone);
/* The list that is dead, of that zone or one above it; or NULL. */
const struct mc_list *mc_lists_find_dead(const struct mc_lists *lists, const char *zone);
/* What stands for a list the table does not know: all of 127/8 but the refusals is a listing. */
struct mc_list mc_list_unknown(const char *zone);

enum mc_listing {
	MC_LISTING_CODE,    /* a code of the table */
	MC_LISTING_UNKNOWN, /* in 127/8, but the table does not know it */
	MC_LISTING_OUTSIDE, /* not in 127/8: no list's answer at all */
};

/* What one address of an answer means: CODE with up to `room` codes (several bits). */
enum mc_listing mc_list_read(const struct mc_list *list, const struct mc_address *answer,
	const struct mc_list_code **codes, size_t room, size_t *ret_count);

/* "spam", "policy", ... */
const char *mc_list_kind_name(enum mc_list_kind kind);

extern const char mc_lists_text[]; /* the built-in table */
extern const size_t mc_lists_text_length;

#endif
