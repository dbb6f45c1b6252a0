/* spf: the domain's SPF record and all it includes (RFC 7208). */
#include <string.h>
#include <strings.h>

#include "base/escape.h"
#include "check/exists.h"
#include "check/registry.h"
#include "check/rrset.h"
#include "check/spf_beside.h"
#include "record/spf_lint.h"
#include "record/spf_overlap.h"

#define UDP_LIMIT 512       /* RFC 7208, 3.4 */
#define FRAGMENT_LIMIT 1232 /* what most resolvers take over UDP */
#define OWN_HOSTS 10
#define MERGED_LIMIT 2048 /* octets of a record that is made of others */

static const char *
escaped(struct mc_run *run, const char *text, size_t length)
{
	return mc_escape(run->arena, text, length);
}

/* --- without one record --- */

/* Mail from a domain that takes none is the rarer case. */
static bool
takes_no_mail(const struct mc_dns *mx)
{
	char name[MC_NAME_TEXT_SIZE];
	uint16_t preference;

	return mx->fact.status == MC_FACT_OK && mx->count == 1 &&
	       mc_rr_mx(&mx->rrs[0], &preference, name) && strcmp(name, ".") == 0;
}

static bool
find_attempts(struct mc_run *run, const struct mc_dns *txt)
{
	bool found = false;

	for (size_t i = 0; i < txt->count; i++) {
		size_t length = 0;
		const char *text = mc_rr_txt(run->arena, &txt->rrs[i], &length), *better;
		if (text == NULL || !mc_spf_is_attempt(text, length) ||
			(length >= 9 && strncasecmp(text, "v=spf2.0/", 9) == 0))
			continue;
		mc_find(run, "spf.version", "%s %u TXT %s", txt->canonical, txt->rrs[i].ttl,
			mc_rr_rdata_text(run->arena, &txt->rrs[i]));
		better = mc_spf_mend(run->arena, text, length);
		if (better != NULL && 1u + txt->rrs[i].rdata[0] < txt->rrs[i].rdlength &&
			length < 255)
			mc_fix(run, "Publish instead, in one pair of quotes: %s. TXT \"%s\"",
				txt->canonical, better);
		else if (better != NULL)
			mc_fix(run, "Publish instead: %s", better);
		found = true;
	}
	return found;
}

static enum mc_step
without_record(struct mc_run *run, const struct mc_dns *txt, const struct mc_dns *mx)
{
	bool skipped;

	if (find_attempts(run, txt))
		return MC_DONE;
	if (mc_exists_skipped(run, txt, &skipped) == MC_WAIT)
		return MC_WAIT;
	if (skipped)
		return MC_DONE;
	if (txt->nxdomain && txt->alias_count > 0)
		return mc_skipped(run, "%s is an alias of a name that does not exist", run->domain);
	if (mc_spf_find_misplaced(run) == MC_WAIT)
		return MC_WAIT;
	mc_find(run, "spf.none", "%s has no TXT record that begins with \"v=spf1\"", run->domain);
	if (takes_no_mail(mx)) {
		mc_severity(run, MC_NOTICE);
		mc_fix(run, "If nothing sends for it: %s. TXT \"v=spf1 -all\"", run->domain);
	}
	if (mc_rrset_fix_left_behind(run, NULL, true) == MC_WAIT)
		return MC_WAIT;
	if (mc_found(run, "spf.wrong-name"))
		mc_fix(run, "Publish the one that stands elsewhere (spf.wrong-name) at %s itself.",
			run->domain);
	return MC_DONE;
}

