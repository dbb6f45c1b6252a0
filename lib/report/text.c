/* text: a report for people: verdict, where to begin, the checks, and what was seen. */
#include "report/text.h"

#include <string.h>
#include <strings.h>

#include "base/timestamp.h"

#define TEXT_LIMIT ((size_t)64 << 20)
#define BODY 2    /* indent of a section's lines */
#define NESTED 6  /* of what belongs to a line before */
#define CHECK 18  /* column of a check's name */
#define SUMMARY 2 /* between the name and what is said of it */

static const char *const verdict_phrases[] = {
	[MC_OK] = "ok, nothing to change",
	[MC_VERDICT_NOTICE] = "notice, works as it is",
	[MC_VERDICT_WARNING] = "warning, works but should be changed",
	[MC_INCONCLUSIVE] = "inconclusive, could not be determined",
	[MC_VERDICT_ERROR] = "error, something is broken",
	[MC_SKIPPED] = "skipped",
};

static const char *const root_headings[] = {
	[MC_OK] = "",
	[MC_VERDICT_NOTICE] = "WORTH KNOWING",
	[MC_VERDICT_WARNING] = "WHERE TO BEGIN",
	[MC_INCONCLUSIVE] = "NOT DETERMINED BECAUSE",
	[MC_VERDICT_ERROR] = "ROOT CAUSE",
	[MC_SKIPPED] = "",
};

static void
heading(struct mc_page *page, const char *text)
{
	mc_page_end(page);
	mc_page_styled(page, MC_STRONG, text);
	mc_page_end(page);
}

/* The input is worth showing where it is more than another spelling of the name. */
static bool
input_differs(const struct mailcheck_report *report)
{
	size_t length = strlen(report->target_name);

	if (strcmp(report->target_kind, "domain") != 0)
		return false;
	return strncasecmp(report->input, report->target_name, length) != 0 ||
	       (report->input[length] != '\0' && strcmp(report->input + length, ".") != 0);
}

#define NO_MAIL "error, no mail can reach it"

/* Whether mail flows at all is what one wants to know first. */
static const struct {
	const char *id;
	enum mc_severity severity;
	enum mc_verdict verdict;
	const char *phrase;
	bool alone; /* only where nothing comes before it */
} answers[] = {
	{"mx.alias-broken", MC_ERROR, MC_VERDICT_ERROR, NO_MAIL, false},
	{"mx.none", MC_ERROR, MC_VERDICT_ERROR, NO_MAIL, false},
	{"mx.nxdomain", MC_ERROR, MC_VERDICT_ERROR, NO_MAIL, false},
	{"smtp.none-works", MC_ERROR, MC_VERDICT_ERROR, NO_MAIL, false},
	{"mx.null", MC_INFO, MC_OK, "ok, it says that it takes no mail", false},
	{"tls.expires-soon", MC_ERROR, MC_VERDICT_ERROR, "error, it works for some days more",
		true},
};

static const char *
answer_of(const struct mailcheck_report *report, const struct mc_finding *finding)
{
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		if (finding->severity == answers[i].severity &&
			report->verdict == answers[i].verdict &&
			(!answers[i].alone || finding == report->root_finding) &&
			strcmp(finding->info->id, answers[i].id) == 0)
			return answers[i].phrase;
	return NULL;
}

static const struct mc_check_report *
find_check(const struct mailcheck_report *report, const char *name)
{
	for (size_t i = 0; i < report->check_count; i++)
		if (strcmp(report->checks[i].name, name) == 0)
			return &report->checks[i];
	return NULL;
}

/* MX hosts for which it is certain that they have no address. */
static size_t
count_dead(const struct mc_check_report *mx)
{
	static const char *const ids[] = {"mx.ip-literal", "mx.no-address", "mx.target-nxdomain"};
	size_t count = 0;

	for (const struct mc_finding *finding = mx->findings; finding != NULL;
		finding = finding->next)
		for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
			count += finding->severity == MC_ERROR &&
				 strcmp(finding->info->id, ids[i]) == 0;
	return count;
}

