/* option_lists: the options about block lists. */
#include <string.h>

#include "context/option_table.h"
#include "context/option_value.h"
#include "context/public_resolver.h"
#include "dnsbl/table.h"
#include "record/domain.h"

const char *
mc_option_note_public(struct mc_options *options, const struct mc_address *address)
{
	const char *name = mc_public_resolver(address);
	char text[MC_ADDRESS_SIZE];

	if (name == NULL || options->settings.public_resolver != NULL)
		return NULL;
	mc_address_format(text, address);
	options->settings.public_resolver =
		mc_arena_printf(&options->frozen_arena, "%s is %s", text, name);
	mc_option_remember(options, "public-resolver", options->settings.public_resolver);
	return NULL;
}

static const char *
parse_lists(struct mc_options *options, const char *text, size_t length)
{
	struct mc_arena *arena = &options->frozen_arena;
	struct mc_lists *lists = mc_arena_alloc(arena, sizeof(*lists));
	struct mc_lists_error error;

	if (lists == NULL)
		return NULL;
	if (mc_lists_parse(arena, text, length, lists, &error)) {
		options->settings.lists = lists;
		return NULL;
	}
	return error.line == 0
		       ? error.reason
		       : mc_arena_printf(&options->arena, "line %zu: %s", error.line, error.reason);
}

const char *
mc_option_lists_text(
	struct mc_options *options, const struct mailcheck_option *row, const char *value)
{
	(void)row;
	return parse_lists(options, value, strlen(value));
}

/* What the file says goes into a record file, not where it was. */
const char *
mc_option_lists(struct mc_options *options, const struct mailcheck_option *row, const char *value)
{
	const char *text, *problem;

	(void)row;
	problem = mc_value_content(&options->arena, value, MC_LISTS_TEXT, &text);
	if (problem == NULL)
		problem = parse_lists(options, text, strlen(text));
	if (problem == NULL)
		mc_option_remember(options, "lists-text", text);
	return problem;
}

const char *
mc_option_list(struct mc_options *options, const struct mailcheck_option *row, const char *value)
{
	struct mc_settings *settings = &options->settings;
	char zone[MC_NAME_TEXT_SIZE];
	const char **zones;

	(void)row;
	if (value[0] == '\0') {
		settings->list_zones = NULL;
		settings->list_zone_count = 0;
		return NULL;
	}
	if (mc_domain_parse_host(value, zone) != NULL)
		return "is not the zone of a list";
	for (size_t i = 0; i < settings->list_zone_count; i++)
		if (strcmp(settings->list_zones[i], zone) == 0)
			return NULL;
	if (settings->list_zone_count >= MC_OPTION_LISTS)
		return "is one too many: at most 200 lists";
	zones = mc_option_room(&options->frozen_arena, (void *)settings->list_zones,
		settings->list_zone_count, sizeof(*zones));
	if (zones == NULL)
		return NULL;
	zones[settings->list_zone_count++] = mc_arena_strdup(&options->frozen_arena, zone);
	settings->list_zones = zones;
	return NULL;
}

const char *
mc_option_list_budget(
	struct mc_options *options, const struct mailcheck_option *row, const char *value)
{
	(void)row;
	return mc_value_number(value, 1, 1000000, &options->settings.list_budget) == NULL
		       ? NULL
		       : "must be a whole number from 1 to 1000000";
}

const char *
mc_option_list_key(
	struct mc_options *options, const struct mailcheck_option *row, const char *value)
{
	struct mc_settings *settings = &options->settings;
	const char **names;

	(void)row;
	if (settings->list_key_count >= MC_OPTION_LISTS)
		return "is one too many: at most 200 keys";
	names = mc_option_room(&options->frozen_arena, (void *)settings->list_keys,
		settings->list_key_count, sizeof(*names));
	if (names == NULL)
		return NULL;
	names[settings->list_key_count++] = mc_arena_strdup(&options->frozen_arena, value);
	settings->list_keys = names;
	return NULL;
}

/* The keys themselves are the network's alone; everything else knows them by name. */
static const char *
add_key(struct mc_options *options, const char *name, const char *label)
{
	struct mc_net_options *net = &options->net;
	struct mc_arena *arena = &options->frozen_arena;
	struct mc_net_key *keys =
		mc_option_room(arena, (void *)(uintptr_t)net->keys, net->key_count, sizeof(*keys));

	if (keys == NULL)
		return NULL;
	keys[net->key_count++] =
		(struct mc_net_key){mc_arena_strdup(arena, name), mc_arena_strdup(arena, label)};
	net->keys = keys;
	mc_option_remember(options, "dnsbl-key", name);
	return mc_option_list_key(options, NULL, name);
}

const char *
mc_option_list_keys(
	struct mc_options *options, const struct mailcheck_option *row, const char *value)
{
	struct mc_arena *arena = &options->frozen_arena;
	const char *text, *name, *label, *problem;
	size_t line = 0;

	(void)row;
	problem = mc_value_content(arena, value, 65536, &text);
	while (problem == NULL && *text != '\0') {
		line++;
		problem = mc_value_key_line(arena, &text, &name, &label);
		if (problem == NULL && name != NULL)
			problem = add_key(options, name, label);
		if (problem != NULL)
			problem = mc_arena_printf(&options->arena, "line %zu: %s", line, problem);
	}
	return problem;
}

const char *
mc_option_public_resolver(
	struct mc_options *options, const struct mailcheck_option *row, const char *value)
{
	(void)row;
	options->settings.public_resolver = mc_arena_strdup(&options->frozen_arena, value);
	return NULL;
}
