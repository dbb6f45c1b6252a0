/* draft_freeze: the tables the classifier runs on. */
#include <string.h>

#include "base/alloc.h"
#include "reply/draft.h"

static bool
freeze_dictionary(struct mc_draft *draft, struct mc_arena *arena, struct mc_rules *rules)
{
	const struct mc_draft_word *words = draft->words.items;
	const char *text = draft->text.items;
	struct mc_dictionary_row *rows;
	uint32_t *prefixes;
	size_t size = 64;

	while (size < draft->words.count * 2)
		size *= 2;
	rows = mc_arena_calloc(arena, size, sizeof(*rows));
	prefixes = mc_arena_calloc(arena, MC_RULES_PREFIXES, sizeof(*prefixes));
	if (arena->failed)
		return false;
	for (size_t i = 0; i < draft->words.count; i++) {
		uint32_t hash = mc_rules_hash(text + words[i].text, words[i].length);
		size_t at = hash;

		while (rows[at & (size - 1)].token != MC_TOKEN_NONE)
			at++;
		rows[at & (size - 1)] =
			(struct mc_dictionary_row){hash, words[i].text, words[i].length,
				words[i].skip ? MC_TOKEN_SKIP : (uint32_t)i + 1, words[i].prefix};
		if (words[i].prefix)
			prefixes[mc_rules_hash(text + words[i].text, MC_RULES_PREFIX) %
				 MC_RULES_PREFIXES] |= 1u << words[i].length;
	}
	rules->dictionary = rows;
	rules->dictionary_mask = (uint32_t)size - 1;
	rules->prefixes = prefixes;
	return true;
}

/* Fills `ret_row` with the rows a rule is found by; their number. */
static size_t
buckets_of(const struct mc_rule *rule, uint32_t ret_row[MC_RULES_STATUSES])
{
	if (rule->status_count == 0) {
		ret_row[0] = mc_rules_code_bucket(rule->code_from == 0 ? 0
						  : rule->code_from == rule->code_to
							  ? rule->code_from
							  : rule->code_from / 100);
		return 1;
	}
	for (uint32_t i = 0; i < rule->status_count; i++) {
		uint32_t subject = rule->status[i] >> 12 & 0xfff, detail = rule->status[i] & 0xfff;

		ret_row[i] = mc_rules_bucket(subject, detail);
	}
	return rule->status_count;
}

static bool
freeze_buckets(struct mc_draft *draft, struct mc_arena *arena, struct mc_rules *rules)
{
	const struct mc_rule *rule = rules->rules;
	uint32_t *first = mc_arena_calloc(arena, MC_RULES_BUCKETS + 1, sizeof(*first));
	uint32_t *bare =
		mc_arena_calloc(arena, draft->rules.count * MC_RULES_STATUSES + 1, sizeof(*bare));
	uint32_t rows[MC_RULES_STATUSES], count = 0;

	if (arena->failed)
		return false;
	for (uint32_t bucket = 0; bucket < MC_RULES_BUCKETS; bucket++) {
		first[bucket] = count;
		for (uint32_t i = 0; i < rules->rule_count; i++)
			if (rule[i].all_count == 0)
				for (size_t j = buckets_of(&rule[i], rows); j-- > 0;)
					if (rows[j] == bucket &&
						(count == first[bucket] || bare[count - 1] != i))
						bare[count++] = i;
	}
	first[MC_RULES_BUCKETS] = count;
	rules->buckets = first;
	rules->bare = bare;
	return true;
}

static bool
freeze_terms(struct mc_draft *draft, struct mc_arena *arena, struct mc_rules *rules)
{
	struct mc_term *terms = mc_arena_calloc(arena, draft->terms.count + 1, sizeof(*terms));
	uint32_t *keyed = mc_arena_calloc(arena, draft->rules.count + 1, sizeof(*keyed));
	uint32_t count = 0;

	if (arena->failed)
		return false;
	if (draft->terms.count > 0)
		memcpy(terms, draft->terms.items, draft->terms.count * sizeof(*terms));
	for (uint32_t term = 0; term < draft->terms.count; term++) {
		terms[term].rules = count;
		for (uint32_t i = 0; i < rules->rule_count; i++)
			if (rules->rules[i].all_count > 0 && rules->rules[i].all[0] == term)
				keyed[count++] = i;
		terms[term].rules_end = count;
	}
	rules->terms = terms;
	rules->keyed = keyed;
	rules->term_count = (uint32_t)draft->terms.count;
	return true;
}

bool
mc_draft_freeze(struct mc_draft *draft, struct mc_arena *arena, struct mc_rules *ret_rules)
{
	struct mc_rules rules = {.rule_count = (uint32_t)draft->rules.count,
		.text_length = (uint32_t)draft->text.count};
	struct mc_vec output = {0};
	bool done = false;

	if (draft->failed)
		return false;
	rules.text = mc_arena_memdup(arena, draft->text.items, draft->text.count);
	rules.rules = mc_arena_memdup(arena, draft->rules.items == NULL ? "" : draft->rules.items,
		draft->rules.count * sizeof(struct mc_rule));
	if (rules.text == NULL || rules.rules == NULL || !freeze_dictionary(draft, arena, &rules) ||
		!freeze_terms(draft, arena, &rules) || !freeze_buckets(draft, arena, &rules) ||
		!mc_draft_automaton(draft, arena, 0, &rules.automata[0], &output) ||
		!mc_draft_automaton(draft, arena, 1, &rules.automata[1], &output))
		goto done;
	rules.output = mc_arena_memdup(
		arena, output.items == NULL ? "" : output.items, output.count * sizeof(uint32_t));
	if (rules.output == NULL)
		goto done;
	*ret_rules = rules;
	done = true;
done:
	mc_free(output.items);
	return done;
}
