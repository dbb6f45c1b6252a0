/* progress: one line on standard error that tells how far things are; only on a terminal. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <mailcheck.h>
#include <stdbool.h>

struct progress {
	bool wanted;
	bool shown;
	int64_t due; /* ms, monotonic: when to show it next */
};

void progress_begin(struct progress *progress, bool quiet);
/* `label` is what is in work, escaped; `total` is 0 when it is not known. */
void progress_show(struct progress *progress, const mailcheck *mc, const char *label,
	size_t finished, size_t total);
/* Takes the line away; to be called before anything else is written. */
void progress_erase(struct progress *progress);

#endif
