/* spf_lint: what is wrong or unwise in an SPF record, by its text alone. */
#include "record/spf_lint.h"

#include <string.h>
#include <strings.h>

#include "record/spf_overlap.h"
#include "record/spf_tidy.h"

#define STRING_LIMIT 255 /* octets of a character-string */
#define LABEL_LIMIT 63   /* octets */

static const char *
text_of(const struct mc_problems *problems, const struct mc_spf *spf,
	const struct mc_spf_term *term)
{
	return mc_spf_term_text(problems->arena, spf, term);
}

bool
mc_spf_is_nobody(const struct mc_spf *spf)
{
	return spf->bad == NULL && spf->count >= 1 && spf->terms[0].kind == MC_SPF_ALL &&
	       spf->terms[0].qualifier == '-';
}

/* --- syntax --- */

static bool
ends_in_colon(const struct mc_spf *spf, const struct mc_spf_term *term)
{
	return spf->text[term->position + term->length - 1] == ':';
}

static void
lint_syntax(const struct mc_spf *spf, struct mc_problems *problems)
{
	size_t told = 0;

	for (size_t i = 0; i < spf->count && told < MC_SPF_TOLD_LIMIT; i++) {
		const struct mc_spf_term *term = &spf->terms[i];
		if (term->kind != MC_SPF_BAD)
			continue;
		told++;
		mc_problem(problems, "spf.syntax", term->problem_at, "%s%s %s",
			text_of(problems, spf, term), ends_in_colon(spf, term) ? "" : ":",
			term->problem);
	}
}

/* --- all and what comes behind it --- */

bool
mc_spf_is_behind_all(const struct mc_spf *spf, const struct mc_spf_term *term)
{
	return spf->all != NULL && term->kind <= MC_SPF_EXISTS && term > spf->all;
}

static void
lint_reach(const struct mc_spf *spf, struct mc_problems *problems)
{
	const struct mc_spf_term *first = NULL;

	for (size_t i = 0; i < spf->count && first == NULL; i++) {
		const struct mc_spf_term *term = &spf->terms[i];
		if (mc_spf_is_behind_all(spf, term) ||
			(spf->all != NULL && term->kind == MC_SPF_REDIRECT))
			first = term;
	}
	if (first == NULL)
		return;
	mc_problem(
		problems, "spf.unreachable", first->position, "%s", text_of(problems, spf, first));
	mc_problem_fix(problems, "Publish " MC_SPF_TIDY "; or move what is meant before \"all\".");
}

static void
lint_all(const struct mc_spf *spf, struct mc_problems *problems)
{
	const struct mc_spf_term *all = spf->all;

	if (all == NULL && spf->redirect != NULL)
		return;
	if (all == NULL) {
		mc_problem(problems, "spf.no-all", MC_NOWHERE, "%.*s", (int)spf->length, spf->text);
		mc_problem_fix(problems, "Publish " MC_SPF_TIDY);
		return;
	}
	if (all->qualifier == '+') {
		mc_problem(
			problems, "spf.pass-all", all->position, "%s", text_of(problems, spf, all));
		mc_problem_fix(problems, "Publish " MC_SPF_TIDY);
	}
	if (all->qualifier == '?') {
		mc_problem(problems, "spf.neutral-all", all->position, "%s",
			text_of(problems, spf, all));
		mc_problem_fix(problems, "Publish " MC_SPF_TIDY);
	}
}

/* --- single terms --- */

/* Behind what stands at `at`: a character of a host name, a macro, or "%%" and its like; `at`
 * itself: none of these. */
static size_t
behind_plain(const char *text, size_t at, size_t length)
{
	static const char plain[] = "-_."
				    "0123456789"
				    "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	const char *close;

	if (text[at] != '%')
		return strchr(plain, text[at]) != NULL ? at + 1 : at;
	close = memchr(text + at, '}', length - at);
	return at + 1 < length && text[at + 1] == '{' && close != NULL ? (size_t)(close - text) + 1
								       : at + 2;
}

