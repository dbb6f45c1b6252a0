/*
 * runner: plays scenario files through the whole library but its network room, and each a second
 * time from the record file of the first, which must give the same report byte for byte.
 */
#include <mailcheck.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "context/work.h"
#include "scenario.h"

static bool
set_options(struct scenario *scenario, mailcheck *mc)
{
	for (const struct line *line = scenario->options; line != NULL; line = line->next) {
		const char *rest = line->text, *name = scenario_word(&scenario->arena, &rest);
		rest += strspn(rest, " ");
		if (mailcheck_set(mc, name, rest) != MAILCHECK_OK)
			return scenario_complain(scenario, line->number, "%s", mailcheck_error(mc));
	}
	return true;
}

static bool
run(struct scenario *scenario, mailcheck *mc, mailcheck_report **ret_report)
{
	int32_t code = mailcheck_run(mc, scenario->target, scenario->checks, ret_report);

	return code == MAILCHECK_OK || scenario_complain(scenario, 0, "%s", mailcheck_error(mc));
}

/* The network's place is taken by the scenario. */
static bool
play(struct scenario *scenario, const char *record, mailcheck_report **ret_report)
{
	struct mc_provider *provider = scenario_provider(scenario);
	mailcheck *mc = NULL;
	bool good = false;

	if (provider == NULL || mailcheck_new(&mc) != MAILCHECK_OK)
		goto done;
	mc->provider = provider;
	mc->store = mc_store_new(provider);
	good = set_options(scenario, mc) &&
	       (mailcheck_set(mc, "record", record) == MAILCHECK_OK ||
		       scenario_complain(scenario, 0, "%s", mailcheck_error(mc))) &&
	       run(scenario, mc, ret_report);
	if (good && scenario_provider_problem(provider) != NULL) {
		fprintf(stderr, "%s\n", scenario_provider_problem(provider));
		good = false;
	}
done:
	mailcheck_free(mc);
	return good;
}

static bool
replay(struct scenario *scenario, const char *record, const char *expected)
{
	mailcheck_report *report = NULL;
	mailcheck *mc = NULL;
	bool good = false;

	if (mailcheck_new(&mc) != MAILCHECK_OK)
		return false;
	if (mailcheck_set(mc, "replay", record) != MAILCHECK_OK)
		scenario_complain(scenario, 0, "replay: %s", mailcheck_error(mc));
	else if (run(scenario, mc, &report)) {
		good = strcmp(mailcheck_report_json(report), expected) == 0;
		if (!good)
			scenario_complain(scenario, 0, "the replay differs:\n%s\n%s", expected,
				mailcheck_report_json(report));
	}
	mailcheck_report_free(report);
	mailcheck_free(mc);
	return good;
}

static bool
run_file(const char *path, const char *record, bool show)
{
	struct scenario scenario;
	mailcheck_report *report = NULL;
	bool good = false;

	if (scenario_read(&scenario, path) && play(&scenario, record, &report)) {
		good = scenario_judge(&scenario, mailcheck_report_json(report)) == 0;
		good = replay(&scenario, record, mailcheck_report_json(report)) && good;
		if (show)
			fputs(mailcheck_report_text(report, MAILCHECK_TEXT_VERBOSE), stdout);
	}
	mailcheck_report_free(report);
	scenario_free(&scenario);
	if (!good)
		printf("FAILED %s\n", path);
	return good;
}

int
main(int argc, char **argv)
{
	bool show = argc > 1 && strcmp(argv[1], "--show") == 0;
	char record[] = "/tmp/mailcheck-scenario-XXXXXX";
	int passed = 0, failed = 0, handle = mkstemp(record);

	if (handle < 0) {
		perror(record);
		return EXIT_FAILURE;
	}
	close(handle);
	for (int i = show ? 2 : 1; i < argc; i++)
		*(run_file(argv[i], record, show) ? &passed : &failed) += 1;
	unlink(record);
	printf("%d passed, %d failed\n", passed, failed);
	return failed == 0 && passed > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
