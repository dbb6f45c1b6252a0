/*
 * report_uri: the places reports go to: the lists of URIs of DMARC (RFC 9989, 4.7) and TLS-RPT
 * (RFC 8460, 3).
 */
#ifndef MC_RECORD_REPORT_URI_H
#define MC_RECORD_REPORT_URI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

#define MC_REPORT_URI_LIMIT 20 /* of one list; what follows is left alone */

struct mc_report_uri {
	const char *text;
	const char *wrong;  /* static clause; NULL: a URI */
	bool mailto, https; /* else a scheme nobody needs to know */
	const char *domain; /* of a mailto address, canonical; "" none */
	const char *size;   /* the obsolete "!10m" behind a DMARC one; "" none */
};

struct mc_report_uris {
	struct mc_report_uri *uris;
	size_t count;
};

/* A comma-separated list. An empty `uris` when out of memory. */
void mc_report_uris_parse(
	struct mc_arena *arena, const char *text, struct mc_report_uris *ret_uris);
/* The same, behind what `uris` holds. */
void mc_report_uris_add(struct mc_arena *arena, const char *text, struct mc_report_uris *uris);
/* How many are URIs. */
size_t mc_report_uris_good(const struct mc_report_uris *uris);

/* The list that one of addresses without "mailto:" and the like was to be, with commas alone
 * between; "" when it is empty, NULL when there is no telling. */
const char *mc_report_uris_mend(struct mc_arena *arena, const char *list, bool tls_rpt);
/* A record's text with commas for the semicolons between two destinations. */
const char *mc_report_uris_rejoin(struct mc_arena *arena, const char *text, size_t length);

#endif
