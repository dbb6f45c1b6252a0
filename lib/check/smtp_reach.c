/* smtp_reach: connections that were not made, and whether that is the server's fault. */
#include <stdlib.h>
#include <string.h>

#include "check/host.h"
#include "check/smtp_judge.h"

static const struct reach {
	enum mc_failure failure;
	const char *id;
	enum mc_smtp_outcome outcome;
	bool aside; /* an address that could be judged decides */
} reaches[] = {
	{MC_FAIL_CONNECT_REFUSED, "smtp.refused", MC_SMTP_UNREACHED, false},
	{MC_FAIL_CONNECT_TIMEOUT, "smtp.timeout", MC_SMTP_TIMED_OUT, false},
	{MC_FAIL_CONNECT_RESET, "smtp.reset", MC_SMTP_UNREACHED, false},
	{MC_FAIL_NO_ROUTE, "smtp.no-route", MC_SMTP_UNREACHED, false},
	{MC_FAIL_NO_LOCAL_ROUTE, "smtp.no-local-route", MC_SMTP_NOT_TRIED, true},
	{MC_FAIL_NOT_CONTACTED, "smtp.not-contacted", MC_SMTP_NOT_TRIED, true},
	{MC_FAIL_DENIED, "smtp.denied", MC_SMTP_NOT_TRIED, false},
};

static const struct reach *
find_reach(enum mc_failure failure)
{
	for (size_t i = 0; i < sizeof(reaches) / sizeof(reaches[0]); i++)
		if (reaches[i].failure == failure)
			return &reaches[i];
	return NULL;
}

/* The first address of the control host that can be had; false while it is being looked up. */
static bool
control_address(struct mc_run *run, const char *name, struct mc_address *ret_address)
{
	struct mc_host host;

	if (mc_address_parse(name, ret_address))
		return true;
	if (mc_host_resolve(run, name, &host) == MC_WAIT)
		return false;
	if (host.count > 0)
		*ret_address = host.addresses[0];
	return true;
}

/*
 * Nothing answered. When the user named a control host, it tells whether that port can be reached
 * from here.
 */
static enum mc_step
ask_control(struct mc_run *run, enum mc_smtp_outcome *outcome)
{
	const char *control = run->settings->control;
	const struct mc_session_fact *greeting;
	struct mc_address address = {0};
	const char *colon, *host;

	if (control == NULL)
		return MC_DONE;
	colon = strrchr(control, ':');
	if (strtoul(colon + 1, NULL, 10) != run->subject->port)
		return MC_DONE; /* another port proves nothing about this one */
	host = mc_arena_strndup(run->arena, control, (size_t)(colon - control));
	if (!control_address(run, host, &address))
		return MC_WAIT;
	if (address.family == 0)
		return MC_DONE;
	greeting = mc_ask_greeting(run, host, &address, (uint16_t)strtoul(colon + 1, NULL, 10));
	if (greeting == NULL)
		return MC_WAIT;
	if (greeting->fact.status == MC_FACT_OK)
		*outcome = MC_SMTP_TIMED_OUT_ALONE;
	return MC_DONE;
}

enum mc_step
mc_smtp_unreached(struct mc_run *run, const struct mc_fact *fact)
{
	const struct reach *reach = find_reach(fact->failure);
	enum mc_smtp_outcome outcome = reach != NULL ? reach->outcome : MC_SMTP_NOT_TRIED;

	if (outcome == MC_SMTP_TIMED_OUT && ask_control(run, &outcome) == MC_WAIT)
		return MC_WAIT;
	mc_outcome(run, (int)outcome);
	json_object_set_new(run->values, "failure", json_string(mc_failure_name(fact->failure)));
	if (reach != NULL)
		mc_find(run, reach->id, "%s", fact->text);
	if (mc_failure_ours(fact->failure))
		mc_inconclusive(run, "%s", fact->text);
	if (reach != NULL && reach->aside)
		mc_set_aside(run);
	return MC_DONE;
}

static void
weaken(struct mc_instance *instance, enum mc_severity severity)
{
	for (struct mc_finding *finding = instance->findings; finding != NULL;
		finding = finding->next)
		if (finding->severity > severity)
			finding->severity = severity;
}

static bool
unreached(const struct mc_instance *instance)
{
	return instance->outcome == MC_SMTP_UNREACHED || instance->outcome == MC_SMTP_TIMED_OUT ||
	       instance->outcome == MC_SMTP_TIMED_OUT_ALONE;
}

/* Another address of the same host answers: senders get through by it, after a delay at worst. */
static bool
host_answers(struct mc_instance **instances, size_t count, const struct mc_instance *instance)
{
	for (size_t i = 0; i < count; i++)
		if (instances[i]->outcome == MC_SMTP_TALKED &&
			strcmp(instances[i]->subject->host, instance->subject->host) == 0)
			return true;
	return false;
}

static size_t
count_outcome(struct mc_instance **instances, size_t count, enum mc_smtp_outcome outcome)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		found += instances[i]->outcome == (int)outcome;
	return found;
}

/*
 * Where no connection to port 25 was made at all and those tried met silence, the network here
 * may be what blocks the port, as many access networks do.
 */
static void
judge_vantage(struct mc_run *run, struct mc_instance **instances, size_t count)
{
	size_t silent = count_outcome(instances, count, MC_SMTP_TIMED_OUT);

	if (run->port != 25 || silent == 0 || count_outcome(instances, count, MC_SMTP_TALKED) > 0 ||
		count_outcome(instances, count, MC_SMTP_UNREACHED) > 0 ||
		count_outcome(instances, count, MC_SMTP_TIMED_OUT_ALONE) > 0)
		return;
	for (size_t i = 0; i < count; i++)
		if (instances[i]->outcome == MC_SMTP_TIMED_OUT) {
			weaken(instances[i], MC_INFO);
			instances[i]->reason = "no connection to port 25 was answered, and nothing "
					       "shows that port 25 can be reached from here";
		}
	mc_find(run, "smtp.vantage", "addresses that did not answer: %zu; control: %s", silent,
		run->settings->control != NULL ? run->settings->control : "none given");
}

void
mc_smtp_conclude_reach(struct mc_run *run, struct mc_instance **instances, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (unreached(instances[i]) && host_answers(instances, count, instances[i]))
			weaken(instances[i], MC_WARNING);
	judge_vantage(run, instances, count);
}
