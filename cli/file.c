/* file: reads as much as may be, and one octet more to see that there is no more. */
#include "file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"

static char *
read_stream(FILE *file, const char *name, size_t limit, size_t *ret_length)
{
	size_t room = limit < 65536 ? limit + 1 : 65536, length = 0, got;
	char *text = malloc(room + 1), *grown;

	while (text != NULL && !feof(file) &&
		(got = fread(text + length, 1, room - length, file)) > 0) {
		length += got;
		if (length < room || length > limit)
			continue;
		room = room > limit / 2 ? limit + 1 : room * 2;
		grown = realloc(text, room + 1);
		if (grown == NULL)
			free(text);
		text = grown;
	}
	if (text == NULL)
		message("out of memory");
	else if (ferror(file))
		message("cannot read %s: %s", SHOWN(name), strerror(errno));
	else if (length > limit)
		message("%s is longer than %zu octets", SHOWN(name), limit);
	else {
		text[length] = '\0';
		*ret_length = length;
		return text;
	}
	free(text);
	return NULL;
}

char *
file_read(const char *path, size_t limit, size_t *ret_length)
{
	char *text;
	FILE *file;

	if (strcmp(path, "-") == 0)
		return read_stream(stdin, "standard input", limit, ret_length);
	file = fopen(path, "rb");
	if (file == NULL) {
		message("cannot open '%s': %s", SHOWN(path), strerror(errno));
		return NULL;
	}
	text = read_stream(file, path, limit, ret_length);
	fclose(file);
	return text;
}
