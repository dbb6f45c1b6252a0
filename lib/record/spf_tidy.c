/* spf_tidy: a pass at a time, until nothing changes any more. */
#include "record/spf_tidy.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "record/spf_lint.h"
#include "record/spf_overlap.h"

#define PASS_LIMIT 16

const char *
mc_spf_as_mechanism(struct mc_arena *arena, const struct mc_spf_term *term)
{
	const char *text = mc_arena_printf(arena, "%.*s:%.*s", (int)term->name_length, term->name,
		(int)term->domain_length, term->domain);
	const char *record = mc_arena_printf(arena, "v=spf1 %s", text);
	struct mc_spf spf;

	return mc_spf_parse(arena, record, strlen(record), &spf) && spf.bad == NULL &&
			       spf.count == 1 && spf.terms[0].kind <= MC_SPF_EXISTS
		       ? text
		       : NULL;
}

/* --- a pass --- */

/* The term that decides before this one is asked, or that leaves it nothing to decide. */
static const struct mc_spf_term *
deciding(const struct mc_spf *spf, const struct mc_spf_term *term)
{
	const struct mc_spf_term *other = mc_spf_wider(spf, term);

	return other != NULL ? other : mc_spf_twin(spf, term);
}

static bool
is_left_out(const struct mc_spf *spf, const struct mc_spf_term *term)
{
	const struct mc_spf_term *other;

	if (mc_spf_is_behind_all(spf, term) || (spf->all != NULL && term->kind == MC_SPF_REDIRECT))
		return true;
	other = deciding(spf, term);
	return other != NULL &&
	       (other->qualifier == term->qualifier || mc_spf_is_as_wide(term, other));
}

static const char *
rewritten(struct mc_arena *arena, const struct mc_spf *spf, const struct mc_spf_term *term)
{
	const char *text = NULL;

	if (term == spf->all && (term->qualifier == '+' || term->qualifier == '?'))
		return "~all";
	if (term->kind == MC_SPF_UNKNOWN && mc_spf_is_mechanism_name(term))
		text = mc_spf_as_mechanism(arena, term);
	if (text == NULL)
		text = mc_spf_as_ip4(arena, term);
	if (text == NULL)
		text = mc_spf_as_network(arena, term);
	return text != NULL ? text : mc_spf_term_text(arena, spf, term);
}

static const char *
finish(struct mc_buf *buf, struct mc_arena *arena)
{
	const char *record = buf->failed ? NULL : mc_arena_strdup(arena, mc_buf_text(buf));

	mc_buf_free(buf);
	return record;
}

static const char *
without_faults(struct mc_arena *arena, const struct mc_spf *spf)
{
	struct mc_buf buf;

	mc_buf_init(&buf, UINT16_MAX);
	(void)mc_buf_puts(&buf, "v=spf1");
	for (size_t i = 0; i < spf->count; i++)
		if (!is_left_out(spf, &spf->terms[i]))
			(void)mc_buf_printf(&buf, " %s", rewritten(arena, spf, &spf->terms[i]));
	if (spf->all == NULL && spf->redirect == NULL)
		(void)mc_buf_puts(&buf, " ~all");
	return finish(&buf, arena);
}

/* The first term that another one decides before and otherwise, before that one; NULL: there is
 * none. */
static const char *
with_one_moved(struct mc_arena *arena, const struct mc_spf *spf)
{
	const struct mc_spf_term *term = NULL, *other = NULL;
	struct mc_buf buf;

	for (size_t i = 0; i < spf->count && other == NULL; i++)
		other = deciding(spf, term = &spf->terms[i]);
	if (other == NULL)
		return NULL;
	mc_buf_init(&buf, UINT16_MAX);
	(void)mc_buf_puts(&buf, "v=spf1");
	for (size_t i = 0; i < spf->count; i++) {
		const struct mc_spf_term *at = &spf->terms[i];
		if (at == other)
			(void)mc_buf_printf(&buf, " %s", mc_spf_term_text(arena, spf, term));
		if (at != term)
			(void)mc_buf_printf(&buf, " %s", mc_spf_term_text(arena, spf, at));
	}
	return finish(&buf, arena);
}

/* --- all of them --- */

static const char *
mended_domains(struct mc_arena *arena, const struct mc_spf *spf)
{
	for (size_t i = 0; i < spf->count; i++)
		if (mc_spf_odd_at(&spf->terms[i], spf->text) != MC_NOWHERE)
			return mc_spf_mend(arena, spf->text, spf->length);
	return NULL;
}

const char *
mc_spf_tidy(struct mc_arena *arena, const struct mc_spf *spf)
{
	const char *record = NULL, *next;
	struct mc_spf at = *spf;

	if (spf->length > MC_SPF_FIX_LIMIT || spf->bad != NULL)
		return NULL;
	for (unsigned pass = 0; pass < PASS_LIMIT; pass++) {
		next = without_faults(arena, &at);
		if (next != NULL && record != NULL && strcmp(next, record) == 0)
			next = with_one_moved(arena, &at);
		if (next == NULL)
			next = mended_domains(arena, &at);
		if (next == NULL)
			break;
		record = next;
		if (!mc_spf_parse(arena, record, strlen(record), &at) || at.bad != NULL)
			return NULL;
	}
	return record;
}

const char *
mc_spf_tidy_caveat(struct mc_arena *arena, const struct mc_spf *spf, const char *record)
{
	struct mc_spf tidy;

	if (record == NULL || !mc_spf_parse(arena, record, strlen(record), &tidy) ||
		tidy.all == NULL || tidy.all->qualifier != '~')
		return "";
	if (spf->all == NULL ? spf->redirect != NULL
			     : spf->all->qualifier != '+' && spf->all->qualifier != '?')
		return "";
	return spf->all != NULL && spf->all->qualifier == '+'
		       ? ", with every sender of yours before the ~all"
		       : ", and -all once nothing legitimate fails";
}

void
mc_spf_tidy_fixes(const struct mc_spf *spf, struct mc_problems *problems, const char *record)
{
	const char *caveat = mc_spf_tidy_caveat(problems->arena, spf, record);

	for (struct mc_problem *problem = problems->first; problem != NULL;
		problem = problem->next) {
		const char *place = strstr(problem->fix, MC_SPF_TIDY);
		if (place == NULL)
			continue;
		if (record == NULL) {
			problem->fix = "";
			continue;
		}
		problem->fix = mc_arena_printf(problems->arena, "%.*s%s%s%s%s",
			(int)(place - problem->fix), problem->fix, record, caveat, place + 1,
			place[1] == '\0' && caveat[0] != '\0' ? "." : "");
	}
}
