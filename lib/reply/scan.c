/* scan: words through the automata, codes by their place. */
#include "reply/scan.h"

#include <stddef.h>
#include <string.h>

#include "reply/chunk.h"
#include "reply/fold.h"

/* What is met from now on is the inner reply; what was met stood around it. */
static void
begin_inner(struct mc_scan *scan, size_t at)
{
	struct mc_scan_part *outer = scan->inner, *inner = scan->outer;

	for (size_t i = 0; i < inner->count && outer->count < MC_SCAN_HITS; i++)
		if (!mc_scan_met(outer, inner->hits[i].term))
			outer->hits[outer->count++] = inner->hits[i];
	for (size_t i = 0; i < MC_RULES_TERMS / 64; i++) {
		outer->met[i] |= inner->met[i];
		inner->met[i] = 0;
	}
	inner->count = 0;
	scan->inner = inner;
	scan->outer = outer;
	scan->inner_start = at;
	scan->wrapped = true;
	scan->said = 0;
	scan->state = 0;
}

/* Of terms that no rule is found by, it is enough to know that they were met. */
static void
add_hit(struct mc_scan *scan, uint32_t which, size_t start, size_t end)
{
	const struct mc_term *term = &scan->rules->terms[which];
	struct mc_scan_part *part = scan->inner;

	if (mc_scan_met(part, which))
		return;
	part->met[which / 64] |= 1ull << which % 64;
	if (term->rules < term->rules_end && part->count < MC_SCAN_HITS)
		part->hits[part->count++] = (struct mc_hit){which, start, end};
}

static void
meet(struct mc_scan *scan, uint32_t which, size_t end, bool *ret_marker)
{
	const struct mc_term *term = &scan->rules->terms[which];
	size_t start = scan->start;

	switch ((enum mc_term_kind)term->kind) {
	case MC_TERM_SPEAKER:
		scan->speakers |= 1ull << term->value;
		break;
	case MC_TERM_STAGE:
		scan->stages |= 1u << term->value;
		break;
	case MC_TERM_MARKER:
		*ret_marker = !scan->naming && !scan->callout;
		break;
	case MC_TERM_CALLOUT:
		scan->callout = true;
		break;
	case MC_TERM_LIST:
		scan->list = scan->rules->text + term->value;
		scan->list_start = start;
		scan->list_end = end;
		break;
	case MC_TERM_TEXT:
		if (!scan->naming)
			add_hit(scan, which, start, end);
		break;
	}
}

static uint32_t
find_token(const struct mc_rules *rules, const char *word, size_t length, uint32_t prefix)
{
	uint32_t hash = mc_rules_hash(word, length);

	for (size_t at = hash;; at++) {
		const struct mc_dictionary_row *row =
			&rules->dictionary[at & rules->dictionary_mask];

		if (row->token == MC_TOKEN_NONE)
			return MC_TOKEN_NONE;
		if (row->hash == hash && row->length == length && row->prefix == prefix &&
			memcmp(rules->text + row->text, word, length) == 0)
			return row->token;
	}
}

static uint32_t
find_prefix_token(const struct mc_rules *rules, const char *word, size_t length)
{
	uint32_t lengths, token = MC_TOKEN_NONE;

	if (length < MC_RULES_PREFIX)
		return MC_TOKEN_NONE;
	lengths = rules->prefixes[mc_rules_hash(word, MC_RULES_PREFIX) % MC_RULES_PREFIXES];
	for (size_t i = length < 31 ? length : 31; token == MC_TOKEN_NONE && lengths != 0 && i > 2;
		i--)
		if ((lengths >> i & 1) != 0)
			token = find_token(rules, word, i, 1);
	return token;
}

static void
follow(struct mc_scan *scan, const struct mc_automaton *automaton, uint32_t token, size_t start)
{
	if (scan->state != 0)
		for (size_t at = mc_rules_edge_hash(scan->state, token);; at++) {
			const struct mc_edge *edge = &automaton->edges[at & automaton->mask];

			if (edge->token == token && edge->state == scan->state) {
				scan->state = edge->next & ~MC_EDGE_FRESH;
				if ((edge->next & MC_EDGE_FRESH) != 0)
					scan->start = start;
				return;
			}
			if (edge->token == 0)
				break;
		}
	scan->state = automaton->start[token];
	scan->start = start;
}

static bool
take_word(struct mc_scan *scan, const struct mc_automaton *automaton, const struct mc_fold *fold)
{
	uint32_t token = MC_TOKEN_NONE;
	bool marker = false;

	if (fold->length <= MC_FOLD_WORD) {
		token = find_token(scan->rules, fold->word, fold->length, 0);
		if (token == MC_TOKEN_NONE)
			token = find_prefix_token(scan->rules, fold->word, fold->length);
	}
	if (token == MC_TOKEN_SKIP)
		return false;
	if (token == MC_TOKEN_NONE) {
		scan->state = 0;
		return false;
	}
	follow(scan, automaton, token, fold->start);
	for (uint32_t i = automaton->outputs[scan->state]; i < automaton->outputs[scan->state + 1];
		i++)
		meet(scan, scan->rules->output[i], fold->stop, &marker);
	return marker;
}

static void
take_words(struct mc_scan *scan, const struct mc_chunk *chunk)
{
	bool url = chunk->kind == MC_CHUNK_URL;
	const struct mc_automaton *automaton = &scan->rules->automata[url];
	struct mc_fold fold = {.text = scan->text, .at = chunk->start, .end = chunk->end};

	if (url)
		scan->state = 0;
	while (mc_fold_next(&fold)) {
		scan->said++;
		if (take_word(scan, automaton, &fold))
			begin_inner(scan, chunk->end);
	}
	if (url)
		scan->state = 0;
}

