/* option_value: option values out of text, and what is wrong with it. */
#include "context/option_value.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record/domain.h"

#define ASSUMED_TTL 300
#define SECONDS_LIMIT 86400
#define HOST_SIZE 512       /* longer text is no host */
#define LOCAL_PART_LIMIT 64 /* RFC 5321, 4.5.3.1.1 */
#define MAILBOX_LIMIT 254   /* RFC 5321, 4.5.3.1.3, less the brackets */

const char *
mc_value_flag(const char *text, bool *ret_flag)
{
	if (strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
		return "must be \"yes\" or \"no\"";
	*ret_flag = text[0] == 'y';
	return NULL;
}

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

const char *
mc_value_seconds(const char *text, int64_t *ret_ms)
{
	static const char problem[] = "must be a number of seconds over 0, at most 86400";
	int64_t ms = 0, unit = 1000;
	const char *at = text;

	for (; digit(*at) && ms <= SECONDS_LIMIT * INT64_C(1000); at++)
		ms = ms * 10 + (*at - '0') * INT64_C(1000);
	if (at == text || digit(*at))
		return problem;
	if (*at == '.') {
		if (!digit(*++at))
			return problem;
		for (; digit(*at); at++) {
			unit /= 10;
			ms += (*at - '0') * unit;
		}
	}
	if (*at != '\0' || ms == 0 || ms > SECONDS_LIMIT * INT64_C(1000))
		return *at == '\0' && ms == 0 && strpbrk(text, "123456789") != NULL
			       ? "must be at least a millisecond"
			       : problem;
	*ret_ms = ms;
	return NULL;
}

static bool
parse_number(const char *text, size_t length, uint32_t low, uint32_t high, uint32_t *ret_number)
{
	uint32_t number = 0;

	if (length == 0 || length > 9)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (!digit(text[i]))
			return false;
		number = number * 10 + (uint32_t)(text[i] - '0');
	}
	if (number < low || number > high)
		return false;
	*ret_number = number;
	return true;
}

const char *
mc_value_number(const char *text, uint32_t low, uint32_t high, uint32_t *ret_number)
{
	return parse_number(text, strlen(text), low, high, ret_number)
		       ? NULL
		       : "must be a whole number in the range";
}

static const char *
parse_port(const char *text, size_t length, uint16_t *ret_port)
{
	uint32_t port;

	if (!parse_number(text, length, 1, UINT16_MAX, &port))
		return "has a port that is no number from 1 to 65535";
	*ret_port = (uint16_t)port;
	return NULL;
}

/* A copy of a part; false when it is longer than any host or address. */
static bool
cut(char text[HOST_SIZE], const char *part, size_t length)
{
	if (length >= HOST_SIZE)
		return false;
	memcpy(text, part, length);
	text[length] = '\0';
	return true;
}

const char *
mc_value_address(const char *text, struct mc_address *ret_address)
{
	return mc_address_parse(text, ret_address) ? NULL : "is no IPv4 or IPv6 address";
}

const char *
mc_value_server(const char *text, struct mc_address *ret_address, uint16_t *ret_port)
{
	const char *at = strchr(text, '@'), *colon = strchr(text, ':'), *problem;
	size_t length = at != NULL ? (size_t)(at - text) : strlen(text);
	struct mc_address address;
	char part[HOST_SIZE];
	uint16_t port = 53;

	if (!cut(part, text, length) || !mc_address_parse(part, &address)) {
		if (colon != NULL && strchr(text, '.') != NULL && strchr(colon + 1, ':') == NULL)
			return "is no address: a port stands behind \"@\", as in 192.0.2.1@53";
		return "is no IPv4 or IPv6 address, perhaps with @PORT";
	}
	problem = at != NULL ? parse_port(at + 1, strlen(at + 1), &port) : NULL;
	if (problem != NULL)
		return problem;
	*ret_address = address;
	*ret_port = port;
	return NULL;
}

/*
 * The host at the start of `text`, up to a colon or the end: a name or an address in canonical
 * form, an IPv6 address in brackets. *ret_rest is what follows.
 */
