/*
 * pkix: whether a client that verifies would accept a certificate (RFC 5280, RFC 9525).
 */
#ifndef MC_CHECK_PKIX_H
#define MC_CHECK_PKIX_H

#include "fact/run.h"
#include "tls/tls.h"

/* What is wrong, one clause; NULL: nothing. *ret_unknown: there is no trust store here to tell by.
 * Of a handshake that came up. */
const char *mc_pkix_problem(struct mc_run *run, const struct mc_tls *tls, bool *ret_unknown);
/* The parts of it that are about the leaf's dates, and about its names. */
const char *mc_pkix_date_problem(struct mc_run *run, const struct mc_certificate *leaf);
const char *mc_pkix_name_problem(struct mc_run *run, const struct mc_tls *tls);
/* Whole days left, less than 0 when it has expired. */
int64_t mc_pkix_days_left(const struct mc_run *run, const struct mc_certificate *leaf);
/* How bad it is that it ends soon (steps of 14 and 7 days, capped at a sixth and a twelfth of its
 * life): MC_WARNING, MC_NOTICE, or MC_INFO when it does not. */
enum mc_severity mc_pkix_expiry(const struct mc_run *run, const struct mc_certificate *leaf);

/* Why a sender that insists on TLS gets none in a dialogue that went as far as that: static; NULL:
 * it gets it, or that is not known. */
const char *mc_pkix_no_tls(const struct mc_session *session);

#endif
