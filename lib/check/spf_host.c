/* spf_host: check_host() of RFC 7208. */
#include "check/spf_host.h"

#include <string.h>

#include "base/escape.h"
#include "record/domain.h"

enum mc_spf_match
mc_spf_fail(
	struct mc_spf_evaluation *evaluation, enum mc_spf_result result, const char *reason, ...)
{
	va_list arguments;

	va_start(arguments, reason);
	evaluation->reason = mc_arena_vprintf(evaluation->run->arena, reason, arguments);
	va_end(arguments);
	evaluation->result = result;
	return MC_SPF_ERROR;
}

/* --- the trace --- */

#define STEP_LIMIT 20000

/* Beyond the limit terms are evaluated, but not told; nor is a pass that will be done again. */
static struct mc_spf_step *
add_step(struct mc_spf_evaluation *evaluation, const struct mc_spf *spf,
	const struct mc_spf_term *term)
{
	struct mc_spf_step *step = NULL;
	bool kept = evaluation->step_count < STEP_LIMIT && !evaluation->waiting;

	if (kept)
		step = mc_arena_alloc(evaluation->run->arena, sizeof(*step));
	if (step == NULL)
		step = &evaluation->untold;
	else
		evaluation->step_count++;
	*step = (struct mc_spf_step){.depth = evaluation->depth,
		.domain = evaluation->identity.domain,
		.term = kept ? mc_escape(evaluation->run->arena, spf->text + term->position,
				       term->length)
			     : "",
		.result = "",
		.reason = ""};
	if (step == &evaluation->untold)
		return step;
	*evaluation->tail = step;
	evaluation->tail = &step->next;
	return step;
}

/* --- the record --- */

size_t
mc_spf_select(
	struct mc_arena *arena, const struct mc_dns *txt, const char **ret_text, size_t *ret_length)
{
	size_t count = 0;

	for (size_t i = 0; i < txt->count; i++) {
		size_t length = 0;
		const char *text = mc_rr_txt(arena, &txt->rrs[i], &length);
		if (text == NULL || !mc_spf_is_record(text, length))
			continue;
		if (count++ == 0) {
			*ret_text = text;
			*ret_length = length;
		}
	}
	return count;
}

/* 4.3: a malformed name, or one of a single label, has no record. */
static bool
is_domain(const char *domain, char name[MC_NAME_TEXT_SIZE])
{
	return mc_spf_name_canonical(domain, name) && strchr(domain, '.') != NULL &&
	       domain[0] != '[';
}

/* The record of the identity's domain; false when the result is there without it, or something
 * is missing. */
static bool
find_record(struct mc_spf_evaluation *evaluation, struct mc_spf *spf, bool *ret_void)
{
	struct mc_arena *arena = evaluation->run->arena;
	const char *domain = evaluation->identity.domain, *text, *problem;
	char name[MC_NAME_TEXT_SIZE];
	const struct mc_dns *txt;
	size_t length, count;

	evaluation->result = MC_SPF_NONE;
	if (!is_domain(domain, name)) {
		(void)mc_spf_fail(evaluation, MC_SPF_NONE,
			"%s is no domain name of two labels or more",
			domain[0] != '\0' ? domain : "the empty name");
		return false;
	}
	txt = mc_spf_ask(evaluation, mc_arena_strdup(arena, name), MC_RR_TXT);
	if (txt == NULL)
		return false;
	problem = mc_spf_unusable(txt);
	if (problem != NULL) {
		(void)mc_spf_fail(evaluation, MC_SPF_TEMPERROR, "%s TXT: %s", domain, problem);
		return false;
	}
	*ret_void = txt->count == 0;
	count = mc_spf_select(arena, txt, &text, &length);
	if (count == 0)
		(void)mc_spf_fail(evaluation, MC_SPF_NONE, "%s %s", domain,
			txt->nxdomain ? "does not exist" : "has no SPF record");
	else if (count > 1)
		(void)mc_spf_fail(
			evaluation, MC_SPF_PERMERROR, "%s has %zu SPF records", domain, count);
	else if (mc_spf_parse(arena, text, length, spf))
		return true;
	return false;
}

