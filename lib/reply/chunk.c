/* chunk: one look at each octet tells what a piece can be. */
#include "reply/chunk.h"

#include <string.h>
#include <strings.h>

#include "reply/rules.h"

#define BLANK 1u /* ends a chunk and leaves no trace */
#define DELIM 2u /* ends a chunk */
#define DIGIT 4u
#define DOT 8u
#define COLON 16u
#define AT 32u
#define HEX 64u /* a letter that a hexadecimal digit may be; also 'x', for what is made out */
#define OTHER 128u

/* clang-format off */
static const uint8_t kinds[256] = {
	[0 ... 0x20] = BLANK, [0x7f] = BLANK,
	['!'] = DELIM, ['"'] = DELIM, ['#'] = DELIM, ['$'] = OTHER, ['%'] = OTHER, ['&'] = DELIM,
	['\''] = DELIM, ['('] = DELIM, [')'] = DELIM, ['*'] = DELIM, ['+'] = OTHER, [','] = DELIM,
	['-'] = OTHER, ['.'] = DOT, ['/'] = OTHER, ['0' ... '9'] = DIGIT, [':'] = COLON,
	[';'] = DELIM, ['<'] = DELIM, ['='] = OTHER, ['>'] = DELIM, ['?'] = DELIM, ['@'] = AT,
	['A' ... 'F'] = HEX, ['G' ... 'Z'] = OTHER, ['['] = DELIM, ['\\'] = DELIM, [']'] = DELIM,
	['^'] = DELIM, ['_'] = OTHER, ['`'] = DELIM, ['a' ... 'f'] = HEX, ['g' ... 'w'] = OTHER,
	['x'] = HEX, ['y' ... 'z'] = OTHER, ['{'] = DELIM, ['|'] = DELIM, ['}'] = DELIM,
	['~'] = OTHER, [0x80 ... 0xff] = OTHER,
};
/* clang-format on */

static bool
begins_url(const uint8_t *text, size_t length)
{
	size_t scheme = length > 8 && (text[4] | 0x20) == 's' ? 5 : 4;

	if (length < 9 || (text[0] | 0x20) != 'h' || (text[1] | 0x20) != 't' ||
		(text[2] | 0x20) != 't' || (text[3] | 0x20) != 'p')
		return false;
	return memcmp(text + scheme, "://", 3) == 0;
}

static void
take_url(struct mc_chunks *chunks, struct mc_chunk *chunk)
{
	while (chunks->at < chunks->end && chunks->text[chunks->at] > ' ' &&
		chunks->text[chunks->at] != 0x7f &&
		strchr("<>\"'()[]{}|\\^`", chunks->text[chunks->at]) == NULL)
		chunks->at++;
	chunk->kind = MC_CHUNK_URL;
	chunk->end = chunks->at;
	while (chunk->end > chunk->start && strchr(".,;:!", chunks->text[chunk->end - 1]) != NULL)
		chunk->end--;
}

static uint32_t
number(const uint8_t *text, size_t length)
{
	uint32_t value = 0;

	for (size_t i = 0; i < length && i < 9; i++)
		value = value * 10 + (text[i] - '0');
	return length > 9 ? 999999999 : value;
}

/* "5.7.1": a class and two numbers of up to 3 digits. */
static uint32_t
enhanced(const uint8_t *text, size_t length)
{
	size_t second = 2, third, end;

	if (length < 5 || text[1] != '.' || (text[0] != '5' && text[0] != '4' && text[0] != '2'))
		return 0;
	for (third = second; third < length && text[third] != '.'; third++)
		;
	third++;
	for (end = third; end < length && text[end] != '.'; end++)
		;
	if (end != length || third > length || third - second < 2 || third - second > 4 ||
		end == third || end - third > 3)
		return 0;
	return MC_STATUS(text[0] - '0', number(text + second, third - second - 1),
		number(text + third, end - third));
}

static size_t
count(const uint8_t *text, size_t length, uint8_t octet)
{
	size_t found = 0;

	for (size_t i = 0; i < length; i++)
		found += text[i] == octet;
	return found;
}

static void
judge_digits(struct mc_chunk *chunk, const uint8_t *text, size_t length, unsigned seen)
{
	if ((seen & DOT) == 0) {
		chunk->value = number(text, length);
		chunk->kind = length == 3 && text[0] >= '2' && text[0] <= '5' ? MC_CHUNK_CODE
									      : MC_CHUNK_NUMBER;
		return;
	}
	chunk->value = enhanced(text, length);
	if (chunk->value != 0)
		chunk->kind = MC_CHUNK_ENHANCED;
	else if (count(text, length, '.') == 3)
		chunk->kind = MC_CHUNK_IP;
}

/* "550-5.7.26", "550-text": the code alone; what follows is a chunk of its own. */
static bool
begins_with_code(const uint8_t *text, size_t length)
{
	return length >= 4 && text[3] == '-' && text[0] >= '2' && text[0] <= '5' &&
	       kinds[text[1]] == DIGIT && kinds[text[2]] == DIGIT;
}

