/* Unit tests of replies read: which code, which part of the text, which class, what is named. */
#include "unit.h"

#include <mailcheck.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* clang-format off */
static const struct reply_case {
	const char *text, *class;
	int32_t code;
	const char *enhanced;
	const char *entity, *value; /* one of what is named; NULL: not looked at */
} cases[] = {
	{"550 5.1.1 <a@example.com>: User unknown", "mailbox-unknown", 550, "5.1.1", "address", "a@example.com"},
	{"550-5.1.1 The account\r\n550-5.1.1 does not\r\n550 5.1.1 exist", "mailbox-unknown", 550, "5.1.1", NULL, NULL},
	{"550-5.1.1 no such user 550 5.1.1 here", "mailbox-unknown", 550, "5.1.1", NULL, NULL},
	{"smtp; 550 5.2.2 mailbox full", "mailbox-full", 550, "5.2.2", NULL, NULL},
	{"smtp;552 quota exceeded", "mailbox-full", 552, NULL, NULL, NULL},
	{"#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##", "mailbox-unknown", 550, "5.1.1", NULL, NULL},
	{"host mx.example.com[192.0.2.1] said: 451 4.7.1 Greylisted, try again in 5 minutes (in reply to "
	 "RCPT TO command)", "greylisted", 451, "4.7.1", "inner", "451 4.7.1 Greylisted, try again in 5 minutes"},
	{"SMTP error from remote mail server after RCPT TO:<a@example.com>: host mx [192.0.2.1]: 550 no such "
	 "user here", "mailbox-unknown", 550, NULL, NULL, NULL},
	{"connect to mx.example.com[192.0.2.1]:25: Connection timed out", "connection", 0, NULL, NULL, NULL},
	{"554 5.7.1 Service unavailable; Client host [203.0.113.9] blocked using bl.spamcop.net; see "
	 "https://www.spamcop.net/bl.shtml?203.0.113.9", "ip-blocklisted", 554, "5.7.1", "list", "bl.spamcop.net"},
	{"554 5.7.1 Service unavailable; Client host [203.0.113.9] blocked using bl.example.net", "ip-blocklisted",
	 554, "5.7.1", "list", "bl.example.net"},
	{"554 5.7.1 Service unavailable; Client host [2001:db8::9] blocked using bl.example.net", "ip-blocklisted",
	 554, "5.7.1", "ip", "2001:db8::9"},
	{"552 5.3.4 Message size exceeds fixed limit of 10240000 bytes", "too-large", 552, "5.3.4", "limit", "10240000"},
	{"552 Mail is larger than the limit, see https://example.com/size?x=1.", "too-large", 552, NULL, "url",
	 "https://example.com/size?x=1"},
	{"550 5.1.1 unknown user (ip 999.1.2.3)", "mailbox-unknown", 550, "5.1.1", "ip", NULL},
	{"450 4.7.1 Greylisted u@example.com:451", "greylisted", 450, "4.7.1", "address", "u@example.com"},
	{"451 to=u@example.com greylisted", "greylisted", 451, NULL, "address", "u@example.com"},
	{"451 SRS0=ab=cd=example.net=u@example.com greylisted", "greylisted", 451, NULL, "address",
	 "SRS0=ab=cd=example.net=u@example.com"},
	{"550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found", "mailbox-unknown", 550, "5.1.10", "domain", NULL},
	{"554 5.7.1 Client host [x.xx.xx.x] blocked using bl.spamcop.net", "ip-blocklisted", 554, "5.7.1", "ip", NULL},
	{"554 5.7.1 Client host x.xx.xx blocked using bl.spamcop.net", "ip-blocklisted", 554, "5.7.1", "domain", NULL},
	{"Remote Server returned '550 5.1.1 User unknown'", "mailbox-unknown", 550, "5.1.1", "inner",
	 "550 5.1.1 User unknown"},
	{"while talking to mx.example.com.: >>> DATA <<< 552 5.2.2 Mailbox full 554 5.0.0 Service unavailable",
	 "mailbox-full", 552, "5.2.2", NULL, NULL},
	{"4ABC: to=<u@example.com>, relay=none, delay=550, dsn=4.4.1, status=deferred (connect to "
	 "mx.example.com[192.0.2.1]:25: Connection refused)", "connection", 0, "4.4.1", NULL, NULL},
	{"250 2.1.9 Message relayed to a server without notifications", "unknown", 250, "2.1.9", NULL, NULL},
	{"221 2.0.0 Bye", "unknown", 221, "2.0.0", NULL, NULL},
	{"220 mx.example.com ESMTP no spam, no relaying", "unknown", 220, NULL, NULL, NULL},
	{"220-hello 554 no spam here", "spam-content", 554, NULL, NULL, NULL},
	{"550 5.1.1 u@example.com:unknown user", "mailbox-unknown", 550, "5.1.1", "address", "u@example.com"},
	{"550 5.1.6 user no longer on system:abuse@example.com", "mailbox-moved", 550, "5.1.6", "address", "abuse@example.com"},
	{"554 5.7.1 <spam.example.net[192.0.2.1]>: Client host rejected: Access denied", "policy", 554, "5.7.1", "ip",
	 "192.0.2.1"},
	{"421 4.3.2 virus.quota.example Service not available", "server-error", 421, "4.3.2", NULL, NULL},
	{"lost connection with full.mailbox.example[192.0.2.1] while sending RCPT TO", "connection", 0, NULL, NULL, NULL},
	{"550 Recipient domain example.org does not exist", "domain-unknown", 550, NULL, NULL, NULL},
	{"SMTP error from remote mail server after MAIL FROM:<a@example.com> SIZE=1024: 450 not today", "server-error", 450,
	 NULL, NULL, NULL},
	{"554 Mailbox unknown.please check", "mailbox-unknown", 554, NULL, NULL, NULL},
	{"550 zen.spamhaus.org lists you", "ip-blocklisted", 550, NULL, "list", "zen.spamhaus.org"},
	{"", "unknown", 0, NULL, NULL, NULL},
	{"\x1b[2J\xff\xfe\xc0\xaf", "unknown", 0, NULL, NULL, NULL},
};
/* clang-format on */

