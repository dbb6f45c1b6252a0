/* options: takes a command line apart, guided by the table of flags. */
#include "options.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "suggest.h"

struct choice {
	const char *name;
	int value;
};

static const struct choice formats[] = {
	{"text", FORMAT_TEXT}, {"json", FORMAT_JSON}, {"ndjson", FORMAT_NDJSON}, {NULL, 0}};
static const struct choice colors[] = {
	{"auto", COLOR_AUTO}, {"always", COLOR_ALWAYS}, {"never", COLOR_NEVER}, {NULL, 0}};
static const struct choice severities[] = {{"notice", MAILCHECK_NOTICE},
	{"warning", MAILCHECK_WARNING}, {"error", MAILCHECK_ERROR}, {NULL, 0}};

__attribute__((format(printf, 2, 3))) static void
problem(struct options *options, const char *format, ...)
{
	va_list arguments;

	if (options->problem[0] != '\0')
		return;
	va_start(arguments, format);
	vsnprintf(options->problem, sizeof(options->problem), format, arguments);
	va_end(arguments);
}

static bool
add_checks(struct options *options, const char *value)
{
	char *joined = NULL;

	if (options->checks == NULL)
		joined = strdup(value);
	else if (asprintf(&joined, "%s,%s", options->checks, value) < 0)
		joined = NULL;
	if (joined == NULL)
		return false;
	free(options->checks);
	options->checks = joined;
	return true;
}

static int
choose(struct options *options, const struct flag *flag, const struct choice *choices,
	const char *value, int otherwise)
{
	for (const struct choice *choice = choices; choice->name != NULL; choice++)
		if (strcmp(choice->name, value) == 0)
			return choice->value;
	problem(options, "--%s: '%s' is none of %s", flag_name(flag), SHOWN(value),
		flag_argument(flag));
	return otherwise;
}

static bool
set_own(struct options *options, const struct flag *flag, const char *value)
{
	switch (flag->own) {
	case OWN_CHECK:
		return add_checks(options, value);
	case OWN_FAIL_ON:
		options->fail_on = choose(options, flag, severities, value, MAILCHECK_ERROR);
		break;
	case OWN_FORMAT:
		options->format = (enum format)choose(options, flag, formats, value, FORMAT_UNSET);
		break;
	case OWN_COLOR:
		options->color = (enum color)choose(options, flag, colors, value, COLOR_AUTO);
		break;
	case OWN_QUIET:
		options->quiet = true;
		break;
	case OWN_VERBOSE:
		options->verbose = true;
		break;
	case OWN_HELP:
		options->help = true;
		break;
	case OWN_VERSION:
		options->version = true;
		break;
	case OWN_MESSAGE:
	case OWN_RULES:
	case OWN_REPLY_CHECK:
	case OWN_NONE:
		break;
	}
	return true;
}

/* To the library an empty value empties a list; here it is a variable that was not set. */
static void
refuse_empty(struct options *options, const struct flag *flag, const char *value)
{
	if (value[0] == '\0' && flag->library != NULL && mailcheck_option_repeatable(flag->library))
		problem(options, "option '--%s' has an empty value: --%s %s", flag_name(flag),
			flag_name(flag), flag_argument(flag));
}

static bool
add(struct options *options, const struct flag *flag, const char *value)
{
	refuse_empty(options, flag, value);
	if (options->setting_count == options->setting_room) {
		size_t room = options->setting_room * 2 + 16;
		struct setting *settings = reallocarray(options->settings, room, sizeof(*settings));

		if (settings == NULL)
			return false;
		options->settings = settings;
		options->setting_room = room;
	}
	options->settings[options->setting_count++] = (struct setting){*flag, value};
	return set_own(options, flag, value);
}

static void
unknown_long(struct options *options, const char *name, size_t length)
{
	struct suggestion suggestion;
	struct flag flag;
	char shown[MESSAGE_SHOWN_SIZE];

	suggest_begin(&suggestion, name, length);
	for (size_t i = 0; flag_at(i, &flag); i++)
		suggest_consider(&suggestion, flag_name(&flag));
	message_shown(name, length, shown);
	if (suggestion.best != NULL)
		problem(options, "unknown option '--%s'; did you mean '--%s'?", shown,
			suggestion.best);
	else
		problem(options, "unknown option '--%s'", shown);
}

static void
needs_value(struct options *options, const struct flag *flag)
{
	problem(options, "option '--%s' needs a value: --%s %s", flag_name(flag), flag_name(flag),
		flag_argument(flag));
}

