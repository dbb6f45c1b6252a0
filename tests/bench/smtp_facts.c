/*
 * smtp_facts: SMTP sessions a second, or the memory each takes while it is in flight.
 *   smtp_facts rate|memory PORT COUNT WINDOW ADDRESSES none|starttls [CA-FILE]
 * The sessions go to so many addresses of 127.0.0.0/8 by turns: no limit of the library's on
 * sessions with one address or network is lifted. Each has an EHLO name of its own, for equal
 * questions are one fact.
 */
#include <stdio.h>
#include <string.h>

#include "pump.h"

static uint16_t port;
static size_t addresses;
static enum mc_tls_mode tls;

static void
question(size_t i, struct mc_question *ret_question)
{
	uint32_t address = meter_loopback(i % addresses);
	static char helo[64];

	(void)snprintf(helo, sizeof(helo), "c%zu.bench.example", i);
	*ret_question = (struct mc_question){.kind = MC_FACT_SESSION,
		.port = port,
		.host = tls == MC_TLS_NONE ? "" : "mx.bench.example",
		.allow_special = true,
		.plan = {.tls = tls, .helo = helo, .quit_after = MC_STEP_QUIT}};
	ret_question->address.family = 4;
	for (int octet = 0; octet < 4; octet++)
		ret_question->address.bytes[octet] = (uint8_t)(address >> (24 - 8 * octet));
}

static bool
good(const struct mc_fact *fact)
{
	const struct mc_session *session = &((const struct mc_session_fact *)fact)->session;

	return fact->status == MC_FACT_OK &&
	       mc_session_stage(session, MC_STEP_QUIT, tls != MC_TLS_NONE) != NULL;
}

int
main(int argc, char **argv)
{
	struct mc_net_options options = {.session_limit = 400};
	struct pump pump = {.options = &options, .question = question, .good = good};

	if (argc < 7) {
		(void)fprintf(stderr, "usage: smtp_facts rate|memory PORT COUNT WINDOW "
				      "none|starttls [CA-FILE]\n");
		return 2;
	}
	port = (uint16_t)meter_number(argv[2]);
	pump.count = meter_number(argv[3]);
	pump.window = meter_number(argv[4]);
	addresses = meter_number(argv[5]);
	tls = strcmp(argv[6], "none") == 0 ? MC_TLS_NONE : MC_TLS_STARTTLS;
	options.ca_file = argv[7];
	return strcmp(argv[1], "rate") == 0 ? pump_run(&pump) : pump_fill(&pump, 1500);
}
