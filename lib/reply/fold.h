/*
 * fold: text as words, in a form that case, accents and punctuation do not change.
 *
 * A word is a run of letters and digits: ASCII in lower case, Latin letters without their marks
 * (a sharp s is "ss"), Cyrillic and Greek in lower case. An ideograph, a kana or a hangul syllable
 * is a word of its own. What is no UTF-8 is read as ISO 8859-1.
 */
#ifndef MC_REPLY_FOLD_H
#define MC_REPLY_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MC_FOLD_WORD 48 /* octets kept of a word; a longer one is no word of any rule */

struct mc_fold {
	const uint8_t *text;
	size_t at, end;
	size_t start, stop; /* where the word stood */
	size_t length;      /* more than MC_FOLD_WORD: cut */
	char word[MC_FOLD_WORD];
};

/* The next word between `at` and `end`; false when there is none. */
bool mc_fold_next(struct mc_fold *fold);
/* One code point of at most `length` octets; 1 octet and its value when it is no UTF-8. Never
 * asked for nothing. */
size_t mc_fold_decode(const uint8_t *text, size_t length, uint32_t *ret_point);
/* False where a decoded octet stood for itself: it was no UTF-8. */
bool mc_fold_is_utf8(uint32_t point, size_t octets);

#endif
