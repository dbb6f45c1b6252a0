/* Unit tests of lib/record/name.c. */
#include "unit.h"

#include <string.h>

#include "record/name.h"

#define L10 "abcdefghij"
#define L63 L10 L10 L10 L10 L10 L10 "abc"
#define L61 L10 L10 L10 L10 L10 L10 "a"

/* clang-format off */
static const struct canonical_case {
	const char *text, *origin, *name; /* NULL: refused */
} canonicals[] = {
	{"example.com", NULL, "example.com"},
	{"Example.COM.", NULL, "example.com"},
	{".", NULL, "."},
	{".", "example.com", "."},
	{"@", NULL, "."},
	{"@", "example.com", "example.com"},
	{"\\@", "example.com", "\\064.example.com"},
	{"\\@", NULL, "\\064"},
	{"@.", NULL, "\\064"},
	{"a.@", NULL, "a.\\064"},
	{"@@.a", NULL, "@@.a"},
	{"www", "example.com", "www.example.com"},
	{"www.", "example.com", "www"},
	{"www", ".", "www"},
	{"_25._tcp.mx", "example.com", "_25._tcp.mx.example.com"},
	{"a\\.b.c", NULL, "a\\.b.c"},
	{"a\\046b.c", NULL, "a\\.b.c"},
	{"a\\\\b", NULL, "a\\\\b"},
	{"a\\092b", NULL, "a\\\\b"},
	{"\\065\\b", NULL, "ab"},
	{"a b", NULL, "a\\032b"},
	{"a\\ b", NULL, "a\\032b"},
	{"a\\000b", NULL, "a\\000b"},
	{"\xc3\xbc", NULL, "\\195\\188"},
	{"\\255\\127~!", NULL, "\\255\\127~!"},
	{"*.example.com", NULL, "*.example.com"},
	{L63 ".x", NULL, L63 ".x"},
	{L63 "." L63 "." L63 "." L61, NULL, L63 "." L63 "." L63 "." L61},
	{"", NULL, NULL},
	{"", "example.com", NULL},
	{"..", NULL, NULL},
	{".a", NULL, NULL},
	{"a..b", NULL, NULL},
	{"a..", NULL, NULL},
	{"a\\", NULL, NULL},
	{"a\\2", NULL, NULL},
	{"a\\25", NULL, NULL},
	{"a\\256", NULL, NULL},
	{"a\\12x", NULL, NULL},
	{L63 "x.x", NULL, NULL},
	{L63 "." L63 "." L63 "." L61 "b", NULL, NULL},
	{L63 "." L63 "." L63, L63, NULL},
	{"www", "bad..origin", NULL},
};
/* clang-format on */

START_TEST(canonical)
{
	for (size_t i = 0; i < sizeof(canonicals) / sizeof(canonicals[0]); i++) {
		const struct canonical_case *c = &canonicals[i];
		char name[MC_NAME_TEXT_SIZE] = "untouched", again[MC_NAME_TEXT_SIZE];
		const char *reason = mc_name_canonical(c->text, c->origin, name);

		if (c->name == NULL) {
			ck_assert_msg(reason != NULL, "'%s': taken as %s", c->text, name);
			ck_assert_msg(strcmp(name, "untouched") == 0, "'%s': clobbered", c->text);
			continue;
		}
		ck_assert_msg(reason == NULL, "'%s': %s", c->text, reason);
		ck_assert_msg(strcmp(name, c->name) == 0, "'%s': '%s'", c->text, name);
		ck_assert_ptr_null(mc_name_canonical(name, NULL, again));
		ck_assert_msg(strcmp(again, name) == 0, "'%s' is not stable: '%s'", name, again);
	}
}
END_TEST

START_TEST(longest_text)
{
	char text[2000] = "", name[MC_NAME_TEXT_SIZE];

	for (int label = 0; label < 4; label++) {
		for (int i = 0; i < (label < 3 ? 63 : 61); i++)
			strcat(text, "\\200");
		strcat(text, label < 3 ? "." : "");
	}
	ck_assert_ptr_null(mc_name_canonical(text, NULL, name));
	ck_assert_str_eq(name, text);
	ck_assert_uint_eq(strlen(name), 1003);
}
END_TEST

