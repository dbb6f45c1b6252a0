/*
 * srv: where mail clients find the servers of a domain (RFC 6186; implicit TLS: RFC 8314, 5.1).
 * What is not published is no fault: clients have other ways.
 */
#include <string.h>

#include "check/exists.h"
#include "check/host.h"
#include "check/registry.h"

#define RECORD_LIMIT 8 /* most records of one service looked at */

enum state { UNKNOWN, ABSENT, NOT_OFFERED, OFFERED };

struct service {
	const char *owner; /* label of the record */
	bool implicit;     /* TLS from the first octet */
	size_t sibling;    /* the same protocol, the other way to TLS */
	uint16_t port;     /* where it is spoken, if the record says nothing better */
};

#define SERVICES 6

static const struct service services[SERVICES] = {
	{"_submission._tcp", false, 1, 587},
	{"_submissions._tcp", true, 0, 465},
	{"_imap._tcp", false, 3, 143},
	{"_imaps._tcp", true, 2, 993},
	{"_pop3._tcp", false, 5, 110},
	{"_pop3s._tcp", true, 4, 995},
};

/* What else is spoken at a port that mail programs know. */
static const struct {
	uint16_t port;
	const char *use;
} ports[] = {
	{25, "mail between servers"},
	{110, "POP3 that begins without TLS"},
	{143, "IMAP that begins without TLS"},
	{465, "submission with TLS from the start"},
	{587, "submission that begins without TLS"},
	{993, "IMAP with TLS from the start"},
	{995, "POP3 with TLS from the start"},
	{4190, "ManageSieve"},
};

struct answer {
	const struct mc_dns *dns;
	enum state state;
	struct mc_srv *records;
	size_t count;
};

static bool
is_root(const struct mc_srv *record)
{
	return strcmp(record->target, ".") == 0;
}

static void
read_answer(struct mc_run *run, struct answer *answer, const struct mc_dns *dns)
{
	size_t room = dns->count < RECORD_LIMIT ? dns->count : RECORD_LIMIT;

	answer->dns = dns;
	answer->state = ABSENT;
	if (dns->fact.status != MC_FACT_OK || dns->dnssec == MC_DNSSEC_BOGUS) {
		answer->state = UNKNOWN;
		return;
	}
	answer->records = mc_arena_calloc(run->arena, room, sizeof(*answer->records));
	if (answer->records == NULL)
		return;
	for (size_t i = 0; i < dns->count && answer->count < room; i++)
		if (mc_rr_srv(&dns->rrs[i], &answer->records[answer->count]))
			answer->count++;
	for (size_t i = 0; i < answer->count; i++)
		answer->state = !is_root(&answer->records[i]) ? OFFERED
				: answer->state == OFFERED    ? OFFERED
							      : NOT_OFFERED;
}

/* --- told --- */

static json_t *
record_json(const struct mc_srv *record)
{
	return json_pack("{s:i, s:i, s:i, s:s}", "priority", record->priority, "weight",
		record->weight, "port", record->port, "target", record->target);
}

static json_t *
answers_json(const struct answer *answers)
{
	static const char *const words[] = {"unknown", "absent", "not-offered", "offered"};
	json_t *array = json_array();

	for (size_t i = 0; i < SERVICES; i++) {
		json_t *records = json_array();
		for (size_t j = 0; j < answers[i].count; j++)
			json_array_append_new(records, record_json(&answers[i].records[j]));
		json_array_append_new(
			array, json_pack("{s:s, s:s, s:o}", "name", answers[i].dns->name, "state",
				       words[answers[i].state], "records", records));
	}
	return array;
}

static void
find_lookup_failed(struct mc_run *run, const char *name, const struct mc_fact *fact)
{
	(void)mc_undetermined(run, "srv.lookup-failed", fact);
	mc_about(run, name);
}

/* --- judged --- */

static const char *
record_text(struct mc_run *run, const struct answer *answer, const struct mc_srv *record)
{
	return mc_arena_printf(run->arena, "%s SRV %u %u %u %s", answer->dns->name,
		record->priority, record->weight, record->port, record->target);
}

/* NULL: it may be the service's, as any port may that is nobody's. */
static const char *
wrong_port(struct mc_run *run, const struct service *service, uint16_t port)
{
	if (port == 0)
		return "port 0 is none";
	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++)
		if (ports[i].port == port && port != service->port)
			return mc_arena_printf(run->arena, "port %u is for %s", port, ports[i].use);
	return NULL;
}

static void
judge_port(struct mc_run *run, const struct service *service, const struct answer *answer,
	const struct mc_srv *record)
{
	const char *why = wrong_port(run, service, record->port);

	if (why == NULL)
		return;
	mc_find(run, "srv.wrong-port", "%s: %s", record_text(run, answer, record), why);
	mc_about(run, answer->dns->name);
}

