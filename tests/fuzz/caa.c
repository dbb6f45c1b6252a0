/* fuzz caa: any rdata of a CAA record: what is read is text, and an issuer is a name. */
#include <stdlib.h>
#include <string.h>

#include "record/caa.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mc_rr rr = {.owner = "x.example", .type = MC_RR_CAA};
	struct mc_arena arena;
	struct mc_caa caa;

	if (size > UINT16_MAX)
		return 0;
	rr.rdata = data;
	rr.rdlength = (uint16_t)size;
	mc_arena_init(&arena, 0);
	if (mc_caa_read(&arena, &rr, &caa)) {
		if (caa.name[0] == '\0' || strlen(caa.name) > 255 || strlen(caa.value) >= size)
			abort();
		if (caa.name[strspn(caa.name, "abcdefghijklmnopqrstuvwxyz0123456789")] != '\0')
			abort();
		if (caa.malformed && caa.issuer[0] != '\0')
			abort();
		for (const char *c = caa.issuer; *c != '\0'; c++)
			if ((unsigned char)*c <= ' ' || *c == ';' || (unsigned char)*c > 0x7e)
				abort();
	}
	mc_arena_reset(&arena);
	return 0;
}
