/* identity: names presented against the name referred to (RFC 9525, 6.3 and 6.4). */
#include "tls/identity.h"

#include <string.h>
#include <strings.h>

#include "base/address.h"
#include "tls/x509.h"

/* A wildcard stands for the whole left-most label, and not directly below the root. */
bool
mc_identity_covers(const char *presented, size_t length, const char *host)
{
	if (length > 2 && presented[0] == '*' && presented[1] == '.') {
		const char *rest = strchr(host, '.');

		presented++;
		length--;
		if (rest == NULL || rest == host || memchr(presented + 1, '.', length - 1) == NULL)
			return false;
		host = rest;
	}
	return length > 0 && length == strlen(host) && strncasecmp(presented, host, length) == 0;
}

static bool
is_address(const gnutls_datum_t *name, const struct mc_address *address)
{
	size_t size = address->family == 4 ? 4 : 16;

	return name->size == size && memcmp(name->data, address->bytes, size) == 0;
}

static bool
alt_name_match(gnutls_x509_crt_t crt, const char *host, const struct mc_address *address)
{
	gnutls_subject_alt_names_t names = mc_x509_alt_names(crt);
	gnutls_datum_t name;
	unsigned type;
	bool match = false;

	if (names == NULL)
		return false;
	for (unsigned i = 0; !match; i++) {
		if (gnutls_subject_alt_names_get(names, i, &type, &name, NULL) < 0)
			break;
		if (address != NULL)
			match = type == GNUTLS_SAN_IPADDRESS && is_address(&name, address);
		else if (type == GNUTLS_SAN_DNSNAME)
			match = mc_identity_covers((const char *)name.data, name.size, host);
	}
	gnutls_subject_alt_names_deinit(names);
	return match;
}

static bool
common_name_match(gnutls_x509_crt_t crt, const char *host, bool is_ip)
{
	char name[256];
	size_t size = sizeof(name);

	if (gnutls_x509_crt_get_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &size) < 0)
		return false;
	if (is_ip && name[0] == '*')
		return false;
	return mc_identity_covers(name, size, host);
}

void
mc_identity_match(gnutls_x509_crt_t crt, const char *host, bool *ret_name, bool *ret_common_name)
{
	struct mc_address address;
	bool is_ip = mc_address_parse(host, &address);

	*ret_name = host[0] != '\0' && alt_name_match(crt, host, is_ip ? &address : NULL);
	*ret_common_name = host[0] != '\0' && !*ret_name && common_name_match(crt, host, is_ip);
}
