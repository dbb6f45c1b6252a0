/*
 * domain: what people type where a domain belongs, and what to tell them when it is none.
 */
#include "record/domain.h"

#include <idn2.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/address.h"
#include "base/escape.h"

#define DOMAIN_MAX 253
#define INPUT_MAX 1024 /* octets; an internationalised name is longer than its A-labels */

static const char too_long[] = "the name is longer than 253 octets";
static const char invisible[] = "the name holds an invisible character: type it anew";
static const char ip_address[] = "this is an IP address, not a domain name";

static bool
is_address(const char *text)
{
	struct mc_address address;
	char bare[MC_ADDRESS_SIZE];
	size_t length = strlen(text);

	if (length > 2 && text[0] == '[' && text[length - 1] == ']') {
		text++;
		length -= 2;
	}
	if (length > 5 && strncasecmp(text, "IPv6:", 5) == 0) {
		text += 5;
		length -= 5;
	}
	if (length >= sizeof(bare))
		return false;
	memcpy(bare, text, length);
	bare[length] = '\0';
	return mc_address_parse(bare, &address);
}

/* What is wrong at first sight, before any conversion. */
static const char *
refuse_input(const char *input)
{
	size_t length = strnlen(input, INPUT_MAX + 1);

	if (length == 0 || strcmp(input, ".") == 0)
		return "the name is empty";
	if (length > INPUT_MAX)
		return too_long;
	for (const char *p = input; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7F)
			return "the name holds a control character";
	if (strchr(input, ' ') != NULL)
		return "the name holds a space";
	if (is_address(input))
		return ip_address;
	if (strstr(input, "://") != NULL)
		return "this is a URL: give the domain name in it alone";
	if (strchr(input, '@') != NULL)
		return "this is an e-mail address: did you mean the part after the @?";
	if (strchr(input, '/') != NULL)
		return "the name holds a slash: give a domain name alone, no path and no prefix "
		       "length";
	if (strchr(input, ':') != NULL)
		return "the name holds a colon: give a domain name alone, no port";
	return NULL;
}

static bool
is_international(const char *input)
{
	for (const char *p = input; *p != '\0'; p++)
		if ((unsigned char)*p >= 0x80 ||
			((*p == 'x' || *p == 'X') && strncasecmp(p, "xn--", 4) == 0))
			return true;
	return false;
}

static const char *
idn_reason(int code)
{
	switch (code) {
	case IDN2_MALLOC:
		return "out of memory";
	case IDN2_ENCODING_ERROR:
	case IDN2_ICONV_FAIL:
		return "the name is not valid UTF-8";
	case IDN2_TOO_BIG_DOMAIN:
		return too_long;
	case IDN2_TOO_BIG_LABEL:
		return "a label of the name is longer than 63 octets";
	case IDN2_PUNYCODE_BAD_INPUT:
	case IDN2_PUNYCODE_OVERFLOW:
	case IDN2_ALABEL_ROUNDTRIP_FAILED:
	case IDN2_INVALID_ALABEL:
		return "a label beginning with xn-- is not valid Punycode of a name";
	default:
		return "the name is no internationalised domain name (IDNA2008)";
	}
}

/* ASCII, whatever it was; `text` is big enough for any input that got here. */
static const char *
to_ascii(const char *input, char text[INPUT_MAX + 1])
{
	char *converted = NULL;
	int code;

	if (!is_international(input)) {
		memcpy(text, input, strlen(input) + 1);
		return NULL;
	}
	code = idn2_to_ascii_8z(input, &converted, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
	if (code != IDN2_OK)
		return idn_reason(code);
	if (strlen(converted) > INPUT_MAX || !mc_escape_clean(input, strlen(input))) {
		bool clean = mc_escape_clean(input, strlen(input));
		idn2_free(converted);
		return clean ? too_long : invisible; /* IDNA would drop it silently */
	}
	memcpy(text, converted, strlen(converted) + 1);
	idn2_free(converted);
	return NULL;
}

static bool
is_name_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static const char *
check_label(const char *label, size_t length)
{
	if (length == 0)
		return "the name holds an empty label (two dots in a row, or one in front)";
	if (length > 63)
		return "a label of the name is longer than 63 octets";
	for (size_t i = 0; i < length; i++)
		if (!is_name_character(label[i]))
			return "the name holds a character other than letters, digits, hyphen, "
			       "underscore and dot";
	if (label[0] == '-' || label[length - 1] == '-')
		return "a label of the name begins or ends with a hyphen";
	return NULL;
}

/* Lower case, one trailing dot dropped; whether there was one. */
static bool
tidy(char *name)
{
	size_t length = strlen(name);
	bool absolute = length > 1 && name[length - 1] == '.';

	if (absolute)
		name[length - 1] = '\0';
	for (char *p = name; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + ('a' - 'A'));
	return absolute;
}

static const char *
check_name(const char *name, bool single_label)
{
	const char *label = name, *reason;
	size_t length;

	for (;; label += length + 1) {
		length = strcspn(label, ".");
		reason = check_label(label, length);
		if (reason != NULL)
			return reason;
		if (label[length] == '\0')
			break;
	}
	if (strlen(name) > DOMAIN_MAX)
		return too_long;
	if (strspn(label, "0123456789") == length)
		return "the last label is a number: this looks like an IP address";
	if (label == name && !single_label)
		return "the name is a single label: give a full name, as in example.com (or, for a "
		       "top-level domain itself, a dot at its end)";
	return NULL;
}

static const char *
parse(const char *input, bool single_label, char ret_name[MC_NAME_TEXT_SIZE])
{
	char name[INPUT_MAX + 1];
	const char *reason = refuse_input(input);
	bool absolute;

	if (reason == NULL)
		reason = to_ascii(input, name);
	if (reason != NULL)
		return reason;
	absolute = tidy(name);
	if (is_address(name))
		return ip_address;
	reason = check_name(name, single_label || absolute);
	if (reason == NULL)
		memcpy(ret_name, name, strlen(name) + 1);
	return reason;
}

const char *
mc_domain_parse(const char *input, char ret_domain[MC_NAME_TEXT_SIZE])
{
	return parse(input, false, ret_domain);
}

const char *
mc_domain_parse_host(const char *input, char ret_host[MC_NAME_TEXT_SIZE])
{
	return parse(input, true, ret_host);
}

const char *
mc_domain_parse_selector(const char *input, char ret_selector[MC_NAME_TEXT_SIZE])
{
	static const char suffix[] = "._domainkey";
	char name[INPUT_MAX + sizeof(suffix)];
	const char *end = strcasestr(input, suffix), *reason;
	size_t length = end != NULL ? (size_t)(end - input) : strlen(input);

	if (length > INPUT_MAX)
		return too_long;
	memcpy(name, input, length);
	memcpy(name + length, suffix, sizeof(suffix));
	reason = parse(name, false, ret_selector);
	if (reason == NULL)
		ret_selector[strlen(ret_selector) - strlen(suffix)] = '\0';
	return reason;
}
