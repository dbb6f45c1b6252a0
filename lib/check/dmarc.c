/* dmarc: the policy that holds for the domain, as a receiver of RFC 9989 finds it. */
#include <string.h>

#include "check/dmarc_walk.h"
#include "check/exists.h"
#include "check/record_type.h"
#include "check/registry.h"
#include "check/rrset.h"

#define NO_NAME "mailcheck-no-such-name"
#define UNRELATED 5 /* most other records that are shown */

static enum mc_dmarc_policy
policy_for(const struct mc_dmarc_walk *walk, enum mc_dmarc_for what, bool effective)
{
	if (walk->record == NULL || walk->existence != NULL)
		return MC_DMARC_ABSENT;
	return mc_dmarc_apply(&walk->record->dmarc, what, effective);
}

/* What is published: null where the tag is missing or none that exists, or which one is unknown. */
static enum mc_dmarc_policy
published_policy(const struct mc_dmarc_walk *walk)
{
	const struct mc_dmarc *dmarc = &walk->record->dmarc;

	if (walk->existence != NULL)
		return MC_DMARC_ABSENT;
	if (walk->applies == MC_DMARC_NONEXISTENT && dmarc->np != MC_DMARC_ABSENT)
		return dmarc->np;
	if (walk->applies != MC_DMARC_ITSELF && dmarc->sp != MC_DMARC_ABSENT)
		return dmarc->sp;
	return dmarc->p;
}

static void
put_values(struct mc_run *run, const struct mc_dmarc_walk *walk)
{
	const struct mc_dmarc_place *record = walk->record;
	json_t *values = run->values, *tags = record != NULL ? json_object() : json_null();

	mc_record_put_text(values, "organizational_domain", run->arena, walk->organizational);
	mc_record_put_text(
		values, "record_domain", run->arena, record != NULL ? record->name : NULL);
	mc_record_put_text(values, "policy", run->arena,
		record != NULL ? mc_dmarc_policy_name(published_policy(walk)) : NULL);
	mc_record_put_text(values, "effective_policy", run->arena,
		mc_dmarc_policy_name(policy_for(walk, walk->applies, true)));
	json_object_set_new(values, "record",
		record != NULL ? json_string(mc_txt_escaped(run, &record->txts.records[0]))
			       : json_null());
	json_object_set_new(values, "queries", json_integer((json_int_t)walk->count));
	mc_record_put_text(values, "psl_organizational_domain", run->arena,
		mc_dmarc_old_organizational(run, run->domain));
	if (record != NULL)
		mc_record_put_dmarc(tags, run->arena, &record->dmarc);
	json_object_set_new(values, "tags", tags);
}

static void
put_subdomains(struct mc_run *run, const struct mc_dmarc_place *place)
{
	const char *sp = NULL, *np = NULL;

	if (place != NULL) {
		sp = mc_dmarc_policy_name(mc_dmarc_apply(&place->dmarc, MC_DMARC_SUBDOMAIN, true));
		np = mc_dmarc_policy_name(
			mc_dmarc_apply(&place->dmarc, MC_DMARC_NONEXISTENT, true));
	}
	mc_record_put_text(run->values, "subdomain_policy", run->arena, sp);
	mc_record_put_text(run->values, "nonexistent_subdomain_policy", run->arena, np);
}

static void
tell_nxname(struct mc_run *run, const char *name)
{
	mc_find(run, "dmarc.np-nxname", "%s: NOERROR, NXNAME", name);
}

/* 3.2.13: NXDOMAIN tells that a name does not exist; an alias does, whatever it leads to. Gives
 * what then is applied to it, and true when all is known. */
