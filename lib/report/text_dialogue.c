/* text_dialogue: the steps of one session with their times, and its transcript. */
#include <string.h>

#include "report/text.h"
#include "report/values.h"

#define CLOCK 9 /* columns of "30000 ms" and a blank */

/* Commands as people know them. */
static const char *
step_name(const char *name)
{
	static const struct {
		const char *name, *shown;
	} rows[] = {
		{"tls", "TLS"},
		{"ehlo", "EHLO"},
		{"helo", "HELO"},
		{"starttls", "STARTTLS"},
		{"mail", "MAIL"},
		{"rcpt", "RCPT"},
		{"quit", "QUIT"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].name, name) == 0)
			return rows[i].shown;
	return name;
}

const char *
mc_text_ms(struct mc_arena *arena, json_int_t ms)
{
	if (ms < 0)
		return "? ms";
	if (ms < 10000)
		return mc_arena_printf(arena, "%lld ms", (long long)ms);
	return mc_arena_printf(
		arena, "%lld.%lld s", (long long)(ms / 1000), (long long)(ms % 1000 / 100));
}

struct line {
	struct mc_page *page;
	size_t indent;
	bool begun;
};

static void
put_item(struct line *line, const char *text)
{
	const char *separator = mc_page_symbols(line->page) ? " · " : ", ";

	if (!line->begun)
		mc_page_tab(line->page, line->indent);
	mc_page_item(line->page, line->indent, !line->begun, separator, text);
	line->begun = true;
}

static bool
has_reply(const char *name)
{
	return strcmp(name, "connect") != 0 && strcmp(name, "tls") != 0;
}

/* A code is shown where it is a refusal. */
static const char *
stage_text(struct mc_arena *arena, const json_t *stage)
{
	const char *name = mc_values_text(stage, "name");
	const char *ms = mc_text_ms(arena, mc_values_integer(stage, "ms"));
	json_int_t code = mc_values_integer(stage, "code");

	if (has_reply(name) && json_is_false(json_object_get(stage, "answered")))
		return mc_arena_printf(arena, "%s no reply %s", step_name(name), ms);
	if (code >= 400)
		return mc_arena_printf(arena, "%s %lld %s", step_name(name), (long long)code, ms);
	return mc_arena_printf(arena, "%s %s", step_name(name), ms);
}

void
mc_text_timeline(struct mc_page *page, struct mc_arena *arena, size_t indent,
	const json_t *endpoint, json_int_t dns_ms)
{
	struct line line = {.page = page, .indent = indent};
	json_int_t connect_ms = mc_values_integer(endpoint, "connect_ms");
	const json_t *stages = json_object_get(endpoint, "stages"), *stage;
	size_t i;

	if (connect_ms < 0 && json_array_size(stages) == 0)
		return;
	mc_page_style(page, MC_FAINT);
	if (dns_ms >= 0)
		put_item(&line, mc_arena_printf(arena, "DNS %s", mc_text_ms(arena, dns_ms)));
	if (connect_ms >= 0)
		put_item(
			&line, mc_arena_printf(arena, "connect %s", mc_text_ms(arena, connect_ms)));
	json_array_foreach (stages, i, stage)
		if (connect_ms < 0 || strcmp(mc_values_text(stage, "name"), "connect") != 0)
			put_item(&line, stage_text(arena, stage));
	mc_page_end(page);
}

static const char *
arrow(const char *from)
{
	return strcmp(from, "server") == 0 ? "<" : strcmp(from, "client") == 0 ? ">" : "*";
}

void
mc_text_transcript(struct mc_page *page, size_t indent, const json_t *endpoint)
{
	const json_t *exchange;
	size_t i;

	json_array_foreach (json_object_get(endpoint, "transcript"), i, exchange) {
		const char *from = mc_values_text(exchange, "from");
		bool note = arrow(from)[0] == '*';
		mc_page_tab(page, indent);
		mc_page_style(page, MC_FAINT);
		mc_page_printf(
			page, "%*lld ms", CLOCK - 4, (long long)mc_values_integer(exchange, "ms"));
		mc_page_tab(page, indent + CLOCK);
		mc_page_put(page, json_is_true(json_object_get(exchange, "tls")) ? "~" : " ");
		if (!note)
			mc_page_style(page, MC_PLAIN);
		mc_page_printf(page, " %s ", arrow(from));
		mc_page_put(page, mc_values_text(exchange, "text"));
		mc_page_end(page);
	}
}
