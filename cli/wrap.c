/* wrap: breaks lines at blanks. */
#include "wrap.h"

#include <string.h>

static void
blanks(struct output *output, size_t count)
{
	while (count-- > 0)
		output_text(output, " ");
}

/* UTF-8 continuation octets take no column. */
static size_t
columns(const char *text, size_t length)
{
	size_t count = 0;

	for (size_t i = 0; i < length; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

void
wrap_text(struct output *output, const char *text, size_t column, size_t indent)
{
	bool begun = false;

	while (*(text += strspn(text, " \n")) != '\0') {
		size_t length = strcspn(text, " \n"), width = columns(text, length);

		if (begun && column + 1 + width > WRAP_WIDTH) {
			output_text(output, "\n");
			blanks(output, indent);
			column = indent;
		} else if (begun) {
			output_text(output, " ");
			column++;
		}
		output_octets(output, text, length);
		column += width;
		text += length;
		begun = true;
	}
	output_text(output, "\n");
}

void
wrap_term(struct output *output, const char *term, size_t indent, const char *text)
{
	size_t column = columns(term, strlen(term));

	output_text(output, term);
	if (column + 2 > indent) {
		output_text(output, "\n");
		column = 0;
	}
	blanks(output, indent - column);
	wrap_text(output, text, indent, indent);
}
