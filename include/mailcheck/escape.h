/*
 * escape: text that nobody may trust, made fit for a terminal and for JSON. Every report is
 * rendered this way; a program that shows input of its own beside a report can do the same.
 */
#ifndef MAILCHECK_ESCAPE_H
#define MAILCHECK_ESCAPE_H

#include <mailcheck/export.h>
#include <stddef.h>

MAILCHECK_BEGIN

/* Printable ASCII but the backslash and well-formed, visible UTF-8 stay as they are; every other
 * octet (control characters of C0 and C1, bidirectional and zero-width ones, the backslash) becomes
 * \xNN. Writes at most `size` octets with the NUL at the end, cutting the rest; gives the length
 * of the whole without the NUL, as snprintf() does. `buffer` may be NULL when `size` is 0. */
MAILCHECK_API size_t mailcheck_escape(const void *octets, size_t length, char *buffer, size_t size);

MAILCHECK_END

#endif
