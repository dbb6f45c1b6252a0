/* error: what the functions of this library return. */
#ifndef MAILCHECK_ERROR_H
#define MAILCHECK_ERROR_H

#include <mailcheck/export.h>

MAILCHECK_BEGIN

enum mailcheck_code {
	MAILCHECK_OK = 0,
	MAILCHECK_NO_MEMORY = -1,
	MAILCHECK_BAD_ARGUMENT = -2, /* a NULL where none may be, a number out of range */
	MAILCHECK_BAD_TARGET = -3,   /* not a domain, host or URL that can be checked */
	MAILCHECK_BAD_OPTION = -4,   /* no option of that name */
	MAILCHECK_BAD_VALUE = -5,    /* the option does not take that value */
	MAILCHECK_BAD_CHECK = -6,    /* no check of that name, or not for that kind of target */
	MAILCHECK_FROZEN = -7,       /* the option cannot change after the first submit */
	MAILCHECK_BUSY = -8,         /* as many targets as allowed are in work: take a report */
	MAILCHECK_AGAIN = -9,        /* nothing is ready within the time given */
	MAILCHECK_IDLE = -10,        /* nothing is in work, so nothing will be ready */
	MAILCHECK_NOT_FOUND = -11,   /* no target with that tag, no finding with that id */
	MAILCHECK_FILE = -12,        /* a file cannot be opened, read or written */
	MAILCHECK_DAMAGED = -13,     /* a file is not what it should be: cut, or not of this kind */
	MAILCHECK_FORKED = -14,      /* the context belongs to the parent process */
	MAILCHECK_SYSTEM = -15,      /* the operating system or a library refused; see the text */
};

/* What a code means, in English; static. Never NULL. */
MAILCHECK_API const char *mailcheck_strerror(int32_t code);

MAILCHECK_END

#endif
