/*
 * bulk: many domains at once, in one thread. Reads one a line from standard input and prints a
 * line for each as it is done: the domain, the verdict, the finding to begin with.
 *
 *	bulk [NAME=VALUE...] < domains.txt
 *	bulk concurrency=200 deadline=60 < domains.txt
 */
#include <mailcheck.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct bulk {
	mailcheck *mc;
	char line[512]; /* the domain to submit next */
	bool pending;   /* there is one in `line` */
	bool ended;     /* no more lines */
};

static int32_t
set(mailcheck *mc, const char *assignment)
{
	size_t length = strcspn(assignment, "=");
	char name[64];

	if (assignment[length] != '=' || length >= sizeof(name))
		return MAILCHECK_BAD_OPTION;
	memcpy(name, assignment, length);
	name[length] = '\0';
	return mailcheck_set(mc, name, assignment + length + 1);
}

static void
read_line(struct bulk *bulk)
{
	while (!bulk->pending && !bulk->ended) {
		if (fgets(bulk->line, sizeof(bulk->line), stdin) == NULL) {
			bulk->ended = true;
			return;
		}
		bulk->line[strcspn(bulk->line, "\r\n")] = '\0';
		bulk->pending = bulk->line[0] != '\0';
	}
}

/* Submits until the library is busy, the lines end, or something is wrong with all of them. */
static int32_t
submit(struct bulk *bulk)
{
	for (read_line(bulk); bulk->pending; read_line(bulk)) {
		int32_t code = mailcheck_submit(bulk->mc, bulk->line, NULL, 0);
		char shown[4 * sizeof(bulk->line)];

		if (code == MAILCHECK_BUSY)
			return MAILCHECK_OK;
		if (code != MAILCHECK_OK && code != MAILCHECK_BAD_TARGET)
			return code;
		if (code == MAILCHECK_BAD_TARGET) {
			mailcheck_escape(bulk->line, strlen(bulk->line), shown, sizeof(shown));
			fprintf(stderr, "bulk: '%s': %s\n", shown, mailcheck_error(bulk->mc));
		}
		bulk->pending = false;
	}
	return MAILCHECK_OK;
}

static int32_t
run(struct bulk *bulk)
{
	for (;;) {
		mailcheck_report *report;
		int32_t code = submit(bulk);

		if (code != MAILCHECK_OK)
			return code;
		code = mailcheck_next(bulk->mc, -1, &report, NULL);
		if (code == MAILCHECK_IDLE)
			return MAILCHECK_OK;
		if (code != MAILCHECK_OK)
			return code;
		printf("%s\t%s\t%s\n", mailcheck_report_input(report),
			mailcheck_verdict_text(mailcheck_report_verdict(report)),
			mailcheck_report_root_cause(report));
		fflush(stdout);
		mailcheck_report_free(report);
	}
}

int
main(int argc, char **argv)
{
	struct bulk bulk = {.mc = NULL};
	int32_t code = mailcheck_new(&bulk.mc);

	for (int i = 1; code == MAILCHECK_OK && i < argc; i++)
		code = set(bulk.mc, argv[i]);
	if (code == MAILCHECK_OK)
		code = run(&bulk);
	if (code != MAILCHECK_OK)
		fprintf(stderr, "bulk: %s: %s\n", mailcheck_strerror(code),
			mailcheck_error(bulk.mc));
	mailcheck_free(bulk.mc);
	return code == MAILCHECK_OK ? 0 : 1;
}
