/* report_uri: where reports go. */
#include "record/report_uri.h"

#include <string.h>
#include <strings.h>

#include "record/domain.h"
#include "record/tag_list.h"

static bool
is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* RFC 3986, 2: what may stand in a URI as it is. */
static bool
is_uri_character(char c)
{
	return is_alnum(c) || (c != '\0' && strchr("-._~:/?#[]@!$&'()*+,;=%", c) != NULL);
}

static bool
is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static const char *
judge_characters(const char *text)
{
	for (; *text != '\0'; text++) {
		if (!is_uri_character(*text))
			return "a character that may not stand in a URI";
		if (*text == '%' && (!is_hex(text[1]) || !is_hex(text[2])))
			return "\"%\" without two hexadecimal digits";
	}
	return NULL;
}

/* Cuts the obsolete size limit of a DMARC URI ("!" 1*DIGIT [k/m/g/t]) off. */
static void
cut_size(struct mc_arena *arena, struct mc_report_uri *uri)
{
	const char *mark = strrchr(uri->text, '!');
	size_t digits;

	uri->size = "";
	if (mark == NULL)
		return;
	digits = strspn(mark + 1, "0123456789");
	if (digits == 0 ||
		(mark[1 + digits] != '\0' &&
			(strchr("kmgtKMGT", mark[1 + digits]) == NULL || mark[2 + digits] != '\0')))
		return;
	uri->size = mark;
	uri->text = mc_arena_strndup(arena, uri->text, (size_t)(mark - uri->text));
}

static const char *
judge_mailto(struct mc_arena *arena, struct mc_report_uri *uri)
{
	const char *address = uri->text + strlen("mailto:"), *end = strchr(address, '?');
	const char *domain, *at;
	char name[MC_NAME_TEXT_SIZE];

	domain = mc_arena_strndup(
		arena, address, end != NULL ? (size_t)(end - address) : strlen(address));
	at = strrchr(domain, '@');
	if (at == NULL || at == domain)
		return "a mailto URI without an address";
	if (mc_domain_parse_host(at + 1, name) != NULL)
		return "a mailto URI whose address has no valid domain";
	uri->domain = mc_arena_strdup(arena, name);
	return NULL;
}

static void
judge(struct mc_arena *arena, struct mc_report_uri *uri)
{
	size_t scheme = 0;

	uri->domain = "";
	cut_size(arena, uri);
	while (is_alnum(uri->text[scheme]) ||
		(uri->text[scheme] != '\0' && strchr("+-.", uri->text[scheme]) != NULL))
		scheme++;
	if (uri->text[0] == '\0')
		uri->wrong = "nothing where a URI must stand";
	else if (uri->text[scheme] != ':' || scheme == 0 ||
		 (uri->text[0] >= '0' && uri->text[0] <= '9'))
		uri->wrong = "no URI: it has no scheme, as in \"mailto:\"";
	else if (uri->text[scheme + 1] == '\0')
		uri->wrong = "a URI with nothing behind its scheme";
	else
		uri->wrong = judge_characters(uri->text);
	if (uri->wrong != NULL)
		return;
	uri->mailto = strncasecmp(uri->text, "mailto:", 7) == 0;
	uri->https = strncasecmp(uri->text, "https:", 6) == 0;
	if (uri->mailto)
		uri->wrong = judge_mailto(arena, uri);
	else if (uri->https && strncmp(uri->text + 6, "//", 2) != 0)
		uri->wrong = "an https URI without \"//\" and a host";
}

void
mc_report_uris_parse(struct mc_arena *arena, const char *text, struct mc_report_uris *ret_uris)
{
	struct mc_tag_items items = {text, ','};
	struct mc_report_uri *uris = mc_arena_calloc(arena, MC_REPORT_URI_LIMIT, sizeof(*uris));
	size_t count = 0;

	while (uris != NULL && count < MC_REPORT_URI_LIMIT &&
		mc_tag_items_next(&items, arena, &uris[count].text))
		judge(arena, &uris[count++]);
	*ret_uris = (struct mc_report_uris){uris, count};
}

size_t
mc_report_uris_good(const struct mc_report_uris *uris)
{
	size_t good = 0;

	for (size_t i = 0; i < uris->count; i++)
		good += uris->uris[i].wrong == NULL;
	return good;
}
