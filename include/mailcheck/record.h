/*
 * record: a record judged by its text, before it is published. Pure: needs no context and no
 * network, and may be called from any thread.
 */
#ifndef MAILCHECK_RECORD_H
#define MAILCHECK_RECORD_H

#include <mailcheck/export.h>
#include <stddef.h>

MAILCHECK_BEGIN

typedef struct mailcheck_record mailcheck_record;

/* Most octets of a text; of a TXT record MAILCHECK_RECORD_TXT_LIMIT. A policy of MTA-STS is not
 * valid beyond 64 KiB (RFC 8461, 3.3), which is a finding and no error. */
#define MAILCHECK_RECORD_LIMIT 1048576
#define MAILCHECK_RECORD_TXT_LIMIT 65536

/* The i-th type that can be judged: "dkim", "dmarc", "mta-sts", ...; static. NULL behind the last.
 */
MAILCHECK_API const char *mailcheck_record_type_at(uint32_t i);

/* Judges `length` octets as a record of `type`. A TXT record may be given as its bare text or as
 * the quoted character-strings of a zone file; one line end behind it does not count (a policy of
 * MTA-STS is taken as it is). What is wrong with it is in the result, which is to be freed with
 * mailcheck_record_free(). Errors: NOT_FOUND (no such type), BAD_ARGUMENT (too
 * long), NO_MEMORY. */
MAILCHECK_API int32_t mailcheck_record_check(
	const char *type, const void *text, size_t length, mailcheck_record **ret_record);

/* NULL is allowed. */
MAILCHECK_API void mailcheck_record_free(mailcheck_record *record);

/* 1 when a conforming receiver uses the record, as the RFC of its type says, else 0. */
MAILCHECK_API int32_t mailcheck_record_valid(const mailcheck_record *record);

/* How many findings there are, worst first, and of the i-th its id, enum mailcheck_severity and
 * what to change; what it is called is mailcheck_finding_find() of the id. NULL (or -1) when i is
 * out of range. */
MAILCHECK_API uint32_t mailcheck_record_findings(const mailcheck_record *record);
MAILCHECK_API const char *mailcheck_record_finding_id(const mailcheck_record *record, uint32_t i);
MAILCHECK_API int32_t mailcheck_record_finding_severity(const mailcheck_record *record, uint32_t i);
MAILCHECK_API const char *mailcheck_record_finding_fix(const mailcheck_record *record, uint32_t i);

/* A record to publish instead of one that is not valid, made of what could be read of it and valid
 * itself: printable ASCII, of a policy of MTA-STS its lines ended by LF. NULL when the record is
 * valid, or when what is meant cannot be told. */
MAILCHECK_API const char *mailcheck_record_corrected(const mailcheck_record *record);

/* One line of JSON (schema "mailcheck-record/1") without line end; what was read is under
 * "values", mailcheck_record_corrected() is under "corrected". NULL when out of memory. */
MAILCHECK_API const char *mailcheck_record_json(mailcheck_record *record);

/* For people, lines ended by LF; flags of enum mailcheck_text_flags. NULL when out of memory.
 * Valid until the next call with this record. */
MAILCHECK_API const char *mailcheck_record_text(mailcheck_record *record, uint32_t flags);

MAILCHECK_END

#endif
