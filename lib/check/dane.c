/*
 * dane: the TLSA records of each MX host, as a sender with DANE comes by them (RFC 7672, 2.2):
 * they count where the addresses and the records themselves are secure. Then each address has to
 * give TLS. Whether they fit the certificate is told where the certificate is seen.
 */
#include <string.h>
#include <strings.h>

#include "check/host.h"
#include "check/pkix.h"
#include "check/registry.h"
#include "record/tlsa.h"

#define TLSA_LIMIT 16 /* most records of a host looked at */

enum state {
	NONE,     /* no TLSA records: opportunistic TLS */
	USABLE,   /* TLS is required, and authenticated */
	UNUSABLE, /* secure, but none can be used: TLS is required, not authenticated */
	INSECURE, /* there are some, but nobody may rely on them */
	BOGUS,    /* senders put the mail off */
	FAILED,   /* so they do */
	UNKNOWN,  /* the resolver does not validate */
};

struct host {
	const struct mc_dns *mx;
	struct mc_host addresses;
	enum mc_dnssec secure; /* of the addresses */
	/* That makes the host an alias, where the addresses are insecure; else NULL. */
	const struct mc_dns *cname;
	const struct mc_dns *tlsa;
	struct mc_tlsa records[TLSA_LIMIT];
	const struct mc_rr *rrs[TLSA_LIMIT];
	size_t count, usable;
	enum state state;
};

/* The worse of two: bogus, unknown, insecure, secure. */
static enum mc_dnssec
worse(enum mc_dnssec a, enum mc_dnssec b)
{
	static const enum mc_dnssec order[] = {
		MC_DNSSEC_BOGUS, MC_DNSSEC_UNKNOWN, MC_DNSSEC_INSECURE};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return MC_DNSSEC_SECURE;
}

static const char *
dnssec_word(enum mc_dnssec dnssec)
{
	static const char *const words[] = {"unknown", "insecure", "secure", "bogus"};

	return words[dnssec];
}

/* RFC 7672, 2.2.3: of a secure alias the name it leads to comes first, then the name itself. */
static const struct mc_dns *
ask_tlsa(struct mc_run *run, const struct host *host)
{
	const char *name = run->subject->host;
	const struct mc_dns *first = mc_ask_dns(run, "_25._tcp", name, MC_RR_TLSA);
	const struct mc_dns *alias = host->addresses.alias, *end;

	if (alias == NULL || host->secure != MC_DNSSEC_SECURE)
		return first;
	end = mc_ask_dns(run, "_25._tcp", alias->canonical, MC_RR_TLSA);
	if (end == NULL)
		return NULL;
	if (end->fact.status != MC_FACT_OK || end->dnssec == MC_DNSSEC_BOGUS ||
		(end->dnssec == MC_DNSSEC_SECURE && end->count > 0))
		return end;
	return first;
}

static void
judge_addresses(struct host *host)
{
	host->secure = MC_DNSSEC_SECURE;
	for (size_t i = 0; i < 2; i++) {
		const struct mc_dns *dns = host->addresses.answers[i];
		if (dns != NULL && dns->fact.status == MC_FACT_OK)
			host->secure = worse(host->secure, dns->dnssec);
	}
}

static enum mc_step
gather(struct mc_run *run, struct host *host)
{
	host->mx = mc_ask_dns(run, NULL, run->domain, MC_RR_MX);
	if (mc_host_resolve(run, run->subject->host, &host->addresses) == MC_WAIT) {
		mc_ask_dns(run, "_25._tcp", run->subject->host, MC_RR_TLSA);
		return MC_WAIT;
	}
	judge_addresses(host);
	host->tlsa = ask_tlsa(run, host);
	if (host->addresses.alias != NULL && host->secure == MC_DNSSEC_INSECURE) {
		host->cname = mc_ask_dns(run, NULL, run->subject->host, MC_RR_CNAME);
		if (host->cname == NULL)
			return MC_WAIT;
	}
	return host->mx == NULL || host->tlsa == NULL ? MC_WAIT : MC_DONE;
}

