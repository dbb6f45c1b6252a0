/*
 * address: text, reverse names and special-purpose ranges of IPv4 and IPv6 addresses.
 */
#include "base/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

struct prefix {
	uint8_t family, bits, scope;
	uint8_t bytes[16];
};

/*
 * IANA IPv4 and IPv6 Special-Purpose Address Registries, multicast, and what is not allocated
 * as global unicast. The first match counts, so the more specific comes first.
 */
/* clang-format off */
static const struct prefix prefixes[] = {
	{4,   8, MC_SCOPE_UNSPECIFIED,   {0}},
	{4,   8, MC_SCOPE_PRIVATE,       {10}},
	{4,  10, MC_SCOPE_SHARED,        {100, 64}},
	{4,   8, MC_SCOPE_LOOPBACK,      {127}},
	{4,  16, MC_SCOPE_LINK_LOCAL,    {169, 254}},
	{4,  12, MC_SCOPE_PRIVATE,       {172, 16}},
	{4,  32, MC_SCOPE_GLOBAL,        {192, 0, 0, 9}},  /* PCP anycast, RFC 7723 */
	{4,  32, MC_SCOPE_GLOBAL,        {192, 0, 0, 10}}, /* TURN anycast, RFC 8155 */
	{4,  24, MC_SCOPE_RESERVED,      {192, 0, 0}},
	{4,  24, MC_SCOPE_DOCUMENTATION, {192, 0, 2}},
	{4,  24, MC_SCOPE_RESERVED,      {192, 88, 99}},   /* 6to4 relay anycast, RFC 7526 */
	{4,  16, MC_SCOPE_PRIVATE,       {192, 168}},
	{4,  15, MC_SCOPE_BENCHMARK,     {198, 18}},
	{4,  24, MC_SCOPE_DOCUMENTATION, {198, 51, 100}},
	{4,  24, MC_SCOPE_DOCUMENTATION, {203, 0, 113}},
	{4,   4, MC_SCOPE_MULTICAST,     {224}},
	{4,   4, MC_SCOPE_RESERVED,      {240}},           /* limited broadcast too */
	{4,   0, MC_SCOPE_GLOBAL,        {0}},

	{6, 128, MC_SCOPE_UNSPECIFIED,   {0}},
	{6, 128, MC_SCOPE_LOOPBACK,      {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}},
	{6,  96, MC_SCOPE_MAPPED,        {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}},
	{6,  96, MC_SCOPE_TRANSLATED,    {0x00, 0x64, 0xFF, 0x9B}},
	{6,  48, MC_SCOPE_TRANSLATED,    {0x00, 0x64, 0xFF, 0x9B, 0x00, 0x01}},
	{6,  64, MC_SCOPE_RESERVED,      {0x01, 0x00}},    /* discard only, RFC 6666 */
	{6, 128, MC_SCOPE_GLOBAL,        {0x20, 0x01, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}},
	{6, 128, MC_SCOPE_GLOBAL,        {0x20, 0x01, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2}},
	{6, 128, MC_SCOPE_GLOBAL,        {0x20, 0x01, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3}},
	{6,  32, MC_SCOPE_TUNNEL,        {0x20, 0x01, 0x00, 0x00}},             /* Teredo */
	{6,  48, MC_SCOPE_BENCHMARK,     {0x20, 0x01, 0x00, 0x02}},
	{6,  32, MC_SCOPE_GLOBAL,        {0x20, 0x01, 0x00, 0x03}},             /* AMT */
	{6,  48, MC_SCOPE_GLOBAL,        {0x20, 0x01, 0x00, 0x04, 0x01, 0x12}}, /* AS112 */
	{6,  28, MC_SCOPE_GLOBAL,        {0x20, 0x01, 0x00, 0x20}},             /* ORCHIDv2 */
	{6,  28, MC_SCOPE_GLOBAL,        {0x20, 0x01, 0x00, 0x30}},             /* drone ids */
	{6,  23, MC_SCOPE_RESERVED,      {0x20, 0x01}},
	{6,  32, MC_SCOPE_DOCUMENTATION, {0x20, 0x01, 0x0D, 0xB8}},
	{6,  16, MC_SCOPE_TUNNEL,        {0x20, 0x02}},                         /* 6to4 */
	{6,  20, MC_SCOPE_DOCUMENTATION, {0x3F, 0xFF}},
	{6,  16, MC_SCOPE_RESERVED,      {0x5F, 0x00}},                         /* SRv6 SIDs */
	{6,   7, MC_SCOPE_PRIVATE,       {0xFC}},
	{6,  10, MC_SCOPE_LINK_LOCAL,    {0xFE, 0x80}},
	{6,  10, MC_SCOPE_RESERVED,      {0xFE, 0xC0}},                         /* site-local */
	{6,   8, MC_SCOPE_MULTICAST,     {0xFF}},
	{6,   3, MC_SCOPE_GLOBAL,        {0x20}},
	{6,   0, MC_SCOPE_RESERVED,      {0}},
};
/* clang-format on */

