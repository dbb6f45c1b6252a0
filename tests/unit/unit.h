/* unit: the frame of a unit test program. UNIT_MAIN(name, tests...) lists START_TEST functions. */
#ifndef MC_TESTS_UNIT_H
#define MC_TESTS_UNIT_H

#include <check.h>
#include <stdlib.h>

typedef const TTest *unit_test;

/* How much slower than usual the machine is said to be: TEST_PATIENCE, 1 when it is not set. */
static inline int
unit_patience(void)
{
	const char *text = getenv("TEST_PATIENCE");
	int patience = text == NULL ? 1 : atoi(text);

	return patience < 1 ? 1 : patience;
}

static inline int
unit_run(const char *name, const unit_test *tests, size_t count)
{
	Suite *suite = suite_create(name);
	TCase *tcase = tcase_create(name);
	SRunner *runner;
	int failed;

	for (size_t i = 0; i < count; i++)
		tcase_add_test(tcase, tests[i]);
	tcase_set_timeout(tcase, 120 * unit_patience());
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#define UNIT_MAIN(name, ...)                                                                       \
	int main(void)                                                                             \
	{                                                                                          \
		const unit_test tests[] = {__VA_ARGS__};                                           \
		return unit_run(name, tests, sizeof(tests) / sizeof(tests[0]));                    \
	}

#endif
