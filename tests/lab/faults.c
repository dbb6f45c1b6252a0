/*
 * faults: whole runs through the public calls, each with another of our own allocations failing:
 * an error or a report, never a crash, a leak or a run past its time.
 *   faults POINTS TARGET CHECKS|- [NAME=VALUE...]
 * fails the first, ..., the last allocation; with more than POINTS of them only so many, evenly.
 * A replay gives the report it always gives, or says that memory ran out; nothing between.
 */
#include <mailcheck.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "descriptors.h"

#define SLOW 5.0 /* s */

struct job {
	const char *target, *checks;
	char **settings;
	bool replay;
	char *expected; /* the report of a replay, as JSON */
};

struct tally {
	unsigned long allocations, tried, reports, refused, failed;
	char error[200]; /* of the run before */
};

static double
seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int32_t
set(mailcheck *mc, const char *setting)
{
	const char *value = strchr(setting, '=');
	char name[64];

	(void)snprintf(name, sizeof(name), "%.*s", (int)(value - setting), setting);
	return mailcheck_set(mc, name, value + 1);
}

/* A copy without what durations say: a fact that was lost takes no time. */
static char *
timeless(const char *json)
{
	static const char key[] = "duration_ms\":";
	char *copy = malloc(strlen(json) + 1), *out = copy;

	if (copy == NULL)
		abort();
	while (*json != '\0') {
		bool duration = strncmp(json, key, sizeof(key) - 1) == 0;
		*out++ = *json++;
		if (duration)
			json += sizeof(key) - 2 + strspn(json + sizeof(key) - 2, "0123456789");
	}
	*out = '\0';
	return copy;
}

/* What it always says, or that it could not know. */
static int32_t
compare(struct job *job, const char *report)
{
	char *json = timeless(report);
	size_t same = 0;

	if (job->expected == NULL)
		job->expected = strdup(json);
	if (!job->replay || strcmp(json, job->expected) == 0 ||
		strstr(json, "out of memory") != NULL ||
		strstr(json, "\"failure\":\"local\"") != NULL) {
		free(json);
		return MAILCHECK_OK;
	}
	while (json[same] == job->expected[same])
		same++;
	same = same < 60 ? 0 : same - 60;
	printf("not what it was: ...%.160s\n", json + same);
	printf("             was: ...%.160s\n", job->expected + same);
	free(json);
	return MAILCHECK_SYSTEM;
}

/* All that a program does with one target. */
static int32_t
run(struct job *job, char error[200])
{
	const char *json = NULL;

	mailcheck_report *report = NULL;
	mailcheck *mc = NULL;
	int32_t code = mailcheck_new(&mc);

	for (char **setting = job->settings; code == MAILCHECK_OK && *setting != NULL; setting++)
		code = set(mc, *setting);
	if (code == MAILCHECK_OK)
		code = mailcheck_run(mc, job->target, job->checks, &report);
	if (code == MAILCHECK_OK)
		json = mailcheck_report_json(report);
	if (code == MAILCHECK_OK && (json == NULL || mailcheck_report_text(report, 0) == NULL))
		code = MAILCHECK_NO_MEMORY;
	if (code == MAILCHECK_OK)
		code = compare(job, json);
	(void)snprintf(error, 200, "%s", mailcheck_error(mc));
	mailcheck_report_free(report);
	mailcheck_free(mc);
	return code;
}

static void
run_failing(struct job *job, unsigned long n, struct tally *tally)
{
	double began = seconds(), took;
	long live = mc_alloc_live();
	int32_t code;

	mc_alloc_fail_at(n);
	code = run(job, tally->error);
	mc_alloc_fail_at(0);
	live = mc_alloc_live() - live;
	took = seconds() - began;
	tally->tried++;
	if (code == MAILCHECK_OK)
		tally->reports++;
	else if (code == MAILCHECK_NO_MEMORY)
		tally->refused++;
	if ((code == MAILCHECK_OK || code == MAILCHECK_NO_MEMORY) && took < SLOW && live == 0)
		return;
	tally->failed++;
	printf("FAILED %s, allocation %lu: %s (%s), %.1f s, %ld blocks are left\n", job->target, n,
		mailcheck_strerror(code), tally->error, took, live);
}

static bool
count_allocations(struct job *job, struct tally *tally)
{
	int32_t code;

	mc_alloc_fail_at(0);
	code = run(job, tally->error);
	tally->allocations = mc_alloc_count();
	if (code != MAILCHECK_OK)
		printf("FAILED %s: %s\n", job->target, mailcheck_strerror(code));
	return code == MAILCHECK_OK;
}

int
main(int argc, char **argv)
{
	struct tally tally = {0};
	unsigned long points, step;
	size_t descriptors;
	struct job job;

	if (argc < 4) {
		fprintf(stderr, "usage: faults POINTS TARGET CHECKS|- [NAME=VALUE...]\n");
		return 2;
	}
	points = strtoul(argv[1], NULL, 10);
	job = (struct job){
		argv[2], strcmp(argv[3], "-") == 0 ? NULL : argv[3], argv + 4, false, NULL};
	job.replay = argc > 4 && strncmp(argv[4], "replay=", 7) == 0;
	if (points == 0 || !count_allocations(&job, &tally))
		return 1;
	descriptors = count_descriptors();
	step = (tally.allocations + points - 1) / points;
	for (unsigned long n = 1; n <= tally.allocations; n += step)
		run_failing(&job, n, &tally);
	if (count_descriptors() != descriptors) {
		printf("FAILED %s: %zu descriptors are left\n", job.target,
			count_descriptors() - descriptors);
		tally.failed++;
	}
	printf("%s: %lu of %lu allocations failed: %lu reports, %lu times NO_MEMORY, %lu wrong\n",
		job.target, tally.tried, tally.allocations, tally.reports, tally.refused,
		tally.failed);
	free(job.expected);
	return tally.failed == 0 ? 0 : 1;
}