static void
read_records(struct mc_run *run, struct host *host, struct mc_problems *problems)
{
	static const char *const kept[] = {"dane.full-data", NULL};

	for (size_t i = 0; i < host->tlsa->count && host->count < TLSA_LIMIT; i++) {
		const struct mc_rr *rr = &host->tlsa->rrs[i];
		struct mc_tlsa *tlsa = &host->records[host->count];
		if (rr->rdlength < 3)
			continue;
		*tlsa = (struct mc_tlsa){.usage = rr->rdata[0],
			.selector = rr->rdata[1],
			.matching = rr->rdata[2],
			.data = rr->rdata + 3,
			.length = (size_t)rr->rdlength - 3};
		mc_problems_init(&problems[host->count], run->arena);
		mc_tlsa_judge(tlsa, &problems[host->count]);
		if (!tlsa->valid)
			mc_problems_offer(&problems[host->count],
				mc_tlsa_mend_fields(run->arena, tlsa), kept);
		host->rrs[host->count++] = rr;
		host->usable += tlsa->valid;
	}
}

/* RFC 7672, 2.2.2: a secure alias to insecure addresses has TLSA records under its own name. */
static enum mc_dnssec
secure_name(const struct host *host)
{
	return host->cname != NULL ? host->cname->dnssec : host->secure;
}

/* The lookup that comes to nothing, else that of the records. */
static const struct mc_dns *
decisive(const struct host *host)
{
	const struct mc_dns *cname = host->cname;

	return cname != NULL && (cname->fact.status != MC_FACT_OK ||
					cname->dnssec == MC_DNSSEC_BOGUS)
		       ? cname
		       : host->tlsa;
}

static enum state
state_of(const struct host *host)
{
	const struct mc_dns *tlsa = host->tlsa;
	enum mc_dnssec name = secure_name(host);

	if (host->cname != NULL && host->cname->fact.status != MC_FACT_OK)
		return FAILED;
	if (name == MC_DNSSEC_INSECURE)
		return tlsa->fact.status == MC_FACT_OK && tlsa->count > 0 ? INSECURE : NONE;
	if (tlsa->fact.status != MC_FACT_OK)
		return FAILED;
	if (name == MC_DNSSEC_BOGUS || tlsa->dnssec == MC_DNSSEC_BOGUS)
		return BOGUS;
	if (tlsa->count == 0)
		return NONE;
	if (name == MC_DNSSEC_UNKNOWN || tlsa->dnssec == MC_DNSSEC_UNKNOWN)
		return UNKNOWN;
	if (tlsa->dnssec != MC_DNSSEC_SECURE)
		return INSECURE;
	return host->usable > 0 ? USABLE : UNUSABLE;
}

static json_t *
word_json(const char *word)
{
	return word != NULL ? json_string(word) : json_null();
}

static json_t *
records_json(struct mc_run *run, const struct host *host)
{
	json_t *array = json_array();

	for (size_t i = 0; i < host->count; i++) {
		const struct mc_tlsa *tlsa = &host->records[i];
		json_t *object = json_object();
		json_object_set_new(object, "usage", json_integer(tlsa->usage));
		json_object_set_new(
			object, "usage_name", word_json(mc_tlsa_usage_name(tlsa->usage)));
		json_object_set_new(object, "selector", json_integer(tlsa->selector));
		json_object_set_new(object, "matching_type", json_integer(tlsa->matching));
		json_object_set_new(
			object, "record", json_string(mc_rr_rdata_text(run->arena, host->rrs[i])));
		json_object_set_new(object, "usable", json_boolean(tlsa->valid));
		json_array_append_new(array, object);
	}
	return array;
}

/* RFC 7671, 8.1: the next key beside the present one in the same form, or 8.4: a CA beside it. Two
 * digests of one key (3 1 1 and 3 1 2) are no such pair. */
static bool
is_pair(const struct mc_tlsa *a, const struct mc_tlsa *b)
{
	return a->valid && b->valid &&
	       (a->usage != b->usage || (a->selector == b->selector && a->matching == b->matching));
}

static bool
rolls_over(const struct host *host)
{
	for (size_t i = 0; i < host->count; i++)
		for (size_t j = 0; j < i; j++)
			if (is_pair(&host->records[i], &host->records[j]))
				return true;
	return false;
}