START_TEST(to_wire)
{
	struct mc_buf wire;

	mc_buf_init(&wire, 1000);
	ck_assert(mc_name_to_wire("a\\.b.example", &wire));
	ck_assert_uint_eq(wire.length, 13);
	ck_assert_mem_eq(wire.data, "\003a.b\007example", 13);
	mc_buf_clear(&wire);
	ck_assert(mc_name_to_wire(".", &wire));
	ck_assert_uint_eq(wire.length, 1);
	mc_buf_clear(&wire);
	ck_assert_msg(!mc_name_to_wire("Example", &wire), "upper case is not canonical");
	ck_assert_msg(!mc_name_to_wire("a.", &wire), "a final dot is not canonical");
	ck_assert_msg(!mc_name_to_wire("\\097", &wire), "a needless escape is not canonical");
	ck_assert_msg(!mc_name_to_wire("", &wire), "the empty name");
	ck_assert(!wire.failed);
	ck_assert_uint_eq(wire.length, 0);
	mc_buf_free(&wire);
}
END_TEST

#define WIRE(bytes) bytes, sizeof(bytes) - 1

/* clang-format off */
static const struct wire_case {
	const char *label, *bytes;
	size_t length, offset, end; /* end 0: malformed */
	const char *name;
} wires[] = {
	{"root", WIRE("\0"), 0, 1, "."},
	{"plain", WIRE("\003WwW\007ExamPle\0xx"), 0, 13, "www.example"},
	{"octets", WIRE("\004a.\\\0\0"), 0, 6, "a\\.\\\\\\000"},
	{"pointer", WIRE("\003com\0\001a\300\000"), 5, 9, "a.com"},
	{"pointer alone", WIRE("\003com\0\300\000"), 5, 7, "com"},
	{"pointer to root", WIRE("\0\300\000"), 1, 3, "."},
	{"two pointers", WIRE("\001c\0\001b\300\000\001a\300\003"), 7, 11, "a.b.c"},
	{"pointer to pointer", WIRE("\001c\0\300\000\300\003"), 5, 7, "c"},
	{"empty", WIRE(""), 0, 0, NULL},
	{"offset past the end", WIRE("\0"), 5, 0, NULL},
	{"no root", WIRE("\001a"), 0, 0, NULL},
	{"cut label", WIRE("\005abc"), 0, 0, NULL},
	{"label to the end", WIRE("\003abc"), 0, 0, NULL},
	{"cut pointer", WIRE("\001a\300"), 0, 0, NULL},
	{"pointer to itself", WIRE("\300\000"), 0, 0, NULL},
	{"pointer to its label", WIRE("\001a\300\000"), 0, 0, NULL},
	{"loop of two", WIRE("\300\002\300\000"), 2, 0, NULL},
	{"forward pointer", WIRE("\300\002\0"), 0, 0, NULL},
	{"back, then not below", WIRE("\001a\001b\300\002\001c\300\000"), 6, 0, NULL},
	{"pointer past the end", WIRE("\377\377"), 0, 0, NULL},
	{"extended label 01", WIRE("\101a\0"), 0, 0, NULL},
	{"extended label 10", WIRE("\201a\0"), 0, 0, NULL},
};
/* clang-format on */

START_TEST(from_wire)
{
	for (size_t i = 0; i < sizeof(wires) / sizeof(wires[0]); i++) {
		const struct wire_case *c = &wires[i];
		char name[MC_NAME_TEXT_SIZE] = "untouched";
		size_t end =
			mc_name_from_wire((const uint8_t *)c->bytes, c->length, c->offset, name);

		ck_assert_msg(end == c->end, "%s: ends at %zu", c->label, end);
		ck_assert_msg(strcmp(name, c->end == 0 ? "untouched" : c->name) == 0, "%s: '%s'",
			c->label, name);
	}
}
END_TEST

