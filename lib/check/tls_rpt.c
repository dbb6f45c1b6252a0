/* tls-rpt: who wants reports about TLS (RFC 8460, 3). */
#include "check/exists.h"
#include "check/record_type.h"
#include "check/registry.h"
#include "check/rrset.h"
#include "check/txt.h"

static void
put(struct mc_run *run, const char *record, const struct mc_report_uris *rua)
{
	json_object_set_new(
		run->values, "record", record != NULL ? json_string(record) : json_null());
	mc_record_put_uris(run->values, "rua", run->arena, rua);
}

/* What would be a record but for its version; senders do not see it. */
static bool
tell_attempt(struct mc_run *run, const struct mc_txt *txt, const char *name)
{
	const char *better;

	if (!mc_tls_rpt_is_attempt(txt->text, txt->length))
		return false;
	mc_find(run, "tls-rpt.version", "%s", mc_txt_escaped(run, txt));
	mc_about(run, name);
	better = mc_tls_rpt_mend(run->arena, txt->text, txt->length);
	if (better != NULL)
		mc_fix(run, "Publish instead: %s", better);
	return true;
}

static enum mc_step
without_record(struct mc_run *run, const struct mc_txts *txts, const char *name)
{
	static const struct mc_txt_place place = {
		"_smtp._tls", mc_tls_rpt_is_record, "tls-rpt.wrong-name"};
	bool tried = mc_txt_find_dangling(run, txts->dns, "tls-rpt.dangling-alias"),
	     skipped = false;

	for (size_t i = 0; i < txts->other_count; i++)
		tried = tell_attempt(run, &txts->others[i], name) || tried;
	if (tried)
		return MC_DONE;
	if (mc_exists_skipped(run, txts->dns, &skipped) == MC_WAIT)
		return MC_WAIT;
	if (skipped)
		return MC_DONE;
	mc_find(run, "tls-rpt.none", "no TXT record at %s", name);
	if (mc_rrset_fix_left_behind(run, "_smtp._tls", false) == MC_WAIT)
		return MC_WAIT;
	return mc_txt_find_misplaced(run, &place);
}

/* False while something is not known yet. */
static bool
judge_destinations(struct mc_run *run, const struct mc_report_uris *rua)
{
	bool known = true;

	for (size_t i = 0; i < rua->count; i++) {
		const struct mc_report_uri *uri = &rua->uris[i];
		const struct mc_fact *failed;
		const char *why;
		enum mc_taking taking;

		if (uri->wrong != NULL || !uri->mailto)
			continue;
		taking = mc_txt_takes_mail(run, uri->domain, &failed, &why);
		known = known && taking != MC_TAKING_WAIT;
		if (taking == MC_TAKING_NONE)
			mc_find(run, "tls-rpt.report-undeliverable", "%s: %s %s", uri->text,
				uri->domain, why);
		if (taking == MC_TAKING_UNKNOWN)
			mc_inconclusive(run, "%s: %s", uri->text, failed->text);
	}
	return known;
}

static enum mc_step
check_domain(struct mc_run *run)
{
	const struct mc_dns *dns = mc_ask_dns(run, "_smtp._tls", run->domain, MC_RR_TXT);
	const char *name = mc_arena_printf(run->arena, "_smtp._tls.%s", run->domain);
	struct mc_tls_rpt tls_rpt = {.valid = false};
	struct mc_problems problems;
	struct mc_txts txts;

	if (dns == NULL)
		return MC_WAIT;
	put(run, NULL, &tls_rpt.rua);
	if (dns->fact.status != MC_FACT_OK)
		return mc_undetermined(run, "tls-rpt.lookup-failed", &dns->fact);
	if (dns->dnssec == MC_DNSSEC_BOGUS) {
		mc_find(run, "tls-rpt.bogus", "%s", dns->why_bogus);
		return MC_DONE;
	}
	mc_txt_sort(run, dns, mc_tls_rpt_is_record, &txts);
	mc_txt_take_alone(&txts, mc_tls_rpt_is_record_alone);
	if (txts.count == 0)
		return without_record(run, &txts, name);
	if (txts.count > 1) {
		mc_find(run, "tls-rpt.multiple", "%zu records", txts.count);
		for (size_t i = 0; i < txts.count; i++)
			mc_evidence(run, "%s", mc_txt_escaped(run, &txts.records[i]));
		mc_about(run, name);
		return MC_DONE;
	}
	mc_problems_init(&problems, run->arena);
	mc_tls_rpt_parse(txts.records[0].text, txts.records[0].length, &tls_rpt, &problems);
	put(run, mc_txt_escaped(run, &txts.records[0]), &tls_rpt.rua);
	mc_record_find(run, &problems, name);
	return judge_destinations(run, &tls_rpt.rua) ? MC_DONE : MC_WAIT;
}

const struct mc_check mc_check_tls_rpt = {
	.name = "tls-rpt",
	.targets = MC_TARGET_DOMAIN,
	.records_only = true,
	.target = check_domain,
};
