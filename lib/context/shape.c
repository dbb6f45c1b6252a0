/* shape: structs as JSON objects and back, by tables of their members. */
#include "context/shape.h"

#include <string.h>

#include "base/buf.h"
#include "base/escape.h"

#define TEXT_LIMIT ((size_t)32 << 20)

static const void *
at(const void *base, size_t offset)
{
	return (const char *)base + offset;
}

static void *
at_mutable(void *base, size_t offset)
{
	return (char *)base + offset;
}

static const void *
pointer_at(const void *base, size_t offset)
{
	const void *pointer;

	memcpy(&pointer, at(base, offset), sizeof(pointer));
	return pointer;
}

static size_t
size_at(const void *base, size_t offset)
{
	size_t size;

	memcpy(&size, at(base, offset), sizeof(size));
	return size;
}

static void
set_pointer(void *base, size_t offset, const void *pointer)
{
	memcpy(at_mutable(base, offset), &pointer, sizeof(pointer));
}

static void
set_size(void *base, size_t offset, size_t size)
{
	memcpy(at_mutable(base, offset), &size, sizeof(size));
}

/* --- writing --- */

json_t *
mc_shape_octets(const void *bytes, size_t length)
{
	json_t *string = NULL;
	struct mc_buf buf;

	mc_buf_init(&buf, TEXT_LIMIT);
	mc_escape_to(&buf, bytes, length);
	if (!buf.failed)
		string = json_stringn(buf.length > 0 ? (const char *)buf.data : "", buf.length);
	mc_buf_free(&buf);
	return string;
}

static json_t *
write_number(const struct mc_member *member, const void *base)
{
	const void *place = at(base, member->offset);
	int64_t number = 0;

	switch (member->kind) {
	case MC_MEMBER_INT:
		number = *(const int *)place;
		break;
	case MC_MEMBER_INT64:
		number = *(const int64_t *)place;
		break;
	case MC_MEMBER_UINT32:
		number = *(const uint32_t *)place;
		break;
	default:
		number = (int64_t) * (const size_t *)place;
	}
	return number >= member->low && number <= member->high ? json_integer(number) : NULL;
}

static json_t *
write_word(const struct mc_member *member, const void *base)
{
	const char *word;
	int value;

	memcpy(&value, at(base, member->offset), sizeof(value));
	if (value < 0 || value >= member->words->count)
		return NULL;
	word = member->words->text(value);
	return word != NULL ? json_string(word) : NULL;
}

/* True for what mc_escape() makes, and nothing else. */
static bool
is_escaped(const char *text, bool *ret_no_memory)
{
	struct mc_arena scratch;
	const void *bytes;
	size_t length;
	bool escaped;

	mc_arena_init(&scratch, 0);
	escaped = mc_unescape(&scratch, text, &bytes, &length);
	*ret_no_memory = scratch.failed;
	mc_arena_reset(&scratch);
	return escaped;
}

static json_t *
write_text(const struct mc_member *member, const void *base)
{
	const char *text = pointer_at(base, member->offset);
	bool no_memory;

	if (text == NULL && member->nullable)
		return json_null();
	if (text == NULL)
		text = "";
	if (member->kind == MC_MEMBER_TEXT)
		return mc_shape_octets(text, strlen(text));
	return is_escaped(text, &no_memory) ? json_string(text) : NULL;
}

static json_t *
write_raw(const struct mc_member *member, const void *base)
{
	const void *bytes = pointer_at(base, member->offset);

	if (bytes == NULL)
		return json_null();
	return mc_shape_octets(bytes, size_at(base, member->count_offset));
}

static json_t *
write_list(const struct mc_member *member, const void *base)
{
	const void *items = pointer_at(base, member->offset);
	size_t count = size_at(base, member->count_offset);
	json_t *array = count <= (size_t)member->high ? json_array() : NULL;

	for (size_t i = 0; array != NULL && i < count; i++) {
		const void *item = at(items, i * member->shape->size);
		if (json_array_append_new(array, mc_shape_write(member->shape, item)) != 0) {
			json_decref(array);
			array = NULL;
		}
	}
	return array;
}

static json_t *
write_pointer(const struct mc_member *member, const void *base)
{
	const void *pointer = pointer_at(base, member->offset);

	return pointer != NULL ? mc_shape_write(member->shape, pointer) : json_null();
}

static json_t *
write_member(const struct mc_member *member, const void *base)
{
	switch (member->kind) {
	case MC_MEMBER_BOOL:
		return json_boolean(*(const bool *)at(base, member->offset));
	case MC_MEMBER_INT:
	case MC_MEMBER_INT64:
	case MC_MEMBER_UINT32:
	case MC_MEMBER_SIZE:
		return write_number(member, base);
	case MC_MEMBER_WORD:
		return write_word(member, base);
	case MC_MEMBER_TEXT:
	case MC_MEMBER_ESCAPED:
		return write_text(member, base);
	case MC_MEMBER_RAW:
		return write_raw(member, base);
	case MC_MEMBER_OBJECT:
		return mc_shape_write(member->shape, at(base, member->offset));
	case MC_MEMBER_POINTER:
		return write_pointer(member, base);
	case MC_MEMBER_LIST:
		return write_list(member, base);
	case MC_MEMBER_CODEC:
		return member->codec->write(member, base);
	}
	return NULL;
}

json_t *
mc_shape_write(const struct mc_shape *shape, const void *base)
{
	json_t *object = json_object();

	for (size_t i = 0; object != NULL && i < shape->count; i++) {
		const struct mc_member *member = &shape->members[i];
		if (json_object_set_new(object, member->key, write_member(member, base)) != 0) {
			json_decref(object);
			object = NULL;
		}
	}
	return object;
}

/* --- reading --- */

