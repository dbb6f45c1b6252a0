/* read: what an answer of a list means. */
#include "dnsbl/table.h"

static const struct mc_list_code refusals[] = {
	{{127, 255, 255, 252}, {127, 255, 255, 252}, 0, MC_LIST_REFUSAL,
		"the name of the zone is mistyped"},
	{{127, 255, 255, 254}, {127, 255, 255, 254}, 0, MC_LIST_REFUSAL,
		"it does not answer public resolvers"},
	{{127, 255, 255, 255}, {127, 255, 255, 255}, 0, MC_LIST_REFUSAL,
		"too many questions from this resolver, or it is not registered"},
	{{127, 255, 255, 0}, {127, 255, 255, 255}, 0, MC_LIST_REFUSAL,
		"it does not answer this resolver"},
};

#define ANY(kind)                                                                                  \
	{                                                                                          \
		{127, 0, 0, 2}, {127, 254, 255, 255}, 0, kind, "listed"                            \
	}

/* A listing of a list without codes is of the list's kind. */
static const struct mc_list_code any[] = {
	[MC_LIST_ALLOW] = ANY(MC_LIST_ALLOW),
	[MC_LIST_INFO] = ANY(MC_LIST_INFO),
	[MC_LIST_AGE] = ANY(MC_LIST_AGE),
	[MC_LIST_RANGE] = ANY(MC_LIST_RANGE),
	[MC_LIST_REPUTATION] = ANY(MC_LIST_REPUTATION),
	[MC_LIST_POLICY] = ANY(MC_LIST_POLICY),
	[MC_LIST_SPAM] = ANY(MC_LIST_SPAM),
};

static bool
in_range(const struct mc_list_code *code, const uint8_t octets[4])
{
	for (size_t i = 0; i < 4; i++)
		if (octets[i] < code->low[i] || octets[i] > code->high[i])
			return false;
	return true;
}

static bool
matches(const struct mc_list_code *code, const uint8_t octets[4])
{
	return code->bit != 0 ? (octets[3] & code->bit) != 0 : in_range(code, octets);
}

/* A wide range of a table does not make a listing of a refusal: only a code that is a refusal's
 * own says what that means. */
static bool
may_mean(const struct mc_list_code *code, bool refused)
{
	return !refused || (code->bit == 0 && code->low[1] == 255 && code->low[2] == 255);
}

static const struct mc_list_code *
first(const struct mc_list_code *codes, size_t count, const uint8_t octets[4])
{
	for (size_t i = 0; i < count; i++)
		if (in_range(&codes[i], octets))
			return &codes[i];
	return NULL;
}

/* 127.0.0.1 is no listing where nothing says so (RFC 5782, 2.1). */
static bool
is_any(const struct mc_list *list, const uint8_t octets[4])
{
	bool described = false;

	for (size_t i = 0; i < list->code_count; i++)
		described = described || list->codes[i].kind != MC_LIST_REFUSAL;
	return !described && octets[1] != 255 &&
	       (octets[1] != 0 || octets[2] != 0 || octets[3] > 1);
}

enum mc_listing
mc_list_read(const struct mc_list *list, const struct mc_address *answer,
	const struct mc_list_code **codes, size_t room, size_t *ret_count)
{
	const uint8_t *octets = answer->bytes;
	const struct mc_list_code *refusal;
	size_t count = 0;

	*ret_count = 0;
	if (answer->family != 4 || octets[0] != 127)
		return MC_LISTING_OUTSIDE;
	refusal = first(refusals, sizeof(refusals) / sizeof(refusals[0]), octets);
	for (size_t i = 0; i < list->code_count && count < room; i++) {
		const struct mc_list_code *code = &list->codes[i];
		if (!may_mean(code, refusal != NULL) || !matches(code, octets))
			continue;
		codes[count++] = code;
		if (code->bit == 0)
			break;
	}
	if (count == 0 && refusal != NULL)
		codes[count++] = refusal;
	if (count == 0 && is_any(list, octets))
		codes[count++] = &any[list->kind];
	*ret_count = count;
	return count > 0 ? MC_LISTING_CODE : MC_LISTING_UNKNOWN;
}

struct mc_list
mc_list_unknown(const char *zone)
{
	return (struct mc_list){.zone = zone,
		.name = zone,
		.asks = MC_LIST_IPV4 | MC_LIST_IPV6 | MC_LIST_DOMAIN,
		.kind = MC_LIST_SPAM};
}
