/* near_miss: one insertion, deletion, change or swap of neighbours away from a known name. */
#include "check/near_miss.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "record/mend.h"

/* Those that are mistyped often, and long enough that a name so near is hardly chance. */
static const char *const services[] = {"gmail.com", "googlemail.com", "outlook.com", "hotmail.com",
	"hotmail.fr", "hotmail.co.uk", "yahoo.com", "yahoo.co.uk", "yahoo.fr", "icloud.com",
	"protonmail.com", "t-online.de", "wanadoo.fr", "comcast.net", "verizon.net"};

/* Domains of their own that look like one of them. */
static const char *const others[] = {"ymail.com", "email.com", "mail.com", "hotmail.it",
	"hotmail.se", "yahoo.ca", "yahoo.co.in", "yahoo.co.id", "yahoo.gr", "yahoo.ro", "yahoo.cn",
	"yahoo.in", "yahoo.no", "yahoo.it", "comcast.com", "verizon.com"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool
is_among(const char *domain, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(domain, names[i]) == 0)
			return true;
	return false;
}

const char *
mc_near_miss(const char *domain)
{
	if (is_among(domain, services, COUNT(services)) || is_among(domain, others, COUNT(others)))
		return NULL;
	for (size_t i = 0; i < COUNT(services); i++)
		if (mc_mend_is_near(domain, services[i]))
			return services[i];
	return NULL;
}
