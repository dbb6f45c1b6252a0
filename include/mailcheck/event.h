/*
 * event: a context inside a libevent loop of one's own. Not included by mailcheck.h, since it is
 * the one header that needs another library's name.
 */
#ifndef MAILCHECK_EVENT_H
#define MAILCHECK_EVENT_H

#include <mailcheck/context.h>

struct event_base;

MAILCHECK_BEGIN

/* A context that lives on the caller's loop and never runs it except inside mailcheck_next() with
 * a timeout other than 0. The base must outlive the context. A program that runs the loop itself
 * has to ignore SIGPIPE: libunbound writes to connections that may be gone. Errors: as
 * mailcheck_new(). */
MAILCHECK_API int32_t mailcheck_new_on_base(struct event_base *base, mailcheck **ret_mc);

/* `notify` is called from the loop whenever a report can be taken with mailcheck_next(mc, 0, ...).
 * It may submit and take reports, but not free the context. NULL: none. */
MAILCHECK_API void mailcheck_on_report(
	mailcheck *mc, void (*notify)(mailcheck *mc, void *argument), void *argument);

MAILCHECK_END

#endif
