/*
 * runner: cases of SPF evaluation from files, each played with the answers arriving in several
 * orders, which must not change anything. The format is explained in README.md.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/escape.h"
#include "facts.h"

#define LINE_SIZE 8192
#define ORDERS 6

struct zone {
	struct mc_arena arena;
	struct mc_rr rrs[2000];
	size_t count;
	const char *silent[100]; /* names whose servers do not answer, but for records there are */
	size_t silent_count;
};

struct place {
	const char *path;
	unsigned line;
};

static unsigned failures, cases;

static void
complain(const struct place *place, const char *what, const char *more)
{
	printf("%s:%u: %s: %s\n", place->path, place->line, what, more);
	failures++;
}

/* --- the zone --- */

static bool
is_silent(const struct zone *zone, const char *name)
{
	for (size_t i = 0; i < zone->silent_count; i++)
		if (strcmp(zone->silent[i], name) == 0)
			return true;
	return false;
}

static bool
answer(void *argument, struct mc_arena *arena, const struct mc_question *question,
	struct mc_message *message)
{
	const struct zone *zone = argument;
	bool exists = false;

	message->answer.rrs = mc_arena_calloc(arena, zone->count + 1, sizeof(struct mc_rr));
	if (message->answer.rrs == NULL)
		return true;
	for (size_t i = 0; i < zone->count; i++) {
		exists = exists || mc_name_within(zone->rrs[i].owner, question->name);
		if (strcmp(zone->rrs[i].owner, question->name) == 0 &&
			zone->rrs[i].type == question->type)
			message->answer.rrs[message->answer.count++] = zone->rrs[i];
	}
	message->rcode = exists ? MC_RCODE_NOERROR : MC_RCODE_NXDOMAIN;
	return message->answer.count > 0 || !is_silent(zone, question->name);
}

static void
add_record(struct zone *zone, const struct place *place, const char *text)
{
	char name[MC_NAME_TEXT_SIZE], first[MC_NAME_TEXT_SIZE], word[16], more;
	struct mc_rr_error error;

	if (sscanf(text, "%1000s %15s %c", first, word, &more) == 2 &&
		strcmp(word, "silent") == 0 && zone->silent_count < 100 &&
		mc_name_canonical(first, NULL, name) == NULL)
		zone->silent[zone->silent_count++] = mc_arena_strdup(&zone->arena, name);
	else if (zone->count >= 2000 ||
		 !mc_rr_parse(&zone->arena, text, NULL, 300, &zone->rrs[zone->count], &error))
		complain(place, "not a record", text);
	else
		zone->count++;
}

/* --- the cases --- */

struct expected {
	const char *result;      /* alternatives, separated by | */
	const char *explanation; /* NULL: any; "": none */
	const char *lookups, *voids, *answers;
};

static bool
is_one_of(const char *word, const char *alternatives)
{
	size_t length = strlen(word);

	for (const char *at = alternatives; *at != '\0'; at += strspn(at, "|")) {
		if (strcspn(at, "|") == length && strncmp(at, word, length) == 0)
			return true;
		at += strcspn(at, "|");
	}
	return false;
}

static void
compare(const struct place *place, const struct expected *expected, const json_t *values,
	const char *name)
{
	const char *result = json_string_value(json_object_get(values, "result"));
	const char *explanation = json_string_value(json_object_get(values, "explanation"));
	json_int_t lookups = json_integer_value(json_object_get(values, "lookups"));
	json_int_t voids = json_integer_value(json_object_get(values, "void_lookups"));

	if (result == NULL || !is_one_of(result, expected->result))
		complain(place, name, result != NULL ? result : "no result");
	if (expected->explanation != NULL &&
		strcmp(expected->explanation, explanation != NULL ? explanation : "") != 0)
		complain(place, name, explanation != NULL ? explanation : "no explanation");
	if (expected->lookups != NULL && atoi(expected->lookups) != lookups)
		complain(place, name, "another number of lookups");
	if (expected->voids != NULL && atoi(expected->voids) != voids)
		complain(place, name, "another number of void lookups");
}

