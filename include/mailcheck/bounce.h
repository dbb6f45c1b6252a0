/*
 * bounce: a message about mail that was not delivered, read for what it says of each recipient:
 * a delivery status notification (RFC 3464, 6533) or free text. Pure: needs no context and no
 * network. Strings are as the message has them, not escaped, and belong to the bounce.
 */
#ifndef MAILCHECK_BOUNCE_H
#define MAILCHECK_BOUNCE_H

#include <mailcheck/export.h>
#include <mailcheck/reply.h>
#include <stddef.h>

MAILCHECK_BEGIN

typedef struct mailcheck_bounce mailcheck_bounce;

/* Most octets of a message. */
#define MAILCHECK_BOUNCE_LIMIT 33554432

/* Reads `length` octets of a message with its header, or of its text alone; they are not needed
 * afterwards. Any octets will do. Errors: BAD_ARGUMENT (longer than MAILCHECK_BOUNCE_LIMIT),
 * NO_MEMORY. */
MAILCHECK_API int32_t mailcheck_bounce_new(
	const void *octets, size_t length, mailcheck_bounce **ret_bounce);
/* NULL is allowed. */
MAILCHECK_API void mailcheck_bounce_free(mailcheck_bounce *bounce);

/* How many recipients it speaks of: at least 1, of which nothing may be known. */
MAILCHECK_API uint32_t mailcheck_bounce_recipients(const mailcheck_bounce *bounce);
/* 1 when it had more parts or recipients than are read. */
MAILCHECK_API int32_t mailcheck_bounce_is_cut(const mailcheck_bounce *bounce);

/* Of the i-th recipient: its address, the fields Action (in lower case), Status and Remote-MTA of a
 * notification (RFC 3464, 2.3), and what was said of it, which mailcheck_reply_read() takes. ""
 * where there is none; NULL when i is out of range. */
MAILCHECK_API const char *mailcheck_bounce_address(const mailcheck_bounce *bounce, uint32_t i);
MAILCHECK_API const char *mailcheck_bounce_action(const mailcheck_bounce *bounce, uint32_t i);
MAILCHECK_API const char *mailcheck_bounce_status(const mailcheck_bounce *bounce, uint32_t i);
MAILCHECK_API const char *mailcheck_bounce_server(const mailcheck_bounce *bounce, uint32_t i);
MAILCHECK_API const char *mailcheck_bounce_reply(const mailcheck_bounce *bounce, uint32_t i);

/* Lets `reply` read what was said of the i-th recipient, or its Status where those words decide
 * nothing. Errors: BAD_ARGUMENT (i is out of range), NO_MEMORY. */
MAILCHECK_API int32_t mailcheck_bounce_classify(
	const mailcheck_bounce *bounce, uint32_t i, mailcheck_reply *reply);

/* The line of mailcheck_reply_json() for the i-th recipient, with "recipient", "dsn_action",
 * "dsn_status" and "server" before it; `reply` has read it with mailcheck_bounce_classify(). NULL
 * when out of memory or i is out of range; valid until the next call with `reply`. */
MAILCHECK_API const char *mailcheck_bounce_json(
	const mailcheck_bounce *bounce, uint32_t i, mailcheck_reply *reply);

MAILCHECK_END

#endif
