/* bimi: the assertion record. */
#include "record/bimi.h"

#include <string.h>
#include <strings.h>

#include "base/address.h"
#include "record/domain.h"
#include "record/report_uri.h"
#include "record/tag_list.h"

#define LABEL_MAX 63 /* octets of a selector (RFC 1035, 2.3.4) */

static const char *
value_of(const struct mc_tag_list *list, const char *name)
{
	const struct mc_tag *tag = mc_tag_list_find(list, name);

	return tag != NULL ? tag->value : "";
}

static bool
judge_list(const struct mc_tag_list *list, struct mc_problems *problems)
{
	static const char *const known[] = {"v", "l", "a", "avp", "lps", NULL};
	bool good = true;

	for (size_t i = 0; i < list->count; i++) {
		const struct mc_tag *tag = &list->tags[i];
		size_t k = 0;
		if (tag->wrong != NULL) {
			mc_problem(problems, "bimi.syntax", tag->wrong_at, "%s", tag->wrong);
			good = false;
			continue;
		}
		if (mc_tag_list_repeats(list, tag)) {
			mc_problem(problems, "bimi.tag-duplicate", tag->name_at, "%s", tag->name);
			good = false;
		}
		while (known[k] != NULL && strcmp(known[k], tag->name) != 0)
			k++;
		if (known[k] == NULL)
			mc_problem(problems, "bimi.tag-unknown", tag->name_at, "%s", tag->name);
	}
	return good;
}

/* Of an https URI, without user information and port. */
static const char *
host_of(struct mc_arena *arena, const char *uri)
{
	const char *host = uri + strlen("https://"), *end = host + strcspn(host, "/?#"), *user;

	user = memchr(host, '@', (size_t)(end - host));
	if (user != NULL)
		host = user + 1;
	if (host[0] != '[')
		end = host + strcspn(host, ":/?#");
	return mc_arena_strndup(arena, host, (size_t)(end - host));
}

/* 4.2: that of a= must be a fully qualified domain name. */
static bool
is_host(struct mc_arena *arena, const char *uri, bool qualified)
{
	const char *host = host_of(arena, uri);
	char name[MC_NAME_TEXT_SIZE];
	struct mc_address address;

	if (qualified)
		return mc_domain_parse(host, name) == NULL;
	return host[0] == '[' || mc_address_parse(host, &address) ||
	       mc_domain_parse_host(host, name) == NULL;
}

static bool
judge_uri(const struct mc_tag_list *list, const char *name, struct mc_problems *problems)
{
	const struct mc_tag *tag = mc_tag_list_find(list, name);
	struct mc_report_uris uris;

	if (tag == NULL || tag->value[0] == '\0')
		return true;
	mc_report_uris_parse(problems->arena, tag->value, &uris);
	if (uris.count == 1 && uris.uris[0].wrong == NULL && uris.uris[0].https &&
		is_host(problems->arena, uris.uris[0].text, strcmp(name, "a") == 0))
		return true;
	mc_problem(problems, "bimi.uri", tag->value_at, "%s=%s: not one https URI of a host",
		tag->name, tag->value);
	return false;
}

/* The suffix of the last segment of an https URI's path, with its dot; "" for none. */
static const char *
suffix_of(struct mc_arena *arena, const char *uri)
{
	const char *path = strchr(uri + strlen("https://"), '/'), *slash, *dot;

	if (path == NULL)
		return "";
	path = mc_arena_strndup(arena, path, strcspn(path, "?#"));
	slash = strrchr(path, '/');
	dot = slash != NULL ? strrchr(slash, '.') : NULL;
	return dot != NULL ? dot : "";
}

/* 4.3.2: an image of another kind by its suffix ends the matter; without one the logo itself
 * tells. */
static bool
judge_suffix(const char *location, struct mc_problems *problems)
{
	const char *suffix = suffix_of(problems->arena, location);

	if (strcasecmp(suffix, ".svg") == 0 || strcasecmp(suffix, ".svgz") == 0)
		return true;
	mc_problem(problems, "bimi.location-type", MC_NOWHERE, "l=%s", location);
	return suffix[0] == '\0';
}

static bool
judge_location(const struct mc_tag_list *list, const struct mc_bimi *bimi, bool is_uri,
	struct mc_problems *problems)
{
	if (mc_tag_list_find(list, "l") == NULL) {
		mc_problem(problems, "bimi.no-location", MC_NOWHERE, "no l tag");
		return false;
	}
	if (bimi->location[0] == '\0' && bimi->authority[0] != '\0') {
		mc_problem(problems, "bimi.no-location", MC_NOWHERE, "l= is empty, a= is not");
		return false;
	}
	if (bimi->declined) {
		mc_problem(problems, "bimi.declined", MC_NOWHERE, "l=; a=;");
		return true;
	}
	if (bimi->authority[0] == '\0')
		mc_problem(problems, "bimi.no-evidence", MC_NOWHERE, "no a tag");
	return !is_uri || judge_suffix(bimi->location, problems);
}

