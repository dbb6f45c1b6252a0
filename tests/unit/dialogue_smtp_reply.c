/* Unit tests of lib/dialogue/smtp_reply.c: every case whole, octet by octet and in pieces. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "dialogue/smtp_reply.h"

struct reply_case {
	const char *name, *bytes;
	size_t length;
	int code;
	uint32_t oddities;
	const char *lines; /* parted by "|" */
	size_t left;       /* octets not taken */
};

#define BYTES(text) text, sizeof(text) - 1

/* clang-format off */
static const struct reply_case cases[] = {
	{"one line", BYTES("220 mx.example ESMTP\r\n"), 220, 0, "mx.example ESMTP", 0},
	{"several lines", BYTES("250-mx\r\n250-SIZE 1\r\n250 STARTTLS\r\n"), 250, 0,
		"mx|SIZE 1|STARTTLS", 0},
	{"code alone", BYTES("250\r\n"), 250, 0, "", 0},
	{"code alone at the end", BYTES("250-mx\r\n250-STARTTLS\r\n250\r\n"), 250, 0,
		"mx|STARTTLS|", 0},
	{"code and space", BYTES("250 \r\n"), 250, 0, "", 0},
	{"code and hyphen", BYTES("250-\r\n250 x\r\n"), 250, 0, "|x", 0},
	{"two replies", BYTES("250 a\r\n251 b\r\n"), 250, 0, "a", 7},
	{"bare LF", BYTES("250-a\n250 b\n"), 250, MC_ODD_BARE_LF, "a|b", 0},
	{"bare CR", BYTES("250 a\rb\r\n"), 250, MC_ODD_BARE_CR, "a\rb", 0},
	{"CR CR LF", BYTES("250 a\r\r\n"), 250, MC_ODD_BARE_CR, "a\r", 0},
	{"LF CR", BYTES("250-a\n\r250 b\r\n250 c\r\n"), 250,
		MC_ODD_BARE_LF | MC_ODD_BARE_CR | MC_ODD_GARBAGE_LINE, "a|c", 0},
	{"mixed codes", BYTES("250-a\r\n250-b\r\n550 c\r\n"), 550, MC_ODD_MIXED_CODES, "a|b|c", 0},
	{"mixed and back", BYTES("250-a\r\n550-b\r\n250 c\r\n"), 250, MC_ODD_MIXED_CODES, "a|b|c", 0},
	{"garbage line", BYTES("250-a\r\nhello\r\n250 b\r\n"), 250, MC_ODD_GARBAGE_LINE, "a|b", 0},
	{"garbage first", BYTES("SSH-2.0-x\r\n220 b\r\n"), 220, MC_ODD_GARBAGE_LINE, "b", 0},
	{"empty line", BYTES("\r\n220 b\r\n"), 220, MC_ODD_GARBAGE_LINE, "b", 0},
	{"two digits", BYTES("25 a\r\n250 b\r\n"), 250, MC_ODD_GARBAGE_LINE, "b", 0},
	{"four digits", BYTES("2500 a\r\n250 b\r\n"), 250, MC_ODD_GARBAGE_LINE, "b", 0},
	{"led by a space", BYTES(" 250 a\r\n250 b\r\n"), 250, MC_ODD_GARBAGE_LINE, "b", 0},
	{"TAB", BYTES("250\tok\r\n"), 250, MC_ODD_SEPARATOR, "ok", 0},
	{"no separator", BYTES("250ok\r\n"), 250, MC_ODD_SEPARATOR, "ok", 0},
	{"en dash", BYTES("250\xe2\x80\x93x\r\n"), 250, MC_ODD_SEPARATOR | MC_ODD_EIGHT_BIT,
		"\xe2\x80\x93x", 0},
	{"ESC", BYTES("220 \x1b[2J\r\n"), 220, MC_ODD_CONTROL, "\x1b[2J", 0},
	{"DEL", BYTES("220 a\x7f\r\n"), 220, MC_ODD_CONTROL, "a\x7f", 0},
	{"TAB in the text", BYTES("220 a\tb\r\n"), 220, 0, "a\tb", 0},
	{"eight bit", BYTES("220 \xe9\r\n"), 220, MC_ODD_EIGHT_BIT, "\xe9", 0},
	{"code 1yz", BYTES("199 a\r\n"), 199, MC_ODD_INVALID_CODE, "a", 0},
	{"code 600", BYTES("600 a\r\n"), 600, MC_ODD_INVALID_CODE, "a", 0},
	{"code 000", BYTES("000 a\r\n"), 0, MC_ODD_INVALID_CODE, "a", 0},
	{"code 354", BYTES("354 go\r\n"), 354, 0, "go", 0},
};
/* clang-format on */

