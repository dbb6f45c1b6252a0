/*
 * Fuzz target: DMARC: what is applied follows from what is published; a record is recognised by
 * its version alone; the walk is a walk up.
 */
#include <stdlib.h>
#include <string.h>

#include "record/dmarc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
judge_walk(const char *text)
{
	const char *names[MC_DMARC_QUERIES];
	char name[MC_NAME_TEXT_SIZE];
	size_t count;

	if (mc_name_canonical(text, NULL, name) != NULL)
		return;
	count = mc_dmarc_walk(name, names);
	if (count > MC_DMARC_QUERIES || (count == 0) != (strcmp(name, ".") == 0))
		abort();
	for (size_t i = 0; i < count; i++)
		if (!mc_name_within(name, names[i]) || (i > 0 && mc_name_labels(names[i]) > 7))
			abort();
	if (count > 0 && mc_name_labels(names[count - 1]) != 1)
		abort();
}

static void
judge_policies(const struct mc_dmarc *dmarc)
{
	for (int what = MC_DMARC_ITSELF; what <= MC_DMARC_NONEXISTENT; what++) {
		enum mc_dmarc_policy published =
			mc_dmarc_apply(dmarc, (enum mc_dmarc_for)what, false);
		enum mc_dmarc_policy effective =
			mc_dmarc_apply(dmarc, (enum mc_dmarc_for)what, true);
		if ((published == MC_DMARC_ABSENT) == dmarc->valid || effective > published ||
			(dmarc->valid && effective < MC_DMARC_NONE))
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct mc_problems problems;
	struct mc_arena arena;
	struct mc_dmarc dmarc;

	if (text == NULL)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	mc_arena_init(&arena, 0);
	mc_problems_init(&problems, &arena);
	mc_dmarc_parse(text, size, &dmarc, &problems);
	if (dmarc.valid && !mc_dmarc_is_record(text, size))
		abort();
	if (!dmarc.valid && problems.count == 0)
		abort();
	judge_policies(&dmarc);
	judge_walk(text);
	mc_arena_reset(&arena);
	free(text);
	return 0;
}
