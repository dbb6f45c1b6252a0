/*
 * rr_field: the layout of each record type (RFC 1035, 2782, 3596, 4034, 6672, 6698, 8659).
 */
#include "record/rr_field.h"

#include "record/name.h"
#include "record/rr.h"

#define FIELDS_MAX 8

struct layout {
	uint16_t type;
	enum mc_rr_field fields[FIELDS_MAX];
};

/* clang-format off */
static const struct layout layouts[] = {
	{MC_RR_A,      {MC_FIELD_IPV4}},
	{MC_RR_NS,     {MC_FIELD_NAME}},
	{MC_RR_CNAME,  {MC_FIELD_NAME}},
	{MC_RR_SOA,    {MC_FIELD_NAME, MC_FIELD_NAME, MC_FIELD_U32, MC_FIELD_PERIOD,
	                MC_FIELD_PERIOD, MC_FIELD_PERIOD, MC_FIELD_PERIOD}},
	{MC_RR_PTR,    {MC_FIELD_NAME}},
	{MC_RR_MX,     {MC_FIELD_U16, MC_FIELD_NAME}},
	{MC_RR_TXT,    {MC_FIELD_STRINGS}},
	{MC_RR_AAAA,   {MC_FIELD_IPV6}},
	{MC_RR_SRV,    {MC_FIELD_U16, MC_FIELD_U16, MC_FIELD_U16, MC_FIELD_NAME}},
	{MC_RR_DNAME,  {MC_FIELD_NAME}},
	{MC_RR_DS,     {MC_FIELD_U16, MC_FIELD_ALGORITHM, MC_FIELD_U8, MC_FIELD_HEX}},
	{MC_RR_DNSKEY, {MC_FIELD_U16, MC_FIELD_U8, MC_FIELD_ALGORITHM, MC_FIELD_BASE64}},
	{MC_RR_TLSA,   {MC_FIELD_U8, MC_FIELD_U8, MC_FIELD_U8, MC_FIELD_HEX}},
	{MC_RR_SPF,    {MC_FIELD_STRINGS}},
	{MC_RR_CAA,    {MC_FIELD_U8, MC_FIELD_TAG, MC_FIELD_VALUE}},
};
/* clang-format on */

const enum mc_rr_field *
mc_rr_field_list(uint16_t type)
{
	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++)
		if (layouts[i].type == type)
			return layouts[i].fields;
	return NULL;
}

size_t
mc_rr_field_size(enum mc_rr_field field)
{
	switch (field) {
	case MC_FIELD_U8:
	case MC_FIELD_ALGORITHM:
		return 1;
	case MC_FIELD_U16:
		return 2;
	case MC_FIELD_U32:
	case MC_FIELD_PERIOD:
	case MC_FIELD_IPV4:
		return 4;
	case MC_FIELD_IPV6:
		return 16;
	default:
		return 0;
	}
}

bool
mc_rr_field_has_name(uint16_t type)
{
	const enum mc_rr_field *field = mc_rr_field_list(type);

	while (field != NULL && *field != MC_FIELD_END)
		if (*field++ == MC_FIELD_NAME)
			return true;
	return false;
}

bool
mc_rr_field_expand(struct mc_buf *rdata, uint16_t type, const uint8_t *message, size_t length,
	size_t offset, uint16_t rdlength)
{
	const enum mc_rr_field *field = mc_rr_field_list(type);
	size_t end = offset + rdlength, next;

	if (offset > length || rdlength > length - offset)
		return false;
	if (!mc_rr_field_has_name(type))
		return mc_buf_append(rdata, message + offset, rdlength);
	for (; *field != MC_FIELD_END; field++, offset = next) {
		if (*field == MC_FIELD_NAME) {
			next = mc_name_expand(rdata, message, length, offset);
			if (next == 0 || next > end)
				return false;
		} else {
			next = offset + mc_rr_field_size(*field);
			if (next > end || !mc_buf_append(rdata, message + offset, next - offset))
				return false;
		}
	}
	return offset == end;
}