/* Gives the octets in pieces of `step`; what is not taken of a piece is counted as left. */
static enum mc_smtp_read
feed(struct mc_smtp_reply_reader *reader, struct mc_arena *arena, const char *bytes, size_t length,
	size_t step, struct mc_smtp_reply *ret_reply, size_t *ret_left)
{
	enum mc_smtp_read status = MC_SMTP_READ_MORE;
	size_t at = 0;

	while (at < length && status == MC_SMTP_READ_MORE) {
		size_t piece = length - at < step ? length - at : step, taken = 0;

		status = mc_smtp_reply_read(
			reader, arena, (const uint8_t *)bytes + at, piece, &taken, ret_reply);
		ck_assert(taken <= piece);
		ck_assert(taken == piece || status != MC_SMTP_READ_MORE);
		at += taken;
	}
	*ret_left = length - at;
	return status;
}

static void
join(const struct mc_smtp_reply *reply, char text[256])
{
	size_t used = 0;

	for (size_t i = 0; i < reply->count; i++) {
		if (i > 0)
			text[used++] = '|';
		ck_assert(used + reply->lines[i].length < 255);
		memcpy(text + used, reply->lines[i].text, reply->lines[i].length);
		used += reply->lines[i].length;
		ck_assert_int_eq(reply->lines[i].text[reply->lines[i].length], '\0');
	}
	text[used] = '\0';
}

START_TEST(replies_are_read)
{
	static const size_t steps[] = {1000, 1, 2, 3, 7};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]) * 5; i++) {
		const struct reply_case *c = &cases[i / 5];
		struct mc_smtp_reply_reader reader;
		struct mc_smtp_reply reply;
		enum mc_smtp_read status;
		struct mc_arena arena;
		char text[256];
		size_t left;

		mc_arena_init(&arena, 0);
		mc_smtp_reply_reader_init(&reader);
		status = feed(&reader, &arena, c->bytes, c->length, steps[i % 5], &reply, &left);
		ck_assert_msg(status == MC_SMTP_READ_REPLY, "%s: no reply", c->name);
		join(&reply, text);
		ck_assert_msg(reply.code == c->code, "%s: code %d", c->name, reply.code);
		ck_assert_msg(
			reply.oddities == c->oddities, "%s: oddities %#x", c->name, reply.oddities);
		ck_assert_msg(strcmp(text, c->lines) == 0, "%s: lines %s", c->name, text);
		ck_assert_msg(left == c->left, "%s: %zu octets left", c->name, left);
		ck_assert_msg((reply.garbage != NULL) == ((c->oddities & MC_ODD_GARBAGE_LINE) != 0),
			"%s: garbage", c->name);
		mc_smtp_reply_reader_free(&reader);
		mc_arena_reset(&arena);
	}
}
END_TEST

