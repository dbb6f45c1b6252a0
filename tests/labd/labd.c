/*
 * labd: plays DNS, SMTP and HTTPS from scenario files, on loopback, well-behaved or not.
 * Says "ready" once every socket listens; runs until SIGTERM or SIGINT. README.md has the rest.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "ca.h"
#include "endpoint.h"
#include "lab.h"
#include "service.h"

#define EXIT_USAGE 2

static const char usage[] =
	"usage: labd [OPTION]... SCENARIO...\n"
	"Plays the DNS, SMTP and HTTPS servers of the scenario files on loopback.\n"
	"\n"
	"  --ca-out FILE      write the trusted CA certificates (PEM) made at start\n"
	"  --port-file FILE   write NAME=ADDRESS:PORT, a line a listener\n"
	"  --ready-fd N       say \"ready\" on this file descriptor too\n"
	"  --set NAME=VALUE   give a variable of the scenarios another value\n"
	"  --log FILE         write what happens, a line an event (\"-\": standard error)\n"
	"  --with-parent      end when the parent process ends\n"
	"  --help             this\n";

struct arguments {
	const char *ca_out, *port_file, *log;
	int ready_fd; /* -1: none */
	bool with_parent;
};

enum {
	OPTION_CA_OUT = 256,
	OPTION_PORT_FILE,
	OPTION_READY_FD,
	OPTION_SET,
	OPTION_LOG,
	OPTION_WITH_PARENT,
	OPTION_HELP
};

/* clang-format off */
static const struct option long_options[] = {
	{"ca-out", required_argument, NULL, OPTION_CA_OUT},
	{"port-file", required_argument, NULL, OPTION_PORT_FILE},
	{"ready-fd", required_argument, NULL, OPTION_READY_FD},
	{"set", required_argument, NULL, OPTION_SET},
	{"log", required_argument, NULL, OPTION_LOG},
	{"with-parent", no_argument, NULL, OPTION_WITH_PARENT},
	{"help", no_argument, NULL, OPTION_HELP},
	{0},
};
/* clang-format on */

static bool
take_option(int option, struct arguments *arguments, struct scenario *scenario)
{
	unsigned fd;

	switch (option) {
	case OPTION_CA_OUT:
		arguments->ca_out = optarg;
		return true;
	case OPTION_PORT_FILE:
		arguments->port_file = optarg;
		return true;
	case OPTION_READY_FD:
		if (!keyword_number(optarg, 1024, &fd))
			return false;
		arguments->ready_fd = (int)fd;
		return true;
	case OPTION_SET:
		return scenario_set(scenario, optarg);
	case OPTION_LOG:
		arguments->log = optarg;
		return true;
	case OPTION_WITH_PARENT:
		arguments->with_parent = true;
		return true;
	default:
		return false;
	}
}

/* Ends this process when its parent does; at once when it has already. */
static void
follow_parent(void)
{
	pid_t parent = getppid();

	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		(void)raise(SIGTERM);
}

static bool
write_ports(const struct scenario *scenario, const char *path)
{
	FILE *file = fopen(path, "we");
	char text[ENDPOINT_SIZE];

	if (file == NULL)
		return false;
	for (const struct server *server = scenario->servers; server != NULL; server = server->next)
		for (const struct endpoint *e = server->endpoints; e != NULL; e = e->next) {
			endpoint_format(text, e);
			if (!e->left_out)
				fprintf(file, "%s=%s\n", server->name, text);
		}
	return (fclose(file) == 0);
}

static bool
open_log(struct lab *lab, const char *path)
{
	if (path == NULL)
		return true;
	lab->log = strcmp(path, "-") == 0 ? stderr : fopen(path, "we");
	return lab->log != NULL;
}

static void
on_signal(evutil_socket_t signal_number, short what, void *pointer)
{
	(void)signal_number;
	(void)what;
	(void)event_base_loopbreak(pointer);
}

static bool
say_ready(const struct arguments *arguments)
{
	static const char ready[] = "ready\n";

	if (arguments->ready_fd >= 0 &&
		write(arguments->ready_fd, ready, sizeof(ready) - 1) != sizeof(ready) - 1)
		return false;
	return puts("ready") >= 0 && fflush(stdout) == 0;
}

