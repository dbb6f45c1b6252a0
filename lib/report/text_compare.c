/* text_compare: what several servers say, record by record, with the time each answer is kept. */
#include <string.h>

#include "report/text.h"
#include "report/values.h"

#define INDENT 2
#define SERVER 4 /* indent of a server below its record */
#define GAP 2
#define TTL 8 /* "604800 s" */

static size_t
server_width(const struct mc_page *page, const json_t *records)
{
	const json_t *record, *answer;
	size_t i, j, most = 0;

	json_array_foreach (records, i, record)
		json_array_foreach (json_object_get(record, "answers"), j, answer) {
			size_t width = mc_page_width(page, mc_values_text(answer, "server"));
			most = width > most ? width : most;
		}
	return most;
}

static void
put_answer(struct mc_page *page, struct mc_arena *arena, const json_t *answer, size_t ttl)
{
	const json_t *records = json_object_get(answer, "records"), *record;
	size_t i, column = ttl + TTL + GAP;

	mc_page_tab(page, SERVER);
	mc_page_put(page, mc_values_text(answer, "server"));
	mc_page_tab(page, ttl);
	if (json_is_string(json_object_get(answer, "reason"))) {
		mc_page_styled(page, MC_UNSURE, "no answer: ");
		mc_page_wrap(page, ttl, mc_values_text(answer, "reason"));
		return;
	}
	mc_page_put(page,
		mc_arena_printf(arena, "%lld s", (long long)mc_values_integer(answer, "ttl")));
	if (json_array_size(records) == 0) {
		mc_page_tab(page, column);
		mc_page_put(page, strcmp(mc_values_text(answer, "answer"), "nxdomain") == 0
					  ? "no such name"
					  : "no record");
		mc_page_end(page);
	}
	json_array_foreach (records, i, record) {
		mc_page_tab(page, column);
		mc_page_wrap(page, column, json_string_value(record));
	}
}

void
mc_text_compare(struct mc_page *page, struct mc_arena *arena, const struct mailcheck_report *report)
{
	const json_t *records = mc_values_array(report, "compare", "records"), *record, *answer;
	size_t i, j, ttl = SERVER + server_width(page, records) + GAP;

	if (json_array_size(records) == 0)
		return;
	mc_page_end(page);
	mc_page_styled(page, MC_STRONG, "ANSWERS");
	mc_page_tab(page, ttl);
	mc_page_put(page, "TTL");
	mc_page_end(page);
	json_array_foreach (records, i, record) {
		mc_page_tab(page, INDENT);
		mc_page_put(page, mc_values_text(record, "name"));
		mc_page_put(page, " ");
		mc_page_put(page, mc_values_text(record, "type"));
		mc_page_end(page);
		json_array_foreach (json_object_get(record, "answers"), j, answer)
			put_answer(page, arena, answer, ttl);
	}
}
