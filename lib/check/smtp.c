/* smtp: can mail be handed over to this address, and in what manner (RFC 5321)? */
#include "check/host.h"
#include "check/registry.h"
#include "check/smtp_judge.h"

static enum mc_step
check_address(struct mc_run *run)
{
	const struct mc_session_fact *fact = mc_ask_session(run);
	const struct mc_session *session;

	if (fact == NULL)
		return MC_WAIT;
	mc_smtp_put_endpoint(run);
	if (fact->fact.status != MC_FACT_OK)
		return mc_smtp_unreached(run, &fact->fact);
	session = &fact->session;
	mc_outcome(run, MC_SMTP_TALKED);
	mc_smtp_put_session(run, fact);
	mc_smtp_judge_starttls(run, session);
	mc_smtp_judge_end(run, session);
	mc_smtp_judge_conduct(run, session);
	mc_smtp_judge_capabilities(run, session);
	mc_smtp_judge_envelope(run, session);
	return MC_DONE;
}

/* A host the user named: its addresses are this check's business. */
static enum mc_step
check_host(struct mc_run *run)
{
	const struct mc_subject *subject = run->subject;
	const struct mc_address *elsewhere;
	struct mc_host host;

	if (run->kind != MC_TARGET_HOST)
		return mc_no_verdict(run);
	if (subject->literal) {
		mc_spawn_address(run, &subject->address, run->port, 0);
		return mc_no_verdict(run);
	}
	if (mc_host_resolve(run, subject->host, &host) == MC_WAIT)
		return MC_WAIT;
	elsewhere = mc_connect_to_address(run, subject->host);
	if (host.count == 0 && elsewhere != NULL) { /* the user said where it is */
		mc_spawn_address(run, elsewhere, run->port, 0);
		return mc_no_verdict(run);
	}
	mc_host_spawn(run, &host);
	if (host.failed != NULL)
		return mc_undetermined(run, "smtp.host-lookup-failed", host.failed);
	if (mc_host_left_aside(run, &host, subject->host))
		return MC_DONE;
	if (host.bogus != NULL)
		mc_find(run, "smtp.host-bogus", "%s", host.bogus->why_bogus);
	else if (host.count == 0)
		mc_find(run, "smtp.host-not-found", "%s: %s", subject->host,
			host.nxdomain ? "NXDOMAIN" : "no address");
	else
		return mc_no_verdict(run);
	return MC_DONE;
}

static bool
failed(const struct mc_instance *instance)
{
	return instance->verdict == MC_VERDICT_ERROR;
}

static void
conclude(struct mc_run *run, struct mc_instance **instances, size_t count)
{
	size_t addresses = 0, errors = 0;

	mc_smtp_conclude_reach(run, instances, count);
	for (size_t i = 0; i < count; i++) {
		bool address = instances[i]->subject->kind == MC_SUBJECT_ADDRESS;
		addresses += address;
		errors += address && instances[i]->outcome != MC_SMTP_TALKED &&
			  failed(instances[i]) && instances[i]->reason == NULL;
	}
	if (run->kind == MC_TARGET_DOMAIN && addresses > 1 && errors == addresses)
		mc_find(run, "smtp.none-works", "none of %zu addresses can be reached", addresses);
}

const struct mc_check mc_check_smtp = {
	.name = "smtp",
	.targets = MC_TARGET_DOMAIN | MC_TARGET_HOST,
	.spawns = true,
	.host = check_host,
	.address = check_address,
	.array = "endpoints",
	.conclude = conclude,
};
