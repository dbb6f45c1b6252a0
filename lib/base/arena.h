/*
 * arena: memory that is given back all at once.
 *
 * Every allocation is zeroed. Running out of memory (or past the limit) is sticky: `failed`
 * stays set, so code that only formats text may go on and be judged once, at the end.
 */
#ifndef MC_BASE_ARENA_H
#define MC_BASE_ARENA_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct mc_arena_block;

struct mc_arena {
	struct mc_arena_block *blocks;
	size_t used;  /* bytes handed out */
	size_t limit; /* most bytes to hand out */
	bool failed;
};

#define MC_ARENA_LIMIT ((size_t)16 << 20)

/* limit 0: MC_ARENA_LIMIT. */
void mc_arena_init(struct mc_arena *arena, size_t limit);
/* Gives everything back; the arena may be used again at once. */
void mc_arena_reset(struct mc_arena *arena);
/* The same, but its largest block is kept for what comes. */
void mc_arena_clear(struct mc_arena *arena);

/* Takes over all that `other` handed out, which is empty then. It does not count as used. */
void mc_arena_adopt(struct mc_arena *arena, struct mc_arena *other);

/* NULL when out of memory. Aligned for any type. */
void *mc_arena_alloc(struct mc_arena *arena, size_t size);
void *mc_arena_calloc(struct mc_arena *arena, size_t count, size_t size);
/* A copy of `length` bytes, NUL-terminated; NULL when out of memory. */
void *mc_arena_memdup(struct mc_arena *arena, const void *bytes, size_t length);

/* These never return NULL: "" when out of memory (and `failed` is set). */
const char *mc_arena_strdup(struct mc_arena *arena, const char *text);
const char *mc_arena_strndup(struct mc_arena *arena, const char *text, size_t length);
__attribute__((format(printf, 2, 3))) const char *mc_arena_printf(
	struct mc_arena *arena, const char *format, ...);
__attribute__((format(printf, 2, 0))) const char *mc_arena_vprintf(
	struct mc_arena *arena, const char *format, va_list arguments);

#endif
