/*
 * text: the parts of the report for people. Shared by the files of the text renderer.
 */
#ifndef MC_REPORT_TEXT_H
#define MC_REPORT_TEXT_H

#include "report/page.h"
#include "report/report.h"

/* text_summary.c: what a check saw, in one clause; "" when there is nothing to say. */
const char *mc_text_summary(struct mc_arena *arena, const struct mc_check_report *check);

/* text_findings.c: the findings of a check, those of the same kind together. */
void mc_text_findings(struct mc_page *page, const struct mailcheck_report *report,
	const struct mc_check_report *check);
/* How many findings are left out. */
size_t mc_text_hidden(const struct mc_page *page, const struct mailcheck_report *report);
/* "subject: evidence", and the evidence that remains. */
void mc_text_evidence(struct mc_page *page, size_t indent, const struct mc_finding *finding);

/* text_tables.c: mail hosts and servers. */
void mc_text_tables(
	struct mc_page *page, struct mc_arena *arena, const struct mailcheck_report *report);

/* text_dialogue.c: what took how long, and what was said. */
void mc_text_timeline(struct mc_page *page, struct mc_arena *arena, size_t indent,
	const json_t *endpoint, json_int_t dns_ms);
void mc_text_transcript(struct mc_page *page, size_t indent, const json_t *endpoint);
/* "412 ms", "30.4 s" */
const char *mc_text_ms(struct mc_arena *arena, json_int_t ms);

/* text_compare.c: what several servers say, beside each other. */
void mc_text_compare(
	struct mc_page *page, struct mc_arena *arena, const struct mailcheck_report *report);

/* text_spf.c: ", 1 void for IPv6" of a record or a term; "" when none is. */
const char *mc_text_spf_voids(struct mc_arena *arena, const json_t *costs);
/* An SPF record with all it includes. */
void mc_text_spf_tree(
	struct mc_page *page, struct mc_arena *arena, const struct mailcheck_report *report);

/* spf.c: the result and the trace of a client judged by SPF. */
void mc_text_spf(
	struct mc_page *page, struct mc_arena *arena, const struct mailcheck_report *report);

#endif
