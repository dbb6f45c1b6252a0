/* reply: what replies mean: of an argument, of lines, of a bounce. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "file.h"
#include "message.h"

/* One more octet than is read of a reply, so that the library sees that it was longer. */
#define LINE_SIZE (MAILCHECK_REPLY_LIMIT + 1)

struct session {
	const struct options *options;
	struct output *output;
	mailcheck_reply_rules *rules;
	mailcheck_reply *reply;
	mailcheck *mc; /* NULL: no list is asked */
	uint32_t flags;
	bool json;
	bool begun;
};

/* False when it could not be done, which is told; a reply that names no list is fine. */
static bool
ask_list(struct session *session)
{
	int32_t code = session->mc == NULL ? MAILCHECK_OK
					   : mailcheck_reply_check(session->reply, session->mc);

	if (code != MAILCHECK_OK && code != MAILCHECK_NOT_FOUND)
		message("%s", mailcheck_error(session->mc)[0] != '\0' ? mailcheck_error(session->mc)
								      : mailcheck_strerror(code));
	return code == MAILCHECK_OK || code == MAILCHECK_NOT_FOUND;
}

static bool
write_reply(struct session *session, const char *text, size_t length)
{
	const char *line = NULL;

	if (mailcheck_reply_read(session->reply, text, length) == MAILCHECK_OK) {
		if (!ask_list(session))
			return false;
		line = session->json ? mailcheck_reply_json(session->reply)
				     : mailcheck_reply_text(session->reply, session->flags);
	}
	if (line == NULL) {
		message("out of memory");
		return false;
	}
	if (!session->json && session->begun)
		output_text(session->output, "\n");
	session->begun = true;
	output_text(session->output, line);
	if (session->json)
		output_text(session->output, "\n");
	return true;
}