bool
mc_shape_read_octets(
	struct mc_arena *arena, const json_t *value, const char **ret_bytes, size_t *ret_length)
{
	const void *bytes;
	size_t length;

	if (!json_is_string(value) ||
		!mc_unescape(arena, json_string_value(value), &bytes, &length))
		return false;
	*ret_bytes = bytes;
	*ret_length = length;
	return true;
}

bool
mc_shape_read_text(struct mc_arena *arena, const json_t *value, const char **ret_text)
{
	const char *bytes;
	size_t length;

	if (!mc_shape_read_octets(arena, value, &bytes, &length) ||
		memchr(bytes, '\0', length) != NULL)
		return false;
	*ret_text = bytes;
	return true;
}

bool
mc_shape_find_word(const struct mc_words *words, const char *text, int *ret_value)
{
	for (int i = 0; i < words->count; i++) {
		const char *word = words->text(i);
		if (word != NULL && strcmp(word, text) == 0) {
			*ret_value = i;
			return true;
		}
	}
	return false;
}

static bool
read_bool(const struct mc_member *member, const json_t *value, void *base)
{
	if (!json_is_boolean(value))
		return false;
	*(bool *)at_mutable(base, member->offset) = json_is_true(value);
	return true;
}

static bool
read_number(const struct mc_member *member, const json_t *value, void *base)
{
	void *place = at_mutable(base, member->offset);
	int64_t number;

	if (!json_is_integer(value))
		return false;
	number = json_integer_value(value);
	if (number < member->low || number > member->high)
		return false;
	switch (member->kind) {
	case MC_MEMBER_INT:
		*(int *)place = (int)number;
		break;
	case MC_MEMBER_INT64:
		*(int64_t *)place = number;
		break;
	case MC_MEMBER_UINT32:
		*(uint32_t *)place = (uint32_t)number;
		break;
	default:
		*(size_t *)place = (size_t)number;
	}
	return true;
}

static bool
read_word(const struct mc_member *member, const json_t *value, void *base)
{
	int word;

	if (!json_is_string(value) ||
		!mc_shape_find_word(member->words, json_string_value(value), &word))
		return false;
	memcpy(at_mutable(base, member->offset), &word, sizeof(word));
	return true;
}

static bool
read_text(const struct mc_member *member, struct mc_arena *arena, const json_t *value, void *base)
{
	const char *text = NULL;
	bool no_memory = false;

	if (json_is_null(value) && member->nullable) {
		set_pointer(base, member->offset, NULL);
		return true;
	}
	if (member->kind == MC_MEMBER_TEXT) {
		if (!mc_shape_read_text(arena, value, &text))
			return false;
	} else {
		if (!json_is_string(value) || !is_escaped(json_string_value(value), &no_memory)) {
			arena->failed |= no_memory;
			return false;
		}
		text = mc_arena_strdup(arena, json_string_value(value));
	}
	set_pointer(base, member->offset, text);
	return !arena->failed;
}

static bool
read_raw(const struct mc_member *member, struct mc_arena *arena, const json_t *value, void *base)
{
	const char *bytes = NULL;
	size_t length = 0;

	if (!json_is_null(value) && !mc_shape_read_octets(arena, value, &bytes, &length))
		return false;
	set_pointer(base, member->offset, bytes);
	set_size(base, member->count_offset, length);
	return true;
}

static bool
read_list(const struct mc_member *member, struct mc_arena *arena, const json_t *value, void *base)
{
	size_t count = json_array_size(value);
	void *items;

	if (!json_is_array(value) || count > (size_t)member->high)
		return false;
	items = mc_arena_calloc(arena, count + 1, member->shape->size);
	if (items == NULL)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!mc_shape_read(member->shape, arena, json_array_get(value, i),
			    at_mutable(items, i * member->shape->size)))
			return false;
	set_pointer(base, member->offset, items);
	set_size(base, member->count_offset, count);
	return true;
}

static bool
read_pointer(
	const struct mc_member *member, struct mc_arena *arena, const json_t *value, void *base)
{
	void *pointer = NULL;

	if (!json_is_null(value)) {
		pointer = mc_arena_alloc(arena, member->shape->size);
		if (pointer == NULL || !mc_shape_read(member->shape, arena, value, pointer))
			return false;
	}
	set_pointer(base, member->offset, pointer);
	return true;
}

static bool
read_member(const struct mc_member *member, struct mc_arena *arena, const json_t *value, void *base)
{
	switch (member->kind) {
	case MC_MEMBER_BOOL:
		return read_bool(member, value, base);
	case MC_MEMBER_INT:
	case MC_MEMBER_INT64:
	case MC_MEMBER_UINT32:
	case MC_MEMBER_SIZE:
		return read_number(member, value, base);
	case MC_MEMBER_WORD:
		return read_word(member, value, base);
	case MC_MEMBER_TEXT:
	case MC_MEMBER_ESCAPED:
		return read_text(member, arena, value, base);
	case MC_MEMBER_RAW:
		return read_raw(member, arena, value, base);
	case MC_MEMBER_OBJECT:
		return mc_shape_read(member->shape, arena, value, at_mutable(base, member->offset));
	case MC_MEMBER_POINTER:
		return read_pointer(member, arena, value, base);
	case MC_MEMBER_LIST:
		return read_list(member, arena, value, base);
	case MC_MEMBER_CODEC:
		return member->codec->read(member, arena, value, base);
	}
	return false;
}

bool
mc_shape_read(
	const struct mc_shape *shape, struct mc_arena *arena, const json_t *object, void *base)
{
	for (size_t i = 0; i < shape->count; i++) {
		const struct mc_member *member = &shape->members[i];
		const json_t *value = json_object_get(object, member->key);
		if (value == NULL || !read_member(member, arena, value, base))
			return false;
	}
	return true;
}
