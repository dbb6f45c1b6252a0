/* option: what is set, and what was given. */
#include "context/option.h"

#include <mailcheck/error.h>
#include <string.h>

#include "base/escape.h"
#include "context/option_table.h"
#include "dnsbl/table.h"

#define SHOWN_LIMIT 200 /* octets of a refused value in an error */

size_t
mc_option_places(size_t count)
{
	size_t places = 1;

	while (places < count)
		places *= 2;
	return places;
}

void *
mc_option_room(struct mc_arena *arena, void *items, size_t count, size_t size)
{
	void *grown;

	if ((count & (count - 1)) != 0)
		return items;
	grown = mc_arena_calloc(arena, count == 0 ? 1 : 2 * count, size);
	if (grown != NULL && count > 0)
		memcpy(grown, items, count * size);
	return grown;
}

int32_t
mc_options_init(struct mc_options *options)
{
	struct mc_settings *settings = &options->settings;

	*options = (struct mc_options){.concurrency = 100};
	mc_arena_init(&options->arena, 0);
	mc_arena_init(&options->frozen_arena, 0);
	settings->quit_after = MC_STEP_QUIT;
	settings->dns_timeout = options->net.dns_timeout = 5000;
	settings->connect_timeout = options->net.connect_timeout = 30000;
	settings->reply_timeout = options->net.reply_timeout = 30000;
	settings->tls_timeout = options->net.tls_timeout = 15000;
	settings->deadline = 120000;
	return MAILCHECK_OK;
}

void
mc_options_free(struct mc_options *options)
{
	mc_arena_reset(&options->arena);
	mc_arena_reset(&options->frozen_arena);
}

bool
mc_options_lists(struct mc_options *options)
{
	struct mc_lists_error error;
	struct mc_lists *lists;

	if (options->settings.lists != NULL)
		return true;
	lists = mc_arena_alloc(&options->frozen_arena, sizeof(*lists));
	if (lists == NULL || !mc_lists_parse(&options->frozen_arena, mc_lists_text,
				     mc_lists_text_length, lists, &error)) {
		options->frozen_arena.failed = false;
		return false;
	}
	options->settings.lists = lists;
	return true;
}

/* Drops the pairs of that name, leaving older copies of the array as they are. */
static void
forget(struct mc_options *options, const char *name)
{
	struct mc_option_value *given = options->given;
	size_t kept = 0, count = 0;

	for (size_t i = 0; i < options->given_count; i++)
		kept += strcmp(given[i].name, name) != 0;
	if (kept == options->given_count)
		return;
	given = mc_arena_calloc(&options->arena, mc_option_places(kept), sizeof(*given));
	if (given == NULL)
		return;
	for (size_t i = 0; i < options->given_count; i++)
		if (strcmp(options->given[i].name, name) != 0)
			given[count++] = options->given[i];
	options->given = given;
	options->given_count = count;
}

static void
remember(struct mc_options *options, const struct mailcheck_option *row, const char *value)
{
	struct mc_option_value *given;

	if (!row->repeatable || value[0] == '\0')
		forget(options, row->name);
	if (row->repeatable && value[0] == '\0')
		return;
	given = mc_option_room(
		&options->arena, options->given, options->given_count, sizeof(*options->given));
	if (given == NULL)
		return;
	given[options->given_count++] =
		(struct mc_option_value){row->name, mc_arena_strdup(&options->arena, value)};
	options->given = given;
}

void
mc_option_remember(struct mc_options *options, const char *name, const char *value)
{
	remember(options, mc_option_find(name), value);
}

static const char *
shown(struct mc_arena *arena, const char *value)
{
	size_t length = strnlen(value, SHOWN_LIMIT + 1);

	if (length <= SHOWN_LIMIT)
		return mc_escape(arena, value, length);
	return mc_arena_printf(arena, "%s...", mc_escape(arena, value, SHOWN_LIMIT));
}

/* Out of memory is not for ever: what was set before is untouched and can be set again. */
static int32_t
refuse(struct mc_options *options, int32_t code, const char *text, const char **ret_error)
{
	bool no_memory = options->arena.failed || options->frozen_arena.failed;

	options->arena.failed = options->frozen_arena.failed = false;
	*ret_error = no_memory ? "out of memory" : text;
	return no_memory ? MAILCHECK_NO_MEMORY : code;
}

/* All or nothing. */
static int32_t
set_row(struct mc_options *options, const struct mailcheck_option *row, const char *value,
	const char **ret_error)
{
	struct mc_options before = *options;
	const char *text = "", *problem = row->apply(options, row, value);

	if (problem == NULL && !row->unrecorded)
		remember(options, row, value);
	if (problem == NULL && !options->arena.failed && !options->frozen_arena.failed)
		return MAILCHECK_OK;
	before.arena = options->arena;
	before.frozen_arena = options->frozen_arena;
	*options = before;
	if (problem != NULL)
		text = row->kind == MAILCHECK_OPTION_FLAG
			       ? mc_arena_printf(&options->arena, "%s: %s", row->name, problem)
			       : mc_arena_printf(&options->arena, "%s \"%s\": %s", row->name,
					 shown(&options->arena, value), problem);
	return refuse(options, row->file ? MAILCHECK_FILE : MAILCHECK_BAD_VALUE, text, ret_error);
}

int32_t
mc_options_set(
	struct mc_options *options, const char *name, const char *value, const char **ret_error)
{
	const struct mailcheck_option *row = mc_option_find(name);
	const char *text;

	options->arena.failed = options->frozen_arena.failed = false;
	if (row == NULL) {
		text = mc_arena_printf(
			&options->arena, "no option \"%s\"", shown(&options->arena, name));
		return refuse(options, MAILCHECK_BAD_OPTION, text, ret_error);
	}
	if (row->freezes && options->frozen) {
		text = mc_arena_printf(&options->arena,
			"%s: cannot change once a target was submitted", row->name);
		return refuse(options, MAILCHECK_FROZEN, text, ret_error);
	}
	return set_row(options, row, value, ret_error);
}

int32_t
mc_options_set_recorded(struct mc_options *options, const struct mc_option_value *given,
	size_t count, const char **ret_error)
{
	int32_t code = MAILCHECK_OK;

	for (size_t i = 0; i < count && code == MAILCHECK_OK; i++) {
		const struct mailcheck_option *row = mc_option_find(given[i].name);
		if (row == NULL || row->unrecorded)
			return refuse(options, MAILCHECK_DAMAGED,
				mc_arena_printf(&options->arena,
					"the record file holds an option \"%s\"",
					shown(&options->arena, given[i].name)),
				ret_error);
		if (!row->network)
			code = set_row(options, row, given[i].value, ret_error);
	}
	if (code == MAILCHECK_OK && !mc_options_lists(options))
		return refuse(options, MAILCHECK_NO_MEMORY, "out of memory", ret_error);
	return code == MAILCHECK_BAD_VALUE ? MAILCHECK_DAMAGED : code;
}