/* 255 octets are a name, 256 are none, however they are put together. */
START_TEST(wire_limit)
{
	uint8_t wire[600];
	char name[MC_NAME_TEXT_SIZE];
	size_t length = 0;

	for (int i = 0; i < 127; i++) {
		wire[length++] = 1;
		wire[length++] = 'a';
	}
	wire[length++] = 0;
	ck_assert_uint_eq(length, 255);
	ck_assert_uint_eq(mc_name_from_wire(wire, length, 0, name), 255);
	ck_assert_uint_eq(mc_name_labels(name), 127);
	ck_assert_uint_eq(mc_name_wire_length(wire, length), 255);
	wire[length++] = 1;
	wire[length++] = 'b';
	wire[length++] = 0xC0;
	wire[length++] = 0;
	ck_assert_uint_eq(mc_name_from_wire(wire, length, 255, name), 0);
	wire[length - 1] = 2;
	ck_assert_uint_eq(mc_name_from_wire(wire, length, 255, name), 259);
	wire[0] = 2;
	ck_assert_uint_eq(mc_name_wire_length(wire, 200), 0);
	memset(wire, 1, sizeof(wire));
	wire[256] = 0;
	ck_assert_uint_eq(mc_name_wire_length(wire, sizeof(wire)), 0);
	ck_assert_uint_eq(mc_name_wire_length((const uint8_t *)"\300\000", 2), 0);
}
END_TEST

START_TEST(many_pointers)
{
	uint8_t message[4000] = {0};
	char name[MC_NAME_TEXT_SIZE];

	for (size_t i = 1; i + 1 < sizeof(message); i += 2) {
		size_t target = i == 1 ? 0 : i - 2;

		message[i] = (uint8_t)(0xC0 | target >> 8);
		message[i + 1] = (uint8_t)target;
	}
	ck_assert_uint_eq(mc_name_from_wire(message, sizeof(message), 101, name), 103);
	ck_assert_uint_eq(mc_name_from_wire(message, sizeof(message), 3001, name), 0);
}
END_TEST

/* clang-format off */
static const struct within_case {
	const char *name, *ancestor;
	bool within;
} withins[] = {
	{"example.com", "example.com", true},
	{"www.example.com", "example.com", true},
	{"a.b.example.com", "com", true},
	{"example.com", ".", true},
	{".", ".", true},
	{".", "com", false},
	{"com", "example.com", false},
	{"notexample.com", "example.com", false},
	{"a\\.example.com", "example.com", false},
	{"a\\\\.example.com", "example.com", true},
	{"a\\046.x", "x", true},
};
/* clang-format on */

START_TEST(within)
{
	for (size_t i = 0; i < sizeof(withins) / sizeof(withins[0]); i++)
		ck_assert_msg(
			mc_name_within(withins[i].name, withins[i].ancestor) == withins[i].within,
			"%s in %s", withins[i].name, withins[i].ancestor);
}
END_TEST

START_TEST(labels_and_parents)
{
	ck_assert_uint_eq(mc_name_labels("."), 0);
	ck_assert_uint_eq(mc_name_labels("com"), 1);
	ck_assert_uint_eq(mc_name_labels("a.b.com"), 3);
	ck_assert_uint_eq(mc_name_labels("a\\.b.com"), 2);
	ck_assert_str_eq(mc_name_parent("."), ".");
	ck_assert_str_eq(mc_name_parent("com"), ".");
	ck_assert_str_eq(mc_name_parent("example.com"), "com");
	ck_assert_str_eq(mc_name_parent("a\\.b.com"), "com");
	ck_assert_str_eq(mc_name_parent("a\\\\.com"), "com");
}
END_TEST

START_TEST(join)
{
	char name[MC_NAME_TEXT_SIZE] = "untouched";

	ck_assert(!mc_name_join(L63 "." L63, L63 "." L63, name));
	ck_assert(!mc_name_join("", "example.com", name));
	ck_assert(!mc_name_join("a..b", "example.com", name));
	ck_assert(!mc_name_join(L63 "." L63 "." L63, L61 "b", name));
	ck_assert(!mc_name_join(L63 "x", "example.com", name));
	ck_assert_str_eq(name, "untouched");
	ck_assert(mc_name_join("a\\.b", "example.com", name));
	ck_assert_str_eq(name, "a\\.b.example.com");
	ck_assert(mc_name_join("_dmarc", "example.com", name));
	ck_assert_str_eq(name, "_dmarc.example.com");
	ck_assert(mc_name_join("_25._tcp", ".", name));
	ck_assert_str_eq(name, "_25._tcp");
	ck_assert(mc_name_join("@", "example.com", name));
	ck_assert_str_eq(name, "\\064.example.com");
	ck_assert(mc_name_join(L63 "." L63 "." L63, L61, name));
	ck_assert_str_eq(name, L63 "." L63 "." L63 "." L61);
}
END_TEST

UNIT_MAIN("record name", canonical, longest_text, to_wire, from_wire, wire_limit, many_pointers,
	within, labels_and_parents, join)
