/* json: a report as one line of JSON, schema "mailcheck-report/1". */
#include <jansson.h>

#include "base/timestamp.h"
#include "report/json_write.h"
#include "report/report.h"

#define JSON_LIMIT ((size_t)256 << 20)

static json_t *
evidence_json(const struct mc_finding *finding)
{
	json_t *array = json_array();

	for (size_t i = 0; i < finding->evidence_count; i++)
		if (json_array_append_new(array, json_string(finding->evidence[i])) != 0) {
			json_decref(array);
			return NULL;
		}
	return array;
}

json_t *
mc_finding_json(const struct mc_finding *finding)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:s, s:s}", "id", finding->info->id,
		"severity", mc_severity_text(finding->severity), "subject", finding->subject,
		"title", finding->info->title, "detail", finding->detail, "evidence",
		evidence_json(finding), "fix", finding->fix, "reference", finding->info->reference);
}

static json_t *
findings_json(const struct mc_check_report *check)
{
	json_t *array = json_array();

	for (const struct mc_finding *finding = check->findings; finding != NULL;
		finding = finding->next)
		if (json_array_append_new(array, mc_finding_json(finding)) != 0) {
			json_decref(array);
			return NULL;
		}
	return array;
}

static json_t *
check_json(const struct mc_check_report *check)
{
	json_t *values = check->values != NULL ? json_incref(check->values) : json_object();

	return json_pack("{s:s, s:s, s:s?, s:I, s:o, s:o}", "name", check->name, "verdict",
		mc_verdict_text(check->verdict), "reason", check->reason, "duration_ms",
		(json_int_t)check->duration, "values", values, "findings", findings_json(check));
}

static json_t *
checks_json(const struct mailcheck_report *report)
{
	json_t *array = json_array();

	for (size_t i = 0; i < report->check_count; i++)
		if (json_array_append_new(array, check_json(&report->checks[i])) != 0) {
			json_decref(array);
			return NULL;
		}
	return array;
}

static json_t *
root_json(const struct mailcheck_report *report)
{
	const struct mc_finding *finding = report->root_finding;

	if (report->root_check == NULL)
		return json_null();
	return json_pack("{s:s, s:s?, s:s?, s:s?, s:s?}", "check", report->root_check->name, "id",
		finding != NULL ? finding->info->id : NULL, "subject",
		finding != NULL ? finding->subject : NULL, "title",
		finding != NULL ? finding->info->title : NULL, "fix",
		finding != NULL ? finding->fix : NULL);
}

/* Octets of ASCII come back as they were given; of others only what can be printed. */
static json_t *
input_json(const struct mailcheck_report *report)
{
	const struct mc_buf *octets = &report->own_octets;

	return octets->length > 0 ? json_stringn((const char *)octets->data, octets->length)
				  : json_string(report->input);
}

static json_t *
report_json(const struct mailcheck_report *report)
{
	char started[MC_TIMESTAMP_SIZE];

	mc_timestamp_format(started, report->started);
	return json_pack("{s:s, s:s, s:{s:s, s:s}, s:o, s:s, s:I, s:s, s:o, s:o}", "schema",
		"mailcheck-report/1", "version", MAILCHECK_VERSION, "target", "kind",
		report->target_kind, "name", report->target_name, "input", input_json(report),
		"started", started, "duration_ms", (json_int_t)report->duration, "verdict",
		mc_verdict_text(report->verdict), "root_cause", root_json(report), "checks",
		checks_json(report));
}

const char *
mc_report_json(struct mailcheck_report *report)
{
	json_t *json;
	bool good;

	if (report->json.length > 0)
		return mc_buf_text(&report->json);
	json = mc_report_is_spf(report) ? mc_report_spf_json(report) : report_json(report);
	mc_buf_free(&report->json);
	mc_buf_init(&report->json, JSON_LIMIT);
	good = json != NULL && mc_json_write(&report->json, json);
	json_decref(json);
	if (!good) {
		mc_buf_free(&report->json);
		return NULL;
	}
	return mc_buf_text(&report->json);
}
