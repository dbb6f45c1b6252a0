/* suggest: the nearest of some words, by the number of slips of the finger between them. */
#include "suggest.h"

#include <string.h>

#define WORD_LIMIT 64

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Letters added, left out, replaced, or two neighbours exchanged. */
static unsigned
distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	unsigned rows[3][WORD_LIMIT + 1];
	unsigned *before = rows[0], *last = rows[1], *this = rows[2];

	for (size_t j = 0; j <= b_length; j++)
		last[j] = (unsigned)j;
	for (size_t i = 1; i <= a_length; i++) {
		unsigned *spare = before;

		this[0] = (unsigned)i;
		for (size_t j = 1; j <= b_length; j++) {
			this[j] = least(least(last[j], this[j - 1]) + 1,
				last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				this[j] = least(this[j], before[j - 2] + 1);
		}
		before = last;
		last = this;
		this = spare;
	}
	return last[b_length];
}

void
suggest_begin(struct suggestion *suggestion, const char *typed, size_t length)
{
	*suggestion = (struct suggestion){
		.typed = typed,
		.length = length,
		.distance = length < 3 ? 2 : (unsigned)(least((unsigned)length, 12) / 3 + 1),
	};
}

void
suggest_consider(struct suggestion *suggestion, const char *candidate)
{
	size_t length = strlen(candidate);
	unsigned found;

	if (length > WORD_LIMIT || suggestion->length > WORD_LIMIT)
		return;
	found = distance(suggestion->typed, suggestion->length, candidate, length);
	if (found < suggestion->distance) {
		suggestion->distance = found;
		suggestion->best = candidate;
	}
}
