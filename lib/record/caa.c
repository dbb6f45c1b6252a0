/* caa: properties, and the authorities that most mail servers' certificates come from. */
#include "record/caa.h"

#include <string.h>

#include "record/domain.h"

#define CRITICAL 0x80

static const struct {
	const char *name;
	enum mc_caa_tag tag;
} tags[] = {
	{"issue", MC_CAA_ISSUE}, {"issuewild", MC_CAA_ISSUEWILD}, {"iodef", MC_CAA_OTHER},
	{"contactemail", MC_CAA_OTHER},                              /* CA/Browser Forum, B.1.1 */
	{"contactphone", MC_CAA_OTHER}, {"issuemail", MC_CAA_OTHER}, /* RFC 9495 */
	{"issuevmc", MC_CAA_OTHER},                                  /* BIMI */
};

static enum mc_caa_tag
tag_of(const char *name)
{
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		if (strcmp(tags[i].name, name) == 0)
			return tags[i].tag;
	return MC_CAA_UNKNOWN;
}

/* RFC 8659, 4.1: letters and digits. */
static bool
read_name(struct mc_arena *arena, const uint8_t *bytes, size_t length, const char **ret_name)
{
	char *name = mc_arena_memdup(arena, bytes, length);

	if (name == NULL)
		return false;
	for (size_t i = 0; i < length; i++) {
		unsigned char c = bytes[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (!letter && (c < '0' || c > '9'))
			return false;
		name[i] = (char)(letter ? c | 0x20 : c);
	}
	*ret_name = name;
	return length > 0;
}

static bool
is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* The length of a label: letters and digits, hyphens within; 0 for none. */
static size_t
label_length(const char *text)
{
	size_t length = 0;

	while (is_alnum(text[length]) || (length > 0 && text[length] == '-'))
		length++;
	return length > 0 && text[length - 1] == '-' ? 0 : length;
}

static const char *
skip_blanks(const char *text)
{
	return text + strspn(text, " \t");
}

/* tag "=" value, the value without blanks and ";". NULL when there is none. */
static const char *
skip_parameter(const char *text)
{
	size_t tag = label_length(text);

	if (tag == 0)
		return NULL;
	text = skip_blanks(text + tag);
	if (*text++ != '=')
		return NULL;
	for (text = skip_blanks(text); *text > ' ' && *text <= '~' && *text != ';';)
		text++;
	return text;
}

/* Nothing, or ";" and parameters with ";" between them; a last ";" is let pass. */
static bool
are_parameters(const char *text)
{
	while (*text == ';') {
		text = skip_blanks(text + 1);
		if (*text == '\0')
			return true;
		text = skip_parameter(text);
		if (text == NULL)
			return false;
		text = skip_blanks(text);
	}
	return *text == '\0';
}

static bool
is_issuer(const char *text)
{
	size_t length;

	while ((length = label_length(text)) > 0 && text[length] == '.')
		text += length + 1;
	return length > 0 && text[length] == '\0';
}

/* RFC 8659, 4.2: [domain] [";" parameters], with blanks anywhere around. */
static void
read_issuer(struct mc_arena *arena, struct mc_caa *caa)
{
	const char *at = skip_blanks(caa->value);
	size_t length = strcspn(at, "; \t");
	const char *issuer = mc_arena_strndup(arena, at, length);
	char name[MC_NAME_TEXT_SIZE];

	caa->issuer = "";
	caa->malformed = !are_parameters(skip_blanks(at + length));
	if (length == 0 || caa->malformed)
		return;
	if (!is_issuer(issuer) || mc_domain_parse_host(issuer, name) != NULL)
		caa->malformed = true;
	else
		caa->issuer = mc_arena_strdup(arena, name);
}

bool
mc_caa_read(struct mc_arena *arena, const struct mc_rr *rr, struct mc_caa *ret_caa)
{
	struct mc_caa caa = {.issuer = ""};
	size_t length;

	if (rr->type != MC_RR_CAA || rr->rdlength < 2)
		return false;
	length = rr->rdata[1];
	if (length > (size_t)rr->rdlength - 2 ||
		!read_name(arena, rr->rdata + 2, length, &caa.name))
		return false;
	caa.critical = (rr->rdata[0] & CRITICAL) != 0;
	caa.tag = tag_of(caa.name);
	caa.value = mc_arena_strndup(
		arena, (const char *)rr->rdata + 2 + length, (size_t)rr->rdlength - 2 - length);
	if (caa.tag == MC_CAA_ISSUE || caa.tag == MC_CAA_ISSUEWILD)
		read_issuer(arena, &caa);
	*ret_caa = caa;
	return true;
}

/* As the authorities' own certification practice statements have them. One that may be known by
 * more names than stand here is left out: silence is better than a false alarm. */
static const struct {
	const char *organization;
	const char *identifiers[8];
} authorities[] = {
	{"Let's Encrypt", {"letsencrypt.org"}},
	{"Buypass AS-983163327", {"buypass.com", "buypass.no"}},
	{"Google Trust Services", {"pki.goog"}},
	{"Google Trust Services LLC", {"pki.goog"}},
	{"Actalis S.p.A.", {"actalis.it"}},
	{"Sectigo Limited", {"sectigo.com", "usertrust.com", "comodoca.com", "comodo.com",
				    "trust-provider.com", "entrust.net", "affirmtrust.com"}},
	{"ZeroSSL", {"sectigo.com", "usertrust.com", "comodoca.com", "comodo.com",
			    "trust-provider.com"}},
};

const char *const *
mc_caa_identifiers(const char *organization)
{
	for (size_t i = 0; i < sizeof(authorities) / sizeof(authorities[0]); i++)
		if (strcmp(authorities[i].organization, organization) == 0)
			return authorities[i].identifiers;
	return NULL;
}
