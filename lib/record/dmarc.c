/* dmarc: RFC 9989. */
#include "record/dmarc.h"

#include <string.h>
#include <strings.h>

#include "record/mend.h"
#include "record/tag_list.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct reading {
	struct mc_dmarc *dmarc;
	struct mc_problems *problems;
	const struct mc_tag_list *list;
	bool bad_policy, bad_np; /* p or sp; np */
	bool bad_rua;
};

const char *
mc_dmarc_policy_name(enum mc_dmarc_policy policy)
{
	static const char *const names[] = {NULL, "none", "quarantine", "reject"};

	return names[policy];
}

static size_t
skip_blanks(const char *text, size_t length, size_t at)
{
	while (at < length && (text[at] == ' ' || text[at] == '\t'))
		at++;
	return at;
}

/* dmarc-version: "v" *WSP "=" *WSP %s"DMARC1", then the end or a semicolon. Only its value is in
 * just these letters (RFC 7405, 2.1). */
bool
mc_dmarc_is_record(const char *text, size_t length)
{
	size_t at;

	if (length == 0 || (text[0] != 'v' && text[0] != 'V'))
		return false;
	at = skip_blanks(text, length, 1);
	if (at == length || text[at] != '=')
		return false;
	at = skip_blanks(text, length, at + 1);
	if (length - at < 6 || memcmp(text + at, "DMARC1", 6) != 0)
		return false;
	at = skip_blanks(text, length, at + 6);
	return at == length || text[at] == ';';
}

bool
mc_dmarc_is_attempt(const char *text, size_t length)
{
	for (size_t i = 0; i + 5 <= length && i < 12; i++)
		if (strncasecmp(text + i, "dmarc", 5) == 0)
			return true;
	return false;
}

static enum mc_dmarc_policy
policy_of(const char *value)
{
	for (int policy = MC_DMARC_NONE; policy <= MC_DMARC_REJECT; policy++)
		if (strcasecmp(value, mc_dmarc_policy_name((enum mc_dmarc_policy)policy)) == 0)
			return (enum mc_dmarc_policy)policy;
	return MC_DMARC_ABSENT;
}

static void
tell_bad_policy(struct reading *reading, const struct mc_tag *tag)
{
	if (strcmp(tag->name, "np") == 0)
		reading->bad_np = true;
	else
		reading->bad_policy = true;
	mc_problem(reading->problems, "dmarc.policy-invalid",
		tag->wrong != NULL ? tag->wrong_at : tag->value_at, "%s=%s: %s", tag->name,
		tag->value,
		tag->wrong != NULL ? tag->wrong : "it must be none, quarantine or reject");
	if (strchr(tag->value, ',') != NULL)
		mc_problem_fix(
			reading->problems, "Write semicolons, not commas, between the tags.");
}

static void
read_policy(struct reading *reading, const struct mc_tag *tag)
{
	struct mc_dmarc *dmarc = reading->dmarc;
	enum mc_dmarc_policy policy = policy_of(tag->value);

	if (policy == MC_DMARC_ABSENT) {
		tell_bad_policy(reading, tag);
		return;
	}
	if (strcmp(tag->name, "p") == 0)
		dmarc->p = policy;
	else if (strcmp(tag->name, "sp") == 0)
		dmarc->sp = policy;
	else
		dmarc->np = policy;
}

/* A tag of one letter out of a few; any other value leaves the default. */
static char
letter_of(struct reading *reading, const struct mc_tag *tag, const char *letters)
{
	char letter = tag->value[0];

	if (letter >= 'A' && letter <= 'Z')
		letter = (char)(letter - 'A' + 'a');
	if (letter != '\0' && tag->value[1] == '\0' && strchr(letters, letter) != NULL)
		return letter;
	mc_problem(reading->problems, "dmarc.tag-invalid", tag->value_at,
		"%s=%s: it must be %s; the default is taken", tag->name, tag->value,
		strcmp(letters, "rs") == 0   ? "r or s"
		: strcmp(letters, "yn") == 0 ? "y or n"
					     : "y, n or u");
	return '\0';
}

