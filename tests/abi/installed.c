/* A program outside the tree: compiled and run against an installed copy, through pkg-config. */
#include <mailcheck.h>
#include <stdio.h>
#include <string.h>

int
main(void)
{
	mailcheck *mc = NULL;

	if (mailcheck_new(&mc) != MAILCHECK_OK)
		return 1;
	mailcheck_free(mc);
	puts(mailcheck_version());
	return strcmp(mailcheck_version(), EXPECTED_VERSION) != 0;
}
