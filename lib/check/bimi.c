/*
 * bimi: the assertion record of a domain (or of its organizational domain), whether its DMARC
 * policy is strong enough for a logo to be shown, the logo itself, and its evidence document
 * (draft-brand-indicators-for-message-identification).
 */
#include "check/bimi.h"

#include <string.h>

#include "check/dmarc_walk.h"
#include "check/exists.h"
#include "check/record_type.h"
#include "check/registry.h"

#define SELECTOR "default._bimi"

/* The domain's own record, else that of the organizational domain. NULL: not there yet. */
static const struct mc_dns *
find_record(struct mc_run *run, const struct mc_dmarc_walk *walk, const char **ret_domain)
{
	const struct mc_dns *own = mc_ask_dns(run, SELECTOR, run->domain, MC_RR_TXT);
	struct mc_txts txts;

	*ret_domain = run->domain;
	if (own == NULL || own->fact.status != MC_FACT_OK || own->dnssec == MC_DNSSEC_BOGUS ||
		walk->organizational == NULL || strcmp(walk->organizational, run->domain) == 0)
		return own;
	mc_txt_sort(run, own, mc_bimi_is_record, &txts);
	if (txts.count > 0)
		return own;
	*ret_domain = walk->organizational;
	return mc_ask_dns(run, SELECTOR, walk->organizational, MC_RR_TXT);
}

static void
put(struct mc_run *run, const char *record, const char *domain, const struct mc_bimi *bimi)
{
	json_object_set_new(
		run->values, "record", record != NULL ? json_string(record) : json_null());
	json_object_set_new(
		run->values, "record_domain", domain != NULL ? json_string(domain) : json_null());
	mc_record_put_text(run->values, "location", run->arena,
		bimi->location[0] != '\0' ? bimi->location : NULL);
	mc_record_put_text(run->values, "authority", run->arena,
		bimi->authority[0] != '\0' ? bimi->authority : NULL);
	json_object_set_new(run->values, "logo", json_null());
	json_object_set_new(run->values, "evidence", json_null());
}

/* p=quarantine for all of the mail, or p=reject; and no exception for subdomains. True when told.
 */
static bool
judge_policy(struct mc_run *run, const struct mc_dmarc_place *place, enum mc_dmarc_for applies)
{
	const struct mc_dmarc *dmarc = &place->dmarc;
	enum mc_dmarc_policy policy = mc_dmarc_apply(dmarc, applies, true);

	if (policy == MC_DMARC_ABSENT || policy == MC_DMARC_NONE)
		mc_find(run, "bimi.dmarc", "%s: %s", place->owner,
			dmarc->testing ? "t=y" : "p=none, or none that is valid");
	else if (policy == MC_DMARC_QUARANTINE && dmarc->removed_policy_sample != NULL &&
		 strcmp(dmarc->removed_policy_sample, "100") != 0)
		mc_find(run, "bimi.dmarc", "%s: p=quarantine; pct=%s", place->owner,
			dmarc->removed_policy_sample);
	else if (dmarc->sp == MC_DMARC_NONE)
		mc_find(run, "bimi.dmarc", "%s: sp=none", place->owner);
	else
		return false;
	return true;
}

/* 7.1: the author's domain and its organizational domain must both enforce. */
static void
judge_dmarc(struct mc_run *run, const struct mc_dmarc_walk *walk)
{
	if (walk->failed != NULL || walk->bogus != NULL || walk->existence != NULL)
		return;
	if (walk->record == NULL) {
		mc_find(run, "bimi.dmarc", "no DMARC record");
		return;
	}
	if (judge_policy(run, walk->record, walk->applies))
		return;
	for (size_t i = 0; i < walk->count; i++)
		if (walk->places[i].single && &walk->places[i] != walk->record &&
			strcmp(walk->places[i].name, walk->organizational) == 0)
			(void)judge_policy(run, &walk->places[i], MC_DMARC_ITSELF);
}

