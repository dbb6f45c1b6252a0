/*
 * registry: the one table that names all checks, in causal order, which is the order of a report.
 */
#ifndef MC_CHECK_REGISTRY_H
#define MC_CHECK_REGISTRY_H

#include "fact/run.h"

extern const struct mc_check *const mc_checks[]; /* NULL-terminated */

extern const struct mc_check mc_check_ns;
extern const struct mc_check mc_check_compare;
extern const struct mc_check mc_check_dnssec;
extern const struct mc_check mc_check_mx;
extern const struct mc_check mc_check_dkim;
extern const struct mc_check mc_check_dmarc;
extern const struct mc_check mc_check_mta_sts;
extern const struct mc_check mc_check_tls_rpt;
extern const struct mc_check mc_check_dane;
extern const struct mc_check mc_check_bimi;
extern const struct mc_check mc_check_caa;
extern const struct mc_check mc_check_srv;
extern const struct mc_check mc_check_autoconfig;
extern const struct mc_check mc_check_ptr;
extern const struct mc_check mc_check_smtp;
extern const struct mc_check mc_check_spf;
extern const struct mc_check mc_check_spf_client;
extern const struct mc_check mc_check_tls;
extern const struct mc_check mc_check_dnsbl;

#endif
