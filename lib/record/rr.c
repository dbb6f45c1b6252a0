/*
 * rr: types by name, and the fields of a record read off its rdata.
 */
#include "record/rr.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* clang-format off */
static const struct type {
	uint16_t type;
	const char *name;
} types[] = {
	{MC_RR_A, "A"},           {MC_RR_NS, "NS"},         {MC_RR_CNAME, "CNAME"},
	{MC_RR_SOA, "SOA"},       {MC_RR_PTR, "PTR"},       {MC_RR_MX, "MX"},
	{MC_RR_TXT, "TXT"},       {MC_RR_AAAA, "AAAA"},     {MC_RR_SRV, "SRV"},
	{MC_RR_DNAME, "DNAME"},   {MC_RR_OPT, "OPT"},       {MC_RR_DS, "DS"},
	{MC_RR_RRSIG, "RRSIG"},   {MC_RR_NSEC, "NSEC"},     {MC_RR_DNSKEY, "DNSKEY"},
	{MC_RR_NSEC3, "NSEC3"},   {MC_RR_NSEC3PARAM, "NSEC3PARAM"},
	{MC_RR_TLSA, "TLSA"},     {MC_RR_SPF, "SPF"},       {MC_RR_CAA, "CAA"},
};
/* clang-format on */
#define TYPES (sizeof(types) / sizeof(types[0]))

const char *
mc_rr_type_name(uint16_t type, char text[10])
{
	for (size_t i = 0; i < TYPES; i++)
		if (types[i].type == type)
			return types[i].name;
	snprintf(text, 10, "TYPE%u", type);
	return text;
}

bool
mc_rr_type_parse(const char *text, uint16_t *ret_type)
{
	unsigned value = 0;
	const char *p;

	for (size_t i = 0; i < TYPES; i++)
		if (strcasecmp(types[i].name, text) == 0) {
			*ret_type = types[i].type;
			return true;
		}
	if (strncasecmp(text, "TYPE", 4) != 0 || text[4] == '\0')
		return false;
	for (p = text + 4; *p >= '0' && *p <= '9' && value <= UINT16_MAX; p++)
		value = value * 10 + (unsigned)(*p - '0');
	if (*p != '\0' || value > UINT16_MAX)
		return false;
	*ret_type = (uint16_t)value;
	return true;
}

bool
mc_rr_address(const struct mc_rr *rr, struct mc_address *ret_address)
{
	struct mc_address address = {.family = rr->type == MC_RR_A ? 4 : 6};
	size_t size = address.family == 4 ? 4 : 16;

	if ((rr->type != MC_RR_A && rr->type != MC_RR_AAAA) || rr->rdlength != size)
		return false;
	memcpy(address.bytes, rr->rdata, size);
	*ret_address = address;
	return true;
}

/* A name that fills the rdata from `offset` to its end. */
static bool
read_name(const struct mc_rr *rr, size_t offset, char ret_name[MC_NAME_TEXT_SIZE])
{
	size_t length;

	if (rr->rdlength <= offset)
		return false;
	length = mc_name_wire_length(rr->rdata + offset, rr->rdlength - offset);
	if (length == 0 || offset + length != rr->rdlength)
		return false;
	return mc_name_from_wire(rr->rdata, rr->rdlength, offset, ret_name) != 0;
}

bool
mc_rr_mx(const struct mc_rr *rr, uint16_t *ret_preference, char ret_exchange[MC_NAME_TEXT_SIZE])
{
	if (rr->type != MC_RR_MX || !read_name(rr, 2, ret_exchange))
		return false;
	*ret_preference = (uint16_t)(rr->rdata[0] << 8 | rr->rdata[1]);
	return true;
}

bool
mc_rr_srv(const struct mc_rr *rr, struct mc_srv *ret_srv)
{
	struct mc_srv srv;

	if (rr->type != MC_RR_SRV || !read_name(rr, 6, srv.target))
		return false;
	srv.priority = (uint16_t)(rr->rdata[0] << 8 | rr->rdata[1]);
	srv.weight = (uint16_t)(rr->rdata[2] << 8 | rr->rdata[3]);
	srv.port = (uint16_t)(rr->rdata[4] << 8 | rr->rdata[5]);
	*ret_srv = srv;
	return true;
}

bool
mc_rr_soa(const struct mc_rr *rr, struct mc_soa *ret_soa)
{
	struct mc_soa soa;
	uint32_t *const numbers[] = {
		&soa.serial, &soa.refresh, &soa.retry, &soa.expire, &soa.minimum};
	const uint8_t *at = rr->rdata;
	size_t first, second;

	if (rr->type != MC_RR_SOA)
		return false;
	first = mc_name_wire_length(rr->rdata, rr->rdlength);
	second = first > 0 ? mc_name_wire_length(at + first, rr->rdlength - first) : 0;
	if (second == 0 || first + second + 20 != rr->rdlength ||
		mc_name_from_wire(rr->rdata, rr->rdlength, 0, soa.mname) == 0 ||
		mc_name_from_wire(rr->rdata, rr->rdlength, first, soa.rname) == 0)
		return false;
	at += first + second;
	for (size_t i = 0; i < 5; i++, at += 4)
		*numbers[i] = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 |
			      at[3];
	*ret_soa = soa;
	return true;
}

bool
mc_rr_target(const struct mc_rr *rr, char ret_target[MC_NAME_TEXT_SIZE])
{
	switch (rr->type) {
	case MC_RR_CNAME:
	case MC_RR_DNAME:
	case MC_RR_NS:
	case MC_RR_PTR:
		return read_name(rr, 0, ret_target);
	default:
		return false;
	}
}

const char *
mc_rr_txt(struct mc_arena *arena, const struct mc_rr *rr, size_t *ret_length)
{
	size_t length = 0;
	char *text;

	if ((rr->type != MC_RR_TXT && rr->type != MC_RR_SPF) || rr->rdlength == 0)
		return NULL;
	for (size_t i = 0; i < rr->rdlength; i += (size_t)rr->rdata[i] + 1)
		if (rr->rdata[i] >= rr->rdlength - i)
			return NULL;
	text = mc_arena_alloc(arena, rr->rdlength);
	if (text == NULL)
		return NULL;
	for (size_t i = 0; i < rr->rdlength; i += (size_t)rr->rdata[i] + 1) {
		memcpy(text + length, rr->rdata + i + 1, rr->rdata[i]);
		length += rr->rdata[i];
	}
	*ret_length = length;
	return text;
}

int
mc_rr_compare(const struct mc_rr *a, const struct mc_rr *b)
{
	size_t common = a->rdlength < b->rdlength ? a->rdlength : b->rdlength;
	int order = strcmp(a->owner, b->owner);

	if (order == 0)
		order = (a->type > b->type) - (a->type < b->type);
	if (order == 0 && common > 0)
		order = memcmp(a->rdata, b->rdata, common);
	return order != 0 ? order : (a->rdlength > b->rdlength) - (a->rdlength < b->rdlength);
}
