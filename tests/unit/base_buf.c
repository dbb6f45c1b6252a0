/* Unit tests of lib/base/buf.c. */
#include "unit.h"

#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"

START_TEST(grows)
{
	struct mc_buf buf;

	mc_buf_init(&buf, 100000);
	ck_assert_str_eq(mc_buf_text(&buf), "");
	for (size_t i = 0; i < 100000; i++)
		ck_assert(mc_buf_putc(&buf, (char)('a' + i % 26)));
	ck_assert_uint_eq(buf.length, 100000);
	ck_assert_uint_eq(strlen(mc_buf_text(&buf)), 100000);
	for (size_t i = 0; i < 100000; i++)
		ck_assert_int_eq(buf.data[i], 'a' + (int)(i % 26));
	ck_assert(!mc_buf_putc(&buf, 'x'));
	ck_assert(buf.failed);
	mc_buf_free(&buf);
}
END_TEST

START_TEST(all_or_nothing)
{
	struct mc_buf buf;

	mc_buf_init(&buf, 8);
	ck_assert(mc_buf_puts(&buf, "12345"));
	ck_assert(!mc_buf_puts(&buf, "6789"));
	ck_assert(buf.failed);
	ck_assert_uint_eq(buf.length, 5);
	ck_assert_msg(!mc_buf_putc(&buf, '6'), "the failure was forgotten");
	ck_assert_str_eq(mc_buf_text(&buf), "");
	mc_buf_clear(&buf);
	ck_assert(mc_buf_puts(&buf, "12345678"));
	ck_assert_str_eq(mc_buf_text(&buf), "12345678");
	mc_buf_clear(&buf);
	ck_assert(!mc_buf_printf(&buf, "%d", 123456789));
	ck_assert_uint_eq(buf.length, 0);
	mc_buf_free(&buf);
}
END_TEST

START_TEST(extend)
{
	struct mc_buf buf;
	uint8_t *to;

	mc_buf_init(&buf, 100);
	mc_buf_puts(&buf, "a");
	to = mc_buf_extend(&buf, 80);
	ck_assert_ptr_nonnull(to);
	memset(to, 'b', 80);
	ck_assert_uint_eq(buf.length, 81);
	mc_buf_puts(&buf, "c");
	ck_assert_uint_eq(strspn(mc_buf_text(&buf) + 1, "b"), 80);
	ck_assert_str_eq(mc_buf_text(&buf) + 81, "c");
	ck_assert_ptr_null(mc_buf_extend(&buf, 19));
	ck_assert(buf.failed);
	ck_assert_uint_eq(buf.length, 82);
	mc_buf_free(&buf);
}
END_TEST

START_TEST(kinds)
{
	struct mc_buf buf;

	mc_buf_init(&buf, SIZE_MAX);
	mc_buf_append(&buf, NULL, 0);
	mc_buf_u16(&buf, 0x4142);
	mc_buf_u32(&buf, 0x43444546);
	mc_buf_printf(&buf, "-%s-%u", "x", 7U);
	ck_assert_str_eq(mc_buf_text(&buf), "ABCDEF-x-7");
	mc_buf_free(&buf);
	ck_assert_uint_eq(buf.length, 0);
	ck_assert(mc_buf_puts(&buf, "again"));
	mc_buf_free(&buf);
}
END_TEST

START_TEST(consume)
{
	struct mc_buf buf;

	mc_buf_init(&buf, 100);
	mc_buf_consume(&buf, 5);
	mc_buf_puts(&buf, "HELLO world");
	mc_buf_consume(&buf, 0);
	mc_buf_consume(&buf, 6);
	ck_assert_str_eq(mc_buf_text(&buf), "world");
	mc_buf_consume(&buf, 500);
	ck_assert_str_eq(mc_buf_text(&buf), "");
	mc_buf_free(&buf);
}
END_TEST

START_TEST(sizes_that_overflow)
{
	struct mc_buf buf;

	mc_buf_init(&buf, SIZE_MAX);
	ck_assert(mc_buf_putc(&buf, 'x'));
	ck_assert(!mc_buf_append(&buf, "x", SIZE_MAX));
	ck_assert(buf.failed);
	mc_buf_free(&buf);
}
END_TEST

START_TEST(decimals)
{
	struct mc_buf buf;

	mc_buf_init(&buf, 40);
	ck_assert(mc_buf_decimal(&buf, 0) && mc_buf_putc(&buf, ' ') && mc_buf_decimal(&buf, 907));
	ck_assert(mc_buf_putc(&buf, ' ') && mc_buf_decimal(&buf, UINT64_MAX));
	ck_assert_str_eq(mc_buf_text(&buf), "0 907 18446744073709551615");
	ck_assert(!mc_buf_decimal(&buf, UINT64_MAX));
	mc_buf_free(&buf);
}
END_TEST

START_TEST(out_of_memory)
{
	struct mc_buf buf;

	mc_buf_init(&buf, 1000);
	mc_alloc_fail_at(2);
	ck_assert(mc_buf_puts(&buf, "kept"));
	for (int i = 0; i < 100; i++)
		mc_buf_putc(&buf, 'x');
	mc_alloc_fail_at(0);
	ck_assert(buf.failed);
	ck_assert_mem_eq(buf.data, "kept", 4);
	mc_buf_free(&buf);
}
END_TEST

UNIT_MAIN("base buf", grows, all_or_nothing, extend, kinds, consume, sizes_that_overflow, decimals,
	out_of_memory)