static bool
count_lookup(struct mc_spf_evaluation *evaluation, struct mc_spf_step *step)
{
	if (evaluation->lookups >= MC_SPF_LOOKUPS) {
		(void)mc_spf_fail(evaluation, MC_SPF_PERMERROR,
			"more than %d terms that cause DNS lookups", MC_SPF_LOOKUPS);
		return false;
	}
	step->cost = 1;
	step->number = ++evaluation->lookups;
	return true;
}

/* --- include and redirect --- */

/* check_host() for the identity's domain; `from` is the term that led there, NULL for none. */
static void evaluate(
	struct mc_spf_evaluation *evaluation, struct mc_spf_step *from, bool outermost);

/* check_host() for another domain with the same client; false while its name is missing. */
static bool
evaluate_other(struct mc_spf_evaluation *evaluation, const struct mc_spf_term *term,
	struct mc_spf_step *step, bool outermost)
{
	const char *domain = evaluation->identity.domain;
	const char *target = mc_spf_target(evaluation, term->domain, term->domain_length);

	if (target == NULL)
		return false;
	step->target = target;
	evaluation->identity.domain = target;
	evaluation->depth++;
	evaluate(evaluation, step, outermost);
	evaluation->depth--;
	evaluation->identity.domain = domain;
	return true;
}

static const char *const included[] = {
	[MC_SPF_NONE] = "the included record says none",
	[MC_SPF_NEUTRAL] = "the included record says neutral",
	[MC_SPF_PASS] = "the included record says pass",
	[MC_SPF_FAIL] = "the included record says fail",
	[MC_SPF_SOFTFAIL] = "the included record says softfail",
	[MC_SPF_TEMPERROR] = "the included record says temperror",
	[MC_SPF_PERMERROR] = "the included record says permerror",
};

static enum mc_spf_match
match_include(struct mc_spf_evaluation *evaluation, const struct mc_spf_term *term,
	struct mc_spf_step *step)
{
	bool waited = evaluation->waiting;

	evaluation->waiting = false;
	if (!evaluate_other(evaluation, term, step, false) || evaluation->waiting) {
		evaluation->waiting = true;
		return MC_SPF_LATER;
	}
	evaluation->waiting = waited;
	step->reason = included[evaluation->result];
	switch (evaluation->result) {
	case MC_SPF_PASS:
		return MC_SPF_MATCH;
	case MC_SPF_TEMPERROR:
	case MC_SPF_PERMERROR:
		return MC_SPF_ERROR;
	case MC_SPF_NONE:
		return mc_spf_fail(evaluation, MC_SPF_PERMERROR, "include: %s", evaluation->reason);
	default:
		return MC_SPF_NO_MATCH;
	}
}

static void
redirect(struct mc_spf_evaluation *evaluation, const struct mc_spf *spf, bool outermost)
{
	struct mc_spf_step *step = add_step(evaluation, spf, spf->redirect);

	if (count_lookup(evaluation, step) &&
		evaluate_other(evaluation, spf->redirect, step, outermost)) {
		if (evaluation->result == MC_SPF_NONE)
			(void)mc_spf_fail(
				evaluation, MC_SPF_PERMERROR, "redirect: %s", evaluation->reason);
	}
	step->lookups = evaluation->lookups;
	step->result = mc_spf_result_name(evaluation->result);
}

/* --- the explanation (6.2) --- */

/* It becomes part of a reply, which is ASCII (6.2): a sender or HELO name may not be. */
static const char *
as_reply_text(const char *text)
{
	for (const char *at = text; *at != '\0'; at++)
		if (*at < 0x20 || *at > 0x7e)
			return NULL;
	return text;
}