static void
read_letter(struct reading *reading, const struct mc_tag *tag)
{
	struct mc_dmarc *dmarc = reading->dmarc;
	char letter;

	if (strcmp(tag->name, "t") == 0)
		dmarc->testing = letter_of(reading, tag, "yn") == 'y';
	else if (strcmp(tag->name, "adkim") == 0)
		dmarc->strict_dkim = letter_of(reading, tag, "rs") == 's';
	else if (strcmp(tag->name, "aspf") == 0)
		dmarc->strict_spf = letter_of(reading, tag, "rs") == 's';
	else if ((letter = letter_of(reading, tag, "ynu")) != '\0')
		dmarc->psd = letter;
}

/* "0", "1", "d" and "s" in any number, by colons; 0 and 1 exclude each other. */
static bool
is_fo(const char *value)
{
	char seen[4] = "";
	size_t count = 0;

	for (size_t i = 0;; i += 2) {
		char letter = value[i] >= 'A' && value[i] <= 'Z' ? (char)(value[i] + 32) : value[i];
		if (letter == '\0' || strchr("01ds", letter) == NULL || count == 3 ||
			memchr(seen, letter, count) != NULL ||
			(letter <= '1' && memchr(seen, letter ^ 1, count) != NULL))
			return false;
		seen[count++] = letter;
		if (value[i + 1] != ':')
			return value[i + 1] == '\0';
	}
}

static void
read_fo(struct reading *reading, const struct mc_tag *tag)
{
	if (is_fo(tag->value))
		reading->dmarc->fo = tag->value;
	else
		mc_problem(reading->problems, "dmarc.tag-invalid", tag->value_at,
			"fo=%s: it must be made of 0 or 1, d and s, with colons between; the "
			"default (0) is taken",
			tag->value);
}

static void
read_uris(struct reading *reading, const struct mc_tag *tag)
{
	struct mc_report_uris *uris =
		strcmp(tag->name, "rua") == 0 ? &reading->dmarc->rua : &reading->dmarc->ruf;

	mc_report_uris_parse(reading->problems->arena, tag->value, uris);
	for (size_t i = 0; i < uris->count; i++) {
		const struct mc_report_uri *uri = &uris->uris[i];
		if (uri->wrong != NULL) {
			mc_problem(reading->problems, "dmarc.report-uri", tag->value_at,
				"%s=%s: %s", tag->name, uri->text, uri->wrong);
			if (strchr(uri->text, '@') != NULL && strchr(uri->text, ':') == NULL)
				mc_problem_fix(reading->problems, "Write %s=mailto:%s", tag->name,
					uri->text);
		} else if (!uri->mailto) {
			mc_problem(reading->problems, "dmarc.report-scheme", tag->value_at, "%s=%s",
				tag->name, uri->text);
		}
		if (uri->size[0] != '\0')
			mc_problem(reading->problems, "dmarc.report-size", tag->value_at, "%s=%s%s",
				tag->name, uri->text, uri->size);
	}
}

static void
read_removed(struct reading *reading, const struct mc_tag *tag)
{
	if (strcmp(tag->name, "pct") == 0 && strcmp(tag->value, "100") != 0)
		reading->dmarc->removed_policy_sample = tag->value;
	mc_problem(reading->problems, "dmarc.tag-removed", tag->name_at, "%s=%s", tag->name,
		tag->value);
}

static const struct {
	const char *name;
	void (*read)(struct reading *reading, const struct mc_tag *tag);
} tags[] = {
	{"p", read_policy},
	{"sp", read_policy},
	{"np", read_policy},
	{"psd", read_letter},
	{"t", read_letter},
	{"adkim", read_letter},
	{"aspf", read_letter},
	{"fo", read_fo},
	{"rua", read_uris},
	{"ruf", read_uris},
	{"pct", read_removed},
	{"rf", read_removed},
	{"ri", read_removed},
};

