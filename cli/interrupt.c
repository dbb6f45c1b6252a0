/* interrupt: notes that a signal came; whoever waits looks here when it wakes. */
#include "interrupt.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t came;

static void
note(int signal_number)
{
	(void)signal_number;
	came = 1;
}

static void
watch(int signal_number)
{
	struct sigaction old, action = {.sa_handler = note, .sa_flags = (int)SA_RESETHAND};

	sigemptyset(&action.sa_mask);
	if (sigaction(signal_number, NULL, &old) == 0 && old.sa_handler != SIG_IGN)
		sigaction(signal_number, &action, NULL);
}

void
interrupt_watch(void)
{
	watch(SIGINT);
	watch(SIGTERM);
}

bool
interrupt_came(void)
{
	return came != 0;
}
