/*
 * reply: what the public faces of a reply and of a bounce share.
 */
#ifndef MC_CONTEXT_REPLY_H
#define MC_CONTEXT_REPLY_H

#include <jansson.h>
#include <mailcheck/reply.h>

#include "base/arena.h"

enum mc_reply_conclusion {
	MC_REPLY_AGREEMENT,
	MC_REPLY_CONTRADICTION,
	MC_REPLY_MISCONFIGURATION,
	MC_REPLY_UNDETERMINED,
};

/* What came of asking the list that a reply names. Strings live in the reply's arena. */
struct mc_reply_check {
	const char *list;
	const char *subject; /* NULL: the reply names none */
	const char *verdict; /* of the list on the subject; NULL: it was not asked */
	const char *conclusion, *detail;
};

/* Gone with the next reading. */
struct mc_arena *mc_reply_arena(mailcheck_reply *reply);
/* Kept until the next reading. NO_MEMORY when something of it is missing. */
int32_t mc_reply_set_check(mailcheck_reply *reply, const struct mc_reply_check *check);

/* Fills an object with the members of a reply's line; false when out of memory. */
bool mc_reply_to_json(mailcheck_reply *reply, json_t *object);
/* The object as a line; takes it over. NULL when it is NULL or memory ran out. */
const char *mc_reply_line(mailcheck_reply *reply, json_t *object);

#endif
