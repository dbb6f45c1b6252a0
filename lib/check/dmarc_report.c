/* dmarc_report: whether the destinations of reports take them (RFC 9990, 4). */
#include <string.h>

#include "check/dmarc_walk.h"

static void
unknown(struct mc_run *run, const struct mc_report_uri *uri, const char *why)
{
	mc_find(run, "dmarc.report-lookup-failed", "%s: %s", uri->text, why);
	mc_inconclusive(run, "%s: %s", uri->text, why);
}

/* RFC 9990, 4: of the organization whose record it is, which may be a public suffix. Where the walk
 * did not get to its end the list of public suffixes has to do. */
static bool
is_own(struct mc_run *run, const struct mc_dmarc_walk *walk, const char *destination)
{
	const char *record = walk->record->name, *own = walk->organizational;

	if (own == NULL)
		return mc_name_within(destination, record) ||
		       mc_dmarc_same_organization(run, destination, record);
	return mc_name_within(record, own) ? mc_name_within(destination, own)
					   : strcmp(destination, record) == 0;
}

static void
tell_old_receivers(struct mc_run *run, const struct mc_dmarc_walk *walk, const char *destination)
{
	if (!mc_dmarc_same_organization(run, destination, walk->record->name))
		return;
	mc_severity(run, MC_NOTICE);
	mc_evidence(run,
		"Receivers of RFC 7489 take %s and %s for one organization and send; those of RFC "
		"9989 do not.",
		destination, walk->record->name);
}

/* Another host than the one asked: neither of the two gets a report then. */
static const char *
leads_elsewhere(struct mc_run *run, const struct mc_txt *txt, const struct mc_report_uri *uri)
{
	struct mc_problems problems;
	struct mc_dmarc dmarc;

	mc_problems_init(&problems, run->arena);
	mc_dmarc_parse(txt->text, txt->length, &dmarc, &problems);
	for (size_t i = 0; i < dmarc.rua.count; i++) {
		const struct mc_report_uri *other = &dmarc.rua.uris[i];
		if (other->wrong == NULL && other->mailto &&
			strcmp(other->domain, uri->domain) != 0)
			return other->text;
	}
	return NULL;
}

/* Whether the domain does not exist, as was found out about its mailboxes. */
static bool
gone(struct mc_run *run, const struct mc_report_uri *uri)
{
	const struct mc_dns *mx = mc_ask_dns(run, NULL, uri->domain, MC_RR_MX);

	return mx != NULL && mx->fact.status == MC_FACT_OK && mx->nxdomain;
}

static void
judge_answer(struct mc_run *run, const struct mc_dmarc_walk *walk, const struct mc_report_uri *uri,
	const struct mc_dns *dns)
{
	const char *record = walk->record->name, *elsewhere = NULL;
	struct mc_txts txts;

	mc_txt_sort(run, dns, mc_dmarc_is_record, &txts);
	for (size_t i = 0; i < txts.count && elsewhere == NULL; i++)
		elsewhere = leads_elsewhere(run, &txts.records[i], uri);
	if (elsewhere != NULL) {
		mc_find(run, "dmarc.report-unauthorised",
			"%s: the record at %s sends them on to another host: %s", uri->text,
			dns->name, elsewhere);
		mc_fix(run, "Have the holder of %s remove rua from that record.", uri->domain);
	} else if (txts.count == 0) {
		mc_find(run, "dmarc.report-unauthorised", "%s: no DMARC record at %s", uri->text,
			dns->name);
		if (mc_found(run, "dmarc.report-undeliverable") && dns->nxdomain && gone(run, uri))
			mc_fix(run,
				"Correct the address: there is no %s that could agree. An address "
				"of "
				"%s itself needs nobody's leave.",
				uri->domain, record);
		else
			mc_fix(run,
				"Have the holder of %s publish: %s. TXT \"v=DMARC1\" - or send the "
				"reports to an address of %s.",
				uri->domain, dns->name, record);
		tell_old_receivers(run, walk, uri->domain);
	}
}

static enum mc_step
judge_authorisation(
	struct mc_run *run, const struct mc_dmarc_walk *walk, const struct mc_report_uri *uri)
{
	const char *prefix = mc_arena_printf(run->arena, "%s._report._dmarc", walk->record->name);
	char name[MC_NAME_TEXT_SIZE];
	const struct mc_dns *dns;

	if (!mc_name_join(prefix, uri->domain, name)) {
		mc_find(run, "dmarc.report-unauthorised",
			"%s: the name where it would say so is longer than 255 octets", uri->text);
		return MC_DONE;
	}
	dns = mc_ask_dns(run, prefix, uri->domain, MC_RR_TXT);
	if (dns == NULL)
		return MC_WAIT;
	if (dns->fact.status != MC_FACT_OK)
		unknown(run, uri, dns->fact.text);
	else if (dns->dnssec == MC_DNSSEC_BOGUS)
		unknown(run, uri, dns->why_bogus);
	else
		judge_answer(run, walk, uri, dns);
	return MC_DONE;
}

static enum mc_step
judge_mailbox(struct mc_run *run, const struct mc_report_uri *uri)
{
	const struct mc_fact *failed;
	const char *why;

	switch (mc_txt_takes_mail(run, uri->domain, &failed, &why)) {
	case MC_TAKING_WAIT:
		return MC_WAIT;
	case MC_TAKING_NONE:
		mc_find(run, "dmarc.report-undeliverable", "%s: %s %s", uri->text, uri->domain,
			why);
		break;
	case MC_TAKING_UNKNOWN:
		unknown(run, uri, failed->text);
		break;
	case MC_TAKING_MAIL:
		break;
	}
	return MC_DONE;
}

static bool
goes_to(const struct mc_report_uris *uris, size_t count, const char *domain)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(uris->uris[i].domain, domain) == 0)
			return true;
	return false;
}

/* `before`: what has been judged already; NULL: nothing. */
static enum mc_step
judge_list(struct mc_run *run, const struct mc_dmarc_walk *walk, const struct mc_report_uris *uris,
	const struct mc_report_uris *before)
{
	enum mc_step step = MC_DONE;

	for (size_t i = 0; i < uris->count; i++) {
		const struct mc_report_uri *uri = &uris->uris[i];
		if (uri->wrong != NULL || !uri->mailto || goes_to(uris, i, uri->domain) ||
			(before != NULL && goes_to(before, before->count, uri->domain)))
			continue;
		if (judge_mailbox(run, uri) == MC_WAIT)
			step = MC_WAIT;
		if (!is_own(run, walk, uri->domain) &&
			judge_authorisation(run, walk, uri) == MC_WAIT)
			step = MC_WAIT;
	}
	return step;
}

enum mc_step
mc_dmarc_judge_reports(struct mc_run *run, const struct mc_dmarc_walk *walk)
{
	const struct mc_dmarc *dmarc = &walk->record->dmarc;
	enum mc_step rua = judge_list(run, walk, &dmarc->rua, NULL);
	enum mc_step ruf = judge_list(run, walk, &dmarc->ruf, &dmarc->rua);

	return rua == MC_WAIT ? MC_WAIT : ruf;
}
