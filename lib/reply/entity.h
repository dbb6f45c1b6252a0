/*
 * entity: what a reply names: an address, a domain, a block list, a time to wait.
 */
#ifndef MC_REPLY_ENTITY_H
#define MC_REPLY_ENTITY_H

#include "reply/classify.h"

/* clang-format off */
#define MC_ENTITIES(X) \
	X(LIST, "list") X(IP, "ip") X(DOMAIN, "domain") X(MAILBOX, "address") X(URL, "url") \
	X(LIMIT, "limit") X(INNER, "inner")
/* clang-format on */

#define MC_ENTITY_NAME(name, word) MC_ENTITY_##name,

enum mc_entity { MC_ENTITIES(MC_ENTITY_NAME) MC_ENTITY_COUNT };

extern const char *const mc_entity_words[MC_ENTITY_COUNT];

struct mc_entities {
	struct {
		size_t start, end; /* in the text; nothing between them: there is none */
	} span[MC_ENTITY_COUNT];
	const char *list;    /* the list's own name where the text writes it otherwise; or NULL */
	int64_t retry_after; /* seconds the text says to wait; -1: it says none */
};

/* The first of each that the deciding reply names, else the first around it. */
void mc_entities_find(const char *text, size_t length, const struct mc_reply_verdict *verdict,
	struct mc_entities *ret_entities);

#endif
