/* interrupt: a signal ends the command at once, or is noted for whoever waits to look here when it
 * wakes. */
#include "interrupt.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "status.h"

static volatile sig_atomic_t came;

/* What is whole of the output was flushed. */
static void
end(int signal_number)
{
	static const char text[] = "mailcheck: interrupted\n";

	(void)signal_number;
	(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
	_exit(STATUS_INTERRUPTED);
}

static void
note(int signal_number)
{
	if (came != 0)
		end(signal_number);
	came = 1;
}

static void
handle(int signal_number, void (*handler)(int))
{
	struct sigaction old, action = {.sa_handler = handler};

	sigemptyset(&action.sa_mask);
	if (sigaction(signal_number, NULL, &old) == 0 && old.sa_handler != SIG_IGN)
		sigaction(signal_number, &action, NULL);
}

void
interrupt_ends(void)
{
	handle(SIGINT, end);
	handle(SIGTERM, end);
}

void
interrupt_watch(void)
{
	handle(SIGINT, note);
	handle(SIGTERM, note);
}

bool
interrupt_came(void)
{
	return came != 0;
}
