/* dkim: the keys under the selectors given, or under well-known ones (RFC 6376, 3.6.2). */
#include <string.h>

#include "check/dkim_message.h"
#include "check/exists.h"
#include "check/host.h"
#include "check/record_type.h"
#include "check/registry.h"
#include "check/txt.h"

/* A key to look for. */
struct wanted {
	const char *selector, *prefix, *domain;
};

#define SELECTOR(name)                                                                             \
	{                                                                                          \
		.selector = name, .prefix = name "._domainkey"                                     \
	}

static const struct wanted no_such = SELECTOR("mailcheck-no-such-selector");

/* What mail services and servers call theirs. Not finding any of them says nothing. */
static const struct wanted well_known[] = {SELECTOR("default"), SELECTOR("dkim"), SELECTOR("dkim1"),
	SELECTOR("mail"), SELECTOR("email"), SELECTOR("smtp"), SELECTOR("s1"), SELECTOR("s2"),
	SELECTOR("k1"), SELECTOR("k2"), SELECTOR("k3"), SELECTOR("google"), SELECTOR("selector1"),
	SELECTOR("selector2"), SELECTOR("fm1"), SELECTOR("fm2"), SELECTOR("fm3"),
	SELECTOR("protonmail"), SELECTOR("protonmail2"), SELECTOR("protonmail3"), SELECTOR("zoho"),
	SELECTOR("zmail"), SELECTOR("mandrill"), SELECTOR("mailjet"), SELECTOR("pm"),
	SELECTOR("sig1"), SELECTOR("krs"), SELECTOR("mxvault"), SELECTOR("ed25519"),
	SELECTOR("rsa")};

#define WELL_KNOWN (sizeof(well_known) / sizeof(well_known[0]))

struct looking {
	struct mc_run *run;
	json_t *keys; /* values */
	size_t found, failed;
	bool given;                 /* the user named the selectors */
	bool waiting;               /* for what tells where a key went */
	const struct mc_dns *any;   /* what a wildcard answers; NULL: not asked */
	const struct mc_fact *fact; /* one that failed */
};

static const struct mc_dns *
ask(struct mc_run *run, const struct wanted *wanted)
{
	return mc_ask_dns(run, wanted->prefix, wanted->domain, MC_RR_TXT);
}

static const char *
name_of(struct mc_run *run, const struct wanted *wanted)
{
	return mc_arena_printf(run->arena, "%s.%s", wanted->prefix, wanted->domain);
}

static bool
same_records(const struct mc_dns *a, const struct mc_dns *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->rrs[i].rdlength != b->rrs[i].rdlength ||
			memcmp(a->rrs[i].rdata, b->rrs[i].rdata, a->rrs[i].rdlength) != 0)
			return false;
	return true;
}

/* Whether the answer is but a wildcard's. */
static bool
from_wildcard(const struct looking *looking, const struct mc_dns *dns)
{
	return looking->any != NULL && looking->any->fact.status == MC_FACT_OK &&
	       looking->any->count > 0 && same_records(looking->any, dns);
}

static json_t *
put_key(struct looking *looking, const struct wanted *wanted, const struct mc_dns *dns)
{
	json_t *key = json_object();

	json_object_set_new(key, "selector", json_string(wanted->selector));
	json_object_set_new(key, "domain", json_string(wanted->domain));
	json_object_set_new(
		key, "alias", dns->alias_count > 0 ? json_string(dns->canonical) : json_null());
	json_array_append_new(looking->keys, key);
	looking->found++;
	return key;
}

/* A fault of a key that only was guessed at weighs less: it may be long out of use. */
static void
find_problems(struct looking *looking, const struct mc_problems *problems, const char *name)
{
	struct mc_run *run = looking->run;
	struct mc_problem one;

	for (const struct mc_problem *problem = problems->first; problem != NULL;
		problem = problem->next) {
		struct mc_problems single = {run->arena, &one, &one, 1};
		one = *problem;
		one.next = NULL;
		mc_record_find(run, &single, name);
		if (strcmp(problem->id, "dkim.revoked") == 0)
			mc_severity(run, looking->given ? MC_ERROR : MC_INFO);
		else if (!looking->given && mc_finding_find(problem->id)->severity == MC_ERROR &&
			 strcmp(problem->id, "dkim.private-key") != 0)
			mc_severity(run, MC_WARNING);
	}
}

