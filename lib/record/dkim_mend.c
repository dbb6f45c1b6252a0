/* dkim_mend: a key record with the key and the tags of one that is not valid. */
#include <string.h>

#include "record/dkim.h"
#include "record/mend.h"
#include "record/tag_list.h"

enum tag { V, K, H, S, T, N, P, TAGS };

static const char *const names[TAGS + 1] = {"v", "k", "h", "s", "t", "n", "p", NULL};
static const struct mc_mend_tags tags = {.names = names, .notes = "n"};

/* The head of a SubjectPublicKeyInfo of Ed25519, 12 octets, in base64 (RFC 8410, 4). */
#define ED25519_HEAD "MCowBQYDK2VwAyEA"
#define ED25519_WRAPPED 60

/* Without "-----BEGIN ...-----", "-----END ...-----" and anything that is not base64 at once. */
static const char *
key_of(struct mc_arena *arena, const char *p)
{
	char *key = mc_arena_calloc(arena, strlen(p) + 1, 1);
	size_t n = 0;

	for (; key != NULL && *p != '\0'; p++) {
		const char *dashes = strncmp(p, "-----", 5) == 0 ? strstr(p + 5, "-----") : NULL;
		if (dashes != NULL)
			p = dashes + 4;
		else if (!mc_is_fws(*p) && strchr("\"'\\", *p) == NULL)
			key[n++] = *p == '-' ? '+' : *p == '_' ? '/' : *p;
	}
	if (key == NULL)
		return "";
	return n == ED25519_WRAPPED && strncmp(key, ED25519_HEAD, 16) == 0 ? key + 16 : key;
}

static bool
is_listed(struct mc_arena *arena, const char *list, const char *wanted)
{
	const char *at = mc_mend_lower(arena, list);
	size_t length = strlen(wanted), n;

	for (; *at != '\0'; at += n + (at[n] != '\0')) {
		n = strcspn(at, ":, \t\r\n|");
		if (n == length && strncmp(at, wanted, length) == 0)
			return true;
	}
	return false;
}

static const char *
services_of(struct mc_arena *arena, const char *s)
{
	if (s == NULL || s[0] == '\0' || is_listed(arena, s, "*"))
		return "";
	return is_listed(arena, s, "email") ? " s=email;" : mc_arena_printf(arena, " s=%s;", s);
}

static const char *
flags_of(struct mc_arena *arena, const char *t)
{
	bool y = t != NULL && is_listed(arena, t, "y"), s = t != NULL && is_listed(arena, t, "s");

	return y && s ? " t=y:s;" : y ? " t=y;" : s ? " t=s;" : "";
}

static const char *
notes_of(struct mc_arena *arena, const char *n)
{
	if (n == NULL || n[0] == '\0')
		return "";
	for (const char *c = n; *c != '\0'; c++)
		if (*c < 0x20 || *c > 0x7e)
			return "";
	return mc_arena_printf(arena, " n=%s;", n);
}

/* The record if the key is of that type; NULL: it is not valid. */
static const char *
record_of(struct mc_arena *arena, const char *type, const char *const values[TAGS], const char *key)
{
	const char *hashes = values[H] != NULL && is_listed(arena, values[H], "sha256") &&
					     is_listed(arena, values[H], "sha1")
				     ? " h=sha1:sha256;"
			     : values[H] != NULL && values[H][0] != '\0' ? " h=sha256;"
									 : "";
	const char *record = mc_arena_printf(arena, "v=DKIM1; k=%s;%s%s%s%s p=%s", type, hashes,
		services_of(arena, values[S]), flags_of(arena, values[T]),
		notes_of(arena, values[N]), key);
	struct mc_problems problems;
	struct mc_dkim dkim;

	mc_problems_init(&problems, arena);
	mc_dkim_judge(record, strlen(record), &dkim, &problems);
	return dkim.valid ? record : NULL;
}

const char *
mc_dkim_mend(struct mc_arena *arena, const char *text, size_t length)
{
	const char *values[TAGS], *key, *record;
	bool bare = true;

	if (memmem(text, length, "PRIVATE", 7) != NULL ||
		!mc_mend_tags(arena, text, length, &tags, values))
		return NULL;
	for (size_t i = 0; i < TAGS; i++)
		bare = bare && values[i] == NULL;
	key = key_of(arena, values[P] != NULL ? values[P]
			    : bare            ? mc_mend_clean(arena, text, length)
					      : "");
	if (key[0] == '\0')
		return NULL;
	record = record_of(arena, "rsa", values, key);
	return record != NULL ? record : record_of(arena, "ed25519", values, key);
}
