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

bool
mc_reply_about_client(const char *text, size_t length)
{
	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++) {
		size_t size = strlen(phrases[i]);
		for (size_t at = 0; at + size <= length; at++)
			if (strncasecmp(text + at, phrases[i], size) == 0)
				return true;
	}
	return false;
}