/* What several records say together, each term once. */
static const char *
merged(struct mc_run *run, const struct mc_dns *txt)
{
	struct mc_arena *arena = run->arena;
	const char *record = "v=spf1";
	char all = 0;

	for (size_t i = 0; i < txt->count; i++) {
		size_t length = 0;
		const char *text = mc_rr_txt(arena, &txt->rrs[i], &length);
		struct mc_spf spf;
		if (text == NULL || !mc_spf_is_record(text, length) ||
			!mc_spf_parse(arena, text, length, &spf))
			continue;
		if (spf.bad != NULL || spf.redirect != NULL || spf.exp != NULL ||
			length > MERGED_LIMIT || strlen(record) > MERGED_LIMIT)
			return NULL;
		for (size_t j = 0; j < spf.count; j++) {
			const char *term = mc_spf_term_text(arena, &spf, &spf.terms[j]);
			const char *padded = mc_arena_printf(arena, " %s ", term);
			if (spf.terms[j].kind == MC_SPF_ALL) {
				all = all == 0 || all == '-' ? spf.terms[j].qualifier : all;
				break;
			}
			if (strstr(mc_arena_printf(arena, "%s ", record), padded) == NULL)
				record = mc_arena_printf(arena, "%s %s", record, term);
		}
	}
	return all != 0 ? mc_arena_printf(arena, "%s %call", record, all) : record;
}

static enum mc_step
several_records(struct mc_run *run, const struct mc_dns *txt, size_t count)
{
	const char *record = merged(run, txt);

	/* the records first: a report may leave out what is behind two of them */
	for (size_t i = 0, shown = 0; i < txt->count; i++) {
		size_t length = 0;
		const char *text = mc_rr_txt(run->arena, &txt->rrs[i], &length);
		if (text == NULL || !mc_spf_is_record(text, length))
			continue;
		text = mc_arena_printf(run->arena, "%s %u TXT %s", txt->canonical, txt->rrs[i].ttl,
			mc_rr_rdata_text(run->arena, &txt->rrs[i]));
		if (shown++ == 0)
			mc_find(run, "spf.multiple", "%s", text);
		else
			mc_evidence(run, "%s", text);
	}
	mc_evidence(run, "%zu records at %s", count, txt->canonical);
	if (record != NULL)
		mc_fix(run, "Remove all but one, which may say: %s. TXT \"%s\"", run->domain,
			record);
	return MC_DONE;
}

/* --- beside the record --- */

static size_t
answer_size(const struct mc_dns *txt)
{
	size_t size = 12 + strlen(txt->name) + 2 + 4 + 11; /* header, question, OPT */

	for (size_t i = 0; i < txt->count; i++)
		size += 12u + txt->rrs[i].rdlength;
	return size;
}

static void
judge_zone(struct mc_run *run, const struct mc_dns *txt, const struct mc_dns *old)
{
	size_t size = answer_size(txt);

	for (size_t i = 0; i < txt->count; i++) {
		size_t length = 0;
		const char *text = mc_rr_txt(run->arena, &txt->rrs[i], &length);
		if (text != NULL && length >= 8 && strncasecmp(text, "spf2.0/", 7) == 0)
			mc_find(run, "spf.sender-id", "%s", text);
	}
	if (old->fact.status == MC_FACT_OK && old->count > 0)
		mc_find(run, "spf.type-99", "%s %u SPF %s", old->canonical, old->rrs[0].ttl,
			mc_rr_rdata_text(run->arena, &old->rrs[0]));
	if (size > UDP_LIMIT) {
		mc_find(run, "spf.size", "the TXT records of %s take about %zu octets", run->domain,
			size);
		if (size > FRAGMENT_LIMIT)
			mc_severity(run, MC_NOTICE);
	}
}

/* --- what it includes --- */

/* An include that matches everyone, by its own end or that of a record it redirects to, or by its
 * networks; how; NULL: it is none. */
static const char *
passes_all(const struct mc_spf_node *node)
{
	const char *term = node->term[0] == '+' ? node->term + 1 : node->term;
	const struct mc_spf_node *end = mc_spf_end(node);

	if (node->parent == NULL || strncasecmp(term, "include:", 8) != 0 ||
		node->state != MC_SPF_HAS_RECORD)
		return NULL;
	if (end != NULL && end->spf.all != NULL && end->spf.all->qualifier == '+')
		return "ends in +all";
	return mc_spf_covers(&node->spf) != NULL ? "lets all networks send" : NULL;
}

