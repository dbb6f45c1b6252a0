/*
 * embed: run by the build: rules.txt compiled, and its text, as C.
 *
 *	embed rules.txt builtin.c
 */
#include <stdio.h>
#include <stdlib.h>

#include "reply/rules_text.h"

static char *
read_file(const char *path, size_t *ret_length)
{
	FILE *file = fopen(path, "rb");
	size_t size = (size_t)4 << 20;
	char *text = malloc(size);

	if (file == NULL || text == NULL) {
		if (file != NULL)
			fclose(file);
		free(text);
		return NULL;
	}
	*ret_length = fread(text, 1, size, file);
	fclose(file);
	return text;
}

/* Rows of `width` numbers, each with its braces when there are several. */
static void
write_numbers(FILE *out, const char *type, const char *name, const void *items, size_t count,
	size_t width)
{
	const uint32_t *numbers = items;

	fprintf(out, "static const %s %s[] = {\n", type, name);
	for (size_t i = 0; i < count * width; i++)
		fprintf(out, "%u,%s", numbers[i],
			i % width == width - 1 && i % 8 < width ? "\n" : "");
	if (count == 0)
		fputs("0", out);
	fputs("};\n", out);
}

static void
write_edges(FILE *out, const char *name, const struct mc_edge *edges, size_t count)
{
	fprintf(out, "static const struct mc_edge %s[] = {\n", name);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "{%d,%d,%d},%s", edges[i].state, edges[i].token, edges[i].next,
			i % 8 == 7 ? "\n" : "");
	fputs("};\n", out);
}

static void
write_octets(FILE *out, const char *head, const char *text, size_t length)
{
	fprintf(out, "%s = {\n", head);
	for (size_t i = 0; i < length; i++)
		fprintf(out, "%d,%s", (int)(signed char)text[i], i % 24 == 23 ? "\n" : "");
	fputs("0};\n", out);
}

static size_t
count_states(const struct mc_automaton *automaton, size_t tokens)
{
	uint32_t most = 0;

	for (size_t i = 0; i <= automaton->mask; i++)
		if (automaton->edges[i].token != 0 &&
			(automaton->edges[i].next & ~MC_EDGE_FRESH) > most)
			most = automaton->edges[i].next & ~MC_EDGE_FRESH;
	for (size_t i = 0; i < tokens; i++)
		if (automaton->start[i] > most)
			most = automaton->start[i];
	return (size_t)most + 1;
}

static void
write_automaton(FILE *out, const struct mc_rules *rules, size_t which, size_t tokens)
{
	const struct mc_automaton *automaton = &rules->automata[which];
	char name[32];

	snprintf(name, sizeof(name), "edges%zu", which);
	write_edges(out, name, automaton->edges, (size_t)automaton->mask + 1);
	snprintf(name, sizeof(name), "start%zu", which);
	write_numbers(out, "uint32_t", name, automaton->start, tokens, 1);
	snprintf(name, sizeof(name), "outputs%zu", which);
	write_numbers(
		out, "uint32_t", name, automaton->outputs, count_states(automaton, tokens) + 1, 1);
}

static size_t
count_tokens(const struct mc_rules *rules)
{
	size_t tokens = 1;

	for (size_t i = 0; i <= rules->dictionary_mask; i++)
		if (rules->dictionary[i].token != 0)
			tokens++;
	return tokens;
}

static void
write_rules(FILE *out, const struct mc_rules *rules)
{
	size_t tokens = count_tokens(rules), keyed = 0;
	size_t last = count_states(&rules->automata[1], tokens);

	fputs("#include \"reply/rules.h\"\n\n#pragma GCC diagnostic ignored "
	      "\"-Wmissing-braces\"\n\n",
		out);
	for (uint32_t i = 0; i < rules->term_count; i++)
		keyed += rules->terms[i].rules_end - rules->terms[i].rules;
	write_octets(out, "static const char text[]", rules->text, rules->text_length);
	write_numbers(out, "struct mc_dictionary_row", "dictionary", rules->dictionary,
		(size_t)rules->dictionary_mask + 1, 5);
	write_numbers(out, "uint32_t", "prefixes", rules->prefixes, MC_RULES_PREFIXES, 1);
	write_automaton(out, rules, 0, tokens);
	write_automaton(out, rules, 1, tokens);
	write_numbers(
		out, "uint32_t", "output", rules->output, rules->automata[1].outputs[last], 1);
	write_numbers(out, "struct mc_term", "terms", rules->terms, rules->term_count, 4);
	write_numbers(out, "uint32_t", "keyed", rules->keyed, keyed, 1);
	write_numbers(out, "struct mc_rule", "rows", rules->rules, rules->rule_count,
		sizeof(struct mc_rule) / sizeof(uint32_t));
	write_numbers(out, "uint32_t", "buckets", rules->buckets, MC_RULES_BUCKETS + 1, 1);
	write_numbers(out, "uint32_t", "bare", rules->bare, rules->buckets[MC_RULES_BUCKETS], 1);
	fprintf(out,
		"const struct mc_rules mc_rules_builtin = {text, dictionary, %u, prefixes,\n"
		"\t{{edges0, %u, start0, outputs0}, {edges1, %u, start1, outputs1}},\n"
		"\toutput, terms, keyed, rows, buckets, bare, %u, %u, %u};\n",
		rules->dictionary_mask, rules->automata[0].mask, rules->automata[1].mask,
		rules->term_count, rules->rule_count, rules->text_length);
}

int
main(int argc, char **argv)
{
	struct mc_rules_text source = {.name = argc > 1 ? argv[1] : ""};
	char problem[MC_RULES_PROBLEM_SIZE];
	struct mc_rules rules;
	struct mc_arena arena;
	int status = 1;
	FILE *out;

	mc_arena_init(&arena, (size_t)64 << 20);
	source.text = argc == 3 ? read_file(argv[1], &source.length) : NULL;
	out = source.text == NULL ? NULL : fopen(argv[2], "w");
	if (out == NULL)
		fputs("embed: cannot open the files\n", stderr);
	else if (!mc_rules_compile(&arena, &source, 1, &rules, problem))
		fprintf(stderr, "%s\n", problem);
	else {
		write_rules(out, &rules);
		write_octets(out, "const char mc_rules_source[]", source.text, source.length);
		fprintf(out, "const size_t mc_rules_source_length = %zu;\n", source.length);
		status = ferror(out) != 0;
	}
	if (out != NULL && fclose(out) != 0)
		status = 1;
	free((void *)(uintptr_t)source.text);
	mc_arena_reset(&arena);
	return status;
}
