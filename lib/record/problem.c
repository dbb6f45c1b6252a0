/* problem: what is wrong with a record's text. */
#include "record/problem.h"

#include <stdint.h>

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