size_t
mc_spf_odd_at(const struct mc_spf_term *term, const char *text)
{
	size_t begin, length = term->domain_length, behind;

	if (term->kind >= MC_SPF_UNKNOWN || term->domain == NULL)
		return MC_NOWHERE;
	begin = (size_t)(term->domain - text);
	for (size_t at = 0; at < length; at = behind)
		if ((behind = behind_plain(term->domain, at, length)) == at)
			return begin + at;
	return length > 4 && strncasecmp(term->domain + length - 4, "-all", 4) == 0
		       ? begin + length - 4
		       : MC_NOWHERE;
}

/* RFC 1035, 2.3.4: what no label can be; what macros make of one is not known here. */
static void
lint_labels(const struct mc_spf *spf, const struct mc_spf_term *term, struct mc_problems *problems)
{
	const char *label = term->domain, *dot, *end;

	if (term->kind >= MC_SPF_UNKNOWN || label == NULL ||
		memchr(label, '%', term->domain_length) != NULL)
		return;
	end = label + term->domain_length;
	for (; label < end; label = dot + 1) {
		dot = memchr(label, '.', (size_t)(end - label));
		if (dot == NULL)
			dot = end;
		if (dot > label && dot - label <= LABEL_LIMIT)
			continue;
		mc_problem(problems, "spf.odd-domain", (size_t)(label - spf->text), "%s: %s",
			text_of(problems, spf, term),
			dot == label ? "an empty label" : "a label of more than 63 octets");
		return;
	}
}

static void
lint_domain(const struct mc_spf *spf, const struct mc_spf_term *term, struct mc_problems *problems)
{
	size_t at = mc_spf_odd_at(term, spf->text);

	if (at == MC_NOWHERE) {
		lint_labels(spf, term, problems);
		return;
	}
	mc_problem(problems, "spf.odd-domain", at, "%s: \"%.*s\" in a domain",
		text_of(problems, spf, term), spf->text[at] == '-' ? 4 : 1, spf->text + at);
	if (mc_spf_mend(problems->arena, spf->text, spf->length) != NULL)
		mc_problem_fix(problems, "Publish " MC_SPF_TIDY);
}

bool
mc_spf_is_mechanism_name(const struct mc_spf_term *term)
{
	for (enum mc_spf_kind kind = MC_SPF_ALL; kind <= MC_SPF_EXISTS; kind++)
		if (strlen(mc_spf_kind_name(kind)) == term->name_length &&
			strncasecmp(mc_spf_kind_name(kind), term->name, term->name_length) == 0)
			return true;
	return false;
}

static void
lint_unknown(const struct mc_spf *spf, const struct mc_spf_term *term, struct mc_problems *problems)
{
	struct mc_arena *arena = problems->arena;
	const char *text = text_of(problems, spf, term);

	if (!mc_spf_is_mechanism_name(term)) {
		mc_problem(problems, "spf.unknown-modifier", term->position, "%s", text);
		return;
	}
	mc_problem(problems, "spf.mechanism-as-modifier", term->position, "%s", text);
	if (mc_spf_as_mechanism(arena, term) != NULL)
		mc_problem_fix(problems, "Publish " MC_SPF_TIDY);
}

static void
lint_terms(const struct mc_spf *spf, struct mc_problems *problems)
{
	size_t lookups = mc_spf_own_lookups(spf), before = problems->count;

	for (size_t i = 0; i < spf->count; i++) {
		const struct mc_spf_term *term = &spf->terms[i];
		if (mc_spf_is_behind_all(spf, term))
			continue;
		if (problems->count - before >= MC_SPF_TOLD_LIMIT)
			break;
		if (term->kind == MC_SPF_PTR)
			mc_problem(problems, "spf.ptr", term->position, "%s",
				text_of(problems, spf, term));
		if (term->kind == MC_SPF_UNKNOWN)
			lint_unknown(spf, term, problems);
		lint_domain(spf, term, problems);
		if (term->kind <= MC_SPF_EXISTS && mc_spf_kind_looks_up(term->kind))
			mc_spf_lint_twice(spf, term, problems);
	}
	if (lookups > MC_SPF_LOOKUP_LIMIT)
		mc_problem(problems, "spf.lookup-limit", MC_NOWHERE,
			"%zu terms of this record alone cause DNS lookups", lookups);
}

/* --- character-strings --- */

