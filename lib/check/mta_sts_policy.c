/* mta_sts_policy: how the policy was come by, and what it says (RFC 8461, 3.2 and 3.3). */
#include <string.h>
#include <strings.h>

#include "base/escape.h"
#include "check/mta_sts.h"
#include "check/pkix.h"
#include "check/record_type.h"
#include "tls/tls.h"

static const char *const failures[MC_FETCH_STATES] = {
	[MC_FETCH_UNKNOWN] = "mta-sts.policy-unknown",
	[MC_FETCH_SPECIAL] = "mta-sts.policy-host-special",
	[MC_FETCH_UNREACHED] = "mta-sts.policy-unreachable",
	[MC_FETCH_TLS] = "mta-sts.policy-tls",
	[MC_FETCH_CERTIFICATE] = "mta-sts.policy-certificate",
	[MC_FETCH_REDIRECT] = "mta-sts.policy-redirect",
	[MC_FETCH_STATUS] = "mta-sts.policy-status",
	[MC_FETCH_LARGE] = "mta-sts.policy-large",
	[MC_FETCH_PROTOCOL] = "mta-sts.policy-http",
};

/* The host has no address that could be asked. */
static void
without_address(struct mc_run *run, const struct mc_sts *sts)
{
	const struct mc_host *host = &sts->fetch.host;

	if (host->failed != NULL) {
		(void)mc_undetermined(run, "mta-sts.lookup-failed", host->failed);
		mc_about(run, sts->policy_name);
	} else if (host->bogus != NULL) {
		mc_find(run, "mta-sts.policy-host-bogus", "%s", host->bogus->why_bogus);
		mc_about(run, sts->policy_name);
	} else if (!mc_host_left_aside(run, host, sts->policy_name)) {
		mc_find(run, "mta-sts.no-policy-host", "%s %s", sts->policy_name,
			host->nxdomain ? "does not exist" : "has no address");
		mc_about(run, sts->policy_name);
	}
}

static void
without_policy(struct mc_run *run, const struct mc_sts *sts)
{
	const struct mc_fetched *item = sts->fetch.bad;
	enum mc_fetch_state state = item != NULL ? item->state : MC_FETCH_UNKNOWN;
	char address[MC_ADDRESS_SIZE];

	mc_find(run, failures[state], "%s", "");
	mc_fetch_evidence(run, &sts->fetch, state);
	mc_about(run, sts->url);
	if (state != MC_FETCH_UNKNOWN)
		return;
	/* Ends as the first evidence does, by which the report knows the root cause. */
	mc_address_format(address, &sts->fetch.items[0].address);
	mc_inconclusive(
		run, "the policy could not be fetched: %s: %s", address, sts->fetch.items[0].text);
}

/* One address that works is what a sender may happen to ask, or not. */
static void
judge_addresses(struct mc_run *run, const struct mc_sts *sts)
{
	const struct mc_http *good = &sts->fetch.good->https->http;
	bool differs = false;

	if (sts->fetch.bad != NULL) {
		mc_find(run, "mta-sts.policy-address", "%s", "");
		for (int state = MC_FETCH_SPECIAL; state < MC_FETCH_STATES; state++)
			mc_fetch_evidence(run, &sts->fetch, (enum mc_fetch_state)state);
		mc_about(run, sts->url);
	}
	for (size_t i = 0; i < sts->fetch.count; i++) {
		const struct mc_http *http = &sts->fetch.items[i].https->http;
		differs = differs ||
			  (sts->fetch.items[i].state == MC_FETCH_GOOD &&
				  (http->body_length != good->body_length ||
					  memcmp(http->body, good->body, good->body_length) != 0));
	}
	if (!differs)
		return;
	mc_find(run, "mta-sts.policy-differs", "%zu addresses were asked", sts->fetch.count);
	mc_about(run, sts->url);
}

static void
judge_type(struct mc_run *run, const struct mc_sts *sts)
{
	const char *type = sts->fetch.good->https->http.content_type;
	size_t length = strcspn(type, "; \t");

	if (length == 10 && strncasecmp(type, "text/plain", length) == 0)
		return;
	mc_find(run, "mta-sts.policy-type", "Content-Type: %s",
		type[0] != '\0' ? mc_escape(run->arena, type, strlen(type)) : "(none)");
	mc_about(run, sts->url);
}

static void
judge_expiry(struct mc_run *run, const struct mc_sts *sts)
{
	const struct mc_certificate *leaf = &sts->fetch.good->https->http.tls->chain[0];
	enum mc_severity severity = mc_pkix_expiry(run, leaf);

	if (severity == MC_INFO)
		return;
	mc_find(run, "mta-sts.policy-expires-soon", "%lld days left",
		(long long)mc_pkix_days_left(run, leaf));
	mc_severity(run, severity);
	mc_about(run, sts->policy_name);
}

void
mc_sts_judge_policy(struct mc_run *run, const struct mc_sts *sts)
{
	if (sts->fetch.count == 0) {
		without_address(run, sts);
		return;
	}
	if (sts->fetch.good == NULL) {
		without_policy(run, sts);
		return;
	}
	judge_addresses(run, sts);
	judge_type(run, sts);
	judge_expiry(run, sts);
	mc_record_find(run, &sts->policy_problems, sts->url);
}