static void
put_host(struct mc_run *run, const struct host *host)
{
	static const char *const words[] = {
		"none", "usable", "unusable", "insecure", "bogus", "error", "unknown"};
	json_t *values = run->values;
	bool ok = host->tlsa->fact.status == MC_FACT_OK;

	json_object_set_new(values, "host", json_string(run->subject->host));
	json_object_set_new(values, "name", json_string(host->tlsa->name));
	json_object_set_new(values, "state", json_string(words[host->state]));
	json_object_set_new(values, "mx", json_string(dnssec_word(host->mx->dnssec)));
	json_object_set_new(values, "addresses", json_string(dnssec_word(host->secure)));
	json_object_set_new(
		values, "tlsa", json_string(ok ? dnssec_word(host->tlsa->dnssec) : "error"));
	json_object_set_new(values, "rollover", json_boolean(rolls_over(host)));
	json_object_set_new(values, "records", records_json(run, host));
}

/* What is wrong with single records; where others can be used, mail is not touched by it. */
static void
tell_problems(struct mc_run *run, const struct host *host, const struct mc_problems *problems)
{
	for (size_t i = 0; i < host->count; i++)
		for (const struct mc_problem *problem = problems[i].first; problem != NULL;
			problem = problem->next) {
			mc_find(run, problem->id, "%s", problem->evidence);
			mc_evidence(run, "%s TLSA %.200s", host->tlsa->name,
				mc_rr_rdata_text(run->arena, host->rrs[i]));
			if (problem->fix[0] != '\0')
				mc_fix(run, "%s", problem->fix);
			if (problem->corrected)
				mc_fix(run, "Publish instead: %s. TLSA %s", host->tlsa->name,
					problems[i].corrected);
			if (!host->records[i].valid && host->usable > 0)
				mc_severity(run, MC_NOTICE);
		}
}

static enum mc_step
judge(struct mc_run *run, const struct host *host, const struct mc_problems *problems)
{
	const struct mc_dns *tlsa = host->tlsa, *last = decisive(host);

	if (host->addresses.count == 0 && host->addresses.failed != NULL)
		return mc_skipped(run,
			"the host's addresses could not be looked up (mx.address-lookup-failed)");
	if (host->addresses.count == 0 && !host->addresses.other_family &&
		host->addresses.bogus == NULL && host->state != FAILED)
		return mc_skipped(run, "the host has no address (%s)",
			host->addresses.nxdomain ? "mx.target-nxdomain" : "mx.no-address");
	if (host->secure == MC_DNSSEC_BOGUS)
		return mc_skipped(
			run, "the host's addresses fail DNSSEC validation (mx.target-bogus)");
	switch (host->state) {
	case FAILED:
		return mc_undetermined(run, "dane.lookup-failed", &last->fact);
	case BOGUS:
		mc_find(run, "dane.bogus", "%s %s: %s", last->name, last == tlsa ? "TLSA" : "CNAME",
			last->why_bogus);
		break;
	case UNKNOWN:
		mc_inconclusive(run, "the resolver does not pass on DNSSEC signatures");
		break;
	case INSECURE:
		mc_find(run, "dane.insecure", "%s TLSA: %zu record%s; addresses: %s, TLSA: %s",
			tlsa->name, tlsa->count, tlsa->count == 1 ? "" : "s",
			dnssec_word(host->secure), dnssec_word(tlsa->dnssec));
		break;
	case USABLE:
	case UNUSABLE:
		tell_problems(run, host, problems);
		if (host->state == UNUSABLE)
			mc_find(run, "dane.unusable", "%s TLSA: none of %zu can be used",
				tlsa->name, tlsa->count);
		if (host->mx->dnssec == MC_DNSSEC_INSECURE)
			mc_find(run, "dane.mx-insecure", "%s MX is insecure, %s TLSA is secure",
				run->domain, tlsa->name);
		break;
	case NONE:
		break;
	}
	return MC_DONE;
}

