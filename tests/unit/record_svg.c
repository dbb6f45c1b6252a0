/* Unit tests of lib/record/svg.c: logos good and bad, and documents made to do harm. */
#include "unit.h"

#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "record/svg.h"

#define ROOT "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.2\" baseProfile=\"tiny-ps\""
#define TITLE "<title>Example</title>"

struct svg_case {
	const char *name, *text;
	const char *malformed; /* a part of it; NULL: none */
	bool is_svg;
	const char *faults; /* parted by "|", parts of them */
	const char *oblong; /* NULL: none */
};

/* clang-format off */
static const struct svg_case cases[] = {
	{"good", ROOT " viewBox=\"0 0 64 64\">" TITLE "<path d=\"M0 0\"/></svg>", NULL, true, "", NULL},
	{"prolog", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- x -->" ROOT ">" TITLE "</svg>", NULL, true, "", NULL},
	{"doctype", "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://www.w3.org/x.dtd\">" ROOT ">" TITLE "</svg>", NULL, true, "", NULL},
	{"inner reference", ROOT " xmlns:xlink=\"http://www.w3.org/1999/xlink\">" TITLE "<use xlink:href=\"#a\"/></svg>", NULL, true, "", NULL},
	{"foreign element", ROOT " xmlns:i=\"urn:i\">" TITLE "<i:script onload=\"x\"/></svg>", NULL, true, "", NULL},
	{"ordinary SVG", "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\"/>", NULL, true,
		"version=\"1.1\"|no baseProfile|no title", NULL},
	{"x and y", ROOT " x=\"0px\">" TITLE "</svg>", NULL, true, "root has x or y", NULL},
	{"empty title", ROOT "><title> \n</title></svg>", NULL, true, "empty title", NULL},
	{"title too deep", ROOT "><g>" TITLE "</g></svg>", NULL, true, "no title", NULL},
	{"script", ROOT ">" TITLE "<script/><script/></svg>", NULL, true, "element script", NULL},
	{"raster image", ROOT " xmlns:x=\"http://www.w3.org/1999/xlink\">" TITLE "<image x:href=\"data:image/png;base64,AA\"/></svg>",
		NULL, true, "element image|reference to elsewhere", NULL},
	{"switch", ROOT ">" TITLE "<switch/></svg>", NULL, true, "element switch", NULL},
	{"reference without xlink", ROOT ">" TITLE "<use href=\"https://x/\"/></svg>", NULL, true, "reference to elsewhere: href", NULL},
	{"paint from elsewhere", ROOT ">" TITLE "<path fill=\"url( 'https://x/#a')\"/></svg>", NULL, true, "reference to elsewhere: fill", NULL},
	{"a long name of an attribute", ROOT ">" TITLE "<path aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaBBB=\"url(x)\"/></svg>",
		NULL, true, "elsewhere: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=", NULL},
	{"paint from here", ROOT ">" TITLE "<path fill=\"url(#a) red\" stroke=\"url('#b')\"/></svg>", NULL, true, "", NULL},
	{"event", ROOT " onload=\"alert(1)\">" TITLE "</svg>", NULL, true, "event handler: onload", NULL},
	{"styles", ROOT ">" TITLE "<style/><path style=\"fill:red\"/></svg>", NULL, true, "element style|attribute style", NULL},
	{"oblong", ROOT " viewBox=\"0,0 100.5 , 50\">" TITLE "</svg>", NULL, true, "", "0,0 100.5 , 50"},
	{"square with fractions", ROOT " viewBox=\"-1 -1 64.10 64.1\">" TITLE "</svg>", NULL, true, "", NULL},
	{"odd box", ROOT " viewBox=\"0 0 1e3 5\">" TITLE "</svg>", NULL, true, "", NULL},
	{"HTML", "<html><head/></html>", NULL, false, "", NULL},
	{"no namespace", "<svg version=\"1.2\" baseProfile=\"tiny-ps\"><title>x</title></svg>", NULL, false, "", NULL},
	{"empty", "", "line 1: no element found", false, "", NULL},
	{"not XML", "\x89PNG\r\n", "line 1: ", false, "", NULL},
	{"not closed", ROOT ">", "line 1: no element found", true, "", NULL},
	{"two roots", ROOT ">" TITLE "</svg><svg/>", "junk after", true, "", NULL},
	{"prefix without namespace", ROOT " xlink:href=\"x\"/>", "unbound prefix", false, "", NULL},
	{"undefined entity", ROOT ">&x;</svg>", "undefined entity", true, "", NULL},
	{"entity", "<!DOCTYPE svg [<!ENTITY a \"b\">]>" ROOT ">&a;</svg>", "declares entities", false, "", NULL},
	{"billion laughs", "<!DOCTYPE svg [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;\">]>"
		ROOT ">&c;</svg>", "declares entities", false, "", NULL},
	{"external entity", "<!DOCTYPE svg [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>" ROOT ">&a;</svg>", "declares entities", false, "", NULL},
	{"parameter entity", "<!DOCTYPE svg [<!ENTITY % a SYSTEM \"http://x/\"> %a;]>" ROOT "/>", "declares entities", false, "", NULL},
};
/* clang-format on */

static void
check_faults(const struct svg_case *row, const struct mc_svg *svg)
{
	const char *rest = row->faults;
	char part[128];
	size_t count = 0;

	for (; *rest != '\0'; count++) {
		size_t length = strcspn(rest, "|");
		memcpy(part, rest, length);
		part[length] = '\0';
		rest += length + (rest[length] == '|');
		ck_assert_msg(count < svg->fault_count && strstr(svg->faults[count], part) != NULL,
			"%s: fault %zu: \"%s\"", row->name, count,
			count < svg->fault_count ? svg->faults[count] : "(none)");
	}
	ck_assert_msg(svg->fault_count == count || row->malformed != NULL, "%s: one more fault: %s",
		row->name, svg->fault_count > count ? svg->faults[count] : "");
}

START_TEST(logos)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct svg_case *row = &cases[i];
		struct mc_arena arena;
		struct mc_svg svg;

		mc_arena_init(&arena, 0);
		mc_svg_parse(&arena, row->text, strlen(row->text), &svg);
		ck_assert_msg((svg.malformed != NULL) == (row->malformed != NULL),
			"%s: malformed: %s", row->name, svg.malformed ? svg.malformed : "no");
		ck_assert_msg(
			row->malformed == NULL || strstr(svg.malformed, row->malformed) != NULL,
			"%s: %s", row->name, svg.malformed);
		ck_assert_msg(svg.is_svg == row->is_svg, "%s: is SVG", row->name);
		check_faults(row, &svg);
		ck_assert_msg(row->oblong == NULL
				      ? svg.oblong == NULL
				      : svg.oblong != NULL && strcmp(svg.oblong, row->oblong) == 0,
			"%s: oblong: %s", row->name, svg.oblong ? svg.oblong : "no");
		ck_assert(!arena.failed);
		mc_arena_reset(&arena);
	}
}
END_TEST

