/* bimi: the assertion record. */
#include "record/bimi.h"

#include <string.h>
#include <strings.h>

#include "record/report_uri.h"
#include "record/tag_list.h"

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

static bool
judge_uri(const struct mc_tag_list *list, const char *name, struct mc_problems *problems)
{
	const struct mc_tag *tag = mc_tag_list_find(list, name);
	struct mc_report_uris uris;

	if (tag == NULL || tag->value[0] == '\0')
		return true;
	mc_report_uris_parse(problems->arena, tag->value, &uris);
	if (uris.count == 1 && uris.uris[0].wrong == NULL && uris.uris[0].https)
		return true;
	mc_problem(problems, "bimi.uri", tag->value_at, "%s=%s: not one https URI", tag->name,
		tag->value);
	return false;
}

static bool
ends_with(const char *text, const char *end)
{
	size_t length = strcspn(text, "?#"), n = strlen(end);

	return length >= n && strncasecmp(text + length - n, end, n) == 0;
}

static bool
judge_location(const struct mc_tag_list *list, struct mc_bimi *bimi, struct mc_problems *problems)
{
	if (mc_tag_list_find(list, "l") == NULL) {
		mc_problem(problems, "bimi.no-location", MC_NOWHERE, "no l tag");
		return false;
	}
	if (bimi->location[0] == '\0' && bimi->authority[0] != '\0') {
		mc_problem(problems, "bimi.no-location", MC_NOWHERE, "l= is empty, a= is not");
		return false;
	}
	if (bimi->declined)
		mc_problem(problems, "bimi.declined", MC_NOWHERE, "l=; a=;");
	else if (!ends_with(bimi->location, ".svg") && !ends_with(bimi->location, ".svgz"))
		mc_problem(problems, "bimi.location-type", MC_NOWHERE, "l=%s", bimi->location);
	if (!bimi->declined && bimi->authority[0] == '\0')
		mc_problem(problems, "bimi.no-evidence", MC_NOWHERE, "no a tag");
	return true;
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

void
mc_bimi_parse(
	const char *text, size_t length, struct mc_bimi *ret_bimi, struct mc_problems *problems)
{
	struct mc_tag_list list;
	bool good;

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
	good = judge_uri(&list, "l", problems) && good;
	good = judge_uri(&list, "a", problems) && good;
	good = judge_location(&list, ret_bimi, problems) && good;
	judge_avatar(&list, ret_bimi, problems);
	ret_bimi->valid = good;
}
