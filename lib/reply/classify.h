/*
 * classify: what a reply means. Pure and reentrant; allocates nothing; one pass over the text.
 */
#ifndef MC_REPLY_CLASSIFY_H
#define MC_REPLY_CLASSIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reply/rules.h"
#include "reply/verdict.h"

#define MC_REPLY_LIMIT 65536 /* octets that are read; what is beyond counts for nothing */

struct mc_reply_verdict {
	enum mc_class class;
	enum mc_fault fault;
	enum mc_persistence persistence;
	enum mc_action action;
	uint32_t confidence; /* of 100 */
	uint32_t code;       /* 0: none */
	uint32_t status;     /* MC_STATUS; 0: none */
	size_t inner;        /* where the reply that decides begins */
	size_t start, end;   /* of what decided */
	const char *rule;    /* "" where nothing decided */
	const char *list;    /* a block list by name, NULL: none that is known */
	size_t list_start, list_end;
};

void mc_reply_classify(const struct mc_rules *rules, const char *text, size_t length,
	struct mc_reply_verdict *ret_verdict);

#endif
