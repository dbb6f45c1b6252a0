/* dnssec: the fields of signed zones' records. */
#include "record/dnssec.h"

static uint16_t
u16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t
u32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

bool
mc_rr_ds(const struct mc_rr *rr, struct mc_ds *ret_ds)
{
	if (rr->type != MC_RR_DS || rr->rdlength < 5)
		return false;
	*ret_ds = (struct mc_ds){.tag = u16(rr->rdata),
		.algorithm = rr->rdata[2],
		.digest_type = rr->rdata[3],
		.digest = rr->rdata + 4,
		.length = (size_t)rr->rdlength - 4};
	return true;
}

bool
mc_rr_dnskey(const struct mc_rr *rr, struct mc_dnskey *ret_key)
{
	if (rr->type != MC_RR_DNSKEY || rr->rdlength < 5)
		return false;
	*ret_key = (struct mc_dnskey){.flags = u16(rr->rdata),
		.tag = mc_dnskey_tag(rr->rdata, rr->rdlength),
		.protocol = rr->rdata[2],
		.algorithm = rr->rdata[3]};
	return true;
}

static int64_t
near(uint32_t seconds, int64_t now)
{
	uint32_t away = seconds - (uint32_t)(uint64_t)(now / 1000);
	int64_t distance =
		away < UINT32_C(0x80000000) ? (int64_t)away : (int64_t)away - INT64_C(0x100000000);

	return (now / 1000 + distance) * 1000;
}

bool
mc_rr_rrsig(const struct mc_rr *rr, int64_t now, struct mc_rrsig *ret_signature)
{
	if (rr->type != MC_RR_RRSIG || rr->rdlength < 20 ||
		mc_name_from_wire(rr->rdata, rr->rdlength, 18, ret_signature->signer) == 0)
		return false;
	ret_signature->covered = u16(rr->rdata);
	ret_signature->algorithm = rr->rdata[2];
	ret_signature->labels = rr->rdata[3];
	ret_signature->expiration = near(u32(rr->rdata + 8), now);
	ret_signature->inception = near(u32(rr->rdata + 12), now);
	ret_signature->tag = u16(rr->rdata + 16);
	return true;
}

uint16_t
mc_dnskey_tag(const uint8_t *rdata, size_t length)
{
	uint32_t sum = 0;

	if (length > 3 && rdata[3] == 1) /* RSA/MD5: of the modulus (B.1) */
		return length >= 7 ? u16(rdata + length - 3) : 0;
	for (size_t i = 0; i < length; i++)
		sum += (i & 1) != 0 ? rdata[i] : (uint32_t)rdata[i] << 8;
	return (uint16_t)(sum + (sum >> 16 & 0xFFFF));
}

/* clang-format off */
static const struct algorithm {
	uint8_t number;
	enum mc_dnssec_use use;
	const char *name;
} algorithms[] = {
	{1,  MC_DNSSEC_USE_NONE, "RSAMD5"},
	{3,  MC_DNSSEC_USE_NONE, "DSA"},
	{5,  MC_DNSSEC_USE_WEAK, "RSASHA1"},
	{6,  MC_DNSSEC_USE_NONE, "DSA-NSEC3-SHA1"},
	{7,  MC_DNSSEC_USE_WEAK, "RSASHA1-NSEC3-SHA1"},
	{8,  MC_DNSSEC_USE_GOOD, "RSASHA256"},
	{10, MC_DNSSEC_USE_GOOD, "RSASHA512"},
	{12, MC_DNSSEC_USE_NONE, "ECC-GOST"},
	{13, MC_DNSSEC_USE_GOOD, "ECDSAP256SHA256"},
	{14, MC_DNSSEC_USE_GOOD, "ECDSAP384SHA384"},
	{15, MC_DNSSEC_USE_GOOD, "ED25519"},
	{16, MC_DNSSEC_USE_GOOD, "ED448"},
};
/* clang-format on */
#define ALGORITHMS (sizeof(algorithms) / sizeof(algorithms[0]))

enum mc_dnssec_use
mc_dnssec_algorithm_use(uint8_t algorithm)
{
	for (size_t i = 0; i < ALGORITHMS; i++)
		if (algorithms[i].number == algorithm)
			return algorithms[i].use;
	return MC_DNSSEC_USE_NONE;
}

const char *
mc_dnssec_algorithm_name(uint8_t algorithm)
{
	for (size_t i = 0; i < ALGORITHMS; i++)
		if (algorithms[i].number == algorithm)
			return algorithms[i].name;
	return "unassigned";
}

enum mc_dnssec_use
mc_dnssec_digest_use(uint8_t digest_type)
{
	switch (digest_type) {
	case 1:
		return MC_DNSSEC_USE_WEAK;
	case 2:
	case 4:
		return MC_DNSSEC_USE_GOOD;
	default:
		return MC_DNSSEC_USE_NONE;
	}
}