START_TEST(depth_and_faults_are_bounded)
{
	struct mc_arena arena;
	struct mc_buf text;
	struct mc_svg svg;

	mc_buf_init(&text, (size_t)1 << 20);
	mc_buf_puts(&text, ROOT ">" TITLE);
	for (int i = 0; i < 40; i++)
		mc_buf_printf(&text, "<path on%d=\"x\"/>", i);
	for (int i = 0; i < 9000; i++)
		mc_buf_puts(&text, "<g>");
	mc_arena_init(&arena, 0);
	mc_svg_parse(&arena, (const char *)text.data, text.length, &svg);
	ck_assert_uint_eq(svg.fault_count, MC_SVG_FAULTS);
	ck_assert_msg(svg.malformed != NULL && strstr(svg.malformed, "nested") != NULL, "%s",
		svg.malformed ? svg.malformed : "not refused");
	mc_arena_reset(&arena);
	mc_buf_free(&text);
}
END_TEST

START_TEST(memory_may_run_out)
{
	const char *text = cases[3].text;
	unsigned long count = 1;

	for (unsigned long n = 1; n <= count; n++) {
		struct mc_arena arena;
		struct mc_svg svg;
		mc_arena_init(&arena, 0);
		mc_alloc_fail_at(n);
		mc_svg_parse(&arena, text, strlen(text), &svg);
		count = mc_alloc_count();
		mc_alloc_fail_at(0);
		ck_assert_msg(n > count || arena.failed, "allocation %lu: went on", n);
		mc_arena_reset(&arena);
	}
}
END_TEST

UNIT_MAIN("record_svg", logos, depth_and_faults_are_bounded, memory_may_run_out)