static void
judge_record(struct looking *looking, const struct wanted *wanted, const struct mc_dns *dns,
	const struct mc_txt *txt)
{
	struct mc_run *run = looking->run;
	json_t *key = put_key(looking, wanted, dns);
	struct mc_problems problems;
	struct mc_dkim dkim;

	mc_problems_init(&problems, run->arena);
	mc_dkim_parse(txt->text, txt->length, &dkim, &problems);
	json_object_set_new(key, "valid", json_boolean(dkim.valid));
	mc_record_put_dkim(key, run->arena, &dkim);
	json_object_set_new(key, "record", json_string(mc_txt_escaped(run, txt)));
	find_problems(looking, &problems, name_of(run, wanted));
	mc_dkim_judge_key(run, wanted->selector, wanted->domain, &dkim, name_of(run, wanted));
}

static bool find_misplaced(struct mc_run *run, const struct wanted *wanted);

static void
without_key(struct looking *looking, const struct wanted *wanted, const struct mc_dns *dns)
{
	struct mc_run *run = looking->run;
	const char *name = name_of(run, wanted);

	if (dns->alias_count > 0) {
		mc_find(run, "dkim.dangling-alias", "%s: %s", mc_host_chain(run, dns),
			dns->nxdomain ? "the last name does not exist" : "no TXT record there");
		mc_about(run, name);
		if (looking->given)
			mc_severity(run, MC_ERROR);
	} else if (looking->given) {
		mc_find(run, "dkim.selector-none", "%s TXT: %s", name,
			dns->nxdomain ? "NXDOMAIN" : "no such record");
		mc_about(run, name);
		looking->waiting = !find_misplaced(run, wanted) || looking->waiting;
	}
}

/* Somewhere else: the domain twice, or without _domainkey. False while something is missing. */
static bool
tell_misplaced(struct mc_run *run, const struct wanted *wanted, const char *prefix)
{
	const struct mc_dns *dns = mc_ask_dns(run, prefix, wanted->domain, MC_RR_TXT);
	struct mc_txts txts;

	if (dns == NULL)
		return false;
	if (dns->fact.status != MC_FACT_OK || dns->alias_count > 0)
		return true;
	mc_txt_sort(run, dns, mc_dkim_is_attempt, &txts);
	if (txts.count != 1)
		return true;
	mc_find(run, "dkim.wrong-name", "%s TXT \"%s\"", dns->name,
		mc_txt_escaped(run, &txts.records[0]));
	mc_about(run, name_of(run, wanted));
	return true;
}

static bool
find_misplaced(struct mc_run *run, const struct wanted *wanted)
{
	bool doubled = tell_misplaced(
		run, wanted, mc_arena_printf(run->arena, "%s.%s", wanted->prefix, wanted->domain));
	bool bare = tell_misplaced(run, wanted, wanted->selector);

	return doubled && bare;
}

static void
judge_answer(struct looking *looking, const struct wanted *wanted, const struct mc_dns *dns)
{
	struct mc_run *run = looking->run;
	const char *name = name_of(run, wanted);
	struct mc_txts txts;

	if (dns->fact.status != MC_FACT_OK) {
		looking->failed++;
		looking->fact = &dns->fact;
		return;
	}
	if (dns->dnssec == MC_DNSSEC_BOGUS) {
		mc_find(run, "dkim.bogus", "%s", dns->why_bogus);
		mc_about(run, name);
		return;
	}
	mc_txt_sort(run, dns, mc_dkim_is_attempt, &txts);
	if (looking->given && txts.count == 0 && txts.other_count > 0) {
		txts.records = txts.others;
		txts.count = txts.other_count;
	}
	if (txts.count == 0) {
		without_key(looking, wanted, dns);
		return;
	}
	if (dns->alias_count > 0) {
		mc_find(run, "dkim.delegated", "%s", mc_host_chain(run, dns));
		mc_about(run, name);
	}
	if (dns->count > 1) {
		mc_find(run, "dkim.multiple", "%zu TXT records", dns->count);
		mc_about(run, name);
	}
	for (size_t i = 0; i < txts.count; i++)
		judge_record(looking, wanted, dns, &txts.records[i]);
}

static void
put_values(struct looking *looking)
{
	json_t *values = looking->run->values;

	json_object_set_new(values, "selectors_given", json_boolean(looking->given));
	json_object_set_new(values, "keys", looking->keys);
}

static enum mc_step
conclude(struct looking *looking)
{
	struct mc_run *run = looking->run;

	put_values(looking);
	if (looking->failed > 0 && (looking->given || looking->found == 0))
		return mc_undetermined(run, "dkim.lookup-failed", looking->fact);
	if (looking->found == 0 && !looking->given)
		mc_find(run, "dkim.not-found", "tried: %zu well-known selectors", WELL_KNOWN);
	return MC_DONE;
}