/* "dsn=5.1.1", as logs have it. */
static bool
begins_with_status(const uint8_t *text, size_t length)
{
	return length > 4 && memcmp(text, "dsn=", 4) == 0 && enhanced(text + 4, length - 4) != 0;
}

/* "SIZE=1024", as stands behind MAIL FROM: a number, and nothing is said of a size. */
static bool
begins_with_size(const uint8_t *text, size_t length)
{
	return length > 5 && strncasecmp((const char *)text, "size=", 5) == 0 &&
	       kinds[text[5]] == DIGIT;
}

/* "user@example.com:unknown", "unknown:user@example.com": a colon is of no address; two chunks. */
static bool
splits_at_colon(struct mc_chunks *chunks, struct mc_chunk *chunk)
{
	const uint8_t *text = chunks->text;
	size_t colon = chunk->start;
	bool at = false;

	for (; colon < chunk->end && text[colon] != ':'; colon++)
		at = at || text[colon] == '@';
	if (colon == chunk->end || colon == chunk->start)
		return false;
	chunk->kind = at ? MC_CHUNK_MAILBOX : MC_CHUNK_WORDS;
	chunk->end = colon;
	chunks->at = colon;
	return true;
}

static void
judge(struct mc_chunks *chunks, struct mc_chunk *chunk, unsigned seen)
{
	const uint8_t *text = chunks->text + chunk->start;
	size_t length;

	while (chunk->end > chunk->start + 1 &&
		(kinds[chunks->text[chunk->end - 1]] & (DOT | COLON)) != 0)
		chunk->end--;
	length = chunk->end - chunk->start;
	if (begins_with_status(text, length)) {
		chunk->kind = MC_CHUNK_ENHANCED;
		chunk->start += 4;
		chunk->value = enhanced(text + 4, length - 4);
	} else if (begins_with_size(text, length)) {
		chunk->kind = MC_CHUNK_NUMBER;
		chunk->start += 5;
	} else if (begins_with_code(text, length)) {
		chunk->kind = MC_CHUNK_CODE;
		chunk->value = number(text, 3);
		chunk->end = chunk->start + 3;
		chunks->at = chunk->start + 4;
	} else if ((seen & AT) != 0 && length > 2 && (seen & COLON) != 0 &&
		   splits_at_colon(chunks, chunk)) {
		return;
	} else if ((seen & AT) != 0 && length > 2) {
		chunk->kind = MC_CHUNK_MAILBOX;
	} else if ((seen & ~(DIGIT | DOT | COLON)) == 0 && (seen & DIGIT) != 0) {
		if (length >= 2 && count(text, length, ':') > 1)
			chunk->kind = MC_CHUNK_IP;
		else if (count(text, length, ':') == 0)
			judge_digits(chunk, text, length, seen);
	} else if ((seen & ~(DIGIT | DOT | COLON | HEX)) == 0) {
		if (count(text, length, ':') > 1 ||
			(count(text, length, '.') == 3 && count(text, length, 'x') > 2))
			chunk->kind = MC_CHUNK_IP;
	}
}

/* A dot or colon that begins nothing. */
static bool
is_stray(const struct mc_chunks *chunks)
{
	const uint8_t *text = chunks->text + chunks->at;
	uint8_t next = chunks->at + 1 < chunks->end ? text[1] : ' ';

	if (*text == ':')
		return next != ':' && (kinds[next] & HEX) == 0;
	return *text == '.';
}

/* What kinds of octets there are up to the next blank or delimiter. */
static unsigned
take_run(struct mc_chunks *chunks)
{
	const uint8_t *at = chunks->text + chunks->at, *end = chunks->text + chunks->end;
	unsigned seen = 0;

	while (at < end && (kinds[*at] & (BLANK | DELIM)) == 0)
		seen |= kinds[*at++];
	chunks->at = (size_t)(at - chunks->text);
	return seen;
}

bool
mc_chunk_next(struct mc_chunks *chunks, struct mc_chunk *ret_chunk)
{
	struct mc_chunk chunk = {.before = 0};
	unsigned seen;

	for (; chunks->at < chunks->end; chunks->at++) {
		uint8_t octet = chunks->text[chunks->at], kind = kinds[octet];

		if ((kind & BLANK) != 0)
			continue;
		if ((kind & DELIM) == 0 && ((kind & (DOT | COLON)) == 0 || !is_stray(chunks)))
			break;
		chunk.arrow = octet == '>' && chunks->at > 0 && chunks->text[chunks->at - 1] == '-';
		chunk.before = (char)octet;
	}
	if (chunks->at >= chunks->end)
		return false;
	chunk.start = chunks->at;
	if (begins_url(chunks->text + chunks->at, chunks->end - chunks->at)) {
		take_url(chunks, &chunk);
	} else {
		seen = take_run(chunks);
		chunk.end = chunks->at;
		if ((seen & ~(HEX | OTHER)) != 0)
			judge(chunks, &chunk, seen);
	}
	chunk.after = chunk.end < chunks->end ? (char)chunks->text[chunk.end] : '\0';
	*ret_chunk = chunk;
	return true;
}
