/*
 * Fuzz target: the header of a message. Every signature has a selector, a domain and that of its
 * identity in canonical form, or a reason; all are within their bounds.
 */
#include <stdlib.h>
#include <string.h>

#include "record/dkim_signature.h"
#include "record/domain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
expect_name(const char *text, const char *(*parse)(const char *, char *))
{
	char name[MC_NAME_TEXT_SIZE];

	if (parse(text, name) != NULL || strcmp(text, name) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mc_dkim_signatures signatures;
	struct mc_arena arena;

	mc_arena_init(&arena, 0);
	if (!mc_dkim_signatures_read(&arena, (const char *)data, size, &signatures) ||
		signatures.count > MC_DKIM_SIGNATURES)
		abort();
	for (size_t i = 0; i < signatures.count; i++) {
		const struct mc_dkim_signature *signature = &signatures.signatures[i];
		if (strlen(signature->algorithm) > MC_DKIM_ALGORITHM_MAX)
			abort();
		if (signature->wrong != NULL)
			continue;
		expect_name(signature->selector, mc_domain_parse_selector);
		expect_name(signature->domain, mc_domain_parse_host);
		expect_name(signature->identity, mc_domain_parse_host);
	}
	mc_arena_reset(&arena);
	return 0;
}
