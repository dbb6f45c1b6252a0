/* Unit tests of lib/record/rr.c: types and field readers. */
#include "unit.h"

#include <string.h>

#include "base/alloc.h"
#include "record/rr.h"

#define RR(type_, bytes)                                                                           \
	{                                                                                          \
		.owner = "x.example", .type = (type_), .rdata = (const uint8_t *)(bytes),          \
		.rdlength = sizeof(bytes) - 1                                                      \
	}

START_TEST(type_names)
{
	char text[10];
	uint16_t type;

	ck_assert_str_eq(mc_rr_type_name(MC_RR_MX, text), "MX");
	ck_assert_str_eq(mc_rr_type_name(MC_RR_CAA, text), "CAA");
	ck_assert_str_eq(mc_rr_type_name(65535, text), "TYPE65535");
	for (unsigned i = 0; i <= 65535; i++) {
		ck_assert(mc_rr_type_parse(mc_rr_type_name((uint16_t)i, text), &type));
		ck_assert_uint_eq(type, i);
	}
	ck_assert(mc_rr_type_parse("aaaa", &type) && type == MC_RR_AAAA);
	ck_assert(mc_rr_type_parse("type15", &type) && type == MC_RR_MX);
}
END_TEST

START_TEST(no_types)
{
	static const char *const names[] = {"", "M", "MXX", "TYPE", "TYPE65536", "TYPE-1",
		"TYPE99999999999999999999", "TYPE1x", "TYPE 1", "15"};
	uint16_t type = 7;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		ck_assert_msg(!mc_rr_type_parse(names[i], &type), "'%s'", names[i]);
	ck_assert_uint_eq(type, 7);
}
END_TEST

START_TEST(addresses)
{
	const struct mc_rr a = RR(MC_RR_A, "\300\000\002\001"),
			   shorter = RR(MC_RR_A, "\300\000\002"),
			   longer = RR(MC_RR_A, "\300\000\002\001\001"),
			   text = RR(MC_RR_TXT, "\003abc"),
			   aaaa = RR(MC_RR_AAAA, "\040\001\015\270\0\0\0\0\0\0\0\0\0\0\0\001"),
			   four = RR(MC_RR_AAAA, "\300\000\002\001");
	struct mc_address address = {.family = 9};
	char string[MC_ADDRESS_SIZE];

	ck_assert(!mc_rr_address(&shorter, &address));
	ck_assert(!mc_rr_address(&longer, &address));
	ck_assert(!mc_rr_address(&text, &address));
	ck_assert(!mc_rr_address(&four, &address));
	ck_assert_uint_eq(address.family, 9);
	ck_assert(mc_rr_address(&a, &address));
	mc_address_format(string, &address);
	ck_assert_str_eq(string, "192.0.2.1");
	ck_assert(mc_rr_address(&aaaa, &address));
	mc_address_format(string, &address);
	ck_assert_str_eq(string, "2001:db8::1");
}
END_TEST

/* clang-format off */
static const struct mx_case {
	const char *label;
	struct mc_rr rr;
	const char *exchange; /* NULL: malformed */
	uint16_t preference;
} mxs[] = {
	{"plain", RR(MC_RR_MX, "\001\002\002Mx\001b\0"), "mx.b", 258},
	{"null MX", RR(MC_RR_MX, "\0\0\0"), ".", 0},
	{"empty", RR(MC_RR_MX, ""), NULL, 0},
	{"no name", RR(MC_RR_MX, "\0\012"), NULL, 0},
	{"cut name", RR(MC_RR_MX, "\0\012\003mx"), NULL, 0},
	{"bytes behind", RR(MC_RR_MX, "\0\012\002mx\0x"), NULL, 0},
	{"compressed", RR(MC_RR_MX, "\0\0\002mx\300\000"), NULL, 0},
	{"other type", RR(MC_RR_TXT, "\0\0\0"), NULL, 0},
};
/* clang-format on */

