/* report_uri_mend: where reports were to go by a list that may not be one of URIs. */
#include <string.h>
#include <strings.h>

#include "record/domain.h"
#include "record/mend.h"
#include "record/report_uri.h"

/* Between two destinations, or beside one. */
#define EDGES " \t\r\n,\"'<>"

/* "MailTo", "email", "mail-to", "mialto". */
static bool
is_mailto(struct mc_arena *arena, const char *scheme, size_t length)
{
	const char *word = mc_mend_without(
		arena, mc_mend_lower(arena, mc_arena_strndup(arena, scheme, length)), "-_. :=/");

	return strcmp(word, "mail") == 0 || strcmp(word, "email") == 0 ||
	       mc_mend_is_near(word, "mailto") || mc_mend_is_near(word, "emailto");
}

/* Of an address, what a mailto URI must have encoded (RFC 6068, 2); the obsolete limit of the size
 * of reports behind it left out. */
static const char *
encoded(struct mc_arena *arena, const char *address)
{
	size_t local = (size_t)(strrchr(address, '@') - address);
	const char *domain = address + local + 1, *mark = strchr(domain, '!');
	char *text = mc_arena_calloc(arena, 3 * local + 1, 1), *end = text;
	char name[MC_NAME_TEXT_SIZE];

	if (text == NULL)
		return "";
	for (size_t i = 0; i < local; i++)
		if (address[i] == '!' || address[i] == '/')
			end = stpcpy(end, address[i] == '!' ? "%21" : "%2F");
		else
			*end++ = address[i];
	if (mark != NULL)
		domain = mc_arena_strndup(arena, domain, (size_t)(mark - domain));
	for (const char *c = domain; *c != '\0'; c++)
		if ((*c & 0x80) != 0 && mc_domain_parse_host(domain, name) == NULL)
			return mc_arena_printf(arena, "%s@%s", text, name);
	return mc_arena_printf(arena, "%s@%s", text, domain);
}

static const char *
uri_of(struct mc_arena *arena, const char *item, bool tls_rpt)
{
	const char *at = strrchr(item, '@'), *address = item;

	if (tls_rpt && strncasecmp(item, "http://", 7) == 0)
		return mc_arena_printf(arena, "https://%s", item + 7);
	if (strncasecmp(item, "http", 4) == 0 || at == NULL || strchr(item, '?') != NULL)
		return item;
	for (const char *c = item; c < at; c++)
		if (*c == ':' || *c == '=')
			address = c + 1;
	if (address > item && !is_mailto(arena, item, (size_t)(address - item)))
		return item;
	address += strspn(address, "/");
	return address < at ? mc_arena_printf(arena, "mailto:%s", encoded(arena, address)) : item;
}

/* The next one, with a scheme that a blank cut off; NULL: none. */
static const char *
next_item(struct mc_arena *arena, const char **at)
{
	char *item = mc_arena_calloc(arena, strlen(*at) + 1, 1), *end = item;

	while (item != NULL && (end == item || end[-1] == ':')) {
		size_t length;
		*at += strspn(*at, EDGES);
		length = strcspn(*at, EDGES);
		if (length == 0)
			break;
		memcpy(end, *at, length);
		end += length;
		*at += length;
	}
	return end > item ? item : NULL;
}

static bool
are_good(const struct mc_report_uris *uris, bool tls_rpt)
{
	for (size_t i = 0; i < uris->count; i++) {
		const struct mc_report_uri *uri = &uris->uris[i];
		if (uri->wrong != NULL || uri->size[0] != '\0' ||
			(tls_rpt && !uri->mailto && !uri->https) ||
			(tls_rpt && strchr(uri->text, '!') != NULL))
			return false;
	}
	return true;
}

const char *
mc_report_uris_mend(struct mc_arena *arena, const char *list, bool tls_rpt)
{
	struct mc_report_uris uris;
	const char *item, *text = "";
	size_t count = 0;

	while ((item = next_item(arena, &list)) != NULL && count++ < MC_REPORT_URI_LIMIT)
		text = mc_arena_printf(arena, "%s%s%s", text, text[0] != '\0' ? "," : "",
			uri_of(arena, item, tls_rpt));
	if (count == 0)
		return "";
	mc_report_uris_parse(arena, text, &uris);
	return item == NULL && uris.count == count && are_good(&uris, tls_rpt) ? text : NULL;
}

const char *
mc_report_uris_rejoin(struct mc_arena *arena, const char *text, size_t length)
{
	const char *clean = mc_mend_clean(arena, text, length);
	char *copy = mc_arena_calloc(arena, strlen(clean) + 1, 1);

	for (size_t i = 0; copy != NULL && clean[i] != '\0'; i++) {
		const char *next =
			clean + i + 1 + (clean[i] == ';' ? strspn(clean + i + 1, " ") : 0);
		copy[i] = clean[i] == ';' && (strncasecmp(next, "mailto:", 7) == 0 ||
						     strncasecmp(next, "https:", 6) == 0)
				  ? ','
				  : clean[i];
	}
	return copy != NULL ? copy : "";
}