static void
play(struct zone *zone, const struct place *place, const char *domain,
	const struct mc_settings *settings, const struct expected *expected)
{
	char *first = NULL;

	cases++;
	for (unsigned order = 0; order < ORDERS; order++) {
		struct facts facts = {.order = order, .answer = answer, .argument = zone};
		struct mailcheck_report *report =
			facts_run(&facts, MC_TARGET_SPF, domain, settings, &mc_check_spf_client);
		json_t *said;
		char *dump;

		if (report == NULL || report->check_count != 1) {
			complain(place, domain, "no report");
			mc_report_free(report);
			break;
		}
		said = facts_said(report);
		dump = json_dumps(said, JSON_COMPACT);
		if (order == 0)
			compare(place, expected, said, domain);
		if (order == 0 && expected->answers != NULL &&
			facts.answered != (unsigned)atoi(expected->answers))
			complain(place, domain, "it waits for another number of answers");
		if (order > 0 && (first == NULL || dump == NULL || strcmp(first, dump) != 0))
			complain(place, domain, "the order of the answers matters");
		json_decref(said);
		mc_report_free(report);
		if (order == 0)
			first = dump;
		else
			free(dump);
	}
	free(first);
}

/* KEY=VALUE; the value in double quotes, or up to a blank; \xNN anywhere. */
static bool
next_pair(struct mc_arena *arena, const char **at, char key[32], const char **ret_value)
{
	const void *bytes;
	const char *text = *at + strspn(*at, " \t"), *end;
	size_t length = strcspn(text, "= ");

	if (*text == '\0' || length >= 32 || text[length] != '=')
		return false;
	memcpy(key, text, length);
	key[length] = '\0';
	text += length + 1;
	end = *text == '"' ? strchr(text + 1, '"') : text + strcspn(text, " ");
	if (end == NULL)
		return false;
	*at = *text == '"' ? end + 1 : end;
	text += *text == '"';
	if (!mc_unescape(
		    arena, mc_arena_strndup(arena, text, (size_t)(end - text)), &bytes, &length))
		return false;
	*ret_value = mc_arena_strndup(arena, bytes, length);
	return true;
}

static void
play_line(struct zone *zone, const struct place *place, const char *text)
{
	struct mc_settings settings = {.deadline = 120000};
	struct expected expected = {.result = ""};
	const char *value, *domain = NULL, *at = text;
	char key[32];

	while (next_pair(&zone->arena, &at, key, &value)) {
		const char *sign = strrchr(value, '@');
		if (strcmp(key, "ip") == 0 && mc_address_parse(value, &settings.client))
			continue;
		if (strcmp(key, "from") == 0) {
			settings.sender = value;
			if (sign != NULL && domain == NULL)
				domain = sign + 1;
		} else if (strcmp(key, "domain") == 0) {
			domain = value;
		} else if (strcmp(key, "helo") == 0) {
			settings.client_helo = value;
		} else if (strcmp(key, "is") == 0) {
			expected.result = value;
		} else if (strcmp(key, "why") == 0) {
			expected.explanation = value;
		} else if (strcmp(key, "lookups") == 0) {
			expected.lookups = value;
		} else if (strcmp(key, "voids") == 0) {
			expected.voids = value;
		} else if (strcmp(key, "answers") == 0) {
			expected.answers = value;
		} else {
			complain(place, "cannot be understood", key);
		}
	}
	if (at[strspn(at, " \n")] != '\0' || settings.client.family == 0)
		complain(place, "cannot be understood", at);
	if (domain == NULL)
		domain = settings.client_helo;
	if (domain != NULL)
		play(zone, place, domain, &settings, &expected);
}

static void
play_file(const char *path)
{
	static struct zone zone;
	struct place place = {path, 0};
	FILE *file = fopen(path, "r");
	char line[LINE_SIZE];

	if (file == NULL) {
		complain(&place, "cannot be read", "");
		return;
	}
	memset(&zone, 0, sizeof(zone));
	mc_arena_init(&zone.arena, 0);
	while (fgets(line, sizeof(line), file) != NULL) {
		place.line++;
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "zone", 4) == 0)
			zone.count = zone.silent_count = 0;
		else if (line[0] == '\t')
			add_record(&zone, &place, line + 1);
		else if (line[0] != '#' && line[0] != '\0')
			play_line(&zone, &place, line);
	}
	fclose(file);
	mc_arena_reset(&zone.arena);
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		play_file(argv[i]);
	printf("%u cases, %u wrong\n", cases, failures);
	return failures == 0 && cases > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
