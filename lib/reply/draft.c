/* draft: words, tries and terms, found again by hashing. */
#include "reply/draft.h"

#include <string.h>

#include "base/alloc.h"

void
mc_draft_init(struct mc_draft *draft)
{
	*draft = (struct mc_draft){.nodes = 2};
	mc_draft_text(draft, "", 0);
}

void
mc_draft_free(struct mc_draft *draft)
{
	mc_free(draft->text.items);
	mc_free(draft->words.items);
	mc_free(draft->edges.items);
	mc_free(draft->outputs.items);
	mc_free(draft->terms.items);
	mc_free(draft->rules.items);
	mc_free(draft->word_index);
	mc_free(draft->edge_index);
	*draft = (struct mc_draft){0};
}

static bool
make_room(struct mc_draft *draft, struct mc_vec *vec, size_t count, size_t size)
{
	size_t room = vec->room < 64 ? 64 : vec->room;
	void *items;

	if (draft->failed)
		return false;
	if (vec->count + count <= vec->room)
		return true;
	while (room < vec->count + count)
		room *= 2;
	items = mc_realloc(vec->items, room * size);
	if (items == NULL) {
		draft->failed = true;
		return false;
	}
	vec->items = items;
	vec->room = room;
	return true;
}

void *
mc_draft_push(struct mc_draft *draft, struct mc_vec *vec, size_t size)
{
	char *item;

	if (!make_room(draft, vec, 1, size))
		return NULL;
	item = (char *)vec->items + vec->count * size;
	memset(item, 0, size);
	vec->count++;
	return item;
}

uint32_t
mc_draft_text(struct mc_draft *draft, const char *text, size_t length)
{
	uint32_t offset = (uint32_t)draft->text.count;
	char *copy;

	if (!make_room(draft, &draft->text, length + 1, 1))
		return 0;
	copy = (char *)draft->text.items + draft->text.count;
	memcpy(copy, text, length);
	copy[length] = '\0';
	draft->text.count += length + 1;
	return offset;
}

/* An index twice as large, empty; the caller enters everything again. */
static bool
grow_index(struct mc_draft *draft, uint32_t **index, size_t *size, size_t count)
{
	uint32_t *larger;
	size_t wanted = *size == 0 ? 1024 : *size * 2;

	if (draft->failed)
		return false;
	if (*size != 0 && count * 2 < *size)
		return false;
	larger = mc_calloc(wanted, sizeof(*larger));
	if (larger == NULL) {
		draft->failed = true;
		return false;
	}
	mc_free(*index);
	*index = larger;
	*size = wanted;
	return true;
}

static uint32_t *
word_slot(const struct mc_draft *draft, const char *word, size_t length, uint32_t prefix)
{
	const struct mc_draft_word *words = draft->words.items;
	size_t at = mc_rules_hash(word, length) + prefix;

	for (;; at++) {
		uint32_t *slot = &draft->word_index[at & (draft->word_index_size - 1)];
		const struct mc_draft_word *row;

		if (*slot == 0)
			return slot;
		row = &words[*slot - 1];
		if (row->length == length && row->prefix == prefix &&
			memcmp((const char *)draft->text.items + row->text, word, length) == 0)
			return slot;
	}
}

static void
index_words(struct mc_draft *draft)
{
	const struct mc_draft_word *words = draft->words.items;

	if (!grow_index(draft, &draft->word_index, &draft->word_index_size, draft->words.count))
		return;
	for (size_t i = 0; i < draft->words.count; i++)
		*word_slot(draft, (const char *)draft->text.items + words[i].text, words[i].length,
			words[i].prefix) = (uint32_t)i + 1;
}

uint32_t
mc_draft_word(struct mc_draft *draft, const char *word, size_t length, bool prefix)
{
	struct mc_draft_word *row;
	uint32_t *slot, text;

	index_words(draft);
	if (draft->failed)
		return MC_TOKEN_NONE;
	slot = word_slot(draft, word, length, prefix);
	if (*slot != 0)
		return *slot;
	text = mc_draft_text(draft, word, length);
	row = mc_draft_push(draft, &draft->words, sizeof(*row));
	if (row == NULL)
		return MC_TOKEN_NONE;
	*row = (struct mc_draft_word){text, (uint32_t)length, prefix, false};
	*slot = (uint32_t)draft->words.count;
	return *slot;
}

bool
mc_draft_is_skipped(const struct mc_draft *draft, uint32_t token)
{
	const struct mc_draft_word *words = draft->words.items;

	return token != MC_TOKEN_NONE && words[token - 1].skip;
}

static uint32_t *
edge_slot(const struct mc_draft *draft, uint32_t node, uint32_t label)
{
	const struct mc_draft_edge *edges = draft->edges.items;
	size_t at = mc_rules_edge_hash(node, label);

	for (;; at++) {
		uint32_t *slot = &draft->edge_index[at & (draft->edge_index_size - 1)];

		if (*slot == 0 ||
			(edges[*slot - 1].node == node && edges[*slot - 1].label == label))
			return slot;
	}
}

uint32_t
mc_draft_step(struct mc_draft *draft, uint32_t node, uint32_t label)
{
	struct mc_draft_edge *edge;
	uint32_t *slot;

	if (grow_index(draft, &draft->edge_index, &draft->edge_index_size, draft->edges.count))
		for (size_t i = 0; i < draft->edges.count; i++) {
			edge = (struct mc_draft_edge *)draft->edges.items + i;
			if (!edge->more)
				*edge_slot(draft, edge->node, edge->label) = (uint32_t)i + 1;
		}
	if (draft->failed)
		return node;
	slot = edge_slot(draft, node, label);
	if (*slot != 0)
		return ((struct mc_draft_edge *)draft->edges.items)[*slot - 1].child;
	edge = mc_draft_push(draft, &draft->edges, sizeof(*edge));
	if (edge == NULL)
		return node;
	*edge = (struct mc_draft_edge){node, label, draft->nodes++, false};
	*slot = (uint32_t)draft->edges.count;
	return edge->child;
}

void
mc_draft_join(struct mc_draft *draft, uint32_t node, uint32_t label, uint32_t child)
{
	struct mc_draft_edge *edge = mc_draft_push(draft, &draft->edges, sizeof(*edge));

	if (edge != NULL)
		*edge = (struct mc_draft_edge){node, label, child, true};
}

void
mc_draft_end(struct mc_draft *draft, uint32_t node, uint32_t term)
{
	struct mc_draft_output *output = mc_draft_push(draft, &draft->outputs, sizeof(*output));

	if (output != NULL)
		*output = (struct mc_draft_output){node, term};
}

uint32_t
mc_draft_term(struct mc_draft *draft, enum mc_term_kind kind, uint32_t value)
{
	struct mc_term *term = mc_draft_push(draft, &draft->terms, sizeof(*term));

	if (term != NULL)
		*term = (struct mc_term){.kind = kind, .value = value};
	return (uint32_t)draft->terms.count - 1;
}
