/* json: a report as one line of JSON, schema "mailcheck-report/1". */
#include <jansson.h>

#include "base/timestamp.h"
#include "report/json_write.h"
#include "report/report.h"

#define JSON_LIMIT ((size_t)256 << 20)
#define JSON_MOSTLY ((size_t)32 << 10) /* octets of most reports */

static void
put_evidence(struct mc_buf *buf, const struct mc_finding *finding)
{
	mc_json_name(buf, "evidence");
	mc_buf_putc(buf, '[');
	for (size_t i = 0; i < finding->evidence_count; i++) {
		mc_json_next(buf);
		mc_json_text(buf, finding->evidence[i]);
	}
	mc_buf_putc(buf, ']');
}

void
mc_finding_json(struct mc_buf *buf, const struct mc_finding *finding)
{
	mc_json_next(buf);
	mc_buf_putc(buf, '{');
	mc_json_put_text(buf, "id", finding->info->id);
	mc_json_put_text(buf, "severity", mc_severity_text(finding->severity));
	mc_json_put_text(buf, "subject", finding->subject);
	mc_json_put_text(buf, "title", finding->info->title);
	mc_json_put_text(buf, "detail", finding->detail);
	put_evidence(buf, finding);
	mc_json_put_text(buf, "fix", finding->fix);
	mc_json_put_text(buf, "reference", finding->info->reference);
	mc_buf_putc(buf, '}');
}

static void
put_findings(struct mc_buf *buf, const struct mc_finding *finding)
{
	mc_json_name(buf, "findings");
	mc_buf_putc(buf, '[');
	for (; finding != NULL; finding = finding->next)
		mc_finding_json(buf, finding);
	mc_buf_putc(buf, ']');
}

static void
put_values(struct mc_buf *buf, json_t *values)
{
	mc_json_name(buf, "values");
	if (values != NULL)
		(void)mc_json_write(buf, values);
	else
		mc_buf_puts(buf, "{}");
}

static void
put_check(struct mc_buf *buf, const struct mc_check_report *check)
{
	mc_json_next(buf);
	mc_buf_putc(buf, '{');
	mc_json_put_text(buf, "name", check->name);
	mc_json_put_text(buf, "verdict", mc_verdict_text(check->verdict));
	mc_json_put_text(buf, "reason", check->reason);
	mc_json_put_integer(buf, "duration_ms", check->duration);
	put_values(buf, check->values);
	put_findings(buf, check->findings);
	mc_buf_putc(buf, '}');
}

static void
put_checks(struct mc_buf *buf, const struct mailcheck_report *report)
{
	mc_json_name(buf, "checks");
	mc_buf_putc(buf, '[');
	for (size_t i = 0; i < report->check_count; i++)
		put_check(buf, &report->checks[i]);
	mc_buf_putc(buf, ']');
}

static void
put_root(struct mc_buf *buf, const struct mailcheck_report *report)
{
	const struct mc_finding *finding = report->root_finding;

	if (report->root_check == NULL) {
		mc_json_put_text(buf, "root_cause", NULL);
		return;
	}
	mc_json_name(buf, "root_cause");
	mc_buf_putc(buf, '{');
	mc_json_put_text(buf, "check", report->root_check->name);
	mc_json_put_text(buf, "id", finding != NULL ? finding->info->id : NULL);
	mc_json_put_text(buf, "subject", finding != NULL ? finding->subject : NULL);
	mc_json_put_text(buf, "title", finding != NULL ? finding->info->title : NULL);
	mc_json_put_text(buf, "fix", finding != NULL ? finding->fix : NULL);
	mc_buf_putc(buf, '}');
}

static void
put_target(struct mc_buf *buf, const struct mailcheck_report *report)
{
	mc_json_name(buf, "target");
	mc_buf_putc(buf, '{');
	mc_json_put_text(buf, "kind", report->target_kind);
	mc_json_put_text(buf, "name", report->target_name);
	mc_buf_putc(buf, '}');
}

/* Octets of ASCII come back as they were given; of others only what can be printed. */
static void
put_input(struct mc_buf *buf, const struct mailcheck_report *report)
{
	const struct mc_buf *octets = &report->own_octets;

	if (octets->length > 0)
		mc_json_put_octets(buf, "input", (const char *)octets->data, octets->length);
	else
		mc_json_put_text(buf, "input", report->input);
}

static void
put_report(struct mc_buf *buf, const struct mailcheck_report *report)
{
	char started[MC_TIMESTAMP_SIZE];

	mc_timestamp_format(started, report->started);
	mc_buf_putc(buf, '{');
	mc_json_put_text(buf, "schema", "mailcheck-report/1");
	mc_json_put_text(buf, "version", MAILCHECK_VERSION);
	put_target(buf, report);
	put_input(buf, report);
	mc_json_put_text(buf, "started", started);
	mc_json_put_integer(buf, "duration_ms", report->duration);
	mc_json_put_text(buf, "verdict", mc_verdict_text(report->verdict));
	put_root(buf, report);
	put_checks(buf, report);
	mc_buf_putc(buf, '}');
}

const char *
mc_report_json(struct mailcheck_report *report)
{
	struct mc_buf *buf = &report->json;

	if (buf->length > 0)
		return mc_buf_text(buf);
	mc_buf_free(buf);
	mc_buf_init(buf, JSON_LIMIT);
	mc_buf_reserve(buf, JSON_MOSTLY);
	if (mc_report_is_spf(report))
		mc_report_spf_json(buf, report);
	else
		put_report(buf, report);
	if (buf->failed) {
		mc_buf_free(buf);
		return NULL;
	}
	return mc_buf_text(buf);
}