/* What would be a record but for its version; receivers do not see it. False: there is none. */
static bool
tell_attempts(struct mc_run *run, const struct mc_dns *dns, const struct mc_txts *txts)
{
	bool tried = false;

	for (size_t i = 0; i < txts->other_count; i++) {
		const struct mc_txt *txt = &txts->others[i];
		const char *better;
		if (!mc_bimi_is_attempt(txt->text, txt->length))
			continue;
		tried = true;
		mc_find(run, "bimi.version", "%s", mc_txt_escaped(run, txt));
		mc_about(run, dns->name);
		better = mc_bimi_mend(run->arena, txt->text, txt->length);
		if (better != NULL)
			mc_fix(run, "Publish instead: %s", better);
	}
	return tried;
}

static enum mc_step
judge_record(struct mc_run *run, const struct mc_txt *txt, const char *domain,
	const struct mc_dmarc_walk *walk)
{
	const char *owner = mc_arena_printf(run->arena, SELECTOR ".%s", domain);
	struct mc_problems problems;
	struct mc_bimi bimi;

	mc_problems_init(&problems, run->arena);
	mc_bimi_parse(txt->text, txt->length, &bimi, &problems);
	put(run, mc_txt_escaped(run, txt), domain, &bimi);
	mc_record_find(run, &problems, owner);
	if (!bimi.valid || bimi.declined)
		return MC_DONE;
	judge_dmarc(run, walk);
	return mc_bimi_judge_documents(run, &bimi);
}

/* `own`: what the domain itself has; NULL: something was told that was meant to be a record. */
static enum mc_step
without_record(struct mc_run *run, const struct mc_dns *own)
{
	static const struct mc_txt_place place = {SELECTOR, mc_bimi_is_record, "bimi.wrong-name"};
	bool skipped = false;

	if (own != NULL && mc_exists_skipped(run, own, &skipped) == MC_WAIT)
		return MC_WAIT;
	return skipped ? MC_DONE : mc_txt_find_misplaced(run, &place);
}

static enum mc_step
check_domain(struct mc_run *run)
{
	struct mc_dmarc_walk *walk = mc_arena_alloc(run->arena, sizeof(*walk));
	/* asked early, whatever the walk brings */
	const struct mc_dns *own = mc_ask_dns(run, SELECTOR, run->domain, MC_RR_TXT), *dns;
	const struct mc_bimi none = {.location = "", .authority = ""};
	const char *domain;
	struct mc_txts txts;
	bool tried;

	if (walk == NULL || mc_dmarc_walk_up(run, walk) == MC_WAIT)
		return MC_WAIT;
	dns = find_record(run, walk, &domain);
	if (dns == NULL)
		return MC_WAIT;
	put(run, NULL, NULL, &none);
	if (dns->fact.status != MC_FACT_OK)
		return mc_undetermined(run, "bimi.lookup-failed", &dns->fact);
	if (dns->dnssec == MC_DNSSEC_BOGUS) {
		mc_find(run, "bimi.bogus", "%s", dns->why_bogus);
		return MC_DONE;
	}
	mc_txt_sort(run, dns, mc_bimi_is_record, &txts);
	tried = tell_attempts(run, dns, &txts);
	if (txts.count == 1)
		return judge_record(run, &txts.records[0], domain, walk);
	if (txts.count > 1) {
		mc_find(run, "bimi.multiple", "%zu records", txts.count);
		for (size_t i = 0; i < txts.count; i++)
			mc_evidence(run, "%s", mc_txt_escaped(run, &txts.records[i]));
		mc_about(run, dns->name);
		return MC_DONE;
	}
	return without_record(run, tried ? NULL : own);
}

const struct mc_check mc_check_bimi = {
	.name = "bimi",
	.targets = MC_TARGET_DOMAIN,
	.records_only = true,
	.target = check_domain,
};
