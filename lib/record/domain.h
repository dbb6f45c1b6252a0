/*
 * domain: a domain name or address as a person types it.
 */
#ifndef MC_RECORD_DOMAIN_H
#define MC_RECORD_DOMAIN_H

#include <stdbool.h>

#include "record/name.h"

/*
 * A mail domain: internationalised names become A-labels (IDNA2008, UTS 46 non-transitional),
 * case is folded, one trailing dot dropped. Refused, each with its own reason: empty, too long,
 * empty label, label over 63 octets, characters outside letters, digits, hyphen and underscore,
 * hyphen at a label's edge, an IP address, a URL, an e-mail address, a single label without a dot
 * behind it.
 * Returns NULL on success, else the reason as a static sentence.
 */
const char *mc_domain_parse(const char *input, char ret_domain[MC_NAME_TEXT_SIZE]);

/* The same for a host, where a single label is allowed ("localhost"). */
const char *mc_domain_parse_host(const char *input, char ret_host[MC_NAME_TEXT_SIZE]);

/* The same for a DKIM selector (RFC 6376, 3.1), which may be a number, as a date is; what people
 * add to it ("._domainkey.example.com") is cut off. */
const char *mc_domain_parse_selector(const char *input, char ret_selector[MC_NAME_TEXT_SIZE]);

#endif
