/* text_spf: an SPF record with all it includes, as a tree. */
#include <string.h>

#include "report/text.h"
#include "report/values.h"

#define INDENT 2

static const json_t *
find_tree(const struct mailcheck_report *report)
{
	for (size_t i = 0; i < report->check_count; i++)
		if (strcmp(report->checks[i].name, "spf") == 0)
			return json_object_get(report->checks[i].values, "tree");
	return NULL;
}

static json_int_t
number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

const char *
mc_text_spf_voids(struct mc_arena *arena, const json_t *costs)
{
	json_int_t four = number(costs, "void_lookups_ipv4");
	json_int_t six = number(costs, "void_lookups_ipv6");
	const char *text = "";

	if (four > 0 && four == six)
		return mc_arena_printf(arena, ", %lld void", (long long)four);
	if (four > 0)
		text = mc_arena_printf(arena, ", %lld void for IPv4", (long long)four);
	return six > 0 ? mc_arena_printf(arena, "%s, %lld void for IPv6", text, (long long)six)
		       : text;
}

/* "2 lookups, 1 void", of a record or a term. */
static const char *
cost_text(struct mc_arena *arena, const json_t *costs, json_int_t lookups)
{
	return mc_arena_printf(arena, "  %lld lookup%s%s", (long long)lookups,
		lookups == 1 ? "" : "s", mc_text_spf_voids(arena, costs));
}

/* The lines that lead to what stands below. */
static const char *
put_branch(struct mc_page *page, struct mc_arena *arena, const char *lines, bool last)
{
	bool symbols = mc_page_symbols(page);

	mc_page_tab(page, INDENT);
	mc_page_styled(page, MC_FAINT, lines);
	mc_page_styled(page, MC_FAINT,
		symbols ? (last ? "\xe2\x94\x94\xe2\x94\x80 " : "\xe2\x94\x9c\xe2\x94\x80 ")
			: (last ? "`- " : "|- "));
	return mc_arena_printf(arena, "%s%s", lines,
		last      ? "   "
		: symbols ? "\xe2\x94\x82  "
			  : "|  ");
}

static void put_terms(
	struct mc_page *page, struct mc_arena *arena, const json_t *node, const char *lines);

/* A term that causes lookups, with the record it leads to, if any. */
static void
put_term(struct mc_page *page, struct mc_arena *arena, const json_t *term, const json_t *node,
	const char *lines)
{
	const char *sample = json_string_value(json_object_get(term, "sample"));
	const char *state = node != NULL ? mc_values_text(node, "state") : "record";
	bool found = strcmp(state, "record") == 0;
	bool open = strcmp(state, "depends on the client") == 0;

	mc_page_put(page, mc_values_text(term, "term"));
	if (sample != NULL)
		mc_page_styled(page, MC_FAINT, mc_arena_printf(arena, "  e.g. %s", sample));
	if (found || open)
		mc_page_styled(page, MC_FAINT, cost_text(arena, term, number(term, "lookups")));
	if (!found)
		mc_page_styled(
			page, open ? MC_FAINT : MC_BAD, mc_arena_printf(arena, "  %s", state));
	mc_page_end(page);
	if (node != NULL)
		put_terms(page, arena, node, lines);
}

/* The included records stand in the order of the terms that include them. */
static void
put_terms(struct mc_page *page, struct mc_arena *arena, const json_t *node, const char *lines)
{
	const json_t *terms = json_object_get(node, "terms"), *term;
	const json_t *children = json_object_get(node, "includes");
	size_t i, child = 0, count = json_array_size(terms);

	json_array_foreach (terms, i, term) {
		const json_t *below = json_array_get(children, child);
		bool leads = below != NULL && strcmp(mc_values_text(below, "term"),
						      mc_values_text(term, "term")) == 0;
		const char *further = put_branch(page, arena, lines, i + 1 == count);
		child += leads;
		put_term(page, arena, term, leads ? below : NULL, further);
	}
}

/* Whether there is more to draw than the record's own terms, each one lookup. */
static bool
is_worth_drawing(const json_t *tree)
{
	const json_t *terms = json_object_get(tree, "terms"), *term;
	size_t i;

	json_array_foreach (terms, i, term)
		if (json_is_string(json_object_get(term, "sample")))
			return true;
	return json_array_size(json_object_get(tree, "includes")) > 0 ||
	       number(tree, "void_lookups_ipv4") > 0;
}

void
mc_text_spf_tree(
	struct mc_page *page, struct mc_arena *arena, const struct mailcheck_report *report)
{
	const json_t *tree = find_tree(report);

	if (tree == NULL || !is_worth_drawing(tree))
		return;
	mc_page_end(page);
	mc_page_styled(page, MC_STRONG, "SPF INCLUDES");
	mc_page_end(page);
	mc_page_tab(page, INDENT);
	mc_page_put(page, mc_values_text(tree, "domain"));
	mc_page_styled(page, MC_FAINT, cost_text(arena, tree, number(tree, "lookups")));
	mc_page_end(page);
	put_terms(page, arena, tree, "");
}
