/*
 * tag_list: "tag=value; tag=value" (RFC 6376, 3.2). Every part between semicolons is read on its
 * own, so that a reader who must be lenient can go on behind one that is malformed.
 */
#ifndef MC_RECORD_TAG_LIST_H
#define MC_RECORD_TAG_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

#define MC_TAG_LIMIT 128 /* tags of one record; more is malformed */

struct mc_tag {
	const char *name;  /* "" when the part is malformed before its name ends */
	const char *value; /* without white space around it; "" when there is none */
	size_t name_at, value_at;
	const char *wrong; /* static clause; NULL: well-formed */
	size_t wrong_at;
};

struct mc_tag_list {
	struct mc_tag *tags; /* all parts, the malformed too; an empty last one is none */
	size_t count;
};

/* False when out of memory or there are more than MC_TAG_LIMIT parts. */
bool mc_tag_list_parse(
	struct mc_arena *arena, const char *text, size_t length, struct mc_tag_list *ret_list);
/* The first well-formed one of that name; NULL when there is none. Case matters. */
const struct mc_tag *mc_tag_list_find(const struct mc_tag_list *list, const char *name);
/* Whether an earlier well-formed one has the same name. */
bool mc_tag_list_repeats(const struct mc_tag_list *list, const struct mc_tag *tag);

/* "a:b:c": the next item without white space around it; false at the end. */
struct mc_tag_items {
	const char *at; /* NULL: done */
	char separator;
};
bool mc_tag_items_next(struct mc_tag_items *items, struct mc_arena *arena, const char **ret_item);

bool mc_is_fws(char c); /* space, tab, CR, LF */

#endif