/* Takes `*ret_used` more arguments. False when out of memory. */
static bool
parse_long(struct options *options, const char *text, const char *next, int *ret_used)
{
	size_t length = strcspn(text, "=");
	bool joined = text[length] == '=';
	struct flag flag;

	if (!flag_find(text, length, &flag)) {
		unknown_long(options, text, length);
		return true;
	}
	if (flag.own == OWN_CHECK && options->word_count > 0 &&
		strcmp(options->words[0], "reply") == 0)
		flag.own = OWN_REPLY_CHECK;
	if (!flag_has_value(&flag)) {
		if (joined)
			problem(options, "option '--%s' takes no value", flag_name(&flag));
		return add(options, &flag, "yes");
	}
	if (joined)
		return add(options, &flag, text + length + 1);
	if (next == NULL) {
		needs_value(options, &flag);
		return true;
	}
	*ret_used = 1;
	return add(options, &flag, next);
}

static void
unknown_letter(struct options *options, const char *letters, const char *letter)
{
	struct flag flag;

	if (letters[1] != '\0' && flag_find(letters, strcspn(letters, "="), &flag))
		problem(options, "unknown option '-%s'; did you mean '--%s'?", SHOWN(letters),
			flag_name(&flag));
	else
		problem(options, "unknown option '-%s'",
			message_shown(letter, 1, (char[MESSAGE_SHOWN_SIZE]){0}));
}

/* "-qv4", "-xVALUE", "-x VALUE"; else as parse_long(). */
static bool
parse_letters(struct options *options, const char *letters, const char *next, int *ret_used)
{
	for (const char *letter = letters; *letter != '\0'; letter++) {
		struct flag flag;

		if (!flag_find_letter(*letter, &flag)) {
			unknown_letter(options, letters, letter);
			return true;
		}
		if (flag_has_value(&flag)) {
			if (letter[1] != '\0')
				return add(options, &flag, letter + 1);
			if (next == NULL) {
				needs_value(options, &flag);
				return true;
			}
			*ret_used = 1;
			return add(options, &flag, next);
		}
		if (!add(options, &flag, "yes"))
			return false;
	}
	return true;
}

bool
options_parse(struct options *options, int argc, char **argv)
{
	bool ended = false;

	*options = (struct options){.fail_on = MAILCHECK_ERROR};
	options->words = calloc((size_t)argc + 1, sizeof(*options->words));
	if (options->words == NULL)
		return false;
	for (int i = 1; i < argc; i++) {
		const char *text = argv[i], *next = i + 1 < argc ? argv[i + 1] : NULL;
		int used = 0;
		bool fine = true;

		if (ended || text[0] != '-' || text[1] == '\0')
			options->words[options->word_count++] = text;
		else if (strcmp(text, "--") == 0)
			ended = true;
		else if (text[1] == '-')
			fine = parse_long(options, text + 2, next, &used);
		else
			fine = parse_letters(options, text + 1, next, &used);
		if (!fine)
			return false;
		i += used;
	}
	return true;
}

void
options_free(struct options *options)
{
	free(options->checks);
	free(options->words);
	free(options->settings);
}

const struct flag *
options_outside(const struct options *options, unsigned groups)
{
	for (size_t i = 0; i < options->setting_count; i++)
		if ((flag_group(&options->settings[i].flag) & groups) == 0)
			return &options->settings[i].flag;
	return NULL;
}

const char *
options_value(const struct options *options, const char *name)
{
	for (size_t i = options->setting_count; i > 0; i--)
		if (strcmp(flag_name(&options->settings[i - 1].flag), name) == 0)
			return options->settings[i - 1].value;
	return NULL;
}

bool
options_has(const struct options *options, const char *name)
{
	return options_value(options, name) != NULL;
}

/* With SPF, --helo is what another client says. */
static const char *
name_for(const struct flag *flag, bool spf)
{
	return spf && strcmp(flag_name(flag), "helo") == 0 ? "client-helo" : flag_name(flag);
}

int32_t
options_apply(const struct options *options, bool spf, mailcheck *mc, const struct setting **ret_at)
{
	for (size_t i = 0; i < options->setting_count; i++) {
		const struct setting *setting = &options->settings[i];
		int32_t code = MAILCHECK_OK;

		if (setting->flag.library != NULL || setting->flag.own == OWN_MESSAGE)
			code = mailcheck_set(mc, name_for(&setting->flag, spf), setting->value);
		if (code != MAILCHECK_OK) {
			*ret_at = setting;
			return code;
		}
	}
	return MAILCHECK_OK;
}
