/*
 * spf: SPF (RFC 7208): whether a client may send for a domain, and a record taken apart.
 *
 *	mailcheck_spf_check(mc, "example.com", "192.0.2.1", "someone@example.com", NULL, &report);
 *	puts(mailcheck_spf_result_text(mailcheck_spf_result(report)));
 *	mailcheck_report_free(report);
 *
 * Many at once: mailcheck_set() the options "ip", "sender" and "client-helo", mailcheck_submit()
 * the target "spf:example.com", and take the reports from mailcheck_next().
 */
#ifndef MAILCHECK_SPF_H
#define MAILCHECK_SPF_H

#include <mailcheck/context.h>
#include <mailcheck/export.h>
#include <mailcheck/report.h>
#include <stddef.h>

MAILCHECK_BEGIN

/* RFC 7208, 2.6. */
enum mailcheck_spf_result {
	MAILCHECK_SPF_NONE = 0,
	MAILCHECK_SPF_NEUTRAL = 1,
	MAILCHECK_SPF_PASS = 2,
	MAILCHECK_SPF_FAIL = 3,
	MAILCHECK_SPF_SOFTFAIL = 4,
	MAILCHECK_SPF_TEMPERROR = 5,
	MAILCHECK_SPF_PERMERROR = 6,
};

/* check_host() of RFC 7208, 4, for a client of the address `ip`: waits for the report, which the
 * caller frees. `domain` may be malformed (the result is none). `sender` is the envelope sender;
 * "" is the null one (`domain` is then the HELO name), NULL postmaster at the domain. `helo` is
 * the name of the client's EHLO; NULL the domain.
 * Errors: BAD_VALUE (`ip`), BUSY, and those of mailcheck_run(). */
MAILCHECK_API int32_t mailcheck_spf_check(mailcheck *mc, const char *domain, const char *ip,
	const char *sender, const char *helo, mailcheck_report **ret_report);

/* Of a report of the target "spf:..."; every other report gives -1, or NULL.
 * mailcheck_report_json() of it has the schema "mailcheck-spf/1", with the trace of every term. */
MAILCHECK_API int32_t mailcheck_spf_result(const mailcheck_report *report);
/* "pass", ...; static; "" when there is no such result. */
MAILCHECK_API const char *mailcheck_spf_result_text(int32_t result);
/* The domain's own text for the client (6.2), escaped; NULL when there is none. */
MAILCHECK_API const char *mailcheck_spf_explanation(const mailcheck_report *report);
/* Terms that caused DNS lookups, and those of them that had no answer (4.6.4). */
MAILCHECK_API int32_t mailcheck_spf_lookups(const mailcheck_report *report);
MAILCHECK_API int32_t mailcheck_spf_void_lookups(const mailcheck_report *report);

/* --- a record taken apart; pure, needs no context --- */

typedef struct mailcheck_spf mailcheck_spf;

/* The terms of an SPF record of `length` octets (4.6.1), freed with mailcheck_spf_free(). A record
 * in error is taken apart too. Errors: BAD_ARGUMENT (it does not begin as an SPF record: RFC 7208,
 * 4.5), NO_MEMORY. */
MAILCHECK_API int32_t mailcheck_spf_parse(const void *text, size_t length, mailcheck_spf **ret_spf);
/* NULL is allowed. */
MAILCHECK_API void mailcheck_spf_free(mailcheck_spf *spf);
MAILCHECK_API uint32_t mailcheck_spf_terms(const mailcheck_spf *spf);
/* The i-th term as written, escaped; NULL when i is out of range. */
MAILCHECK_API const char *mailcheck_spf_term(const mailcheck_spf *spf, uint32_t i);
/* Where it begins in the text, in octets from 0; -1 when i is out of range. */
MAILCHECK_API int32_t mailcheck_spf_term_position(const mailcheck_spf *spf, uint32_t i);
/* What is wrong with it: a static clause, and where in the text; NULL and -1 when it is right. */
MAILCHECK_API const char *mailcheck_spf_term_problem(const mailcheck_spf *spf, uint32_t i);
MAILCHECK_API int32_t mailcheck_spf_term_problem_position(const mailcheck_spf *spf, uint32_t i);

MAILCHECK_END

#endif
