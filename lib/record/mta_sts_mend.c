/* mta_sts_mend: a TXT record and a policy that say what those that are not valid were to say. */
#include <string.h>

#include "base/buf.h"
#include "record/domain.h"
#include "record/mend.h"
#include "record/mta_sts.h"

#define ID_LIMIT 32
#define LINES_LIMIT ((size_t)16 * MC_MTA_STS_POLICY_LIMIT) /* never reached */

static bool
is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* --- the TXT record --- */

const char *
mc_mta_sts_mend(struct mc_arena *arena, const char *text, size_t length)
{
	static const char *const names[] = {"v", "id", NULL};
	static const struct mc_mend_tags tags = {.names = names};
	const char *values[2];
	char id[ID_LIMIT + 1];
	size_t n = 0;

	if (!mc_mend_tags(arena, text, length, &tags, values) || values[1] == NULL)
		return NULL;
	if (values[0] != NULL && strncmp(mc_mend_lower(arena, values[0]), "sts", 3) != 0)
		return NULL;
	for (const char *c = values[1]; *c != '\0' && n < ID_LIMIT; c++)
		if (is_alnum(*c))
			id[n++] = *c;
	id[n] = '\0';
	return n > 0 ? mc_arena_printf(arena, "v=STSv1; id=%s", id) : NULL;
}

/* --- the policy --- */

struct policy {
	struct mc_arena *arena;
	const char *mode, *max_age; /* NULL: not seen yet */
	struct mc_buf mxs;          /* lines */
	bool known;                 /* any field of a policy */
	bool hopeless;
};

/* Each host of a line, with the A-labels of an IDN and no dot at the end. */
static void
add_hosts(struct policy *policy, const char *value)
{
	while (*value != '\0') {
		size_t length = strcspn(value, ", ;");
		const char *host = mc_arena_strndup(policy->arena, value, length);
		/* ".example.com" was a wildcard in drafts of RFC 8461 */
		size_t skipped = host[0] == '.' ? 1 : strncmp(host, "*.", 2) == 0 ? 2 : 0;
		char name[MC_NAME_TEXT_SIZE];
		if (length > 0 && mc_domain_parse_host(host + skipped, name) == NULL)
			mc_buf_printf(&policy->mxs, "mx: %s%s\n", skipped > 0 ? "*." : "", name);
		else if (length > 0)
			policy->hopeless = true;
		value += length + (value[length] != '\0');
	}
}

/* A number of digits; more than may be is as much as may be. */
static const char *
age_of(struct mc_arena *arena, const char *value)
{
	size_t digits;
	int64_t age = 0;

	value = mc_mend_without(arena, value, ", ;'_");
	digits = strspn(value, "0123456789");
	if (digits == 0 || value[digits] != '\0')
		return NULL;
	for (; *value != '\0' && age <= MC_MTA_STS_AGE_LIMIT; value++)
		age = age * 10 + (*value - '0');
	if (age > MC_MTA_STS_AGE_LIMIT)
		age = MC_MTA_STS_AGE_LIMIT;
	return mc_arena_printf(arena, "%lld", (long long)age);
}

static void
read_field(struct policy *policy, const char *key, const char *value)
{
	bool known = true;

	if (strcmp(key, "mode") == 0 && policy->mode == NULL)
		policy->mode =
			mc_mend_without(policy->arena, mc_mend_lower(policy->arena, value), " ;,");
	else if (strcmp(key, "maxage") == 0 && policy->max_age == NULL)
		policy->max_age = age_of(policy->arena, value);
	else if (strcmp(key, "mx") == 0)
		add_hosts(policy, value);
	else
		known = strcmp(key, "version") == 0;
	policy->known = policy->known || known;
}

/* "key: value" or "key = value", with "-", "_" or nothing within the key. */
static void
read_line(struct policy *policy, const char *line, size_t length)
{
	struct mc_arena *arena = policy->arena;
	const char *text = mc_arena_strndup(arena, line, length), *value;
	size_t end = strcspn(text, ":=");

	if (text[end] == '\0')
		return;
	value = text + end + 1;
	value += strspn(value, " \t\"'");
	length = strlen(value);
	while (length > 0 && strchr(" \t\"'", value[length - 1]) != NULL)
		length--;
	read_field(policy,
		mc_mend_lower(arena,
			mc_mend_without(arena, mc_arena_strndup(arena, text, end), " \t-_\"'")),
		mc_arena_strndup(arena, value, length));
}

static bool
is_valid(struct mc_arena *arena, const char *record)
{
	struct mc_mta_sts_policy judged;
	struct mc_problems problems;

	mc_problems_init(&problems, arena);
	mc_mta_sts_policy_judge(record, strlen(record), &judged, &problems);
	return judged.valid;
}

const char *
mc_mta_sts_policy_mend(struct mc_arena *arena, const char *text, size_t length)
{
	struct policy policy = {.arena = arena};
	const char *at, *record = NULL;

	if (length > MC_MTA_STS_POLICY_LIMIT)
		return NULL;
	mc_buf_init(&policy.mxs, LINES_LIMIT);
	for (at = mc_mend_clean(arena, text, length); *at != '\0'; at += strspn(at, "\r\n")) {
		size_t line = strcspn(at, "\r\n");
		read_line(&policy, at, line);
		at += line;
	}
	arena->failed = arena->failed || policy.mxs.failed;
	if (policy.known && !policy.hopeless && policy.mode != NULL && policy.max_age != NULL)
		record = mc_arena_printf(arena, "version: STSv1\nmode: %s\n%smax_age: %s\n",
			policy.mode, mc_buf_text(&policy.mxs), policy.max_age);
	mc_buf_free(&policy.mxs);
	return record != NULL && is_valid(arena, record) ? record : NULL;
}
