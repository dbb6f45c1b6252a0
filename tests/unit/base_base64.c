/* Unit tests of lib/base/base64.c: RFC 4648, 10, and what is no base64. */
#include "unit.h"

#include <string.h>

#include "base/base64.h"

/* clang-format off */
static const struct base64_case {
	const char *text, *bytes; /* NULL: refused */
} cases[] = {
	{"", ""},
	{"Zg==", "f"},
	{"Zm8=", "fo"},
	{"Zm9v", "foo"},
	{"Zm9vYg==", "foob"},
	{"Zm9vYmE=", "fooba"},
	{"Zm9vYmFy", "foobar"},
	{"+/+/", "\xfb\xff\xbf"},
	{"Z", NULL},
	{"Zg", NULL},
	{"Zg=", NULL},
	{"Zh==", NULL}, /* stray bits */
	{"Zm9=", NULL},
	{"Z===", NULL},
	{"====", NULL},
	{"=Zg=", NULL},
	{"Zg==Zg==", NULL},
	{"Zm9v\n", NULL},
	{"Zm 9v===", NULL},
	{"-_-_", NULL},
};
/* clang-format on */

START_TEST(both_ways)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct base64_case *c = &cases[i];
		struct mc_buf buf;
		bool ok;

		mc_buf_init(&buf, 100);
		ok = mc_base64_decode(&buf, c->text, strlen(c->text));
		ck_assert_msg(
			ok == (c->bytes != NULL), "'%s': %s", c->text, ok ? "taken" : "refused");
		if (ok) {
			ck_assert_msg(
				strcmp(mc_buf_text(&buf), c->bytes) == 0, "'%s': decoded", c->text);
			mc_buf_clear(&buf);
			ck_assert(mc_base64_encode(&buf, c->bytes, strlen(c->bytes)));
			ck_assert_msg(strcmp(mc_buf_text(&buf), c->text) == 0,
				"'%s': encoded as '%s'", c->text, mc_buf_text(&buf));
		}
		mc_buf_free(&buf);
	}
}
END_TEST

START_TEST(every_octet)
{
	struct mc_buf text, again;
	unsigned char bytes[256];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)i;
	for (size_t length = 0; length <= sizeof(bytes); length++) {
		mc_buf_init(&text, 1000);
		mc_buf_init(&again, 1000);
		ck_assert(mc_base64_encode(&text, bytes + sizeof(bytes) - length, length));
		ck_assert(mc_base64_decode(&again, mc_buf_text(&text), text.length));
		ck_assert_uint_eq(again.length, length);
		if (length > 0)
			ck_assert_mem_eq(again.data, bytes + sizeof(bytes) - length, length);
		mc_buf_free(&text);
		mc_buf_free(&again);
	}
}
END_TEST

UNIT_MAIN("base base64", both_ways, every_octet)
