/* record_type: records judged by their text. */
#include "check/record_type.h"

#include <string.h>
#include <strings.h>

#include "base/escape.h"
#include "record/spf_macro.h"

void
mc_record_put_text(json_t *values, const char *key, struct mc_arena *arena, const char *text)
{
	json_object_set_new(values, key,
		text != NULL ? json_string(mc_escape(arena, text, strlen(text))) : json_null());
}

void
mc_record_put_uris(
	json_t *values, const char *key, struct mc_arena *arena, const struct mc_report_uris *uris)
{
	json_t *array = json_array();

	for (size_t i = 0; i < uris->count; i++) {
		const char *text = uris->uris[i].text;
		if (uris->uris[i].wrong == NULL)
			json_array_append_new(
				array, json_string(mc_escape(arena, text, strlen(text))));
	}
	json_object_set_new(values, key, array);
}

static void
put_items(json_t *values, const char *key, struct mc_arena *arena, const char *list)
{
	struct mc_tag_items items = {list, ':'};
	json_t *array = list != NULL ? json_array() : json_null();
	const char *item;

	while (mc_tag_items_next(&items, arena, &item))
		json_array_append_new(array, json_string(mc_escape(arena, item, strlen(item))));
	json_object_set_new(values, key, array);
}

void
mc_record_put_dkim(json_t *values, struct mc_arena *arena, const struct mc_dkim *dkim)
{
	mc_record_put_text(values, "key_type", arena, dkim->key_name);
	json_object_set_new(values, "key_bits",
		dkim->bits > 0 ? json_integer((json_int_t)dkim->bits) : json_null());
	json_object_set_new(values, "revoked", json_boolean(dkim->revoked));
	json_object_set_new(values, "testing", json_boolean(dkim->testing));
	json_object_set_new(values, "strict", json_boolean(dkim->strict));
	put_items(values, "hashes", arena, dkim->hashes);
	put_items(values, "services", arena, dkim->services);
	mc_record_put_text(values, "notes", arena, dkim->notes);
}

void
mc_record_put_dmarc(json_t *values, struct mc_arena *arena, const struct mc_dmarc *dmarc)
{
	const char psd[2] = {dmarc->psd, '\0'};

	mc_record_put_text(values, "p", arena, mc_dmarc_policy_name(dmarc->p));
	mc_record_put_text(values, "sp", arena, mc_dmarc_policy_name(dmarc->sp));
	mc_record_put_text(values, "np", arena, mc_dmarc_policy_name(dmarc->np));
	json_object_set_new(values, "psd", json_string(psd));
	json_object_set_new(values, "t", json_string(dmarc->testing ? "y" : "n"));
	json_object_set_new(values, "adkim", json_string(dmarc->strict_dkim ? "s" : "r"));
	json_object_set_new(values, "aspf", json_string(dmarc->strict_spf ? "s" : "r"));
	mc_record_put_text(values, "fo", arena, dmarc->fo);
	mc_record_put_uris(values, "rua", arena, &dmarc->rua);
	mc_record_put_uris(values, "ruf", arena, &dmarc->ruf);
}

void
mc_record_find(struct mc_run *run, const struct mc_problems *problems, const char *subject)
{
	for (const struct mc_problem *problem = problems->first; problem != NULL;
		problem = problem->next) {
		mc_find(run, problem->id, "%s", problem->evidence);
		mc_about(run, subject);
		if (problem->fix[0] != '\0')
			mc_fix(run, "%s", problem->fix);
	}
}

static void
put_spf_terms(json_t *values, struct mc_arena *arena, const struct mc_spf *spf)
{
	json_t *terms = json_array();

	for (size_t i = 0; i < spf->count; i++)
		json_array_append_new(
			terms, json_string(mc_escape(arena, spf->text + spf->terms[i].position,
				       spf->terms[i].length)));
	json_object_set_new(values, "terms", terms);
}

/* For mail of example.com, as the text does not say whose record it is. */
static void
put_spf_samples(json_t *values, struct mc_arena *arena, const struct mc_spf *spf)
{
	json_t *samples = json_array();

	for (size_t i = 0; i < spf->count; i++) {
		const struct mc_spf_term *term = &spf->terms[i];
		const char *sample;
		if (term->domain == NULL || term->kind == MC_SPF_UNKNOWN ||
			!mc_spf_macro_uses(term->domain, term->domain_length, 0))
			continue;
		sample = mc_spf_macro_sample(
			arena, term->domain, term->domain_length, "example.com", "example.com");
		json_array_append_new(
			samples, json_pack("{s:s, s:s}", "term", mc_spf_term_text(arena, spf, term),
					 "sample", mc_escape(arena, sample, strlen(sample))));
	}
	json_object_set_new(values, "macros", samples);
}

