/* Unit tests of lib/base/alloc.c. */
#include "unit.h"

#include <stdint.h>
#include <string.h>

#include "base/alloc.h"

START_TEST(nothing_is_something)
{
	void *a = mc_malloc(0), *b = mc_calloc(0, 8), *c = mc_realloc(NULL, 0);

	ck_assert_ptr_nonnull(a);
	ck_assert_ptr_nonnull(b);
	ck_assert_ptr_nonnull(c);
	mc_free(a);
	mc_free(b);
	mc_free(c);
	mc_free(NULL);
}
END_TEST

START_TEST(too_much)
{
	volatile size_t half = SIZE_MAX / 2;

	ck_assert_ptr_null(mc_calloc(half, 4));
}
END_TEST

START_TEST(zeroed_and_copied)
{
	unsigned char *zeroes = mc_calloc(16, 16);
	char *copy = mc_strdup("text");

	for (size_t i = 0; i < 256; i++)
		ck_assert_uint_eq(zeroes[i], 0);
	ck_assert_str_eq(copy, "text");
	mc_free(zeroes);
	mc_free(copy);
}
END_TEST

START_TEST(the_nth_fails)
{
	void *memory[5];

	mc_alloc_fail_at(3);
	memory[0] = mc_malloc(1);
	memory[1] = mc_calloc(1, 1);
	memory[2] = mc_strdup("x");
	memory[3] = mc_malloc(1);
	memory[4] = mc_realloc(memory[3], 10);
	ck_assert_uint_eq(mc_alloc_count(), 5);
	mc_alloc_fail_at(0);
	ck_assert_uint_eq(mc_alloc_count(), 0);
	for (size_t i = 0; i < 5; i++)
		ck_assert_msg((memory[i] == NULL) == (i == 2), "allocation %zu", i + 1);
	mc_free(memory[0]);
	mc_free(memory[1]);
	mc_free(memory[4]);
}
END_TEST

START_TEST(a_failed_realloc_keeps_the_old)
{
	char *text = mc_strdup("kept");

	mc_alloc_fail_at(1);
	ck_assert_ptr_null(mc_realloc(text, 100));
	mc_alloc_fail_at(0);
	ck_assert_str_eq(text, "kept");
	mc_free(text);
}
END_TEST

UNIT_MAIN("base alloc", nothing_is_something, too_much, zeroed_and_copied, the_nth_fails,
	a_failed_realloc_keeps_the_old)