static bool
same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

START_TEST(read_rightly)
{
	mailcheck_reply *reply = NULL;

	ck_assert_int_eq(mailcheck_reply_new(NULL, &reply), MAILCHECK_OK);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct reply_case *c = &cases[i];

		ck_assert_int_eq(
			mailcheck_reply_read(reply, c->text, strlen(c->text)), MAILCHECK_OK);
		ck_assert_msg(strcmp(mailcheck_reply_class(reply), c->class) == 0,
			"'%s': read as %s, not %s", c->text, mailcheck_reply_class(reply),
			c->class);
		ck_assert_msg(mailcheck_reply_code(reply) == c->code, "'%s': code %d, not %d",
			c->text, mailcheck_reply_code(reply), c->code);
		ck_assert_msg(same(mailcheck_reply_enhanced(reply), c->enhanced),
			"'%s': enhanced code %s", c->text, mailcheck_reply_enhanced(reply));
		if (c->entity != NULL)
			ck_assert_msg(same(mailcheck_reply_entity(reply, c->entity), c->value),
				"'%s': %s '%s', not '%s'", c->text, c->entity,
				mailcheck_reply_entity(reply, c->entity), c->value);
	}
	mailcheck_reply_free(reply);
}
END_TEST

START_TEST(when_to_retry)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} rows[] = {{"450 4.7.1 Greylisted for 300 seconds", 300},
		{"450 4.7.1 Greylisted, come back in 5 minutes", 300},
		{"450 4.7.1 Greylisted, try in 1 hour", 3600}, {"450 4.7.1 Greylisted", 900},
		{"450 4.7.1 Greylisted for 99999999 hours", 900},
		{"550 5.1.1 User unknown, retry in 5 minutes", -1},
		{"421 4.4.2 Connection timed out after 421 seconds", 1800},
		{"452 Limit of 20 messages in 60 minutes, wait 10 minutes", 600},
		{"450 4.7.1 Greylisted; in 5 Minuten erneut versuchen", 300}};
	mailcheck_reply *reply = NULL;

	ck_assert_int_eq(mailcheck_reply_new(NULL, &reply), MAILCHECK_OK);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailcheck_reply_read(reply, rows[i].text, strlen(rows[i].text));
		ck_assert_msg(mailcheck_reply_retry_after(reply) == rows[i].seconds,
			"'%s': %lld seconds", rows[i].text,
			(long long)mailcheck_reply_retry_after(reply));
	}
	mailcheck_reply_free(reply);
}
END_TEST

