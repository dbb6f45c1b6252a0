/*
 * alloc: malloc and friends in one place, so that tests can make any one of them fail.
 */
#include "base/alloc.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef MC_ALLOC_FAULTS
static _Thread_local unsigned long alloc_count;
static _Thread_local unsigned long alloc_fail_at;
static _Thread_local long alloc_live;

void
mc_alloc_fail_at(unsigned long n)
{
	alloc_count = 0;
	alloc_fail_at = n;
}

unsigned long
mc_alloc_count(void)
{
	return alloc_count;
}

long
mc_alloc_live(void)
{
	return alloc_live;
}

static bool
fault(void)
{
	alloc_count++;
	return alloc_fail_at != 0 && alloc_count == alloc_fail_at;
}

static void *
count_made(void *memory)
{
	alloc_live += memory != NULL;
	return memory;
}

static void
count_freed(const void *memory)
{
	alloc_live -= memory != NULL;
}
#else
static inline bool
fault(void)
{
	return false;
}

static inline void *
count_made(void *memory)
{
	return memory;
}

static inline void
count_freed(const void *memory)
{
	(void)memory;
}
#endif

void *
mc_malloc(size_t size)
{
	return fault() ? NULL : count_made(malloc(size == 0 ? 1 : size));
}

void *
mc_calloc(size_t count, size_t size)
{
	if (fault() || (size != 0 && count > SIZE_MAX / size))
		return NULL;
	return count_made(count == 0 || size == 0 ? calloc(1, 1) : calloc(count, size));
}

void *
mc_realloc(void *memory, size_t size)
{
	if (memory == NULL)
		return mc_malloc(size);
	return fault() ? NULL : realloc(memory, size == 0 ? 1 : size);
}

char *
mc_strdup(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = mc_malloc(size);

	return copy == NULL ? NULL : memcpy(copy, text, size);
}

void
mc_free(void *memory)
{
	count_freed(memory);
	free(memory);
}