/* There are addresses, and to none of them a connection came about by its own fault. */
static bool
none_reached(const struct mc_check_report *smtp)
{
	const json_t *endpoints = json_object_get(smtp->values, "endpoints"), *endpoint;
	size_t i, errors = 0;

	json_array_foreach (endpoints, i, endpoint)
		if (!json_is_string(json_object_get(endpoint, "failure")))
			return false;
	for (const struct mc_finding *finding = smtp->findings; finding != NULL;
		finding = finding->next)
		errors += finding->severity == MC_ERROR;
	return i > 0 && errors >= i;
}

/* Of the MX hosts: all, those without addresses, and those of them where that is certain. */
struct hosts {
	size_t count, without, dead;
};

static struct hosts
count_hosts(const struct mailcheck_report *report)
{
	const struct mc_check_report *mx = find_check(report, "mx");
	const json_t *array = mx != NULL ? json_object_get(mx->values, "hosts") : NULL, *host;
	struct hosts hosts = {.dead = mx != NULL ? count_dead(mx) : 0};

	json_array_foreach (array, hosts.count, host)
		hosts.without += json_array_size(json_object_get(host, "addresses")) == 0;
	return hosts;
}

/* Each MX host there is has no address, or none that can be reached. */
static bool
leads_nowhere(const struct mailcheck_report *report, const struct hosts *hosts)
{
	const struct mc_check_report *smtp = find_check(report, "smtp");

	if (hosts->count == 0 || hosts->dead != hosts->without)
		return false;
	return hosts->dead == hosts->count || (smtp != NULL && none_reached(smtp));
}

static const char *
verdict_phrase(const struct mailcheck_report *report)
{
	const struct hosts hosts = count_hosts(report);
	const char *phrase = NULL;

	if (leads_nowhere(report, &hosts))
		return NO_MAIL;
	if (hosts.dead != hosts.without) /* by one of them mail may flow */
		return verdict_phrases[report->verdict];
	for (size_t i = 0; i < report->check_count && phrase == NULL; i++)
		for (const struct mc_finding *finding = report->checks[i].findings;
			finding != NULL && phrase == NULL; finding = finding->next)
			phrase = answer_of(report, finding);
	return phrase != NULL ? phrase : verdict_phrases[report->verdict];
}

static void
put_header(struct mc_page *page, struct mc_arena *arena, const struct mailcheck_report *report)
{
	char started[MC_TIMESTAMP_SIZE];

	mc_page_verdict(page, report->verdict);
	mc_page_put(page, " ");
	mc_page_styled(page, MC_STRONG, report->target_name);
	mc_page_put(page, ": ");
	mc_page_styled(page, mc_page_verdict_style(report->verdict), verdict_phrase(report));
	mc_page_end(page);
	mc_timestamp_format(started, report->started);
	mc_page_style(page, MC_FAINT);
	mc_page_wrap(page, BODY,
		mc_arena_printf(arena, "%s%s%schecked %s in %s",
			input_differs(report) ? "given as \"" : "",
			input_differs(report) ? report->input : "",
			input_differs(report) ? "\", " : "", started,
			mc_text_ms(arena, report->duration)));
}

static void
put_root_finding(struct mc_page *page, struct mc_arena *arena, const struct mc_finding *finding)
{
	const struct mc_finding_info *info = finding->info;

	mc_page_style(page, MC_STRONG);
	mc_page_wrap(page, BODY, info->title);
	mc_text_evidence(page, BODY, finding);
	mc_page_end(page);
	mc_page_wrap(page, BODY, finding->detail);
	if (finding->fix[0] != '\0') {
		mc_page_end(page);
		mc_page_tab(page, BODY);
		mc_page_styled(page, MC_STRONG, "What to change:");
		mc_page_end(page);
		mc_page_wrap(page, NESTED, finding->fix);
	}
	mc_page_end(page);
	mc_page_style(page, MC_FAINT);
	mc_page_wrap(page, BODY,
		mc_arena_printf(arena, "%s%s%s", info->id, info->reference[0] != '\0' ? ": " : "",
			info->reference));
}