/* The domain's own are told with the rest of its record. */
static void
tell_wide_ranges(struct mc_run *run, const struct mc_spf_node *node)
{
	bool told = false;

	for (size_t i = 0; i < node->spf.count; i++) {
		const struct mc_spf_term *term = &node->spf.terms[i];
		if (!mc_spf_is_wide(term))
			continue;
		if (!told)
			mc_find(run, "spf.wide-range", "%s, by %s (of %s)",
				mc_spf_term_text(run->arena, &node->spf, term), node->term,
				node->parent->domain);
		told = true;
	}
}

/* The record with the fault may be that of somebody else. */
static void
fix_include(struct mc_run *run, const struct mc_spf_node *node)
{
	bool theirs = !mc_name_within(node->parent->domain, run->domain);
	const char *holder = theirs ? node->parent->domain : node->domain;
	const struct mc_spf_node *first = node;

	if (!theirs && node->state != MC_SPF_HAS_ERROR && node->state != MC_SPF_HAS_SEVERAL)
		return;
	if (!theirs && mc_name_within(node->domain, run->domain)) {
		mc_fix(run, "Correct the record at %s.", node->domain);
		return;
	}
	while (first->parent->parent != NULL)
		first = first->parent;
	mc_fix(run,
		"The fault is in the record of %s: whoever runs that has to correct it. If that "
		"takes "
		"long, take %s out of the record of %s, and name what sends for it by ip4 and ip6.",
		holder, first->term, run->domain);
}

static void
judge_node(struct mc_run *run, const struct mc_spf_node *node)
{
	struct mc_arena *arena = run->arena;

	if (node->state == MC_SPF_LOOP)
		mc_find(run, "spf.loop", "%s (of %s) leads back to %s", node->term,
			node->parent->domain, node->domain);
	if (node->state == MC_SPF_HAS_NONE || node->state == MC_SPF_HAS_SEVERAL ||
		node->state == MC_SPF_NO_NAME ||
		(node->state == MC_SPF_HAS_ERROR && node->parent != NULL)) {
		mc_find(run, "spf.include-unusable", "%s (of %s): %s", node->term,
			node->parent->domain,
			node->nxdomain ? "the name does not exist"
				       : mc_spf_state_text(node->state));
		if (node->state == MC_SPF_HAS_ERROR)
			mc_evidence(run, "%s, character %zu: %s",
				mc_spf_term_text(arena, &node->spf, node->spf.bad),
				node->spf.bad->problem_at + 1, node->spf.bad->problem);
		fix_include(run, node);
	}
	if (node->state == MC_SPF_FAILED) {
		const char *why = node->failed != NULL ? node->failed->text
						       : "the answer fails DNSSEC validation";
		mc_find(run, "spf.include-lookup-failed", "%s: %s", node->term, why);
		mc_inconclusive(run, "%s: %s", node->term, why);
	}
	if (passes_all(node) != NULL)
		mc_find(run, "spf.pass-all-included", "%s %s: %s", node->domain, passes_all(node),
			escaped(run, node->spf.text, node->spf.length));
	if (node->parent != NULL)
		tell_wide_ranges(run, node);
	for (const struct mc_spf_node *child = node->child; child != NULL; child = child->next)
		judge_node(run, child);
}

static void
tell_costs(struct mc_run *run, const struct mc_spf_node *root)
{
	unsigned own = root->lookups;

	for (const struct mc_spf_node *child = root->child; child != NULL; child = child->next) {
		mc_evidence(run, "%s: %u", child->term, child->lookups + 1);
		own -= child->lookups + 1;
	}
	if (own > 0)
		mc_evidence(run, "other terms of the record: %u", own);
}

static const char *
void_text(struct mc_run *run, const struct mc_spf_void *entry)
{
	return mc_arena_printf(run->arena, "%s (of %s): %s %s", entry->term, entry->node->domain,
		entry->below_mx ? "no address at the MX hosts of" : "nothing at", entry->name);
}

