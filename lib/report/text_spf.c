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

static void
put_node(struct mc_page *page, struct mc_arena *arena, const json_t *node, const char *lines,
	bool last, bool root)
{
	const char *term = mc_values_text(node, "term"), *state = mc_values_text(node, "state");
	const json_t *children = json_object_get(node, "includes"), *child;
	json_int_t lookups = json_integer_value(json_object_get(node, "lookups"));
	bool symbols = mc_page_symbols(page), found = strcmp(state, "record") == 0;
	size_t i, count = json_array_size(children);

	mc_page_tab(page, INDENT);
	if (!root) {
		mc_page_styled(page, MC_FAINT, lines);
		mc_page_styled(page, MC_FAINT,
			symbols ? (last ? "\xe2\x94\x94\xe2\x94\x80 " : "\xe2\x94\x9c\xe2\x94\x80 ")
				: (last ? "`- " : "|- "));
	}
	mc_page_put(page, root ? mc_values_text(node, "domain") : term);
	if (found)
		mc_page_styled(page, MC_FAINT,
			mc_arena_printf(arena, "  %lld lookup%s",
				(long long)lookups + (root ? 0 : 1),
				lookups + (root ? 0 : 1) == 1 ? "" : "s"));
	else
		mc_page_styled(page, MC_BAD, mc_arena_printf(arena, "  %s", state));
	mc_page_end(page);
	if (!root)
		lines = mc_arena_printf(arena, "%s%s", lines,
			last      ? "   "
			: symbols ? "\xe2\x94\x82  "
				  : "|  ");
	json_array_foreach (children, i, child)
		put_node(page, arena, child, lines, i + 1 == count, false);
}

void
mc_text_spf_tree(
	struct mc_page *page, struct mc_arena *arena, const struct mailcheck_report *report)
{
	const json_t *tree = find_tree(report);

	if (tree == NULL || json_array_size(json_object_get(tree, "includes")) == 0)
		return;
	mc_page_end(page);
	mc_page_styled(page, MC_STRONG, "SPF INCLUDES");
	mc_page_end(page);
	put_node(page, arena, tree, "", true, true);
}
