/* record: a record judged before it is published. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "message.h"
#include "suggest.h"

static bool
is_type(const char *word)
{
	const char *type;

	for (uint32_t i = 0; (type = mailcheck_record_type_at(i)) != NULL; i++)
		if (strcmp(type, word) == 0)
			return true;
	return false;
}

static void
tell_types(const char *word)
{
	struct suggestion suggestion;
	char list[256] = "";
	const char *type;

	suggest_begin(&suggestion, word, strlen(word));
	for (uint32_t i = 0; (type = mailcheck_record_type_at(i)) != NULL; i++) {
		suggest_consider(&suggestion, type);
		strncat(list, i == 0 ? "" : ", ", sizeof(list) - strlen(list) - 1);
		strncat(list, type, sizeof(list) - strlen(list) - 1);
	}
	if (suggestion.best != NULL)
		message("no record type '%s'; did you mean '%s'?", SHOWN(word), suggestion.best);
	else
		message("no record type '%s'; there are %s", SHOWN(word), list);
}

/* At most one octet more than may be; NULL: told. */
static char *
read_input(size_t *ret_length)
{
	size_t room = MAILCHECK_RECORD_LIMIT + 1, length = 0, n;
	char *text = malloc(room);

	if (text == NULL) {
		message("out of memory");
		return NULL;
	}
	while (length < room && !feof(stdin) &&
		(n = fread(text + length, 1, room - length, stdin)) > 0)
		length += n;
	if (ferror(stdin)) {
		message("cannot read standard input: %s", strerror(errno));
		free(text);
		return NULL;
	}
	*ret_length = length;
	return text;
}

static enum status
write_record(mailcheck_record *record, const struct options *options, struct output *output)
{
	uint32_t flags = 0;
	const char *text;

	if (options->format == FORMAT_JSON || options->format == FORMAT_NDJSON) {
		text = mailcheck_record_json(record);
	} else {
		flags |= output_has_color(options->color) ? MAILCHECK_TEXT_COLOR : 0;
		flags |= output_has_symbols() ? 0 : MAILCHECK_TEXT_ASCII;
		flags |= options->quiet ? MAILCHECK_TEXT_QUIET : 0;
		flags |= options->verbose ? MAILCHECK_TEXT_VERBOSE : 0;
		text = mailcheck_record_text(record, flags);
	}
	if (text == NULL) {
		message("out of memory");
		return STATUS_UNDETERMINED;
	}
	output_text(output, text);
	if (options->format == FORMAT_JSON || options->format == FORMAT_NDJSON)
		output_text(output, "\n");
	return mailcheck_record_valid(record) ? STATUS_OK : STATUS_FOUND;
}

static enum status
judge(const char *type, const char *text, size_t length, const struct options *options,
	struct output *output)
{
	mailcheck_record *record = NULL;
	int32_t code = mailcheck_record_check(type, text, length, &record);
	enum status status = STATUS_UNDETERMINED;

	if (code == MAILCHECK_BAD_ARGUMENT) {
		message("the record is longer than one can be: %d octets of a TXT record, %d of "
			"another",
			MAILCHECK_RECORD_TXT_LIMIT, MAILCHECK_RECORD_LIMIT);
		return STATUS_USAGE;
	}
	if (code != MAILCHECK_OK)
		message("%s", mailcheck_strerror(code));
	else
		status = write_record(record, options, output);
	mailcheck_record_free(record);
	return status;
}

enum status
record_run(const struct command *command, const struct options *options, struct output *output)
{
	enum status status;
	size_t length = 0;
	char *input;

	if (options->word_count < 2 || options->word_count > 3) {
		if (options->word_count < 2)
			message("no TYPE given; try 'mailcheck %s --help'", command->name);
		else
			message("more than one TEXT given: put the record in quotes");
		return STATUS_USAGE;
	}
	if (!is_type(options->words[1])) {
		tell_types(options->words[1]);
		return STATUS_USAGE;
	}
	if (options->word_count == 3 && strcmp(options->words[2], "-") != 0)
		return judge(options->words[1], options->words[2], strlen(options->words[2]),
			options, output);
	if (options->word_count == 2 && !options->quiet)
		message_reading("the record");
	input = read_input(&length);
	if (input == NULL)
		return STATUS_USAGE;
	status = judge(options->words[1], input, length, options, output);
	free(input);
	return status;
}
