/*
 * spawn: how long a whole process takes, from its start to its end.
 *   spawn COUNT [-p AT-ONCE] COMMAND ARGUMENT...     output goes nowhere
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "meter.h"

extern char **environ;

static int
start(posix_spawn_file_actions_t *actions, char **command)
{
	pid_t child;

	return posix_spawnp(&child, command[0], actions, NULL, command, environ);
}

static size_t
run(size_t count, size_t at_once, posix_spawn_file_actions_t *actions, char **command)
{
	size_t begun = 0, ended = 0, failed = 0;
	int status;

	while (ended < count) {
		while (begun < count && begun - ended < at_once)
			if (start(actions, command) == 0)
				begun++;
			else
				return count;
		if (wait(&status) == -1)
			return count;
		ended++;
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
			failed++;
	}
	return failed;
}

int
main(int argc, char **argv)
{
	posix_spawn_file_actions_t actions;
	size_t count, failed, at_once = 1;
	char **command = argv + 2;
	struct meter meter;

	if (argc > 4 && strcmp(argv[2], "-p") == 0) {
		at_once = meter_number(argv[3]);
		command = argv + 4;
	}
	if (argc < 3) {
		(void)fprintf(stderr, "usage: spawn COUNT [-p AT-ONCE] COMMAND ARGUMENT...\n");
		return 2;
	}
	count = meter_number(argv[1]);
	if (posix_spawn_file_actions_init(&actions) != 0 ||
		posix_spawn_file_actions_addopen(
			&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0) != 0 ||
		posix_spawn_file_actions_addopen(
			&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0) != 0)
		return 1;
	meter_start(&meter);
	failed = run(count, at_once, &actions, command);
	meter_print(&meter, count, failed);
	(void)posix_spawn_file_actions_destroy(&actions);
	return failed == 0 ? 0 : 1;
}
