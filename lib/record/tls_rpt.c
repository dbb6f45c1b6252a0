/* tls_rpt: RFC 8460, 3. */
#include "record/tls_rpt.h"

#include <string.h>
#include <strings.h>

#include "record/sts_fields.h"

#define VERSION "v=TLSRPTv1"

bool
mc_tls_rpt_is_record(const char *text, size_t length)
{
	return mc_sts_fields_begin(text, length, VERSION);
}

bool
mc_tls_rpt_is_record_alone(const char *text, size_t length)
{
	return mc_sts_fields_begin_alone(text, length, VERSION);
}

bool
mc_tls_rpt_is_attempt(const char *text, size_t length)
{
	for (size_t i = 0; i + 6 <= length && i < 12; i++)
		if (strncasecmp(text + i, "tlsrpt", 6) == 0)
			return true;
	return false;
}

static void
tell_syntax(const struct mc_sts_field *field, struct mc_problems *problems)
{
	mc_problem(problems, "tls-rpt.syntax", field->wrong_at, "%s", field->wrong);
	if (strncasecmp(field->name, "mailto:", 7) == 0 ||
		strncasecmp(field->name, "https:", 6) == 0)
		mc_problem_fix(problems,
			"Write a comma, not a semicolon, between two destinations of reports.");
}

/* Every well-formed field but rua is an extension, and ignored. */
static bool
judge_fields(const struct mc_sts_fields *fields, struct mc_problems *problems)
{
	const struct mc_sts_field *rua = mc_sts_fields_find(fields, "rua");
	bool good = true;

	for (size_t i = 0; i < fields->count; i++) {
		const struct mc_sts_field *field = &fields->fields[i];
		if (field->wrong != NULL) {
			tell_syntax(field, problems);
			good = false;
		} else if (strcasecmp(field->name, "rua") != 0) {
			mc_problem(problems, "tls-rpt.field-unknown", field->at, "%s", field->name);
		} else if (strcmp(field->name, "rua") != 0) {
			mc_problem(problems, "tls-rpt.field-unknown", field->at,
				"%s: rua is in lower case", field->name);
			mc_problem_fix(problems, "Write rua instead of %s.", field->name);
		} else if (field != rua) {
			mc_problem(
				problems, "tls-rpt.field-duplicate", field->at, "%s", field->name);
		}
	}
	if (good && rua == NULL)
		mc_problem(problems, "tls-rpt.no-rua", MC_NOWHERE, "no rua field");
	return good && rua != NULL;
}

static bool
judge_uri(const struct mc_report_uri *uri, size_t at, struct mc_problems *problems)
{
	bool marked = uri->size[0] != '\0' || strchr(uri->text, '!') != NULL;

	if (uri->wrong == NULL && (uri->mailto || uri->https) && !marked)
		return true;
	mc_problem(problems, "tls-rpt.report-uri", at, "rua=%s%s: %s", uri->text, uri->size,
		uri->wrong != NULL ? uri->wrong
		: marked           ? "\"!\" must be written %21"
				   : "neither mailto nor https");
	if (uri->wrong != NULL && strchr(uri->text, '@') != NULL && strchr(uri->text, ':') == NULL)
		mc_problem_fix(problems, "Write rua=mailto:%s", uri->text);
	return false;
}

/* There may be more than one, and a sender may use each. */
static void
read_rua(const struct mc_sts_field *field, struct mc_tls_rpt *tls_rpt, struct mc_problems *problems)
{
	size_t i = tls_rpt->rua.count;

	mc_report_uris_add(problems->arena, field->value, &tls_rpt->rua);
	for (; i < tls_rpt->rua.count; i++)
		if (judge_uri(&tls_rpt->rua.uris[i], field->at, problems))
			tls_rpt->valid = true;
}

void
mc_tls_rpt_judge(const char *text, size_t length, struct mc_tls_rpt *ret_tls_rpt,
	struct mc_problems *problems)
{
	struct mc_sts_fields fields;

	*ret_tls_rpt = (struct mc_tls_rpt){.valid = false};
	if (!mc_tls_rpt_is_record_alone(text, length)) {
		mc_problem(problems, "tls-rpt.version", length > 0 ? 0 : MC_NOWHERE,
			"the record does not begin with \"" VERSION ";\", in just these letters");
		return;
	}
	if (!mc_tls_rpt_is_record(text, length))
		mc_problem(problems, "tls-rpt.version-blank", strlen(VERSION), "\"" VERSION " ;\"");
	if (!mc_sts_fields_parse(problems->arena, text, length, VERSION, "rua", &fields)) {
		mc_problem(problems, "tls-rpt.syntax", MC_NOWHERE, "more than %d fields",
			MC_STS_FIELD_LIMIT);
		return;
	}
	if (!judge_fields(&fields, problems))
		return;
	for (size_t i = 0; i < fields.count; i++)
		if (strcmp(fields.fields[i].name, "rua") == 0)
			read_rua(&fields.fields[i], ret_tls_rpt, problems);
}

void
mc_tls_rpt_parse(const char *text, size_t length, struct mc_tls_rpt *ret_tls_rpt,
	struct mc_problems *problems)
{
	static const char *const kept[] = {"tls-rpt.field-unknown", NULL};

	mc_tls_rpt_judge(text, length, ret_tls_rpt, problems);
	if (!ret_tls_rpt->valid)
		mc_problems_offer(problems, mc_tls_rpt_mend(problems->arena, text, length), kept);
}
