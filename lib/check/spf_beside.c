/* spf_beside: what stands beside an SPF record: its explanation, the end it is redirected to, its
 * macros with a sample client, the strings it is made of, and records at names nobody asks. */
#include "check/spf_beside.h"

#include <string.h>
#include <strings.h>

#include "base/escape.h"
#include "record/spf_lint.h"

/* --- where a redirect ends --- */

const struct mc_spf_node *
mc_spf_end(const struct mc_spf_node *root)
{
	const struct mc_spf_node *node = root;

	while (node->spf.all == NULL && node->spf.redirect != NULL) {
		const struct mc_spf_node *child = node->child;
		while (child != NULL && strncasecmp(child->term, "redirect=", 9) != 0)
			child = child->next;
		if (child == NULL || child->state != MC_SPF_HAS_RECORD)
			return NULL;
		node = child;
	}
	return node;
}

void
mc_spf_judge_end(struct mc_run *run, const struct mc_spf_node *root)
{
	const struct mc_spf_node *end = mc_spf_end(root);
	const char *id = NULL;

	if (end == NULL || end == root)
		return;
	if (end->spf.all == NULL)
		id = "spf.no-all";
	else if (end->spf.all->qualifier == '+')
		id = "spf.pass-all";
	else if (end->spf.all->qualifier == '?')
		id = "spf.neutral-all";
	if (id == NULL)
		return;
	mc_find(run, id, "%s (of %s): %s", end->term, end->parent->domain,
		mc_escape(run->arena, end->spf.text, end->spf.length));
	mc_about(run, end->domain);
}

/* --- exp= --- */

/* Why receivers give no explanation of the domain's own; NULL: they do. */
static const char *
explanation_problem(struct mc_run *run, const struct mc_dns *txt)
{
	size_t length = 0, at;
	const char *text, *problem;

	if (txt->count == 0)
		return txt->nxdomain ? "that name does not exist" : "there is no TXT record";
	if (txt->count > 1)
		return "there are several TXT records";
	text = mc_rr_txt(run->arena, &txt->rrs[0], &length);
	if (text == NULL)
		return NULL;
	problem = mc_spf_macro_check(text, length, MC_SPF_MACRO_TEXT, &at);
	return problem != NULL ? mc_arena_printf(run->arena, "character %zu: %s", at + 1, problem)
			       : NULL;
}

enum mc_step
mc_spf_judge_explanation(struct mc_run *run, const struct mc_spf *spf)
{
	const struct mc_spf_term *term = spf->exp;
	struct mc_spf_identity identity = {.domain = run->domain};
	char name[MC_NAME_TEXT_SIZE];
	const struct mc_dns *txt;
	const char *problem;

	if (term == NULL || mc_spf_macro_uses(term->domain, term->domain_length, 0))
		return MC_DONE;
	if (!mc_spf_name_canonical(
		    mc_spf_macro_name(run->arena, mc_spf_macro_expand(run->arena, term->domain,
							  term->domain_length, &identity)),
		    name))
		return MC_DONE;
	txt = mc_ask_dns(run, NULL, mc_arena_strdup(run->arena, name), MC_RR_TXT);
	if (txt == NULL)
		return MC_WAIT;
	if (mc_spf_unusable(txt) != NULL)
		return MC_DONE;
	problem = explanation_problem(run, txt);
	if (problem != NULL)
		mc_find(run, "spf.explanation", "%s: %s", mc_spf_term_text(run->arena, spf, term),
			problem);
	return MC_DONE;
}

/* --- macros --- */

static void
put_samples(struct mc_run *run, const struct mc_spf_node *node, json_t *samples)
{
	for (size_t i = 0; i < node->spf.count; i++) {
		const struct mc_spf_term *term = &node->spf.terms[i];
		const char *sample = mc_spf_sample(run, node, term);
		if (sample == NULL)
			continue;
		json_array_append_new(samples,
			json_pack("{s:s, s:s, s:s}", "domain",
				mc_escape(run->arena, node->domain, strlen(node->domain)), "term",
				mc_spf_term_text(run->arena, &node->spf, term), "sample", sample));
	}
	for (const struct mc_spf_node *child = node->child; child != NULL; child = child->next)
		put_samples(run, child, samples);
}

void
mc_spf_put_samples(struct mc_run *run, const struct mc_spf_node *root)
{
	json_t *samples = json_array();

	put_samples(run, root, samples);
	json_object_set_new(run->values, "macros", samples);
}

/* --- character-strings --- */

/* Strings are joined without a space (3.3): a term at the start of one sticks to the one before. */
void
mc_spf_judge_strings(struct mc_run *run, const struct mc_dns *txt, const char *text, size_t length)
{
	for (size_t i = 0; i < txt->count; i++) {
		const struct mc_rr *rr = &txt->rrs[i];
		size_t other = 0, at = 0;
		const char *joined = mc_rr_txt(run->arena, rr, &other);
		if (joined == NULL || other != length || memcmp(joined, text, length) != 0)
			continue;
		for (size_t octet = 0; octet < rr->rdlength; octet += 1u + rr->rdata[octet]) {
			if (mc_spf_is_glued(run->arena, text, length, at)) {
				mc_find(run, "spf.strings-glued", "%s",
					mc_rr_rdata_text(run->arena, rr));
				return;
			}
			at += rr->rdata[octet];
		}
		return;
	}
}

/* --- other names --- */

static bool
tell_misplaced(struct mc_run *run, const char *prefix, const char *name)
{
	const struct mc_dns *txt = mc_ask_dns(run, prefix, name, MC_RR_TXT);
	size_t length = 0;
	const char *text;

	if (txt == NULL)
		return false;
	if (mc_spf_unusable(txt) != NULL || txt->alias_count > 0 ||
		mc_spf_select(run->arena, txt, &text, &length) != 1)
		return true;
	mc_find(run, "spf.wrong-name", "%s TXT \"%s\"", txt->name,
		mc_escape(run->arena, text, length));
	mc_fix(run, "Publish it at the domain itself: %s. TXT \"%s\"", run->domain,
		mc_escape(run->arena, text, length));
	return true;
}

enum mc_step
mc_spf_find_misplaced(struct mc_run *run)
{
	bool below = tell_misplaced(run, "_spf", run->domain);
	bool doubled = tell_misplaced(run, run->domain, run->domain);

	return below && doubled ? MC_DONE : MC_WAIT;
}