START_TEST(mx)
{
	for (size_t i = 0; i < sizeof(mxs) / sizeof(mxs[0]); i++) {
		char exchange[MC_NAME_TEXT_SIZE] = "untouched";
		uint16_t preference = 7;
		bool ok = mc_rr_mx(&mxs[i].rr, &preference, exchange);

		ck_assert_msg(ok == (mxs[i].exchange != NULL), "%s: %d", mxs[i].label, ok);
		ck_assert_msg(preference == (ok ? mxs[i].preference : 7), "%s: %u", mxs[i].label,
			preference);
		ck_assert_msg(strcmp(exchange, ok ? mxs[i].exchange : "untouched") == 0, "%s: %s",
			mxs[i].label, exchange);
	}
}
END_TEST

static const struct {
	const char *label;
	struct mc_rr rr;
	const char *target; /* NULL: refused */
} srvs[] = {
	{"a server", RR(MC_RR_SRV, "\0\1\0\2\3\xe1\4mail\7example\0"), "mail.example"},
	{"not offered", RR(MC_RR_SRV, "\0\1\0\2\3\xe1\0"), "."},
	{"no target", RR(MC_RR_SRV, "\0\1\0\2\3\xe1"), NULL},
	{"cut", RR(MC_RR_SRV, "\0\1\0\2\3\xe1\4mai"), NULL},
	{"octets behind it", RR(MC_RR_SRV, "\0\1\0\2\3\xe1\0\0"), NULL},
	{"another type", RR(MC_RR_MX, "\0\1\0\2\3\xe1\0"), NULL},
	{"empty", RR(MC_RR_SRV, ""), NULL},
};

START_TEST(srv)
{
	for (size_t i = 0; i < sizeof(srvs) / sizeof(srvs[0]); i++) {
		struct mc_srv read = {.port = 7};
		bool ok = mc_rr_srv(&srvs[i].rr, &read);

		ck_assert_msg(ok == (srvs[i].target != NULL), "%s: %d", srvs[i].label, ok);
		ck_assert_msg(read.port == (ok ? 993 : 7), "%s: port %u", srvs[i].label, read.port);
		ck_assert_msg(!ok || (read.priority == 1 && read.weight == 2 &&
					     strcmp(read.target, srvs[i].target) == 0),
			"%s: %u %u %s", srvs[i].label, read.priority, read.weight, read.target);
	}
}
END_TEST

#define NUMBERS "\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\xff\xff\xff\xff"

static const struct {
	const char *label;
	struct mc_rr rr;
	bool ok;
} soas[] = {
	{"two names", RR(MC_RR_SOA, "\2ns\0\1h\2ns\0" NUMBERS), true},
	{"roots", RR(MC_RR_SOA, "\0\0" NUMBERS), true},
	{"one name", RR(MC_RR_SOA, "\2ns\0" NUMBERS), false},
	{"a number cut", RR(MC_RR_SOA, "\0\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\xff"), false},
	{"octets behind it", RR(MC_RR_SOA, "\0\0" NUMBERS "\0"), false},
	{"a name that runs on", RR(MC_RR_SOA, "\0\77" NUMBERS), false},
	{"another type", RR(MC_RR_NS, "\0\0" NUMBERS), false},
	{"empty", RR(MC_RR_SOA, ""), false},
};

START_TEST(soa)
{
	for (size_t i = 0; i < sizeof(soas) / sizeof(soas[0]); i++) {
		struct mc_soa read = {.serial = 7};
		bool ok = mc_rr_soa(&soas[i].rr, &read);

		ck_assert_msg(ok == soas[i].ok, "%s: %d", soas[i].label, ok);
		ck_assert_msg(
			read.serial == (ok ? 1 : 7), "%s: serial %u", soas[i].label, read.serial);
		ck_assert_msg(!ok || (read.refresh == 2 && read.retry == 3 && read.expire == 4 &&
					     read.minimum == UINT32_MAX),
			"%s: numbers", soas[i].label);
	}
}
END_TEST

