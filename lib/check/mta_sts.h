/*
 * mta_sts: what senders that honour MTA-STS find out about a domain (RFC 8461). Shared by the
 * files of the mta-sts check.
 */
#ifndef MC_CHECK_MTA_STS_H
#define MC_CHECK_MTA_STS_H

#include "check/fetch.h"
#include "check/txt.h"
#include "record/mta_sts.h"

struct mc_sts {
	const struct mc_dns *dns; /* of the TXT record */
	struct mc_txts txts;      /* where that is OK */
	struct mc_mta_sts record; /* where there is just one */
	struct mc_problems record_problems;
	bool looked; /* for a policy: there is an announcement, or there may be one missing */
	struct mc_fetch fetch;
	struct mc_mta_sts_policy policy; /* where fetch.good */
	struct mc_problems policy_problems;
	const char *name;        /* _mta-sts.DOMAIN */
	const char *policy_name; /* mta-sts.DOMAIN */
	const char *url;
};

/* MC_WAIT until all is known. */
enum mc_step mc_sts_look(struct mc_run *run, struct mc_sts *ret_sts);
/* There is a policy that senders follow. */
bool mc_sts_in_force(const struct mc_sts *sts);

/* mta_sts_policy.c: the policy as it was fetched. */
void mc_sts_judge_policy(struct mc_run *run, const struct mc_sts *sts);
/* mta_sts_mx.c: the MX hosts by the policy. */
enum mc_step mc_sts_judge_hosts(struct mc_run *run, const struct mc_sts *sts);
enum mc_step mc_sts_check_address(struct mc_run *run);

#endif