/* As a zone file takes it: character-strings of up to 255 octets, split behind a space. */
static const char *
in_strings(struct mc_arena *arena, const char *text, size_t length)
{
	const char *all = "";

	while (length > 0) {
		size_t piece = length <= STRING_LIMIT ? length : STRING_LIMIT;
		while (piece < length && piece > 0 && text[piece - 1] != ' ')
			piece--;
		if (piece == 0)
			piece = STRING_LIMIT;
		all = mc_arena_printf(
			arena, "%s%s\"%.*s\"", all, all[0] != '\0' ? " " : "", (int)piece, text);
		text += piece;
		length -= piece;
	}
	return all;
}

static bool
is_alphanumeric(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Whether a term that takes part in the result begins at `text`. */
static bool
begins_term(struct mc_arena *arena, const char *text, size_t length)
{
	const char *end = memchr(text, ' ', length);
	const char *record = mc_arena_printf(
		arena, "v=spf1 %.*s", (int)(end != NULL ? (size_t)(end - text) : length), text);
	struct mc_spf spf;

	return mc_spf_parse(arena, record, strlen(record), &spf) && spf.count == 1 &&
	       spf.terms[0].kind < MC_SPF_UNKNOWN;
}

bool
mc_spf_is_glued(struct mc_arena *arena, const char *text, size_t length, size_t at)
{
	return at > 0 && at < length && is_alphanumeric(text[at - 1]) &&
	       begins_term(arena, text + at, length - at);
}

void
mc_spf_lint_length(const struct mc_spf *spf, struct mc_problems *problems)
{
	const char *record = problems->corrected;

	if (spf->length <= STRING_LIMIT)
		return;
	mc_problem(problems, "spf.long-string", MC_NOWHERE, "%zu octets", spf->length);
	if (record == NULL)
		record = mc_spf_tidy(problems->arena, spf);
	if (record == NULL)
		record = mc_arena_strndup(problems->arena, spf->text, spf->length);
	if (strpbrk(record, "\"\\") == NULL)
		mc_problem_fix(problems, "Publish it as: %s%s",
			in_strings(problems->arena, record, strlen(record)),
			mc_spf_tidy_caveat(problems->arena, spf, record));
}

/* The corrected record, itself without what else was found, if it is as good; NULL: there is none.
 */
static const char *
corrected(const struct mc_spf *spf, struct mc_arena *arena)
{
	const char *record = mc_spf_mend(arena, spf->text, spf->length), *tidy;
	struct mc_spf mended;

	if (record == NULL || !mc_spf_parse(arena, record, strlen(record), &mended))
		return NULL;
	tidy = mc_spf_tidy(arena, &mended);
	return tidy != NULL && mc_spf_mend(arena, tidy, strlen(tidy)) != NULL ? tidy : record;
}

static void
offer(const struct mc_spf *spf, struct mc_problems *problems)
{
	static const char *const kept[] = {"spf.mechanism-as-modifier", "spf.odd-domain",
		"spf.pass-all", "spf.ptr", "spf.unknown-modifier", "spf.wide-range", NULL};
	const char *record = spf->bad != NULL ? mc_spf_mend(problems->arena, spf->text, spf->length)
					      : corrected(spf, problems->arena);

	mc_problems_offer(problems, record, kept);
}

void
mc_spf_lint(const struct mc_spf *spf, struct mc_problems *problems)
{
	if (spf->bad != NULL) {
		lint_syntax(spf, problems);
		offer(spf, problems);
		return;
	}
	lint_all(spf, problems);
	lint_reach(spf, problems);
	mc_spf_lint_ranges(spf, problems);
	lint_terms(spf, problems);
	if (mc_spf_own_lookups(spf) > MC_SPF_LOOKUP_LIMIT) {
		offer(spf, problems);
		if (problems->corrected == NULL)
			mc_problem_fix(problems,
				"Remove the includes of services that no longer send; replace a "
				"and "
				"mx by ip4 and ip6; give services that send a lot a subdomain of "
				"their own.");
	}
	mc_spf_tidy_fixes(spf, problems,
		problems->corrected != NULL ? problems->corrected
					    : mc_spf_tidy(problems->arena, spf));
}
