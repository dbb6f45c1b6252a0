/*
 * runs: many runs, one after the other, in one context: what it holds does not grow, and all of it
 * is given back at its end.
 *   runs COUNT SMTP-PORT NAME=VALUE...
 * The targets: domains that are not there and SMTP on 200 addresses by turns, and now and then a
 * whole domain, whose hosts are not asked again at once: that is paced.
 */
#include <mailcheck.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "descriptors.h"

#define WARM_UP 30
#define WHOLE 200                /* one run in so many is of a whole domain */
#define ADDRESSES 200            /* as in endure.py */
#define KEPT ((size_t)256 << 10) /* octets that libraries, malloc too, may have kept */
#define SLACK ((size_t)4 << 20)  /* octets of growth in the last tenth: caches are full by then */

#if defined(__SANITIZE_ADDRESS__)
size_t __sanitizer_get_current_allocated_bytes(void);

static size_t
heap(void)
{
	return __sanitizer_get_current_allocated_bytes();
}
#else
static size_t
heap(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}
#endif

struct job {
	size_t count;
	const char *port;
	char **settings;
};

static bool
prepare(mailcheck *mc, char **settings)
{
	char name[64];

	for (; *settings != NULL; settings++) {
		const char *value = strchr(*settings, '=');
		(void)snprintf(name, sizeof(name), "%.*s", (int)(value - *settings), *settings);
		if (mailcheck_set(mc, name, value + 1) != MAILCHECK_OK) {
			printf("FAILED %s\n", mailcheck_error(mc));
			return false;
		}
	}
	return true;
}

static bool
run(mailcheck *mc, const struct job *job, size_t i)
{
	mailcheck_report *report = NULL;
	char target[64], helo[64];
	bool good;

	(void)snprintf(helo, sizeof(helo), "c%zu.example", i);
	if (i % WHOLE == 0)
		(void)snprintf(target, sizeof(target), "healthy.example");
	else if (i % 2 == 0)
		(void)snprintf(target, sizeof(target), "smtp://127.3.%zu.1:%s", i / 2 % ADDRESSES,
			job->port);
	else
		(void)snprintf(target, sizeof(target), "d%zu.healthy.example", i);
	if (i % 2 == 0)
		(void)mailcheck_set(mc, "helo", helo);
	good = mailcheck_run(mc, target, NULL, &report) == MAILCHECK_OK;
	if (good)
		good = mailcheck_report_verdict(report) !=
		       (i % 2 == 0 ? MAILCHECK_VERDICT_INCONCLUSIVE : MAILCHECK_VERDICT_OK);
	if (!good)
		printf("FAILED run %zu, %s: %s%s\n", i, target, mailcheck_error(mc),
			report != NULL ? mailcheck_report_text(report, 0) : "");
	mailcheck_report_free(report);
	return good;
}

/* One context; the heap at nine tenths of it and at its end. */
static bool
live(const struct job *job, size_t *ret_late, size_t *ret_end)
{
	mailcheck *mc = NULL;
	bool good = mailcheck_new(&mc) == MAILCHECK_OK && prepare(mc, job->settings);

	for (size_t i = 0; good && i < job->count; i++) {
		good = run(mc, job, i);
		if (i == job->count / 10 * 9)
			*ret_late = heap();
	}
	*ret_end = heap();
	mailcheck_free(mc);
	return good;
}

static bool
judge(bool good, const char *what, size_t before, size_t after)
{
	printf("%s%s: %zu, then %zu\n", good ? "" : "FAILED ", what, before, after);
	return good;
}

int
main(int argc, char **argv)
{
	size_t late = 0, end = 0, before, descriptors;
	struct job job, warm_up;
	bool good;

	if (argc < 3) {
		fprintf(stderr, "usage: runs COUNT SMTP-PORT NAME=VALUE...\n");
		return 2;
	}
	job = (struct job){strtoul(argv[1], NULL, 10), argv[2], argv + 3};
	warm_up = (struct job){WARM_UP, job.port, job.settings};
	if (!live(&warm_up, &late, &end))
		return 1;
	before = heap();
	descriptors = count_descriptors();
	good = live(&job, &late, &end);
	good &= judge(
		end < late + SLACK, "octets in use at nine tenths of it and at its end", late, end);
	good &= judge(heap() < before + KEPT, "octets in use before and after", before, heap());
	good &= judge(count_descriptors() == descriptors, "descriptors before and after",
		descriptors, count_descriptors());
	printf("%zu runs in one context: %s\n", job.count, good ? "all given back" : "not well");
	return good ? 0 : 1;
}
