/* bimi_mend: an assertion record that says what one that is not valid was to say. */
#include <string.h>
#include <strings.h>

#include "record/bimi.h"
#include "record/mend.h"

enum tag { V, L, A, AVP, LPS, TAGS };

static const char *const names[TAGS + 1] = {"v", "l", "a", "avp", "lps", NULL};

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

static const char *
one_of(struct mc_arena *arena, const char *name, const char *value, const char *a, const char *b)
{
	if (value == NULL)
		return "";
	value = mc_mend_lower(arena, value);
	return strcmp(value, a) == 0 || strcmp(value, b) == 0
		       ? mc_arena_printf(arena, " %s=%s;", name, value)
		       : "";
}

const char *
mc_bimi_mend(struct mc_arena *arena, const char *text, size_t length)
{
	const char *values[TAGS], *record;
	struct mc_problems problems;
	struct mc_bimi bimi;

	if (!mc_mend_tags(arena, text, length, names, NULL, values) || values[L] == NULL)
		return NULL;
	if (values[V] != NULL && strncmp(mc_mend_lower(arena, values[V]), "bimi", 4) != 0)
		return NULL;
	record = mc_arena_printf(arena, "v=BIMI1; l=%s; a=%s;%s%s", uri_of(arena, values[L]),
		uri_of(arena, values[A]), one_of(arena, "avp", values[AVP], "brand", "personal"),
		one_of(arena, "lps", values[LPS], "true", "false"));
	mc_problems_init(&problems, arena);
	mc_bimi_judge(record, strlen(record), &bimi, &problems);
	return bimi.valid ? record : NULL;
}
