/* mta_sts_policy: the policy file, RFC 8461, 3.2. */
#include <string.h>
#include <strings.h>

#include "base/escape.h"
#include "record/mta_sts.h"
#include "record/name.h"
#include "record/sts_fields.h"

struct reading {
	struct mc_mta_sts_policy *policy;
	struct mc_problems *problems;
	size_t line;                          /* counted from 1 */
	const char *version, *mode, *max_age; /* NULL: not seen yet */
	size_t malformed;                     /* lines told of */
	bool hosts;                           /* a line was to name an MX host */
	bool bad;                             /* some line makes the whole policy void */
};

const char *
mc_mta_sts_mode_name(enum mc_mta_sts_mode mode)
{
	static const char *const names[] = {NULL, "enforce", "testing", "none"};

	return names[mode];
}

/* "line 3: mode: Enforce" */
static void
tell(struct reading *reading, const char *id, size_t at, const char *what, const char *value)
{
	const char *line = at == MC_NOWHERE ? ""
					    : mc_arena_printf(reading->problems->arena,
						      "line %zu: ", reading->line);

	mc_problem(reading->problems, id, at, "%s%s%s", line, what, value);
}

static void
void_policy(struct reading *reading, const char *id, size_t at, const char *what, const char *value)
{
	tell(reading, id, at, what, value);
	reading->bad = true;
}

#define MALFORMED_LIMIT 5 /* lines that are told of; a file that is none has many */

static void
void_line(struct reading *reading, size_t at, bool is_mx, const char *what, const char *value)
{
	reading->bad = true;
	reading->hosts = reading->hosts || is_mx;
	if (reading->malformed++ < MALFORMED_LIMIT)
		tell(reading, "mta-sts.policy-syntax", at, what, value);
}

static bool
is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* RFC 5321, 4.1.2: Domain, perhaps behind "*.": letters, digits, and hyphens within labels. */
static bool
is_pattern(const char *value, char ret_name[MC_NAME_TEXT_SIZE])
{
	const char *name = strncmp(value, "*.", 2) == 0 ? value + 2 : value;

	for (const char *c = name; *c != '\0'; c++) {
		bool edge = c == name || c[-1] == '.' || c[1] == '.' || c[1] == '\0';
		if (!is_alnum(*c) && (edge || (*c != '-' && *c != '.')))
			return false;
	}
	return name[0] != '\0' && mc_name_canonical(name, NULL, ret_name) == NULL;
}

static void
read_mx(struct reading *reading, const char *value, size_t at)
{
	struct mc_mta_sts_policy *policy = reading->policy;
	char name[MC_NAME_TEXT_SIZE];

	reading->hosts = true;
	if (!is_pattern(value, name)) {
		void_policy(reading, "mta-sts.policy-mx", at, "mx: ", value);
		return;
	}
	policy->mxs[policy->mx_count++] = mc_arena_printf(
		reading->problems->arena, "%s%s", value[0] == '*' ? "*." : "", name);
}

static void
read_max_age(struct reading *reading, const char *value, size_t at)
{
	size_t digits = strspn(value, "0123456789");
	int64_t age = 0;

	if (digits == 0 || digits > 10 || value[digits] != '\0') {
		void_policy(reading, "mta-sts.policy-max-age", at, "max_age: ", value);
		return;
	}
	for (size_t i = 0; i < digits; i++)
		age = age * 10 + (value[i] - '0');
	reading->policy->max_age = age;
	if (age > MC_MTA_STS_AGE_LIMIT)
		void_policy(reading, "mta-sts.policy-max-age", at, "max_age: ", value);
	else if (age < 86400)
		tell(reading, "mta-sts.policy-short", at, "max_age: ", value);
}

static void
read_mode(struct reading *reading, const char *value, size_t at)
{
	for (int mode = MC_MTA_STS_ENFORCE; mode <= MC_MTA_STS_NONE; mode++)
		if (strcmp(value, mc_mta_sts_mode_name((enum mc_mta_sts_mode)mode)) == 0)
			reading->policy->mode = (enum mc_mta_sts_mode)mode;
	if (reading->policy->mode == MC_MTA_STS_NO_MODE)
		void_policy(reading, "mta-sts.policy-mode", at, "mode: ", value);
	else if (reading->policy->mode == MC_MTA_STS_TESTING)
		tell(reading, "mta-sts.policy-testing", at, "mode: testing", "");
}

/* Of a field that stands once, only the first counts. */
static bool
is_repeated(
	struct reading *reading, const char **seen, const char *name, const char *value, size_t at)
{
	if (*seen == NULL) {
		*seen = value;
		return false;
	}
	tell(reading, "mta-sts.policy-duplicate", at,
		mc_arena_printf(reading->problems->arena, "%s: ", name), value);
	return true;
}

