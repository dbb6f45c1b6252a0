/* error: codes in words, and the version. */
#include <mailcheck/error.h>
#include <mailcheck/version.h>
#include <stddef.h>

static const char *const texts[] = {
	[-MAILCHECK_OK] = "success",
	[-MAILCHECK_NO_MEMORY] = "out of memory",
	[-MAILCHECK_BAD_ARGUMENT] = "an argument is missing or out of range",
	[-MAILCHECK_BAD_TARGET] = "not a domain, host or URL that can be checked",
	[-MAILCHECK_BAD_OPTION] = "no such option",
	[-MAILCHECK_BAD_VALUE] = "the option does not take that value",
	[-MAILCHECK_BAD_CHECK] = "no such check, or not for that kind of target",
	[-MAILCHECK_FROZEN] = "the option cannot change after the first submit",
	[-MAILCHECK_BUSY] = "as many targets as allowed are in work",
	[-MAILCHECK_AGAIN] = "nothing is ready yet",
	[-MAILCHECK_IDLE] = "nothing is in work",
	[-MAILCHECK_NOT_FOUND] = "not found",
	[-MAILCHECK_FILE] = "a file cannot be opened, read or written",
	[-MAILCHECK_DAMAGED] = "a file is cut, damaged or of another kind",
	[-MAILCHECK_FORKED] = "the context belongs to the parent process",
	[-MAILCHECK_SYSTEM] = "the operating system or a library refused",
};

const char *
mailcheck_strerror(int32_t code)
{
	int32_t count = (int32_t)(sizeof(texts) / sizeof(texts[0]));

	if (code > 0 || code <= -count)
		return "unknown error code";
	return texts[-code];
}

const char *
mailcheck_version(void)
{
	return MAILCHECK_VERSION;
}
