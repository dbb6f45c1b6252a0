/* bimi_mend: an assertion record that says what one that is not valid was to say. */
#include <string.h>
#include <strings.h>

#include "record/bimi.h"
#include "record/mend.h"

enum tag { V, L, A, AVP, LPS, TAGS };

static const char *const names[TAGS + 1] = {"v", "l", "a", "avp", "lps", NULL};
static const struct mc_mend_tags tags = {.names = names};

/* What a URI may not hold as it is, encoded (RFC 3986, 2.1); a comma neither, in a BIMI record. */
static const char *
encoded(struct mc_arena *arena, const char *uri)
{
	char *copy = mc_arena_calloc(arena, 3 * strlen(uri) + 1, 1), *end = copy;

	for (; copy != NULL && *uri != '\0'; uri++) {
		if (*uri == ' ' || *uri == ',')
			end = stpcpy(end, *uri == ' ' ? "%20" : "%2C");
		else
			*end++ = *uri;
	}
	return copy != NULL ? copy : "";
}

static const char *
uri_of(struct mc_arena *arena, const char *value)
{
	if (value != NULL && strstr(value, ",http") != NULL) /* several: which one? */
		return value;
	value = encoded(arena, mc_mend_without(arena, value != NULL ? value : "", "<>\t\r\n"));
	if (value[0] == '\0' || strncasecmp(value, "https://", 8) == 0)
		return value;
	if (strncasecmp(value, "http://", 7) == 0)
		return mc_arena_printf(arena, "https://%s", value + 7);
	if (strncmp(value, "//", 2) == 0)
		return mc_arena_printf(arena, "https:%s", value);
	return strchr(value, ':') == NULL && strchr(value, '/') != NULL
		       ? mc_arena_printf(arena, "https://%s", value)
		       : value;
}

/* Who vouches for a logo alone says so with an empty value; other words for it are misread. */
static const char *
evidence_of(struct mc_arena *arena, const char *value)
{
	static const char *const words[] = {"self", "none", NULL};

	for (size_t i = 0; value != NULL && words[i] != NULL; i++)
		if (strcasecmp(value, words[i]) == 0)
			return "";
	return uri_of(arena, value);
}

static const char *
avatar_of(struct mc_arena *arena, const char *value)
{
	value = value != NULL ? mc_mend_lower(arena, value) : "";
	return strcmp(value, "brand") == 0      ? " avp=brand;"
	       : strcmp(value, "personal") == 0 ? " avp=personal;"
						: "";
}

/* What it means differs among the drafts: it is left as it is. */
static const char *
prefixes_of(struct mc_arena *arena, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return "";
	for (const char *c = value; *c != '\0'; c++)
		if (*c < 0x20 || *c > 0x7e)
			return "";
	return mc_arena_printf(arena, " lps=%s;", value);
}

const char *
mc_bimi_mend(struct mc_arena *arena, const char *text, size_t length)
{
	const char *values[TAGS], *record;
	struct mc_problems problems;
	struct mc_bimi bimi;

	if (!mc_mend_tags(arena, text, length, &tags, values) || values[L] == NULL)
		return NULL;
	if (values[V] != NULL && strncmp(mc_mend_lower(arena, values[V]), "bimi", 4) != 0)
		return NULL;
	record = mc_arena_printf(arena, "v=BIMI1; l=%s; a=%s;%s%s", uri_of(arena, values[L]),
		evidence_of(arena, values[A]), avatar_of(arena, values[AVP]),
		prefixes_of(arena, values[LPS]));
	mc_problems_init(&problems, arena);
	mc_bimi_judge(record, strlen(record), &bimi, &problems);
	/* nobody is to decline who did not say so */
	if (bimi.declined &&
		(memchr(text, ',', length) != NULL || (values[A] != NULL && values[A][0] != '\0')))
		return NULL;
	return bimi.valid ? record : NULL;
}
