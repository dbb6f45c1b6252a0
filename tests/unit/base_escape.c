/* Unit tests of lib/base/escape.c. */
#include "unit.h"

#include <string.h>

#include "base/alloc.h"
#include "base/escape.h"

#define BYTES(text) text, sizeof(text) - 1

/* clang-format off */
static const struct escape_case {
	const char *name, *bytes;
	size_t length;
	const char *text; /* NULL: stays as it is */
} cases[] = {
	{"nothing", BYTES(""), NULL},
	{"plain", BYTES("250 mx.example ESMTP ~!\"#"), NULL},
	{"backslash", BYTES("a\\b"), "a\\x5Cb"},
	{"escape look-alike", BYTES("\\x41"), "\\x5Cx41"},
	{"NUL", BYTES("a\0b"), "a\\x00b"},
	{"controls", BYTES("\t\r\n\x1b[2J\x7f"), "\\x09\\x0D\\x0A\\x1B[2J\\x7F"},
	{"two octets", BYTES("M\xc3\xbcnchen"), NULL},
	{"three octets", BYTES("\xe4\xbe\x8b\xe3\x81\x88"), NULL},
	{"four octets", BYTES("\xf0\x9f\x93\xa7"), NULL},
	{"Latin-1", BYTES("M\xfcnchen"), "M\\xFCnchen"},
	{"cut sequence", BYTES("\xe4\xbe"), "\\xE4\\xBE"},
	{"cut and going on", BYTES("\xe4\xbe" "a"), "\\xE4\\xBE" "a"},
	{"lone continuation", BYTES("\x80\xbf"), "\\x80\\xBF"},
	{"overlong slash", BYTES("\xc0\xaf"), "\\xC0\\xAF"},
	{"overlong, three", BYTES("\xe0\x80\xaf"), "\\xE0\\x80\\xAF"},
	{"overlong, four", BYTES("\xf0\x80\x80\xaf"), "\\xF0\\x80\\x80\\xAF"},
	{"U+07FF", BYTES("\xdf\xbf"), NULL},
	{"U+0800", BYTES("\xe0\xa0\x80"), NULL},
	{"surrogate", BYTES("\xed\xa0\x80"), "\\xED\\xA0\\x80"},
	{"last surrogate", BYTES("\xed\xbf\xbf"), "\\xED\\xBF\\xBF"},
	{"U+D7FF", BYTES("\xed\x9f\xbf"), NULL},
	{"past U+10FFFF", BYTES("\xf4\x90\x80\x80"), "\\xF4\\x90\\x80\\x80"},
	{"U+10FFFD", BYTES("\xf4\x8f\xbf\xbd"), NULL},
	{"F5", BYTES("\xf5\x80\x80\x80"), "\\xF5\\x80\\x80\\x80"},
	{"C1: NEL", BYTES("\xc2\x85"), "\\xC2\\x85"},
	{"C1: CSI", BYTES("\xc2\x9b" "2J"), "\\xC2\\x9B" "2J"},
	{"no-break space", BYTES("\xc2\xa0"), NULL},
	{"soft hyphen", BYTES("\xc2\xad"), "\\xC2\\xAD"},
	{"right-to-left override", BYTES("\xe2\x80\xae"), "\\xE2\\x80\\xAE"},
	{"left-to-right isolate", BYTES("\xe2\x81\xa6"), "\\xE2\\x81\\xA6"},
	{"Arabic letter mark", BYTES("\xd8\x9c"), "\\xD8\\x9C"},
	{"zero width space", BYTES("\xe2\x80\x8b"), "\\xE2\\x80\\x8B"},
	{"zero width joiner", BYTES("\xe2\x80\x8d"), "\\xE2\\x80\\x8D"},
	{"line separator", BYTES("\xe2\x80\xa8"), "\\xE2\\x80\\xA8"},
	{"narrow no-break space", BYTES("\xe2\x80\xaf"), NULL},
	{"word joiner", BYTES("\xe2\x81\xa0"), "\\xE2\\x81\\xA0"},
	{"byte order mark", BYTES("\xef\xbb\xbf"), "\\xEF\\xBB\\xBF"},
	{"variation selector", BYTES("\xef\xb8\x8f"), "\\xEF\\xB8\\x8F"},
	{"Hangul filler", BYTES("\xe3\x85\xa4"), "\\xE3\\x85\\xA4"},
	{"tag letter", BYTES("\xf3\xa0\x81\x81"), "\\xF3\\xA0\\x81\\x81"},
	{"noncharacter U+FDD0", BYTES("\xef\xb7\x90"), "\\xEF\\xB7\\x90"},
	{"noncharacter U+FFFF", BYTES("\xef\xbf\xbf"), "\\xEF\\xBF\\xBF"},
	{"noncharacter U+1FFFE", BYTES("\xf0\x9f\xbf\xbe"), "\\xF0\\x9F\\xBF\\xBE"},
	{"replacement character", BYTES("\xef\xbf\xbd"), NULL},
	{"private use", BYTES("\xee\x80\x80"), NULL},
};
/* clang-format on */

