/*
 * alloc: the one door through which this library's own memory comes.
 * Tests count the calls and make the N-th of them fail (MC_ALLOC_FAULTS).
 */
#ifndef MC_BASE_ALLOC_H
#define MC_BASE_ALLOC_H

#include <stddef.h>

void *mc_malloc(size_t size);
void *mc_calloc(size_t count, size_t size);
void *mc_realloc(void *memory, size_t size);
char *mc_strdup(const char *text);
void mc_free(void *memory);

#ifdef MC_ALLOC_FAULTS
/* The n-th allocation from now on fails (1 is the next one), and only that one; 0: none. */
void mc_alloc_fail_at(unsigned long n);
/* Allocations made since the last mc_alloc_fail_at(). */
unsigned long mc_alloc_count(void);
/* Blocks of this thread that are not freed. */
long mc_alloc_live(void);
#endif

#endif
