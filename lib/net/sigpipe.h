/*
 * sigpipe: no SIGPIPE of ours reaches the program. Writes of our own carry MSG_NOSIGNAL; those
 * of libunbound do not.
 */
#ifndef MC_NET_SIGPIPE_H
#define MC_NET_SIGPIPE_H

#include <signal.h>
#include <stdbool.h>

struct mc_sigpipe {
	sigset_t before;
	bool pending; /* it was before, and is none of our business */
};

/* Blocks the signal in this thread. */
void mc_sigpipe_hold(struct mc_sigpipe *sigpipe);
/* Consumes one that came meanwhile, and unblocks. */
void mc_sigpipe_release(const struct mc_sigpipe *sigpipe);

#endif
