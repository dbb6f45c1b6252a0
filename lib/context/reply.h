/*
 * reply: what the public faces of a reply and of a bounce share.
 */
#ifndef MC_CONTEXT_REPLY_H
#define MC_CONTEXT_REPLY_H

#include <jansson.h>
#include <mailcheck/reply.h>

/* Fills an object with the members of a reply's line; false when out of memory. */
bool mc_reply_to_json(mailcheck_reply *reply, json_t *object);
/* The object as a line; takes it over. NULL when it is NULL or memory ran out. */
const char *mc_reply_line(mailcheck_reply *reply, json_t *object);

#endif
