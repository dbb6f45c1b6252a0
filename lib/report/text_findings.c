/* text_findings: findings under their check. Of the same kind: the title once, then the subjects.
 */
#include <string.h>

#include "report/text.h"

#define MARK 6     /* column of a finding's mark */
#define BODY 8     /* of what belongs to it */
#define DEEPER 2   /* how much further lines go in */
#define SUBJECTS 5 /* shown of one kind, unless verbose */
#define EVIDENCE 4 /* pieces of one finding, unless verbose */
#define PIECE 240  /* octets of one piece, unless verbose */

static bool
verbose(const struct mc_page *page)
{
	return (page->flags & MC_TEXT_VERBOSE) != 0;
}

static bool
ends_in(const struct mc_finding *finding, const char *end)
{
	size_t length = strlen(finding->info->id), tail = strlen(end);

	return length >= tail && strcmp(finding->info->id + length - tail, end) == 0;
}

static bool
is_lookup_failed(const struct mc_finding *finding)
{
	return ends_in(finding, "lookup-failed");
}

/* One more record that is bogus, where the zone's keys or signatures are the root cause. */
static bool
is_bogus_by(const struct mc_finding *root, const struct mc_finding *finding)
{
	return root != NULL && root != finding && ends_in(finding, "bogus") &&
	       strncmp(root->info->id, "dnssec.", 7) == 0;
}

/* One more lookup that failed, where the name service is the root cause: the reason beside the
 * check says which. */
static bool
only_follows(const struct mailcheck_report *report, const struct mc_finding *finding)
{
	const struct mc_finding *root = report->root_finding;

	return root != NULL && root != finding && is_lookup_failed(finding) &&
	       (is_lookup_failed(root) || strncmp(root->info->id, "ns.", 3) == 0);
}

/* Info is left out, but for what explains why nothing could be determined. */
static bool
is_shown(const struct mc_page *page, const struct mailcheck_report *report,
	const struct mc_check_report *check, const struct mc_finding *finding)
{
	if (verbose(page) || finding->severity > MC_INFO)
		return true;
	return check->verdict == MC_INCONCLUSIVE && finding->undetermined &&
	       !only_follows(report, finding);
}

static bool
same_kind(const struct mc_finding *a, const struct mc_finding *b)
{
	return a->info == b->info && a->severity == b->severity;
}

static const struct mc_finding *
next_of_kind(const struct mc_finding *finding)
{
	const struct mc_finding *next = finding->next;

	while (next != NULL && !same_kind(finding, next))
		next = next->next;
	return next;
}

static bool
is_first_of_kind(const struct mc_check_report *check, const struct mc_finding *finding)
{
	const struct mc_finding *first = check->findings;

	while (!same_kind(first, finding))
		first = first->next;
	return first == finding;
}

/* Evidence that begins with the subject is not told twice. */
static const char *
without_subject(const char *evidence, const char *subject)
{
	size_t length = strlen(subject);

	if (length == 0 || strncmp(evidence, subject, length) != 0 ||
		strncmp(evidence + length, ": ", 2) != 0)
		return evidence;
	return evidence + length + 2;
}

static void
put_piece(struct mc_page *page, size_t indent, const char *evidence)
{
	char cut[PIECE + sizeof("...")];
	size_t length = PIECE;

	if (verbose(page) || strlen(evidence) <= PIECE) {
		mc_page_wrap(page, indent, evidence);
		return;
	}
	while (length > 0 && ((unsigned char)evidence[length] & 0xC0) == 0x80)
		length--;
	memcpy(cut, evidence, length);
	memcpy(cut + length, "...", sizeof("..."));
	mc_page_wrap(page, indent, cut);
}

void
mc_text_evidence(struct mc_page *page, size_t indent, const struct mc_finding *finding)
{
	size_t count = verbose(page) || finding->evidence_count < EVIDENCE ? finding->evidence_count
									   : EVIDENCE;

	mc_page_tab(page, indent);
	mc_page_put(page, finding->subject);
	mc_page_put(page, count > 0 ? ": " : "");
	put_piece(page, indent + DEEPER,
		count > 0 ? without_subject(finding->evidence[0], finding->subject) : "");
	for (size_t i = 1; i < count; i++)
		put_piece(page, indent + DEEPER, finding->evidence[i]);
}

static void
put_fix(struct mc_page *page, const char *fix)
{
	if (fix[0] == '\0')
		return;
	mc_page_tab(page, BODY);
	mc_page_styled(page, MC_STRONG, "What to change:");
	mc_page_put(page, " ");
	mc_page_wrap(page, BODY + DEEPER, fix);
}

static void
put_title(struct mc_page *page, const struct mc_finding *finding, const char *suffix)
{
	mc_page_tab(page, MARK);
	mc_page_severity(page, finding->severity);
	mc_page_put(page, " ");
	mc_page_put(page, finding->info->title);
	if (page->column + strlen(finding->info->id) + strlen(suffix) + 3 > MC_PAGE_WIDTH) {
		mc_page_end(page);
		mc_page_tab(page, BODY);
	} else
		mc_page_put(page, " ");
	mc_page_style(page, MC_FAINT);
	mc_page_put(page, "(");
	mc_page_put(page, finding->info->id);
	mc_page_put(page, ")");
	mc_page_style(page, MC_PLAIN);
	mc_page_put(page, suffix);
	mc_page_end(page);
}

/* The words by which a finding's fix is about its subject: "HOST [ADDRESS]:PORT", or a name. */
struct about {
	struct {
		const char *text;
		size_t length;
	} words[3];
};

