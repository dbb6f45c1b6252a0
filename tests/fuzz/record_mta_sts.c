/*
 * Fuzz target: MTA-STS policies and TXT records, TLS-RPT records: what is not valid has a reason,
 * and a pattern only matches hosts of as many labels.
 */
#include <stdlib.h>
#include <string.h>

#include "record/mta_sts.h"
#include "record/name.h"
#include "record/tls_rpt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
judge_policy(struct mc_arena *arena, const char *text, size_t size)
{
	struct mc_mta_sts_policy policy;
	struct mc_problems problems;

	mc_problems_init(&problems, arena);
	mc_mta_sts_policy_parse(text, size, &policy, &problems);
	if (!policy.valid && problems.count == 0)
		abort();
	for (size_t i = 0; i < policy.mx_count; i++) {
		const char *pattern = policy.mxs[i];
		const char *below = pattern[0] == '*' ? pattern + 2 : pattern;
		if (pattern[0] == '*' &&
			!mc_mta_sts_matches(&policy, mc_arena_printf(arena, "x.%s", below)))
			abort();
		if (pattern[0] != '*' && !mc_mta_sts_matches(&policy, pattern))
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct mc_problems problems;
	struct mc_tls_rpt tls_rpt;
	struct mc_mta_sts mta_sts;
	struct mc_arena arena;

	if (text == NULL)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	mc_arena_init(&arena, 0);
	mc_problems_init(&problems, &arena);
	mc_mta_sts_parse(text, size, &mta_sts, &problems);
	if (mta_sts.valid && (!mc_mta_sts_is_record_alone(text, size) || mta_sts.id[0] == '\0'))
		abort();
	mc_tls_rpt_parse(text, size, &tls_rpt, &problems);
	if (tls_rpt.valid && !mc_tls_rpt_is_record_alone(text, size))
		abort();
	judge_policy(&arena, text, size);
	mc_arena_reset(&arena);
	free(text);
	return 0;
}
