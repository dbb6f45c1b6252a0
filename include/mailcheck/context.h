/*
 * context: where targets go in and reports come out. It holds the options, the facts shared
 * between targets, and the network.
 */
#ifndef MAILCHECK_CONTEXT_H
#define MAILCHECK_CONTEXT_H

#include <mailcheck/export.h>
#include <mailcheck/report.h>

MAILCHECK_BEGIN

typedef struct mailcheck mailcheck;

/* A new context with default options; free it with mailcheck_free(). It opens nothing yet.
 * Errors: NO_MEMORY, BAD_ARGUMENT. */
MAILCHECK_API int32_t mailcheck_new(mailcheck **ret_mc);

/* Ends what is in work without a report, closes every connection, completes a record file that has
 * a target in it; without one, what stood at its place stays. NULL is allowed. Reports already
 * taken stay valid. */
MAILCHECK_API void mailcheck_free(mailcheck *mc);

/* The first half of mailcheck_free(), for who wants to know whether the record file is whole: ends
 * what is in work without a report and completes the file, also one without a target. Afterwards
 * the context is good for mailcheck_error() and mailcheck_free() only. Errors: FILE, FORKED,
 * NO_MEMORY. */
MAILCHECK_API int32_t mailcheck_finish(mailcheck *mc);

/* Sets an option (mailcheck/option.h). A list option is appended to; value "" empties it. Targets
 * already submitted keep the options they were submitted with.
 * Errors: BAD_OPTION, BAD_VALUE, FROZEN, FILE, DAMAGED, NO_MEMORY. */
MAILCHECK_API int32_t mailcheck_set(mailcheck *mc, const char *name, const char *value);

/* The text of the last error on this context, on one line, escaped as in a report; "" when there
 * was none. Valid until the next call with this context. NULL is allowed, for a context that could
 * not be made. */
MAILCHECK_API const char *mailcheck_error(const mailcheck *mc);

/* Puts a target to work. `target` is a domain ("example.com", internationalised names in UTF-8
 * are converted by IDNA 2008), a host as "smtp://HOST[:PORT]" (default port 25; an IPv6 address
 * in brackets), "dnsbl://ADDRESS" or "dnsbl://DOMAIN" (what block lists say of it), or "spf:DOMAIN"
 * (mailcheck/spf.h; needs option "ip"). `checks` is a comma-separated list of check names,
 * "records" for those that connect to no mail host, or NULL for all that apply. `tag` comes back
 * with the report. Errors: BAD_TARGET, BAD_CHECK, BAD_OPTION (SPF without "ip"), BUSY (see option
 * "concurrency"), FORKED, SYSTEM, NO_MEMORY. */
MAILCHECK_API int32_t mailcheck_submit(
	mailcheck *mc, const char *target, const char *checks, uint64_t tag);

/* Whether mailcheck_submit() would take this target and these checks, by their text alone: nothing
 * is put to work and no option freezes. Errors: BAD_TARGET, BAD_CHECK, BAD_OPTION, NO_MEMORY. */
MAILCHECK_API int32_t mailcheck_accepts(mailcheck *mc, const char *target, const char *checks);

/* The next report, in order of completion; waits at most timeout_ms (0: not at all, negative:
 * without limit; every target has its own deadline). The caller frees the report. `ret_tag` may be
 * NULL.
 * Errors: AGAIN, IDLE, FORKED, SYSTEM, NO_MEMORY. */
MAILCHECK_API int32_t mailcheck_next(
	mailcheck *mc, int32_t timeout_ms, mailcheck_report **ret_report, uint64_t *ret_tag);

/* Submit and wait for that one report. Errors: as mailcheck_submit() and mailcheck_next();
 * BUSY also when other targets are in work. */
MAILCHECK_API int32_t mailcheck_run(
	mailcheck *mc, const char *target, const char *checks, mailcheck_report **ret_report);

/* Ends every target with that tag without a report. Errors: NOT_FOUND. */
MAILCHECK_API int32_t mailcheck_cancel(mailcheck *mc, uint64_t tag);

/* How far things are: targets in work, facts asked for and facts arrived since the context was
 * made. Any of the three pointers may be NULL. Errors: BAD_ARGUMENT. */
MAILCHECK_API int32_t mailcheck_progress(
	const mailcheck *mc, uint32_t *ret_targets, uint64_t *ret_asked, uint64_t *ret_arrived);

/* After option "replay" was set: the i-th recorded target and its checks, as first submitted
 * (checks NULL for all), to submit again. Errors: NOT_FOUND when there are no more. */
MAILCHECK_API int32_t mailcheck_recorded(
	const mailcheck *mc, uint32_t i, const char **ret_target, const char **ret_checks);

MAILCHECK_END

#endif
