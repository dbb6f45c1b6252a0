/* message: one line on standard error, fit for a terminal. */
#include "message.h"

#include <mailcheck.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SHOWN_OCTETS 120 /* each becomes four at most */

_Static_assert(SHOWN_OCTETS * 4 + sizeof("...") <= MESSAGE_SHOWN_SIZE, "room for what is shown");

void
message(const char *format, ...)
{
	char *text = NULL;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length < 0) {
		fputs("mailcheck: out of memory\n", stderr);
		return;
	}
	for (char *c = text; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	fprintf(stderr, "mailcheck: %s\n", text);
	free(text);
}

void
message_option(const char *name, const char *text)
{
	size_t length = strlen(name);

	if (strncmp(text, name, length) == 0 && strchr(" :", text[length]) != NULL)
		message("--%s", text);
	else
		message("--%s: %s", name, text);
}

const char *
message_shown(const char *text, size_t length, char buffer[MESSAGE_SHOWN_SIZE])
{
	bool cut = length > SHOWN_OCTETS;
	size_t written;

	written = mailcheck_escape(text, cut ? SHOWN_OCTETS : length, buffer, MESSAGE_SHOWN_SIZE);
	if (cut && written + sizeof("...") <= MESSAGE_SHOWN_SIZE)
		memcpy(buffer + written, "...", sizeof("..."));
	return buffer;
}

char *
message_escaped(const char *text, size_t length)
{
	size_t size = mailcheck_escape(text, length, NULL, 0) + 1;
	char *escaped = malloc(size);

	if (escaped != NULL)
		mailcheck_escape(text, length, escaped, size);
	return escaped;
}

void
message_reading(const char *what)
{
	if (isatty(STDIN_FILENO) == 1)
		message("reading %s from the terminal; Ctrl-D ends it", what);
}
