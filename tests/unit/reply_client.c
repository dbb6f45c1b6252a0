/* Unit tests of lib/reply/client.c: whom does a refusal speak of? */
#include "unit.h"

#include <string.h>

#include "reply/client.h"

/* clang-format off */
static const struct reply_case {
	const char *text;
	bool about_client;
} cases[] = {
	{"5.7.1 Service unavailable; Client host [5.199.0.2] blocked using bl.test", true},
	{"4.7.25 Client host rejected: cannot find your hostname, [192.0.2.1]", true},
	{"4.7.1 <client.example>: Client host rejected: Access denied", true},
	{"5.7.1 <client.example>: Helo command rejected: Access denied", true},
	{"4.7.0 mx.example Error: too many connections from 192.0.2.1", true},
	{"4.2.0 <you@example.com>: Recipient address rejected: Greylisted", true},
	{"5.7.1 <you@example.com>: Relay access denied", false},
	{"4.7.1 <you@example.com>: Relay access denied", false},
	{"relay not permitted", false},
	{"5.7.54 SMTP; Unable to relay recipient in non-accepted domain", false},
	{"5.7.1 <you@example.com>... Relaying denied", false},
	{"5.1.1 <you@example.com>: Recipient address rejected: User unknown", false},
	{"no mail service here", false},
	{"too busy, come back later", false},
	{"5.1.1 <spamhaus@d.test>: no such user", false},
	{"5.1.1 user unknown (host 10.4.7.1)", false},
	{"5.2.1 mailbox disabled by policy", false},
	{"mx.example Sendmail 8.15.7.2 service not available", false},
	{"Too many concurrent SMTP connections; please try again later.", false},
	{"", false},
};
/* clang-format on */

START_TEST(whom)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg(mc_reply_about_client(cases[i].text, strlen(cases[i].text), true) ==
				      cases[i].about_client,
			"'%s'", cases[i].text);
}
END_TEST

/* Before the envelope a denial is of the client, whatever its words leave open. */
START_TEST(before_envelope)
{
	ck_assert(mc_reply_about_client("Access denied", 13, false));
	ck_assert(!mc_reply_about_client("Access denied", 13, true));
	ck_assert(!mc_reply_about_client("see our usage policy", 20, false));
	ck_assert(!mc_reply_about_client("5.7.0 maintenance", 17, false));
}
END_TEST

UNIT_MAIN("reply client", whom, before_envelope)
