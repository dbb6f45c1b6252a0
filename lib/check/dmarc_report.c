/* dmarc_report: whether the destinations of reports take them (RFC 9990, 4). */
#include <string.h>

#include "check/dmarc_walk.h"

static void
unknown(struct mc_run *run, const struct mc_report_uri *uri, const struct mc_fact *failed)
{
	mc_find(run, "dmarc.report-lookup-failed", "%s: %s", uri->text, failed->text);
	mc_inconclusive(run, "%s: %s", uri->text, failed->text);
}

/* RFC 9990, 4: of the organization whose record it is, which may be a public suffix. */
static bool
is_own(struct mc_run *run, const struct mc_dmarc_walk *walk, const char *destination)
{
	const char *record = walk->record->name;
	const char *own = walk->organizational != NULL ? walk->organizational : record;

	if (!mc_name_within(record, own))
		return strcmp(destination, record) == 0;
	return mc_name_within(destination, own) ||
	       strcmp(mc_dmarc_old_organizational(run, destination),
		       mc_dmarc_old_organizational(run, own)) == 0;
}

static bool
says_yes(struct mc_run *run, const struct mc_dns *dns)
{
	struct mc_txts txts;

	mc_txt_sort(run, dns, mc_dmarc_is_record, &txts);
	return txts.count > 0;
}

static enum mc_step
judge_authorisation(struct mc_run *run, const char *record_domain, const struct mc_report_uri *uri)
{
	const char *prefix = mc_arena_printf(run->arena, "%s._report._dmarc", record_domain);
	const struct mc_dns *dns = mc_ask_dns(run, prefix, uri->domain, MC_RR_TXT);

	if (dns == NULL)
		return MC_WAIT;
	if (dns->fact.status != MC_FACT_OK) {
		unknown(run, uri, &dns->fact);
	} else if (!says_yes(run, dns)) {
		mc_find(run, "dmarc.report-unauthorised", "%s: no DMARC record at %s.%s", uri->text,
			prefix, uri->domain);
		mc_fix(run,
			"Have the holder of %s publish: %s.%s. TXT \"v=DMARC1\" - or send the "
			"reports to an address of %s.",
			uri->domain, prefix, uri->domain, record_domain);
	}
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
		unknown(run, uri, failed);
		break;
	case MC_TAKING_MAIL:
		break;
	}
	return MC_DONE;
}

static bool
seen_before(const struct mc_report_uris *uris, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (strcmp(uris->uris[j].domain, uris->uris[i].domain) == 0)
			return true;
	return false;
}

static enum mc_step
judge_list(struct mc_run *run, const struct mc_dmarc_walk *walk, const struct mc_report_uris *uris)
{
	enum mc_step step = MC_DONE;

	for (size_t i = 0; i < uris->count; i++) {
		const struct mc_report_uri *uri = &uris->uris[i];
		if (uri->wrong != NULL || !uri->mailto || seen_before(uris, i))
			continue;
		if (judge_mailbox(run, uri) == MC_WAIT)
			step = MC_WAIT;
		if (!is_own(run, walk, uri->domain) &&
			judge_authorisation(run, walk->record->name, uri) == MC_WAIT)
			step = MC_WAIT;
	}
	return step;
}

enum mc_step
mc_dmarc_judge_reports(struct mc_run *run, const struct mc_dmarc_walk *walk)
{
	enum mc_step rua = judge_list(run, walk, &walk->record->dmarc.rua);
	enum mc_step ruf = judge_list(run, walk, &walk->record->dmarc.ruf);

	return rua == MC_WAIT ? MC_WAIT : ruf;
}
