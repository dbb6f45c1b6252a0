/*
 * finding: the registry of findings: what can be said, what it means, how to fix it. An id is
 * permanent and never reused; the severity is where a finding starts from, and a report may hold
 * another (a certificate matters more where TLS is enforced).
 */
#ifndef MAILCHECK_FINDING_H
#define MAILCHECK_FINDING_H

#include <mailcheck/export.h>

MAILCHECK_BEGIN

typedef struct mailcheck_finding_info mailcheck_finding_info;

enum mailcheck_severity {
	MAILCHECK_INFO = 0,
	MAILCHECK_NOTICE = 1,
	MAILCHECK_WARNING = 2,
	MAILCHECK_ERROR = 3,
};

/* "info", "notice", "warning", "error"; static. */
MAILCHECK_API const char *mailcheck_severity_text(int32_t severity);

/* The i-th row, static; NULL behind the last. */
MAILCHECK_API const mailcheck_finding_info *mailcheck_finding_at(uint32_t i);
/* The row with that id, static; NULL when there is none. */
MAILCHECK_API const mailcheck_finding_info *mailcheck_finding_find(const char *id);

/* Each static, never NULL; `info` is a row of the above, not NULL. */
MAILCHECK_API const char *mailcheck_finding_info_id(const mailcheck_finding_info *info);
MAILCHECK_API int32_t mailcheck_finding_info_severity(const mailcheck_finding_info *info);
MAILCHECK_API const char *mailcheck_finding_info_title(const mailcheck_finding_info *info);
/* Why it matters. {subject}, {domain}, {host}, {address} stand for what a report fills in. */
MAILCHECK_API const char *mailcheck_finding_info_why(const mailcheck_finding_info *info);
/* What to change; "" when there is nothing to do. */
MAILCHECK_API const char *mailcheck_finding_info_fix(const mailcheck_finding_info *info);
/* The standard that says so, with its section: "RFC 5321, 5.1"; "" when none does. */
MAILCHECK_API const char *mailcheck_finding_info_reference(const mailcheck_finding_info *info);
/* The version that first had it. */
MAILCHECK_API const char *mailcheck_finding_info_since(const mailcheck_finding_info *info);

MAILCHECK_END

#endif