/* "mx.example.com", in small letters: "RESOLVER.ADR.NotFound" speaks. */
static bool
is_name(const struct mc_scan *scan, const struct mc_chunk *chunk)
{
	size_t label = 0, dots = 0;

	if (chunk->kind != MC_CHUNK_WORDS)
		return false;
	for (size_t i = chunk->start; i < chunk->end; i++) {
		uint8_t octet = scan->text[i];

		if ((octet < 'a' || octet > 'z') && (octet < '0' || octet > '9') && octet != '-' &&
			octet != '.')
			return false;
		dots += octet == '.';
		label = octet == '.' ? 0 : label + 1;
	}
	return dots > 0 && label > 1;
}

/*
 * Whether a name stands where hosts are named: "mx.example.com[192.0.2.1]", and what a reply begins
 * with ("421 mx.example.com Service not available").
 */
static bool
is_host(const struct mc_scan *scan, const struct mc_chunk *chunk)
{
	return (chunk->after == '[' || scan->said == 0) && is_name(scan, chunk);
}

/* "Domain example.com is banned": a name is words, and phrases also go over it. */
static void
take_name(struct mc_scan *scan, const struct mc_chunk *chunk)
{
	uint32_t state = scan->state;
	size_t start = scan->start;

	take_words(scan, chunk);
	if (scan->state != 0 && scan->start < chunk->start)
		return;
	scan->state = state;
	scan->start = start;
}

/* A name says who speaks; it stands in a phrase as an address does. That of a list is words. */
static void
take_host(struct mc_scan *scan, const struct mc_chunk *chunk)
{
	const char *list = scan->list;
	uint32_t state = scan->state;
	size_t start = scan->start;

	scan->naming = true;
	scan->state = 0;
	take_words(scan, chunk);
	scan->naming = false;
	scan->state = state;
	scan->start = start;
	if (scan->list != list)
		take_words(scan, chunk);
}

/* Whether three digits are a reply's code, by what stands before and behind them. */
static bool
is_code(const struct mc_scan *scan, const struct mc_chunk *chunk, bool after_colon)
{
	if (scan->said == 0 || chunk->arrow || after_colon || chunk->before == '#' ||
		chunk->before == ':')
		return true;
	if (chunk->value < 400)
		return false;
	if (chunk->before != '\0' && strchr("'\";<", chunk->before) != NULL)
		return true;
	return (chunk->after == ' ' || chunk->after == '-') && scan->code != 0;
}

static void
take_code(struct mc_scan *scan, const struct mc_chunk *chunk, bool after_colon)
{
	bool first = scan->code == 0 || scan->code < 400;

	if (!is_code(scan, chunk, after_colon))
		return;
	if (scan->said > 0 && (scan->code == 0 || chunk->arrow))
		begin_inner(scan, chunk->start);
	if (!first && !scan->wrapped)
		return;
	if (first || scan->inner_start > scan->code_start) {
		scan->code = chunk->value;
		scan->code_start = chunk->start;
		scan->code_end = chunk->end;
	}
}

static void
take_status(struct mc_scan *scan, const struct mc_chunk *chunk)
{
	bool agrees = scan->code == 0 || chunk->value >> 24 == scan->code / 100;
	bool stale = scan->wrapped && scan->status_start < scan->inner_start;

	if (scan->status != 0 && !stale && !(agrees && scan->status >> 24 != scan->code / 100))
		return;
	if (stale && !agrees)
		return;
	scan->status = chunk->value;
	scan->status_start = chunk->start;
	scan->status_end = chunk->end;
}

/* All but the hits, which count for nothing until there are any. */
static void
begin(struct mc_scan *scan)
{
	memset((char *)scan + offsetof(struct mc_scan, inner), 0,
		sizeof(*scan) - offsetof(struct mc_scan, inner));
	for (size_t i = 0; i < 2; i++) {
		memset(scan->parts[i].met, 0, sizeof(scan->parts[i].met));
		scan->parts[i].count = 0;
	}
}

/* An address in 127/8: a block list's answer, and words for the rules. */
static bool
is_answer(const struct mc_chunk *chunk, const char *text)
{
	return chunk->kind == MC_CHUNK_IP && chunk->end - chunk->start > 4 &&
	       memcmp(text + chunk->start, "127.", 4) == 0;
}

void
mc_scan_read(struct mc_scan *scan, const struct mc_rules *rules, const char *text, size_t length)
{
	struct mc_chunks chunks = {.text = (const uint8_t *)text, .end = length};
	struct mc_chunk chunk;
	bool after_colon = false;

	begin(scan);
	scan->rules = rules;
	scan->text = (const uint8_t *)text;
	scan->inner = &scan->parts[0];
	scan->outer = &scan->parts[1];
	while (mc_chunk_next(&chunks, &chunk)) {
		if (chunk.kind == MC_CHUNK_CODE)
			take_code(scan, &chunk, after_colon);
		else if (chunk.kind == MC_CHUNK_ENHANCED)
			take_status(scan, &chunk);
		else if (is_host(scan, &chunk))
			take_host(scan, &chunk);
		else if (is_name(scan, &chunk))
			take_name(scan, &chunk);
		else if (chunk.kind == MC_CHUNK_WORDS || chunk.kind == MC_CHUNK_NUMBER ||
			 chunk.kind == MC_CHUNK_URL || is_answer(&chunk, text))
			take_words(scan, &chunk);
		if (chunk.after == '.')
			scan->state = 0;
		after_colon = chunk.after == ':' || (chunk.kind != MC_CHUNK_WORDS && after_colon &&
							    chunk.kind != MC_CHUNK_CODE);
	}
}