START_TEST(nul_is_kept)
{
	static const char bytes[] = "220 a\0b\r\n";
	struct mc_smtp_reply_reader reader;
	struct mc_smtp_reply reply;
	struct mc_arena arena;
	size_t left;

	mc_arena_init(&arena, 0);
	mc_smtp_reply_reader_init(&reader);
	ck_assert_int_eq(feed(&reader, &arena, bytes, sizeof(bytes) - 1, 4, &reply, &left),
		MC_SMTP_READ_REPLY);
	ck_assert_uint_eq(reply.lines[0].length, 3);
	ck_assert_mem_eq(reply.lines[0].text, "a\0b", 4);
	ck_assert_uint_eq(reply.oddities, MC_ODD_CONTROL);
	mc_smtp_reply_reader_free(&reader);
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(reader_starts_afresh)
{
	static const char bytes[] = "550-a\nrubbish\r\n250\t\x1b\xff\r\n220 b\r\n";
	struct mc_smtp_reply_reader reader;
	struct mc_smtp_reply reply;
	struct mc_arena arena;
	size_t left, length;

	mc_arena_init(&arena, 0);
	mc_smtp_reply_reader_init(&reader);
	ck_assert_int_eq(feed(&reader, &arena, bytes, sizeof(bytes) - 1, 1000, &reply, &left),
		MC_SMTP_READ_REPLY);
	ck_assert_uint_eq(left, 7);
	ck_assert_mem_eq(reply.garbage, "rubbish", 8);
	ck_assert_ptr_null(mc_smtp_reply_partial(&reader, &arena, &length));
	ck_assert_int_eq(feed(&reader, &arena, bytes + sizeof(bytes) - 8, 7, 1000, &reply, &left),
		MC_SMTP_READ_REPLY);
	ck_assert_int_eq(reply.code, 220);
	ck_assert_uint_eq(reply.oddities, 0);
	ck_assert_uint_eq(reply.count, 1);
	ck_assert_ptr_null(reply.garbage);
	mc_smtp_reply_reader_free(&reader);
	mc_arena_reset(&arena);
}
END_TEST

/* A final line with a text of `length` octets. */
static char *
long_line(size_t length, size_t *ret_total)
{
	char *line = malloc(length + 6);

	ck_assert_ptr_nonnull(line);
	memcpy(line, "250 ", 4);
	memset(line + 4, 'x', length);
	memcpy(line + 4 + length, "\r\n", 2);
	*ret_total = length + 6;
	return line;
}

START_TEST(long_lines_are_cut)
{
	static const struct {
		size_t text, kept;
		uint32_t oddities;
	} sizes[] = {
		{506, 506, 0},
		{507, 507, MC_ODD_LONG_LINE},
		{4092, 4092, MC_ODD_LONG_LINE},
		{4093, 4092, MC_ODD_LONG_LINE | MC_ODD_CUT_LINE},
		{100000, 4092, MC_ODD_LONG_LINE | MC_ODD_CUT_LINE},
	};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct mc_smtp_reply_reader reader;
		struct mc_smtp_reply reply;
		struct mc_arena arena;
		size_t total, left;
		char *line = long_line(sizes[i].text, &total);

		mc_arena_init(&arena, 0);
		mc_smtp_reply_reader_init(&reader);
		ck_assert_int_eq(feed(&reader, &arena, line, total, 1460, &reply, &left),
			MC_SMTP_READ_REPLY);
		ck_assert_msg(reply.oddities == sizes[i].oddities, "%zu octets: oddities %#x",
			sizes[i].text, reply.oddities);
		ck_assert_msg(reply.lines[0].length == sizes[i].kept, "%zu octets: kept %zu",
			sizes[i].text, reply.lines[0].length);
		mc_smtp_reply_reader_free(&reader);
		mc_arena_reset(&arena);
		free(line);
	}
}
END_TEST

/* Repeats a text until the reader has had enough; returns how often it took it. */
static size_t
flood(const char *text, size_t most, enum mc_smtp_read *ret_status, struct mc_smtp_reply *ret_reply,
	struct mc_arena *arena)
{
	struct mc_smtp_reply_reader reader;
	size_t times = 0, left;

	mc_smtp_reply_reader_init(&reader);
	do {
		*ret_status = feed(&reader, arena, text, strlen(text), 5, ret_reply, &left);
	} while (*ret_status == MC_SMTP_READ_MORE && ++times < most);
	mc_smtp_reply_reader_free(&reader);
	return times;
}

/* What is not kept of a reply is our bound: that it ends is seen all the same. */
START_TEST(long_replies_end)
{
	for (size_t more = MC_SMTP_REPLY_LINES - 1; more <= MC_SMTP_REPLY_LINES + 1; more++) {
		bool fits = more < MC_SMTP_REPLY_LINES;
		struct mc_smtp_reply_reader reader;
		enum mc_smtp_read status;
		struct mc_smtp_reply reply;
		struct mc_arena arena;
		size_t left;

		mc_arena_init(&arena, 0);
		mc_smtp_reply_reader_init(&reader);
		for (size_t i = 0; i < more; i++)
			ck_assert_int_eq(feed(&reader, &arena, "250-x\r\n", 7, 7, &reply, &left),
				MC_SMTP_READ_MORE);
		status = feed(&reader, &arena, "250 x\r\n", 7, 7, &reply, &left);
		ck_assert_int_eq(status, fits ? MC_SMTP_READ_REPLY : MC_SMTP_READ_LONG);
		ck_assert_int_eq(reply.code, fits ? 250 : 0);
		ck_assert_uint_eq(reply.count, MC_SMTP_REPLY_LINES);
		mc_smtp_reply_reader_free(&reader);
		mc_arena_reset(&arena);
	}
}
END_TEST

