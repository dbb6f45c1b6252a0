/* Unit tests of lib/base/arena.c. */
#include "unit.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"

START_TEST(zeroed_and_aligned)
{
	struct mc_arena arena;

	mc_arena_init(&arena, 0);
	for (size_t size = 0; size < 5000; size += 7) {
		unsigned char *p = mc_arena_alloc(&arena, size);

		ck_assert_ptr_nonnull(p);
		ck_assert_msg((uintptr_t)p % alignof(max_align_t) == 0, "size %zu", size);
		for (size_t i = 0; i < size; i++)
			ck_assert_msg(p[i] == 0, "size %zu, byte %zu", size, i);
		memset(p, 0xFF, size);
	}
	mc_arena_reset(&arena);
	ck_assert_uint_eq(arena.used, 0);
}
END_TEST

START_TEST(cleared_is_as_new)
{
	struct mc_arena arena;

	mc_arena_init(&arena, 200000);
	for (size_t size = 1; size < 200000; size = size * 3 + 1) {
		unsigned char *p;

		memset(mc_arena_alloc(&arena, size / 2), 0xFF, size / 2);
		memset(mc_arena_alloc(&arena, size / 3), 0xFF, size / 3);
		ck_assert_ptr_null(mc_arena_alloc(&arena, 200001));
		mc_arena_clear(&arena);
		ck_assert_msg(!arena.failed && arena.used == 0, "size %zu", size);
		p = mc_arena_alloc(&arena, size);
		for (size_t i = 0; i < size; i++)
			ck_assert_msg(p[i] == 0, "size %zu, byte %zu", size, i);
		mc_arena_clear(&arena);
	}
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(the_limit_is_sticky)
{
	struct mc_arena arena;

	mc_arena_init(&arena, 1024);
	ck_assert_ptr_nonnull(mc_arena_alloc(&arena, 1000));
	ck_assert(!arena.failed);
	ck_assert_ptr_null(mc_arena_alloc(&arena, 100));
	ck_assert(arena.failed);
	ck_assert_str_eq(mc_arena_strdup(&arena, "a text that does not fit in what is left"), "");
	ck_assert(arena.failed);
	mc_arena_reset(&arena);
	ck_assert(!arena.failed);
	ck_assert_uint_eq(arena.limit, 1024);
	ck_assert_ptr_nonnull(mc_arena_alloc(&arena, 1024));
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(sizes_that_overflow)
{
	struct mc_arena arena;

	mc_arena_init(&arena, SIZE_MAX);
	ck_assert_ptr_null(mc_arena_calloc(&arena, SIZE_MAX / 2, 4));
	mc_arena_reset(&arena);
	ck_assert_ptr_null(mc_arena_memdup(&arena, "x", SIZE_MAX));
	mc_arena_reset(&arena);
	ck_assert_ptr_null(mc_arena_alloc(&arena, SIZE_MAX));
	ck_assert(arena.failed);
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(copies)
{
	struct mc_arena arena;
	const char *bytes;

	mc_arena_init(&arena, 0);
	bytes = mc_arena_memdup(&arena, "a\0b", 3);
	ck_assert_mem_eq(bytes, "a\0b\0", 4);
	ck_assert_ptr_nonnull(mc_arena_memdup(&arena, NULL, 0));
	ck_assert_str_eq(mc_arena_strdup(&arena, "text"), "text");
	ck_assert_str_eq(mc_arena_strndup(&arena, "text", 2), "te");
	ck_assert_str_eq(mc_arena_strndup(&arena, "text", 9), "text");
	ck_assert_str_eq(mc_arena_printf(&arena, "%s %d", "a", 5), "a 5");
	ck_assert_str_eq(mc_arena_printf(&arena, "%s", ""), "");
	ck_assert_uint_eq(strlen(mc_arena_printf(&arena, "%10000d", 1)), 10000);
	ck_assert(!arena.failed);
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(out_of_memory)
{
	struct mc_arena arena;

	mc_arena_init(&arena, 0);
	mc_alloc_fail_at(1);
	ck_assert_str_eq(mc_arena_printf(&arena, "%d", 1), "");
	ck_assert(arena.failed);
	ck_assert_str_eq(mc_arena_printf(&arena, "%d", 1), "1");
	ck_assert_msg(arena.failed, "the failure was forgotten");
	mc_alloc_fail_at(0);
	mc_arena_reset(&arena);
}
END_TEST

UNIT_MAIN("base arena", zeroed_and_aligned, cleared_is_as_new, the_limit_is_sticky,
	sizes_that_overflow, copies, out_of_memory)
