/* dnsbl: block lists and allow lists about an address or a domain, and about the mail hosts of a
 * domain. */
#include <string.h>

#include "check/dnsbl.h"
#include "check/registry.h"

static bool
has_key(const struct mc_run *run, const struct mc_list *list)
{
	if (list->key == NULL)
		return true;
	for (size_t i = 0; i < run->settings->list_key_count; i++)
		if (strcmp(run->settings->list_keys[i], list->key) == 0)
			return true;
	return false;
}

static bool
takes(const struct mc_list *list, const struct mc_dnsbl_item *item)
{
	static const unsigned wants[] = {
		[0] = MC_LIST_DOMAIN, [4] = MC_LIST_IPV4, [6] = MC_LIST_IPV6};

	return (list->asks & wants[item->address.family]) != 0;
}

static bool
applies(const struct mc_run *run, const struct mc_list *list, const struct mc_dnsbl_item *item)
{
	return list->dead == NULL && takes(list, item) && has_key(run, list) &&
	       (run->kind == MC_TARGET_LISTING || list->core);
}

/* What stands in another list that is asked is not asked for again. */
static bool
chosen(const struct mc_run *run, const struct mc_list *list, const struct mc_dnsbl_item *item)
{
	const struct mc_list *whole;

	if (!applies(run, list, item))
		return false;
	whole = list->within != NULL ? mc_lists_find(run->settings->lists, list->within) : NULL;
	for (unsigned depth = 0; whole != NULL && depth < 4; depth++) {
		if (applies(run, whole, item))
			return false;
		whole = whole->within != NULL ? mc_lists_find(run->settings->lists, whole->within)
					      : NULL;
	}
	return true;
}

static enum mc_step
ask(struct mc_run *run, const struct mc_dnsbl_item *item, const struct mc_list *list,
	struct mc_dnsbl_rows *rows)
{
	struct mc_dnsbl_row *row = rows->count < rows->room ? &rows->rows[rows->count++] : NULL;

	return row != NULL ? mc_dnsbl_ask(run, item, list, row) : MC_DONE;
}

/* What the table has of it; else a list that is not known, or that died with the zone above it. */
static const struct mc_list *
find_list(struct mc_run *run, const char *zone)
{
	const struct mc_lists *lists = run->settings->lists;
	const struct mc_list *list = mc_lists_find(lists, zone);
	const struct mc_list *dead = mc_lists_find_dead(lists, zone);
	struct mc_list other = mc_list_unknown(zone);

	if (list != NULL)
		return list;
	if (dead != NULL) {
		other.dead = dead->dead;
		other.how = dead->how;
	}
	return mc_arena_memdup(run->arena, &other, sizeof(other));
}

static enum mc_step
ask_named(struct mc_run *run, const struct mc_dnsbl_item *item, struct mc_dnsbl_rows *rows)
{
	const struct mc_settings *settings = run->settings;
	enum mc_step step = MC_DONE;

	for (size_t i = 0; i < settings->list_zone_count; i++) {
		const struct mc_list *list = find_list(run, settings->list_zones[i]);
		if (list != NULL && ask(run, item, list, rows) == MC_WAIT)
			step = MC_WAIT;
	}
	return step;
}

static enum mc_step
ask_all(struct mc_run *run, const struct mc_dnsbl_item *items, size_t count,
	struct mc_dnsbl_rows *rows)
{
	const struct mc_lists *lists = run->settings->lists;
	enum mc_step step = MC_DONE;

	rows->room = count * (lists->count + run->settings->list_zone_count);
	rows->rows = mc_arena_calloc(run->arena, rows->room + 1, sizeof(*rows->rows));
	if (rows->rows == NULL)
		return MC_DONE;
	for (size_t i = 0; i < count; i++) {
		if (run->settings->list_zone_count > 0) {
			if (ask_named(run, &items[i], rows) == MC_WAIT)
				step = MC_WAIT;
			continue;
		}
		for (size_t l = 0; l < lists->count; l++)
			if (chosen(run, &lists->lists[l], &items[i]) &&
				ask(run, &items[i], &lists->lists[l], rows) == MC_WAIT)
				step = MC_WAIT;
	}
	return step;
}

/* A list inside another one that lists it too counts once. */
static void
mark_nested(const struct mc_run *run, struct mc_dnsbl_rows *rows)
{
	for (size_t i = 0; i < rows->count; i++) {
		struct mc_dnsbl_row *row = &rows->rows[i];
		const char *within = row->list->within;
		const struct mc_list *whole;
		for (unsigned depth = 0; within != NULL && depth < 4; depth++) {
			for (size_t j = 0; j < rows->count; j++)
				if (rows->rows[j].item == row->item &&
					rows->rows[j].verdict == MC_DNSBL_LISTED &&
					strcmp(rows->rows[j].list->zone, within) == 0)
					row->within = true;
			whole = mc_lists_find(run->settings->lists, within);
			within = whole != NULL ? whole->within : NULL;
		}
	}
}

/* Too little was learnt to say anything: half of the lists gave no verdict. False: skipped, with
 * nothing to find, since lists that cannot be had are no matter of the domain's. */
static bool
judge(struct mc_run *run, const struct mc_dnsbl_rows *rows)
{
	size_t told = rows->counts[MC_DNSBL_LISTED] + rows->counts[MC_DNSBL_CLEAN];
	const char *coverage = mc_dnsbl_coverage(run, rows);

	if (rows->count == 0)
		(void)mc_skipped(run, "no list takes questions about this");
	else if (run->kind == MC_TARGET_DOMAIN && told == 0)
		(void)mc_skipped(
			run, "no list could be asked through this resolver (%s)", coverage);
	else if (run->kind == MC_TARGET_LISTING && 2 * told < rows->total)
		mc_inconclusive(run, "%s", coverage);
	return run->kind == MC_TARGET_LISTING || told > 0;
}

/* Without what counts elsewhere already. */
static size_t
total(const struct mc_dnsbl_rows *rows)
{
	size_t sum = 0;

	for (size_t i = 0; i < MC_DNSBL_VERDICTS; i++)
		sum += rows->counts[i];
	return sum;
}

static enum mc_step
check_target(struct mc_run *run)
{
	struct mc_dnsbl_item *items = mc_arena_calloc(run->arena, MC_DNSBL_ITEMS, sizeof(*items));
	struct mc_dnsbl_rows rows = {.count = 0};
	enum mc_step step;
	size_t count = 0;

	if (items == NULL || run->settings->lists == NULL)
		return MC_DONE;
	step = mc_dnsbl_items(run, items, &count);
	if (ask_all(run, items, count, &rows) == MC_WAIT || step == MC_WAIT)
		return MC_WAIT;
	mark_nested(run, &rows);
	for (size_t i = 0; i < rows.count; i++)
		rows.counts[rows.rows[i].verdict] += !rows.rows[i].within;
	rows.total = total(&rows);
	mc_dnsbl_values(run, &rows);
	if (judge(run, &rows))
		mc_dnsbl_find(run, &rows);
	return MC_DONE;
}

const struct mc_check mc_check_dnsbl = {
	.name = "dnsbl",
	.targets = MC_TARGET_DOMAIN | MC_TARGET_LISTING,
	.target = check_target,
};
