/* fuzz svg: logos of any kind: a verdict, and what is told of it is bounded. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "record/svg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mc_arena arena;
	struct mc_svg svg;

	mc_arena_init(&arena, 0);
	mc_svg_parse(&arena, (const char *)data, size, &svg);
	if (arena.failed || svg.fault_count > MC_SVG_FAULTS)
		abort();
	for (size_t i = 0; i < svg.fault_count; i++)
		if (svg.faults[i][0] == '\0' || strlen(svg.faults[i]) > 200)
			abort();
	if (svg.malformed != NULL && svg.malformed[0] == '\0')
		abort();
	if (svg.fault_count > 0 && !svg.is_svg && svg.malformed == NULL && svg.oblong != NULL)
		abort();
	mc_arena_reset(&arena);
	return 0;
}
