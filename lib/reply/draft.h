/*
 * draft: rules being compiled: their words, the phrases as two tries, terms and rules. Running out
 * of memory is sticky (`failed`); what is wrong with the text is told in `problem`.
 */
#ifndef MC_REPLY_DRAFT_H
#define MC_REPLY_DRAFT_H

#include "base/arena.h"
#include "reply/rules.h"

#define MC_DRAFT_NODES 200000

struct mc_vec {
	void *items;
	size_t count, room;
};

struct mc_draft_word {
	uint32_t text, length;
	uint32_t prefix;
	uint32_t skip;
};

/* A node may have several edges of one label: the first is the trie's own, `more` the others. */
struct mc_draft_edge {
	uint32_t node, label, child;
	uint32_t more;
};

#define MC_DRAFT_FAMILY 0x80000000u /* a label that is a family: its phrases are edges too */

struct mc_draft_output {
	uint32_t node, term;
};

struct mc_draft {
	struct mc_vec text;    /* char */
	struct mc_vec words;   /* struct mc_draft_word; a token is an index + 1 */
	struct mc_vec edges;   /* struct mc_draft_edge; nodes 0 and 1 are the roots */
	struct mc_vec outputs; /* struct mc_draft_output */
	struct mc_vec terms;   /* struct mc_term */
	struct mc_vec rules;   /* struct mc_rule */
	uint32_t *word_index, *edge_index;
	size_t word_index_size, edge_index_size;
	uint32_t nodes;
	bool failed;
	char problem[256];
};

void mc_draft_init(struct mc_draft *draft);
void mc_draft_free(struct mc_draft *draft);

/* `size` zeroed octets at the end; NULL when out of memory. */
void *mc_draft_push(struct mc_draft *draft, struct mc_vec *vec, size_t size);
/* The offset of a NUL-terminated copy. */
uint32_t mc_draft_text(struct mc_draft *draft, const char *text, size_t length);
/* Its token. */
uint32_t mc_draft_word(struct mc_draft *draft, const char *word, size_t length, bool prefix);
bool mc_draft_is_skipped(const struct mc_draft *draft, uint32_t token);
/* The node behind `label`, made when there is none. */
uint32_t mc_draft_step(struct mc_draft *draft, uint32_t node, uint32_t label);
/* One more edge of that label. */
void mc_draft_join(struct mc_draft *draft, uint32_t node, uint32_t label, uint32_t child);
void mc_draft_end(struct mc_draft *draft, uint32_t node, uint32_t term);
uint32_t mc_draft_term(struct mc_draft *draft, enum mc_term_kind kind, uint32_t value);

/* Makes the tables of it, in the arena. False when out of memory. */
bool mc_draft_freeze(struct mc_draft *draft, struct mc_arena *arena, struct mc_rules *ret_rules);
/* The automaton of the trie at `root`, a part of the above. */
bool mc_draft_automaton(struct mc_draft *draft, struct mc_arena *arena, uint32_t root,
	struct mc_automaton *ret_automaton, struct mc_vec *output);

#endif
