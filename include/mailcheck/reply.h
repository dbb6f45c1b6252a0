/*
 * reply: what an SMTP reply or a bounce says: why mail was refused, whose fault it is, what now.
 * Pure: needs no context and no network. A reader is used by one thread at a time; there may be
 * any number of them.
 *
 *	mailcheck_reply *reply = NULL;
 *
 *	if (mailcheck_reply_new(NULL, &reply) == MAILCHECK_OK &&
 *	    mailcheck_reply_read(reply, text, strlen(text)) == MAILCHECK_OK)
 *		puts(mailcheck_reply_class(reply));
 *	mailcheck_reply_free(reply);
 */
#ifndef MAILCHECK_REPLY_H
#define MAILCHECK_REPLY_H

#include <mailcheck/context.h>
#include <mailcheck/export.h>
#include <stddef.h>

MAILCHECK_BEGIN

typedef struct mailcheck_reply mailcheck_reply;
typedef struct mailcheck_reply_rules mailcheck_reply_rules;

/* Octets of a reply that are read; what is beyond counts for nothing. */
#define MAILCHECK_REPLY_LIMIT 65536
/* Most octets of a file of rules. */
#define MAILCHECK_REPLY_RULES_LIMIT 1048576

/* --- rules --- */

/* Compiles `length` octets of rules of one's own, read after the built-in ones; the installed
 * reply-rules.txt says how they are written. `name` is what a problem begins with (a file's name).
 * The rules must outlive every reader of them; they may be shared by threads. Errors:
 * BAD_ARGUMENT (longer than MAILCHECK_REPLY_RULES_LIMIT), BAD_VALUE (then `problem`, if not NULL,
 * has "NAME:LINE: reason" in at most `size` octets with NUL), NO_MEMORY. */
MAILCHECK_API int32_t mailcheck_reply_rules_new(const char *name, const void *text, size_t length,
	mailcheck_reply_rules **ret_rules, char *problem, size_t size);
/* NULL is allowed. */
MAILCHECK_API void mailcheck_reply_rules_free(mailcheck_reply_rules *rules);

/* --- reading --- */

/* A reader by `rules`, or by the built-in ones alone (NULL). Errors: NO_MEMORY. */
MAILCHECK_API int32_t mailcheck_reply_new(
	const mailcheck_reply_rules *rules, mailcheck_reply **ret_reply);
/* NULL is allowed. */
MAILCHECK_API void mailcheck_reply_free(mailcheck_reply *reply);

/* Reads one reply, of one or several lines: bare, or as it stands in a bounce, a log or a DSN's
 * Diagnostic-Code field. Any octets will do; the text is copied. What the functions below give is
 * about the last one read. Errors: NO_MEMORY. */
MAILCHECK_API int32_t mailcheck_reply_read(mailcheck_reply *reply, const void *text, size_t length);

/* --- the verdict; static strings --- */

/* One of the classes: "mailbox-unknown", ..., "unknown" where nothing decides. What it means and
 * what to do is mailcheck_finding_find("reply.CLASS"). */
MAILCHECK_API const char *mailcheck_reply_class(const mailcheck_reply *reply);
/* The i-th class; NULL behind the last. */
MAILCHECK_API const char *mailcheck_reply_class_at(uint32_t i);
/* Whose: "recipient", "sender", "receiver", "network", "unknown". */
MAILCHECK_API const char *mailcheck_reply_fault(const mailcheck_reply *reply);
/* "permanent", "temporary", "unknown". */
MAILCHECK_API const char *mailcheck_reply_persistence(const mailcheck_reply *reply);
/* What to do, in a word: "retry", "request-delisting", "correct-address", ... */
MAILCHECK_API const char *mailcheck_reply_action(const mailcheck_reply *reply);
/* How sure: 0 to 99. */
MAILCHECK_API int32_t mailcheck_reply_confidence(const mailcheck_reply *reply);
/* When to try again, in seconds: what the text says, else what suits the class; -1: trying again
 * as it is does not help. */
MAILCHECK_API int64_t mailcheck_reply_retry_after(mailcheck_reply *reply);

/* --- what it rests on --- */

/* The reply code that decides (RFC 5321, 4.2); 0: there is none. */
MAILCHECK_API int32_t mailcheck_reply_code(const mailcheck_reply *reply);
/* The enhanced status code (RFC 3463), as "5.1.1"; NULL: there is none. Valid until the next
 * reading. */
MAILCHECK_API const char *mailcheck_reply_enhanced(const mailcheck_reply *reply);
/* The rule that decided, as "CLASS.NAME"; "" where none did. As long as the rules. */
MAILCHECK_API const char *mailcheck_reply_rule(const mailcheck_reply *reply);
/* What of the text it decided by, in octets from its beginning; both 0 where no rule did. (In JSON
 * "span" counts characters of the "reply" beside it.) */
MAILCHECK_API size_t mailcheck_reply_span_start(const mailcheck_reply *reply);
MAILCHECK_API size_t mailcheck_reply_span_end(const mailcheck_reply *reply);

/* --- what it names --- */

/* What the text names: "list" (a block list), "ip", "domain", "address" (a mailbox), "url",
 * "limit", "inner" (the other server's reply that decided). Escaped; NULL: it names none. Valid
 * until the next reading. */
MAILCHECK_API const char *mailcheck_reply_entity(mailcheck_reply *reply, const char *name);
/* The i-th name of the above; static. NULL behind the last. */
MAILCHECK_API const char *mailcheck_reply_entity_at(uint32_t i);

/* --- the list it names --- */

/* Asks the block list that the reply names about the address (or domain) it names, by the options
 * of `mc`, whose option "list" is taken away. What came of it is in JSON and text until the next
 * reading: "agreement" (it is listed), "contradiction" (it is not), "misconfiguration" (of the
 * receiver: the list is dead or broken, or its refusal was taken for a listing), "undetermined".
 * Errors: NOT_FOUND (the reply names no list), those of mailcheck_run(). */
MAILCHECK_API int32_t mailcheck_reply_check(mailcheck_reply *reply, mailcheck *mc);

/* --- rendering --- */

/* One line of JSON without line end, and a text for people; flags of enum mailcheck_text_flags.
 * NULL when out of memory. Valid until the next call with this reader. */
MAILCHECK_API const char *mailcheck_reply_json(mailcheck_reply *reply);
MAILCHECK_API const char *mailcheck_reply_text(mailcheck_reply *reply, uint32_t flags);

MAILCHECK_END

#endif
