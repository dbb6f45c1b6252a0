/* Unit tests of bounces: every allocation failing, and sizes beyond what is read. */
#include "unit.h"

#include <mailcheck.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

static const char message[] =
	"From: x\r\nContent-Type: multipart/report; boundary=\"b\"\r\n\r\n--b\r\n"
	"Content-Type: text/html; charset=iso-8859-1\r\nContent-Transfer-Encoding: base64\r\n\r\n"
	"PHA+6TwvcD4=\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; "
	"x\r\n"
	"\r\nFinal-Recipient: rfc822; a@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n"
	"Diagnostic-Code: smtp; 550 5.1.1\r\n no such user\r\n\r\n--b--\r\n";

START_TEST(memory_runs_out)
{
	for (unsigned long n = 1;; n++) {
		mailcheck_bounce *bounce = NULL;
		mailcheck_reply *reply = NULL;
		const char *line = NULL;
		bool failed;

		ck_assert_uint_lt(n, 10000);
		mc_alloc_fail_at(n);
		if (mailcheck_bounce_new(message, sizeof(message) - 1, &bounce) == MAILCHECK_OK &&
			mailcheck_reply_new(NULL, &reply) == MAILCHECK_OK &&
			mailcheck_bounce_classify(bounce, 0, reply) == MAILCHECK_OK)
			line = mailcheck_bounce_json(bounce, 0, reply);
		failed = mc_alloc_count() >= n;
		mc_alloc_fail_at(0);
		ck_assert_msg(failed || line != NULL, "nothing failed, and no line came of it");
		ck_assert_msg(line == NULL || strstr(line, "mailbox-unknown") != NULL,
			"allocation %lu failing: %s", n, line);
		mailcheck_reply_free(reply);
		mailcheck_bounce_free(bounce);
		if (!failed)
			break;
	}
}
END_TEST

START_TEST(many_recipients)
{
	size_t size = 300 * 40 + 200, length;
	char *text = malloc(size);
	mailcheck_bounce *bounce = NULL;

	ck_assert_ptr_nonnull(text);
	length = (size_t)snprintf(text, size, "Subject: x\n\n");
	for (int i = 0; i < 300; i++)
		length += (size_t)snprintf(
			text + length, size - length, "<u%d@example.com>:\n550 no\n\n", i);
	ck_assert_int_eq(mailcheck_bounce_new(text, length, &bounce), MAILCHECK_OK);
	ck_assert_uint_eq(mailcheck_bounce_recipients(bounce), 256);
	ck_assert_int_eq(mailcheck_bounce_is_cut(bounce), 1);
	ck_assert_str_eq(mailcheck_bounce_address(bounce, 255), "u255@example.com");
	ck_assert_str_eq(mailcheck_bounce_reply(bounce, 255), "550 no");
	ck_assert_ptr_null(mailcheck_bounce_address(bounce, 256));
	mailcheck_bounce_free(bounce);
	free(text);
}
END_TEST

/* A field of many parameters takes memory in proportion to its length. */
START_TEST(many_parameters)
{
	static const char head[] = "Content-Type: multipart/report", piece[] = ";a=\"\"",
			  rest[] = ";boundary=b\n\n--b\n\n550 5.1.1 no such user\n--b--\n";
	size_t count = 12800, size = sizeof(head) + count * (sizeof(piece) - 1) + sizeof(rest);
	char *text = malloc(size);
	size_t length = sizeof(head) - 1;
	mailcheck_bounce *bounce = NULL;

	ck_assert_ptr_nonnull(text);
	memcpy(text, head, length);
	for (size_t i = 0; i < count; i++, length += sizeof(piece) - 1)
		memcpy(text + length, piece, sizeof(piece) - 1);
	memcpy(text + length, rest, sizeof(rest));
	length += sizeof(rest) - 1;
	ck_assert_int_eq(mailcheck_bounce_new(text, length, &bounce), MAILCHECK_OK);
	ck_assert_str_eq(mailcheck_bounce_reply(bounce, 0), "550 5.1.1 no such user");
	mailcheck_bounce_free(bounce);
	free(text);
}
END_TEST

UNIT_MAIN("reply_bounce", memory_runs_out, many_recipients, many_parameters)
