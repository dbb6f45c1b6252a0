/* Unit tests of lib/record/dkim_signature.c. */
#include "unit.h"

#include <string.h>

#include "record/dkim_signature.h"

/* clang-format off */
static const struct message_case {
	const char *name, *text;
	size_t count;
	const char *selector, *domain, *algorithm; /* of the last */
	bool wrong;
} messages[] = {
	{"one line", "DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=s1; b=x\n\n", 1, "s1", "example.com", "rsa-sha256", false},
	{"folded, CRLF", "Received: x\r\nDKIM-Signature: v=1;\r\n\ta=rsa-sha256; d=Example.COM;\r\n s=S1\r\nTo: x\r\n\r\n", 1, "s1", "example.com", "rsa-sha256", false},
	{"two", "DKIM-Signature: s=a; d=a.example\nX: y\ndkim-signature : s=b; d=b.example\n", 2, "b", "b.example", "", false},
	{"selector of two labels", "DKIM-Signature: s=a.b; d=a.example", 1, "a.b", "a.example", "", false},
	{"a date for a selector", "DKIM-Signature: s=20230601; d=gmail.com", 1, "20230601", "gmail.com", "", false},
	{"an address for a selector", "DKIM-Signature: s=192.0.2.1; d=a.example", 1, "192.0.2.1", "a.example", "", false},
	{"no selector at all", "DKIM-Signature: s=; d=a.example", 1, "", "", "", true},
	{"a U-label", "DKIM-Signature: s=a; d=b\xc3\xbc" "cher.example\n", 1, "a", "xn--bcher-kva.example", "", false},
	{"in the body", "From: a\n\nDKIM-Signature: s=a; d=a.example\n", 0, NULL, NULL, NULL, false},
	{"after an empty line first", "\nDKIM-Signature: s=a; d=a.example\n", 0, NULL, NULL, NULL, false},
	{"a fold is no field", "X: y\n DKIM-Signature: s=a; d=a.example\n", 0, NULL, NULL, NULL, false},
	{"another field", "X-DKIM-Signature: s=a; d=a.example\nDKIM-Signatures: s=a; d=a.example\nDKIM-Signature s=a\n", 0, NULL, NULL, NULL, false},
	{"no selector", "DKIM-Signature: d=a.example\n", 1, "", "", "", true},
	{"no domain", "DKIM-Signature: s=a\n", 1, "", "", "", true},
	{"a domain that is none", "DKIM-Signature: s=a; d=a b.example\n", 1, "", "", "", true},
	{"an address for a domain", "DKIM-Signature: s=a; d=192.0.2.1\n", 1, "", "", "", true},
	{"an algorithm of other signs", "DKIM-Signature: s=a; d=a.example; a=x y\n", 1, "a", "a.example", "", false},
	{"an algorithm of a hyphen", "DKIM-Signature: s=a; d=a.example; a=-\n", 1, "a", "a.example", "", false},
	{"nothing", "", 0, NULL, NULL, NULL, false},
	{"nothing in it", "DKIM-Signature:", 1, "", "", "", true},
	{"a mailbox file", "From a@a.example Mon Nov 23\nDKIM-Signature: s=a; d=a.example\n", 1, "a", "a.example", "", false},
};
/* clang-format on */

START_TEST(messages_are_read)
{
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		const struct message_case *c = &messages[i];
		struct mc_dkim_signatures got;
		struct mc_arena arena;
		mc_arena_init(&arena, 0);
		ck_assert_msg(mc_dkim_signatures_read(&arena, c->text, strlen(c->text), &got),
			"%s: out of memory", c->name);
		ck_assert_msg(got.count == c->count, "%s: %zu signatures", c->name, got.count);
		if (c->count > 0) {
			const struct mc_dkim_signature *last = &got.signatures[got.count - 1];
			ck_assert_msg(strcmp(last->selector, c->selector) == 0, "%s: selector %s",
				c->name, last->selector);
			ck_assert_msg(strcmp(last->domain, c->domain) == 0, "%s: domain %s",
				c->name, last->domain);
			ck_assert_msg(strcmp(last->algorithm, c->algorithm) == 0,
				"%s: algorithm %s", c->name, last->algorithm);
			ck_assert_msg(
				(last->wrong != NULL) == c->wrong, "%s: wrong or not", c->name);
		}
		mc_arena_reset(&arena);
	}
}
END_TEST

/* clang-format off */
static const struct identity_case {
	const char *text;
	const char *identity; /* NULL: the signature is malformed */
} identities[] = {
	{"DKIM-Signature: s=a; d=a.example\n", "a.example"},
	{"DKIM-Signature: s=a; d=a.example; i=joe@A.Example\n", "a.example"},
	{"DKIM-Signature: s=a; d=a.example; i=@b.a.example\n", "b.a.example"},
	{"DKIM-Signature: s=a; d=a.example; i=\"x@y\"@b.example\n", "b.example"},
	{"DKIM-Signature: s=a; d=a.example; i=x=40y@\n\tb.example\n", "b.example"},
	{"DKIM-Signature: s=a; d=a.example; i=@b\r\n .example\n", "b.example"},
	{"DKIM-Signature: s=a; d=a.example; i=@b\xc3\xbc" "cher.example\n", "xn--bcher-kva.example"},
	{"DKIM-Signature: s=a; d=a.example; i=\n", NULL},
	{"DKIM-Signature: s=a; d=a.example; i=joe\n", NULL},
	{"DKIM-Signature: s=a; d=a.example; i=joe@\n", NULL},
	{"DKIM-Signature: s=a; d=a.example; i=@a..example\n", NULL},
};
/* clang-format on */

START_TEST(identities_are_read)
{
	for (size_t i = 0; i < sizeof(identities) / sizeof(identities[0]); i++) {
		const struct identity_case *c = &identities[i];
		struct mc_dkim_signatures got;
		struct mc_arena arena;
		mc_arena_init(&arena, 0);
		ck_assert(mc_dkim_signatures_read(&arena, c->text, strlen(c->text), &got));
		ck_assert_uint_eq(got.count, 1);
		ck_assert_msg(
			(got.signatures[0].wrong != NULL) == (c->identity == NULL), "%s", c->text);
		if (c->identity != NULL)
			ck_assert_str_eq(got.signatures[0].identity, c->identity);
		mc_arena_reset(&arena);
	}
}
END_TEST

START_TEST(signatures_are_bounded)
{
	static const char one[] = "DKIM-Signature: s=a; d=a.example\n";
	char text[40 * sizeof(one)] = "";
	struct mc_dkim_signatures got;
	struct mc_arena arena;

	for (size_t i = 0; i < 40; i++)
		memcpy(text + i * (sizeof(one) - 1), one, sizeof(one) - 1);
	mc_arena_init(&arena, 0);
	ck_assert(mc_dkim_signatures_read(&arena, text, strlen(text), &got));
	ck_assert_uint_eq(got.count, MC_DKIM_SIGNATURES);
	ck_assert_uint_eq(got.left_out, 40 - MC_DKIM_SIGNATURES);
	mc_arena_reset(&arena);
}
END_TEST

UNIT_MAIN("record_dkim_signature", messages_are_read, identities_are_read, signatures_are_bounded)