static void
judge_voids(struct mc_run *run, const struct mc_spf_tree *tree)
{
	unsigned four = tree->root->voids4, six = tree->root->voids6;
	const char *id = four > MC_SPF_VOIDS  ? "spf.void-limit"
			 : six > MC_SPF_VOIDS ? "spf.void-limit-ipv6"
					      : NULL;

	if (id != NULL)
		mc_find(run, id, "%u terms have no answer for an IPv4 client, %u for an IPv6 one",
			four, six);
	for (const struct mc_spf_void *entry = tree->voids; entry != NULL; entry = entry->next) {
		if (entry->problem != NULL)
			continue;
		if (entry->exchanges > 0) {
			mc_find(run, "spf.mx-limit", "%s: %s has %zu MX records", entry->term,
				entry->name, entry->exchanges);
			id = NULL;
		} else if (id != NULL) {
			mc_evidence(run, "%s%s", void_text(run, entry),
				entry->four && entry->six ? ""
				: entry->four             ? " for IPv4"
							  : " for IPv6");
		} else if (entry->four && entry->six) {
			mc_find(run, "spf.void", "%s", void_text(run, entry));
			if (mc_name_within(entry->name, run->domain))
				mc_fix(run,
					entry->below_mx ? "Correct the MX records of %s, or remove "
							  "the term."
							: "Remove the term, or correct the name.",
					entry->name);
		}
	}
}

/* What a, mx and exists ask for and does not come. */
static void
judge_failures(struct mc_run *run, const struct mc_spf_tree *tree)
{
	bool told = false;

	for (const struct mc_spf_void *entry = tree->voids; entry != NULL; entry = entry->next) {
		if (entry->problem == NULL)
			continue;
		if (told) {
			mc_evidence(run, "%s (of %s): %s", entry->term, entry->node->domain,
				entry->problem);
			continue;
		}
		told = true;
		mc_find(run, "spf.include-lookup-failed", "%s (of %s): %s", entry->term,
			entry->node->domain, entry->problem);
		mc_inconclusive(run, "%s: %s", entry->term, entry->problem);
	}
}

static void
judge_tree(struct mc_run *run, const struct mc_spf_tree *tree)
{
	const struct mc_spf_node *root = tree->root;

	if (root->lookups > MC_SPF_LOOKUPS) {
		mc_find(run, "spf.lookup-limit", "%u lookups when no term matches", root->lookups);
		tell_costs(run, root);
	}
	judge_voids(run, tree);
	judge_node(run, root);
	judge_failures(run, tree);
}

/* --- the domain's own mail hosts --- */

/* False while something is missing. */
static bool
judge_address(struct mc_run *run, const char *host, const struct mc_rr *rr)
{
	struct mc_spf_query query = {.domain = run->domain, .sender = "", .helo = host};
	struct mc_spf_evaluation evaluation;
	char address[MC_ADDRESS_SIZE];

	if (!mc_rr_address(rr, &query.address))
		return true;
	if (mc_spf_check_host(run, &query, &evaluation) == MC_WAIT)
		return false;
	if (evaluation.result == MC_SPF_PASS || evaluation.result >= MC_SPF_TEMPERROR)
		return true;
	mc_address_format(address, &query.address);
	mc_find(run, "spf.own-mx", "%s [%s]: %s", host, address,
		mc_spf_result_name(evaluation.result));
	return true;
}

static bool
judge_own(struct mc_run *run, const struct mc_dns *mx, const struct mc_spf *spf)
{
	static const uint16_t types[] = {MC_RR_A, MC_RR_AAAA};
	bool whole = true;

	if (mx->fact.status != MC_FACT_OK || mc_spf_is_nobody(spf))
		return true;
	for (size_t i = 0; i < mx->count && i < OWN_HOSTS; i++) {
		char name[MC_NAME_TEXT_SIZE];
		uint16_t preference;
		if (!mc_rr_mx(&mx->rrs[i], &preference, name) || !mc_name_within(name, run->domain))
			continue;
		for (size_t j = 0; j < 2; j++) {
			const char *host = mc_arena_strdup(run->arena, name);
			const struct mc_dns *dns = mc_ask_dns(run, NULL, host, types[j]);
			whole = whole && dns != NULL;
			for (size_t k = 0; dns != NULL && dns->fact.status == MC_FACT_OK &&
					   k < dns->count && k < 4;
				k++)
				whole = judge_address(run, host, &dns->rrs[k]) && whole;
		}
	}
	return whole;
}

/* --- the record --- */

