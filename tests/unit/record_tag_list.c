/* Unit tests of lib/record/tag_list.c and report_uri.c. */
#include "unit.h"

#include <string.h>

#include "record/report_uri.h"
#include "record/tag_list.h"

/* clang-format off */
static const struct list_case {
	const char *text;
	size_t count;
	const char *name, *value;  /* of the last part */
	const char *hint;          /* of what is wrong with it; NULL: nothing */
	size_t wrong_at;
} lists[] = {
	{"", 0, NULL, NULL, NULL, 0},
	{"a=b", 1, "a", "b", NULL, 0},
	{"a=b;", 1, "a", "b", NULL, 0},
	{"a=b; \t", 1, "a", "b", NULL, 0},
	{"a=", 1, "a", "", NULL, 0},
	{" \ta \r\n = b c\t;", 1, "a", "b c", NULL, 0},
	{"a=b;c_1=d=e", 2, "c_1", "d=e", NULL, 0},
	{"a=b;;", 2, "", "", "nothing between", 4},
	{" ", 1, "", "", "nothing between", 1},
	{"a=b;1=c", 2, "", "", "begin with a letter", 4},
	{"a=b;c d=e", 2, "c", "", "\"=\" must follow", 6},
	{"a=b;c", 2, "c", "", "\"=\" must follow", 5},
	{"a=\x7f", 1, "a", "\x7f", "may not stand", 2},
	{"a=\xc3\xa9", 1, "a", "\xc3\xa9", "may not stand", 2},
};

static const struct uri_case {
	const char *text;
	const char *hint; /* NULL: a URI */
	const char *domain;
	const char *size;
} uris[] = {
	{"mailto:a@example.com", NULL, "example.com", ""},
	{"MAILTO:a@Example.COM", NULL, "example.com", ""},
	{"mailto:a@example.com!10m", NULL, "example.com", "!10m"},
	{"mailto:a%21b%2f@example.com", NULL, "example.com", ""},
	{"mailto:a!b@example.com", "%21", "", ""},
	{"mailto:a/b@example.com", "%2F", "", ""},
	{"mailto://a@example.com", "follows the colon", "", ""},
	{"mailto:a@example.com?subject=x", NULL, "example.com", ""},
	{"https://example.com/x%20y", NULL, "", ""},
	{"x-y.z+1:a", NULL, "", ""},
	{"", "nothing", "", ""},
	{"a@example.com", "no scheme", "", ""},
	{"mailto:", "nothing behind", "", ""},
	{"mailto:example.com", "without an address", "", ""},
	{"mailto:@example.com", "without an address", "", ""},
	{"mailto:a@exa_mple..com", "no valid domain", "", ""},
	{"mailto:a b@example.com", "may not stand", "", ""},
	{"https:example.com", "\"//\"", "", ""},
	{"https://example.com/%2", "hexadecimal", "", ""},
	{"1a:b", "no scheme", "", ""},
};
/* clang-format on */

START_TEST(lists_are_taken_apart)
{
	struct mc_tag_list list;
	struct mc_arena arena;

	mc_arena_init(&arena, 0);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const struct list_case *c = &lists[i];
		const struct mc_tag *last;
		ck_assert_msg(mc_tag_list_parse(&arena, c->text, strlen(c->text), &list), "'%s'",
			c->text);
		ck_assert_msg(list.count == c->count, "'%s': %zu parts", c->text, list.count);
		if (c->count == 0)
			continue;
		last = &list.tags[c->count - 1];
		ck_assert_msg(
			strcmp(last->name, c->name) == 0, "'%s': name %s", c->text, last->name);
		ck_assert_msg(strcmp(last->value, c->value) == 0, "'%s': value '%s'", c->text,
			last->value);
		ck_assert_msg((last->wrong == NULL) == (c->hint == NULL), "'%s': %s", c->text,
			last->wrong != NULL ? last->wrong : "well-formed");
		if (c->hint != NULL)
			ck_assert_msg(strstr(last->wrong, c->hint) != NULL &&
					      last->wrong_at == c->wrong_at,
				"'%s': %s at %zu", c->text, last->wrong, last->wrong_at);
	}
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(repeats_are_seen)
{
	static const char text[] = "a=1;b=2;a=3;B=4";
	struct mc_tag_list list;
	struct mc_arena arena;

	mc_arena_init(&arena, 0);
	ck_assert(mc_tag_list_parse(&arena, text, strlen(text), &list));
	ck_assert_str_eq(mc_tag_list_find(&list, "a")->value, "1");
	ck_assert_str_eq(mc_tag_list_find(&list, "B")->value, "4");
	ck_assert_ptr_null(mc_tag_list_find(&list, "A"));
	ck_assert(!mc_tag_list_repeats(&list, &list.tags[0]));
	ck_assert(mc_tag_list_repeats(&list, &list.tags[2]));
	ck_assert(!mc_tag_list_repeats(&list, &list.tags[3]));
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(too_many_parts_are_refused)
{
	char text[2 * MC_TAG_LIMIT + 3];
	struct mc_tag_list list;
	struct mc_arena arena;

	mc_arena_init(&arena, 0);
	memset(text, ';', sizeof(text));
	ck_assert(!mc_tag_list_parse(&arena, text, sizeof(text), &list));
	ck_assert(!arena.failed);
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(uris_are_judged)
{
	struct mc_report_uris list;
	struct mc_arena arena;

	mc_arena_init(&arena, 0);
	for (size_t i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
		const struct uri_case *c = &uris[i];
		const struct mc_report_uri *uri;
		mc_report_uris_parse(&arena, c->text, &list);
		ck_assert_msg(list.count == 1, "'%s': %zu URIs", c->text, list.count);
		uri = &list.uris[0];
		ck_assert_msg((uri->wrong == NULL) == (c->hint == NULL), "'%s': %s", c->text,
			uri->wrong != NULL ? uri->wrong : "a URI");
		ck_assert_msg(c->hint == NULL || strstr(uri->wrong, c->hint) != NULL, "'%s': %s",
			c->text, uri->wrong);
		ck_assert_msg(strcmp(uri->domain, c->domain) == 0, "'%s': domain %s", c->text,
			uri->domain);
		ck_assert_msg(strcmp(uri->size, c->size) == 0, "'%s': size %s", c->text, uri->size);
	}
	mc_report_uris_parse(&arena, "mailto:a@b.example , x,mailto:c@d.example", &list);
	ck_assert_uint_eq(list.count, 3);
	ck_assert_uint_eq(mc_report_uris_good(&list), 2);
	mc_arena_reset(&arena);
}
END_TEST

UNIT_MAIN("record_tag_list", lists_are_taken_apart, repeats_are_seen, too_many_parts_are_refused,
	uris_are_judged)
