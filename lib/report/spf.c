/* spf: a client judged by SPF: JSON of schema "mailcheck-spf/1", the text, and the public door. */
#include "report/spf.h"

#include <mailcheck/spf.h>
#include <string.h>

#include "report/json_write.h"
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

static void
put_json_step(struct mc_buf *buf, const struct mc_spf_step *step)
{
	mc_json_next(buf);
	mc_buf_putc(buf, '{');
	mc_json_put_integer(buf, "depth", step->depth);
	mc_json_put_text(buf, "domain", step->domain);
	mc_json_put_text(buf, "term", step->term);
	mc_json_put_text(buf, "target", step->target);
	mc_json_put_text(buf, "result", step->result);
	mc_json_put_text(buf, "reason", step->reason[0] != '\0' ? step->reason : NULL);
	mc_json_put_integer(buf, "cost", step->cost);
	mc_json_put_integer(buf, "lookups", step->lookups);
	mc_json_put_bool(buf, "void", step->is_void);
	mc_buf_putc(buf, '}');
}

static void
put_json_judgement(struct mc_buf *buf, const struct mc_spf_judgement *judgement)
{
	mc_json_put_text(buf, "result", mc_spf_result_name(judgement->result));
	mc_json_put_text(buf, "explanation", judgement->explanation);
	mc_json_put_text(buf, "reason", judgement->reason);
	mc_json_put_integer(buf, "lookups", judgement->lookups);
	mc_json_put_integer(buf, "void_lookups", judgement->voids);
	mc_json_put_text(buf, "domain", judgement->domain);
	mc_json_put_text(buf, "ip", judgement->ip);
	mc_json_put_text(buf, "sender", judgement->sender);
	mc_json_put_text(buf, "helo", judgement->helo);
	mc_json_name(buf, "trace");
	mc_buf_putc(buf, '[');
	for (const struct mc_spf_step *step = judgement->first; step != NULL; step = step->next)
		put_json_step(buf, step);
	mc_buf_putc(buf, ']');
}

void
mc_report_spf_json(struct mc_buf *buf, const struct mailcheck_report *report)
{
	mc_buf_putc(buf, '{');
	mc_json_put_text(buf, "schema", "mailcheck-spf/1");
	mc_json_put_text(buf, "version", MAILCHECK_VERSION);
	if (report->spf != NULL)
		put_json_judgement(buf, report->spf);
	mc_json_put_text(buf, "input", report->input);
	mc_buf_putc(buf, '}');
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