/* The digit of the code says whether to try again, but for the words that deny it. */
START_TEST(how_lasting)
{
	static const struct {
		const char *text, *persistence;
	} rows[] = {{"450 4.7.1 Your IP is on our blocklist", "temporary"},
		{"550 5.2.2 Mailbox full, please try again later", "permanent"},
		{"421 4.7.1 [TSS09] All messages from 203.0.113.9 will be permanently deferred; "
		 "Retrying will NOT succeed",
			"permanent"},
		{"connect to mx.example.com[192.0.2.1]:25: Connection refused", "temporary"},
		{"250 2.0.0 Ok", "unknown"}};
	mailcheck_reply *reply = NULL;

	ck_assert_int_eq(mailcheck_reply_new(NULL, &reply), MAILCHECK_OK);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		mailcheck_reply_read(reply, rows[i].text, strlen(rows[i].text));
		ck_assert_msg(strcmp(mailcheck_reply_persistence(reply), rows[i].persistence) == 0,
			"'%s': %s", rows[i].text, mailcheck_reply_persistence(reply));
	}
	mailcheck_reply_free(reply);
}
END_TEST

START_TEST(every_class_explained)
{
	const char *class;
	uint32_t count = 0;

	for (; (class = mailcheck_reply_class_at(count)) != NULL; count++) {
		char id[64];

		snprintf(id, sizeof(id), "reply.%s", class);
		ck_assert_msg(mailcheck_finding_find(id) != NULL, "nothing explains %s", id);
	}
	ck_assert_uint_eq(count, 34);
}
END_TEST

/* A megabyte is cut where it says so, and ends. */
START_TEST(long_replies)
{
	static const char *const fillers[] = {"a", "550-", " ", "\xe4\xb8\xad", "5.1.1 ", "<", "1"};
	size_t size = (size_t)1 << 20;
	char *text = malloc(size);
	mailcheck_reply *reply = NULL;

	ck_assert_ptr_nonnull(text);
	ck_assert_int_eq(mailcheck_reply_new(NULL, &reply), MAILCHECK_OK);
	for (size_t i = 0; i < sizeof(fillers) / sizeof(fillers[0]); i++) {
		size_t length = strlen(fillers[i]);

		for (size_t at = 0; at < size; at++)
			text[at] = fillers[i][at % length];
		ck_assert_int_eq(mailcheck_reply_read(reply, text, size), MAILCHECK_OK);
		ck_assert_uint_le(mailcheck_reply_span_end(reply), MAILCHECK_REPLY_LIMIT);
		ck_assert_ptr_nonnull(mailcheck_reply_json(reply));
		ck_assert_ptr_nonnull(strstr(mailcheck_reply_text(reply, 0), "(cut"));
	}
	mailcheck_reply_free(reply);
	free(text);
}
END_TEST

UNIT_MAIN("reply_classify", read_rightly, when_to_retry, how_lasting, every_class_explained,
	long_replies)
