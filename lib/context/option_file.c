/* option_file: files that options name and that are read when they are set. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "context/option_value.h"

#define RECORDS_LIMIT ((size_t)1 << 20)

const char *
mc_value_content(struct mc_arena *arena, const char *path, size_t limit, const char **ret_text)
{
	const char *problem = mc_value_readable(arena, path, &path);
	FILE *file;
	char *octets;
	size_t length;

	if (problem != NULL)
		return problem;
	file = fopen(path, "re");
	if (file == NULL)
		return mc_arena_printf(arena, "cannot be read: %m");
	octets = mc_malloc(limit + 1);
	if (octets == NULL) {
		fclose(file);
		arena->failed = true;
		return NULL;
	}
	length = fread(octets, 1, limit + 1, file);
	if (ferror(file) != 0)
		problem = "cannot be read to its end";
	else if (length > limit)
		problem = "is too large";
	else if (memchr(octets, '\0', length) != NULL)
		problem = "holds a NUL octet: it is no text";
	else
		*ret_text = mc_arena_strndup(arena, octets, length);
	explicit_bzero(octets, length);
	mc_free(octets);
	fclose(file);
	return problem;
}

/* More than blanks and comments. */
static bool
has_record(const char *text)
{
	while (*text != '\0') {
		text += strspn(text, " \t\r\n");
		if (*text != ';' && *text != '\0')
			return true;
		text += strcspn(text, "\n");
	}
	return false;
}

const char *
mc_value_records(struct mc_arena *arena, const char *path, const char **ret_path)
{
	const char *text = "", *problem = mc_value_content(arena, path, RECORDS_LIMIT, &text);

	if (problem == NULL && !arena->failed && !has_record(text))
		problem = "holds no record";
	if (problem == NULL)
		*ret_path = mc_arena_strdup(arena, path);
	return problem;
}

static bool
is_label(const char *text, size_t length)
{
	return length > 0 && length <= 63 &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") >=
		       length;
}

const char *
mc_value_key_line(
	struct mc_arena *arena, const char **text, const char **ret_name, const char **ret_key)
{
	const char *name = *text + strspn(*text, " \t");
	size_t name_length = strcspn(name, " \t\r\n");
	const char *key = name + name_length + strspn(name + name_length, " \t");
	size_t key_length = strcspn(key, " \t\r\n");
	const char *rest = key + key_length + strspn(key + key_length, " \t\r");
	const char *end = *text + strcspn(*text, "\n");

	*text = *end == '\n' ? end + 1 : end;
	*ret_name = *ret_key = NULL;
	if (name_length == 0 || *name == '#')
		return NULL;
	if (strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") < name_length || name_length > 32)
		return "the name of a key is up to 32 lower-case letters, digits and hyphens";
	if (!is_label(key, key_length))
		return "a key is up to 63 letters, digits, hyphens and underscores";
	if (rest != end)
		return "there is something behind the key";
	*ret_name = mc_arena_strndup(arena, name, name_length);
	*ret_key = mc_arena_strndup(arena, key, key_length);
	return NULL;
}
