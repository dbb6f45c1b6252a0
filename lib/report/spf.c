/* spf: a client judged by SPF: JSON of schema "mailcheck-spf/1", the text, and the public door. */
#include "report/spf.h"

#include <mailcheck/spf.h>
#include <string.h>

#include "report/report.h"
#include "report/text.h"

#define INDENT 2
#define STEP 3 /* of an included record */

static const char *const result_names[] = {
	[MC_SPF_NONE] = "none",
	[MC_SPF_NEUTRAL] = "neutral",
	[MC_SPF_PASS] = "pass",
	[MC_SPF_FAIL] = "fail",
	[MC_SPF_SOFTFAIL] = "softfail",
	[MC_SPF_TEMPERROR] = "temperror",
	[MC_SPF_PERMERROR] = "permerror",
};

#define RESULTS ((int32_t)(sizeof(result_names) / sizeof(result_names[0])))

const char *
mc_spf_result_name(enum mc_spf_result result)
{
	return result_names[result];
}

bool
mc_report_is_spf(const struct mailcheck_report *report)
{
	return strcmp(report->target_kind, "spf") == 0;
}

/* --- JSON --- */

static json_t *
text_json(const char *text)
{
	return text != NULL ? json_string(text) : json_null();
}

static json_t *
step_json(const struct mc_spf_step *step)
{
	return json_pack("{s:I, s:s, s:s, s:o, s:s, s:o, s:I, s:I, s:b}", "depth",
		(json_int_t)step->depth, "domain", step->domain, "term", step->term, "target",
		text_json(step->target), "result", step->result, "reason",
		text_json(step->reason[0] != '\0' ? step->reason : NULL), "cost",
		(json_int_t)step->cost, "lookups", (json_int_t)step->lookups, "void",
		step->is_void);
}

static json_t *
trace_json(const struct mc_spf_judgement *judgement)
{
	json_t *trace = json_array();

	for (const struct mc_spf_step *step = judgement->first; step != NULL; step = step->next)
		if (json_array_append_new(trace, step_json(step)) != 0) {
			json_decref(trace);
			return NULL;
		}
	return trace;
}

static json_t *
judgement_json(const struct mc_spf_judgement *judgement)
{
	return json_pack("{s:s, s:o, s:o, s:I, s:I, s:s, s:s, s:s, s:s, s:o}", "result",
		mc_spf_result_name(judgement->result), "explanation",
		text_json(judgement->explanation), "reason", text_json(judgement->reason),
		"lookups", (json_int_t)judgement->lookups, "void_lookups",
		(json_int_t)judgement->voids, "domain", judgement->domain, "ip", judgement->ip,
		"sender", judgement->sender, "helo", judgement->helo, "trace",
		trace_json(judgement));
}

json_t *
mc_report_spf_json(const struct mailcheck_report *report)
{
	json_t *json =
		json_pack("{s:s, s:s}", "schema", "mailcheck-spf/1", "version", MAILCHECK_VERSION);
	json_t *judgement = report->spf != NULL ? judgement_json(report->spf) : json_object();

	if (json_object_update(json, judgement) != 0 ||
		json_object_set_new(json, "input", json_string(report->input)) != 0) {
		json_decref(json);
		json = NULL;
	}
	json_decref(judgement);
	return json;
}

/* --- the text --- */

static enum mc_style
style_of(const char *result)
{
	static const struct {
		const char *result;
		enum mc_style style;
	} rows[] = {
		{"pass", MC_GOOD},
		{"match", MC_GOOD},
		{"fail", MC_BAD},
		{"permerror", MC_BAD},
		{"softfail", MC_CAUTION},
		{"temperror", MC_UNSURE},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].result, result) == 0)
			return rows[i].style;
	return MC_PLAIN;
}

static void
put_step(struct mc_page *page, struct mc_arena *arena, const struct mc_spf_step *step)
{
	size_t indent = INDENT + STEP * (size_t)step->depth;

	mc_page_tab(page, indent > 40 ? 40 : indent);
	mc_page_put(page, step->term);
	if (step->target != NULL && strstr(step->term, step->target) == NULL) {
		mc_page_styled(page, MC_FAINT, " -> ");
		mc_page_styled(page, MC_FAINT, step->target);
	}
	if (step->result[0] != '\0') {
		mc_page_put(page, "  ");
		mc_page_styled(page, style_of(step->result), step->result);
	}
	if (step->cost > 0)
		mc_page_styled(page, MC_FAINT,
			mc_arena_printf(arena, "  lookup %u%s", step->number,
				step->is_void ? ", void" : ""));
	if (step->reason[0] == '\0') {
		mc_page_end(page);
		return;
	}
	mc_page_put(page, "  ");
	mc_page_wrap(page, indent + STEP, mc_arena_printf(arena, "(%s)", step->reason));
}

static void
put_row(struct mc_page *page, const char *name, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return;
	mc_page_tab(page, INDENT);
	mc_page_put(page, name);
	mc_page_tab(page, 16);
	mc_page_wrap(page, 16, value);
}

void
mc_text_spf(struct mc_page *page, struct mc_arena *arena, const struct mailcheck_report *report)
{
	const struct mc_spf_judgement *judgement = report->spf;
	const char *result;

	if (judgement == NULL)
		return;
	result = mc_spf_result_name(judgement->result);
	mc_page_styled(page, style_of(result), result);
	mc_page_printf(page,
		judgement->result == MC_SPF_NONE ? ": %s is judged by no SPF record of "
						 : ": %s by the SPF record of ",
		judgement->ip);
	mc_page_styled(page, MC_STRONG, judgement->domain);
	mc_page_end(page);
	put_row(page, "reason", judgement->reason);
	put_row(page, "explanation", judgement->explanation);
	if ((page->flags & MC_TEXT_QUIET) != 0)
		return;
	put_row(page, "sender", judgement->sender);
	put_row(page, "helo", judgement->helo);
	put_row(page, "lookups",
		mc_arena_printf(arena, "%u of at most 10; %u void of at most 2", judgement->lookups,
			judgement->voids));
	if (judgement->first != NULL)
		mc_page_end(page);
	for (const struct mc_spf_step *step = judgement->first; step != NULL; step = step->next)
		put_step(page, arena, step);
}

/* --- the public door --- */

const char *
mailcheck_spf_result_text(int32_t result)
{
	return result >= 0 && result < RESULTS ? result_names[result] : "";
}

int32_t
mailcheck_spf_result(const mailcheck_report *report)
{
	return report->spf != NULL ? (int32_t)report->spf->result : -1;
}

const char *
mailcheck_spf_explanation(const mailcheck_report *report)
{
	return report->spf != NULL ? report->spf->explanation : NULL;
}

int32_t
mailcheck_spf_lookups(const mailcheck_report *report)
{
	return report->spf != NULL ? (int32_t)report->spf->lookups : -1;
}

int32_t
mailcheck_spf_void_lookups(const mailcheck_report *report)
{
	return report->spf != NULL ? (int32_t)report->spf->voids : -1;
}
