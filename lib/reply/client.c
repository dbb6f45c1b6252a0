/* client: families of wording, matched without case, as whole words. */
#include "reply/client.h"

#include <string.h>
#include <strings.h>

/* What refuses the client, said at any time. */
static const char *const phrases[] = {
	"blacklist",
	"blacklisted",
	"black list",
	"black listed",
	"blocklist",
	"blocklisted",
	"block list",
	"block listed",
	"blocked using",
	"blocked by",
	"host blocked",
	"ip blocked",
	"dnsbl",
	"rbl",
	"listed at",
	"listed in",
	"listed on",
	"listed by",
	"is listed",
	"reputation",
	"your ip",
	"your address",
	"your host",
	"your server",
	"your network",
	"your mail server",
	"your isp",
	"sending ip",
	"client ip",
	"ip address",
	"client host",
	"helo command rejected",
	"from your",
	"reverse dns",
	"reverse lookup",
	"reverse hostname",
	"rdns",
	"ptr",
	"rate limit",
	"rate limited",
	"rate limiting",
	"rate exceeded",
	"ratelimit",
	"too many connections from",
	"too many sessions from",
	"too many concurrent connections from",
	"connection limit exceeded for",
	"connection rate",
	"throttled",
	"throttling",
	"greylisted",
	"greylisting",
	"greylist",
	"graylisted",
	"graylisting",
	"not authorized to connect",
	"not allowed to connect",
	"poor hygiene",
	"4.7.25",
	"5.7.25",
	"4.7.28",
	"5.7.28",
};

/* Before the envelope a server knows nothing but the client: what it then denies, it denies us. */
static const char *const before_envelope[] = {
	"access denied",
	"connection denied",
	"connection refused by",
	"too many connections",
	"too many sessions",
	"not authorized",
	"not permitted",
	"not allowed",
	"banned",
	"denied",
	"is blocked",
	"been blocked",
	"rejected for policy",
	"local policy",
	"policy reasons",
	"policy violation",
	"policy restrictions",
	"due to policy",
	"spam",
};

static bool
word_octet(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c & 0x80) != 0;
}

/* Whole words: no letter, digit, nor a part of an address or a version beside them. */
static bool
stands_alone(const char *text, size_t length, size_t at, size_t size)
{
	size_t end = at + size;

	if (at > 0 && (word_octet(text[at - 1]) || strchr(".@<_=", text[at - 1]) != NULL))
		return false;
	if (end == length)
		return true;
	if (word_octet(text[end]) || strchr("@>_=", text[end]) != NULL)
		return false;
	return text[end] != '.' || end + 1 == length || !word_octet(text[end + 1]);
}

static bool
says(const char *text, size_t length, const char *phrase)
{
	size_t size = strlen(phrase);

	for (size_t at = 0; at + size <= length; at++)
		if (strncasecmp(text + at, phrase, size) == 0 &&
			stands_alone(text, length, at, size))
			return true;
	return false;
}

bool
mc_reply_about_client(const char *text, size_t length, bool envelope)
{
	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
		if (says(text, length, phrases[i]))
			return true;
	for (size_t i = 0; !envelope && i < sizeof(before_envelope) / sizeof(before_envelope[0]);
		i++)
		if (says(text, length, before_envelope[i]))
			return true;
	return false;
}