static struct about
about(const struct mc_finding *finding)
{
	const char *subject = finding->subject, *open = strstr(subject, " [");
	const char *end = open != NULL ? strchr(open, ']') : NULL;
	struct about about = {.words = {{subject, strlen(subject)}}};

	if (end != NULL) {
		about.words[1].text = subject;
		about.words[1].length = (size_t)(open - subject);
		about.words[2].text = open + 2;
		about.words[2].length = (size_t)(end - open - 2);
	}
	return about;
}

/* Passes over its own name in each of the two fixes. False where they do not stand there. */
static bool
pass_names(const char **a, const struct about *about_a, const char **b, const struct about *about_b)
{
	for (size_t i = 0; i < 3; i++) {
		size_t length_a = about_a->words[i].length, length_b = about_b->words[i].length;
		if (length_a == 0 || length_b == 0 ||
			strncmp(*a, about_a->words[i].text, length_a) != 0 ||
			strncmp(*b, about_b->words[i].text, length_b) != 0)
			continue;
		*a += length_a;
		*b += length_b;
		return true;
	}
	return false;
}

/* The same is to be done, each time to another subject. */
static bool
is_alike(const struct mc_finding *first, const struct mc_finding *other)
{
	const struct about about_first = about(first), about_other = about(other);
	const char *a = first->fix, *b = other->fix;

	while (*a != '\0' && *b != '\0') {
		if (pass_names(&a, &about_first, &b, &about_other))
			continue;
		if (*a++ != *b++)
			return false;
	}
	return *a == *b;
}

struct kind {
	size_t count;
	bool same_fix;
	bool alike;   /* the fixes, but for the names in them */
	bool is_root; /* told at the top */
};

static struct kind
survey(const struct mailcheck_report *report, const struct mc_finding *first)
{
	struct kind kind = {.same_fix = true, .alike = true};

	for (const struct mc_finding *finding = first; finding != NULL;
		finding = next_of_kind(finding)) {
		kind.count++;
		kind.same_fix = kind.same_fix && strcmp(finding->fix, first->fix) == 0;
		kind.alike = kind.alike && is_alike(first, finding);
		kind.is_root = kind.is_root || finding == report->root_finding;
	}
	return kind;
}

/* Whether what to change is said of each subject. */
static bool
one_by_one(const struct mc_page *page, const struct kind *kind)
{
	return !kind->same_fix && (verbose(page) || !kind->alike);
}

/* The first of the kind where the same is to be done. */
static const struct mc_finding *
first_alike(const struct mc_finding *first, const struct mc_finding *finding)
{
	for (const struct mc_finding *told = first; told != NULL && told != finding;
		told = next_of_kind(told))
		if (is_alike(told, finding))
			return told;
	return finding;
}

static void
put_own_fix(struct mc_page *page, const struct mailcheck_report *report,
	const struct mc_finding *first, const struct mc_finding *finding)
{
	const struct mc_finding *told = first_alike(first, finding);

	if (verbose(page) || (told == finding && finding != report->root_finding)) {
		put_fix(page, finding->fix);
		return;
	}
	if (told == finding) {
		put_fix(page, "see above.");
		return;
	}
	mc_page_tab(page, BODY);
	mc_page_styled(page, MC_STRONG, "What to change:");
	mc_page_put(page, " the same as for ");
	mc_page_wrap(page, BODY + DEEPER, told->subject);
}

static void
put_subjects(struct mc_page *page, const struct mailcheck_report *report,
	const struct mc_finding *first, const struct kind *kind)
{
	size_t shown = 0;

	for (const struct mc_finding *finding = first; finding != NULL;
		finding = next_of_kind(finding)) {
		if (shown == SUBJECTS && !verbose(page) && kind->count > SUBJECTS + 1) {
			mc_page_tab(page, BODY);
			mc_page_printf(page, "and %zu more", kind->count - shown);
			mc_page_end(page);
			return;
		}
		mc_text_evidence(page, BODY, finding);
		if (one_by_one(page, kind))
			put_own_fix(page, report, first, finding);
		shown++;
	}
}

static void
put_kind(
	struct mc_page *page, const struct mailcheck_report *report, const struct mc_finding *first)
{
	struct kind kind = survey(report, first);
	bool told = (kind.is_root && kind.count == 1) ||
		    (!verbose(page) && is_bogus_by(report->root_finding, first));

	put_title(page, first, told ? ": see above" : "");
	if (told)
		return;
	put_subjects(page, report, first, &kind);
	if (verbose(page) && !kind.is_root)
		mc_page_wrap(page, BODY, first->detail);
	if (one_by_one(page, &kind))
		return;
	if (kind.is_root && first->fix[0] != '\0') {
		put_fix(page,
			kind.same_fix ? "see above." : "see above, and the same for the others.");
		return;
	}
	put_fix(page, first->fix);
	if (!kind.same_fix)
		mc_page_wrap(page, BODY + DEEPER, "And the same for the others.");
}

void
mc_text_findings(struct mc_page *page, const struct mailcheck_report *report,
	const struct mc_check_report *check)
{
	bool any = false;

	for (const struct mc_finding *finding = check->findings; finding != NULL;
		finding = finding->next) {
		if (!is_shown(page, report, check, finding) || !is_first_of_kind(check, finding))
			continue;
		mc_page_end(page);
		put_kind(page, report, finding);
		any = true;
	}
	if (any && check != &report->checks[report->check_count - 1])
		mc_page_end(page);
}

size_t
mc_text_hidden(const struct mc_page *page, const struct mailcheck_report *report)
{
	size_t hidden = 0;

	for (size_t i = 0; i < report->check_count; i++)
		for (const struct mc_finding *finding = report->checks[i].findings; finding != NULL;
			finding = finding->next)
			hidden += !is_shown(page, report, &report->checks[i], finding);
	return hidden;
}
