/* SIGPIPE: what comes while it is held never reaches the program; what was there before does. */
#include "net/sigpipe.h"

#include <fcntl.h>
#include <unistd.h>

#include "unit.h"

static void
provoke(void)
{
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	close(ends[0]);
	ck_assert_int_eq((int)write(ends[1], "x", 1), -1);
	close(ends[1]);
}

static bool
blocked(void)
{
	sigset_t mask;

	ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, NULL, &mask), 0);
	return sigismember(&mask, SIGPIPE) == 1;
}

static bool
pending(void)
{
	sigset_t mask;

	ck_assert_int_eq(sigpending(&mask), 0);
	return sigismember(&mask, SIGPIPE) == 1;
}

START_TEST(held)
{
	struct mc_sigpipe outer, inner;

	mc_sigpipe_hold(&outer);
	ck_assert(blocked());
	mc_sigpipe_hold(&inner);
	provoke();
	mc_sigpipe_release(&inner);
	ck_assert_msg(!pending(), "it is still pending");
	ck_assert_msg(blocked(), "the inner one unblocked the outer one's");
	provoke();
	mc_sigpipe_release(&outer);
	ck_assert(!pending());
	ck_assert(!blocked());
}
END_TEST

START_TEST(not_ours)
{
	struct mc_sigpipe sigpipe;
	const struct timespec none = {0};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	ck_assert_int_eq(pthread_sigmask(SIG_BLOCK, &set, NULL), 0);
	provoke();
	mc_sigpipe_hold(&sigpipe);
	provoke();
	mc_sigpipe_release(&sigpipe);
	ck_assert_msg(pending(), "the program's own signal was taken away");
	ck_assert_int_eq(sigtimedwait(&set, NULL, &none), SIGPIPE);
	ck_assert_int_eq(pthread_sigmask(SIG_UNBLOCK, &set, NULL), 0);
}
END_TEST

UNIT_MAIN("net_sigpipe", held, not_ours)
