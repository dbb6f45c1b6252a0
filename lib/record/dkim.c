/* dkim: RFC 6376, 3.6.1. */
#include "record/dkim.h"

#include <string.h>

#include "record/dkim_key.h"
#include "record/tag_list.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

bool
mc_dkim_is_attempt(const char *text, size_t length)
{
	size_t at = 0;

	if (length >= 7 && memmem(text, length < 24 ? length : 24, "DKIM1", 5) != NULL)
		return true;
	while (at < length) {
		const char *semicolon = memchr(text + at, ';', length - at);
		size_t end = semicolon != NULL ? (size_t)(semicolon - text) : length;
		while (at < end && mc_is_fws(text[at]))
			at++;
		if (at + 1 < end && text[at] == 'p' && (text[at + 1] == '=' || text[at + 1] == ' '))
			return true;
		at = end + 1;
	}
	return false;
}

static bool
has_item(struct mc_arena *arena, const char *list, const char *wanted)
{
	struct mc_tag_items items = {list, ':'};
	const char *item;

	while (mc_tag_items_next(&items, arena, &item))
		if (strcmp(item, wanted) == 0)
			return true;
	return false;
}

/* Malformed parts, tags twice, tags nobody knows. False: the record is thrown away. */
static bool
judge_list(const struct mc_tag_list *list, struct mc_problems *problems)
{
	static const char known[] = " v h k n p s t ";
	bool good = true;

	for (size_t i = 0; i < list->count; i++) {
		const struct mc_tag *tag = &list->tags[i];
		if (tag->wrong != NULL) {
			mc_problem(problems, "dkim.syntax", tag->wrong_at, "%s", tag->wrong);
			good = false;
		} else if (mc_tag_list_repeats(list, tag)) {
			mc_problem(problems, "dkim.tag-duplicate", tag->name_at, "%s", tag->name);
			good = false;
		} else if (strlen(tag->name) != 1 || strchr(known, tag->name[0]) == NULL) {
			mc_problem(problems, "dkim.tag-unknown", tag->name_at, "%s%s", tag->name,
				strcmp(tag->name, "g") == 0 ? " (of RFC 4871, dropped since)" : "");
		}
	}
	return good;
}

/* hyphenated-word of 2.4: letters, digits and "-", a letter first, no "-" last. */
static bool
is_word(const char *text)
{
	size_t length = 0;

	for (; text[length] != '\0'; length++) {
		char c = text[length];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (!letter && (length == 0 || ((c < '0' || c > '9') && c != '-')))
			return false;
	}
	return length > 0 && text[length - 1] != '-';
}

/* The lists of h, s and t: words with colons between, at least one; "*" is one of s. A record that
 * does not keep to the format is ignored (6.1.2). */
static bool
judge_items(const struct mc_tag_list *list, const char *name, struct mc_problems *problems)
{
	const struct mc_tag *tag = mc_tag_list_find(list, name);
	struct mc_tag_items items = {tag != NULL ? tag->value : NULL, ':'};
	const char *item;

	while (mc_tag_items_next(&items, problems->arena, &item)) {
		if (is_word(item) || (name[0] == 's' && strcmp(item, "*") == 0))
			continue;
		mc_problem(problems, "dkim.syntax", tag->value_at,
			"%s=%s: %s, in a list with colons between", name, tag->value,
			item[0] == '\0' ? "nothing where a word is due"
					: "something that is no word");
		return false;
	}
	return true;
}

static bool
judge_version(const struct mc_tag_list *list, struct mc_problems *problems)
{
	const struct mc_tag *v = mc_tag_list_find(list, "v");

	if (v == NULL) {
		mc_problem(problems, "dkim.no-version", MC_NOWHERE, "no v=DKIM1");
		return true;
	}
	if (strcmp(v->value, "DKIM1") != 0) {
		mc_problem(problems, "dkim.version", v->value_at, "v=%s", v->value);
		return false;
	}
	if (v != &list->tags[0]) {
		mc_problem(problems, "dkim.version", v->name_at, "v=DKIM1 is not the first tag");
		return false;
	}
	return true;
}

static void
read_key_type(const struct mc_tag_list *list, struct mc_dkim *dkim, struct mc_problems *problems)
{
	const struct mc_tag *k = mc_tag_list_find(list, "k");

	dkim->key_name = k != NULL ? k->value : "rsa";
	if (strcmp(dkim->key_name, "rsa") == 0)
		dkim->key = MC_DKIM_RSA;
	else if (strcmp(dkim->key_name, "ed25519") == 0)
		dkim->key = MC_DKIM_ED25519;
	else
		mc_problem(problems, "dkim.key-type", k->value_at, "k=%s", k->value);
}

static bool
judge_hashes(const struct mc_tag_list *list, struct mc_dkim *dkim, struct mc_problems *problems)
{
	const struct mc_tag *h = mc_tag_list_find(list, "h");

	dkim->hashes = h != NULL ? h->value : NULL;
	if (!judge_items(list, "h", problems))
		return false;
	if (h == NULL || has_item(problems->arena, h->value, "sha256"))
		return true;
	mc_problem(problems, "dkim.hash", h->value_at, "h=%s", h->value);
	return false;
}

