/*
 * draft_automaton: from a trie of phrases to one automaton that reads words in one pass. A state is
 * the set of all places in the trie that the last words lead to; the root is in every one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "reply/draft.h"

#define SET_LIMIT 512 /* places in the trie that one state may be */

struct pair {
	uint32_t token, node;
};

struct set {
	uint32_t *nodes;
	uint32_t count;
};

struct builder {
	struct mc_draft *draft;
	struct mc_arena arena;
	struct mc_draft_edge *edges; /* by node */
	uint32_t *first_edge;        /* of a node; that of the next is the end */
	struct mc_draft_output *outputs;
	uint32_t *first_output;
	struct mc_vec *expansion; /* by label: the tokens it stands for */
	struct mc_vec root_pairs; /* by token */
	uint32_t *first_root_pair;
	struct mc_vec states; /* struct set */
	uint32_t *index;
	size_t index_size;
	struct mc_vec pairs;
	struct mc_vec result; /* struct mc_edge */
};

static int
compare_pairs(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	if (x->token != y->token)
		return x->token < y->token ? -1 : 1;
	return x->node < y->node ? -1 : x->node > y->node;
}

/* Whether every word that `token` is for begins as `prefix` says. */
static bool
is_part_of(const struct mc_draft *draft, const struct mc_draft_word *token,
	const struct mc_draft_word *prefix)
{
	const char *text = draft->text.items;

	return token->length >= prefix->length &&
	       memcmp(text + token->text, text + prefix->text, prefix->length) == 0;
}

static void
expand_label(struct builder *builder, size_t label)
{
	struct mc_draft *draft = builder->draft;
	const struct mc_draft_word *words = draft->words.items;
	uint32_t *token;

	for (size_t i = 0; i < draft->words.count; i++) {
		if (i + 1 != label && !(words[label - 1].prefix &&
					      is_part_of(draft, &words[i], &words[label - 1])))
			continue;
		token = mc_draft_push(draft, &builder->expansion[label], sizeof(*token));
		if (token != NULL)
			*token = (uint32_t)i + 1;
	}
}

/* Where the rows of each node begin, given how many there are of each. */
static void
sum_up(uint32_t *first, size_t count)
{
	uint32_t sum = 0;

	for (size_t i = 0; i <= count; i++) {
		uint32_t own = first[i];

		first[i] = sum;
		sum += own;
	}
}

static bool
sort_trie(struct builder *builder)
{
	struct mc_draft *draft = builder->draft;
	const struct mc_draft_edge *edges = draft->edges.items;
	const struct mc_draft_output *outputs = draft->outputs.items;
	uint32_t *next;

	builder->edges = mc_arena_calloc(&builder->arena, draft->edges.count + 1, sizeof(*edges));
	builder->outputs =
		mc_arena_calloc(&builder->arena, draft->outputs.count + 1, sizeof(*outputs));
	builder->first_edge = mc_arena_calloc(&builder->arena, draft->nodes + 1, sizeof(*next));
	builder->first_output = mc_arena_calloc(&builder->arena, draft->nodes + 1, sizeof(*next));
	next = mc_arena_calloc(&builder->arena, draft->nodes + 1, sizeof(*next));
	if (builder->arena.failed)
		return false;
	for (size_t i = 0; i < draft->edges.count; i++)
		builder->first_edge[edges[i].node]++;
	for (size_t i = 0; i < draft->outputs.count; i++)
		builder->first_output[outputs[i].node]++;
	sum_up(builder->first_edge, draft->nodes);
	sum_up(builder->first_output, draft->nodes);
	memcpy(next, builder->first_edge, (draft->nodes + 1) * sizeof(*next));
	for (size_t i = 0; i < draft->edges.count; i++)
		builder->edges[next[edges[i].node]++] = edges[i];
	memcpy(next, builder->first_output, (draft->nodes + 1) * sizeof(*next));
	for (size_t i = 0; i < draft->outputs.count; i++)
		builder->outputs[next[outputs[i].node]++] = outputs[i];
	return true;
}

/* Adds what leads on from `node`, by token. */
static void
add_pairs(struct builder *builder, struct mc_vec *pairs, uint32_t node)
{
	for (uint32_t i = builder->first_edge[node]; i < builder->first_edge[node + 1]; i++) {
		const struct mc_vec *tokens;

		if ((builder->edges[i].label & MC_DRAFT_FAMILY) != 0)
			continue;
		tokens = &builder->expansion[builder->edges[i].label];
		for (size_t j = 0; j < tokens->count; j++) {
			struct pair *pair = mc_draft_push(builder->draft, pairs, sizeof(*pair));

			if (pair != NULL)
				*pair = (struct pair){
					((uint32_t *)tokens->items)[j], builder->edges[i].child};
		}
	}
}