/* What some editors put before the first line. */
static size_t
byte_order_mark(const char *line, size_t length)
{
	return length >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

/* A line of standard input without its end, as much of it as there is room for; false at the end
 * of the input. */
static bool
read_line(char *line, size_t *ret_length)
{
	size_t length = 0;
	int c;

	while ((c = getc_unlocked(stdin)) != EOF && c != '\n')
		if (length < LINE_SIZE)
			line[length++] = (char)c;
	if (c == EOF && length == 0)
		return false;
	if (length > 0 && length < LINE_SIZE && line[length - 1] == '\r')
		length--;
	*ret_length = length;
	return true;
}

static enum status
read_lines(struct session *session)
{
	char *line = malloc(LINE_SIZE);
	enum status status = STATUS_OK;
	size_t length, skipped;

	if (line == NULL) {
		message("out of memory");
		return STATUS_UNDETERMINED;
	}
	while (status == STATUS_OK && read_line(line, &length)) {
		skipped = session->begun ? 0 : byte_order_mark(line, length);
		if (!write_reply(session, line + skipped, length - skipped))
			status = STATUS_UNDETERMINED;
		else if (!output_flush(session->output))
			break;
	}
	if (ferror(stdin)) {
		message("cannot read standard input: %s", strerror(errno));
		status = STATUS_USAGE;
	}
	free(line);
	return status;
}

static bool
read_rules(struct session *session, const char *path)
{
	size_t length;
	char problem[512];
	char *text = file_read(path, MAILCHECK_REPLY_RULES_LIMIT, &length);
	int32_t code;

	if (text == NULL)
		return false;
	code = mailcheck_reply_rules_new(
		path, text, length, &session->rules, problem, sizeof(problem));
	free(text);
	if (code != MAILCHECK_OK)
		message("%s",
			code == MAILCHECK_BAD_VALUE ? SHOWN(problem) : mailcheck_strerror(code));
	return code == MAILCHECK_OK;
}

static void
write_heading(struct session *session, const mailcheck_bounce *bounce, uint32_t i)
{
	const char *address = mailcheck_bounce_address(bounce, i);
	const char *action = mailcheck_bounce_action(bounce, i);

	output_text(session->output, i > 0 ? "\n" : "");
	output_text(session->output, address[0] != '\0' ? SHOWN(address) : "(no recipient named)");
	output_text(session->output, action[0] != '\0' ? ", " : "");
	output_text(session->output, SHOWN(action));
	output_text(session->output, "\n");
}

static bool
write_recipient(struct session *session, const mailcheck_bounce *bounce, uint32_t i)
{
	const char *text = NULL;

	if (mailcheck_bounce_classify(bounce, i, session->reply) == MAILCHECK_OK) {
		if (!ask_list(session))
			return false;
		if (!session->json)
			write_heading(session, bounce, i);
		text = session->json ? mailcheck_bounce_json(bounce, i, session->reply)
				     : mailcheck_reply_text(session->reply, session->flags);
	}
	if (text == NULL) {
		message("out of memory");
		return false;
	}
	output_text(session->output, text);
	output_text(session->output, session->json ? "\n" : "");
	return true;
}

static enum status
read_bounce(struct session *session, const char *path)
{
	enum status status = STATUS_OK;
	mailcheck_bounce *bounce = NULL;
	size_t length;
	char *octets = file_read(path, MAILCHECK_BOUNCE_LIMIT, &length);

	if (octets == NULL)
		return STATUS_USAGE;
	if (mailcheck_bounce_new(octets, length, &bounce) != MAILCHECK_OK) {
		message("out of memory");
		status = STATUS_UNDETERMINED;
	}
	free(octets);
	for (uint32_t i = 0;
		status == STATUS_OK && bounce != NULL && i < mailcheck_bounce_recipients(bounce);
		i++)
		if (!write_recipient(session, bounce, i))
			status = STATUS_UNDETERMINED;
	if (bounce != NULL && mailcheck_bounce_is_cut(bounce))
		message("%s has more parts or recipients than are read", SHOWN(path));
	mailcheck_bounce_free(bounce);
	return status;
}

/* The context that asks lists. */
static bool
begin_asking(struct session *session)
{
	const struct setting *at = NULL;
	int32_t code = mailcheck_new(&session->mc);

	if (code == MAILCHECK_OK)
		code = options_apply(session->options, false, session->mc, &at);
	if (code != MAILCHECK_OK && at != NULL)
		message_option(flag_name(&at->flag), mailcheck_error(session->mc));
	else if (code != MAILCHECK_OK)
		message("%s", mailcheck_strerror(code));
	return code == MAILCHECK_OK;
}

static enum status
run(struct session *session)
{
	const struct options *options = session->options;
	const char *bounce = options_value(options, "message");
	const char *text = options->word_count > 1 ? options->words[1] : "-";

	if (mailcheck_reply_new(session->rules, &session->reply) != MAILCHECK_OK) {
		message("out of memory");
		return STATUS_UNDETERMINED;
	}
	if (options_has(options, "check") && !begin_asking(session))
		return STATUS_USAGE;
	if (bounce != NULL)
		return read_bounce(session, bounce);
	if (strcmp(text, "-") == 0) {
		if (options->word_count == 1 && !options->quiet)
			message_reading("replies, one a line,");
		return read_lines(session);
	}
	return write_reply(session, text, strlen(text)) ? STATUS_OK : STATUS_UNDETERMINED;
}

static void
begin(struct session *session)
{
	const struct options *options = session->options;

	session->json = options->format == FORMAT_JSON || options->format == FORMAT_NDJSON;
	if (options->format == FORMAT_UNSET && options_value(options, "message") == NULL)
		session->json = options->word_count < 2 || strcmp(options->words[1], "-") == 0;
	session->flags = (options->quiet ? (uint32_t)MAILCHECK_TEXT_QUIET : 0) |
			 (options->verbose ? (uint32_t)MAILCHECK_TEXT_VERBOSE : 0) |
			 (output_has_symbols() ? 0 : (uint32_t)MAILCHECK_TEXT_ASCII) |
			 (output_has_color(options->color) ? (uint32_t)MAILCHECK_TEXT_COLOR : 0);
}

enum status
reply_run(const struct command *command, const struct options *options, struct output *output)
{
	struct session session = {.options = options, .output = output};
	const char *rules = options_value(options, "rules");
	enum status status = STATUS_USAGE;

	(void)command;
	if (options->word_count > 2) {
		message("more than one TEXT given: put the reply in quotes");
		return STATUS_USAGE;
	}
	if (options->word_count > 1 && options_has(options, "message")) {
		message("a TEXT and --message: one of them, please");
		return STATUS_USAGE;
	}
	begin(&session);
	if (rules == NULL || read_rules(&session, rules))
		status = run(&session);
	mailcheck_reply_free(session.reply);
	mailcheck_free(session.mc);
	mailcheck_reply_rules_free(session.rules);
	return status;
}
