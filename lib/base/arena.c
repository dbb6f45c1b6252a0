/*
 * arena: a list of blocks, each twice the last up to a cap; a request larger than that gets a
 * block of its own. Under AddressSanitizer every request does, so that a step past its
 * end is seen.
 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define ARENA_BLOCK_MIN ((size_t)1)
#define ARENA_BLOCK_MAX ((size_t)1)
#else
/* With its header the first block stays small enough for malloc's quick lists. */
#define ARENA_BLOCK_MIN ((size_t)448)
#define ARENA_BLOCK_MAX ((size_t)64 << 10)
#endif
#define ARENA_LIMIT_MAX (SIZE_MAX / 4) /* no sum of sizes overflows */
#define ARENA_ALIGN alignof(max_align_t)
#define MOSTLY_ENOUGH 256 /* octets of formatted text, with the NUL */

struct mc_arena_block {
	struct mc_arena_block *next;
	size_t used, size;
	alignas(max_align_t) unsigned char bytes[];
};

void
mc_arena_init(struct mc_arena *arena, size_t limit)
{
	if (limit == 0)
		limit = MC_ARENA_LIMIT;
	*arena = (struct mc_arena){.limit = limit < ARENA_LIMIT_MAX ? limit : ARENA_LIMIT_MAX};
}

static void
free_blocks(struct mc_arena_block *block)
{
	struct mc_arena_block *next;

	for (; block != NULL; block = next) {
		next = block->next;
		mc_free(block);
	}
}

void
mc_arena_reset(struct mc_arena *arena)
{
	free_blocks(arena->blocks);
	mc_arena_init(arena, arena->limit);
}

void
mc_arena_clear(struct mc_arena *arena)
{
	struct mc_arena_block *block = arena->blocks;

	if (block == NULL || block->size > ARENA_BLOCK_MAX) {
		mc_arena_reset(arena);
		return;
	}
	free_blocks(block->next);
	mc_arena_init(arena, arena->limit);
	block->next = NULL;
	block->used = 0;
	arena->blocks = block;
}

void
mc_arena_adopt(struct mc_arena *arena, struct mc_arena *other)
{
	struct mc_arena_block **tail = &arena->blocks;

	while (*tail != NULL)
		tail = &(*tail)->next;
	*tail = other->blocks;
	arena->failed = arena->failed || other->failed;
	mc_arena_init(other, other->limit);
}

static struct mc_arena_block *
add_block(struct mc_arena *arena, size_t size)
{
	struct mc_arena_block *block;
	size_t room = ARENA_BLOCK_MIN;

	if (arena->blocks != NULL)
		room = arena->blocks->size * 2;
	if (room > ARENA_BLOCK_MAX)
		room = ARENA_BLOCK_MAX;
	if (room < size)
		room = size;
	block = mc_malloc(sizeof(*block) + room);
	if (block == NULL)
		return NULL;
	block->used = 0;
	block->size = room;
	block->next = arena->blocks;
	arena->blocks = block;
	return block;
}

/* Not zeroed. */
static void *
take(struct mc_arena *arena, size_t size)
{
	struct mc_arena_block *block = arena->blocks;
	void *memory;

	if (size == 0)
		size = 1;
	if (size > arena->limit - arena->used)
		goto failed;
	size = (size + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
	if (size > arena->limit - arena->used)
		goto failed;
	if (block == NULL || size > block->size - block->used)
		block = add_block(arena, size);
	if (block == NULL)
		goto failed;
	memory = block->bytes + block->used;
	block->used += size;
	arena->used += size;
	return memory;
failed:
	arena->failed = true;
	return NULL;
}

void *
mc_arena_alloc(struct mc_arena *arena, size_t size)
{
	void *memory = take(arena, size);

	return memory != NULL ? memset(memory, 0, size) : NULL;
}

void *
mc_arena_calloc(struct mc_arena *arena, size_t count, size_t size)
{
	if (size != 0 && count > SIZE_MAX / size) {
		arena->failed = true;
		return NULL;
	}
	return mc_arena_alloc(arena, count * size);
}

void *
mc_arena_memdup(struct mc_arena *arena, const void *bytes, size_t length)
{
	unsigned char *copy;

	if (length == SIZE_MAX) {
		arena->failed = true;
		return NULL;
	}
	copy = take(arena, length + 1);
	if (copy == NULL)
		return NULL;
	if (length > 0)
		memcpy(copy, bytes, length);
	copy[length] = '\0';
	return copy;
}

const char *
mc_arena_strdup(struct mc_arena *arena, const char *text)
{
	const char *copy = mc_arena_memdup(arena, text, strlen(text));

	return copy == NULL ? "" : copy;
}

const char *
mc_arena_strndup(struct mc_arena *arena, const char *text, size_t length)
{
	const char *copy = mc_arena_memdup(arena, text, strnlen(text, length));

	return copy == NULL ? "" : copy;
}

const char *
mc_arena_vprintf(struct mc_arena *arena, const char *format, va_list arguments)
{
	char small[MOSTLY_ENOUGH], *text = NULL;
	va_list again;
	int length;

	va_copy(again, arguments);
	length = vsnprintf(small, sizeof(small), format, again);
	va_end(again);
	if (length < 0)
		arena->failed = true;
	else
		text = take(arena, (size_t)length + 1);
	if (text == NULL)
		return "";
	if ((size_t)length < sizeof(small))
		memcpy(text, small, (size_t)length + 1);
	else
		vsnprintf(text, (size_t)length + 1, format, arguments);
	return text;
}

const char *
mc_arena_printf(struct mc_arena *arena, const char *format, ...)
{
	va_list arguments;
	const char *text;

	va_start(arguments, format);
	text = mc_arena_vprintf(arena, format, arguments);
	va_end(arguments);
	return text;
}
