/* registry: add a check by adding its row here, its file to meson.build, its ids to findings.def.
 */
#include "check/registry.h"

const struct mc_check *const mc_checks[] = {
	&mc_check_ns,
	&mc_check_compare,
	&mc_check_dnssec,
	&mc_check_mx,
	&mc_check_spf,
	&mc_check_dkim,
	&mc_check_dmarc,
	&mc_check_mta_sts,
	&mc_check_tls_rpt,
	&mc_check_dane,
	&mc_check_bimi,
	&mc_check_caa,
	&mc_check_srv,
	&mc_check_autoconfig,
	&mc_check_ptr,
	&mc_check_smtp,
	&mc_check_tls,
	&mc_check_spf_client,
	&mc_check_dnsbl,
	NULL,
};
