/* problem: what is wrong with a record's text. */
#include "record/problem.h"

#include <stdint.h>
#include <string.h>

void
mc_problems_init(struct mc_problems *problems, struct mc_arena *arena)
{
	*problems = (struct mc_problems){.arena = arena};
}

void
mc_problem(struct mc_problems *problems, const char *id, size_t position, const char *evidence, ...)
{
	struct mc_problem *problem = NULL;
	va_list arguments;
	const char *text;

	if (problems->count < MC_PROBLEM_LIMIT)
		problem = mc_arena_alloc(problems->arena, sizeof(*problem));
	if (problem == NULL)
		return;
	va_start(arguments, evidence);
	text = mc_arena_vprintf(problems->arena, evidence, arguments);
	va_end(arguments);
	if (position != MC_NOWHERE)
		text = mc_arena_printf(
			problems->arena, "%s (at character %zu)", text, position + 1);
	*problem = (struct mc_problem){.id = id, .evidence = text, .fix = ""};
	if (problems->last != NULL)
		problems->last->next = problem;
	else
		problems->first = problem;
	problems->last = problem;
	problems->count++;
}

void
mc_problem_fix(struct mc_problems *problems, const char *fix, ...)
{
	va_list arguments;

	if (problems->last == NULL || problems->count >= MC_PROBLEM_LIMIT)
		return;
	va_start(arguments, fix);
	problems->last->fix = mc_arena_vprintf(problems->arena, fix, arguments);
	va_end(arguments);
}

#define OFFER_LIMIT 1000 /* octets of lines within a sentence */

static bool
is_one_of(const char *id, const char *const *ids)
{
	for (; *ids != NULL; ids++)
		if (strcmp(id, *ids) == 0)
			return true;
	return false;
}

/* "Publish instead: ...", or of several lines each in quotes; "" when that would be long. */
static const char *
offer_text(struct mc_arena *arena, const char *record)
{
	const char *text = "Publish these lines instead:";

	if (strchr(record, '\n') == NULL)
		return mc_arena_printf(arena, "Publish instead: %s", record);
	if (strlen(record) > OFFER_LIMIT)
		return "";
	while (*record != '\0') {
		size_t length = strcspn(record, "\n");
		text = mc_arena_printf(arena, "%s \"%.*s\"%s", text, (int)length, record,
			record[length] != '\0' && record[length + 1] != '\0' ? "," : ".");
		record += length + (record[length] != '\0');
	}
	return text;
}

static void
fix_all(struct mc_problems *problems, const char *record, const char *const *kept)
{
	const char *fix = offer_text(problems->arena, record);

	for (struct mc_problem *problem = problems->first; problem != NULL;
		problem = problem->next) {
		if (problem->fix[0] != '\0' || is_one_of(problem->id, kept))
			continue;
		problem->fix = fix;
		problem->corrected = problems->corrected != NULL;
	}
}

void
mc_problems_offer(struct mc_problems *problems, const char *record, const char *const *kept)
{
	problems->corrected = record;
	if (record != NULL)
		fix_all(problems, record, kept);
}

void
mc_problems_advise(struct mc_problems *problems, const char *record, const char *const *kept)
{
	if (record != NULL)
		fix_all(problems, record, kept);
}