static const char *
take_host(const char *text, char ret_host[MC_NAME_TEXT_SIZE], const char **ret_rest)
{
	bool bracket = text[0] == '[';
	const char *start = text + (bracket ? 1 : 0), *problem;
	size_t length = strcspn(start, bracket ? "]" : ":");
	const char *rest = start + length + (bracket && start[length] == ']' ? 1 : 0);
	struct mc_address address;
	char part[HOST_SIZE];

	if (!cut(part, start, length))
		return "has a host name that is too long";
	if (bracket && (start[length] != ']' || (*rest != ':' && *rest != '\0')))
		return "has an opening bracket without its closing one";
	if (mc_address_parse(part, &address)) {
		if (address.family == 6 && !bracket)
			return "has an IPv6 address outside brackets";
		mc_address_format(ret_host, &address);
	} else if (bracket) {
		return "has no IPv6 address in its brackets";
	} else if (part[0] != '\0') {
		problem = mc_domain_parse_host(part, ret_host);
		if (problem != NULL)
			return problem;
	} else {
		ret_host[0] = '\0';
	}
	*ret_rest = rest;
	return NULL;
}

const char *
mc_value_host_port(
	struct mc_arena *arena, const char *text, uint16_t port, const char **ret_host_port)
{
	char host[MC_NAME_TEXT_SIZE];
	const char *rest, *problem;
	struct mc_address address;
	bool bracket;

	if (mc_address_parse(text, &address) && address.family == 6)
		return "has an IPv6 address outside brackets";
	problem = take_host(text, host, &rest);
	if (problem != NULL)
		return problem;
	if (host[0] == '\0')
		return "has no host";
	if (*rest == ':')
		problem = parse_port(rest + 1, strlen(rest + 1), &port);
	if (problem != NULL)
		return problem;
	bracket = strchr(host, ':') != NULL;
	*ret_host_port = mc_arena_printf(
		arena, "%s%s%s:%u", bracket ? "[" : "", host, bracket ? "]" : "", port);
	return NULL;
}

/* A port up to the next colon or the end; empty is 0. */
static const char *
take_port(const char *text, uint16_t *ret_port, const char **ret_rest)
{
	size_t length = strcspn(text, ":");

	*ret_port = 0;
	*ret_rest = text + length;
	return length > 0 ? parse_port(text, length, ret_port) : NULL;
}

/* Steps over the colon at `*text`. */
static bool
take_colon(const char **text)
{
	if (**text != ':')
		return false;
	(*text)++;
	return true;
}

const char *
mc_value_connect_to(struct mc_arena *arena, const char *text, struct mc_connect_to *ret_connect_to)
{
	static const char form[] = "must be HOST:PORT:ADDR:PORT2, IPv6 addresses in brackets";
	char host[MC_NAME_TEXT_SIZE], address[MC_NAME_TEXT_SIZE];
	struct mc_connect_to parsed = {.port = 0};
	const char *problem, *at = text;

	if ((problem = take_host(at, host, &at)) != NULL)
		return problem;
	if (!take_colon(&at))
		return form;
	if ((problem = take_port(at, &parsed.port, &at)) != NULL)
		return problem;
	if (!take_colon(&at))
		return form;
	if ((problem = take_host(at, address, &at)) != NULL)
		return problem;
	if (!take_colon(&at))
		return form;
	if ((problem = take_port(at, &parsed.to_port, &at)) != NULL)
		return problem;
	if (*at != '\0')
		return form;
	if (address[0] != '\0' && !mc_address_parse(address, &parsed.address))
		return "must have an address, not a name, as ADDR";
	parsed.host = mc_arena_strdup(arena, host);
	*ret_connect_to = parsed;
	return NULL;
}

/* "[192.0.2.1]" or "[IPv6:2001:db8::1]", in canonical form. */
static const char *
take_literal(struct mc_arena *arena, const char *text, const char **ret_literal)
{
	size_t length = strlen(text);
	char part[HOST_SIZE], canonical[MC_ADDRESS_SIZE];
	bool tagged = strncasecmp(text, "[IPv6:", 6) == 0;
	size_t skip = tagged ? 6 : 1;
	struct mc_address address;

	if (length <= skip || text[length - 1] != ']' ||
		!cut(part, text + skip, length - skip - 1) || !mc_address_parse(part, &address) ||
		address.family != (tagged ? 6 : 4))
		return "is no address literal: [192.0.2.1] or [IPv6:2001:db8::1]";
	mc_address_format(canonical, &address);
	*ret_literal = mc_arena_printf(arena, "[%s%s]", tagged ? "IPv6:" : "", canonical);
	return NULL;
}

const char *
mc_value_helo(struct mc_arena *arena, const char *text, const char **ret_helo)
{
	char host[MC_NAME_TEXT_SIZE];
	struct mc_address address;
	const char *problem;

	if (text[0] == '[')
		return take_literal(arena, text, ret_helo);
	if (mc_address_parse(text, &address))
		return "is an address, which stands in brackets here: [192.0.2.1], [IPv6:...]";
	if (strlen(text) >= HOST_SIZE)
		return "is too long for a host name";
	problem = mc_domain_parse_host(text, host);
	if (problem == NULL)
		*ret_helo = mc_arena_strdup(arena, host);
	return problem;
}