START_TEST(target)
{
	const struct mc_rr ns = RR(MC_RR_NS, "\002nS\0"), behind = RR(MC_RR_PTR, "\002ns\0\0"),
			   mx_rr = RR(MC_RR_MX, "\0\0\0"), empty = RR(MC_RR_CNAME, "");
	char name[MC_NAME_TEXT_SIZE] = "untouched";

	ck_assert(!mc_rr_target(&behind, name));
	ck_assert(!mc_rr_target(&mx_rr, name));
	ck_assert(!mc_rr_target(&empty, name));
	ck_assert_str_eq(name, "untouched");
	ck_assert(mc_rr_target(&ns, name));
	ck_assert_str_eq(name, "ns");
}
END_TEST

/* clang-format off */
static const struct txt_case {
	const char *label;
	struct mc_rr rr;
	const char *text; /* NULL: malformed */
	size_t length;
} txts[] = {
	{"one string", RR(MC_RR_TXT, "\003abc"), "abc", 3},
	{"joined without a blank", RR(MC_RR_TXT, "\003v=s\004pf1 "), "v=spf1 ", 7},
	{"empty string", RR(MC_RR_TXT, "\0"), "", 0},
	{"empty between", RR(MC_RR_TXT, "\001a\0\001b"), "ab", 2},
	{"NUL", RR(MC_RR_SPF, "\003a\0b"), "a\0b", 3},
	{"no string", RR(MC_RR_TXT, ""), NULL, 0},
	{"cut", RR(MC_RR_TXT, "\004abc"), NULL, 0},
	{"cut behind a whole one", RR(MC_RR_TXT, "\001a\005"), NULL, 0},
	{"other type", RR(MC_RR_CAA, "\001a"), NULL, 0},
};
/* clang-format on */

START_TEST(txt)
{
	for (size_t i = 0; i < sizeof(txts) / sizeof(txts[0]); i++) {
		struct mc_arena arena;
		size_t length = 7;
		const char *text;

		mc_arena_init(&arena, 0);
		text = mc_rr_txt(&arena, &txts[i].rr, &length);
		ck_assert_msg((text != NULL) == (txts[i].text != NULL), "%s", txts[i].label);
		ck_assert_msg(length == (text == NULL ? 7 : txts[i].length), "%s: length %zu",
			txts[i].label, length);
		if (text != NULL)
			ck_assert_msg(memcmp(text, txts[i].text, length + 1) == 0, "%s: '%s'",
				txts[i].label, text);
		mc_arena_reset(&arena);
	}
}
END_TEST

START_TEST(txt_without_memory)
{
	const struct mc_rr rr = RR(MC_RR_TXT, "\003abc");
	struct mc_arena arena;
	size_t length;

	mc_arena_init(&arena, 0);
	mc_alloc_fail_at(1);
	ck_assert_ptr_null(mc_rr_txt(&arena, &rr, &length));
	mc_alloc_fail_at(0);
	ck_assert(arena.failed);
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(compare)
{
	const struct mc_rr sorted[] = {
		{.owner = "a", .type = 1, .rdata = (const uint8_t *)"\1", .rdlength = 1, .ttl = 9},
		{.owner = "a",
			.type = 1,
			.rdata = (const uint8_t *)"\1\0",
			.rdlength = 2,
			.ttl = 3},
		{.owner = "a", .type = 1, .rdata = (const uint8_t *)"\2", .rdlength = 1},
		{.owner = "a", .type = 1, .rdata = (const uint8_t *)"\377", .rdlength = 1},
		{.owner = "a", .type = 2, .rdata = NULL, .rdlength = 0},
		{.owner = "b", .type = 1, .rdata = (const uint8_t *)"\0", .rdlength = 1},
	};
	struct mc_rr other = sorted[0];

	for (size_t i = 0; i < sizeof(sorted) / sizeof(sorted[0]); i++)
		for (size_t j = 0; j < sizeof(sorted) / sizeof(sorted[0]); j++) {
			int order = mc_rr_compare(&sorted[i], &sorted[j]);

			ck_assert_msg(
				(order > 0) - (order < 0) == (i > j) - (i < j), "%zu, %zu", i, j);
		}
	other.ttl = 12345;
	ck_assert_int_eq(mc_rr_compare(&sorted[0], &other), 0);
}
END_TEST

UNIT_MAIN("record rr", type_names, no_types, addresses, mx, srv, soa, target, txt,
	txt_without_memory, compare)