static enum mc_step
judge_target(struct mc_run *run, const struct answer *answer, const struct mc_srv *record)
{
	const char *target = mc_arena_strdup(run->arena, record->target);
	const char *meant = mc_host_undoubled(run, target, run->domain);
	struct mc_address literal;
	struct mc_host host;

	if (mc_address_parse(target, &literal)) {
		mc_find(run, "srv.target-missing", "%s: %s is an address, no name of a host",
			record_text(run, answer, record), target);
		mc_about(run, answer->dns->name);
		return MC_DONE;
	}
	if (mc_host_resolve(run, target, &host) == MC_WAIT)
		return MC_WAIT;
	if (host.alias != NULL) {
		mc_find(run, "srv.target-alias", "%s: %s", record_text(run, answer, record),
			mc_host_chain(run, host.alias));
		mc_about(run, answer->dns->name);
	}
	if (host.count > 0 || host.other_family)
		return MC_DONE;
	if (host.failed != NULL) {
		find_lookup_failed(run, target, host.failed);
	} else {
		mc_find(run, "srv.target-missing", "%s: %s %s", record_text(run, answer, record),
			target,
			host.bogus != NULL ? "fails DNSSEC validation"
			: host.nxdomain    ? "does not exist"
					   : "has no address");
		mc_about(run, answer->dns->name);
		if (meant != NULL)
			mc_fix(run,
				"The domain stands twice in the target: end it with a dot in the "
				"zone file, or leave the domain out of it in the web form: %s.",
				meant);
	}
	return MC_DONE;
}

static enum mc_step
judge_records(struct mc_run *run, const struct service *service, const struct answer *answer)
{
	enum mc_step step = MC_DONE;

	for (size_t i = 0; i < answer->count; i++) {
		const struct mc_srv *record = &answer->records[i];
		if (is_root(record) && answer->count > 1) {
			mc_find(run, "srv.null-with-others", "%s",
				record_text(run, answer, record));
			mc_about(run, answer->dns->name);
		}
		if (is_root(record))
			continue;
		judge_port(run, service, answer, record);
		if (judge_target(run, answer, record) == MC_WAIT)
			step = MC_WAIT;
	}
	return step;
}

static enum mc_step
judge(struct mc_run *run, const struct answer *answers, size_t i)
{
	const struct service *service = &services[i];
	const struct answer *answer = &answers[i];

	if (answer->dns->fact.status != MC_FACT_OK) {
		find_lookup_failed(run, answer->dns->name, &answer->dns->fact);
		return MC_DONE;
	}
	if (answer->state == UNKNOWN) {
		mc_find(run, "srv.bogus", "%s", answer->dns->why_bogus);
		mc_about(run, answer->dns->name);
		return MC_DONE;
	}
	if (!service->implicit && answer->state == OFFERED &&
		(answers[service->sibling].state == ABSENT ||
			answers[service->sibling].state == NOT_OFFERED)) {
		mc_find(run, "srv.no-implicit-tls", "%s is there, %s is not", answer->dns->name,
			services[service->sibling].owner);
		mc_about(run, answer->dns->name);
	}
	return judge_records(run, service, answer);
}

static bool
none_there(const struct answer *answers)
{
	for (size_t i = 0; i < SERVICES; i++)
		if (answers[i].state != ABSENT)
			return false;
	return true;
}

static enum mc_step
check_domain(struct mc_run *run)
{
	struct answer *answers = mc_arena_calloc(run->arena, SERVICES, sizeof(*answers));
	enum mc_step step = MC_DONE;
	bool skipped = false;

	for (size_t i = 0; answers != NULL && i < SERVICES; i++) {
		const struct mc_dns *dns =
			mc_ask_dns(run, services[i].owner, run->domain, MC_RR_SRV);
		if (dns == NULL)
			step = MC_WAIT;
		else
			read_answer(run, &answers[i], dns);
	}
	if (answers == NULL || step == MC_WAIT)
		return MC_WAIT;
	json_object_set_new(run->values, "services", answers_json(answers));
	if (none_there(answers) && mc_exists_skipped(run, answers[0].dns, &skipped) == MC_WAIT)
		return MC_WAIT;
	if (skipped)
		return MC_DONE;
	for (size_t i = 0; i < SERVICES; i++)
		if (judge(run, answers, i) == MC_WAIT)
			step = MC_WAIT;
	return step;
}

const struct mc_check mc_check_srv = {
	.name = "srv",
	.targets = MC_TARGET_DOMAIN,
	.records_only = true,
	.target = check_domain,
};
