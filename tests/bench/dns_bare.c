/*
 * dns_bare: what the library's DNS facts are measured by: a bare loop around ub_resolve_event(),
 * with no more options than it needs, that looks at nothing but the rcode.
 *   dns_bare rate|memory PORT COUNT WINDOW [ANCHOR-FILE [shared]]   the resolver at 127.0.0.1
 * shared: its questions share ports, as the library's do when the resolver is on loopback.
 */
#include <event2/event.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unbound-event.h>
#include <unbound.h>

#include "meter.h"

static struct {
	struct event_base *base;
	struct ub_ctx *ctx;
	size_t count, window, asked, done, failed;
} loop;

static void answered(void *, int, void *, int, int, char *, int);

static void
ask(void)
{
	char name[64];

	(void)snprintf(name, sizeof(name), "n%zu.bench.example", loop.asked++);
	if (ub_resolve_event(loop.ctx, name, 1, 1, NULL, answered, NULL) != 0)
		loop.failed++;
}

static void
answered(void *argument, int rcode, void *packet, int length, int sec, char *why, int limited)
{
	const unsigned char *octets = packet;

	(void)argument;
	(void)sec;
	(void)why;
	(void)limited;
	if (rcode != 0 || length < 12 || (octets[3] & 15) != 0)
		loop.failed++;
	if (++loop.done == loop.count)
		(void)event_base_loopbreak(loop.base);
	else if (loop.asked < loop.count)
		ask();
}

static void
share_ports(void)
{
	(void)ub_ctx_set_option(loop.ctx, "udp-connect:", "no");
	(void)ub_ctx_set_option(loop.ctx, "outgoing-port-avoid:", "0-65535");
	(void)ub_ctx_set_option(loop.ctx, "outgoing-port-permit:", "50000-50031");
}

static int
open_loop(const char *port, const char *anchor_file, bool shared)
{
	char server[64];

	(void)snprintf(server, sizeof(server), "127.0.0.1@%s", port);
	loop.base = event_base_new();
	loop.ctx = loop.base != NULL ? ub_ctx_create_event(loop.base) : NULL;
	if (loop.ctx == NULL)
		return -1;
	(void)ub_ctx_set_option(loop.ctx, "do-not-query-localhost:", "no");
	(void)ub_ctx_set_option(loop.ctx, "outgoing-range:", "256");
	(void)ub_ctx_set_option(loop.ctx, "num-queries-per-thread:", "4096");
	if (shared)
		share_ports();
	if (anchor_file != NULL && ub_ctx_add_ta_file(loop.ctx, anchor_file) != 0)
		return -1;
	return ub_ctx_set_fwd(loop.ctx, server);
}

static void
fill(void)
{
	struct timeval settle = {.tv_usec = 800000};
	struct meter meter;

	ask();
	(void)event_base_loopexit(loop.base, &settle);
	(void)event_base_dispatch(loop.base);
	meter_start(&meter);
	while (loop.asked < loop.window)
		ask();
	(void)event_base_loopexit(loop.base, &settle);
	(void)event_base_dispatch(loop.base);
	meter_print_memory(&meter, loop.window - 1);
}

int
main(int argc, char **argv)
{
	struct meter meter;
	size_t failed;

	if (argc < 5) {
		(void)fprintf(stderr,
			"usage: dns_bare rate|memory PORT COUNT WINDOW [ANCHOR-FILE [shared]]\n");
		return 2;
	}
	loop.count = meter_number(argv[3]);
	loop.window = meter_number(argv[4]);
	if (open_loop(argv[2], argv[5], argc > 6) != 0)
		return 1;
	if (strcmp(argv[1], "memory") == 0) {
		fill();
	} else {
		meter_start(&meter);
		while (loop.asked < loop.window && loop.asked < loop.count)
			ask();
		(void)event_base_dispatch(loop.base);
		meter_print(&meter, loop.done, loop.failed);
	}
	failed = loop.failed;
	ub_ctx_delete(loop.ctx); /* tells what is still in flight that it failed */
	event_base_free(loop.base);
	return failed == 0 ? 0 : 1;
}
