/* mta_sts: the TXT record, RFC 8461, 3.1. */
#include "record/mta_sts.h"

#include <string.h>
#include <strings.h>

#include "record/sts_fields.h"

#define VERSION "v=STSv1"

bool
mc_mta_sts_is_record(const char *text, size_t length)
{
	return mc_sts_fields_begin(text, length, VERSION);
}

bool
mc_mta_sts_is_record_alone(const char *text, size_t length)
{
	return mc_sts_fields_begin_alone(text, length, VERSION);
}

bool
mc_mta_sts_is_attempt(const char *text, size_t length)
{
	for (size_t i = 0; i + 3 <= length && i < 8; i++)
		if (strncasecmp(text + i, "sts", 3) == 0)
			return true;
	return false;
}

#define ID_LIMIT 32

/* sts-id: 1*32(ALPHA / DIGIT). How much of it is good. */
static size_t
id_span(const char *id)
{
	size_t length =
		strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

	return length < ID_LIMIT ? length : ID_LIMIT;
}

static bool
judge_fields(const struct mc_sts_fields *fields, struct mc_mta_sts *mta_sts,
	struct mc_problems *problems)
{
	const struct mc_sts_field *id = mc_sts_fields_find(fields, "id");
	bool good = true;

	for (size_t i = 0; i < fields->count; i++) {
		const struct mc_sts_field *field = &fields->fields[i];
		if (field->wrong != NULL) {
			mc_problem(problems, "mta-sts.syntax", field->wrong_at, "%s", field->wrong);
			good = false;
		} else if (strcmp(field->name, "id") != 0) {
			mc_problem(problems, "mta-sts.field-unknown", field->at, "%s", field->name);
		} else if (field != id) {
			mc_problem(
				problems, "mta-sts.field-duplicate", field->at, "%s", field->name);
		}
	}
	if (id == NULL) {
		if (good)
			mc_problem(problems, "mta-sts.id", MC_NOWHERE, "no id field");
		return false;
	}
	if (id->value[id_span(id->value)] != '\0') {
		mc_problem(problems, "mta-sts.id", id->at + strlen("id=") + id_span(id->value),
			"id=%s", id->value);
		return false;
	}
	mta_sts->id = id->value;
	return good;
}

static void
judge(const char *text, size_t length, struct mc_mta_sts *ret_mta_sts, struct mc_problems *problems)
{
	struct mc_sts_fields fields;

	*ret_mta_sts = (struct mc_mta_sts){.id = ""};
	if (!mc_mta_sts_is_record_alone(text, length)) {
		mc_problem(problems, "mta-sts.version", length > 0 ? 0 : MC_NOWHERE,
			"the record does not begin with \"" VERSION ";\", in just these letters");
		return;
	}
	if (!mc_mta_sts_is_record(text, length))
		mc_problem(problems, "mta-sts.version-blank", strlen(VERSION), "\"" VERSION " ;\"");
	if (!mc_sts_fields_parse(problems->arena, text, length, VERSION, "id", &fields)) {
		mc_problem(problems, "mta-sts.syntax", MC_NOWHERE, "more than %d fields",
			MC_STS_FIELD_LIMIT);
		return;
	}
	ret_mta_sts->valid = judge_fields(&fields, ret_mta_sts, problems);
}

void
mc_mta_sts_parse(const char *text, size_t length, struct mc_mta_sts *ret_mta_sts,
	struct mc_problems *problems)
{
	static const char *const kept[] = {NULL};

	judge(text, length, ret_mta_sts, problems);
	if (!ret_mta_sts->valid)
		mc_problems_offer(problems, mc_mta_sts_mend(problems->arena, text, length), kept);
}