static const char *
explanation_text(struct mc_spf_evaluation *evaluation, const struct mc_dns *txt)
{
	struct mc_arena *arena = evaluation->run->arena;
	size_t length = 0, at;
	const char *text;

	if (mc_spf_unusable(txt) != NULL || txt->count != 1)
		return NULL;
	text = mc_rr_txt(arena, &txt->rrs[0], &length);
	if (text == NULL || mc_spf_macro_check(text, length, MC_SPF_MACRO_TEXT, &at) != NULL)
		return NULL;
	if (mc_spf_macro_uses(text, length, 'p') && mc_spf_target(evaluation, text, length) == NULL)
		return NULL;
	return as_reply_text(mc_spf_macro_expand(arena, text, length, &evaluation->identity));
}

static void
explain(struct mc_spf_evaluation *evaluation, const struct mc_spf *spf)
{
	struct mc_arena *arena = evaluation->run->arena;
	char name[MC_NAME_TEXT_SIZE];
	const struct mc_dns *txt;
	struct mc_spf_step *step;
	const char *target;

	if (evaluation->waiting || spf->exp == NULL)
		return;
	target = mc_spf_target(evaluation, spf->exp->domain, spf->exp->domain_length);
	if (target == NULL || !mc_spf_name_canonical(target, name))
		return;
	txt = mc_spf_ask(evaluation, mc_arena_strdup(arena, name), MC_RR_TXT);
	if (txt == NULL)
		return;
	evaluation->explanation = explanation_text(evaluation, txt);
	step = add_step(evaluation, spf, spf->exp);
	step->target = target;
	step->lookups = evaluation->lookups;
	step->result = evaluation->explanation != NULL ? "explanation" : "no explanation";
}

/* --- the terms in order --- */

static const char *const match_words[] = {
	[MC_SPF_NO_MATCH] = "no match",
	[MC_SPF_MATCH] = "match",
	[MC_SPF_ERROR] = "",
	[MC_SPF_LATER] = "",
};

/* RFC 8616, 4: a local part beyond ASCII matches nothing. */
static bool
is_unmatchable(const struct mc_spf_evaluation *evaluation, const struct mc_spf_term *term)
{
	const char *domain = term->domain;
	size_t length = term->domain_length;
	bool ascii = true;

	for (const char *at = evaluation->identity.local_part; *at != '\0'; at++)
		ascii = ascii && (unsigned char)*at < 0x80;
	return !ascii && domain != NULL &&
	       (mc_spf_macro_uses(domain, length, 's') || mc_spf_macro_uses(domain, length, 'l'));
}

static enum mc_spf_match
match_term(struct mc_spf_evaluation *evaluation, const struct mc_spf_term *term,
	struct mc_spf_step *step)
{
	if (mc_spf_kind_looks_up(term->kind) && !count_lookup(evaluation, step))
		return MC_SPF_ERROR;
	if (is_unmatchable(evaluation, term)) {
		step->reason = "the local part is not ASCII (RFC 8616, 4)";
		return MC_SPF_NO_MATCH;
	}
	return term->kind == MC_SPF_INCLUDE ? match_include(evaluation, term, step)
					    : mc_spf_match(evaluation, term, step);
}

static enum mc_spf_match
evaluate_term(struct mc_spf_evaluation *evaluation, const struct mc_spf *spf,
	const struct mc_spf_term *term)
{
	struct mc_spf_step *step = add_step(evaluation, spf, term);
	enum mc_spf_match match = match_term(evaluation, term, step);

	step->lookups = evaluation->lookups;
	step->result =
		match == MC_SPF_ERROR ? mc_spf_result_name(evaluation->result) : match_words[match];
	if (match == MC_SPF_ERROR && step->reason[0] == '\0')
		step->reason = evaluation->reason;
	return match;
}

static enum mc_spf_result
result_of(char qualifier)
{
	return qualifier == '-'   ? MC_SPF_FAIL
	       : qualifier == '~' ? MC_SPF_SOFTFAIL
	       : qualifier == '?' ? MC_SPF_NEUTRAL
				  : MC_SPF_PASS;
}