START_TEST(both_ways)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct escape_case *c = &cases[i];
		const char *want = c->text == NULL ? c->bytes : c->text, *text;
		struct mc_arena arena;
		const void *bytes;
		size_t length;

		mc_arena_init(&arena, 0);
		text = mc_escape(&arena, c->bytes, c->length);
		ck_assert_msg(strcmp(text, want) == 0, "%s: '%s', not '%s'", c->name, text, want);
		ck_assert_msg(
			mc_unescape(&arena, text, &bytes, &length), "%s: no way back", c->name);
		ck_assert_msg(length == c->length && memcmp(bytes, c->bytes, length) == 0,
			"%s: other bytes came back", c->name);
		ck_assert_msg(mc_escape_clean(c->bytes, c->length) ==
				      (c->text == NULL || strstr(c->text, "\\x5C") != NULL),
			"%s: clean or not", c->name);
		mc_arena_reset(&arena);
	}
}
END_TEST

START_TEST(not_of_its_making)
{
	static const char *const texts[] = {"\\", "\\x", "\\x4", "\\x0g", "\\x0a", "\\X0A", "\\n",
		"\\x41", "a\tb", "\x7f", "\xff", "\xe2\x80\xae", "\\xC3\\xBC", "\\\\"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct mc_arena arena;
		const void *bytes = NULL;
		size_t length = 7;

		mc_arena_init(&arena, 0);
		ck_assert_msg(!mc_unescape(&arena, texts[i], &bytes, &length), "case %zu", i);
		ck_assert_msg(bytes == NULL && length == 7, "case %zu: clobbered", i);
		mc_arena_reset(&arena);
	}
}
END_TEST

/* Any two bytes at all: the result is ASCII-clean or well-formed, one line, and reversible. */
START_TEST(every_pair)
{
	struct mc_arena arena;

	mc_arena_init(&arena, 0);
	for (unsigned pair = 0; pair < 65536; pair++) {
		const unsigned char in[2] = {(unsigned char)(pair >> 8), (unsigned char)pair};
		const char *text = mc_escape(&arena, in, 2);
		const void *bytes;
		size_t length;

		ck_assert_msg(mc_escape_clean(text, strlen(text)), "%04x: '%s'", pair, text);
		ck_assert_msg(mc_unescape(&arena, text, &bytes, &length) && length == 2 &&
				      memcmp(bytes, in, 2) == 0,
			"%04x: no way back", pair);
		mc_arena_reset(&arena);
	}
}
END_TEST

/* Octets are looked at eight by eight: one that must be escaped is seen wherever it stands. */
START_TEST(every_octet_in_every_place)
{
	struct mc_arena arena;

	mc_arena_init(&arena, 0);
	for (size_t place = 0; place < 20; place++)
		for (unsigned c = 0; c < 256; c++) {
			unsigned char in[20];
			bool plain = c >= 0x20 && c < 0x7f && c != '\\';
			memset(in, 'a', sizeof(in));
			in[place] = (unsigned char)c;
			ck_assert_msg(strlen(mc_escape(&arena, in, sizeof(in))) ==
					      sizeof(in) + (plain ? 0 : 3),
				"%02x at %zu", c, place);
			mc_arena_reset(&arena);
		}
}
END_TEST

START_TEST(out_of_memory)
{
	struct mc_arena arena;
	struct mc_buf buf;

	for (unsigned long n = 1; n <= 2; n++) {
		mc_arena_init(&arena, 0);
		mc_alloc_fail_at(n);
		ck_assert_str_eq(mc_escape(&arena, "\t", 1), "");
		mc_alloc_fail_at(0);
		ck_assert(arena.failed);
		mc_arena_reset(&arena);
	}
	mc_buf_init(&buf, 5);
	mc_escape_to(&buf, "\t\t", 2);
	ck_assert(buf.failed);
	mc_buf_free(&buf);
}
END_TEST

UNIT_MAIN("base escape", both_ways, not_of_its_making, every_pair, every_octet_in_every_place,
	out_of_memory)
