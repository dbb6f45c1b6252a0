/* scenario: files, variables and sections. */
#include "scenario.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "grammar.h"
#include "scenario_server.h"

#define ARENA_LIMIT ((size_t)256 << 20)
#define LINE_LIMIT ((size_t)256 << 10)
#define CA_DAYS 3650
#define CA_AGE 365

/* The section the reader is in. */
struct reader {
	struct scenario *scenario;
	const struct section *section;
	struct zone *zone;
	struct server *server;
};

struct section {
	const char *name;
	bool (*open)(struct reader *reader, const struct words *words);
	bool (*line)(struct reader *reader, const char *line);
	enum protocol protocol;
};

void
scenario_init(struct scenario *scenario)
{
	memset(scenario, 0, sizeof(*scenario));
	mc_arena_init(&scenario->arena, ARENA_LIMIT);
	scenario->zones.arena = &scenario->arena;
}

void
scenario_free(struct scenario *scenario)
{
	mc_arena_reset(&scenario->arena);
}

static bool
no_memory(struct scenario *scenario)
{
	return source_error(&scenario->source, "out of memory");
}

struct ca *
scenario_ca(const struct scenario *scenario, const char *name)
{
	struct ca *ca = scenario->cas;

	while (ca != NULL && strcmp(ca->name, name) != 0)
		ca = ca->next;
	return ca;
}

static struct variable *
find_variable(const struct scenario *scenario, const char *name, size_t length)
{
	struct variable *v = scenario->variables;

	while (v != NULL && (strlen(v->name) != length || memcmp(v->name, name, length) != 0))
		v = v->next;
	return v;
}

static bool
set_variable(struct scenario *scenario, const char *name, const char *value, bool fixed)
{
	struct variable *v = find_variable(scenario, name, strlen(name));

	if (v != NULL && v->fixed)
		return true;
	if (v == NULL) {
		v = mc_arena_alloc(&scenario->arena, sizeof(*v));
		if (v == NULL)
			return no_memory(scenario);
		v->name = mc_arena_strdup(&scenario->arena, name);
		v->next = scenario->variables;
		scenario->variables = v;
	}
	v->value = mc_arena_strdup(&scenario->arena, value);
	v->fixed = fixed;
	return !scenario->arena.failed || no_memory(scenario);
}

bool
scenario_set(struct scenario *scenario, const char *assignment)
{
	const char *equals = strchr(assignment, '=');

	scenario->source.place = (struct place){"--set", 1};
	if (equals == NULL || equals == assignment)
		return source_error(&scenario->source, "\"%.60s\" is not NAME=VALUE", assignment);
	return set_variable(scenario,
		mc_arena_strndup(&scenario->arena, assignment, (size_t)(equals - assignment)),
		equals + 1, true);
}

/* Puts the values of ${NAME} into a line. */
static bool
expand(struct scenario *scenario, const char *line, struct mc_buf *buf)
{
	const char *start, *end;
	const struct variable *v;

	for (; (start = strstr(line, "${")) != NULL; line = end + 1) {
		end = strchr(start, '}');
		if (end == NULL)
			return source_error(&scenario->source, "${ without }");
		v = find_variable(scenario, start + 2, (size_t)(end - start - 2));
		if (v == NULL)
			return source_error(&scenario->source, "no variable ${%.*s}",
				(int)(end - start - 2), start + 2);
		mc_buf_append(buf, line, (size_t)(start - line));
		mc_buf_puts(buf, v->value);
	}
	mc_buf_puts(buf, line);
	return !buf->failed || source_error(&scenario->source, "the line is too long");
}

static bool
open_set(struct reader *reader, const struct words *words)
{
	if (words->count != 3)
		return source_error(&reader->scenario->source, "set NAME VALUE");
	return set_variable(
		reader->scenario, words->list[1].text.bytes, words->list[2].text.bytes, false);
}

static bool
open_ca(struct reader *reader, const struct words *words)
{
	struct scenario *scenario = reader->scenario;
	struct source *source = &scenario->source;
	struct ca *ca = mc_arena_alloc(&scenario->arena, sizeof(*ca)), **tail = &scenario->cas;

	if (ca == NULL)
		return no_memory(scenario);
	if (words->count < 2)
		return source_error(source, "ca NAME [issuer NAME] [key KIND] [days N]");
	*ca = (struct ca){.place = source->place,
		.name = words->list[1].text.bytes,
		.days = CA_DAYS,
		.age = CA_AGE};
	if (!keyword_read(&scenario->arena, source, grammar_ca, words, 2, ca))
		return false;
	if (scenario_ca(scenario, ca->name) != NULL)
		return source_error(source, "there is a ca %.60s already", ca->name);
	if (ca->issuer.bytes != NULL && scenario_ca(scenario, ca->issuer.bytes) == NULL)
		return source_error(source, "no ca %.60s above this line", ca->issuer.bytes);
	while (*tail != NULL)
		tail = &(*tail)->next;
	*tail = ca;
	return true;
}

