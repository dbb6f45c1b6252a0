/*
 * caa: one property of a CAA record (RFC 8659, 4): who may issue certificates.
 */
#ifndef MC_RECORD_CAA_H
#define MC_RECORD_CAA_H

#include <stdbool.h>

#include "record/rr.h"

enum mc_caa_tag {
	MC_CAA_ISSUE,
	MC_CAA_ISSUEWILD,
	MC_CAA_OTHER,  /* known, but not about certificates of servers: iodef, issuemail, ... */
	MC_CAA_UNKNOWN /* nobody knows it */
};

struct mc_caa {
	bool critical; /* an authority that does not know the tag must not issue */
	enum mc_caa_tag tag;
	const char *name;   /* the tag in lower case */
	const char *value;  /* raw octets up to a NUL */
	const char *issuer; /* of issue and issuewild, lower case; "": nobody */
	bool malformed;     /* of issue and issuewild: not of the form, so it means nobody */
};

/* False for rdata that is no property. In `arena`. */
bool mc_caa_read(struct mc_arena *arena, const struct mc_rr *rr, struct mc_caa *ret_caa);

/* The identifiers that the authority with this organization name (as a certificate's issuer has it)
 * answers to, NULL-terminated; NULL for one that is not known here. */
const char *const *mc_caa_identifiers(const char *organization);

#endif