static void
read_tag(struct reading *reading, const struct mc_tag *tag)
{
	for (size_t i = 0; i < COUNT(tags); i++)
		if (strcmp(tags[i].name, tag->name) == 0) {
			tags[i].read(reading, tag);
			return;
		}
	mc_problem(reading->problems, "dmarc.tag-unknown", tag->name_at, "%s", tag->name);
}

static bool
is_known(const char *name)
{
	for (size_t i = 0; i < COUNT(tags); i++)
		if (strcmp(tags[i].name, name) == 0)
			return true;
	return strcmp(name, "v") == 0;
}

/* 4.8: dmarc-tag is of letters in any case. Of one that is not defined another finding tells. */
static void
fold_names(struct reading *reading)
{
	for (size_t i = 0; i < reading->list->count; i++) {
		struct mc_tag *tag = &reading->list->tags[i];
		const char *name = mc_mend_lower(reading->problems->arena, tag->name);
		if (strcmp(name, tag->name) != 0 && is_known(name)) {
			mc_problem(
				reading->problems, "dmarc.tag-case", tag->name_at, "%s", tag->name);
			mc_problem_fix(
				reading->problems, "Write %s instead of %s.", name, tag->name);
		}
		tag->name = name;
	}
}

/* RFC 6376, 3.2: with a tag twice the entire list is invalid. */
static bool
has_repeats(struct reading *reading)
{
	bool repeats = false;

	for (size_t i = 0; i < reading->list->count; i++) {
		const struct mc_tag *tag = &reading->list->tags[i];
		if (tag->wrong != NULL || !mc_tag_list_repeats(reading->list, tag))
			continue;
		mc_problem(reading->problems, "dmarc.tag-duplicate", tag->name_at, "%s", tag->name);
		repeats = true;
	}
	return repeats;
}

/* A policy that is there and cannot be read is none that is valid. */
static void
read_malformed(struct reading *reading, const struct mc_tag *tag)
{
	bool policy = strcmp(tag->name, "p") == 0 || strcmp(tag->name, "sp") == 0 ||
		      strcmp(tag->name, "np") == 0;

	if (policy && tag->value[0] != '\0') {
		tell_bad_policy(reading, tag);
		return;
	}
	reading->bad_rua = reading->bad_rua || strcmp(tag->name, "rua") == 0;
	mc_problem(reading->problems, "dmarc.syntax", tag->wrong_at, "%s", tag->wrong);
	if (strcasecmp(tag->name, "mailto") == 0)
		mc_problem_fix(reading->problems,
			"Write a comma, not a semicolon, between two destinations of reports.");
}

static void
read_tags(struct reading *reading)
{
	for (size_t i = 1; i < reading->list->count; i++) {
		const struct mc_tag *tag = &reading->list->tags[i];
		if (tag->wrong != NULL)
			read_malformed(reading, tag);
		else
			read_tag(reading, tag);
	}
}

/* RFC 7489, 6.3: one or two digits are less than 100. */
static bool
is_sampled(const char *pct)
{
	return pct != NULL && pct[0] != '\0' && strlen(pct) <= 2 &&
	       strspn(pct, "0123456789") == strlen(pct);
}

