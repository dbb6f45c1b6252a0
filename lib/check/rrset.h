/*
 * rrset: what an answer says, as one text: two servers say the same where the texts are equal.
 */
#ifndef MC_CHECK_RRSET_H
#define MC_CHECK_RRSET_H

#include "fact/run.h"

/* False for a record that is left out: with `spf_only` a TXT that is no SPF record. */
bool mc_rrset_counts(struct mc_run *run, const struct mc_rr *rr, bool spf_only);
/* The data of the records that count, in order of their text; "" where there is none. How a TXT is
 * cut into strings is not told: nobody who reads it sees that (RFC 7208, 3.3; RFC 6376, 3.6.2.2).
 */
const char *mc_rrset_text(struct mc_run *run, const struct mc_dns *dns, bool spf_only);
/* The records that count as lines of a zone file, "; " between them. */
const char *mc_rrset_lines(struct mc_run *run, const struct mc_dns *dns, bool spf_only);
/* With --ns, beside the check that compares: the last finding is that the new server has no TXT
 * record at "prefix.DOMAIN" (NULL: at the domain). Where one is published now, that one is the fix.
 * MC_WAIT while that is not known. */
enum mc_step mc_rrset_fix_left_behind(struct mc_run *run, const char *prefix, bool spf_only);

#endif