static void
read_field(struct reading *reading, const char *name, const char *value, size_t at)
{
	if (strcmp(name, "version") == 0) {
		if (!is_repeated(reading, &reading->version, name, value, at) &&
			strcmp(value, "STSv1") != 0)
			void_policy(reading, "mta-sts.policy-version", at, "version: ", value);
	} else if (strcmp(name, "mode") == 0) {
		if (!is_repeated(reading, &reading->mode, name, value, at))
			read_mode(reading, value, at);
	} else if (strcmp(name, "max_age") == 0) {
		if (!is_repeated(reading, &reading->max_age, name, value, at))
			read_max_age(reading, value, at);
	} else if (strcmp(name, "mx") == 0) {
		read_mx(reading, value, at);
	} else {
		tell(reading, "mta-sts.policy-field-unknown", at, name, "");
	}
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* sts-policy-vchar and the blank: printable ASCII, and UTF-8 beyond it. */
static bool
is_printable(const char *value)
{
	size_t left = strlen(value), n;
	uint32_t c;

	for (; left > 0; value += n, left -= n) {
		n = *value >= 0x20 && *value < 0x7f
			    ? 1
			    : mc_utf8_decode((const uint8_t *)value, left, &c);
		if (n == 0)
			return false;
	}
	return true;
}

static bool
begins_with_mx(const char *text, size_t at, size_t end)
{
	while (at < end && is_blank(text[at]))
		at++;
	return end - at >= 2 && strncasecmp(text + at, "mx", 2) == 0;
}

static void
read_line(struct reading *reading, const char *text, size_t at, size_t end)
{
	struct mc_arena *arena = reading->problems->arena;
	const char *colon = memchr(text + at, ':', end - at), *name, *value;
	bool is_mx = begins_with_mx(text, at, end);
	size_t value_at;

	while (end > at && is_blank(text[end - 1]))
		end--;
	if (colon == NULL || (size_t)(colon - text) >= end) {
		void_line(reading, at, is_mx, "a line that is no \"key: value\"", "");
		return;
	}
	name = mc_arena_strndup(arena, text + at, (size_t)(colon - text) - at);
	value_at = (size_t)(colon - text) + 1;
	while (value_at < end && is_blank(text[value_at]))
		value_at++;
	value = mc_arena_strndup(arena, text + value_at, end - value_at);
	if (!mc_sts_is_name(name) || strlen(name) != (size_t)(colon - text) - at)
		void_line(reading, at, is_mx, "a key that is none: ", name);
	else if (value[0] == '\0' || !is_printable(value) || strlen(value) != end - value_at)
		void_line(reading, at, is_mx, "no proper value for ", name);
	else
		read_field(reading, name, value, at);
}

static bool
only_blanks(const char *text, size_t at, size_t length)
{
	for (; at < length; at++)
		if (!is_blank(text[at]) && text[at] != '\r' && text[at] != '\n')
			return false;
	return true;
}

static void
read_lines(struct reading *reading, const char *text, size_t length)
{
	size_t at = 0;

	while (at < length) {
		const char *feed = memchr(text + at, '\n', length - at);
		size_t end = feed != NULL ? (size_t)(feed - text) : length, next = end + 1;

		reading->line++;
		if (only_blanks(text, at, length)) {
			tell(reading, "mta-sts.policy-blank-line", at, "blank lines at the end",
				"");
			return;
		}
		if (feed != NULL && end > at && text[end - 1] == '\r')
			end--;
		read_line(reading, text, at, end);
		at = next;
	}
}

/* What a web server has for pages that it does not find, and for everything else. */
static bool
is_web_page(const char *text, size_t length)
{
	size_t at = 0;

	while (at < length && (is_blank(text[at]) || text[at] == '\r' || text[at] == '\n'))
		at++;
	return at < length && text[at] == '<';
}

static void
judge_missing(struct reading *reading)
{
	if (reading->version == NULL)
		void_policy(reading, "mta-sts.policy-version", MC_NOWHERE, "no version", "");
	if (reading->mode == NULL)
		void_policy(reading, "mta-sts.policy-mode", MC_NOWHERE, "no mode", "");
	if (reading->max_age == NULL)
		void_policy(reading, "mta-sts.policy-max-age", MC_NOWHERE, "no max_age", "");
	if (!reading->hosts && (reading->policy->mode == MC_MTA_STS_ENFORCE ||
				       reading->policy->mode == MC_MTA_STS_TESTING))
		void_policy(reading, "mta-sts.policy-mx", MC_NOWHERE, "no mx", "");
}

static size_t
count_lines(const char *text, size_t length)
{
	size_t count = 1;

	for (size_t i = 0; i < length; i++)
		count += text[i] == '\n';
	return count;
}

void
mc_mta_sts_policy_judge(const char *text, size_t length, struct mc_mta_sts_policy *ret_policy,
	struct mc_problems *problems)
{
	struct reading reading = {.policy = ret_policy, .problems = problems};
	bool small = length <= MC_MTA_STS_POLICY_LIMIT;

	*ret_policy = (struct mc_mta_sts_policy){.max_age = -1,
		.mxs = mc_arena_calloc(problems->arena, small ? count_lines(text, length) : 1,
			sizeof(const char *))};
	if (ret_policy->mxs == NULL)
		return;
	if (!small)
		void_policy(&reading, "mta-sts.policy-syntax", MC_NOWHERE, "more than 64 KiB", "");
	else if (is_web_page(text, length))
		void_policy(&reading, "mta-sts.policy-syntax", MC_NOWHERE,
			"a web page (HTML) in the place of a policy", "");
	else
		read_lines(&reading, text, length);
	if (small && !is_web_page(text, length))
		judge_missing(&reading);
	ret_policy->valid = !reading.bad;
}

void
mc_mta_sts_policy_parse(const char *text, size_t length, struct mc_mta_sts_policy *ret_policy,
	struct mc_problems *problems)
{
	static const char *const kept[] = {"mta-sts.policy-testing", NULL};

	mc_mta_sts_policy_judge(text, length, ret_policy, problems);
	if (!ret_policy->valid)
		mc_problems_offer(
			problems, mc_mta_sts_policy_mend(problems->arena, text, length), kept);
}

bool
mc_mta_sts_matches(const struct mc_mta_sts_policy *policy, const char *host)
{
	for (size_t i = 0; i < policy->mx_count; i++) {
		const char *pattern = policy->mxs[i];
		if (strcmp(pattern, host) == 0)
			return true;
		if (strncmp(pattern, "*.", 2) == 0 && strchr(host, '.') != NULL &&
			strcmp(mc_name_parent(host), pattern + 2) == 0)
			return true;
	}
	return false;
}
