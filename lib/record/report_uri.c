/* report_uri: where reports go. */
#include "record/report_uri.h"

#include <string.h>
#include <strings.h>

#include "base/address.h"
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
	if (strncmp(domain, "//", 2) == 0)
		return "a mailto URI has no \"//\": the address follows the colon";
	if (memchr(domain, '/', (size_t)(at - domain)) != NULL)
		return "\"/\" in an address must be written %2F";
	if (strchr(uri->text, '!') != NULL)
		return "\"!\" must be written %21";
	if (mc_domain_parse_host(at + 1, name) != NULL)
		return "a mailto URI whose address has no valid domain";
	uri->domain = mc_arena_strdup(arena, name);
	return NULL;
}

/* RFC 3986, 3.2.3: digits, or none at all. */
static bool
is_port(const char *text, size_t length)
{
	unsigned long port = 0;

	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		port = port * 10 + (unsigned long)(text[i] - '0');
		if (port > 65535)
			return false;
	}
	return true;
}

/* RFC 3986, 3.2.2. Behind `*ret_end` octets there is a port, or nothing. */
static const char *
judge_host(struct mc_arena *arena, const char *text, size_t length, size_t *ret_end)
{
	const char *close = memchr(text, ']', length);
	struct mc_address address;

	*ret_end = 0;
	if (length == 0 || text[0] != '[') {
		while (*ret_end < length && text[*ret_end] != ':')
			(*ret_end)++;
		return *ret_end > 0 ? NULL : "an https URI without a host";
	}
	if (close == NULL)
		return "an https URI whose \"[\" is not closed";
	*ret_end = (size_t)(close + 1 - text);
	return mc_address_parse(mc_arena_strndup(arena, text + 1, *ret_end - 2), &address) &&
			       address.family == 6
		       ? NULL
		       : "an https URI with no IPv6 address in its brackets";
}

/* RFC 9110, 4.2.2: "//" and a host must follow. */
static const char *
judge_https(struct mc_arena *arena, const char *rest)
{
	const char *authority = rest + 2, *user, *wrong;
	size_t length, end;

	if (strncmp(rest, "//", 2) != 0)
		return "an https URI without \"//\" and a host";
	length = strcspn(authority, "/?#");
	user = memchr(authority, '@', length);
	if (user != NULL) {
		length -= (size_t)(user + 1 - authority);
		authority = user + 1;
	}
	wrong = judge_host(arena, authority, length, &end);
	if (wrong != NULL || end == length)
		return wrong;
	return authority[end] == ':' && is_port(authority + end + 1, length - end - 1)
		       ? NULL
		       : "an https URI whose port is no number up to 65535";
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
	else if (uri->https)
		uri->wrong = judge_https(arena, uri->text + strlen("https:"));
}

void
mc_report_uris_add(struct mc_arena *arena, const char *text, struct mc_report_uris *uris)
{
	struct mc_tag_items items = {text, ','};

	if (uris->uris == NULL)
		uris->uris = mc_arena_calloc(arena, MC_REPORT_URI_LIMIT, sizeof(*uris->uris));
	while (uris->uris != NULL && uris->count < MC_REPORT_URI_LIMIT &&
		mc_tag_items_next(&items, arena, &uris->uris[uris->count].text))
		judge(arena, &uris->uris[uris->count++]);
}

void
mc_report_uris_parse(struct mc_arena *arena, const char *text, struct mc_report_uris *ret_uris)
{
	*ret_uris = (struct mc_report_uris){NULL, 0};
	mc_report_uris_add(arena, text, ret_uris);
}

size_t
mc_report_uris_good(const struct mc_report_uris *uris)
{
	size_t good = 0;

	for (size_t i = 0; i < uris->count; i++)
		good += uris->uris[i].wrong == NULL;
	return good;
}
