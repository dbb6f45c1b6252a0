/*
 * dns_facts: DNS facts a second, or the memory each takes while it is in flight.
 *   dns_facts rate|memory PORT COUNT WINDOW [ANCHOR-FILE]   the resolver at 127.0.0.1
 */
#include <stdio.h>
#include <string.h>

#include "pump.h"
#include "record/rr.h"

#define SETTLE                                                                                     \
	800 /* ms: until the questions that wait for room in a receive buffer are asked too */

static void
question(size_t i, struct mc_question *ret_question)
{
	static char name[64];

	(void)snprintf(name, sizeof(name), "n%zu.bench.example", i);
	*ret_question = (struct mc_question){.kind = MC_FACT_DNS, .name = name, .type = MC_RR_A};
}

static bool
good(const struct mc_fact *fact)
{
	const struct mc_dns *dns = (const struct mc_dns *)fact;

	return fact->status == MC_FACT_OK && dns->count == 1 && dns->dnssec != MC_DNSSEC_BOGUS;
}

int
main(int argc, char **argv)
{
	struct mc_net_server server = {0};
	struct mc_net_options options = {
		.resolvers = &server, .resolver_count = 1, .dns_timeout = 20000};
	struct pump pump = {.options = &options, .question = question, .good = good};

	if (argc < 5 || !mc_address_parse("127.0.0.1", &server.address)) {
		(void)fprintf(
			stderr, "usage: dns_facts rate|memory PORT COUNT WINDOW [ANCHOR-FILE]\n");
		return 2;
	}
	options.trust_anchor = argv[5]; /* NULL: none */
	server.port = (uint16_t)meter_number(argv[2]);
	pump.count = meter_number(argv[3]);
	pump.window = meter_number(argv[4]);
	return strcmp(argv[1], "rate") == 0 ? pump_run(&pump) : pump_fill(&pump, SETTLE);
}