static void
judge_wildcard(struct looking *looking)
{
	struct mc_run *run = looking->run;
	const struct wanted star = {"*", "*._domainkey", run->domain};
	struct mc_txts txts;

	if (looking->any->fact.status != MC_FACT_OK)
		return;
	mc_txt_sort(run, looking->any, mc_dkim_is_attempt, &txts);
	if (txts.count == 0)
		return;
	mc_find(run, "dkim.wildcard", "%s", mc_txt_escaped(run, &txts.records[0]));
	mc_about(run, name_of(run, &star));
	put_key(looking, &star, looking->any);
}

/* Nothing was found of what the user asked about. What signed a message is another matter: to its
 * receivers it is all the same whether the domain of a key exists. */
static bool
nothing_there(const struct mc_run *run, const struct mc_dns *const *answers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!mc_exists_denied(answers[i]))
			return false;
	return run->settings->signatures == NULL;
}

/* Asks for everything before it judges anything. */
static enum mc_step
look(struct looking *looking, const struct wanted *wanted, size_t count)
{
	struct mc_run *run = looking->run;
	const struct wanted none = {no_such.selector, no_such.prefix, run->domain};
	const struct mc_dns **answers = mc_arena_calloc(run->arena, count + 1, sizeof(*answers));
	bool known = answers != NULL, skipped = false;

	if (!looking->given)
		looking->any = ask(run, &none);
	for (size_t i = 0; answers != NULL && i < count; i++) {
		answers[i] = ask(run, &wanted[i]);
		known = known && answers[i] != NULL;
	}
	if (!known || (!looking->given && looking->any == NULL))
		return MC_WAIT;
	if (nothing_there(run, answers, count) &&
		mc_exists_skipped(run, answers[0], &skipped) == MC_WAIT)
		return MC_WAIT;
	looking->keys = json_array();
	if (skipped) {
		put_values(looking);
		return MC_DONE;
	}
	if (!looking->given)
		judge_wildcard(looking);
	for (size_t i = 0; i < count; i++)
		if (answers[i]->fact.status != MC_FACT_OK || !from_wildcard(looking, answers[i]))
			judge_answer(looking, &wanted[i], answers[i]);
	if (looking->waiting) {
		json_decref(looking->keys);
		return MC_WAIT;
	}
	return conclude(looking);
}

/* --- which keys --- */

static void
add(struct mc_run *run, struct wanted *wanted, size_t *count, const char *selector,
	const char *domain)
{
	for (size_t i = 0; i < *count; i++)
		if (strcmp(wanted[i].selector, selector) == 0 &&
			strcmp(wanted[i].domain, domain) == 0)
			return;
	wanted[(*count)++] = (struct wanted){
		selector, mc_arena_printf(run->arena, "%s._domainkey", selector), domain};
}

static enum mc_step
check_domain(struct mc_run *run)
{
	const struct mc_settings *settings = run->settings;
	const struct mc_dkim_signatures *signatures = settings->signatures;
	struct looking looking = {.run = run};
	struct wanted *wanted = mc_arena_calloc(run->arena,
		settings->dkim_selector_count + MC_DKIM_SIGNATURES + WELL_KNOWN, sizeof(*wanted));
	enum mc_step step;
	size_t count = 0;

	if (wanted == NULL)
		return MC_DONE;
	for (size_t i = 0; i < settings->dkim_selector_count; i++)
		add(run, wanted, &count, settings->dkim_selectors[i], run->domain);
	for (size_t i = 0; signatures != NULL && i < signatures->count; i++)
		if (signatures->signatures[i].wrong == NULL)
			add(run, wanted, &count, signatures->signatures[i].selector,
				signatures->signatures[i].domain);
	looking.given = count > 0;
	for (size_t i = 0; !looking.given && i < WELL_KNOWN; i++) {
		wanted[i] = well_known[i];
		wanted[i].domain = run->domain;
	}
	step = look(&looking, wanted, looking.given ? count : WELL_KNOWN);
	if (signatures != NULL && mc_dkim_judge_message(run) == MC_WAIT)
		step = MC_WAIT;
	return step;
}

const struct mc_check mc_check_dkim = {
	.name = "dkim",
	.targets = MC_TARGET_DOMAIN,
	.records_only = true,
	.target = check_domain,
};
