/* tls: the names of results and of degrees of trust, for record files and reports. */
#include "tls/tls.h"

#include <string.h>

static const char *const result_names[] = {
	[MC_TLS_UP] = "up",
	[MC_TLS_ALERT] = "alert",
	[MC_TLS_CLOSED] = "closed",
	[MC_TLS_RESET] = "reset",
	[MC_TLS_TIMEOUT] = "timeout",
	[MC_TLS_PLAINTEXT] = "plaintext",
	[MC_TLS_PROTOCOL] = "protocol",
	[MC_TLS_LOCAL] = "local",
};

static const char *const trust_names[] = {
	[MC_TRUST_UNKNOWN] = "unknown",
	[MC_TRUST_YES] = "yes",
	[MC_TRUST_SELF_SIGNED] = "self-signed",
	[MC_TRUST_UNKNOWN_ISSUER] = "unknown-issuer",
	[MC_TRUST_BAD_SIGNATURE] = "bad-signature",
	[MC_TRUST_INSECURE_ALGORITHM] = "insecure-algorithm",
	[MC_TRUST_WRONG_PURPOSE] = "wrong-purpose",
	[MC_TRUST_OTHER] = "other",
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static bool
find(const char *const *names, size_t count, const char *text, size_t *ret_index)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(names[i], text) == 0) {
			*ret_index = i;
			return true;
		}
	}
	return false;
}

const char *
mc_tls_result_text(enum mc_tls_result result)
{
	return (size_t)result < COUNT(result_names) ? result_names[result] : "local";
}

bool
mc_tls_result_parse(const char *text, enum mc_tls_result *ret_result)
{
	size_t i;

	if (!find(result_names, COUNT(result_names), text, &i))
		return false;
	*ret_result = (enum mc_tls_result)i;
	return true;
}

const char *
mc_trust_text(enum mc_trust trust)
{
	return (size_t)trust < COUNT(trust_names) ? trust_names[trust] : "unknown";
}

bool
mc_trust_parse(const char *text, enum mc_trust *ret_trust)
{
	size_t i;

	if (!find(trust_names, COUNT(trust_names), text, &i))
		return false;
	*ret_trust = (enum mc_trust)i;
	return true;
}
