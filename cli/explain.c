/* explain: the registry of findings, for people and as JSON. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "message.h"
#include "suggest.h"
#include "wrap.h"

#define ID_INDENT 36
#define LABEL_INDENT 12
#define TEXT_SIZE 4096 /* the longest text of the registry has a quarter of it */
#define HOLDERS 6      /* ids shown that hold the word asked for */
#define HOLDER_LEAST 3 /* letters of such a word */

/* The name of a check is what stands before the dot. */
static bool
is_of_check(const char *id, const char *check)
{
	size_t length = strlen(check);

	return strncmp(id, check, length) == 0 && id[length] == '.';
}

static bool
is_asked(const mailcheck_finding_info *info, const struct options *options)
{
	const char *id = mailcheck_finding_info_id(info);

	for (size_t i = 1; i < options->word_count; i++)
		if (strcmp(id, options->words[i]) == 0 || is_of_check(id, options->words[i]))
			return true;
	return options->word_count < 2;
}

static bool
is_known(const char *word)
{
	const mailcheck_finding_info *info;

	for (uint32_t i = 0; (info = mailcheck_finding_at(i)) != NULL; i++)
		if (is_of_check(mailcheck_finding_info_id(info), word))
			return true;
	return mailcheck_finding_find(word) != NULL;
}

/* The first few ids that hold the word, with commas between; "" when there is none. */
static void
list_holders(const char *word, char *text, size_t size)
{
	const mailcheck_finding_info *info;
	size_t length = 0, count = 0;

	text[0] = '\0';
	for (uint32_t i = 0; (info = mailcheck_finding_at(i)) != NULL && length < size; i++) {
		const char *id = mailcheck_finding_info_id(info);

		if (strlen(word) < HOLDER_LEAST || strstr(id, word) == NULL)
			continue;
		if (count++ == HOLDERS) {
			snprintf(text + length, size - length, ", ...");
			return;
		}
		length += (size_t)snprintf(
			text + length, size - length, "%s%s", count > 1 ? ", " : "", id);
	}
}

static void
tell_unknown(const char *word)
{
	char holders[512];
	const mailcheck_finding_info *info;
	struct suggestion suggestion;

	suggest_begin(&suggestion, word, strlen(word));
	for (uint32_t i = 0; (info = mailcheck_finding_at(i)) != NULL; i++)
		suggest_consider(&suggestion, mailcheck_finding_info_id(info));
	list_holders(word, holders, sizeof(holders));
	if (holders[0] != '\0')
		message("no finding '%s'; see %s", SHOWN(word), holders);
	else if (suggestion.best != NULL)
		message("no finding '%s'; did you mean '%s'?", SHOWN(word), suggestion.best);
	else
		message("no finding '%s'; 'mailcheck explain' lists them", SHOWN(word));
}

static void
json_member(struct output *output, const char *name, const char *value)
{
	output_text(output, ",");
	output_json_text(output, name);
	output_text(output, ":");
	output_json_text(output, value);
}

static void
write_json(struct output *output, const mailcheck_finding_info *info)
{
	output_text(output, "{\"id\":");
	output_json_text(output, mailcheck_finding_info_id(info));
	json_member(
		output, "severity", mailcheck_severity_text(mailcheck_finding_info_severity(info)));
	json_member(output, "title", mailcheck_finding_info_title(info));
	json_member(output, "why", mailcheck_finding_info_why(info));
	json_member(output, "fix", mailcheck_finding_info_fix(info));
	json_member(output, "reference", mailcheck_finding_info_reference(info));
	json_member(output, "since", mailcheck_finding_info_since(info));
	output_text(output, "}");
}

/* "{domain}", which a report fills in, as help writes it: DOMAIN. */
static void
spell_out(const char *text, char *buffer, size_t size)
{
	size_t length = 0;
	bool inside = false;

	for (; *text != '\0' && length + 1 < size; text++) {
		if (*text == '{' || *text == '}')
			inside = *text == '{';
		else
			buffer[length++] = inside && *text >= 'a' && *text <= 'z'
						   ? (char)(*text - 'a' + 'A')
						   : *text;
	}
	buffer[length] = '\0';
}

static void
labelled(struct output *output, const char *label, const char *text)
{
	char spelt[TEXT_SIZE];

	if (text[0] == '\0')
		return;
	spell_out(text, spelt, sizeof(spelt));
	wrap_term(output, label, LABEL_INDENT, spelt);
}

static void
write_whole(struct output *output, const mailcheck_finding_info *info)
{
	output_text(output, mailcheck_finding_info_id(info));
	output_text(output, "\n");
	labelled(output, "  finding", mailcheck_finding_info_title(info));
	labelled(output, "  severity",
		mailcheck_severity_text(mailcheck_finding_info_severity(info)));
	labelled(output, "  meaning", mailcheck_finding_info_why(info));
	labelled(output, "  fix", mailcheck_finding_info_fix(info));
	labelled(output, "  see", mailcheck_finding_info_reference(info));
	labelled(output, "  since", mailcheck_finding_info_since(info));
}

static void
write_row(struct output *output, const mailcheck_finding_info *info)
{
	char term[128];

	snprintf(term, sizeof(term), "%-8s %s",
		mailcheck_severity_text(mailcheck_finding_info_severity(info)),
		mailcheck_finding_info_id(info));
	wrap_term(output, term, ID_INDENT, mailcheck_finding_info_title(info));
}

static bool
same_check(const char *a, const char *b)
{
	size_t length = strcspn(a, ".");

	return length == strcspn(b, ".") && strncmp(a, b, length) == 0;
}

/* The registry is sorted by check; a blank line stands between two. */
static void
write_text(struct output *output, const struct options *options)
{
	const mailcheck_finding_info *info;
	const char *last = NULL;
	bool list = options->word_count < 2;

	for (uint32_t i = 0; (info = mailcheck_finding_at(i)) != NULL; i++) {
		const char *id = mailcheck_finding_info_id(info);

		if (!is_asked(info, options))
			continue;
		if (last != NULL && !(list && same_check(last, id)))
			output_text(output, "\n");
		last = id;
		if (list)
			write_row(output, info);
		else
			write_whole(output, info);
	}
}

static void
write_objects(struct output *output, const struct options *options)
{
	const mailcheck_finding_info *info;
	bool array = options->format == FORMAT_JSON, begun = false;

	if (array)
		output_text(output, "[");
	for (uint32_t i = 0; (info = mailcheck_finding_at(i)) != NULL; i++) {
		if (!is_asked(info, options))
			continue;
		if (array)
			output_text(output, begun ? ",\n" : "\n");
		begun = true;
		write_json(output, info);
		if (!array)
			output_text(output, "\n");
	}
	if (array)
		output_text(output, "\n]\n");
}

enum status
explain_run(const struct command *command, const struct options *options, struct output *output)
{
	enum status status = STATUS_OK;

	(void)command;
	for (size_t i = 1; i < options->word_count; i++)
		if (!is_known(options->words[i])) {
			tell_unknown(options->words[i]);
			status = STATUS_USAGE;
		}
	if (status != STATUS_OK)
		return status;
	if (options->format == FORMAT_JSON || options->format == FORMAT_NDJSON)
		write_objects(output, options);
	else
		write_text(output, options);
	return STATUS_OK;
}
