/* words: quotes, escapes, comments. */
#include "words.h"

#include <string.h>

#include "base/buf.h"

#define WORD_LIMIT ((size_t)64 << 10)
#define BLANKS " \t\r"

static const char escapes[] = "r\rn\nt\t\\\\\"\"";

static int
hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	char lower = c >= 'A' && c <= 'F' ? (char)(c - 'A' + 'a') : c;
	const char *found = c == '\0' ? NULL : strchr(digits, lower);

	return found == NULL ? -1 : (int)(found - digits);
}

/* The escape behind a backslash; its length, or 0 when it is none. */
static size_t
read_escape(const char *text, char *ret_byte)
{
	for (const char *row = escapes; *row != '\0'; row += 2)
		if (*text == *row) {
			*ret_byte = row[1];
			return 1;
		}
	if (*text == '0') {
		*ret_byte = '\0';
		return 1;
	}
	if (*text != 'x' || hex_digit(text[1]) < 0 || hex_digit(text[2]) < 0)
		return 0;
	*ret_byte = (char)(hex_digit(text[1]) * 16 + hex_digit(text[2]));
	return 3;
}

/* Behind the closing quote, or NULL. */
static const char *
read_quoted(struct source *source, const char *text, struct mc_buf *buf)
{
	size_t length;
	char byte;

	for (; *text != '"'; text++) {
		if (*text == '\0') {
			source_error(source, "a quotation mark is not closed");
			return NULL;
		}
		byte = *text;
		if (*text == '\\') {
			length = read_escape(text + 1, &byte);
			if (length == 0) {
				source_error(source, "a backslash begins none of \\r \\n \\t \\0 "
						     "\\\\ \\\" \\xNN");
				return NULL;
			}
			text += length;
		}
		mc_buf_putc(buf, byte);
	}
	return text + 1;
}

static const char *
read_word(struct source *source, const char *line, struct mc_buf *buf, bool *ret_quoted)
{
	size_t length = strcspn(line, BLANKS);

	*ret_quoted = *line == '"';
	if (!*ret_quoted) {
		mc_buf_append(buf, line, length);
		return line + length;
	}
	line = read_quoted(source, line + 1, buf);
	if (line != NULL && *line != '\0' && strchr(BLANKS, *line) == NULL) {
		source_error(source, "a blank must follow a closing quotation mark");
		return NULL;
	}
	return line;
}

static bool
add_word(struct mc_arena *arena, struct source *source, struct words *words,
	const struct mc_buf *buf, bool quoted)
{
	const char *bytes = buf->failed ? NULL : mc_arena_memdup(arena, buf->data, buf->length);

	if (bytes == NULL)
		return source_error(source, "out of memory, or a word is too long");
	if (words->count == WORDS_LIMIT)
		return source_error(source, "more than %d words", WORDS_LIMIT);
	words->list[words->count++] = (struct word){{bytes, buf->length}, quoted};
	return true;
}

bool
words_split(
	struct mc_arena *arena, struct source *source, const char *line, struct words *ret_words)
{
	struct mc_buf buf;
	bool quoted = false, ok = true;

	mc_buf_init(&buf, WORD_LIMIT);
	ret_words->count = 0;
	for (line += strspn(line, BLANKS); ok && *line != '\0' && *line != '#';
		line += strspn(line, BLANKS)) {
		mc_buf_clear(&buf);
		line = read_word(source, line, &buf, &quoted);
		ok = line != NULL && add_word(arena, source, ret_words, &buf, quoted);
		if (!ok)
			break;
	}
	mc_buf_free(&buf);
	return ok;
}

bool
word_is(const struct word *word, const char *name)
{
	return !word->quoted && strcmp(word->text.bytes, name) == 0;
}
