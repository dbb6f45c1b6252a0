/* page: text in columns. Widths count code points, which is what names and addresses are made of.
 */
#include "report/page.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "report/report.h"

#define LINE_BYTES 512 /* of mc_page_printf() */

static const char *const escapes[] = {
	[MC_PLAIN] = "\033[0m",
	[MC_STRONG] = "\033[1m",
	[MC_FAINT] = "\033[2m",
	[MC_GOOD] = "\033[32m",
	[MC_MINOR] = "\033[36m",
	[MC_CAUTION] = "\033[33m",
	[MC_UNSURE] = "\033[35m",
	[MC_BAD] = "\033[1;31m",
};

struct mark {
	const char *symbol, *word;
	enum mc_style style;
};

static const struct mark verdict_marks[] = {
	[MC_OK] = {"✓", "[ok]", MC_GOOD},
	[MC_VERDICT_NOTICE] = {"•", "[notice]", MC_MINOR},
	[MC_VERDICT_WARNING] = {"!", "[warning]", MC_CAUTION},
	[MC_INCONCLUSIVE] = {"?", "[inconclusive]", MC_UNSURE},
	[MC_VERDICT_ERROR] = {"✗", "[error]", MC_BAD},
	[MC_SKIPPED] = {"·", "[skipped]", MC_FAINT},
};

static const struct mark severity_marks[] = {
	[MC_INFO] = {"i", "[info]", MC_FAINT},
	[MC_NOTICE] = {"•", "[notice]", MC_MINOR},
	[MC_WARNING] = {"!", "[warning]", MC_CAUTION},
	[MC_ERROR] = {"✗", "[error]", MC_BAD},
};

void
mc_page_init(struct mc_page *page, struct mc_buf *buf, unsigned flags)
{
	*page = (struct mc_page){.buf = buf, .flags = flags};
}

static void
switch_style(struct mc_page *page, enum mc_style style)
{
	if (style == page->active)
		return;
	if (page->active != MC_PLAIN && style != MC_PLAIN)
		mc_buf_puts(page->buf, escapes[MC_PLAIN]);
	mc_buf_puts(page->buf, escapes[style]);
	page->active = style;
}

/* A style ends at once and begins with the first character that has it. */
void
mc_page_style(struct mc_page *page, enum mc_style style)
{
	if ((page->flags & MC_TEXT_COLOR) == 0)
		return;
	page->style = style;
	if (style == MC_PLAIN)
		switch_style(page, MC_PLAIN);
}

/*
 * Text arrives escaped. Should some not be, none of it beyond ASCII gets through as it is, nor does
 * it on a terminal that knows only ASCII.
 */
static bool
beyond_ascii(const struct mc_page *page, const char *text, size_t length)
{
	return mc_page_symbols(page) && mc_escape_clean(text, length);
}

static bool
is_shown(char c, bool beyond)
{
	unsigned char octet = (unsigned char)c;

	return octet < 0x80 ? octet >= ' ' && octet != 0x7F : beyond;
}

static size_t
width_of(const struct mc_page *page, const char *text, size_t length)
{
	bool beyond = beyond_ascii(page, text, length);
	size_t width = 0;

	for (size_t i = 0; i < length; i++)
		width += !is_shown(text[i], beyond) ? 4 : ((unsigned char)text[i] & 0xC0) != 0x80;
	return width;
}

size_t
mc_page_width(const struct mc_page *page, const char *text)
{
	return width_of(page, text, strlen(text));
}

static void
put_blanks(struct mc_page *page)
{
	for (; page->blanks > 0; page->blanks--)
		mc_buf_putc(page->buf, ' ');
}

static void
put(struct mc_page *page, const char *text, size_t length)
{
	bool beyond = beyond_ascii(page, text, length);
	size_t plain = 0, trailing = 0;

	page->column += width_of(page, text, length);
	while (length > 0 && text[length - 1] == ' ') {
		length--;
		trailing++;
	}
	if (length > 0) {
		put_blanks(page);
		switch_style(page, page->style);
	}
	for (size_t i = 0; i < length; i += plain) {
		for (plain = 0; i + plain < length && is_shown(text[i + plain], beyond);)
			plain++;
		mc_buf_append(page->buf, text + i, plain);
		if (plain == 0) {
			mc_buf_printf(page->buf, "\\x%02X", (unsigned)(unsigned char)text[i]);
			plain = 1;
		}
	}
	page->blanks += trailing;
}

void
mc_page_put(struct mc_page *page, const char *text)
{
	put(page, text, strlen(text));
}

void
mc_page_styled(struct mc_page *page, enum mc_style style, const char *text)
{
	mc_page_style(page, style);
	mc_page_put(page, text);
	mc_page_style(page, MC_PLAIN);
}

void
mc_page_printf(struct mc_page *page, const char *format, ...)
{
	char line[LINE_BYTES];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	mc_page_put(page, line);
}

static void
blanks(struct mc_page *page, size_t count)
{
	page->column += count;
	page->blanks += count;
}

void
mc_page_tab(struct mc_page *page, size_t column)
{
	blanks(page, page->column < column ? column - page->column : page->column > 0);
}

void
mc_page_end(struct mc_page *page)
{
	mc_page_style(page, MC_PLAIN);
	mc_buf_putc(page->buf, '\n');
	page->column = 0;
	page->blanks = 0;
}

/* Ends the line in the middle of a paragraph; its style goes on. */
static void
break_line(struct mc_page *page, size_t indent)
{
	enum mc_style style = page->style;

	mc_page_end(page);
	mc_page_tab(page, indent);
	mc_page_style(page, style);
}

void
mc_page_wrap(struct mc_page *page, size_t indent, const char *text)
{
	bool begun = false;

	if (page->column < indent)
		mc_page_tab(page, indent);
	while (*text != '\0') {
		size_t gap = strspn(text, " "), length = strcspn(text + gap, " ");
		size_t width = width_of(page, text + gap, length);

		if (length == 0)
			break;
		if (begun && page->column + gap + width > MC_PAGE_WIDTH)
			break_line(page, indent);
		else if (begun)
			blanks(page, gap);
		put(page, text + gap, length);
		text += gap + length;
		begun = true;
	}
	mc_page_end(page);
}

void
mc_page_item(
	struct mc_page *page, size_t indent, bool first, const char *separator, const char *text)
{
	size_t width = mc_page_width(page, text) + mc_page_width(page, separator);

	if (!first)
		mc_page_put(page, separator);
	if (!first && page->column + width > MC_PAGE_WIDTH)
		break_line(page, indent);
	mc_page_put(page, text);
}

static void
put_mark(struct mc_page *page, const struct mark *mark)
{
	mc_page_styled(page, mark->style, mc_page_symbols(page) ? mark->symbol : mark->word);
}

void
mc_page_verdict(struct mc_page *page, enum mc_verdict verdict)
{
	put_mark(page, &verdict_marks[verdict]);
}

void
mc_page_severity(struct mc_page *page, enum mc_severity severity)
{
	put_mark(page, &severity_marks[severity]);
}

enum mc_style
mc_page_verdict_style(enum mc_verdict verdict)
{
	return verdict_marks[verdict].style;
}

bool
mc_page_symbols(const struct mc_page *page)
{
	return (page->flags & MC_TEXT_ASCII) == 0;
}
