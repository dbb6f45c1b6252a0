/* ns_compare: the same question to every server; the answers ought to be the same. */
#include <string.h>

#include "check/ns.h"
#include "check/rrset.h"
#include "record/dnssec.h"

#define SHOWN 400 /* most octets of one server's answer that are shown */

static const char nxdomain[] = "NXDOMAIN", no_record[] = "no record";

/* Of an alias, the alias only: how far a server follows it is its own affair. */
static const char *
content(struct mc_run *run, const struct mc_dns *dns, bool spf_only)
{
	const char *all;

	if (dns->alias_count > 0)
		return mc_arena_printf(
			run->arena, "CNAME %s", mc_rr_rdata_text(run->arena, &dns->aliases[0]));
	all = mc_rrset_text(run, dns, spf_only);
	return all[0] != '\0' ? all : dns->nxdomain ? nxdomain : no_record;
}

/* Whoever looks for a TXT record finds none either way: servers of several makers say it so or so
 * (RFC 9824). Of the domain itself it is not the same: without MX its addresses count. */
static bool
is_same(const char *a, const char *b, size_t question)
{
	bool absent_a = a == nxdomain || a == no_record;
	bool absent_b = b == nxdomain || b == no_record;

	return strcmp(a, b) == 0 || (absent_a && absent_b && question != MC_NS_MX);
}

/* An answer that counts: of a server that serves the zone, and with authority. */
static const struct mc_dns *
usable(const struct mc_ns_endpoint *endpoint, size_t question)
{
	const struct mc_dns *dns = endpoint->answers[question];

	return endpoint->state == MC_NS_AUTHORITATIVE && dns != NULL &&
			       dns->fact.status == MC_FACT_OK && dns->authoritative
		       ? dns
		       : NULL;
}

/* Two answers that differ come first: a report may leave out what is behind them. */
static void
tell_difference(struct mc_run *run, const struct mc_ns *ns,
	const char *const contents[MC_NS_ENDPOINTS], size_t question, const char *id,
	const char *what)
{
	size_t first = MC_NS_ENDPOINTS, other = MC_NS_ENDPOINTS;

	for (size_t i = 0; i < ns->endpoint_count && other == MC_NS_ENDPOINTS; i++) {
		if (contents[i] == NULL)
			continue;
		if (first == MC_NS_ENDPOINTS)
			first = i;
		else if (!is_same(contents[first], contents[i], question))
			other = i;
	}
	if (other == MC_NS_ENDPOINTS)
		return;
	mc_find(run, id, "%s: %s: %.*s", what, ns->endpoints[first].label, SHOWN, contents[first]);
	mc_evidence(run, "%s: %.*s", ns->endpoints[other].label, SHOWN, contents[other]);
	for (size_t i = 0; i < ns->endpoint_count; i++)
		if (contents[i] != NULL && i != first && i != other)
			mc_evidence(run, "%s: %.*s", ns->endpoints[i].label, SHOWN, contents[i]);
}

static void
compare(struct mc_run *run, const struct mc_ns *ns, size_t question, const char *id,
	const char *what)
{
	const char *contents[MC_NS_ENDPOINTS] = {NULL};

	for (size_t i = 0; i < ns->endpoint_count; i++) {
		const struct mc_dns *dns = usable(&ns->endpoints[i], question);
		if (dns != NULL)
			contents[i] = content(run, dns, question == MC_NS_SPF);
	}
	tell_difference(run, ns, contents, question, id, what);
}

static bool
serial(const struct mc_dns *dns, uint32_t *ret_serial)
{
	struct mc_soa soa;

	if (dns == NULL || dns->count == 0 || !mc_rr_soa(&dns->rrs[0], &soa))
		return false;
	*ret_serial = soa.serial;
	return true;
}

