/*
 * page: where the text renderer writes: columns, wrapped paragraphs, symbols and colours.
 */
#ifndef MC_REPORT_PAGE_H
#define MC_REPORT_PAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "report/finding.h"

#define MC_PAGE_WIDTH 80

enum mc_style { MC_PLAIN, MC_STRONG, MC_FAINT, MC_GOOD, MC_MINOR, MC_CAUTION, MC_UNSURE, MC_BAD };

struct mc_page {
	struct mc_buf *buf;
	unsigned flags; /* enum mc_text_flags */
	size_t column;
	size_t blanks;        /* not written yet: none ends a line */
	enum mc_style style;  /* of what is written next */
	enum mc_style active; /* of what was written last */
};

void mc_page_init(struct mc_page *page, struct mc_buf *buf, unsigned flags);

/* Colours of what follows; nothing without MC_TEXT_COLOR. */
void mc_page_style(struct mc_page *page, enum mc_style style);
/* Text on this line. Control characters never get through. */
void mc_page_put(struct mc_page *page, const char *text);
void mc_page_styled(struct mc_page *page, enum mc_style style, const char *text);
__attribute__((format(printf, 2, 3))) void mc_page_printf(
	struct mc_page *page, const char *format, ...);
/* Blanks up to a column, at least one when the line is not empty. */
void mc_page_tab(struct mc_page *page, size_t column);
void mc_page_end(struct mc_page *page);

/* From here to the end of the line, broken at blanks; further lines begin at `indent`. */
void mc_page_wrap(struct mc_page *page, size_t indent, const char *text);
/* One item of a list: goes to a new line at `indent` when it does not fit. */
void mc_page_item(
	struct mc_page *page, size_t indent, bool first, const char *separator, const char *text);

/* Columns that text takes. */
size_t mc_page_width(const struct mc_page *page, const char *text);

/* "✓" or "[ok]", in its colour. */
void mc_page_verdict(struct mc_page *page, enum mc_verdict verdict);
void mc_page_severity(struct mc_page *page, enum mc_severity severity);
enum mc_style mc_page_verdict_style(enum mc_verdict verdict);
/* Whether symbols stand for words. */
bool mc_page_symbols(const struct mc_page *page);

#endif
