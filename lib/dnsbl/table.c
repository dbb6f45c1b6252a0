/* table: the reader of the table of lists. */
#include "dnsbl/table.h"

#include <string.h>

#include "base/escape.h"
#include "record/name.h"

#define LINE_MAX_OCTETS 1000

struct reader {
	struct mc_arena *arena;
	struct mc_lists lists;
	struct mc_list *list; /* the one being read */
	char line[LINE_MAX_OCTETS + 1];
	char *rest; /* of the line, behind the keyword */
};

static const char *const kind_names[] = {
	[MC_LIST_NEUTRAL] = "neutral",
	[MC_LIST_ALLOW] = "allow",
	[MC_LIST_INFO] = "info",
	[MC_LIST_AGE] = "age",
	[MC_LIST_RANGE] = "range",
	[MC_LIST_REPUTATION] = "reputation",
	[MC_LIST_POLICY] = "policy",
	[MC_LIST_SPAM] = "spam",
	[MC_LIST_REFUSAL] = "refusal",
};

const char *
mc_list_kind_name(enum mc_list_kind kind)
{
	return kind_names[kind];
}

/* The next word of *text, ended; "" when there is none. */
static char *
word(char **text)
{
	char *start = *text + strspn(*text, " \t");
	char *end = start + strcspn(start, " \t");

	*text = *end != '\0' ? end + 1 : end;
	*end = '\0';
	return start;
}

/* What stands behind " : ", and the text before it ended; NULL when it is missing. */
static char *
behind_colon(char *text)
{
	char *colon = strncmp(text, ": ", 2) == 0 ? text : strstr(text, " : ");

	if (colon == NULL)
		return NULL;
	if (*colon == ' ')
		*colon++ = '\0';
	*colon++ = '\0';
	colon += strspn(colon, " \t");
	return *colon != '\0' ? colon : NULL;
}

static bool
kind_parse(const char *text, enum mc_list_kind *ret_kind)
{
	for (size_t i = 0; i < MC_LIST_REFUSAL; i++)
		if (strcmp(text, kind_names[i]) == 0) {
			*ret_kind = (enum mc_list_kind)i;
			return true;
		}
	return false;
}

static bool
number(const char **text, uint8_t *ret_number)
{
	const char *at = *text;
	unsigned value = 0;

	for (; *at >= '0' && *at <= '9' && value < 256; at++)
		value = value * 10 + (unsigned)(*at - '0');
	if (at == *text || value > 255)
		return false;
	*text = at;
	*ret_number = (uint8_t)value;
	return true;
}

/* N, N-M or *, four times. */
static bool
range(const char *text, struct mc_list_code *code)
{
	for (size_t i = 0; i < 4; i++) {
		if (i > 0 && *text++ != '.')
			return false;
		if (*text == '*') {
			text++;
			code->low[i] = 0;
			code->high[i] = 255;
			continue;
		}
		if (!number(&text, &code->low[i]))
			return false;
		code->high[i] = code->low[i];
		if (*text == '-' && (text++, !number(&text, &code->high[i])))
			return false;
		if (code->high[i] < code->low[i])
			return false;
	}
	return *text == '\0' && code->low[0] == 127 && code->high[0] == 127;
}

static bool
single_bit(const char *text, struct mc_list_code *code)
{
	return number(&text, &code->bit) && *text == '\0' && code->bit != 0 &&
	       (code->bit & (code->bit - 1)) == 0;
}

/* --- the lines --- */

static const char *
add_code(struct reader *reader, bool bit, bool refuses)
{
	struct mc_list *list = reader->list;
	const char *meaning = behind_colon(reader->rest), *what = word(&reader->rest);
	const char *kind = word(&reader->rest);
	/* Where the list's own kind counts it is filled in at the end. */
	struct mc_list_code code = {.kind = refuses ? MC_LIST_REFUSAL : list->kind};

	if (meaning == NULL)
		return "the meaning is missing: \" : \" and a text";
	if (bit ? !single_bit(what, &code) : !range(what, &code))
		return bit ? "a bit is 1, 2, 4, ... 128"
			   : "an answer is four numbers 127.A.B.C, each N, N-M or *";
	if (kind[0] != '\0' && (refuses || !kind_parse(kind, &code.kind)))
		return "there is no such kind of listing";
	if (word(&reader->rest)[0] != '\0')
		return "there is something behind the kind";
	if (list->code_count == MC_LIST_CODES)
		return "there are more than 64 codes";
	code.meaning = mc_arena_strdup(reader->arena, meaning);
	if ((list->code_count & (list->code_count - 1)) == 0) {
		struct mc_list_code *codes = mc_arena_calloc(reader->arena,
			list->code_count > 0 ? 2 * list->code_count : 1, sizeof(code));
		if (codes == NULL)
			return NULL;
		if (list->code_count > 0)
			memcpy(codes, list->codes, list->code_count * sizeof(code));
		list->codes = codes;
	}
	list->codes[list->code_count++] = code;
	return NULL;
}

