/* target: strings from a caller, parsed strictly. */
#include "context/target.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "check/registry.h"
#include "record/domain.h"

static const char scheme[] = "smtp://";
static const char spf_scheme[] = "spf:";
static const char listing[] = "dnsbl://"; /* an address or a domain */

static const char *
parse_port(const char *text, uint16_t *ret_port)
{
	unsigned long port = 0;

	if (*text == '\0')
		return "the port is missing after the colon";
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9' || port > 65535)
			return "the port is not a number from 1 to 65535";
		port = port * 10 + (unsigned long)(*text - '0');
	}
	if (port == 0 || port > 65535)
		return "the port is not a number from 1 to 65535";
	*ret_port = (uint16_t)port;
	return NULL;
}

static const char *
parse_host(const char *host, struct mc_target *target)
{
	if (mc_address_parse(host, &target->address)) {
		target->literal = true;
		mc_address_format(target->name, &target->address);
		return NULL;
	}
	if (strchr(host, ':') != NULL)
		return "this is neither HOST:PORT nor an IPv6 address";
	return mc_domain_parse_host(host, target->name);
}

/* HOST, HOST:PORT, [ADDRESS], [ADDRESS]:PORT, or a bare IPv6 address. */
static const char *
parse_endpoint(const char *text, struct mc_target *target)
{
	char host[MC_NAME_TEXT_SIZE];
	const char *end, *colon = strchr(text, ':');
	const char *problem = NULL;

	if (strstr(text, "://") != NULL)
		return "this is a URL: give the host, and the port if it is not 25, alone";
	if (*text == '[') {
		end = strchr(text, ']');
		if (end == NULL)
			return "there is no ] after the address";
		text++;
		if (strncasecmp(text, "IPv6:", 5) == 0) /* as RFC 5321, 4.1.3, writes it */
			text += 5;
		colon = end[1] == ':' ? end + 1 : NULL;
		if (colon == NULL && end[1] != '\0')
			return "there is something other than a port after the ]";
	} else if (colon != NULL && strchr(colon + 1, ':') != NULL) {
		end = text + strlen(text);
		colon = NULL;
	} else {
		end = colon != NULL ? colon : text + strlen(text);
	}
	if ((size_t)(end - text) >= sizeof(host))
		return "the host name is longer than 253 octets";
	memcpy(host, text, (size_t)(end - text));
	host[end - text] = '\0';
	target->port = 25;
	if (colon != NULL)
		problem = parse_port(colon + 1, &target->port);
	return problem != NULL ? problem : parse_host(host, target);
}

/* Anything: a malformed domain has the result none (RFC 7208, 4.3). */
static void
take_spf(const char *text, struct mc_target *target)
{
	size_t length = strnlen(text, sizeof(target->name) - 1);
	bool ascii = true;

	target->kind = MC_TARGET_SPF;
	for (size_t i = 0; i < length; i++)
		ascii = ascii && (unsigned char)text[i] < 0x80;
	if (!ascii && mc_domain_parse(text, target->name) == NULL)
		return;
	if (length > 0 && text[length - 1] == '.')
		length--;
	for (size_t i = 0; i < length; i++)
		target->name[i] =
			text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] - 'A' + 'a') : text[i];
	target->name[length] = '\0';
}

/* An address, also as a literal: "[192.0.2.25]". */
static bool
parse_address(const char *text, struct mc_address *ret_address)
{
	char inside[64];
	size_t length = strlen(text);

	if (text[0] != '[')
		return mc_address_parse(text, ret_address);
	if (length >= sizeof(inside) || text[length - 1] != ']')
		return false;
	memcpy(inside, text + 1, length - 2);
	inside[length - 2] = '\0';
	return mc_address_parse(
		inside + (strncasecmp(inside, "IPv6:", 5) == 0 ? 5 : 0), ret_address);
}

static const char *
parse_listing(const char *text, struct mc_target *target)
{
	if (parse_address(text, &target->address)) {
		target->literal = true;
		mc_address_format(target->name, &target->address);
		return NULL;
	}
	return mc_domain_parse(text, target->name);
}

const char *
mc_target_parse(const char *text, struct mc_target *ret_target)
{
	struct mc_target target = {.kind = MC_TARGET_DOMAIN, .port = 25};
	const char *problem = NULL;

	if (strncmp(text, scheme, sizeof(scheme) - 1) == 0) {
		target.kind = MC_TARGET_HOST;
		problem = parse_endpoint(text + sizeof(scheme) - 1, &target);
	} else if (strncmp(text, spf_scheme, sizeof(spf_scheme) - 1) == 0) {
		take_spf(text + sizeof(spf_scheme) - 1, &target);
	} else if (strncmp(text, listing, sizeof(listing) - 1) == 0) {
		target.kind = MC_TARGET_LISTING;
		problem = parse_listing(text + sizeof(listing) - 1, &target);
	} else {
		problem = mc_domain_parse(text, target.name);
	}
	if (problem == NULL)
		*ret_target = target;
	return problem;
}

static uint64_t
all_of(enum mc_target_kind kind, bool records_only)
{
	uint64_t selected = 0;

	for (size_t i = 0; mc_checks[i] != NULL; i++)
		if ((mc_checks[i]->targets & (unsigned)kind) != 0 &&
			(!records_only || mc_checks[i]->records_only))
			selected |= (uint64_t)1 << i;
	return selected;
}

static const char *
select_word(const char *word, size_t length, enum mc_target_kind kind, bool records_only,
	uint64_t *selected)
{
	if (length == strlen("records") && strncmp(word, "records", length) == 0) {
		*selected |= all_of(kind, true);
		return NULL;
	}
	for (size_t i = 0; mc_checks[i] != NULL; i++) {
		const struct mc_check *check = mc_checks[i];
		if (strlen(check->name) != length || strncmp(check->name, word, length) != 0)
			continue;
		if ((check->targets & (unsigned)kind) == 0)
			return "that check does not apply to this kind of target";
		if (records_only && !check->records_only)
			return "that check connects to mail hosts, and only records are to be "
			       "looked at";
		*selected |= (uint64_t)1 << i;
		return NULL;
	}
	return "there is no check of that name";
}

static bool
records_alone(const char *checks)
{
	static const char records[] = "records/";

	return strncmp(checks, records, sizeof(records) - 1) == 0;
}

void
mc_target_check_names(const char *checks, enum mc_target_kind kind, char *text, size_t size)
{
	uint64_t selected = all_of(kind, records_alone(checks));
	size_t length = 0;

	text[0] = '\0';
	for (size_t i = 0; mc_checks[i] != NULL && length < size; i++)
		if ((selected >> i & 1) != 0)
			length += (size_t)snprintf(text + length, size - length, "%s%s",
				length > 0 ? ", " : "", mc_checks[i]->name);
}

const char *
mc_target_checks(
	const char *checks, enum mc_target_kind kind, uint64_t *ret_selected, const char **ret_word)
{
	bool records_only;
	uint64_t selected = 0;

	if (checks == NULL) {
		*ret_selected = all_of(kind, false);
		return NULL;
	}
	records_only = records_alone(checks);
	if (records_only)
		checks += strlen("records/");
	for (;;) {
		size_t length = strcspn(checks, ",");
		const char *problem = select_word(checks, length, kind, records_only, &selected);
		if (problem != NULL) {
			*ret_word = checks;
			return problem;
		}
		if (checks[length] == '\0')
			break;
		checks += length + 1;
	}
	*ret_selected = selected;
	return NULL;
}
