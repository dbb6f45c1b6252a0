/* spf: a client judged by SPF: JSON of schema "mailcheck-spf/1", the text, and the public door. */
#include <mailcheck/spf.h>
#include <string.h>

#include "report/report.h"
#include "report/text.h"

#define INDENT 2
#define STEP 3 /* of an included record */

bool
mc_report_is_spf(const struct mailcheck_report *report)
{
	return strcmp(report->target_kind, "spf") == 0;
}

static const json_t *
values_of(const struct mailcheck_report *report)
{
	return report->check_count > 0 ? report->checks[0].values : NULL;
}

static const char *
text_at(const json_t *values, const char *key)
{
	return json_string_value(json_object_get(values, key));
}

json_t *
mc_report_spf_json(const struct mailcheck_report *report)
{
	json_t *json =
		json_pack("{s:s, s:s}", "schema", "mailcheck-spf/1", "version", MAILCHECK_VERSION);

	if (json != NULL &&
		(json_object_update(json, (json_t *)(uintptr_t)values_of(report)) != 0 ||
			json_object_set_new(json, "input", json_string(report->input)) != 0)) {
		json_decref(json);
		return NULL;
	}
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
put_step(struct mc_page *page, struct mc_arena *arena, const json_t *step)
{
	size_t indent = INDENT + STEP * (size_t)json_integer_value(json_object_get(step, "depth"));
	const char *term = text_at(step, "term"), *target = text_at(step, "target");
	const char *result = text_at(step, "result"), *reason = text_at(step, "reason");
	json_int_t cost = json_integer_value(json_object_get(step, "cost"));

	mc_page_tab(page, indent > 40 ? 40 : indent);
	mc_page_put(page, term != NULL ? term : "");
	if (target != NULL && term != NULL && strstr(term, target) == NULL) {
		mc_page_styled(page, MC_FAINT, " -> ");
		mc_page_styled(page, MC_FAINT, target);
	}
	if (result != NULL && result[0] != '\0') {
		mc_page_put(page, "  ");
		mc_page_styled(page, style_of(result), result);
	}
	if (reason != NULL)
		mc_page_wrap(page, indent + STEP, mc_arena_printf(arena, " (%s)", reason));
	if (cost > 0 && reason == NULL)
		mc_page_styled(page, MC_FAINT,
			mc_arena_printf(arena, "  lookup %lld%s",
				(long long)json_integer_value(json_object_get(step, "lookups")),
				json_is_true(json_object_get(step, "void")) ? ", void" : ""));
	mc_page_end(page);
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
	const json_t *values = values_of(report), *step;
	const char *result = text_at(values, "result");
	size_t i;

	if (result == NULL)
		return;
	mc_page_styled(page, style_of(result), result);
	mc_page_printf(page, ": %s by the SPF record of ", text_at(values, "ip"));
	mc_page_styled(page, MC_STRONG, text_at(values, "domain"));
	mc_page_end(page);
	put_row(page, "reason", text_at(values, "reason"));
	put_row(page, "explanation", text_at(values, "explanation"));
	if ((page->flags & MC_TEXT_QUIET) != 0)
		return;
	put_row(page, "sender", text_at(values, "sender"));
	put_row(page, "helo", text_at(values, "helo"));
	put_row(page, "lookups",
		mc_arena_printf(arena, "%lld of at most 10; %lld void of at most 2",
			(long long)json_integer_value(json_object_get(values, "lookups")),
			(long long)json_integer_value(json_object_get(values, "void_lookups"))));
	mc_page_end(page);
	json_array_foreach (json_object_get(values, "trace"), i, step)
		put_step(page, arena, step);
}

/* --- the public door --- */

static const char *const result_names[] = {
	"none", "neutral", "pass", "fail", "softfail", "temperror", "permerror"};

#define RESULTS ((int32_t)(sizeof(result_names) / sizeof(result_names[0])))

const char *
mailcheck_spf_result_text(int32_t result)
{
	return result >= 0 && result < RESULTS ? result_names[result] : "";
}

int32_t
mailcheck_spf_result(const mailcheck_report *report)
{
	const char *result = mc_report_is_spf(report) ? text_at(values_of(report), "result") : NULL;

	for (int32_t i = 0; result != NULL && i < RESULTS; i++)
		if (strcmp(result, result_names[i]) == 0)
			return i;
	return -1;
}

const char *
mailcheck_spf_explanation(const mailcheck_report *report)
{
	return mc_report_is_spf(report) ? text_at(values_of(report), "explanation") : NULL;
}

static int32_t
number_of(const mailcheck_report *report, const char *key)
{
	const json_t *value =
		mc_report_is_spf(report) ? json_object_get(values_of(report), key) : NULL;

	return value != NULL ? (int32_t)json_integer_value(value) : -1;
}

int32_t
mailcheck_spf_lookups(const mailcheck_report *report)
{
	return number_of(report, "lookups");
}

int32_t
mailcheck_spf_void_lookups(const mailcheck_report *report)
{
	return number_of(report, "void_lookups");
}
