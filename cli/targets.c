/* targets: from what was given to what the library takes. */
#include "targets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCHEME "smtp://"
#define SPF_SCHEME "spf:"

static bool
has_scheme(const char *text)
{
	return strncmp(text, SCHEME, strlen(SCHEME)) == 0;
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

	if (has_scheme(host))
		return strdup(host);
	length = asprintf(&url, is_bare_ipv6(host) ? SCHEME "[%s]" : SCHEME "%s", host);
	return length < 0 ? NULL : url;
}

static bool
has_spf_scheme(const char *text)
{
	return strncmp(text, SPF_SCHEME, strlen(SPF_SCHEME)) == 0;
}

static char *
spf_url(const char *domain)
{
	char *url = NULL;

	if (has_spf_scheme(domain))
		return strdup(domain);
	return asprintf(&url, SPF_SCHEME "%s", domain) < 0 ? NULL : url;
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
	target->text = kind->host  ? host_url(argument)
		       : kind->spf ? spf_url(argument)
				   : strdup(argument);
	if (!kind->host && !kind->spf && has_scheme(argument))
		target->problem = "a host, not a domain";
	if (target->input != NULL && target->text != NULL && set_checks(target, kind->checks))
		return true;
	targets_clear(target);
	return false;
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
	fine = true;
done:
	free(input);
	free(word);
	return fine;
}

bool
targets_is_kind(const struct targets_kind *kind, const char *recorded)
{
	return kind->host == has_scheme(recorded) && kind->spf == has_spf_scheme(recorded);
}

void
targets_clear(struct target *target)
{
	free(target->text);
	free(target->input);
	free(target->checks);
	*target = (struct target){0};
}
