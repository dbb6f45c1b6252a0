/*
 * Fuzz target: records judged by their text, through the public function: the first octet picks
 * the type. Judging is the same twice, JSON and text come out, and what is escaped stays so; what
 * is offered as a corrected record is valid.
 */
#include <mailcheck.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
expect_printable(const char *text, int feeds)
{
	if (text == NULL)
		abort();
	for (; *text != '\0'; text++)
		if (((unsigned char)*text < 0x20 && !(feeds && *text == '\n')) || *text == 0x7f)
			abort();
}

/* A corrected record is offered for one that is not valid, and is valid. */
static void
expect_better(const char *type, mailcheck_record *record)
{
	const char *corrected = mailcheck_record_corrected(record);
	mailcheck_record *better = NULL;

	if (corrected == NULL)
		return;
	if (mailcheck_record_valid(record) == 1 ||
		mailcheck_record_check(type, corrected, strlen(corrected), &better) !=
			MAILCHECK_OK ||
		mailcheck_record_valid(better) == 0 || mailcheck_record_corrected(better) != NULL)
		abort();
	expect_printable(corrected, strcmp(type, "mta-sts-policy") == 0);
	mailcheck_record_free(better);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mailcheck_record *record = NULL, *again = NULL;
	uint32_t types = 0;
	const char *type;

	while (mailcheck_record_type_at(types) != NULL)
		types++;
	if (size == 0)
		return 0;
	type = mailcheck_record_type_at(data[0] % types);
	if (mailcheck_record_check(type, data + 1, size - 1, &record) != MAILCHECK_OK)
		return 0;
	if (mailcheck_record_check(type, data + 1, size - 1, &again) != MAILCHECK_OK)
		abort();
	expect_printable(mailcheck_record_json(record), 0);
	expect_printable(mailcheck_record_text(record, MAILCHECK_TEXT_VERBOSE), 1);
	if (strcmp(mailcheck_record_json(record), mailcheck_record_json(again)) != 0)
		abort();
	expect_better(type, record);
	mailcheck_record_free(record);
	mailcheck_record_free(again);
	return 0;
}
