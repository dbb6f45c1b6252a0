/*
 * scan: one pass over a reply: which terms of the rules stand in it, and which codes.
 */
#ifndef MC_REPLY_SCAN_H
#define MC_REPLY_SCAN_H

#include "reply/rules.h"

#define MC_SCAN_HITS 160 /* most different terms of one part of a reply that rules are found by */

struct mc_hit {
	uint32_t term;
	size_t start, end;
};

/* What stands in one part of the text: the words of the inner reply, or those around it. */
struct mc_scan_part {
	uint64_t met[MC_RULES_TERMS / 64];
	struct mc_hit hits[MC_SCAN_HITS];
	size_t count;
};

struct mc_scan {
	const struct mc_rules *rules;
	const uint8_t *text;
	struct mc_scan_part parts[2];
	struct mc_scan_part *inner, *outer;
	uint32_t state;
	size_t start; /* of the words that led to the state */
	size_t inner_start;
	bool wrapped;
	bool naming;  /* what is read is a host's name */
	bool callout; /* what is quoted from now on is about the sender */
	uint32_t code, status;
	size_t code_start, code_end, status_start, status_end;
	uint64_t speakers;
	uint32_t stages;
	const char *list;
	size_t list_start, list_end;
	size_t said; /* words that are no codes, in the inner part */
};

void mc_scan_read(
	struct mc_scan *scan, const struct mc_rules *rules, const char *text, size_t length);

static inline bool
mc_scan_met(const struct mc_scan_part *part, uint32_t term)
{
	return (part->met[term / 64] >> term % 64 & 1) != 0;
}

#endif
