/* zone: the data of the DNS server. */
#ifndef LABD_ZONE_H
#define LABD_ZONE_H

#include "record/rr.h"
#include "source.h"

struct zone {
	struct zone *next;
	const char *name;
	struct mc_rr soa;
	bool has_soa;
};

struct zone_entry {
	struct zone_entry *next;
	struct mc_rr rr;
};

struct zones {
	struct mc_arena *arena;
	struct zone *first;
	struct zone_entry *entries;
	struct mc_rr *rrs; /* sorted, once finished */
	size_t count;
	const char **names; /* of owners and of all above them, sorted */
	size_t name_count;
};

/* The zone of that name, made when there is none; NULL when out of memory or no name. */
struct zone *zone_open(struct zones *zones, const char *name);
/* A line of zone-file text. */
bool zone_line(struct zones *zones, struct zone *zone, struct source *source, const char *line);
/* A PTR record for an address, in in-addr.arpa or ip6.arpa. */
bool zone_reverse(
	struct zones *zones, struct source *source, const char *address, const char *name);
/* Once all lines are in: sorts, completes SOA records. */
bool zone_finish(struct zones *zones);

/* The zone a name belongs to, or NULL. */
const struct zone *zone_of(const struct zones *zones, const char *name);
/* The records of that name and type (0: any); *ret_first the first of them. */
size_t zone_find(
	const struct zones *zones, const char *name, uint16_t type, const struct mc_rr **ret_first);
/* The name has records, or one below it has. */
bool zone_exists(const struct zones *zones, const char *name);

#endif
