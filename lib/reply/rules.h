/*
 * rules: the tables the classifier runs on, compiled from text (rules.txt says how it is written).
 *
 * The words of all phrases form a dictionary; the phrases form two automata over its words, one for
 * text and one for URLs, each a table of (state, word) -> state beside the row of its start. A
 * state has outputs: the terms whose phrases end there. A rule asks for terms, and for the codes,
 * the speaker and the stage; it is looked at only when its first term was met. Rules that ask for
 * no term are found by code.
 */
#ifndef MC_REPLY_RULES_H
#define MC_REPLY_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MC_RULES_TERMS 4096   /* most terms there can be */
#define MC_RULES_ALL 4        /* most terms a rule asks for */
#define MC_RULES_NONE 2       /* most terms that it must not meet */
#define MC_RULES_STATUSES 6   /* most enhanced codes that it names */
#define MC_RULES_SPEAKERS 64  /* most speakers there can be */
#define MC_RULES_STAGES 8     /* most stages of a dialogue */
#define MC_RULES_BUCKETS 256u /* of rules without terms */
#define MC_RULES_PREFIXES 4096u
#define MC_RULES_PREFIX 3 /* least octets of a word that stands for its beginning ("block*") */

#define MC_TOKEN_NONE 0u
#define MC_TOKEN_SKIP 0xffffffffu /* a word that does not count: an article, a form of "be" */
#define MC_DETAIL_ANY 0xffffu

enum mc_term_kind {
	MC_TERM_TEXT,
	MC_TERM_SPEAKER, /* `value`: which */
	MC_TERM_STAGE,
	MC_TERM_MARKER,  /* what follows is said by someone else */
	MC_TERM_CALLOUT, /* ... and from here on, about the sender */
	MC_TERM_LIST,    /* `value`: the list's name, an offset */
};

struct mc_dictionary_row {
	uint32_t hash;
	uint32_t text; /* offset; `length` octets */
	uint32_t length;
	uint32_t token; /* 0: the row is free */
	uint32_t prefix;
};

#define MC_RULES_STATES 0x8000u /* most states of an automaton */
#define MC_EDGE_FRESH 0x8000u

struct mc_edge {
	uint16_t state, token; /* token 0: the row is free */
	uint16_t next;         /* MC_EDGE_FRESH: what was read before `token` has no part in it */
};

struct mc_term {
	uint32_t kind;
	uint32_t value;
	uint32_t rules, rules_end; /* in `keyed`: those whose first term this is */
};

/* 0 where a rule does not say. */
struct mc_rule {
	uint32_t name; /* offset */
	uint32_t class, weight;
	uint32_t fault, persistence, action; /* value + 1 */
	uint32_t code_from, code_to;
	uint32_t speaker, stage; /* value + 1 */
	uint32_t bare;           /* only where nothing but codes is said */
	uint32_t all_count, none_count, status_count;
	uint32_t all[MC_RULES_ALL];
	uint32_t none[MC_RULES_NONE];
	uint32_t status[MC_RULES_STATUSES]; /* class << 24 | subject << 12 | detail; class 0: any,
					       detail 0xfff: any */
};

struct mc_automaton {
	const struct mc_edge *edges;
	uint32_t mask;
	const uint32_t *start;   /* by token */
	const uint32_t *outputs; /* by state; that of the next is the end */
};

struct mc_rules {
	const char *text; /* every name and word */
	const struct mc_dictionary_row *dictionary;
	uint32_t dictionary_mask;
	const uint32_t *prefixes; /* which lengths there are, by the hash of the first octets */
	struct mc_automaton automata[2];
	const uint32_t *output; /* terms */
	const struct mc_term *terms;
	const uint32_t *keyed;
	const struct mc_rule *rules;
	const uint32_t *buckets; /* in `bare`; that of the next is the end */
	const uint32_t *bare;
	uint32_t term_count, rule_count, text_length;
};

/* Compiled in. */
extern const struct mc_rules mc_rules_builtin;
extern const char mc_rules_source[];
extern const size_t mc_rules_source_length;

static inline uint32_t
mc_rules_hash(const char *word, size_t length)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (uint8_t)word[i]) * 16777619u;
	return hash ^ hash >> 15;
}

static inline uint32_t
mc_rules_edge_hash(uint32_t state, uint32_t token)
{
	uint32_t hash = (state * 0x9e3779b1u) ^ (token * 0x85ebca6bu);

	return hash ^ hash >> 16;
}

#define MC_STATUS(class, subject, detail)                                                          \
	((uint32_t)(class) << 24 | (uint32_t)(subject) << 12 | (uint32_t)(detail))

static inline uint32_t
mc_rules_bucket(uint32_t subject, uint32_t detail)
{
	return (subject * 31u + detail * 7u + 1u) % MC_RULES_BUCKETS;
}

/* A code's bucket; those of 1 to 5 are of a whole class of codes, 0 of any. */
static inline uint32_t
mc_rules_code_bucket(uint32_t code)
{
	return (code * 5u + 3u) % MC_RULES_BUCKETS;
}

#endif
