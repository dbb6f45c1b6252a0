/* source: errors with file and line. */
#include "source.h"

#include <stdarg.h>
#include <stdio.h>

__attribute__((format(printf, 3, 0))) static void
keep(struct source *source, const struct place *place, const char *format, va_list arguments)
{
	char text[400];

	if (source->error[0] != '\0')
		return;
	vsnprintf(text, sizeof(text), format, arguments);
	snprintf(source->error, sizeof(source->error), "%.100s:%u: %s", place->file, place->line,
		text);
}

bool
source_error(struct source *source, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	keep(source, &source->place, format, arguments);
	va_end(arguments);
	return false;
}

bool
source_error_at(struct source *source, const struct place *place, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	keep(source, place, format, arguments);
	va_end(arguments);
	return false;
}
