/* judge: what a report was expected to say against what it says. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "scenario.h"

struct judge {
	const struct scenario *scenario;
	struct mc_arena arena;
	json_t *report;
	bool exact;      /* every finding must be expected */
	size_t expected; /* findings */
	int failures;
};

static void
fail(struct judge *judge, int number, const char *what, const char *wanted, const char *got)
{
	judge->failures++;
	scenario_complain(judge->scenario, number, "%s: expected %s, got %s", what, wanted, got);
}

static json_t *
find_check(const struct judge *judge, const char *name)
{
	json_t *check;
	size_t i;

	json_array_foreach (json_object_get(judge->report, "checks"), i, check)
		if (strcmp(json_string_value(json_object_get(check, "name")), name) == 0)
			return check;
	return NULL;
}

static const char *
text_of(const json_t *value)
{
	const char *text = json_string_value(value);

	return text != NULL ? text : "";
}

static void
expect_text(
	struct judge *judge, int number, const char *what, const json_t *value, const char *wanted)
{
	if (strcmp(text_of(value), wanted) != 0)
		fail(judge, number, what, wanted, text_of(value));
}

static bool
finding_matches(const json_t *finding, const char *id, const char *severity, const char *about)
{
	return strcmp(text_of(json_object_get(finding, "id")), id) == 0 &&
	       strcmp(text_of(json_object_get(finding, "severity")), severity) == 0 &&
	       (about == NULL ||
		       strstr(text_of(json_object_get(finding, "subject")), about) != NULL);
}

static const char *
list_findings(struct judge *judge)
{
	const char *list = "";
	json_t *check, *finding;
	size_t i, j;

	json_array_foreach (json_object_get(judge->report, "checks"), i, check)
		json_array_foreach (json_object_get(check, "findings"), j, finding)
			list = mc_arena_printf(&judge->arena, "%s\n    finding %s %s %s", list,
				text_of(json_object_get(finding, "id")),
				text_of(json_object_get(finding, "severity")),
				text_of(json_object_get(finding, "subject")));
	return list[0] != '\0' ? list : "none";
}

static size_t
count_findings(const struct judge *judge)
{
	size_t count = 0, i;
	json_t *check;

	json_array_foreach (json_object_get(judge->report, "checks"), i, check)
		count += json_array_size(json_object_get(check, "findings"));
	return count;
}

static void
expect_finding(struct judge *judge, const struct line *line, const char *rest)
{
	const char *id = scenario_word(&judge->arena, &rest);
	const char *severity = scenario_word(&judge->arena, &rest);
	const char *about = scenario_word(&judge->arena, &rest);
	json_t *check, *finding;
	size_t i, j;

	judge->expected++;
	json_array_foreach (json_object_get(judge->report, "checks"), i, check)
		json_array_foreach (json_object_get(check, "findings"), j, finding)
			if (severity != NULL && finding_matches(finding, id, severity, about))
				return;
	fail(judge, line->number, "finding", line->text, list_findings(judge));
}

static bool
evidence_has(const json_t *finding, const char *part)
{
	const json_t *line;
	size_t i;

	json_array_foreach (json_object_get(finding, "evidence"), i, line)
		if (strstr(text_of(line), part) != NULL)
			return true;
	return false;
}

static bool
fix_has(const json_t *finding, const char *part)
{
	return strstr(text_of(json_object_get(finding, "fix")), part) != NULL;
}

static void
expect_part(struct judge *judge, const struct line *line, const char *rest,
	bool (*has)(const json_t *finding, const char *part))
{
	const char *id = scenario_word(&judge->arena, &rest);
	const char *part = scenario_word(&judge->arena, &rest);
	json_t *check, *finding;
	size_t i, j;

	json_array_foreach (json_object_get(judge->report, "checks"), i, check)
		json_array_foreach (json_object_get(check, "findings"), j, finding)
			if (id != NULL && part != NULL &&
				strcmp(text_of(json_object_get(finding, "id")), id) == 0 &&
				has(finding, part))
				return;
	fail(judge, line->number, "text of a finding", line->text, "none such");
}

/* "smtp.endpoints.0.starttls" below the values of a check. */
static const json_t *
find_value(const struct judge *judge, const char *path)
{
	char name[64];
	const json_t *at;
	size_t length = strcspn(path, ".");

	snprintf(name, sizeof(name), "%.*s", (int)length, path);
	at = json_object_get(find_check(judge, name), "values");
	while (path[length] == '.') {
		path += length + 1;
		length = strcspn(path, ".");
		snprintf(name, sizeof(name), "%.*s", (int)length, path);
		at = json_is_array(at) ? json_array_get(at, strtoul(name, NULL, 10))
				       : json_object_get(at, name);
	}
	return at;
}

static void
expect_value(struct judge *judge, const struct line *line, const char *rest)
{
	const char *path = scenario_word(&judge->arena, &rest);
	const json_t *value = find_value(judge, path);
	char *got = value != NULL ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

	rest += strspn(rest, " ");
	if (got == NULL || strcmp(got, rest) != 0)
		fail(judge, line->number, path, rest, got != NULL ? got : "nothing");
	free(got);
}

static void
expect_check(struct judge *judge, const struct line *line, const char *name, const char *rest)
{
	const json_t *check = find_check(judge, name);
	const char *verdict = scenario_word(&judge->arena, &rest);
	const char *reason = scenario_word(&judge->arena, &rest);

	if (check == NULL || verdict == NULL) {
		fail(judge, line->number, "check", line->text, "no such check");
		return;
	}
	expect_text(judge, line->number, name, json_object_get(check, "verdict"), verdict);
	if (reason != NULL && strstr(text_of(json_object_get(check, "reason")), reason) == NULL)
		fail(judge, line->number, "reason", reason,
			text_of(json_object_get(check, "reason")));
}

static void
expect_line(struct judge *judge, const struct line *line)
{
	const char *rest = line->text, *word = scenario_word(&judge->arena, &rest);
	const json_t *report = judge->report;

	rest += strspn(rest, " ");
	if (strcmp(word, "verdict") == 0)
		expect_text(
			judge, line->number, "verdict", json_object_get(report, "verdict"), rest);
	else if (strcmp(word, "root") == 0)
		expect_text(judge, line->number, "root cause",
			json_object_get(json_object_get(report, "root_cause"), "id"), rest);
	else if (strcmp(word, "finding") == 0)
		expect_finding(judge, line, rest);
	else if (strcmp(word, "evidence") == 0)
		expect_part(judge, line, rest, evidence_has);
	else if (strcmp(word, "fix") == 0)
		expect_part(judge, line, rest, fix_has);
	else if (strcmp(word, "others") == 0)
		judge->exact = false;
	else if (strcmp(word, "value") == 0)
		expect_value(judge, line, rest);
	else if (strcmp(word, "within") == 0) {
		if (json_integer_value(json_object_get(report, "duration_ms")) >
			scenario_duration(rest))
			fail(judge, line->number, "duration", rest, "more");
	} else
		expect_check(judge, line, word, rest);
}

int
scenario_judge(const struct scenario *scenario, const char *json)
{
	struct judge judge = {.scenario = scenario, .exact = true};

	mc_arena_init(&judge.arena, 0);
	judge.report = json_loads(json, 0, NULL);
	for (const struct line *line = scenario->expect; line != NULL; line = line->next)
		expect_line(&judge, line);
	if (judge.exact && count_findings(&judge) != judge.expected)
		fail(&judge, 0, "findings", "no others", list_findings(&judge));
	json_decref(judge.report);
	mc_arena_reset(&judge.arena);
	return judge.failures;
}
