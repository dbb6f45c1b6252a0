/* writer: reports as text, as JSON (one, or an array of them), or as a line of JSON each. */
#include "writer.h"

#include <stdlib.h>

#include "message.h"

void
writer_begin(struct writer *writer, struct output *output, const struct options *options,
	bool several, bool lines)
{
	*writer = (struct writer){.output = output, .format = options->format};
	if (writer->format == FORMAT_UNSET)
		writer->format = lines ? FORMAT_NDJSON : FORMAT_TEXT;
	writer->array = writer->format == FORMAT_JSON && several;
	if (output_has_color(options->color))
		writer->text_flags |= MAILCHECK_TEXT_COLOR;
	if (!output_has_symbols())
		writer->text_flags |= MAILCHECK_TEXT_ASCII;
	if (options->verbose)
		writer->text_flags |= MAILCHECK_TEXT_VERBOSE;
	if (options->quiet)
		writer->text_flags |= MAILCHECK_TEXT_QUIET;
	if (writer->array)
		output_text(output, "[");
}

static void
begin_one(struct writer *writer)
{
	if (writer->array)
		output_text(writer->output, writer->written > 0 ? ",\n" : "\n");
	else if (writer->format == FORMAT_TEXT && writer->written > 0)
		output_text(writer->output, "\n");
	writer->written++;
}

static void
end_one(struct writer *writer)
{
	if (writer->format != FORMAT_TEXT && !writer->array)
		output_text(writer->output, "\n");
	output_flush(writer->output);
}

bool
writer_report(struct writer *writer, mailcheck_report *report)
{
	const char *text = writer->format == FORMAT_TEXT
				   ? mailcheck_report_text(report, writer->text_flags)
				   : mailcheck_report_json(report);

	if (text == NULL)
		return false;
	begin_one(writer);
	output_text(writer->output, text);
	end_one(writer);
	return true;
}

static const char *
code_name(int32_t code)
{
	switch (code) {
	case MAILCHECK_BAD_TARGET:
		return "bad-target";
	case MAILCHECK_NOT_FOUND:
		return "not-recorded";
	case MAILCHECK_NO_MEMORY:
		return "no-memory";
	default:
		return "system";
	}
}

static void
problem_json(struct output *output, const char *input, int32_t code, const char *text)
{
	output_text(output, "{\"schema\":\"mailcheck-report/1\",\"version\":");
	output_json_text(output, mailcheck_version());
	output_text(output, ",\"target\":null,\"input\":");
	output_json_text(output, input);
	output_text(output, ",\"verdict\":\"inconclusive\",\"checks\":[],\"error\":{\"code\":");
	output_json_text(output, code_name(code));
	output_text(output, ",\"message\":");
	output_json_text(output, text);
	output_text(output, "}}");
}

bool
writer_problem(struct writer *writer, const struct target *target, int32_t code, const char *text)
{
	char *input;

	if (writer->format == FORMAT_TEXT) {
		message("'%s': %s",
			message_shown(
				target->input, target->input_length, (char[MESSAGE_SHOWN_SIZE]){0}),
			text);
		return true;
	}
	input = message_escaped(target->input, target->input_length);
	if (input == NULL)
		return false;
	begin_one(writer);
	problem_json(writer->output, input, code, text);
	end_one(writer);
	free(input);
	return true;
}

void
writer_end(struct writer *writer)
{
	if (writer->array)
		output_text(writer->output, "\n]\n");
	output_flush(writer->output);
}