static bool
probe(struct mc_run *run, const struct mc_dmarc_place *place, enum mc_dmarc_policy *ret_policy)
{
	enum mc_dmarc_policy sp = mc_dmarc_apply(&place->dmarc, MC_DMARC_SUBDOMAIN, true);
	enum mc_dmarc_policy np = mc_dmarc_apply(&place->dmarc, MC_DMARC_NONEXISTENT, true);
	const struct mc_dns *a, *nsec;

	*ret_policy = sp == np ? np : MC_DMARC_ABSENT;
	if (sp == np)
		return true;
	a = mc_ask_dns(run, NO_NAME, run->domain, MC_RR_A);
	if (a == NULL || a->fact.status != MC_FACT_OK)
		return a != NULL;
	*ret_policy = a->nxdomain && a->alias_count == 0 ? np : sp;
	if (*ret_policy == np)
		return true;
	nsec = a->count == 0 && a->alias_count == 0
		       ? mc_ask_dns(run, NO_NAME, run->domain, MC_RR_NSEC)
		       : a;
	if (nsec == NULL)
		return false;
	if (nsec != a && mc_dmarc_is_nxname(nsec)) {
		*ret_policy = np;
		tell_nxname(run, nsec->name);
	} else {
		mc_find(run, "dmarc.np-wildcard", NO_NAME ".%s: %s", run->domain,
			nsec != a ? "NOERROR, not NXDOMAIN" : "it has an address or an alias");
	}
	return true;
}

/* What a name below the domain gets that nobody made; below one that does not exist there is
 * none (RFC 8020). */
static enum mc_step
judge_made_up(struct mc_run *run, const struct mc_dmarc_place *place, bool denied)
{
	enum mc_dmarc_policy policy = MC_DMARC_ABSENT;

	if (place != NULL && denied)
		policy = mc_dmarc_apply(&place->dmarc, MC_DMARC_NONEXISTENT, true);
	else if (place != NULL && !probe(run, place, &policy))
		return MC_WAIT;
	mc_record_put_text(
		run->values, "made_up_subdomain_policy", run->arena, mc_dmarc_policy_name(policy));
	return MC_DONE;
}

static const char *
outcome(struct mc_run *run, enum mc_dmarc_policy policy, const char *record_domain)
{
	const char *name = mc_dmarc_policy_name(policy);

	if (record_domain == NULL)
		return "no DMARC record";
	if (name == NULL)
		return mc_arena_printf(
			run->arena, "the record at _dmarc.%s is not applied", record_domain);
	return mc_arena_printf(run->arena, "policy %s (record at _dmarc.%s)", name, record_domain);
}

static enum mc_step
judge_difference(struct mc_run *run, const struct mc_dmarc_walk *walk)
{
	enum mc_dmarc_policy policy = policy_for(walk, walk->applies, false);
	struct mc_dmarc_old old;

	if (walk->organizational == NULL || walk->existence != NULL)
		return MC_DONE;
	if (mc_dmarc_old_find(run, walk, &old) == MC_WAIT)
		return MC_WAIT;
	if (old.unknown || (walk->record == NULL && old.record_domain == NULL))
		return MC_DONE;
	if (policy == old.policy && strcmp(walk->organizational, old.organizational) == 0)
		return MC_DONE;
	mc_find(run, "dmarc.differs", "RFC 9989: organizational domain %s, %s",
		walk->organizational,
		outcome(run, policy, walk->record != NULL ? walk->record->name : NULL));
	mc_evidence(run, "RFC 7489: organizational domain %s, %s", old.organizational,
		outcome(run, old.policy, old.record_domain));
	return MC_DONE;
}

/* One finding, however many there are. */
static void
tell_unrelated(struct mc_run *run, const struct mc_dmarc_place *place)
{
	size_t told = 0;

	for (size_t i = 0; i < place->txts.other_count; i++) {
		const struct mc_txt *txt = &place->txts.others[i];
		if (mc_dmarc_is_attempt(txt->text, txt->length))
			continue;
		if (told++ == 0) {
			mc_find(run, "dmarc.unrelated", "%s", mc_txt_escaped(run, txt));
			mc_about(run, place->owner);
		} else if (told <= UNRELATED) {
			mc_evidence(run, "%s", mc_txt_escaped(run, txt));
		}
	}
	if (told > UNRELATED)
		mc_evidence(run, "and others");
}

static void
tell_multiple(struct mc_run *run, const struct mc_dmarc_place *place)
{
	mc_find(run, "dmarc.multiple", "%zu records", place->txts.count);
	for (size_t i = 0; i < place->txts.count; i++)
		mc_evidence(run, "%s", mc_txt_escaped(run, &place->txts.records[i]));
	mc_about(run, place->owner);
}