static const char *
take_code(struct reader *reader)
{
	return add_code(reader, false, false);
}

static const char *
take_bit(struct reader *reader)
{
	return add_code(reader, true, false);
}

static const char *
take_refuse(struct reader *reader)
{
	return add_code(reader, false, true);
}

static const char *
take_refuse_bit(struct reader *reader)
{
	return add_code(reader, true, true);
}

static const char *
canonical(struct reader *reader, const char **ret_name)
{
	char name[MC_NAME_TEXT_SIZE];
	const char *text = word(&reader->rest);

	if (text[0] == '\0' || mc_name_canonical(text, NULL, name) != NULL ||
		strcmp(name, ".") == 0)
		return "that is no domain name";
	if (word(&reader->rest)[0] != '\0')
		return "there is something behind the name";
	*ret_name = mc_arena_strdup(reader->arena, name);
	return NULL;
}

static const char *
take_list(struct reader *reader)
{
	const char *zone = "", *problem = canonical(reader, &zone);

	if (problem != NULL)
		return problem;
	if (mc_lists_find(&reader->lists, zone) != NULL)
		return "that list is there already";
	if (reader->lists.count == MC_LISTS_MAX)
		return "there are more than 500 lists";
	reader->list = &reader->lists.lists[reader->lists.count++];
	*reader->list = mc_list_unknown(zone);
	reader->list->asks = 0;
	return NULL;
}

static const char *
take_name(struct reader *reader)
{
	if (reader->rest[0] == '\0')
		return "the text is missing";
	reader->list->name = mc_arena_strdup(reader->arena, reader->rest);
	return NULL;
}

static const char *
take_asks(struct reader *reader)
{
	static const char *const words[] = {"ipv4", "ipv6", "domain"};
	const char *text;

	while ((text = word(&reader->rest))[0] != '\0') {
		size_t i = 0;
		while (i < 3 && strcmp(text, words[i]) != 0)
			i++;
		if (i == 3)
			return "what may be asked is ipv4, ipv6 or domain";
		reader->list->asks |= 1u << i;
	}
	return reader->list->asks != 0 ? NULL : "what may be asked is ipv4, ipv6 or domain";
}

static const char *
take_kind(struct reader *reader)
{
	enum mc_list_kind kind;

	if (reader->list->code_count > 0)
		return "the kind stands before the codes";
	if (!kind_parse(word(&reader->rest), &kind) || kind == MC_LIST_NEUTRAL)
		return "there is no such kind of list";
	reader->list->kind = kind;
	return NULL;
}

static const char *
take_weight(struct reader *reader)
{
	const char *text = word(&reader->rest);

	reader->list->major = strcmp(text, "major") == 0;
	return reader->list->major || strcmp(text, "minor") == 0 ? NULL
								 : "a weight is major or minor";
}

static const char *
take_core(struct reader *reader)
{
	reader->list->core = true;
	return NULL;
}

static const char *
take_registration(struct reader *reader)
{
	reader->list->registration = true;
	return NULL;
}

static const char *
take_no_public(struct reader *reader)
{
	reader->list->no_public = true;
	return NULL;
}

static const char *
take_test(struct reader *reader)
{
	struct mc_list *list = reader->list;
	struct mc_address address;
	const char *name = "", *problem;
	char text[MC_ADDRESS_SIZE];

	if (list->test_count == MC_LIST_TESTS)
		return "there are more than 4 tests";
	if (mc_address_parse(reader->rest, &address)) {
		mc_address_format(text, &address);
		list->tests[list->test_count++] = mc_arena_strdup(reader->arena, text);
		return NULL;
	}
	problem = canonical(reader, &name);
	if (problem == NULL)
		list->tests[list->test_count++] = name;
	return problem;
}