static void
judge_values(const struct reading *reading, const struct mc_tag *p)
{
	const struct mc_dmarc *dmarc = reading->dmarc;

	if (p != &reading->list->tags[1])
		mc_problem(
			reading->problems, "dmarc.policy-not-second", p->name_at, "p=%s", p->value);
	if (dmarc->p == MC_DMARC_NONE) {
		mc_problem(reading->problems, "dmarc.policy-none", p->name_at, "p=%s", p->value);
		return;
	}
	if (is_sampled(dmarc->removed_policy_sample))
		mc_problem(reading->problems, "dmarc.pct-ignored", MC_NOWHERE, "p=%s, pct=%s",
			mc_dmarc_policy_name(dmarc->p), dmarc->removed_policy_sample);
	if (dmarc->sp == MC_DMARC_NONE || dmarc->np == MC_DMARC_NONE)
		mc_problem(reading->problems, "dmarc.subdomains-open", MC_NOWHERE, "p=%s, %s",
			mc_dmarc_policy_name(dmarc->p),
			dmarc->sp == MC_DMARC_NONE ? "sp=none" : "np=none");
}

/* 4.10.1: without a valid p, or with an invalid sp or np, the record acts as p=none when it asks
 * for reports, and not at all otherwise. */
static void
judge_policy(struct reading *reading)
{
	struct mc_dmarc *dmarc = reading->dmarc;
	const struct mc_tag *p = mc_tag_list_find(reading->list, "p");
	bool bad = reading->bad_policy || reading->bad_np;

	if (!bad && p != NULL) {
		judge_values(reading, p);
		return;
	}
	dmarc->recovered = mc_report_uris_good(&dmarc->rua) > 0;
	dmarc->valid = dmarc->recovered;
	dmarc->only_np_invalid = reading->bad_np && !reading->bad_policy && p != NULL;
	if (bad)
		return;
	if (dmarc->recovered)
		mc_problem(reading->problems, "dmarc.policy-missing", MC_NOWHERE,
			"no p tag: taken as p=none");
	else
		mc_problem(reading->problems, "dmarc.no-policy", MC_NOWHERE,
			"neither a p tag nor a valid rua");
}

static void
judge_reports(struct reading *reading)
{
	const struct mc_dmarc *dmarc = reading->dmarc;

	if (dmarc->testing)
		mc_problem(reading->problems, "dmarc.testing", MC_NOWHERE, "t=y%s",
			dmarc->p <= MC_DMARC_NONE && dmarc->sp <= MC_DMARC_NONE &&
					dmarc->np <= MC_DMARC_NONE
				? ", without effect: the policy is none"
				: "");
	if (dmarc->rua.count == 0)
		mc_problem(reading->problems, "dmarc.no-reports", MC_NOWHERE, "no rua tag%s",
			reading->bad_rua ? " that can be read" : "");
	if (dmarc->ruf.count == 0 && mc_tag_list_find(reading->list, "fo") != NULL)
		mc_problem(reading->problems, "dmarc.fo-alone", MC_NOWHERE, "fo=%s without ruf",
			dmarc->fo);
}

/* Where v=DMARC1 ends, though no semicolon follows; 0: the text does not begin with it. */
static size_t
end_of_version(const char *text, size_t length)
{
	for (size_t end = length; end > 0; end--)
		if (text[end - 1] == '1' && mc_dmarc_is_record(text, end))
			return end;
	return 0;
}

static void
tell_version(const char *text, size_t length, struct mc_problems *problems)
{
	size_t lead = 0, end = end_of_version(text, length);

	while (lead < length && mc_is_fws(text[lead]))
		lead++;
	if (memmem(text, length, "\\;", 2) != NULL) {
		mc_problem(problems, "dmarc.version", MC_NOWHERE,
			"a backslash stands before a semicolon");
	} else if (lead > 0 && mc_dmarc_is_record(text + lead, length - lead)) {
		mc_problem(problems, "dmarc.version", 0, "white space stands before v=DMARC1");
	} else if (end > 0) {
		mc_problem(problems, "dmarc.version", end,
			"something else than a semicolon follows v=DMARC1");
	} else {
		mc_problem(problems, "dmarc.version", lead < length ? lead : MC_NOWHERE,
			"the record does not begin with v=DMARC1, in just these letters");
	}
}