static void
put_root(struct mc_page *page, struct mc_arena *arena, const struct mailcheck_report *report)
{
	const struct mc_check_report *check = report->root_check;

	if (check == NULL)
		return;
	heading(page, root_headings[report->verdict]);
	if (report->verdict == MC_INCONCLUSIVE && check->reason != NULL)
		mc_page_wrap(
			page, BODY, mc_arena_printf(arena, "%s: %s", check->name, check->reason));
	if (report->verdict == MC_INCONCLUSIVE && report->root_finding != NULL)
		mc_page_end(page);
	if (report->root_finding != NULL)
		put_root_finding(page, arena, report->root_finding);
}

static size_t
name_width(const struct mc_page *page, const struct mailcheck_report *report)
{
	size_t most = 0;

	for (size_t i = 0; i < report->check_count; i++) {
		size_t width = mc_page_width(page, report->checks[i].name);
		if (width > most)
			most = width;
	}
	return most;
}

static void
put_check(struct mc_page *page, struct mc_arena *arena, const struct mc_check_report *check,
	size_t summary)
{
	mc_page_tab(page, BODY);
	mc_page_verdict(page, check->verdict);
	if (mc_page_symbols(page)) {
		mc_page_put(page, " ");
		mc_page_styled(page, mc_page_verdict_style(check->verdict),
			mc_verdict_text(check->verdict));
	}
	mc_page_tab(page, CHECK);
	mc_page_styled(page, MC_STRONG, check->name);
	mc_page_tab(page, summary);
	mc_page_wrap(page, summary,
		check->reason != NULL ? check->reason : mc_text_summary(arena, check));
}

static void
put_checks(struct mc_page *page, struct mc_arena *arena, const struct mailcheck_report *report)
{
	size_t summary = CHECK + name_width(page, report) + SUMMARY;

	if (report->check_count > 0)
		heading(page, "CHECKS");
	for (size_t i = 0; i < report->check_count; i++) {
		put_check(page, arena, &report->checks[i], summary);
		mc_text_findings(page, report, &report->checks[i]);
	}
}

static void
put_hidden(struct mc_page *page, const struct mailcheck_report *report)
{
	size_t hidden = mc_text_hidden(page, report);

	if (hidden == 0)
		return;
	mc_page_end(page);
	mc_page_style(page, MC_FAINT);
	mc_page_printf(page, hidden == 1 ? "%zu remark is" : "%zu remarks are", hidden);
	mc_page_put(page, " left out here; -v shows all.");
	mc_page_end(page);
}

static void
render(struct mc_page *page, struct mc_arena *arena, const struct mailcheck_report *report)
{
	if (mc_report_is_spf(report)) {
		mc_text_spf(page, arena, report);
		return;
	}
	put_header(page, arena, report);
	put_root(page, arena, report);
	if ((page->flags & MC_TEXT_QUIET) != 0)
		return;
	put_checks(page, arena, report);
	mc_text_tables(page, arena, report);
	put_hidden(page, report);
}

const char *
mc_report_text(struct mailcheck_report *report, unsigned flags)
{
	struct mc_arena arena;
	struct mc_page page;
	bool failed;

	mc_buf_free(&report->text);
	mc_buf_init(&report->text, TEXT_LIMIT);
	mc_arena_init(&arena, 0);
	mc_page_init(&page, &report->text, flags);
	render(&page, &arena, report);
	failed = arena.failed || report->text.failed;
	mc_arena_reset(&arena);
	if (!failed)
		return mc_buf_text(&report->text);
	mc_buf_free(&report->text);
	return NULL;
}
