/* version: of the library in use. */
#ifndef MAILCHECK_VERSION_H
#define MAILCHECK_VERSION_H

#include <mailcheck/export.h>

MAILCHECK_BEGIN

/* "0.1.0"; static. */
MAILCHECK_API const char *mailcheck_version(void);

MAILCHECK_END

#endif