static void
judge_avatar(
	const struct mc_tag_list *list, const struct mc_bimi *bimi, struct mc_problems *problems)
{
	const struct mc_tag *avp = mc_tag_list_find(list, "avp");

	if (avp != NULL && strcmp(bimi->avatar, "brand") != 0 &&
		strcmp(bimi->avatar, "personal") != 0)
		mc_problem(problems, "bimi.tag-invalid", avp->value_at, "avp=%s", avp->value);
}

/* 4.5: receivers reduce local parts to letters, digits and hyphens before they look whether they
 * begin so. "true" and "false", as earlier drafts have it, are such beginnings too. */
static bool
is_prefix(const char *text)
{
	for (const char *c = text; *c != '\0'; c++)
		if ((*c < 'a' || *c > 'z') && (*c < 'A' || *c > 'Z') && (*c < '0' || *c > '9') &&
			*c != '-')
			return false;
	return text[0] != '\0' && text[0] != '-' && strlen(text) <= LABEL_MAX;
}

static void
judge_prefixes(const struct mc_tag_list *list, struct mc_problems *problems)
{
	const struct mc_tag *lps = mc_tag_list_find(list, "lps");
	struct mc_tag_items items = {lps != NULL && lps->value[0] != '\0' ? lps->value : NULL, ','};
	const char *item;

	while (mc_tag_items_next(&items, problems->arena, &item)) {
		if (is_prefix(item))
			continue;
		mc_problem(problems, "bimi.tag-invalid", lps->value_at,
			"lps=%s: no local part is seen to begin with \"%s\"", lps->value, item);
		mc_problem_fix(problems,
			"Write in lps= beginnings of local parts, of letters, digits and hyphens, "
			"with commas between them; a dot or underscore of a local part is a hyphen "
			"there.");
		return;
	}
}

static size_t
skip_blanks(const char *text, size_t length, size_t at)
{
	while (at < length && (text[at] == ' ' || text[at] == '\t'))
		at++;
	return at;
}

/* The length of "v=" with blanks around it; 0 when the text begins otherwise. */
static size_t
version_begins(const char *text, size_t length)
{
	size_t at = skip_blanks(text, length, 0);

	if (at == length || (text[at] != 'v' && text[at] != 'V'))
		return 0;
	at = skip_blanks(text, length, at + 1);
	return at < length && text[at] == '=' ? skip_blanks(text, length, at + 1) : 0;
}

bool
mc_bimi_is_attempt(const char *text, size_t length)
{
	size_t at = version_begins(text, length);

	return at > 0 && length - at >= 4 && strncasecmp(text + at, "BIMI", 4) == 0;
}

bool
mc_bimi_is_record(const char *text, size_t length)
{
	size_t at = version_begins(text, length);

	if (at == 0 || memchr(text, 'v', at) == NULL || length - at < 5 ||
		memcmp(text + at, "BIMI1", 5) != 0)
		return false;
	at = skip_blanks(text, length, at + 5);
	return at == length || text[at] == ';';
}

void
mc_bimi_judge(
	const char *text, size_t length, struct mc_bimi *ret_bimi, struct mc_problems *problems)
{
	struct mc_tag_list list;
	bool good, is_uri;

	*ret_bimi = (struct mc_bimi){.location = "", .authority = "", .avatar = ""};
	if (!mc_tag_list_parse(problems->arena, text, length, &list)) {
		mc_problem(problems, "bimi.syntax", MC_NOWHERE, "more than %d tags", MC_TAG_LIMIT);
		return;
	}
	if (list.count == 0 || list.tags[0].wrong != NULL || strcmp(list.tags[0].name, "v") != 0 ||
		strcmp(list.tags[0].value, "BIMI1") != 0) {
		mc_problem(problems, "bimi.version", length > 0 ? 0 : MC_NOWHERE,
			"the record does not begin with v=BIMI1, in just these letters");
		return;
	}
	ret_bimi->location = value_of(&list, "l");
	ret_bimi->authority = value_of(&list, "a");
	ret_bimi->avatar = value_of(&list, "avp");
	ret_bimi->declined = ret_bimi->location[0] == '\0' && ret_bimi->authority[0] == '\0' &&
			     mc_tag_list_find(&list, "l") != NULL;
	good = judge_list(&list, problems);
	is_uri = judge_uri(&list, "l", problems);
	good = judge_uri(&list, "a", problems) && is_uri && good;
	good = judge_location(&list, ret_bimi, is_uri, problems) && good;
	judge_avatar(&list, ret_bimi, problems);
	judge_prefixes(&list, problems);
	ret_bimi->valid = good;
}

void
mc_bimi_parse(
	const char *text, size_t length, struct mc_bimi *ret_bimi, struct mc_problems *problems)
{
	static const char *const kept[] = {"bimi.no-evidence", "bimi.tag-unknown", NULL};

	mc_bimi_judge(text, length, ret_bimi, problems);
	if (!ret_bimi->valid)
		mc_problems_offer(problems, mc_bimi_mend(problems->arena, text, length), kept);
}
