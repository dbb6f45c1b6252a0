/* lists: the reader of the table of block lists, and what it makes of answers. */
#include <stdlib.h>

#include "dnsbl/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct mc_list_code *codes[8];
	struct mc_lists_error error = {0, NULL};
	struct mc_arena arena;
	struct mc_lists lists;
	size_t count;

	mc_arena_init(&arena, 0);
	if (mc_lists_parse(&arena, (const char *)data, size, &lists, &error)) {
		for (size_t i = 0; i < lists.count; i++)
			for (unsigned last = 0; last < 256; last++) {
				struct mc_address answer = {4, {127, 0, 0, (uint8_t)last}};
				(void)mc_list_read(&lists.lists[i], &answer, codes, 8, &count);
				if (count > 8)
					abort();
			}
	} else if (error.reason == NULL)
		abort();
	mc_arena_reset(&arena);
	return 0;
}