static bool
open_zone(struct reader *reader, const struct words *words)
{
	struct source *source = &reader->scenario->source;

	if (words->count != 2)
		return source_error(source, "zone NAME");
	reader->zone = zone_open(&reader->scenario->zones, words->list[1].text.bytes);
	return reader->zone != NULL ||
	       source_error(source, "\"%.60s\" is no name of a zone", words->list[1].text.bytes);
}

static bool
line_zone(struct reader *reader, const char *line)
{
	return zone_line(&reader->scenario->zones, reader->zone, &reader->scenario->source,
		line + strspn(line, " \t"));
}

static bool
open_reverse(struct reader *reader, const struct words *words)
{
	return words->count == 1 ||
	       source_error(&reader->scenario->source, "nothing belongs behind \"reverse\"");
}

static bool
line_reverse(struct reader *reader, const char *line)
{
	struct scenario *scenario = reader->scenario;
	struct words words;

	if (!words_split(&scenario->arena, &scenario->source, line, &words))
		return false;
	if (words.count < 2)
		return source_error(&scenario->source, "ADDRESS NAME...");
	for (size_t i = 1; i < words.count; i++)
		if (!zone_reverse(&scenario->zones, &scenario->source, words.list[0].text.bytes,
			    words.list[i].text.bytes))
			return false;
	return true;
}

static bool
open_server(struct reader *reader, const struct words *words)
{
	reader->server = scenario_server_open(reader->scenario, reader->section->protocol, words);
	return reader->server != NULL;
}

static bool
line_server(struct reader *reader, const char *line)
{
	struct scenario *scenario = reader->scenario;
	struct words words;

	return words_split(&scenario->arena, &scenario->source, line, &words) &&
	       scenario_server_line(scenario, reader->server, &words);
}

static const struct section sections[] = {
	{"set", open_set, NULL, 0},
	{"ca", open_ca, NULL, 0},
	{"zone", open_zone, line_zone, 0},
	{"reverse", open_reverse, line_reverse, 0},
	{"dns", open_server, line_server, PROTOCOL_DNS},
	{"smtp", open_server, line_server, PROTOCOL_SMTP},
	{"https", open_server, line_server, PROTOCOL_HTTPS},
};

static bool
open_section(struct reader *reader, const char *line)
{
	struct scenario *scenario = reader->scenario;
	struct words words;

	if (!words_split(&scenario->arena, &scenario->source, line, &words))
		return false;
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		if (words.count > 0 && word_is(&words.list[0], sections[i].name)) {
			reader->section = &sections[i];
			return sections[i].open(reader, &words);
		}
	return source_error(&scenario->source,
		"\"%.60s\" begins no section; indent what belongs "
		"to the one above",
		words.list[0].text.bytes);
}

static bool
read_line(struct reader *reader, const char *line)
{
	const char *text = line + strspn(line, " \t\r");

	if (*text == '\0' || *text == '#')
		return true;
	if (text == line)
		return open_section(reader, line);
	if (reader->section == NULL || reader->section->line == NULL)
		return source_error(&reader->scenario->source, "this line belongs to no section");
	return reader->section->line(reader, line);
}

/* One line as it came from the file. */
static bool
read_raw(struct reader *reader, char *line, size_t length)
{
	struct source *source = &reader->scenario->source;
	struct mc_buf buf;
	const char *copy;
	bool ok;

	if (length > 0 && line[length - 1] == '\n')
		line[--length] = '\0';
	if (strlen(line) != length)
		return source_error(source, "a NUL octet in the line");
	mc_buf_init(&buf, LINE_LIMIT);
	ok = line[strspn(line, " \t\r")] == '#' || expand(reader->scenario, line, &buf);
	copy = mc_arena_strdup(&reader->scenario->arena, mc_buf_text(&buf));
	mc_buf_free(&buf);
	return ok && read_line(reader, copy);
}

bool
scenario_read(struct scenario *scenario, const char *path)
{
	struct reader reader = {.scenario = scenario};
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	ssize_t length;
	bool ok = true;

	scenario->source.place = (struct place){mc_arena_strdup(&scenario->arena, path), 0};
	if (file == NULL)
		return source_error(&scenario->source, "%s", strerror(errno));
	while (ok && (length = getline(&line, &size, file)) >= 0) {
		scenario->source.place.line++;
		ok = read_raw(&reader, line, (size_t)length);
	}
	if (ok && ferror(file))
		ok = source_error(&scenario->source, "%s", strerror(errno));
	free(line);
	fclose(file);
	return ok;
}

bool
scenario_finish(struct scenario *scenario)
{
	for (struct server *server = scenario->servers; server != NULL; server = server->next)
		if (!scenario_server_finish(scenario, server))
			return false;
	if (scenario->servers == NULL)
		return source_error(
			&scenario->source, "no dns, smtp or https section: nothing to do");
	return (zone_finish(&scenario->zones) && !scenario->arena.failed) || no_memory(scenario);
}
