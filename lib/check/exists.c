/* exists: NXDOMAIN. */
#include "check/exists.h"

bool
mc_exists_denied(const struct mc_dns *dns)
{
	return dns->fact.status == MC_FACT_OK && dns->dnssec != MC_DNSSEC_BOGUS && dns->nxdomain &&
	       dns->alias_count == 0;
}

enum mc_step
mc_exists_skipped(struct mc_run *run, const struct mc_dns *below, bool *ret_skipped)
{
	const struct mc_dns *mx;

	*ret_skipped = false;
	if (!mc_exists_denied(below))
		return MC_DONE;
	mx = mc_ask_dns(run, NULL, run->domain, MC_RR_MX);
	if (mx == NULL)
		return MC_WAIT;
	*ret_skipped = mc_exists_denied(mx);
	return *ret_skipped ? mc_exists_skip(run) : MC_DONE;
}

enum mc_step
mc_exists_skip(struct mc_run *run)
{
	if (mc_in_report(run, "mx"))
		return mc_skipped(run, "the domain does not exist (mx.nxdomain)");
	mc_find(run, "mx.nxdomain", "%s: NXDOMAIN", run->domain);
	return MC_DONE;
}
