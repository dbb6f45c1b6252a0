/*
 * Fuzz target: domains and names as typed. A domain that was taken is taken again unchanged with
 * a dot at its end, is a canonical name, and goes through the wire unharmed; so does every
 * canonical name.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/domain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
through_wire(const char *name)
{
	char again[MC_NAME_TEXT_SIZE];
	struct mc_buf wire;

	mc_buf_init(&wire, MC_NAME_WIRE_SIZE);
	if (mc_name_canonical(name, NULL, again) != NULL || strcmp(name, again) != 0)
		abort();
	if (!mc_name_to_wire(name, &wire))
		abort();
	if (mc_name_from_wire(wire.data, wire.length, 0, again) != wire.length ||
		mc_name_wire_length(wire.data, wire.length) != wire.length ||
		strcmp(name, again) != 0)
		abort();
	mc_buf_free(&wire);
}

static void
walk(const char *name)
{
	char joined[MC_NAME_TEXT_SIZE];
	unsigned labels = mc_name_labels(name);

	if (!mc_name_within(name, ".") || !mc_name_within(name, mc_name_parent(name)))
		abort();
	for (; strcmp(name, ".") != 0; name = mc_name_parent(name), labels--)
		through_wire(name);
	if (labels != 0)
		abort();
	if (mc_name_join("_dmarc", name, joined))
		through_wire(joined);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char name[MC_NAME_TEXT_SIZE], again[MC_NAME_TEXT_SIZE];
	char *text = malloc(size + 1);

	if (text == NULL)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	if (mc_domain_parse(text, name) == NULL) {
		char absolute[MC_NAME_TEXT_SIZE + 1];

		(void)snprintf(absolute, sizeof(absolute), "%s.", name);
		if (mc_domain_parse(absolute, again) != NULL || strcmp(name, again) != 0)
			abort();
		through_wire(name);
	}
	if (mc_domain_parse_host(text, name) == NULL)
		through_wire(name);
	if (mc_name_canonical(text, "example.org", name) == NULL) {
		through_wire(name);
		walk(name);
	}
	free(text);
	return 0;
}
