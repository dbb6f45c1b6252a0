/* client: families of wording, matched without case. */
#include "reply/client.h"

#include <string.h>
#include <strings.h>

static const char *const phrases[] = {
	"blacklist",
	"black list",
	"blocklist",
	"block list",
	"blocked using",
	"blocked by",
	"is blocked",
	"has been blocked",
	"dnsbl",
	"rbl",
	"spamhaus",
	"spamcop",
	"barracuda",
	"listed at",
	"listed in",
	"listed on",
	"is listed",
	"reputation",
	"your ip",
	"your address",
	"your host",
	"your server",
	"your network",
	"ip address",
	"client host",
	"from your",
	"reverse dns",
	"reverse lookup",
	"rdns",
	"ptr record",
	"no ptr",
	"rate limit",
	"ratelimit",
	"too many conn",
	"too many concurrent",
	"too many sessions",
	"connection limit",
	"connection rate",
	"throttl",
	"greylist",
	"graylist",
	"policy",
	"not authorized to connect",
	"not allowed to connect",
	"access denied",
	"banned",
	"poor hygiene",
	"4.7.",
	"5.7.",
};

/* The server does not take mail for that domain, from whomever it comes. */
static const char *const relay_phrases[] = {
	"relay access denied",
	"relay denied",
	"relay not permitted",
	"relaying denied",
	"relaying not allowed",
	"unable to relay",
	"not permitted to relay",
	"do not relay",
};

static bool
holds(const char *text, size_t length, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t size = strlen(list[i]);
		for (size_t at = 0; at + size <= length; at++)
			if (strncasecmp(text + at, list[i], size) == 0)
				return true;
	}
	return false;
}

#define HOLDS(text, length, list) holds(text, length, list, sizeof(list) / sizeof((list)[0]))

bool
mc_reply_about_client(const char *text, size_t length)
{
	return HOLDS(text, length, phrases) && !HOLDS(text, length, relay_phrases);
}