static bool
begin_root(struct builder *builder, uint32_t root)
{
	size_t tokens = builder->draft->words.count + 2;

	add_pairs(builder, &builder->root_pairs, root);
	if (builder->draft->failed)
		return false;
	if (builder->root_pairs.count > 0)
		qsort(builder->root_pairs.items, builder->root_pairs.count, sizeof(struct pair),
			compare_pairs);
	builder->first_root_pair =
		mc_arena_calloc(&builder->arena, tokens + 1, sizeof(*builder->first_root_pair));
	if (builder->first_root_pair == NULL)
		return false;
	for (size_t i = 0; i < builder->root_pairs.count; i++)
		builder->first_root_pair[((struct pair *)builder->root_pairs.items)[i].token]++;
	sum_up(builder->first_root_pair, tokens);
	return true;
}

static uint32_t
hash_set(const uint32_t *nodes, uint32_t count)
{
	uint32_t hash = count;

	for (uint32_t i = 0; i < count; i++)
		hash = mc_rules_edge_hash(hash, nodes[i]);
	return hash;
}

static bool
grow_states(struct builder *builder)
{
	const struct set *sets = builder->states.items;
	size_t size = builder->index_size == 0 ? 1024 : builder->index_size * 2;
	uint32_t *index;

	if (builder->index_size > 0 && builder->states.count * 2 < builder->index_size)
		return true;
	index = mc_arena_calloc(&builder->arena, size, sizeof(*index));
	if (index == NULL)
		return false;
	for (size_t i = 0; i < builder->states.count; i++) {
		size_t at = hash_set(sets[i].nodes, sets[i].count);

		while (index[at & (size - 1)] != 0)
			at++;
		index[at & (size - 1)] = (uint32_t)i + 1;
	}
	builder->index = index;
	builder->index_size = size;
	return true;
}

/* The state of a set of nodes, sorted and each once; made when there is none. */
static uint32_t
find_state(struct builder *builder, const uint32_t *nodes, uint32_t count)
{
	size_t at = hash_set(nodes, count), length = count * sizeof(*nodes);
	uint32_t *copy;
	struct set *set;

	if (!grow_states(builder))
		return 0;
	for (;; at++) {
		uint32_t row = builder->index[at & (builder->index_size - 1)];

		if (row == 0)
			break;
		set = (struct set *)builder->states.items + (row - 1);
		if (set->count == count && (count == 0 || memcmp(set->nodes, nodes, length) == 0))
			return row - 1;
	}
	copy = mc_arena_memdup(&builder->arena, count > 0 ? nodes : (const uint32_t *)"", length);
	set = copy != NULL ? mc_draft_push(builder->draft, &builder->states, sizeof(*set)) : NULL;
	if (set == NULL)
		return 0;
	*set = (struct set){copy, count};
	builder->index[at & (builder->index_size - 1)] = (uint32_t)builder->states.count;
	return (uint32_t)builder->states.count - 1;
}

static void
add_root_pairs(struct builder *builder, uint32_t token)
{
	const struct pair *pairs = builder->root_pairs.items;

	for (uint32_t i = builder->first_root_pair[token]; i < builder->first_root_pair[token + 1];
		i++) {
		struct pair *pair = mc_draft_push(builder->draft, &builder->pairs, sizeof(*pair));

		if (pair != NULL)
			*pair = pairs[i];
	}
}

/* Whether all that `token` leads to begins with it: what was read before counts no more. */
static bool
is_fresh(const struct builder *builder, uint32_t token, const struct pair *pairs, size_t count)
{
	const struct pair *roots = (struct pair *)builder->root_pairs.items;
	uint32_t from = builder->first_root_pair[token], to = builder->first_root_pair[token + 1];

	for (size_t i = 0; i < count && pairs[i].token == token; i++) {
		while (from < to && roots[from].node < pairs[i].node)
			from++;
		if (from == to || roots[from].node != pairs[i].node)
			return false;
	}
	return true;
}