static bool
complain(const char *what)
{
	fprintf(stderr, "labd: %s: %s\n", what, strerror(errno));
	return false;
}

/* Everything listens: says so, and runs until a signal. */
static bool
run(struct lab *lab, const struct arguments *arguments)
{
	struct event *terminate = evsignal_new(lab->base, SIGTERM, on_signal, lab->base);
	struct event *interrupt = evsignal_new(lab->base, SIGINT, on_signal, lab->base);
	bool ok = terminate != NULL && interrupt != NULL && event_add(terminate, NULL) == 0 &&
		  event_add(interrupt, NULL) == 0;

	if (arguments->with_parent)
		follow_parent();
	if (ok && arguments->port_file != NULL && !write_ports(lab->scenario, arguments->port_file))
		ok = complain(arguments->port_file);
	else if (ok && !say_ready(arguments))
		ok = complain("ready");
	ok = ok && event_base_dispatch(lab->base) >= 0;
	if (terminate != NULL)
		event_free(terminate);
	if (interrupt != NULL)
		event_free(interrupt);
	return ok;
}

static bool
serve(struct lab *lab, struct scenario *scenario, const struct arguments *arguments)
{
	struct authority *authorities = NULL;
	struct services *services = NULL;
	bool ok = false;

	if (!ca_make(scenario, &authorities))
		goto done;
	if (arguments->ca_out != NULL && !ca_write(authorities, arguments->ca_out)) {
		(void)complain(arguments->ca_out);
		goto done;
	}
	services = service_start(lab, scenario, authorities);
	ok = services != NULL && run(lab, arguments);
done:
	if (services != NULL)
		service_stop(services);
	ca_free(authorities);
	return ok;
}

static bool
run_lab(struct scenario *scenario, const struct arguments *arguments)
{
	struct lab lab = {.base = event_base_new(), .scenario = scenario};
	bool ok = false;

	LIST_INIT(&lab.streams);
	if (lab.base == NULL)
		return complain("libevent");
	if (!open_log(&lab, arguments->log))
		(void)complain(arguments->log);
	else
		ok = serve(&lab, scenario, arguments);
	if (lab.log != NULL && lab.log != stderr)
		(void)fclose(lab.log);
	(void)event_base_loop(
		lab.base, EVLOOP_NONBLOCK); /* what libevent frees later, it frees now */
	event_base_free(lab.base);
	libevent_global_shutdown();
	return ok;
}

static int
read_scenarios(struct scenario *scenario, char **paths)
{
	for (; *paths != NULL; paths++)
		if (!scenario_read(scenario, *paths))
			return EXIT_USAGE;
	return scenario_finish(scenario) ? EXIT_SUCCESS : EXIT_USAGE;
}

static int
read_arguments(int count, char **list, struct arguments *arguments, struct scenario *scenario)
{
	int option;

	while ((option = getopt_long(count, list, "", long_options, NULL)) >= 0) {
		if (option == OPTION_HELP) {
			fputs(usage, stdout);
			exit(EXIT_SUCCESS);
		}
		if (!take_option(option, arguments, scenario))
			return EXIT_USAGE;
	}
	if (optind < count)
		return EXIT_SUCCESS;
	fputs(usage, stderr);
	return EXIT_USAGE;
}

int
main(int count, char **list)
{
	struct arguments arguments = {.ready_fd = -1};
	struct scenario scenario;
	int status;

	(void)signal(SIGPIPE, SIG_IGN);
	scenario_init(&scenario);
	status = read_arguments(count, list, &arguments, &scenario);
	if (status == EXIT_SUCCESS)
		status = read_scenarios(&scenario, list + optind);
	if (status == EXIT_SUCCESS && !run_lab(&scenario, &arguments))
		status = EXIT_FAILURE;
	if (scenario.source.error[0] != '\0')
		fprintf(stderr, "labd: %s\n", scenario.source.error);
	scenario_free(&scenario);
	return status;
}