static void
put_values(struct mc_run *run, const struct mc_spf_tree *tree)
{
	const struct mc_spf_node *root = tree->root;
	const struct mc_spf_node *end = mc_spf_end(root);
	const struct mc_spf_term *all = root->spf.all;
	unsigned voids = root->voids4 > root->voids6 ? root->voids4 : root->voids6;
	char word[] = "+all";

	if (all != NULL)
		word[0] = all->qualifier;
	json_object_set_new(
		run->values, "record", json_string(escaped(run, root->spf.text, root->spf.length)));
	json_object_set_new(run->values, "all", all != NULL ? json_string(word) : json_null());
	word[0] = end != NULL && end->spf.all != NULL ? end->spf.all->qualifier : '\0';
	json_object_set_new(
		run->values, "effective_all", word[0] != '\0' ? json_string(word) : json_null());
	json_object_set_new(run->values, "lookups", json_integer(root->lookups));
	json_object_set_new(run->values, "void_lookups", json_integer(voids));
	json_object_set_new(run->values, "void_lookups_ipv4", json_integer(root->voids4));
	json_object_set_new(run->values, "void_lookups_ipv6", json_integer(root->voids6));
	json_object_set_new(run->values, "tree", mc_spf_tree_json(run, root));
	mc_spf_put_samples(run, root);
}

static void
find_problems(struct mc_run *run, const struct mc_problems *problems, const struct mc_dns *txt)
{
	for (const struct mc_problem *problem = problems->first; problem != NULL;
		problem = problem->next) {
		if (strcmp(problem->id, "spf.lookup-limit") == 0)
			continue; /* the tree tells it better */
		mc_find(run, problem->id, "%s", problem->evidence);
		mc_evidence(run, "%s, TTL %u s", txt->canonical, txt->ttl);
		if (problem->fix[0] != '\0')
			mc_fix(run, "%s", problem->fix);
	}
}

static enum mc_step
one_record(struct mc_run *run, const struct mc_dns *txt, const struct mc_dns *mx, const char *text,
	size_t length)
{
	struct mc_problems problems;
	enum mc_step explanation;
	struct mc_spf_tree tree;

	if (!mc_spf_tree_grow(run, run->domain, text, length, &tree))
		return MC_WAIT;
	mc_problems_init(&problems, run->arena);
	put_values(run, &tree);
	mc_spf_lint(&tree.root->spf, &problems);
	find_problems(run, &problems, txt);
	mc_spf_judge_strings(run, txt, text, length);
	judge_tree(run, &tree);
	mc_spf_judge_end(run, tree.root);
	explanation = mc_spf_judge_explanation(run, &tree.root->spf);
	return judge_own(run, mx, &tree.root->spf) ? explanation : MC_WAIT;
}

static enum mc_step
check_domain(struct mc_run *run)
{
	const struct mc_dns *txt = mc_ask_dns(run, NULL, run->domain, MC_RR_TXT);
	const struct mc_dns *old = mc_ask_dns(run, NULL, run->domain, MC_RR_SPF);
	const struct mc_dns *mx = mc_ask_dns(run, NULL, run->domain, MC_RR_MX);
	const char *text = "";
	size_t length = 0, count;

	json_object_set_new(run->values, "record", json_null());
	json_object_set_new(run->values, "lookups", json_integer(0));
	json_object_set_new(run->values, "void_lookups", json_integer(0));
	if (txt == NULL || old == NULL || mx == NULL)
		return MC_WAIT;
	if (txt->fact.status != MC_FACT_OK)
		return mc_undetermined(run, "spf.lookup-failed", &txt->fact);
	if (txt->dnssec == MC_DNSSEC_BOGUS) {
		mc_find(run, "spf.bogus", "%s", txt->why_bogus);
		return MC_DONE;
	}
	count = mc_spf_select(run->arena, txt, &text, &length);
	judge_zone(run, txt, old);
	if (count == 0)
		return without_record(run, txt, mx);
	if (count > 1)
		return several_records(run, txt, count);
	return one_record(run, txt, mx, text, length);
}

const struct mc_check mc_check_spf = {
	.name = "spf",
	.targets = MC_TARGET_DOMAIN,
	.records_only = true,
	.target = check_domain,
};
