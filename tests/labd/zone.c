/* zone: records sorted by owner and type. */
#include "zone.h"

#include <stdlib.h>
#include <string.h>

#define TTL 300

static struct zone *
find(const struct zones *zones, const char *name)
{
	struct zone *zone = zones->first;

	while (zone != NULL && strcmp(zone->name, name) != 0)
		zone = zone->next;
	return zone;
}

struct zone *
zone_open(struct zones *zones, const char *name)
{
	char canonical[MC_NAME_TEXT_SIZE];
	struct zone *zone;

	if (mc_name_canonical(name, NULL, canonical) != NULL)
		return NULL;
	zone = find(zones, canonical);
	if (zone != NULL)
		return zone;
	zone = mc_arena_alloc(zones->arena, sizeof(*zone));
	if (zone == NULL)
		return NULL;
	zone->name = mc_arena_strdup(zones->arena, canonical);
	zone->next = zones->first;
	zones->first = zone;
	return zones->arena->failed ? NULL : zone;
}

static bool
add(struct zones *zones, struct zone *zone, const struct mc_rr *rr)
{
	struct zone_entry *entry = mc_arena_alloc(zones->arena, sizeof(*entry));

	if (entry == NULL)
		return false;
	entry->rr = *rr;
	entry->next = zones->entries;
	zones->entries = entry;
	zones->count++;
	if (rr->type == MC_RR_SOA && strcmp(rr->owner, zone->name) == 0) {
		zone->soa = *rr;
		zone->has_soa = true;
	}
	return true;
}

bool
zone_line(struct zones *zones, struct zone *zone, struct source *source, const char *line)
{
	struct mc_rr_error error = {"", 0};
	struct mc_rr rr;

	if (!mc_rr_parse(zones->arena, line, zone->name, TTL, &rr, &error))
		return source_error(
			source, "at \"%.40s\": %s", line + error.position, error.reason);
	if (!mc_name_within(rr.owner, zone->name))
		return source_error(
			source, "%.100s is not in the zone %.100s", rr.owner, zone->name);
	return add(zones, zone, &rr) || source_error(source, "out of memory");
}

bool
zone_reverse(struct zones *zones, struct source *source, const char *address, const char *name)
{
	char reverse[MC_ADDRESS_REVERSE_SIZE], target[MC_NAME_TEXT_SIZE];
	struct mc_address parsed;
	struct zone *zone;
	const char *line;

	if (!mc_address_parse(address, &parsed))
		return source_error(source, "\"%.60s\" is no address", address);
	if (mc_name_canonical(name, NULL, target) != NULL)
		return source_error(source, "\"%.60s\" is no name", name);
	mc_address_reverse(reverse, &parsed);
	zone = zone_open(zones, parsed.family == 4 ? "in-addr.arpa" : "ip6.arpa");
	line = mc_arena_printf(
		zones->arena, "%s. PTR %s.", reverse, strcmp(target, ".") == 0 ? "" : target);
	if (zone == NULL || zones->arena->failed)
		return source_error(source, "out of memory");
	return zone_line(zones, zone, source, line);
}

static bool
complete(struct zones *zones, struct zone *zone)
{
	const char *dot = strcmp(zone->name, ".") == 0 ? "" : ".";
	const char *line = mc_arena_printf(zones->arena,
		"%s%s 60 SOA ns.%s%s hostmaster.%s%s 1 3600 600 86400 60", zone->name, dot,
		*dot == '\0' ? "" : zone->name, dot, *dot == '\0' ? "" : zone->name, dot);
	struct source source = {{"", 0}, ""};

	return zone->has_soa || zone_line(zones, zone, &source, line);
}

static int
compare(const void *a, const void *b)
{
	return mc_rr_compare(a, b);
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool
index_names(struct zones *zones)
{
	size_t room = 0;

	for (size_t i = 0; i < zones->count; i++)
		room += mc_name_labels(zones->rrs[i].owner) + 1;
	zones->names = mc_arena_calloc(zones->arena, room + 1, sizeof(*zones->names));
	if (zones->names == NULL)
		return false;
	for (size_t i = 0; i < zones->count; i++) {
		const char *name = zones->rrs[i].owner;
		for (; strcmp(name, ".") != 0; name = mc_name_parent(name))
			zones->names[zones->name_count++] = name;
		zones->names[zones->name_count++] = name;
	}
	qsort(zones->names, zones->name_count, sizeof(*zones->names), compare_names);
	return true;
}

bool
zone_finish(struct zones *zones)
{
	size_t i = 0;

	for (struct zone *zone = zones->first; zone != NULL; zone = zone->next)
		if (!complete(zones, zone))
			return false;
	zones->rrs = mc_arena_calloc(zones->arena, zones->count + 1, sizeof(*zones->rrs));
	if (zones->rrs == NULL)
		return false;
	for (const struct zone_entry *entry = zones->entries; entry != NULL; entry = entry->next)
		zones->rrs[i++] = entry->rr;
	qsort(zones->rrs, zones->count, sizeof(*zones->rrs), compare);
	return index_names(zones);
}

const struct zone *
zone_of(const struct zones *zones, const char *name)
{
	const struct zone *found = NULL;

	for (;; name = mc_name_parent(name)) {
		found = find(zones, name);
		if (found != NULL || strcmp(name, ".") == 0)
			return found;
	}
}

/* The first record not before (name, type). */
static size_t
lower_bound(const struct zones *zones, const char *name, uint16_t type)
{
	const struct mc_rr wanted = {.owner = name, .type = type};
	size_t low = 0, high = zones->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (mc_rr_compare(&zones->rrs[middle], &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t
zone_find(
	const struct zones *zones, const char *name, uint16_t type, const struct mc_rr **ret_first)
{
	size_t first = lower_bound(zones, name, type), last = first;

	while (last < zones->count && strcmp(zones->rrs[last].owner, name) == 0 &&
		(type == 0 || zones->rrs[last].type == type))
		last++;
	*ret_first = zones->rrs + first;
	return last - first;
}

bool
zone_exists(const struct zones *zones, const char *name)
{
	return bsearch(&name, zones->names, zones->name_count, sizeof(*zones->names),
		       compare_names) != NULL;
}