/* A key for TLS reports alone is used, but not for mail (RFC 8460, 3). */
static bool
judge_services(const struct mc_tag_list *list, struct mc_dkim *dkim, struct mc_problems *problems)
{
	const struct mc_tag *s = mc_tag_list_find(list, "s");

	dkim->services = s != NULL ? s->value : NULL;
	if (!judge_items(list, "s", problems))
		return false;
	if (s == NULL || has_item(problems->arena, s->value, "*") ||
		has_item(problems->arena, s->value, "email"))
		return true;
	mc_problem(problems, "dkim.service", s->value_at, "s=%s", s->value);
	return has_item(problems->arena, s->value, "tlsrpt");
}

static void
tell_unknown_flags(const struct mc_tag *t, struct mc_problems *problems)
{
	struct mc_tag_items items = {t->value, ':'};
	const char *item;

	while (mc_tag_items_next(&items, problems->arena, &item))
		if (strcmp(item, "y") != 0 && strcmp(item, "s") != 0)
			mc_problem(problems, "dkim.flag-unknown", t->value_at, "t=%s: %s", t->value,
				item);
}

static bool
read_flags(const struct mc_tag_list *list, struct mc_dkim *dkim, struct mc_problems *problems)
{
	const struct mc_tag *t = mc_tag_list_find(list, "t"), *n = mc_tag_list_find(list, "n");

	dkim->notes = n != NULL ? n->value : NULL;
	/* an empty list sets no flag, as none does (3.2) */
	if (t != NULL && t->value[0] != '\0' && !judge_items(list, "t", problems))
		return false;
	if (t == NULL)
		return true;
	tell_unknown_flags(t, problems);
	dkim->testing = has_item(problems->arena, t->value, "y");
	dkim->strict = has_item(problems->arena, t->value, "s");
	if (dkim->testing)
		mc_problem(problems, "dkim.testing", t->value_at, "t=%s", t->value);
	return true;
}

static bool
judge_key(const struct mc_tag_list *list, struct mc_dkim *dkim, const char *record,
	struct mc_problems *problems)
{
	const struct mc_tag *p = mc_tag_list_find(list, "p");

	if (p == NULL) {
		mc_problem(problems, "dkim.no-key", MC_NOWHERE, "no p tag");
		return false;
	}
	if (p->value[0] == '\0') {
		dkim->revoked = true;
		mc_problem(problems, "dkim.revoked", p->name_at, "p=");
		return false;
	}
	return mc_dkim_key_judge(dkim, p->value, p->value_at, record, problems);
}

static bool
judge_escapes(const char *record, struct mc_problems *problems)
{
	const char *escape = strstr(record, "\\;");

	if (escape == NULL)
		return true;
	mc_problem(problems, "dkim.escaped-semicolon", (size_t)(escape - record),
		"\"\\;\" stands for \";\"");
	return false;
}

void
mc_dkim_judge(
	const char *text, size_t length, struct mc_dkim *ret_dkim, struct mc_problems *problems)
{
	const char *record = mc_arena_strndup(problems->arena, text, length);
	struct mc_tag_list list;
	bool good;

	*ret_dkim = (struct mc_dkim){.key_name = "rsa"};
	if (!mc_tag_list_parse(problems->arena, text, length, &list)) {
		mc_problem(problems, "dkim.syntax", MC_NOWHERE, "more than %d tags", MC_TAG_LIMIT);
		return;
	}
	good = judge_escapes(record, problems);
	good = judge_list(&list, problems) && good;
	good = judge_version(&list, problems) && good;
	read_key_type(&list, ret_dkim, problems);
	good = judge_hashes(&list, ret_dkim, problems) && good;
	good = judge_services(&list, ret_dkim, problems) && good;
	good = read_flags(&list, ret_dkim, problems) && good;
	good = judge_key(&list, ret_dkim, record, problems) && good;
	ret_dkim->valid = good;
}

void
mc_dkim_parse(
	const char *text, size_t length, struct mc_dkim *ret_dkim, struct mc_problems *problems)
{
	static const char *const kept[] = {"dkim.bare-key", "dkim.flag-unknown", "dkim.key-long",
		"dkim.key-short", "dkim.no-version", "dkim.revoked", "dkim.testing", NULL};

	mc_dkim_judge(text, length, ret_dkim, problems);
	if (!ret_dkim->valid && !ret_dkim->revoked)
		mc_problems_offer(problems, mc_dkim_mend(problems->arena, text, length), kept);
}

#define STRING_LIMIT 255

void
mc_dkim_tell_long(const char *text, size_t length, size_t longest, struct mc_problems *problems)
{
	const char *strings = "";

	mc_problem(problems, "dkim.long-string", MC_NOWHERE, "%zu octets in one string", longest);
	if (memchr(text, '"', length) != NULL || memchr(text, '\\', length) != NULL ||
		length > 16 * STRING_LIMIT)
		return;
	for (size_t n; length > 0; text += n, length -= n) {
		n = length < STRING_LIMIT ? length : STRING_LIMIT;
		strings = mc_arena_printf(problems->arena, "%s \"%.*s\"", strings, (int)n, text);
	}
	mc_problem_fix(problems, "Write it as several strings:%s", strings);
}
