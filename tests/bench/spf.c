/*
 * spf: SPF evaluations a second through the public calls, so many at once:
 *   spf fresh|warm PORT COUNT WINDOW ANCHOR-FILE       the resolver at 127.0.0.1
 * fresh: every domain another one; warm: one domain, whose records are at hand.
 */
#include <mailcheck.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "meter.h"

static bool
submit(mailcheck *mc, bool fresh, size_t i)
{
	static size_t run;
	char target[64];

	/* Names of their own for each process: a resolver between may keep answers. */
	if (run == 0)
		run = (size_t)(uintptr_t)mc % 100000;
	(void)snprintf(target, sizeof(target), "spf:n%zu-%zu.top.bench.example", run,
		fresh ? i : (size_t)0);
	return mailcheck_submit(mc, target, NULL, i) == MAILCHECK_OK;
}

static bool
take(mailcheck *mc)
{
	mailcheck_report *report = NULL;
	bool pass;

	if (mailcheck_next(mc, -1, &report, NULL) != MAILCHECK_OK)
		return false;
	pass = mailcheck_spf_result(report) == MAILCHECK_SPF_PASS;
	mailcheck_report_free(report);
	return pass;
}

int
main(int argc, char **argv)
{
	char server[64];
	size_t count, window, asked = 0, failed = 0;
	struct meter meter;
	mailcheck *mc;
	bool fresh;

	if (argc != 6) {
		(void)fprintf(stderr, "usage: spf fresh|warm PORT COUNT WINDOW ANCHOR-FILE\n");
		return 2;
	}
	fresh = strcmp(argv[1], "fresh") == 0;
	(void)snprintf(server, sizeof(server), "127.0.0.1@%zu", meter_number(argv[2]));
	count = meter_number(argv[3]);
	window = meter_number(argv[4]);
	if (mailcheck_new(&mc) != MAILCHECK_OK ||
		mailcheck_set(mc, "resolver", server) != MAILCHECK_OK ||
		mailcheck_set(mc, "trust-anchor", argv[5]) != MAILCHECK_OK ||
		mailcheck_set(mc, "ip", "192.0.2.1") != MAILCHECK_OK ||
		mailcheck_set(mc, "sender", "user@top.bench.example") != MAILCHECK_OK)
		return 1;
	/* The first one pays for what is set up once. */
	failed += !submit(mc, false, 0) || !take(mc);
	meter_start(&meter);
	for (; asked < count && asked < window; asked++)
		failed += !submit(mc, fresh, asked + 1);
	for (size_t done = 0; done < count; done++) {
		failed += !take(mc);
		if (asked < count)
			failed += !submit(mc, fresh, ++asked);
	}
	meter_print(&meter, count, failed);
	mailcheck_free(mc);
	return 0;
}