static void
compare_serials(struct mc_run *run, const struct mc_ns *ns)
{
	const char *contents[MC_NS_ENDPOINTS] = {NULL};
	uint32_t number;

	for (size_t i = 0; i < ns->endpoint_count; i++)
		if (serial(usable(&ns->endpoints[i], MC_NS_SOA), &number))
			contents[i] = mc_arena_printf(run->arena, "serial %u", number);
	tell_difference(run, ns, contents, MC_NS_SOA, "ns.serial-differs", "SOA");
}

/* --- a signed zone ought to be signed everywhere --- */

enum signing { UNSIGNED, OUTDATED, SIGNED };

static enum signing
signing_of(const struct mc_run *run, const struct mc_dns *dns)
{
	enum signing signing = UNSIGNED;
	struct mc_rrsig signature;

	for (size_t i = 0; i < dns->signature_count; i++) {
		if (!mc_rr_rrsig(&dns->signatures[i], run->now, &signature))
			continue;
		if (signature.expiration >= run->now)
			return SIGNED;
		signing = OUTDATED;
	}
	return signing;
}

static void
compare_signatures(struct mc_run *run, const struct mc_ns *ns)
{
	static const char *const words[] = {"not signed", "signatures expired", "signed"};
	const char *contents[MC_NS_ENDPOINTS] = {NULL};

	for (size_t i = 0; i < ns->endpoint_count; i++) {
		const struct mc_dns *dns = usable(&ns->endpoints[i], MC_NS_SOA);
		if (dns != NULL)
			contents[i] = words[signing_of(run, dns)];
	}
	tell_difference(run, ns, contents, MC_NS_SOA, "ns.signing-differs", "SOA");
}

/* RFC 1034, 3.6.2: where a CNAME is, nothing else may be. */
static void
judge_cname(struct mc_run *run, const struct mc_ns *ns, size_t cname, const size_t *others)
{
	for (size_t i = 0; i < ns->endpoint_count; i++) {
		const struct mc_dns *alias = usable(&ns->endpoints[i], cname);
		if (alias == NULL || alias->count == 0)
			continue;
		for (size_t j = 0; others[j] != MC_NS_QUESTIONS; j++) {
			const struct mc_dns *other = usable(&ns->endpoints[i], others[j]);
			if (other == NULL || other->count == 0 || other->alias_count > 0)
				continue;
			mc_find(run, "ns.cname-beside", "%s: %s CNAME %s", ns->endpoints[i].label,
				alias->name, mc_rr_rdata_text(run->arena, &alias->rrs[0]));
			mc_evidence(run, "%s: %s %.*s", ns->endpoints[i].label,
				others[j] == MC_NS_MX ? "MX" : "TXT", SHOWN,
				content(run, other, false));
			mc_about(run, alias->name);
			return;
		}
	}
}

#define TTL_LOW 30          /* s */
#define TTL_HIGH 604800     /* s: a week */
#define NEGATIVE_HIGH 86400 /* s: a day */

static void
judge_ttls(struct mc_run *run, const struct mc_ns *ns)
{
	static const struct {
		enum mc_ns_question question;
		const char *type;
	} rows[] = {{MC_NS_NS, "NS"}, {MC_NS_MX, "MX"}, {MC_NS_SPF, "TXT"}, {MC_NS_DMARC, "TXT"},
		{MC_NS_MTA_STS, "TXT"}, {MC_NS_TLS_RPT, "TXT"}, {MC_NS_DKIM, "TXT"}};

	for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++)
		for (size_t i = 0; i < ns->endpoint_count; i++) {
			const struct mc_dns *dns = usable(&ns->endpoints[i], rows[row].question);
			if (dns == NULL || dns->count == 0 ||
				(dns->ttl >= TTL_LOW && dns->ttl <= TTL_HIGH))
				continue;
			mc_find(run, dns->ttl < TTL_LOW ? "ns.ttl-low" : "ns.ttl-high",
				"%s %s: TTL %u s", dns->name, rows[row].type, dns->ttl);
			mc_about(run, dns->name);
			break;
		}
}

