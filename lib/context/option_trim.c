/* option_trim: what is set, moved to a new arena, so that what no longer is gives its memory back.
 */
#include <string.h>

#include "context/option.h"

#define WORTH_IT ((size_t)256 * 1024)

static const char *
text(struct mc_arena *arena, const char *from)
{
	return from != NULL ? mc_arena_strdup(arena, from) : NULL;
}

/* A list with its room; NULL when there is none, or out of memory (see the arena). */
static void *
list(struct mc_arena *arena, const void *from, size_t count, size_t size)
{
	void *items = count > 0 ? mc_arena_calloc(arena, mc_option_places(count), size) : NULL;

	if (items != NULL)
		memcpy(items, from, count * size);
	return items;
}

static struct mc_dkim_signatures *
signatures(struct mc_arena *arena, const struct mc_dkim_signatures *from)
{
	struct mc_dkim_signatures *copy =
		from != NULL ? mc_arena_memdup(arena, from, sizeof(*from)) : NULL;

	for (size_t i = 0; copy != NULL && i < copy->count; i++) {
		struct mc_dkim_signature *signature = &copy->signatures[i];
		signature->selector = text(arena, signature->selector);
		signature->domain = text(arena, signature->domain);
		signature->algorithm = text(arena, signature->algorithm);
	}
	return copy;
}

static void
move_settings(struct mc_arena *arena, struct mc_settings *settings)
{
	settings->helo = text(arena, settings->helo);
	settings->from = text(arena, settings->from);
	settings->ns = text(arena, settings->ns);
	settings->control = text(arena, settings->control);
	settings->sender = text(arena, settings->sender);
	settings->client_helo = text(arena, settings->client_helo);
	settings->to = list(arena, settings->to, settings->to_count, sizeof(*settings->to));
	for (size_t i = 0; !arena->failed && i < settings->to_count; i++)
		settings->to[i] = text(arena, settings->to[i]);
	settings->dkim_selectors = list(arena, settings->dkim_selectors,
		settings->dkim_selector_count, sizeof(*settings->dkim_selectors));
	for (size_t i = 0; !arena->failed && i < settings->dkim_selector_count; i++)
		settings->dkim_selectors[i] = text(arena, settings->dkim_selectors[i]);
	settings->signatures = signatures(arena, settings->signatures);
	settings->compare =
		list(arena, settings->compare, settings->compare_count, sizeof(*settings->compare));
	for (size_t i = 0; !arena->failed && i < settings->compare_count; i++)
		settings->compare[i] = text(arena, settings->compare[i]);
	settings->connect_to = list(arena, settings->connect_to, settings->connect_to_count,
		sizeof(*settings->connect_to));
	for (size_t i = 0; !arena->failed && i < settings->connect_to_count; i++)
		settings->connect_to[i].host = text(arena, settings->connect_to[i].host);
	settings->assume =
		list(arena, settings->assume, settings->assume_count, sizeof(*settings->assume));
	for (size_t i = 0; !arena->failed && i < settings->assume_count; i++) {
		struct mc_rr *rr = &settings->assume[i];
		rr->owner = text(arena, rr->owner);
		rr->rdata = mc_arena_memdup(arena, rr->rdata, rr->rdlength);
	}
}

bool
mc_options_trim(struct mc_options *options)
{
	struct mc_options moved = *options;
	struct mc_arena *arena = &moved.arena;

	if (options->arena.used < WORTH_IT + 2 * options->trimmed)
		return true;
	mc_arena_init(arena, 0);
	move_settings(arena, &moved.settings);
	moved.given = list(arena, moved.given, moved.given_count, sizeof(*moved.given));
	for (size_t i = 0; !arena->failed && i < moved.given_count; i++)
		moved.given[i].value = text(arena, moved.given[i].value);
	if (arena->failed) {
		mc_arena_reset(arena);
		return false;
	}
	mc_arena_reset(&options->arena);
	moved.trimmed = arena->used;
	*options = moved;
	return true;
}
