/* dmarc_mend: a policy record that says what one that is not valid was to say. */
#include <string.h>

#include "record/dmarc.h"
#include "record/mend.h"
#include "record/tag_list.h"

#define VERSION_LIMIT 8 /* letters of a mistyped version */

enum tag { V, P, POLICY, SP, NP, ADKIM, ASPF, PSD, T, FO, RUA, RUF, PCT, RF, RI, TAGS };

static const char *const names[TAGS + 1] = {"v", "p", "policy", "sp", "np", "adkim", "aspf", "psd",
	"t", "fo", "rua", "ruf", "pct", "rf", "ri", NULL};
static const char *const lists[] = {"rua", "ruf", NULL};
static const struct mc_mend_tags tags = {.names = names, .lists = lists};

struct mending {
	struct mc_arena *arena;
	const char *record;
	bool hopeless;
};

static const char *
word_of(struct mc_arena *arena, const char *value)
{
	return mc_mend_without(arena, mc_mend_lower(arena, value), " \t\r\n\"'.:<>");
}

static bool
is_version(struct mc_arena *arena, const char *value)
{
	const char *word = value != NULL ? mc_mend_without(arena, word_of(arena, value), "-_") : "";

	return value == NULL || (strncmp(word, "dmarc", 5) == 0 && strlen(word) <= VERSION_LIMIT) ||
	       mc_mend_is_near(word, "dmarc1");
}

/* A slip of the finger, a beginning of three letters, or up to three letters too many. */
static bool
is_policy(const char *word, const char *name)
{
	size_t length = strlen(word), whole = strlen(name);

	return mc_mend_is_near(word, name) || (length >= 3 && strncmp(word, name, length) == 0) ||
	       (length <= whole + 3 && strncmp(word, name, whole) == 0 &&
		       word[strspn(word, "abcdefghijklmnopqrstuvwxyz")] == '\0');
}

static const char *
policy_of(struct mc_arena *arena, const char *value)
{
	const char *word = word_of(arena, value);

	for (int policy = MC_DMARC_REJECT; policy >= MC_DMARC_NONE; policy--) {
		const char *name = mc_dmarc_policy_name((enum mc_dmarc_policy)policy);
		if (is_policy(word, name))
			return name;
	}
	return mc_mend_is_near(word, "quarentine") || mc_mend_is_near(word, "quarantaine")
		       ? "quarantine"
		       : NULL;
}

/* One letter, or a word that begins with it. */
static const char *
letter_of(struct mc_arena *arena, const char *value, const char *const *words)
{
	const char *word = word_of(arena, value);

	for (; *words != NULL; words++)
		if (word[0] == (*words)[0] && (word[1] == '\0' || strcmp(word, *words) == 0))
			return mc_arena_strndup(arena, word, 1);
	return NULL;
}

/* 1 takes in what 0 asks for. */
static const char *
options_of(struct mc_arena *arena, const char *value)
{
	const char *word = word_of(arena, mc_mend_without(arena, value, ":,/| "));
	bool one = strchr(word, '1') != NULL, zero = strchr(word, '0') != NULL;

	if (word[strspn(word, "01ds")] != '\0' || word[0] == '\0')
		return NULL;
	value = mc_arena_printf(arena, "%s%s%s",
		one    ? ":1"
		: zero ? ":0"
		       : "",
		strchr(word, 'd') != NULL ? ":d" : "", strchr(word, 's') != NULL ? ":s" : "");
	return value[0] == ':' ? value + 1 : "";
}

/* A share of less than 100 means something to old receivers. */
static const char *
share_of(struct mc_arena *arena, const char *value)
{
	const char *word = mc_mend_without(arena, value, " %");
	size_t digits = strspn(word, "0123456789");

	return digits > 0 && digits <= 2 && word[digits] == '\0' ? word : "";
}

static void
put(struct mending *mending, enum tag tag, const char *value)
{
	if (value == NULL)
		mending->hopeless = true;
	else if (value[0] != '\0')
		mending->record = mc_arena_printf(
			mending->arena, "%s; %s=%s", mending->record, names[tag], value);
}

static void
put_tag(struct mending *mending, enum tag tag, const char *value)
{
	static const char *const modes[] = {"strict", "relaxed", NULL};
	static const char *const answers[] = {"yes", "no", NULL};
	static const char *const kinds[] = {"yes", "no", "unknown", NULL};
	struct mc_arena *arena = mending->arena;

	if (tag <= NP)
		put(mending, tag, policy_of(arena, value));
	else if (tag <= ASPF)
		put(mending, tag, letter_of(arena, value, modes));
	else if (tag <= T)
		put(mending, tag, letter_of(arena, value, tag == T ? answers : kinds));
	else if (tag == FO)
		put(mending, tag, options_of(arena, value));
	else if (tag <= RUF)
		put(mending, tag, mc_report_uris_mend(arena, value, false));
	else if (tag == PCT)
		put(mending, tag, share_of(arena, value));
}

/* It has the policy that is written, and nothing in it is malformed. */
static bool
is_good(struct mc_arena *arena, const char *record)
{
	struct mc_problems problems;
	struct mc_tag_list list;
	struct mc_dmarc dmarc;

	mc_problems_init(&problems, arena);
	mc_dmarc_judge(record, strlen(record), &dmarc, &problems);
	if (!dmarc.valid || dmarc.recovered ||
		!mc_tag_list_parse(arena, record, strlen(record), &list))
		return false;
	for (size_t i = 0; i < list.count; i++)
		if (list.tags[i].wrong != NULL)
			return false;
	return true;
}

const char *
mc_dmarc_mend(struct mc_arena *arena, const char *text, size_t length)
{
	struct mending mending = {.arena = arena, .record = "v=DMARC1"};
	const char *values[TAGS];

	text = mc_report_uris_rejoin(arena, text, length);
	if (!mc_mend_tags(arena, text, strlen(text), &tags, values) ||
		!is_version(arena, values[V]))
		return NULL;
	if (values[P] == NULL)
		values[P] = values[POLICY];
	values[POLICY] = NULL;
	if (values[P] == NULL)
		return NULL;
	for (enum tag tag = P; tag < TAGS; tag++)
		if (values[tag] != NULL)
			put_tag(&mending, tag, values[tag]);
	mending.record = mc_arena_printf(
		arena, "%s%s", mending.record, mc_mend_rest(arena, text, strlen(text), &tags));
	return !mending.hopeless && is_good(arena, mending.record) ? mending.record : NULL;
}
