/* dnsbl_table: reading the table of lists, and what answers mean. */
#include <string.h>

#include "dnsbl/table.h"
#include "unit.h"

static bool
parse(struct mc_arena *arena, const char *text, struct mc_lists *lists,
	struct mc_lists_error *error)
{
	mc_arena_init(arena, 0);
	return mc_lists_parse(arena, text, strlen(text), lists, error);
}

START_TEST(the_built_in_table_is_sound)
{
	struct mc_lists_error error = {0, ""};
	struct mc_lists lists;
	struct mc_arena arena;

	mc_arena_init(&arena, 0);
	ck_assert_msg(mc_lists_parse(&arena, mc_lists_text, mc_lists_text_length, &lists, &error),
		"line %zu: %s", error.line, error.reason);
	for (size_t i = 0; i < lists.count; i++) {
		const struct mc_list *list = &lists.lists[i];
		ck_assert_msg(list->dead != NULL || list->removal != NULL, "%s: no removal page",
			list->zone);
		ck_assert_msg(list->within == NULL || mc_lists_find(&lists, list->within) != NULL,
			"%s: within %s, which is not there", list->zone, list->within);
	}
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(broken_tables_name_their_line)
{
	static const struct {
		const char *text;
		size_t line;
	} rows[] = {
		{"", 0},
		{"# nothing\n", 1},
		{"asks ipv4\n", 1},
		{"list a.example\n", 1},
		{"list a.example\nlist b.example\n\tasks ipv4\n", 2},
		{"list a.example\n\tasks ipv4\nlist a.example\n", 3},
		{"list a..example\n", 1},
		{"list a.example b\n", 1},
		{"list a.example\n\tasks ipx\n", 2},
		{"list a.example\n\tasks\n", 2},
		{"list a.example\n\tasks ipv4\n\tcolour red\n", 3},
		{"list a.example\n\tasks ipv4\n\tkind neutral\n", 3},
		{"list a.example\n\tasks ipv4\n\tweight 3\n", 3},
		{"list a.example\n\tasks ipv4\n\tcode 127.0.0.2\n", 3},
		{"list a.example\n\tasks ipv4\n\tcode 127.0.0.256 : x\n", 3},
		{"list a.example\n\tasks ipv4\n\tcode 127.0.0 : x\n", 3},
		{"list a.example\n\tasks ipv4\n\tcode 10.0.0.2 : x\n", 3},
		{"list a.example\n\tasks ipv4\n\tcode 127.0.0.9-2 : x\n", 3},
		{"list a.example\n\tasks ipv4\n\tcode 127.0.0.2 spam more : x\n", 3},
		{"list a.example\n\tasks ipv4\n\tcode 127.0.0.2 ham : x\n", 3},
		{"list a.example\n\tasks ipv4\n\tbit 3 : x\n", 3},
		{"list a.example\n\tasks ipv4\n\tremoval ftp://x\n", 3},
		{"list a.example\n\tasks ipv4\n\tkey A B\n", 3},
		{"list a.example\n\tdead soon : x\n", 2},
		{"list a.example\n\tdead 2024\n", 2},
		{"list a.example\n\tname \x1b[31m\n", 2},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct mc_lists_error error = {99, NULL};
		struct mc_lists lists;
		struct mc_arena arena;
		ck_assert_msg(
			!parse(&arena, rows[i].text, &lists, &error), "accepted: %s", rows[i].text);
		ck_assert_msg(error.line == rows[i].line && error.reason != NULL,
			"line %zu instead of %zu: %s", error.line, rows[i].line, rows[i].text);
		mc_arena_reset(&arena);
	}
}
END_TEST

static enum mc_list_kind
meaning(const struct mc_list *list, const char *text, enum mc_listing *ret_listing,
	size_t *ret_count)
{
	const struct mc_list_code *codes[8];
	struct mc_address address = {.family = 0};

	ck_assert(mc_address_parse(text, &address));
	*ret_listing = mc_list_read(list, &address, codes, 8, ret_count);
	return *ret_count > 0 ? codes[0]->kind : MC_LIST_NEUTRAL;
}

START_TEST(answers_have_meanings)
{
	static const char text[] =
		"list a.example\n\tasks ipv4\n\tkind policy\n"
		"\tcode 127.0.0.2-4 : exact\n\tcode 127.0.*.9 allow : any\n"
		"list b.example\n\tasks domain\n\trefuse-bit 1 : no\n\tbit 2 : two\n"
		"\tbit 4 age : four\n"
		"list c.example\n\tasks ipv4\n\trefuse 127.0.0.255 : no\n"
		"list d.example\n\tasks ipv4\n\tcode 127.*.*.* : wide\n"
		"list e.example\n\tasks ipv4\n\tcode 127.255.255.9 : its own\n"
		"list f.example\n\tasks ipv4\n\tkind range\n"
		"list g.example\n\tasks ipv4\n\tkind allow\n";
	static const struct {
		size_t list;
		const char *answer;
		enum mc_listing listing;
		size_t count;
		enum mc_list_kind kind;
	} rows[] = {
		{0, "127.0.0.3", MC_LISTING_CODE, 1, MC_LIST_POLICY},
		{0, "127.0.7.9", MC_LISTING_CODE, 1, MC_LIST_ALLOW},
		{0, "127.0.0.5", MC_LISTING_UNKNOWN, 0, MC_LIST_NEUTRAL},
		{0, "127.0.0.1", MC_LISTING_UNKNOWN, 0, MC_LIST_NEUTRAL},
		{0, "127.255.255.254", MC_LISTING_CODE, 1, MC_LIST_REFUSAL},
		{0, "127.255.255.7", MC_LISTING_CODE, 1, MC_LIST_REFUSAL},
		{0, "192.0.2.1", MC_LISTING_OUTSIDE, 0, MC_LIST_NEUTRAL},
		{1, "127.0.0.1", MC_LISTING_CODE, 1, MC_LIST_REFUSAL},
		{1, "127.0.0.6", MC_LISTING_CODE, 2, MC_LIST_SPAM},
		{1, "127.0.0.8", MC_LISTING_UNKNOWN, 0, MC_LIST_NEUTRAL},
		{1, "127.255.255.254", MC_LISTING_CODE, 1, MC_LIST_REFUSAL},
		{2, "127.0.0.77", MC_LISTING_CODE, 1, MC_LIST_SPAM},
		{2, "127.0.0.1", MC_LISTING_UNKNOWN, 0, MC_LIST_NEUTRAL},
		{2, "127.0.0.255", MC_LISTING_CODE, 1, MC_LIST_REFUSAL},
		{3, "127.0.0.255", MC_LISTING_CODE, 1, MC_LIST_SPAM},
		{3, "127.255.255.254", MC_LISTING_CODE, 1, MC_LIST_REFUSAL},
		{4, "127.255.255.9", MC_LISTING_CODE, 1, MC_LIST_SPAM},
		{5, "127.0.0.2", MC_LISTING_CODE, 1, MC_LIST_RANGE},
		{6, "127.0.0.2", MC_LISTING_CODE, 1, MC_LIST_ALLOW},
	};
	struct mc_lists_error error;
	struct mc_lists lists;
	struct mc_arena arena;

	ck_assert(parse(&arena, text, &lists, &error));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum mc_listing listing;
		size_t count;
		enum mc_list_kind kind =
			meaning(&lists.lists[rows[i].list], rows[i].answer, &listing, &count);
		ck_assert_msg(listing == rows[i].listing && count == rows[i].count &&
				      kind == rows[i].kind,
			"list %zu, %s: %d, %zu codes, %s", rows[i].list, rows[i].answer, listing,
			count, mc_list_kind_name(kind));
	}
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(memory_may_run_out)
{
	struct mc_lists_error error;
	struct mc_lists lists;
	struct mc_arena arena;

	for (size_t limit = 1024; limit < ((size_t)1 << 20); limit += 4096) {
		error.reason = "";
		mc_arena_init(&arena, limit);
		if (!mc_lists_parse(&arena, mc_lists_text, mc_lists_text_length, &lists, &error))
			ck_assert_str_eq(error.reason, "out of memory");
		mc_arena_reset(&arena);
	}
}
END_TEST

UNIT_MAIN("dnsbl_table", the_built_in_table_is_sound, broken_tables_name_their_line,
	answers_have_meanings, memory_may_run_out)