/* Every way on from one state. */
static bool
expand_state(struct builder *builder, uint32_t state)
{
	struct set set = ((struct set *)builder->states.items)[state];
	size_t own, from = 0;
	uint32_t last = 0;

	builder->pairs.count = 0;
	for (uint32_t i = 0; i < set.count; i++)
		add_pairs(builder, &builder->pairs, set.nodes[i]);
	own = builder->pairs.count;
	if (builder->draft->failed)
		return false;
	if (own > 0)
		qsort(builder->pairs.items, own, sizeof(struct pair), compare_pairs);
	for (size_t i = 0; i < own; i++) {
		uint32_t token = ((struct pair *)builder->pairs.items)[i].token;

		if (token != last)
			add_root_pairs(builder, token);
		last = token;
	}
	if (state == 0)
		for (uint32_t i = 0; i < builder->root_pairs.count; i++)
			if (i == 0 ||
				((struct pair *)builder->root_pairs.items)[i].token !=
					((struct pair *)builder->root_pairs.items)[i - 1].token)
				add_root_pairs(builder,
					((struct pair *)builder->root_pairs.items)[i].token);
	if (builder->draft->failed)
		return false;
	if (builder->pairs.count > 1)
		qsort(builder->pairs.items, builder->pairs.count, sizeof(struct pair),
			compare_pairs);
	while (from < builder->pairs.count) {
		const struct pair *pairs = builder->pairs.items;
		uint32_t nodes[SET_LIMIT], count = 0, token = pairs[from].token, next;
		bool fresh = is_fresh(builder, token, pairs + from, builder->pairs.count - from);
		struct mc_edge *edge;

		for (; from < builder->pairs.count && pairs[from].token == token; from++)
			if (count < SET_LIMIT &&
				(count == 0 || nodes[count - 1] != pairs[from].node))
				nodes[count++] = pairs[from].node;
		next = find_state(builder, nodes, count);
		edge = mc_draft_push(builder->draft, &builder->result, sizeof(*edge));
		if (edge == NULL)
			return false;
		*edge = (struct mc_edge){(uint16_t)state, (uint16_t)token,
			(uint16_t)(next | (fresh ? MC_EDGE_FRESH : 0))};
	}
	return !builder->draft->failed && !builder->arena.failed;
}

static bool
write_outputs(struct builder *builder, struct mc_vec *output, uint32_t *first)
{
	const struct set *sets = builder->states.items;

	for (size_t state = 0; state < builder->states.count; state++) {
		first[state] = (uint32_t)output->count;
		for (uint32_t i = 0; i < sets[state].count; i++) {
			uint32_t node = sets[state].nodes[i];

			for (uint32_t j = builder->first_output[node];
				j < builder->first_output[node + 1]; j++) {
				uint32_t *row = mc_draft_push(builder->draft, output, sizeof(*row));

				if (row == NULL)
					return false;
				*row = builder->outputs[j].term;
			}
		}
	}
	first[builder->states.count] = (uint32_t)output->count;
	return true;
}

static bool
write_automaton(struct builder *builder, struct mc_arena *arena, struct mc_automaton *automaton,
	struct mc_vec *output)
{
	const struct mc_edge *result = builder->result.items;
	struct mc_edge *edges;
	uint32_t *start, *first;
	size_t size = 64;

	while (size < builder->result.count + builder->result.count / 3)
		size *= 2;
	edges = mc_arena_calloc(arena, size, sizeof(*edges));
	start = mc_arena_calloc(arena, builder->draft->words.count + 1, sizeof(*start));
	first = mc_arena_calloc(arena, builder->states.count + 1, sizeof(*first));
	if (arena->failed)
		return false;
	for (size_t i = 0; i < builder->result.count; i++) {
		size_t at = mc_rules_edge_hash(result[i].state, result[i].token);

		if (result[i].state == 0) {
			start[result[i].token] = result[i].next & ~MC_EDGE_FRESH;
			continue;
		}
		while (edges[at & (size - 1)].token != 0)
			at++;
		edges[at & (size - 1)] = result[i];
	}
	*automaton = (struct mc_automaton){edges, (uint32_t)size - 1, start, first};
	return write_outputs(builder, output, first);
}

static bool
build(struct builder *builder, uint32_t root)
{
	struct mc_draft *draft = builder->draft;

	builder->expansion = mc_arena_calloc(
		&builder->arena, draft->words.count + 1, sizeof(*builder->expansion));
	if (builder->expansion == NULL)
		return false;
	for (size_t label = 1; label <= draft->words.count; label++)
		expand_label(builder, label);
	if (draft->failed || !sort_trie(builder) || !begin_root(builder, root))
		return false;
	find_state(builder, NULL, 0);
	for (uint32_t state = 0; state < builder->states.count; state++)
		if (builder->states.count > MC_RULES_STATES || !expand_state(builder, state))
			break;
	if (builder->states.count > MC_RULES_STATES || draft->words.count > UINT16_MAX)
		snprintf(draft->problem, sizeof(draft->problem), "too many phrases in all");
	return !draft->failed && !builder->arena.failed && draft->problem[0] == '\0';
}

bool
mc_draft_automaton(struct mc_draft *draft, struct mc_arena *arena, uint32_t root,
	struct mc_automaton *ret_automaton, struct mc_vec *output)
{
	struct builder builder = {.draft = draft};
	bool done;

	mc_arena_init(&builder.arena, (size_t)256 << 20);
	done = build(&builder, root) && write_automaton(&builder, arena, ret_automaton, output);
	for (size_t i = 0; builder.expansion != NULL && i <= draft->words.count; i++)
		mc_free(builder.expansion[i].items);
	mc_free(builder.root_pairs.items);
	mc_free(builder.states.items);
	mc_free(builder.pairs.items);
	mc_free(builder.result.items);
	mc_arena_reset(&builder.arena);
	return done;
}
