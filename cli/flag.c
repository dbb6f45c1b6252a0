/* flag: the table of the command's own options, and one view of it and the library's. */
#include "flag.h"

#include <string.h>

struct own_row {
	const char *name;
	char letter;
	const char *argument;
	const char *help;
	enum flag_group group;
};

/* clang-format off */
static const struct own_row own_rows[OWN_NONE] = {
	[OWN_CHECK] = {"check", 0, "NAME,...", "Make these checks only (repeatable)", FLAGS_VERDICT},
	[OWN_MESSAGE] = {"message", 0, "FILE",
		"A message whose signatures name the DKIM keys to look for", FLAGS_MESSAGE},
	[OWN_RULES] = {"rules", 0, "FILE", "Read rules of your own after the built-in ones",
		FLAGS_REPLY},
	[OWN_REPLY_CHECK] = {"check", 0, "",
		"Ask the block list that the reply names, where it names one", FLAGS_REPLY},
	[OWN_FAIL_ON] = {"fail-on", 0, "notice|warning|error",
		"The least severity that makes the exit status 1 (default: error)", FLAGS_VERDICT},
	[OWN_FORMAT] = {"format", 0, "text|json|ndjson",
		"How results are written (default: text; ndjson for targets on standard input)",
		FLAGS_OUTPUT},
	[OWN_COLOR] = {"color", 0, "auto|always|never",
		"Colours (default: auto, on a terminal unless NO_COLOR is set)", FLAGS_OUTPUT},
	[OWN_QUIET] = {"quiet", 'q', "", "Verdict, root cause and fix only; no progress line",
		FLAGS_OUTPUT},
	[OWN_VERBOSE] = {"verbose", 'v', "", "Transcripts and all evidence too", FLAGS_OUTPUT},
	[OWN_HELP] = {"help", 'h', "", "Show this text", FLAGS_GENERAL},
	[OWN_VERSION] = {"version", 'V', "", "Show the version", FLAGS_GENERAL},
};
/* clang-format on */

bool
flag_at(size_t i, struct flag *ret_flag)
{
	const mailcheck_option *library = NULL;

	if (i >= OWN_NONE) {
		library = mailcheck_option_at((uint32_t)(i - OWN_NONE));
		if (library == NULL)
			return false;
		i = OWN_NONE;
	}
	*ret_flag = (struct flag){(enum own_flag)i, library};
	return true;
}

bool
flag_find(const char *name, size_t length, struct flag *ret_flag)
{
	struct flag flag;

	for (size_t i = 0; flag_at(i, &flag); i++) {
		const char *candidate = flag_name(&flag);

		if (strlen(candidate) == length && memcmp(candidate, name, length) == 0) {
			*ret_flag = flag;
			return true;
		}
	}
	return false;
}

bool
flag_find_letter(char letter, struct flag *ret_flag)
{
	struct flag flag;

	for (size_t i = 0; flag_at(i, &flag); i++)
		if (letter != '\0' && flag_letter(&flag) == letter) {
			*ret_flag = flag;
			return true;
		}
	return false;
}

const char *
flag_name(const struct flag *flag)
{
	return flag->library == NULL ? own_rows[flag->own].name
				     : mailcheck_option_name(flag->library);
}

char
flag_letter(const struct flag *flag)
{
	return flag->library == NULL ? own_rows[flag->own].letter
				     : mailcheck_option_letter(flag->library);
}

bool
flag_has_value(const struct flag *flag)
{
	if (flag->library == NULL)
		return own_rows[flag->own].argument[0] != '\0';
	return mailcheck_option_kind(flag->library) != MAILCHECK_OPTION_FLAG;
}

const char *
flag_argument(const struct flag *flag)
{
	if (!flag_has_value(flag))
		return "";
	return flag->library == NULL ? own_rows[flag->own].argument
				     : mailcheck_option_argument(flag->library);
}

const char *
flag_help(const struct flag *flag)
{
	return flag->library == NULL ? own_rows[flag->own].help
				     : mailcheck_option_help(flag->library);
}

static bool
is_own(const char *name)
{
	for (size_t i = 0; i < OWN_NONE; i++)
		if (strcmp(own_rows[i].name, name) == 0)
			return true;
	return false;
}

enum flag_group
flag_group(const struct flag *flag)
{
	if (flag->library == NULL)
		return own_rows[flag->own].group;
	if (is_own(flag_name(flag)))
		return FLAGS_NONE;
	switch (mailcheck_option_scope(flag->library)) {
	case MAILCHECK_SCOPE_HOST:
		return FLAGS_HOST;
	case MAILCHECK_SCOPE_SPF:
		return FLAGS_SPF;
	default:
		return FLAGS_ANY;
	}
}