static void
evaluate_terms(struct mc_spf_evaluation *evaluation, const struct mc_spf *spf, bool outermost)
{
	for (size_t i = 0; i < spf->count; i++) {
		const struct mc_spf_term *term = &spf->terms[i];
		enum mc_spf_match match;
		if (term->kind > MC_SPF_EXISTS)
			continue;
		match = evaluate_term(evaluation, spf, term);
		if (match == MC_SPF_ERROR)
			return;
		if (match != MC_SPF_MATCH)
			continue;
		evaluation->result = result_of(term->qualifier);
		evaluation->reason = "";
		if (evaluation->result == MC_SPF_FAIL && outermost)
			explain(evaluation, spf);
		return;
	}
	evaluation->result = MC_SPF_NEUTRAL;
	evaluation->reason = "";
	if (spf->redirect != NULL)
		redirect(evaluation, spf, outermost);
}

static void
syntax_error(struct mc_spf_evaluation *evaluation, const struct mc_spf *spf)
{
	struct mc_spf_step *step = add_step(evaluation, spf, spf->bad);

	(void)mc_spf_fail(evaluation, MC_SPF_PERMERROR, "%s (%s, character %zu)", spf->bad->problem,
		evaluation->identity.domain, spf->bad->problem_at + 1);
	step->lookups = evaluation->lookups;
	step->result = mc_spf_result_name(MC_SPF_PERMERROR);
	step->reason = evaluation->reason;
}

static void
evaluate(struct mc_spf_evaluation *evaluation, struct mc_spf_step *from, bool outermost)
{
	struct mc_spf spf;
	bool is_void = false;

	if (!find_record(evaluation, &spf, &is_void)) {
		if (is_void && from != NULL)
			(void)mc_spf_count_void(evaluation, from);
	} else if (spf.bad != NULL) {
		syntax_error(evaluation, &spf);
	} else {
		evaluate_terms(evaluation, &spf, outermost);
	}
}

/* --- who asks --- */

/* Macros take an internationalised name as A-labels (RFC 8616, 4); any other as it is. */
static const char *
as_ascii(struct mc_arena *arena, const char *name)
{
	char ascii[MC_NAME_TEXT_SIZE];

	return mc_domain_parse(name, ascii) == NULL && strstr(ascii, "xn--") != NULL
		       ? mc_arena_strdup(arena, ascii)
		       : name;
}

static void
set_identity(struct mc_spf_evaluation *evaluation, const struct mc_spf_query *query)
{
	struct mc_arena *arena = evaluation->run->arena;
	struct mc_spf_identity *identity = &evaluation->identity;
	const char *sender = query->sender[0] != '\0' ? query->sender : query->domain;
	const char *at = strrchr(sender, '@');
	const uint8_t *bytes = query->address.bytes;
	static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

	identity->domain = query->domain;
	identity->sender_domain = as_ascii(arena, at != NULL ? at + 1 : sender);
	identity->local_part = at != NULL && at > sender
				       ? mc_arena_strndup(arena, sender, (size_t)(at - sender))
				       : "postmaster";
	identity->sender =
		mc_arena_printf(arena, "%s@%s", identity->local_part, identity->sender_domain);
	identity->helo = query->helo[0] != '\0' ? as_ascii(arena, query->helo) : query->domain;
	identity->receiver = "unknown";
	identity->now = evaluation->run->now;
	identity->address = query->address;
	if (query->address.family == 6 && memcmp(bytes, mapped, sizeof(mapped)) == 0) {
		identity->address = (struct mc_address){.family = 4};
		memcpy(identity->address.bytes, bytes + 12, 4);
	}
}

enum mc_step
mc_spf_check_host(struct mc_run *run, const struct mc_spf_query *query,
	struct mc_spf_evaluation *ret_evaluation)
{
	struct mc_spf_evaluation *evaluation = ret_evaluation;

	*evaluation = (struct mc_spf_evaluation){.run = run, .reason = ""};
	evaluation->tail = &evaluation->first;
	set_identity(evaluation, query);
	evaluate(evaluation, NULL, true);
	return evaluation->waiting ? MC_WAIT : MC_DONE;
}