/* RFC 5321, 4.1.2: a quoted string, or atoms with dots (anywhere: some mailboxes are like that). */
static const char *
check_local_part(const char *text, size_t length)
{
	bool quoted = length >= 2 && text[0] == '"' && text[length - 1] == '"';
	size_t end = quoted ? length - 1 : length;

	if (length == 0)
		return "has nothing before the \"@\"";
	if (length > LOCAL_PART_LIMIT)
		return "has more than 64 octets before the \"@\"";
	for (size_t i = quoted ? 1 : 0; i < end; i++) {
		char c = text[i];
		if (quoted && c == '\\' && ++i >= end)
			return "has a quoted part that is not closed";
		if (quoted && c == '"')
			return "has a quotation mark inside a quoted part";
		if (!quoted && strchr(" \"(),:;<>@[\\]", c) != NULL)
			return "has a character that only a quoted part may have";
	}
	return NULL;
}

static const char *
check_octets(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (text[i] < ' ' || text[i] > '~')
			return (text[i] & 0x80) != 0 ? "has characters outside ASCII before the "
						       "\"@\" (SMTPUTF8 is "
						       "not supported)"
						     : "has control characters";
	return NULL;
}

static const char *
take_mailbox(struct mc_arena *arena, const char *text, const char **ret_mailbox)
{
	const char *at = strrchr(text, '@'), *problem, *domain = "";
	size_t local = at != NULL ? (size_t)(at - text) : strlen(text);

	problem = check_octets(text, local);
	if (problem == NULL)
		problem = check_local_part(text, local);
	if (problem == NULL && at == NULL && strcasecmp(text, "postmaster") != 0)
		problem = "has no \"@\" and domain";
	if (problem == NULL && at != NULL)
		problem = mc_value_helo(arena, at + 1, &domain);
	if (problem != NULL)
		return problem;
	if (local + strlen(domain) + 1 > MAILBOX_LIMIT)
		return "has more than 254 octets";
	*ret_mailbox =
		mc_arena_printf(arena, "%.*s%s%s", (int)local, text, at != NULL ? "@" : "", domain);
	return NULL;
}

const char *
mc_value_mailbox(struct mc_arena *arena, const char *text, const char **ret_mailbox)
{
	size_t length = strlen(text);

	if (length > 2 * HOST_SIZE)
		return "has more than 254 octets";
	if (length >= 2 && text[0] == '<' && text[length - 1] == '>')
		text = mc_arena_strndup(arena, text + 1, length - 2);
	return take_mailbox(arena, text, ret_mailbox);
}

/* Where a TXT record without quotes ends and a comment begins, hardly as it was meant; NULL:
 * nowhere.
 */
static const char *
comment_in_text(const char *text, const struct mc_rr *rr)
{
	const char *semicolon = strchr(text, ';');

	if (rr->type != MC_RR_TXT || semicolon == NULL || semicolon == text ||
		semicolon[-1] == '\\' || memchr(text, '"', (size_t)(semicolon - text)) != NULL)
		return NULL;
	return semicolon;
}

const char *
mc_value_record(struct mc_arena *arena, const char *text, struct mc_rr *ret_rr)
{
	struct mc_rr_error error = {.reason = "is no record"};
	const char *comment;

	if (text[0] == '@' && (text[1] == ' ' || text[1] == '\t'))
		return "has no zone that @ could stand for: write the name in full";
	if (mc_rr_parse(arena, text, NULL, ASSUMED_TTL, ret_rr, &error)) {
		comment = comment_in_text(text, ret_rr);
		return comment == NULL
			       ? NULL
			       : mc_arena_printf(arena,
					 "ends at the semicolon (at character %zu), behind which a "
					 "comment stands: put the text in double quotes",
					 (size_t)(comment - text) + 1);
	}
	return mc_arena_printf(
		arena, "is no record: %s (at character %zu)", error.reason, error.position + 1);
}

const char *
mc_value_readable(struct mc_arena *arena, const char *text, const char **ret_path)
{
	int descriptor = open(text, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat status;
	bool regular;

	if (descriptor < 0)
		return mc_arena_printf(arena, "cannot be read: %s", strerror(errno));
	regular = fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
	close(descriptor);
	if (!regular)
		return "is no regular file";
	*ret_path = mc_arena_strdup(arena, text);
	return NULL;
}