/* Records that were meant to be ones and are not. */
static void
tell_broken(struct mc_run *run, const struct mc_dmarc_place *place)
{
	for (size_t i = 0; i < place->txts.other_count; i++) {
		const struct mc_txt *txt = &place->txts.others[i];
		struct mc_problems problems;
		struct mc_dmarc dmarc;

		if (!mc_dmarc_is_attempt(txt->text, txt->length))
			continue;
		mc_problems_init(&problems, run->arena);
		mc_dmarc_parse(txt->text, txt->length, &dmarc, &problems);
		mc_record_find(run, &problems, place->owner);
		mc_evidence(run, "%s", mc_txt_escaped(run, txt));
	}
	mc_txt_find_dangling(run, place->dns, "dmarc.dangling-alias");
	if (place->txts.count == 1 && !place->single)
		mc_record_find(run, &place->problems, place->owner);
}

/* Further up only what takes the domain its policy. */
static void
judge_places(struct mc_run *run, const struct mc_dmarc_walk *walk)
{
	tell_unrelated(run, &walk->places[0]);
	for (size_t i = 0; i < walk->count; i++) {
		const struct mc_dmarc_place *place = &walk->places[i];
		bool matters = i == 0 || walk->record == NULL;

		if (place->txts.count > 1) {
			tell_multiple(run, place);
			if (!matters)
				mc_severity(run, MC_NOTICE);
		}
		if (matters)
			tell_broken(run, place);
	}
}

static void
judge_record(struct mc_run *run, const struct mc_dmarc_walk *walk)
{
	const struct mc_dmarc_place *place = walk->record;

	mc_record_find(run, &place->problems, place->owner);
	if (place == &walk->places[0] && place->dmarc.psd == 'y' &&
		!mc_dmarc_old_is_suffix(place->name)) {
		mc_find(run, "dmarc.psd", "%s", mc_txt_escaped(run, &place->txts.records[0]));
		mc_about(run, place->name);
	}
}

/* Names below get the record of the organization, so sp and np of any other are not looked at:
 * worth a word where that makes a difference. */
static void
judge_subdomains(
	struct mc_run *run, const struct mc_dmarc_walk *walk, const struct mc_dmarc_place *below)
{
	const struct mc_dmarc *own = &walk->record->dmarc;
	enum mc_dmarc_for what =
		own->sp != MC_DMARC_ABSENT ? MC_DMARC_SUBDOMAIN : MC_DMARC_NONEXISTENT;

	if (walk->record != &walk->places[0] || below == NULL || below == walk->record)
		return;
	if (what == MC_DMARC_SUBDOMAIN && own->sp == mc_dmarc_apply(&below->dmarc, what, false))
		what = MC_DMARC_NONEXISTENT;
	if (what == MC_DMARC_NONEXISTENT &&
		(own->np == MC_DMARC_ABSENT ||
			own->np == mc_dmarc_apply(&below->dmarc, what, false)))
		return;
	mc_find(run, "dmarc.sp-ignored", "%s=%s; names below %s get what %s says",
		what == MC_DMARC_SUBDOMAIN ? "sp" : "np",
		mc_dmarc_policy_name(what == MC_DMARC_SUBDOMAIN ? own->sp : own->np), run->domain,
		below->owner);
	mc_about(run, walk->record->owner);
}

static enum mc_step
with_record(struct mc_run *run, const struct mc_dmarc_walk *walk)
{
	const struct mc_dmarc_place *subdomains = mc_dmarc_walk_below(walk);
	enum mc_step reports, made_up, difference;

	judge_record(run, walk);
	if (walk->by_nxname)
		tell_nxname(run, run->domain);
	judge_subdomains(run, walk, subdomains);
	put_subdomains(run, subdomains);
	reports = mc_dmarc_judge_reports(run, walk);
	made_up = judge_made_up(run, subdomains, walk->applies == MC_DMARC_NONEXISTENT);
	difference = judge_difference(run, walk);
	return reports == MC_WAIT || made_up == MC_WAIT || difference == MC_WAIT ? MC_WAIT
										 : MC_DONE;
}

/* Somewhere else than at _dmarc below the domain. */
static enum mc_step
find_misplaced(struct mc_run *run)
{
	static const struct mc_txt_place place = {"_dmarc", mc_dmarc_is_record, "dmarc.wrong-name"};
	enum mc_step usual = mc_txt_find_misplaced(run, &place);
	enum mc_step bare = mc_txt_find_at(run, &place, "dmarc");

	return usual == MC_WAIT || bare == MC_WAIT ? MC_WAIT : MC_DONE;
}