static enum mc_step
check_host(struct mc_run *run)
{
	struct host *host = mc_arena_alloc(run->arena, sizeof(*host));
	struct mc_problems *problems =
		mc_arena_calloc(run->arena, TLSA_LIMIT, sizeof(struct mc_problems));
	struct mc_address literal;

	if (host == NULL || problems == NULL || mc_address_parse(run->subject->host, &literal))
		return mc_no_verdict(run);
	memset(host, 0, sizeof(*host));
	if (gather(run, host) == MC_WAIT)
		return MC_WAIT;
	if (host->tlsa->fact.status == MC_FACT_OK)
		read_records(run, host, problems);
	host->state = state_of(host);
	put_host(run, host);
	mc_outcome(run, (int)host->state + 1);
	return judge(run, host, problems);
}

/* RFC 7672, 3.1.1 and 3.1.2: dates and names of the certificate count where a CA is pinned, not
 * where its key is. */
static bool
pins_ca_alone(const struct host *host)
{
	for (size_t i = 0; i < host->count; i++)
		if (host->records[i].valid && host->records[i].usage != 2)
			return false;
	return host->usable > 0;
}

/* RFC 7672, 3.2.2: the domain's own name will do too; of an alias the name at its end. */
static const char *
certificate_problem(struct mc_run *run, const struct host *host, const struct mc_tls *tls)
{
	const char *problem = mc_pkix_date_problem(run, &tls->chain[0]);
	const struct mc_certificate *leaf = &tls->chain[0];

	if (problem != NULL || host->addresses.alias != NULL)
		return problem;
	for (size_t i = 0; i < leaf->name_count; i++)
		if (strcasecmp(leaf->names[i], run->domain) == 0 ||
			strncmp(leaf->names[i], "*.", 2) == 0)
			return NULL;
	return mc_pkix_name_problem(run, tls);
}

/* RFC 7672, 2.2: with TLSA records that are secure, usable or not, TLS is required. */
static void
judge_session(struct mc_run *run, const struct host *host, const struct mc_session *session)
{
	const char *id = "dane.no-tls", *problem = mc_pkix_no_tls(session);

	if (problem == NULL && session->tls != NULL && session->tls->result == MC_TLS_UP &&
		session->tls->chain_count > 0 && host->state == USABLE && pins_ca_alone(host)) {
		id = "dane.certificate";
		problem = certificate_problem(run, host, session->tls);
	}
	if (problem == NULL)
		return;
	mc_find(run, id, "%s", problem);
	mc_evidence(run, "%s TLSA %.200s", host->tlsa->name,
		mc_rr_rdata_text(run->arena, &host->tlsa->rrs[0]));
}

static enum mc_step
check_address(struct mc_run *run)
{
	const struct mc_session_fact *fact = mc_ask_session(run);
	struct host *host = mc_arena_alloc(run->arena, sizeof(*host));
	struct mc_problems *problems =
		mc_arena_calloc(run->arena, TLSA_LIMIT, sizeof(struct mc_problems));

	if (host == NULL || problems == NULL)
		return MC_WAIT;
	memset(host, 0, sizeof(*host));
	if (gather(run, host) == MC_WAIT || fact == NULL)
		return MC_WAIT;
	if (host->tlsa->fact.status == MC_FACT_OK)
		read_records(run, host, problems);
	host->state = state_of(host);
	if (fact->fact.status != MC_FACT_OK || (host->state != USABLE && host->state != UNUSABLE))
		return mc_no_verdict(run);
	judge_session(run, host, &fact->session);
	return MC_DONE;
}

/* Senders choose among the hosts; one without TLSA is where an attacker leads them. */
static void
conclude(struct mc_run *run, struct mc_instance **instances, size_t count)
{
	const char *without = "";
	bool any = false;

	for (size_t i = 0; i < count; i++) {
		any = any || instances[i]->outcome == USABLE + 1;
		if (instances[i]->outcome == NONE + 1)
			without = mc_arena_printf(
				run->arena, "%s %s", without, instances[i]->subject->host);
	}
	if (any && without[0] != '\0')
		mc_find(run, "dane.partial", "without TLSA records:%s", without);
}

const struct mc_check mc_check_dane = {
	.name = "dane",
	.targets = MC_TARGET_DOMAIN,
	.records_only = true,
	.joins = true,
	.host = check_host,
	.address = check_address,
	.array = "hosts",
	.conclude = conclude,
};
