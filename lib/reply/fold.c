/* fold: letters to their plain form, a word at a time. */
#include "reply/fold.h"

#include <string.h>

enum { SEPARATOR = 0, BEYOND = 1 };

/* clang-format off */
/* What each octet is in a word; BEYOND: part of a longer code point. */
static const uint8_t plain[256] = {
	['0'] = '0', '1', '2', '3', '4', '5', '6', '7', '8', '9',
	['A'] = 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p',
		'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z',
	['a'] = 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p',
		'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z',
	[0x80 ... 0xff] = BEYOND,
};

/* U+00C0 to U+017F without their marks; '.': none. */
static const char latin[] =
	"aaaaaaaceeeeiiiidnooooo.ouuuuytsaaaaaaaceeeeiiiidnooooo.ouuuuyty"
	"aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll"
	"lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
/* clang-format on */

size_t
mc_fold_decode(const uint8_t *text, size_t length, uint32_t *ret_point)
{
	uint8_t first = text[0];
	size_t octets = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
	uint32_t point = first & (0xffu >> (octets + 1));

	*ret_point = first;
	if (first < 0xc2 || first > 0xf4 || octets > length)
		return 1;
	for (size_t i = 1; i < octets; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 1;
		point = point << 6 | (text[i] & 0x3fu);
	}
	if ((octets == 3 && (point < 0x800 || (point >= 0xd800 && point < 0xe000))) ||
		(octets == 4 && (point < 0x10000 || point > 0x10ffff)))
		return 1;
	*ret_point = point;
	return octets;
}

bool
mc_fold_is_utf8(uint32_t point, size_t octets)
{
	return octets > 1 || point < 0x80;
}

static bool
stands_alone(uint32_t point)
{
	return (point >= 0x3040 && point < 0x3100) || (point >= 0x3400 && point < 0xa000) ||
	       (point >= 0xac00 && point < 0xd7b0) || (point >= 0xf900 && point < 0xfb00) ||
	       (point >= 0x20000 && point < 0x30000);
}

static bool
is_separator(uint32_t point)
{
	return point < 0xc0 || point == 0xd7 || point == 0xf7 ||
	       (point >= 0x2000 && point < 0x2c00) || (point >= 0x2e00 && point < 0x3040) ||
	       (point >= 0xfe00 && point < 0xfe70) || (point >= 0xff00 && point < 0xff10) ||
	       (point >= 0xff5b && point < 0xff66) || point >= 0xe0000 || point == 0xfeff;
}

/* A letter beyond ASCII, plain: a code point, or two letters of ASCII as (a << 8 | b) | TWO. */
#define TWO 0x80000000u
#define NOTHING 0x40000000u

static uint32_t
plain_greek(uint32_t point)
{
	static const struct {
		uint16_t from, to;
	} marked[] = {{0x386, 0x3b1}, {0x388, 0x3b5}, {0x389, 0x3b7}, {0x38a, 0x3b9},
		{0x38c, 0x3bf}, {0x38e, 0x3c5}, {0x38f, 0x3c9}, {0x3ac, 0x3b1}, {0x3ad, 0x3b5},
		{0x3ae, 0x3b7}, {0x3af, 0x3b9}, {0x3cc, 0x3bf}, {0x3cd, 0x3c5}, {0x3ce, 0x3c9}};

	for (size_t i = 0; i < sizeof(marked) / sizeof(marked[0]); i++)
		if (marked[i].from == point)
			return marked[i].to;
	return point >= 0x391 && point <= 0x3a9 ? point + 0x20 : point;
}

static uint32_t
plain_point(uint32_t point)
{
	if (point == 0xdf)
		return TWO | 's' << 8 | 's';
	if (point == 0xc6 || point == 0xe6)
		return TWO | 'a' << 8 | 'e';
	if (point == 0x152 || point == 0x153)
		return TWO | 'o' << 8 | 'e';
	if (point >= 0xc0 && point < 0x180)
		return (uint8_t)latin[point - 0xc0];
	if (point >= 0x300 && point < 0x370)
		return NOTHING;
	if (point >= 0x370 && point < 0x400)
		return plain_greek(point);
	if (point == 0x401 || point == 0x451)
		return 0x435;
	if (point >= 0x410 && point < 0x430)
		return point + 0x20;
	if (point >= 0x400 && point < 0x410)
		return point + 0x50;
	if (point >= 0xff10 && point < 0xff5b && point - 0xfee0 < 0x80 &&
		plain[point - 0xfee0] != SEPARATOR)
		return plain[point - 0xfee0];
	return point;
}

static void
put(struct mc_fold *fold, uint8_t octet)
{
	if (fold->length < sizeof(fold->word))
		fold->word[fold->length] = (char)octet;
	fold->length++;
}

static void
put_point(struct mc_fold *fold, uint32_t point)
{
	if ((point & TWO) != 0) {
		put(fold, (uint8_t)(point >> 8));
		put(fold, (uint8_t)point);
	} else if (point < 0x80) {
		put(fold, (uint8_t)point);
	} else if (point < 0x800) {
		put(fold, (uint8_t)(0xc0 | point >> 6));
		put(fold, (uint8_t)(0x80 | (point & 0x3f)));
	} else if (point < 0x10000) {
		put(fold, (uint8_t)(0xe0 | point >> 12));
		put(fold, (uint8_t)(0x80 | (point >> 6 & 0x3f)));
		put(fold, (uint8_t)(0x80 | (point & 0x3f)));
	} else if (point < 0x110000) {
		put(fold, (uint8_t)(0xf0 | point >> 18));
		put(fold, (uint8_t)(0x80 | (point >> 12 & 0x3f)));
		put(fold, (uint8_t)(0x80 | (point >> 6 & 0x3f)));
		put(fold, (uint8_t)(0x80 | (point & 0x3f)));
	}
}

/* Takes the code point at `at`; false when it ends the word (and is left, or was only skipped). */
static bool
take_beyond(struct mc_fold *fold)
{
	uint32_t point;
	size_t octets = mc_fold_decode(fold->text + fold->at, fold->end - fold->at, &point);
	bool begun = fold->length > 0;

	if (is_separator(point)) {
		if (!begun)
			fold->at += octets;
		return false;
	}
	if (stands_alone(point) && begun)
		return false;
	if (!begun)
		fold->start = fold->at;
	fold->at += octets;
	point = plain_point(point);
	if (point != NOTHING)
		put_point(fold, point);
	return !stands_alone(point);
}

bool
mc_fold_next(struct mc_fold *fold)
{
	fold->length = 0;
	while (fold->at < fold->end) {
		uint8_t octet = plain[fold->text[fold->at]];

		if (octet > BEYOND) {
			if (fold->length == 0)
				fold->start = fold->at;
			if (fold->length < sizeof(fold->word))
				fold->word[fold->length] = (char)octet;
			fold->length++;
			fold->at++;
		} else if (octet == SEPARATOR) {
			if (fold->length > 0)
				break;
			fold->at++;
		} else if (!take_beyond(fold) && fold->length > 0) {
			break;
		}
	}
	fold->stop = fold->at;
	return fold->length > 0;
}