/* Whether something was told that was meant to be a record. */
static bool
is_broken(const struct mc_dmarc_place *place)
{
	if (place->txts.count > 0 || (place->dns->alias_count > 0 && place->dns->count == 0))
		return true;
	for (size_t i = 0; i < place->txts.other_count; i++)
		if (mc_dmarc_is_attempt(place->txts.others[i].text, place->txts.others[i].length))
			return true;
	return false;
}

/* A domain that takes no mail takes no reports, and seldom sends. */
static enum mc_step
fix_without_mail(struct mc_run *run, const struct mc_dmarc_walk *walk)
{
	const struct mc_fact *failed;
	const char *why;

	if (!mc_in_report(run, "mx"))
		return MC_DONE;
	switch (mc_txt_takes_mail(run, run->domain, &failed, &why)) {
	case MC_TAKING_WAIT:
		return MC_WAIT;
	case MC_TAKING_NONE:
		mc_fix(run,
			"If nothing sends for it: %s. TXT \"v=DMARC1; p=reject\". Otherwise begin "
			"with "
			"p=none and rua=mailto: an address of another domain, which takes the "
			"reports.",
			walk->places[0].owner);
		break;
	case MC_TAKING_UNKNOWN:
	case MC_TAKING_MAIL:
		break;
	}
	return MC_DONE;
}

static enum mc_step
without_record(struct mc_run *run, const struct mc_dmarc_walk *walk)
{
	bool broken = false, skipped = false;

	for (size_t i = 0; i < walk->count; i++)
		broken = broken || is_broken(&walk->places[i]);
	put_subdomains(run, NULL);
	judge_made_up(run, NULL, false);
	if (!broken && mc_exists_skipped(run, walk->places[0].dns, &skipped) == MC_WAIT)
		return MC_WAIT;
	if (skipped)
		return MC_DONE;
	if (!broken && find_misplaced(run) == MC_WAIT)
		return MC_WAIT;
	if (!broken)
		mc_find(run, "dmarc.none", "no DMARC record at %s or above", walk->places[0].owner);
	if (!broken && fix_without_mail(run, walk) == MC_WAIT)
		return MC_WAIT;
	if (!broken && mc_rrset_fix_left_behind(run, "_dmarc", false) == MC_WAIT)
		return MC_WAIT;
	if (mc_found(run, "dmarc.wrong-name"))
		mc_fix(run, "Publish the one that stands elsewhere (dmarc.wrong-name) at %s.",
			walk->places[0].owner);
	return judge_difference(run, walk);
}

static void
tell_unknown_existence(struct mc_run *run, const struct mc_dns *mx)
{
	const char *why = mx->fact.status != MC_FACT_OK ? mx->fact.text : mx->why_bogus;

	mc_find(run, "dmarc.lookup-failed", "%s", why);
	mc_inconclusive(
		run, "whether %s exists, and so whether sp or np holds: %s", run->domain, why);
}

static enum mc_step
check_domain(struct mc_run *run)
{
	struct mc_dmarc_walk walk;
	enum mc_step step;

	if (mc_dmarc_walk_up(run, &walk) == MC_WAIT)
		return MC_WAIT;
	put_values(run, &walk);
	if (walk.bogus != NULL) {
		mc_find(run, "dmarc.bogus", "%s", walk.bogus->dns->why_bogus);
		mc_about(run, walk.bogus->owner);
	}
	judge_places(run, &walk);
	if (walk.record != NULL) {
		step = with_record(run, &walk);
	} else if (walk.bogus != NULL || walk.failed != NULL) {
		put_subdomains(run, NULL);
		judge_made_up(run, NULL, false);
		step = MC_DONE;
	} else {
		step = without_record(run, &walk);
	}
	if (step == MC_DONE && walk.failed != NULL)
		return mc_undetermined(run, "dmarc.lookup-failed", &walk.failed->dns->fact);
	if (step == MC_DONE && walk.existence != NULL)
		tell_unknown_existence(run, walk.existence);
	return step;
}

const struct mc_check mc_check_dmarc = {
	.name = "dmarc",
	.targets = MC_TARGET_DOMAIN,
	.records_only = true,
	.target = check_domain,
};
