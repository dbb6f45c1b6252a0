/* progress: one line on a terminal's standard error, rewritten in place. */
#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define SHOW_AFTER 300 /* ms: what is done sooner needs no progress */
#define SHOW_EVERY 100
#define LINE_LIMIT 160

static int64_t
now(void)
{
	struct timespec time = {0};

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static size_t
columns(void)
{
	struct winsize size = {0};

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 2)
		return 79;
	return size.ws_col < LINE_LIMIT ? (size_t)size.ws_col - 1 : LINE_LIMIT - 1;
}

void
progress_begin(struct progress *progress, bool quiet)
{
	const char *term = getenv("TERM");

	*progress = (struct progress){.due = now() + SHOW_AFTER};
	progress->wanted =
		!quiet && term != NULL && strcmp(term, "dumb") != 0 && isatty(STDERR_FILENO) == 1;
}

/* Only ASCII is left, so that octets are columns. */
static void
fit(char *line, size_t width)
{
	size_t length = strlen(line);

	for (size_t i = 0; i < length; i++)
		if (line[i] < ' ' || line[i] > '~')
			line[i] = '?';
	if (length > width)
		line[width] = '\0';
}

void
progress_show(struct progress *progress, const mailcheck *mc, const char *label, size_t finished,
	size_t total)
{
	char line[LINE_LIMIT], share[64] = "";
	uint64_t asked = 0, arrived = 0;

	if (!progress->wanted || now() < progress->due)
		return;
	progress->due = now() + SHOW_EVERY;
	mailcheck_progress(mc, NULL, &asked, &arrived);
	if (total > 1)
		snprintf(share, sizeof(share), "%zu of %zu done, ", finished, total);
	else if (total == 0)
		snprintf(share, sizeof(share), "%zu done, ", finished);
	snprintf(line, sizeof(line), "%s%" PRIu64 " of %" PRIu64 " answers, waiting for %s", share,
		arrived, asked, label);
	fit(line, columns());
	fprintf(stderr, "\r%s\033[K", line);
	fflush(stderr);
	progress->shown = true;
}

void
progress_erase(struct progress *progress)
{
	if (!progress->shown)
		return;
	fputs("\r\033[K", stderr);
	fflush(stderr);
	progress->shown = false;
}