void
mc_record_put_spf(json_t *values, struct mc_arena *arena, const struct mc_spf *spf)
{
	char all[] = "+all";

	if (spf->all != NULL)
		all[0] = spf->all->qualifier;
	mc_record_put_text(
		values, "record", arena, mc_arena_strndup(arena, spf->text, spf->length));
	mc_record_put_text(values, "all", arena, spf->all != NULL ? all : NULL);
	json_object_set_new(
		values, "own_lookups", json_integer((json_int_t)mc_spf_own_lookups(spf)));
	put_spf_terms(values, arena, spf);
	put_spf_samples(values, arena, spf);
}

/* --- the types --- */

/* Octets of the longest character-string that the text was given as. */
static size_t
longest_string(const struct mc_record_judgement *judgement)
{
	size_t longest = 0, begin = 0;

	for (size_t i = 0; i < judgement->end_count; i++) {
		if (judgement->ends[i] - begin > longest)
			longest = judgement->ends[i] - begin;
		begin = judgement->ends[i];
	}
	return longest;
}

static void
judge_dkim(const char *text, size_t length, json_t *values, struct mc_record_judgement *judgement)
{
	struct mc_dkim dkim;

	mc_dkim_parse(text, length, &dkim, &judgement->problems);
	judgement->valid = dkim.valid;
	if (longest_string(judgement) > 255)
		mc_dkim_tell_long(text, length, longest_string(judgement), &judgement->problems);
	mc_record_put_dkim(values, judgement->problems.arena, &dkim);
}

static void
judge_dmarc(const char *text, size_t length, json_t *values, struct mc_record_judgement *judgement)
{
	struct mc_arena *arena = judgement->problems.arena;
	struct mc_dmarc dmarc;

	mc_dmarc_parse(text, length, &dmarc, &judgement->problems);
	judgement->valid = dmarc.valid;
	mc_record_put_dmarc(values, arena, &dmarc);
	mc_record_put_text(values, "effective_policy", arena,
		mc_dmarc_policy_name(mc_dmarc_apply(&dmarc, MC_DMARC_ITSELF, true)));
	mc_record_put_text(values, "subdomain_policy", arena,
		mc_dmarc_policy_name(mc_dmarc_apply(&dmarc, MC_DMARC_SUBDOMAIN, true)));
	mc_record_put_text(values, "nonexistent_subdomain_policy", arena,
		mc_dmarc_policy_name(mc_dmarc_apply(&dmarc, MC_DMARC_NONEXISTENT, true)));
}

static void
judge_mta_sts(
	const char *text, size_t length, json_t *values, struct mc_record_judgement *judgement)
{
	struct mc_mta_sts mta_sts;

	mc_mta_sts_parse(text, length, &mta_sts, &judgement->problems);
	judgement->valid = mta_sts.valid;
	mc_record_put_text(
		values, "id", judgement->problems.arena, mta_sts.id[0] != '\0' ? mta_sts.id : NULL);
}

static void
judge_mta_sts_policy(
	const char *text, size_t length, json_t *values, struct mc_record_judgement *judgement)
{
	struct mc_arena *arena = judgement->problems.arena;
	struct mc_mta_sts_policy policy;
	json_t *mxs = json_array();

	mc_mta_sts_policy_parse(text, length, &policy, &judgement->problems);
	judgement->valid = policy.valid;
	mc_record_put_text(values, "mode", arena, mc_mta_sts_mode_name(policy.mode));
	json_object_set_new(values, "max_age",
		policy.max_age >= 0 ? json_integer(policy.max_age) : json_null());
	for (size_t i = 0; i < policy.mx_count; i++)
		json_array_append_new(
			mxs, json_string(mc_escape(arena, policy.mxs[i], strlen(policy.mxs[i]))));
	json_object_set_new(values, "mx", mxs);
}

static void
judge_tls_rpt(
	const char *text, size_t length, json_t *values, struct mc_record_judgement *judgement)
{
	struct mc_tls_rpt tls_rpt;

	mc_tls_rpt_parse(text, length, &tls_rpt, &judgement->problems);
	judgement->valid = tls_rpt.valid;
	mc_record_put_uris(values, "rua", judgement->problems.arena, &tls_rpt.rua);
}