/* RFC 2308, 5: for how long it is believed that a record is not there. */
static void
judge_negative_ttl(struct mc_run *run, const struct mc_ns *ns)
{
	struct mc_soa soa;

	for (size_t i = 0; i < ns->endpoint_count; i++) {
		const struct mc_dns *dns = usable(&ns->endpoints[i], MC_NS_SOA);
		if (dns == NULL || dns->count == 0 || !mc_rr_soa(&dns->rrs[0], &soa) ||
			dns->ttl <= NEGATIVE_HIGH || soa.minimum <= NEGATIVE_HIGH)
			continue;
		mc_find(run, "ns.negative-ttl-high", "%s SOA: minimum %u s, TTL %u s", dns->name,
			soa.minimum, dns->ttl);
		mc_about(run, dns->name);
		return;
	}
}

/* --- what a server that serves the zone does not answer --- */

static bool
left_open(const struct mc_dns *dns)
{
	return dns != NULL && dns->fact.status != MC_FACT_OK && !mc_failure_ours(dns->fact.failure);
}

static void
judge_unanswered(struct mc_run *run, const struct mc_ns_endpoint *endpoint)
{
	bool any = false, refused = false;

	for (size_t i = 0; endpoint->state == MC_NS_AUTHORITATIVE && i < MC_NS_QUESTIONS; i++) {
		const struct mc_dns *dns = endpoint->answers[i];
		char type[10];
		const char *line;
		if (!left_open(dns))
			continue;
		line = mc_arena_printf(run->arena, "%s %s: %s", dns->name,
			mc_rr_type_name(dns->type, type), dns->fact.text);
		if (any)
			mc_evidence(run, "%s", line);
		else
			mc_find(run, "ns.unanswered", "%s", line);
		any = true;
		refused = refused || dns->fact.failure != MC_FAIL_TIMEOUT;
	}
	if (!any)
		return;
	mc_about(run, endpoint->label);
	if (refused)
		mc_severity(run, MC_WARNING);
}

static void
compare_keys(struct mc_run *run, const struct mc_ns *ns)
{
	for (size_t i = 0; i < MC_NS_SELECTORS && i < run->settings->dkim_selector_count; i++) {
		const size_t key[] = {MC_NS_DKIM + i, MC_NS_QUESTIONS};
		compare(run, ns, MC_NS_DKIM + i, "ns.dkim-differs",
			mc_arena_printf(
				run->arena, "%s._domainkey TXT", run->settings->dkim_selectors[i]));
		judge_cname(run, ns, MC_NS_DKIM_CNAME + i, key);
	}
}

void
mc_ns_compare(struct mc_run *run, const struct mc_ns *ns)
{
	static const size_t domain[] = {MC_NS_MX, MC_NS_SPF, MC_NS_QUESTIONS};
	static const size_t dmarc[] = {MC_NS_DMARC, MC_NS_QUESTIONS};

	compare(run, ns, MC_NS_MX, "ns.mx-differs", "MX");
	compare(run, ns, MC_NS_SPF, "ns.spf-differs", "SPF");
	compare(run, ns, MC_NS_DMARC, "ns.dmarc-differs", "_dmarc TXT");
	compare(run, ns, MC_NS_MTA_STS, "ns.mta-sts-differs", "_mta-sts TXT");
	compare(run, ns, MC_NS_TLS_RPT, "ns.tls-rpt-differs", "_smtp._tls TXT");
	compare_keys(run, ns);
	compare(run, ns, MC_NS_NS, "ns.ns-differs", "NS");
	compare_serials(run, ns);
	compare_signatures(run, ns);
	judge_cname(run, ns, MC_NS_CNAME, domain);
	judge_cname(run, ns, MC_NS_DMARC_CNAME, dmarc);
	judge_ttls(run, ns);
	judge_negative_ttl(run, ns);
	for (size_t i = 0; i < ns->endpoint_count; i++)
		judge_unanswered(run, &ns->endpoints[i]);
}
