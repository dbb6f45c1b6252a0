/* reply_rules: rules of one's own, and a reply read by them. */
#include <stdlib.h>
#include <string.h>

#include "reply/classify.h"
#include "reply/rules_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char text[] = "550 5.1.1 user unknown here, mail.example said: 421 busy";
	struct mc_rules_text source = {"rules", (const char *)data, size};
	char problem[MC_RULES_PROBLEM_SIZE];
	struct mc_reply_verdict verdict;
	struct mc_rules rules;
	struct mc_arena arena;

	mc_arena_init(&arena, 0);
	if (mc_rules_compile(&arena, &source, 1, &rules, problem)) {
		mc_reply_classify(&rules, text, strlen(text), &verdict);
		mc_reply_classify(&rules, (const char *)data, size, &verdict);
		if (verdict.end > size)
			abort();
	} else if (problem[0] == '\0' && !arena.failed)
		abort();
	mc_arena_reset(&arena);
	return 0;
}
