/*
 * zone_token: a scanner for zone-file text.
 */
#include "record/zone_token.h"

#include <stdint.h>
#include <string.h>

static enum mc_zone_step
bad(const char *reason, const char **ret_reason)
{
	*ret_reason = reason;
	return MC_ZONE_BAD;
}

/* Blanks and comments, and line ends within parentheses. */
static void
skip_blank(struct mc_zone_scanner *s)
{
	for (;; s->position++) {
		char c = s->text[s->position];

		if (c == ';') {
			s->position += strcspn(s->text + s->position, "\n");
			c = s->text[s->position];
		}
		if (c != ' ' && c != '\t' && c != '\r' && (c != '\n' || s->depth == 0))
			return;
	}
}

/* The length of a token that ends before one of `ends`; false when an escape is cut. */
static bool
span(const char *text, const char *ends, size_t *ret_length)
{
	size_t i = 0;

	for (; text[i] != '\0' && strchr(ends, text[i]) == NULL; i++) {
		if (text[i] != '\\')
			continue;
		i++;
		if (text[i] == '\0' || text[i] == '\n')
			return false;
	}
	*ret_length = i;
	return true;
}

static enum mc_zone_step
scan_word(struct mc_zone_scanner *s, struct mc_zone_token *ret_token, const char **ret_reason)
{
	struct mc_zone_token token = {
		.text = s->text + s->position, .position = s->position, .quoted = false};

	if (!span(token.text, " \t\r\n;()\"", &token.length))
		return bad("a backslash is the last character of a line", ret_reason);
	if (token.text[token.length] == '"')
		return bad("a quote stands inside a word", ret_reason);
	s->position += token.length;
	*ret_token = token;
	return MC_ZONE_TOKEN;
}

static enum mc_zone_step
scan_quoted(struct mc_zone_scanner *s, struct mc_zone_token *ret_token, const char **ret_reason)
{
	struct mc_zone_token token = {
		.text = s->text + s->position + 1, .position = s->position, .quoted = true};

	if (!span(token.text, "\"\n", &token.length) || token.text[token.length] != '"')
		return bad("a quoted string is not closed", ret_reason);
	s->position += token.length + 2;
	*ret_token = token;
	return MC_ZONE_TOKEN;
}

enum mc_zone_step
mc_zone_token_next(
	struct mc_zone_scanner *scanner, struct mc_zone_token *ret_token, const char **ret_reason)
{
	for (;; scanner->position++) {
		skip_blank(scanner);
		switch (scanner->text[scanner->position]) {
		case '(':
			scanner->depth++;
			break;
		case ')':
			if (scanner->depth == 0)
				return bad("a parenthesis is closed that was never opened",
					ret_reason);
			scanner->depth--;
			break;
		case '\0':
			if (scanner->depth > 0)
				return bad("a parenthesis is not closed", ret_reason);
			return MC_ZONE_END;
		case '\n':
			return MC_ZONE_END;
		case '"':
			return scan_quoted(scanner, ret_token, ret_reason);
		default:
			return scan_word(scanner, ret_token, ret_reason);
		}
	}
}

bool
mc_zone_token_next_line(struct mc_zone_scanner *scanner)
{
	if (scanner->text[scanner->position] != '\n')
		return false;
	scanner->position++;
	return true;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool
mc_zone_token_decode(const struct mc_zone_token *token, struct mc_buf *octets)
{
	const char *p = token->text, *end = p + token->length;

	while (p < end) {
		int value;

		if (*p != '\\') {
			mc_buf_putc(octets, *p++);
		} else if (end - p < 2) {
			return false;
		} else if (!is_digit(p[1])) {
			mc_buf_putc(octets, p[1]);
			p += 2;
		} else {
			if (end - p < 4 || !is_digit(p[2]) || !is_digit(p[3]))
				return false;
			value = (p[1] - '0') * 100 + (p[2] - '0') * 10 + (p[3] - '0');
			if (value > 255)
				return false;
			mc_buf_putc(octets, (char)(uint8_t)value);
			p += 4;
		}
	}
	return true;
}