static void
judge_tlsa(const char *text, size_t length, json_t *values, struct mc_record_judgement *judgement)
{
	struct mc_arena *arena = judgement->problems.arena;
	struct mc_tlsa tlsa;
	const char *hex = "";

	mc_tlsa_parse(text, length, &tlsa, &judgement->problems);
	judgement->valid = tlsa.valid;
	if (tlsa.data == NULL)
		return;
	if (tlsa.length <= 64)
		for (size_t i = 0; i < tlsa.length; i++)
			hex = mc_arena_printf(arena, "%s%02x", hex, tlsa.data[i]);
	json_object_set_new(values, "port", tlsa.port > 0 ? json_integer(tlsa.port) : json_null());
	json_object_set_new(values, "usage", json_integer(tlsa.usage));
	json_object_set_new(values, "selector", json_integer(tlsa.selector));
	json_object_set_new(values, "matching_type", json_integer(tlsa.matching));
	mc_record_put_text(values, "usage_name", arena, mc_tlsa_usage_name(tlsa.usage));
	mc_record_put_text(values, "selector_name", arena, mc_tlsa_selector_name(tlsa.selector));
	mc_record_put_text(values, "matching_name", arena, mc_tlsa_matching_name(tlsa.matching));
	json_object_set_new(values, "octets", json_integer((json_int_t)tlsa.length));
	mc_record_put_text(values, "data", arena, tlsa.length <= 64 ? hex : NULL);
}

static void
judge_bimi(const char *text, size_t length, json_t *values, struct mc_record_judgement *judgement)
{
	struct mc_arena *arena = judgement->problems.arena;
	struct mc_bimi bimi;

	mc_bimi_parse(text, length, &bimi, &judgement->problems);
	judgement->valid = bimi.valid;
	json_object_set_new(values, "declined", json_boolean(bimi.declined));
	mc_record_put_text(values, "location", arena, bimi.location);
	mc_record_put_text(values, "authority", arena, bimi.authority);
	mc_record_put_text(values, "avatar", arena, bimi.avatar[0] != '\0' ? bimi.avatar : NULL);
}

static bool
has_long_string(const struct mc_record_judgement *judgement)
{
	for (size_t i = 0; i < judgement->end_count; i++)
		if (judgement->ends[i] - (i > 0 ? judgement->ends[i - 1] : 0) > UINT8_MAX)
			return true;
	return false;
}

/* Why it is none: the first thing that keeps receivers from taking it for one. */
static void
tell_spf_version(const char *text, size_t length, struct mc_problems *problems)
{
	size_t shown = length < 80 ? length : 80, blanks = 0;

	while (blanks < length && mc_is_fws(text[blanks]))
		blanks++;
	if (blanks == length)
		mc_problem(problems, "spf.version", MC_NOWHERE, "the text is empty");
	else if (length > MC_SPF_VERSION_LENGTH &&
		 strncasecmp(text, "v=spf1", MC_SPF_VERSION_LENGTH) == 0)
		mc_problem(problems, "spf.version", MC_SPF_VERSION_LENGTH,
			"%.*s: no space follows v=spf1", (int)shown, text);
	else if (blanks > 0)
		mc_problem(problems, "spf.version", 0, "white space stands before v=spf1");
	else
		mc_problem(problems, "spf.version", 0, "%.*s: the text does not begin with v=spf1",
			(int)shown, text);
}

static void
judge_spf(const char *text, size_t length, json_t *values, struct mc_record_judgement *judgement)
{
	struct mc_problems *problems = &judgement->problems;
	const char *parsed = length > 0 ? text : "";
	static const char *const kept[] = {NULL};
	struct mc_spf spf;

	judgement->valid = false;
	if (!mc_spf_is_record(parsed, length)) {
		tell_spf_version(parsed, length, problems);
		mc_problems_offer(problems, mc_spf_mend(problems->arena, parsed, length), kept);
		return;
	}
	if (!mc_spf_parse(problems->arena, parsed, length, &spf))
		return;
	mc_spf_lint(&spf, problems);
	if (judgement->ends == NULL || has_long_string(judgement))
		mc_spf_lint_length(&spf, problems);
	for (size_t i = 0; i + 1 < judgement->end_count; i++)
		if (mc_spf_is_glued(problems->arena, parsed, length, judgement->ends[i])) {
			mc_problem(problems, "spf.strings-glued", judgement->ends[i], "%.*s",
				(int)(length < 80 ? length : 80), parsed);
			break;
		}
	judgement->valid = spf.bad == NULL && mc_spf_own_lookups(&spf) <= MC_SPF_LOOKUP_LIMIT;
	mc_record_put_spf(values, problems->arena, &spf);
}

const struct mc_record_type mc_record_types[] = {
	{"spf", "receivers", true, judge_spf},
	{"dkim", "receivers", true, judge_dkim},
	{"dmarc", "receivers", true, judge_dmarc},
	{"mta-sts", "senders", true, judge_mta_sts},
	{"mta-sts-policy", "senders", false, judge_mta_sts_policy},
	{"tls-rpt", "senders", true, judge_tls_rpt},
	{"tlsa", "senders", false, judge_tlsa},
	{"bimi", "receivers", true, judge_bimi},
	{NULL, NULL, false, NULL},
};

const struct mc_record_type *
mc_record_type_find(const char *name)
{
	for (const struct mc_record_type *type = mc_record_types; type->name != NULL; type++)
		if (strcmp(type->name, name) == 0)
			return type;
	return NULL;
}
