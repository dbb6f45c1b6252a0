/* scenario: the reader. */
#include "scenario.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/timestamp.h"

bool
scenario_complain(const struct scenario *scenario, int number, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "%s:%d: ", scenario->path, number);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return false;
}

const char *
scenario_word(struct mc_arena *arena, const char **text)
{
	const char *start, *end;

	while (isspace((unsigned char)**text))
		(*text)++;
	if (**text == '\0')
		return NULL;
	start = *text;
	if (*start == '"') {
		end = strchr(++start, '"');
		end = end != NULL ? end : start + strlen(start);
		*text = *end == '"' ? end + 1 : end;
	} else {
		end = start;
		while (*end != '\0' && !isspace((unsigned char)*end))
			end++;
		*text = end;
	}
	return mc_arena_strndup(arena, start, (size_t)(end - start));
}

int64_t
scenario_duration(const char *word)
{
	char *unit;
	long long number;

	if (word == NULL || !isdigit((unsigned char)*word))
		return -1;
	number = strtoll(word, &unit, 10);
	if (strcmp(unit, "ms") == 0)
		return number;
	if (strcmp(unit, "s") == 0)
		return number * 1000;
	return strcmp(unit, "m") == 0 ? number * 60000 : -1;
}

static void
add_line(struct scenario *scenario, struct line **list, const char *text, int number)
{
	struct line *line = mc_arena_alloc(&scenario->arena, sizeof(*line));

	if (line == NULL)
		return;
	line->text = mc_arena_strdup(&scenario->arena, text);
	line->number = number;
	while (*list != NULL)
		list = &(*list)->next;
	*list = line;
}

static struct block *
add_block(struct scenario *scenario, struct block **list, const char *head, int number)
{
	struct block *block = mc_arena_alloc(&scenario->arena, sizeof(*block));

	if (block == NULL)
		return NULL;
	block->head = mc_arena_strdup(&scenario->arena, head);
	block->number = number;
	while (*list != NULL)
		list = &(*list)->next;
	*list = block;
	return block;
}

struct reader {
	struct scenario *scenario;
	struct line **lines; /* where indented lines go */
	int number;
};

static bool read_lines(struct scenario *scenario, const char *path);

/* A file beside this one. */
static bool
include(struct scenario *scenario, const char *name)
{
	const char *slash = strrchr(scenario->path, '/');
	int length = slash != NULL ? (int)(slash - scenario->path + 1) : 0;

	return read_lines(scenario,
		mc_arena_printf(&scenario->arena, "%.*s%s", length, scenario->path, name));
}

static bool
read_head(struct reader *reader, const char *keyword, const char *rest)
{
	struct scenario *scenario = reader->scenario;
	struct block *block;

	reader->lines = NULL;
	if (strcmp(keyword, "include") == 0)
		return include(scenario, rest);
	if (strcmp(keyword, "target") == 0)
		scenario->target = mc_arena_strdup(&scenario->arena, rest);
	else if (strcmp(keyword, "checks") == 0)
		scenario->checks = mc_arena_strdup(&scenario->arena, rest);
	else if (strcmp(keyword, "now") == 0)
		return mc_timestamp_parse(rest, &scenario->now) ||
		       scenario_complain(scenario, reader->number, "no time stamp: %s", rest);
	else if (strcmp(keyword, "option") == 0)
		add_line(scenario, &scenario->options, rest, reader->number);
	else if (strcmp(keyword, "expect") == 0)
		reader->lines = &scenario->expect;
	else if (strcmp(keyword, "dns") == 0 || strcmp(keyword, "session") == 0 ||
		 strcmp(keyword, "https") == 0 || strcmp(keyword, "dialogue") == 0) {
		block = add_block(scenario,
			keyword[0] == 's'   ? &scenario->sessions
			: keyword[0] == 'h' ? &scenario->gets
			: keyword[1] == 'n' ? &scenario->dns
					    : &scenario->dialogues,
			rest, reader->number);
		reader->lines = block != NULL ? &block->lines : NULL;
	} else
		return scenario_complain(scenario, reader->number, "unknown keyword: %s", keyword);
	return true;
}

static bool
read_line(struct reader *reader, char *text)
{
	struct scenario *scenario = reader->scenario;
	const char *rest = text, *keyword;

	text[strcspn(text, "\r\n")] = '\0';
	while (isspace((unsigned char)*rest))
		rest++;
	if (*rest == '\0' || *rest == '#')
		return true;
	if (rest != text) {
		if (reader->lines == NULL)
			return scenario_complain(
				scenario, reader->number, "nothing to belong to: %s", rest);
		add_line(scenario, reader->lines, rest, reader->number);
		return true;
	}
	keyword = scenario_word(&scenario->arena, &rest);
	while (isspace((unsigned char)*rest))
		rest++;
	return read_head(reader, keyword, rest);
}

static bool
read_lines(struct scenario *scenario, const char *path)
{
	struct reader reader = {.scenario = scenario};
	FILE *file = fopen(path, "r");
	char text[4096];
	bool good = true;

	if (file == NULL)
		return scenario_complain(scenario, 0, "%s cannot be read", path);
	while (good && fgets(text, sizeof(text), file) != NULL) {
		reader.number++;
		good = read_line(&reader, text);
	}
	fclose(file);
	return good;
}

bool
scenario_read(struct scenario *scenario, const char *path)
{
	bool good;

	memset(scenario, 0, sizeof(*scenario));
	mc_arena_init(&scenario->arena, 0);
	scenario->path = path;
	(void)mc_timestamp_parse("2026-11-23T10:00:00Z", &scenario->now);
	good = read_lines(scenario, path);
	if (good && scenario->target == NULL)
		good = scenario_complain(scenario, 0, "no target");
	if (good && scenario->expect == NULL)
		good = scenario_complain(scenario, 0, "nothing is expected");
	return good && !scenario->arena.failed;
}

void
scenario_free(struct scenario *scenario)
{
	mc_arena_reset(&scenario->arena);
}
