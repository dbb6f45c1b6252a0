/*
 * libmailcheck: does mail to and from this domain or host flow, and if not, why, whose fault is
 * it, and what exactly has to change?
 *
 * One target, blocking:
 *
 *	mailcheck *mc = NULL;
 *	mailcheck_report *report = NULL;
 *
 *	if (mailcheck_new(&mc) == MAILCHECK_OK &&
 *	    mailcheck_set(mc, "deadline", "30") == MAILCHECK_OK &&
 *	    mailcheck_run(mc, "example.com", NULL, &report) == MAILCHECK_OK)
 *		puts(mailcheck_report_json(report));
 *	else
 *		fprintf(stderr, "%s\n", mailcheck_error(mc));
 *	mailcheck_report_free(report);
 *	mailcheck_free(mc);
 *
 * Many targets, concurrently, in one thread:
 *
 *	while (more targets or reports outstanding) {
 *		while (more targets && mailcheck_submit(mc, target, NULL, tag) == MAILCHECK_OK)
 *			next target;                          (MAILCHECK_BUSY: take reports first)
 *		if (mailcheck_next(mc, 1000, &report, &tag) == MAILCHECK_OK)
 *			use it, mailcheck_report_free(report);
 *	}
 *
 * Inside a libevent loop of one's own: mailcheck/event.h.
 *
 * Rules that hold everywhere:
 * - Strings are UTF-8 and NUL-terminated; one returned belongs to the object it came from.
 * - Every function that names errors gives MAILCHECK_OK (0) or one of them, negative; on failure
 *   out-parameters are untouched, and mailcheck_error() has the text where a context is at hand,
 *   mailcheck_strerror() a general one. A NULL where none may be is BAD_ARGUMENT.
 * - A context is used by one thread at a time. After fork() the child may only call _free.
 * - The library never prints, exits, or installs signal handlers.
 */
#ifndef MAILCHECK_H
#define MAILCHECK_H

#include <mailcheck/bounce.h>
#include <mailcheck/context.h>
#include <mailcheck/error.h>
#include <mailcheck/escape.h>
#include <mailcheck/finding.h>
#include <mailcheck/option.h>
#include <mailcheck/record.h>
#include <mailcheck/reply.h>
#include <mailcheck/report.h>
#include <mailcheck/spf.h>
#include <mailcheck/version.h>

#endif