void
mc_dmarc_judge(
	const char *text, size_t length, struct mc_dmarc *ret_dmarc, struct mc_problems *problems)
{
	struct mc_tag_list list;
	struct reading reading = {ret_dmarc, problems, &list, false, false, false};

	*ret_dmarc = (struct mc_dmarc){.psd = 'u', .fo = "0"};
	if (!mc_dmarc_is_record(text, length)) {
		tell_version(text, length, problems);
		return;
	}
	if (!mc_tag_list_parse(problems->arena, text, length, &list)) {
		mc_problem(problems, "dmarc.syntax", MC_NOWHERE, "more than %d tags", MC_TAG_LIMIT);
		return;
	}
	fold_names(&reading);
	ret_dmarc->discarded = has_repeats(&reading);
	ret_dmarc->valid = !ret_dmarc->discarded;
	read_tags(&reading);
	if (!ret_dmarc->discarded)
		judge_policy(&reading);
	judge_reports(&reading);
}

void
mc_dmarc_parse(
	const char *text, size_t length, struct mc_dmarc *ret_dmarc, struct mc_problems *problems)
{
	static const char *const kept[] = {"dmarc.fo-alone", "dmarc.no-reports",
		"dmarc.pct-ignored", "dmarc.policy-none", "dmarc.report-scheme",
		"dmarc.subdomains-open", "dmarc.tag-removed", "dmarc.tag-unknown", "dmarc.testing",
		NULL};

	mc_dmarc_judge(text, length, ret_dmarc, problems);
	if (!ret_dmarc->valid)
		mc_problems_offer(problems, mc_dmarc_mend(problems->arena, text, length), kept);
	else if (ret_dmarc->recovered)
		mc_problems_advise(problems, mc_dmarc_mend(problems->arena, text, length), kept);
}

static enum mc_dmarc_policy
published(const struct mc_dmarc *dmarc, enum mc_dmarc_for what, bool with_np)
{
	enum mc_dmarc_policy sp = dmarc->sp != MC_DMARC_ABSENT ? dmarc->sp : dmarc->p;

	if (!dmarc->valid)
		return MC_DMARC_ABSENT;
	if (dmarc->recovered)
		return MC_DMARC_NONE;
	if (what == MC_DMARC_ITSELF)
		return dmarc->p;
	return what == MC_DMARC_NONEXISTENT && with_np && dmarc->np != MC_DMARC_ABSENT ? dmarc->np
										       : sp;
}

enum mc_dmarc_policy
mc_dmarc_apply(const struct mc_dmarc *dmarc, enum mc_dmarc_for what, bool effective)
{
	enum mc_dmarc_policy policy = published(dmarc, what, true);

	if (effective && dmarc->testing && policy > MC_DMARC_NONE)
		policy--;
	return policy;
}

/* RFC 7489, 6.3 and 6.6.3: no np, whatever it says, and no t. */
enum mc_dmarc_policy
mc_dmarc_apply_old(const struct mc_dmarc *dmarc, enum mc_dmarc_for what)
{
	struct mc_dmarc old = *dmarc;

	if (dmarc->only_np_invalid) {
		old.valid = true;
		old.recovered = false;
	}
	return published(&old, what, false);
}

/* 4.10: the name itself, then from at most seven labels up to the top-level domain. */
size_t
mc_dmarc_walk(const char *domain, const char *ret_names[MC_DMARC_QUERIES])
{
	unsigned labels = mc_name_labels(domain);
	const char *name = domain;
	size_t count = 0;

	if (labels == 0)
		return 0;
	ret_names[count++] = name;
	for (unsigned skip = labels > MC_DMARC_QUERIES ? labels - (MC_DMARC_QUERIES - 1) : 1;
		skip > 0; skip--)
		name = mc_name_parent(name);
	while (count < MC_DMARC_QUERIES && strcmp(name, ".") != 0) {
		ret_names[count++] = name;
		name = mc_name_parent(name);
	}
	return count;
}
