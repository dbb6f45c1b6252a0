/* public_resolver: the table of them. */
#include "context/public_resolver.h"

static const struct {
	const char *address, *name;
} rows[] = {
	{"8.8.8.8", "Google Public DNS"},
	{"8.8.4.4", "Google Public DNS"},
	{"2001:4860:4860::8888", "Google Public DNS"},
	{"2001:4860:4860::8844", "Google Public DNS"},
	{"1.1.1.1", "Cloudflare's public resolver"},
	{"1.0.0.1", "Cloudflare's public resolver"},
	{"1.1.1.2", "Cloudflare's public resolver"},
	{"1.1.1.3", "Cloudflare's public resolver"},
	{"2606:4700:4700::1111", "Cloudflare's public resolver"},
	{"2606:4700:4700::1001", "Cloudflare's public resolver"},
	{"9.9.9.9", "Quad9"},
	{"9.9.9.10", "Quad9"},
	{"9.9.9.11", "Quad9"},
	{"149.112.112.112", "Quad9"},
	{"2620:fe::fe", "Quad9"},
	{"2620:fe::9", "Quad9"},
	{"208.67.222.222", "OpenDNS"},
	{"208.67.220.220", "OpenDNS"},
	{"2620:119:35::35", "OpenDNS"},
	{"2620:119:53::53", "OpenDNS"},
	{"94.140.14.14", "AdGuard DNS"},
	{"94.140.15.15", "AdGuard DNS"},
	{"4.2.2.1", "Level 3's public resolver"},
	{"4.2.2.2", "Level 3's public resolver"},
	{"64.6.64.6", "UltraDNS Public"},
	{"64.6.65.6", "UltraDNS Public"},
	{"185.228.168.9", "CleanBrowsing"},
	{"76.76.2.0", "Control D"},
	{"77.88.8.8", "Yandex DNS"},
	{"77.88.8.1", "Yandex DNS"},
	{"193.110.81.0", "dns0.eu"},
	{"185.253.5.0", "dns0.eu"},
	{"114.114.114.114", "114DNS"},
	{"223.5.5.5", "AliDNS"},
	{"223.6.6.6", "AliDNS"},
};

const char *
mc_public_resolver(const struct mc_address *address)
{
	struct mc_address other;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (mc_address_parse(rows[i].address, &other) &&
			mc_address_compare(&other, address) == 0)
			return rows[i].name;
	return NULL;
}
