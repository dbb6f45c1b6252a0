/* sigpipe: blocked for a while, and consumed when it came. */
#include "net/sigpipe.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

static bool
is_pending(void)
{
	sigset_t pending;

	sigemptyset(&pending);
	return sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
}

void
mc_sigpipe_hold(struct mc_sigpipe *sigpipe)
{
	sigset_t block;

	sigemptyset(&block);
	sigaddset(&block, SIGPIPE);
	sigpipe->pending = is_pending();
	(void)pthread_sigmask(SIG_BLOCK, &block, &sigpipe->before);
}

void
mc_sigpipe_release(const struct mc_sigpipe *sigpipe)
{
	const struct timespec none = {0};
	int saved = errno;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	if (!sigpipe->pending && is_pending())
		while (sigtimedwait(&set, NULL, &none) == -1 && errno == EINTR)
			;
	(void)pthread_sigmask(SIG_SETMASK, &sigpipe->before, NULL);
	errno = saved;
}