static const char *
parse_octet(const char *p, uint8_t *ret_octet)
{
	unsigned value = 0;
	const char *start = p;

	for (; *p >= '0' && *p <= '9' && p - start < 3; p++)
		value = value * 10 + (unsigned)(*p - '0');
	if (p == start || value > 255 || (*start == '0' && p - start > 1))
		return NULL;
	*ret_octet = (uint8_t)value;
	return p;
}

static bool
parse_v4(const char *text, struct mc_address *ret_address)
{
	struct mc_address address = {.family = 4};

	for (size_t i = 0; i < 4; i++) {
		text = parse_octet(text, &address.bytes[i]);
		if (text == NULL || *text != (i < 3 ? '.' : '\0'))
			return false;
		text++;
	}
	*ret_address = address;
	return true;
}

bool
mc_address_parse(const char *text, struct mc_address *ret_address)
{
	struct mc_address address = {.family = 6};

	if (strchr(text, ':') == NULL)
		return parse_v4(text, ret_address);
	if (inet_pton(AF_INET6, text, address.bytes) != 1)
		return false;
	*ret_address = address;
	return true;
}

static void
format_v4(char *text, const uint8_t bytes[4])
{
	for (size_t i = 0; i < 4; i++) {
		unsigned octet = bytes[i];

		if (octet >= 100)
			*text++ = (char)('0' + octet / 100);
		if (octet >= 10)
			*text++ = (char)('0' + octet / 10 % 10);
		*text++ = (char)('0' + octet % 10);
		*text++ = i < 3 ? '.' : '\0';
	}
}

void
mc_address_format(char text[MC_ADDRESS_SIZE], const struct mc_address *address)
{
	text[0] = '\0';
	if (address->family == 4)
		format_v4(text, address->bytes);
	else if (address->family == 6)
		inet_ntop(AF_INET6, address->bytes, text, MC_ADDRESS_SIZE);
}

void
mc_address_reverse(char name[MC_ADDRESS_REVERSE_SIZE], const struct mc_address *address)
{
	static const char hex[] = "0123456789abcdef";
	const uint8_t *b = address->bytes;
	char *p = name;

	name[0] = '\0';
	if (address->family == 4)
		snprintf(name, MC_ADDRESS_REVERSE_SIZE, "%u.%u.%u.%u.in-addr.arpa", b[3], b[2],
			b[1], b[0]);
	if (address->family != 6)
		return;
	for (size_t i = 16; i-- > 0;) {
		*p++ = hex[b[i] & 15];
		*p++ = '.';
		*p++ = hex[b[i] >> 4];
		*p++ = '.';
	}
	memcpy(p, "ip6.arpa", sizeof("ip6.arpa"));
}

int
mc_address_compare(const struct mc_address *a, const struct mc_address *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->bytes, b->bytes, a->family == 4 ? 4 : 16);
}

static bool
within(const uint8_t *bytes, const struct prefix *prefix)
{
	size_t whole = prefix->bits / 8;
	unsigned rest = prefix->bits % 8U;

	if (memcmp(bytes, prefix->bytes, whole) != 0)
		return false;
	return rest == 0 || ((bytes[whole] ^ prefix->bytes[whole]) >> (8 - rest)) == 0;
}

enum mc_scope
mc_address_scope(const struct mc_address *address)
{
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (prefixes[i].family == address->family && within(address->bytes, &prefixes[i]))
			return (enum mc_scope)prefixes[i].scope;
	return MC_SCOPE_RESERVED;
}

const char *
mc_scope_name(enum mc_scope scope)
{
	switch (scope) {
	case MC_SCOPE_GLOBAL:
		return "global";
	case MC_SCOPE_LOOPBACK:
		return "loopback";
	case MC_SCOPE_PRIVATE:
		return "private";
	case MC_SCOPE_SHARED:
		return "shared";
	case MC_SCOPE_LINK_LOCAL:
		return "link-local";
	case MC_SCOPE_DOCUMENTATION:
		return "documentation";
	case MC_SCOPE_BENCHMARK:
		return "benchmarking";
	case MC_SCOPE_UNSPECIFIED:
		return "unspecified";
	case MC_SCOPE_MULTICAST:
		return "multicast";
	case MC_SCOPE_RESERVED:
		return "reserved";
	case MC_SCOPE_MAPPED:
		return "IPv4-mapped";
	case MC_SCOPE_TRANSLATED:
		return "NAT64";
	case MC_SCOPE_TUNNEL:
		return "tunnel";
	}
	return "reserved";
}
