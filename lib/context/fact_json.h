/*
 * fact_json: a fact as a JSON object, and back. Complete: what is read equals what was written.
 *
 * Raw bytes and text that is not ours go through mc_escape(); certificates are kept as DER in
 * base64 and parsed again; records are zone-file text.
 */
#ifndef MC_CONTEXT_FACT_JSON_H
#define MC_CONTEXT_FACT_JSON_H

#include <jansson.h>

#include "fact/fact.h"

/* NULL when out of memory, or for a fact that is still pending. */
json_t *mc_fact_to_json(const char *key, const struct mc_fact *fact);

/* NULL when the object is no fact in every detail, or memory ran out (see the arena). A dns fact
 * is in an mc_dns, a session in an mc_session_fact, a GET in an mc_https; its kind and that of its
 * key agree. */
struct mc_fact *mc_fact_from_json(
	struct mc_arena *arena, const json_t *object, const char **ret_key);

#endif
