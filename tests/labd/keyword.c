/* keyword: one reader for every line made of keywords. */
#include "keyword.h"

#include <stdint.h>
#include <string.h>

#define NUMBER_MAX 10000000U
#define DURATION_MAX (30U * 86400000U / 2U) /* fits 32 bits */

struct reader {
	struct mc_arena *arena;
	struct source *source;
	const struct keyword *table;
	const struct words *words;
	size_t next; /* word */
	char *target;
};

bool
keyword_number(const char *text, unsigned max, unsigned *ret_number)
{
	uint64_t number = 0;
	const char *digits = text;

	for (; *text >= '0' && *text <= '9' && number <= max; text++)
		number = number * 10 + (uint64_t)(*text - '0');
	if (text == digits || *text != '\0' || number > max)
		return false;
	*ret_number = (unsigned)number;
	return true;
}

bool
keyword_duration(const char *text, unsigned *ret_ms)
{
	static const struct choice units[] = {
		{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"d", 86400000}, {0}};
	const struct choice *unit;
	char digits[12] = "";
	size_t length = strspn(text, "0123456789");
	unsigned number;

	if (length >= sizeof(digits))
		return false;
	memcpy(digits, text, length);
	unit = keyword_choice(units, text + length);
	if (unit == NULL || !keyword_number(digits, DURATION_MAX / (unsigned)unit->value, &number))
		return false;
	*ret_ms = number * (unsigned)unit->value;
	return true;
}

const struct choice *
keyword_choice(const struct choice *choices, const char *name)
{
	for (; choices->name != NULL; choices++)
		if (strcmp(choices->name, name) == 0)
			return choices;
	return NULL;
}

static const struct keyword *
find(const struct keyword *table, const struct word *word)
{
	for (; table->name != NULL; table++)
		if (word_is(word, table->name))
			return table;
	return NULL;
}

static bool
read_texts(struct reader *reader, struct texts *ret_texts)
{
	size_t first = reader->next, count;
	struct text *list;

	while (reader->next < reader->words->count &&
		find(reader->table, &reader->words->list[reader->next]) == NULL)
		reader->next++;
	count = reader->next - first;
	if (count == 0)
		return false;
	list = mc_arena_calloc(reader->arena, count, sizeof(*list));
	if (list == NULL)
		return false;
	for (size_t i = 0; i < count; i++)
		list[i] = reader->words->list[first + i].text;
	*ret_texts = (struct texts){list, count};
	return true;
}

static bool
read_signed(const char *text, int *ret_number)
{
	bool negative = *text == '-';
	unsigned number;

	if (!keyword_number(text + (negative ? 1 : 0), NUMBER_MAX, &number))
		return false;
	*ret_number = negative ? -(int)number : (int)number;
	return true;
}

static bool
read_choice(const struct keyword *keyword, const char *text, int *ret_value)
{
	const struct choice *choice = keyword_choice(keyword->choices, text);

	if (choice == NULL)
		return false;
	*ret_value = choice->value;
	return true;
}

static bool
read_argument(struct reader *reader, const struct keyword *keyword, void *field)
{
	const struct word *word;

	if (keyword->kind == KEYWORD_TEXTS)
		return read_texts(reader, field);
	if (reader->next == reader->words->count)
		return false;
	word = &reader->words->list[reader->next++];
	if (keyword->kind == KEYWORD_TEXT) {
		*(struct text *)field = word->text;
		return true;
	}
	if (word->quoted)
		return false;
	if (keyword->kind == KEYWORD_NUMBER)
		return keyword_number(word->text.bytes, NUMBER_MAX, field);
	if (keyword->kind == KEYWORD_SIGNED)
		return read_signed(word->text.bytes, field);
	if (keyword->kind == KEYWORD_DURATION)
		return keyword_duration(word->text.bytes, field);
	return read_choice(keyword, word->text.bytes, field);
}

/* "a, b, c" */
static const char *
list_choices(struct mc_arena *arena, const struct choice *choices)
{
	const char *list = "";

	for (; choices->name != NULL; choices++)
		list = mc_arena_printf(
			arena, "%s%s%s", list, *list == '\0' ? "" : ", ", choices->name);
	return list;
}

static bool
explain(const struct reader *reader, const struct keyword *keyword)
{
	static const char *const wanted[] = {
		[KEYWORD_NUMBER] = "a number",
		[KEYWORD_SIGNED] = "a number",
		[KEYWORD_DURATION] = "a duration (400ms, 3s, 2m, 1h, 5d)",
		[KEYWORD_TEXT] = "a text",
		[KEYWORD_TEXTS] = "one text or more",
	};

	if (keyword->kind != KEYWORD_CHOICE)
		return source_error(reader->source, "\"%s\" wants %s behind it", keyword->name,
			wanted[keyword->kind]);
	return source_error(reader->source, "\"%s\" wants one of these behind it: %s",
		keyword->name, list_choices(reader->arena, keyword->choices));
}

static bool
read_keyword(struct reader *reader, const struct keyword *keyword)
{
	void *field = reader->target + keyword->offset;

	if (keyword->kind == KEYWORD_FLAG) {
		*(bool *)field = true;
		return true;
	}
	if (keyword->kind == KEYWORD_VALUE) {
		*(int *)field = keyword->value;
		return true;
	}
	return read_argument(reader, keyword, field) || explain(reader, keyword);
}

bool
keyword_read(struct mc_arena *arena, struct source *source, const struct keyword *table,
	const struct words *words, size_t first, void *target)
{
	struct reader reader = {arena, source, table, words, first, target};

	while (reader.next < words->count) {
		const struct word *word = &words->list[reader.next++];
		const struct keyword *keyword = find(table, word);

		if (keyword == NULL)
			return source_error(
				source, "\"%.60s\" is not understood here", word->text.bytes);
		if (!read_keyword(&reader, keyword))
			return false;
	}
	return true;
}