START_TEST(endless_replies_end)
{
	enum mc_smtp_read status;
	struct mc_smtp_reply reply;
	struct mc_arena arena;
	size_t times;

	mc_arena_init(&arena, 0);
	times = flood("250-x\r\n", 100000, &status, &reply, &arena);
	ck_assert_int_eq(status, MC_SMTP_READ_ENDLESS);
	ck_assert_uint_eq(times, MC_SMTP_REPLY_BYTES / strlen("250-x\r\n"));
	ck_assert_int_eq(reply.code, 0);
	ck_assert_uint_eq(reply.oddities, MC_ODD_ENDLESS);
	ck_assert_uint_eq(reply.count, MC_SMTP_REPLY_LINES);

	times = flood("x", 1000000, &status, &reply, &arena);
	ck_assert_int_eq(status, MC_SMTP_READ_ENDLESS);
	ck_assert_uint_eq(times, MC_SMTP_REPLY_BYTES);
	ck_assert_uint_eq(reply.count, 0);
	ck_assert_ptr_null(reply.lines);

	times = flood("\n", 1000000, &status, &reply, &arena);
	ck_assert_int_eq(status, MC_SMTP_READ_ENDLESS);
	ck_assert_uint_eq(times, MC_SMTP_REPLY_BYTES);
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(partial_replies_are_told)
{
	static const char bytes[] = "250-a\r\nrubbish\r\n25";
	struct mc_smtp_reply_reader reader;
	struct mc_smtp_reply reply;
	struct mc_arena arena;
	const char *partial;
	size_t left, length;

	mc_arena_init(&arena, 0);
	mc_smtp_reply_reader_init(&reader);
	ck_assert_ptr_null(mc_smtp_reply_partial(&reader, &arena, &length));
	ck_assert_uint_eq(length, 0);
	ck_assert_int_eq(feed(&reader, &arena, bytes, sizeof(bytes) - 1, 3, &reply, &left),
		MC_SMTP_READ_MORE);
	partial = mc_smtp_reply_partial(&reader, &arena, &length);
	ck_assert_uint_eq(length, sizeof(bytes) - 1);
	ck_assert_mem_eq(partial, bytes, length);
	for (size_t i = 0; i < 1000; i++)
		feed(&reader, &arena, "0123456789", 10, 10, &reply, &left);
	mc_smtp_reply_partial(&reader, &arena, &length);
	ck_assert_uint_eq(length, MC_SMTP_PARTIAL_LIMIT);
	mc_smtp_reply_reader_free(&reader);
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(enhanced_codes_are_read)
{
	static const struct {
		const char *text, *enhanced;
	} texts[] = {
		{"5.1.1 no such user", "5.1.1"},
		{"2.0.0", "2.0.0"},
		{"4.7.650\tx", "4.7.650"},
		{"5.123.456 x", "5.123.456"},
		{"5.1234.1 x", ""},
		{"5.1.1234 x", ""},
		{"5.1.1: x", ""},
		{"5.1.1.1 x", ""},
		{"3.1.1 x", ""},
		{"5.1 x", ""},
		{"5..1 x", ""},
		{"5.1.", ""},
		{" 5.1.1 x", ""},
		{"", ""},
	};
	struct mc_smtp_reply none = {.code = 550};
	struct mc_arena arena;

	mc_arena_init(&arena, 0);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct mc_smtp_line line = {texts[i].text, strlen(texts[i].text)};
		struct mc_smtp_reply reply = {.code = 550, .lines = &line, .count = 1};
		const char *enhanced = mc_smtp_reply_enhanced(&arena, &reply);

		ck_assert_msg(strcmp(enhanced, texts[i].enhanced) == 0, "%s: read %s",
			texts[i].text, enhanced);
	}
	ck_assert_str_eq(mc_smtp_reply_enhanced(&arena, &none), "");
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(memory_runs_out)
{
	static const char bytes[] =
		"rubbish\r\n250-1\r\n250-2\r\n250-3\r\n250-4\r\n250-5\r\n250-6\r\n"
		"250-7\r\n250-8\r\n250 9\r\n";
	enum mc_smtp_read status = MC_SMTP_READ_NOMEM;
	unsigned long n;

	for (n = 1; status != MC_SMTP_READ_REPLY && n < 1000; n++) {
		struct mc_smtp_reply_reader reader;
		struct mc_smtp_reply reply;
		struct mc_arena arena;
		size_t left;

		mc_arena_init(&arena, 0);
		mc_smtp_reply_reader_init(&reader);
		mc_alloc_fail_at(n);
		status = feed(&reader, &arena, bytes, sizeof(bytes) - 1, 5, &reply, &left);
		mc_alloc_fail_at(0);
		ck_assert(status == MC_SMTP_READ_REPLY || status == MC_SMTP_READ_NOMEM);
		mc_smtp_reply_reader_free(&reader);
		mc_arena_reset(&arena);
	}
	ck_assert_uint_ge(n, 5);
	ck_assert_uint_lt(n, 1000);
}
END_TEST

UNIT_MAIN("dialogue_smtp_reply", replies_are_read, nul_is_kept, reader_starts_afresh,
	long_lines_are_cut, long_replies_end, endless_replies_end, partial_replies_are_told,
	enhanced_codes_are_read, memory_runs_out)
