/*
 * shape: a struct as a JSON object, and back, by a table of its members.
 */
#ifndef MC_CONTEXT_SHAPE_H
#define MC_CONTEXT_SHAPE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum mc_member_kind {
	MC_MEMBER_BOOL,
	MC_MEMBER_INT,
	MC_MEMBER_INT64,
	MC_MEMBER_UINT32,
	MC_MEMBER_SIZE,    /* size_t */
	MC_MEMBER_WORD,    /* an enum, by name */
	MC_MEMBER_TEXT,    /* a string of any bytes, escaped here */
	MC_MEMBER_ESCAPED, /* a string that is escaped already */
	MC_MEMBER_RAW,     /* octets and their length; NULL is null */
	MC_MEMBER_OBJECT,  /* a struct inside this one */
	MC_MEMBER_POINTER, /* a struct elsewhere; NULL is null */
	MC_MEMBER_LIST,    /* an array of structs and its length */
	MC_MEMBER_CODEC,   /* anything else */
};

struct mc_member;
struct mc_shape;

/* The words of an enum: 0 to count - 1. One without a word (NULL) is never written or read. */
struct mc_words {
	const char *(*text)(int value);
	int count;
};

/* `base` is the struct. `write` gives NULL, `read` false on failure. */
struct mc_codec {
	json_t *(*write)(const struct mc_member *member, const void *base);
	bool (*read)(const struct mc_member *member, struct mc_arena *arena, const json_t *value,
		void *base);
};

struct mc_member {
	const char *key;
	enum mc_member_kind kind;
	size_t offset;
	size_t count_offset; /* RAW, LIST */
	int64_t low, high;   /* numbers: the range; LIST: high is the most elements */
	bool nullable;       /* TEXT */
	const struct mc_words *words;
	const struct mc_shape *shape; /* OBJECT, POINTER, LIST */
	const struct mc_codec *codec;
};

struct mc_shape {
	size_t size;
	const struct mc_member *members;
	size_t count;
};

/* NULL when out of memory, or when a member has a value that cannot be read back. */
json_t *mc_shape_write(const struct mc_shape *shape, const void *base);
/* Reads an object with all of these members, each of the right type and in range; other members
 * are left alone. False when it is not that, or out of memory (see the arena). */
bool mc_shape_read(
	const struct mc_shape *shape, struct mc_arena *arena, const json_t *object, void *base);

/* Octets as an escaped string, and back; NULL and false as above. */
json_t *mc_shape_octets(const void *bytes, size_t length);
bool mc_shape_read_octets(
	struct mc_arena *arena, const json_t *value, const char **ret_bytes, size_t *ret_length);
/* The same for a C string: no NUL inside. */
bool mc_shape_read_text(struct mc_arena *arena, const json_t *value, const char **ret_text);
/* Finds `text` among the words. */
bool mc_shape_find_word(const struct mc_words *words, const char *text, int *ret_value);

#endif