static const char *
take_key(struct reader *reader)
{
	const char *text = word(&reader->rest);

	if (text[0] == '\0' || strlen(text) > 32 ||
		text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-")] != '\0')
		return "the name of a key is up to 32 lower-case letters, digits and hyphens";
	reader->list->key = mc_arena_strdup(reader->arena, text);
	return NULL;
}

static const char *
take_within(struct reader *reader)
{
	return canonical(reader, &reader->list->within);
}

static const char *
take_removal(struct reader *reader)
{
	const char *text = word(&reader->rest);

	if (strncmp(text, "http://", 7) != 0 && strncmp(text, "https://", 8) != 0)
		return "a removal page is an http:// or https:// address";
	reader->list->removal = mc_arena_strdup(reader->arena, text);
	return NULL;
}

static const char *
take_dead(struct reader *reader)
{
	const char *how = behind_colon(reader->rest), *since = word(&reader->rest);

	if (how == NULL || since[0] == '\0' || since[strspn(since, "0123456789-")] != '\0')
		return "a dead list has the date, \" : \" and what became of it";
	reader->list->dead = mc_arena_strdup(reader->arena, since);
	reader->list->how = mc_arena_strdup(reader->arena, how);
	return NULL;
}

static const struct {
	const char *word;
	const char *(*take)(struct reader *reader);
} keywords[] = {
	{"list", take_list},
	{"name", take_name},
	{"asks", take_asks},
	{"kind", take_kind},
	{"weight", take_weight},
	{"core", take_core},
	{"registration", take_registration},
	{"no-public-resolvers", take_no_public},
	{"code", take_code},
	{"bit", take_bit},
	{"refuse", take_refuse},
	{"refuse-bit", take_refuse_bit},
	{"test", take_test},
	{"key", take_key},
	{"within", take_within},
	{"removal", take_removal},
	{"dead", take_dead},
};

static const char *
take_line(struct reader *reader)
{
	char *rest = reader->line;
	const char *keyword;

	if (rest[strspn(rest, " \t")] == '#')
		return NULL;
	keyword = word(&rest);
	reader->rest = rest + strspn(rest, " \t");
	if (keyword[0] == '\0')
		return NULL;
	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
		if (strcmp(keyword, keywords[i].word) != 0)
			continue;
		if (reader->list == NULL && keywords[i].take != take_list)
			return "it stands before the first \"list ZONE\"";
		return keywords[i].take(reader);
	}
	return "there is no such keyword";
}

static void
trim(char *line)
{
	size_t length = strlen(line);

	while (length > 0 && strchr(" \t\r", line[length - 1]) != NULL)
		line[--length] = '\0';
}

static const char *
finish_list(const struct mc_list *list)
{
	return list == NULL || list->dead != NULL || list->asks != 0
		       ? NULL
		       : "the list before it does not say what may be asked (asks ...)";
}

static const char *
next_line(struct reader *reader, const char *start, size_t length)
{
	const struct mc_list *before = reader->list;
	const char *problem;

	if (length > LINE_MAX_OCTETS)
		return "the line is longer than 1000 octets";
	memcpy(reader->line, start, length);
	reader->line[length] = '\0';
	for (size_t i = 0; i < length; i++)
		if (reader->line[i] == '\t')
			reader->line[i] = ' ';
	trim(reader->line);
	if (memchr(start, '\0', length) != NULL ||
		!mc_escape_clean(reader->line, strlen(reader->line)))
		return "it holds octets that are no text";
	problem = take_line(reader);
	if (problem == NULL && reader->list != before)
		problem = finish_list(before);
	return problem;
}

static bool
fail(struct mc_lists_error *ret_error, size_t line, const char *reason)
{
	*ret_error = (struct mc_lists_error){line, reason};
	return false;
}

bool
mc_lists_parse(struct mc_arena *arena, const char *text, size_t length, struct mc_lists *ret_lists,
	struct mc_lists_error *ret_error)
{
	struct reader reader = {.arena = arena};
	const char *end = text + length, *problem;
	size_t line = 0;

	if (length > MC_LISTS_TEXT)
		return fail(ret_error, 0, "the file is larger than 1 MiB");
	reader.lists.lists = mc_arena_calloc(arena, MC_LISTS_MAX, sizeof(struct mc_list));
	if (reader.lists.lists == NULL)
		return fail(ret_error, 0, "out of memory");
	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline != NULL ? newline : end;
		line++;
		problem = next_line(&reader, text, (size_t)(stop - text));
		if (problem != NULL)
			return fail(ret_error, line, problem);
		if (arena->failed)
			return fail(ret_error, 0, "out of memory");
		text = stop + 1;
	}
	problem = finish_list(reader.list);
	if (problem != NULL)
		return fail(ret_error, line, "the last list does not say what may be asked");
	if (reader.lists.count == 0)
		return fail(ret_error, line, "there is no list in it");
	*ret_lists = reader.lists;
	return true;
}

const struct mc_list *
mc_lists_find(const struct mc_lists *lists, const char *zone)
{
	for (size_t i = 0; i < lists->count; i++)
		if (strcmp(lists->lists[i].zone, zone) == 0)
			return &lists->lists[i];
	return NULL;
}

const struct mc_list *
mc_lists_find_dead(const struct mc_lists *lists, const char *zone)
{
	for (size_t i = 0; i < lists->count; i++)
		if (lists->lists[i].dead != NULL && mc_name_within(zone, lists->lists[i].zone))
			return &lists->lists[i];
	return NULL;
}
