/* targets: from what was given to what the library takes. */
#include "targets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "range.h"

const char targets_host[] = "smtp://";
const char targets_listing[] = "dnsbl://";
const char targets_spf[] = "spf:";

static bool
has_scheme(const char *text, const char *scheme)
{
	return strncmp(text, scheme, strlen(scheme)) == 0;
}

/* An IPv6 address without brackets is the one host with two colons. */
static bool
is_bare_ipv6(const char *text)
{
	const char *colon = strchr(text, ':');

	return text[0] != '[' && colon != NULL && strchr(colon + 1, ':') != NULL;
}

static char *
host_url(const char *host)
{
	char *url = NULL;
	int length;

	if (has_scheme(host, targets_host))
		return strdup(host);
	length = asprintf(&url, is_bare_ipv6(host) ? "%s[%s]" : "%s%s", targets_host, host);
	return length < 0 ? NULL : url;
}

static char *
library_text(const struct targets_kind *kind, const char *argument)
{
	char *url = NULL;

	if (kind->scheme == NULL || has_scheme(argument, kind->scheme))
		return strdup(argument);
	if (kind->scheme == targets_host)
		return host_url(argument);
	return asprintf(&url, "%s%s", kind->scheme, argument) < 0 ? NULL : url;
}

static bool
set_checks(struct target *target, const char *checks)
{
	if (checks != NULL)
		target->checks = strdup(checks);
	return checks == NULL || target->checks != NULL;
}

bool
targets_from_argument(struct target *target, const struct targets_kind *kind, const char *argument)
{
	*target = (struct target){0};
	target->input = strdup(argument);
	target->input_length = strlen(argument);
	target->text = library_text(kind, argument);
	if (kind->scheme != targets_host && kind->scheme != targets_spf &&
		has_scheme(argument, targets_host))
		target->problem = "a host, not a domain";
	if (target->input != NULL && target->text != NULL && set_checks(target, kind->checks))
		return true;
	targets_clear(target);
	return false;
}

bool
targets_from_recorded(struct target *target, const struct targets_kind *kind, const char *recorded)
{
	size_t scheme = kind->scheme != NULL && has_scheme(recorded, kind->scheme)
				? strlen(kind->scheme)
				: 0;

	if (!targets_from_argument(target, kind, recorded))
		return false;
	target->input_length -= scheme;
	memmove(target->input, target->input + scheme, target->input_length + 1);
	return true;
}

static void
trim(const char **text, size_t *length)
{
	while (*length > 0 && (**text == ' ' || **text == '\t')) {
		(*text)++;
		(*length)--;
	}
	while (*length > 0 && ((*text)[*length - 1] == ' ' || (*text)[*length - 1] == '\t'))
		(*length)--;
}

bool
targets_from_line(struct target *target, const struct targets_kind *kind, const char *text,
	size_t length, bool cut)
{
	char *input = malloc(length + 1), *word = NULL;
	const char *trimmed = text;
	size_t trimmed_length = length;
	struct range range;
	bool fine = false;

	trim(&trimmed, &trimmed_length);
	word = strndup(trimmed, trimmed_length);
	*target = (struct target){0};
	if (input == NULL || word == NULL || !targets_from_argument(target, kind, word))
		goto done;
	memcpy(input, text, length);
	free(target->input);
	target->input = input;
	target->input_length = length;
	input = NULL;
	if (cut)
		target->problem = "the line is too long";
	else if (memchr(text, '\0', length) != NULL)
		target->problem = "the line holds a NUL octet";
	else if (kind->scheme == targets_listing && range_parse(&range, word))
		target->problem = "a range of addresses is an argument, not a line: a line has "
				  "one target";
	fine = true;
done:
	free(input);
	free(word);
	return fine;
}

bool
targets_is_kind(const struct targets_kind *kind, const char *recorded)
{
	if (kind->scheme != NULL)
		return has_scheme(recorded, kind->scheme);
	return !has_scheme(recorded, targets_host) && !has_scheme(recorded, targets_listing) &&
	       !has_scheme(recorded, targets_spf);
}

void
targets_clear(struct target *target)
{
	free(target->text);
	free(target->input);
	free(target->checks);
	*target = (struct target){0};
}
