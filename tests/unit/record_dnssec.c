/* DS, DNSKEY and RRSIG: fields, key tags, times of 32 bits. */
#include "record/dnssec.h"

#include <string.h>

#include "unit.h"

static struct mc_rr
parse(struct mc_arena *arena, const char *text)
{
	struct mc_rr_error error = {.reason = ""};
	struct mc_rr rr = {0};

	ck_assert_msg(
		mc_rr_parse(arena, text, NULL, 300, &rr, &error), "%s: %s", text, error.reason);
	return rr;
}

START_TEST(key_tags)
{
	static const struct {
		const char *text; /* of RFC 4034, 5.4 and RFC 6605, 6.1 */
		uint16_t tag;
	} cases[] = {
		{"dskey.example.com. DNSKEY 256 3 5 AQOeiiR0GOMYkDshWoSKz9XzfwJr1AYtsmx3TGkJaNXVbfi"
		 "/2pHm822aJ5iI9BMzNXxeYCmZDRD99WYwYqUSdjMmmAphXdvxegXd/"
		 "M5+X7OrzKBaMbCVdFLUUh6DhweJB"
		 "jEVv5f2wwjM9XzcnOf+EPbtG9DMBmADjFDc2w/rljwvFw==",
			60485},
		{"example.net. DNSKEY 257 3 13 GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF6"
		 "4cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==",
			55648},
	};
	struct mc_arena arena;

	mc_arena_init(&arena, 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct mc_rr rr = parse(&arena, cases[i].text);
		struct mc_dnskey key;
		ck_assert(mc_rr_dnskey(&rr, &key));
		ck_assert_uint_eq(key.tag, cases[i].tag);
	}
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(ds_fields)
{
	struct mc_arena arena;
	struct mc_rr rr;
	struct mc_ds ds;

	mc_arena_init(&arena, 0);
	rr = parse(&arena, "example.net. DS 55648 13 2 b4c8c1fe");
	ck_assert(mc_rr_ds(&rr, &ds));
	ck_assert_uint_eq(ds.tag, 55648);
	ck_assert_uint_eq(ds.algorithm, 13);
	ck_assert_uint_eq(ds.digest_type, 2);
	ck_assert_uint_eq(ds.length, 4);
	rr.rdlength = 4;
	ck_assert_msg(!mc_rr_ds(&rr, &ds), "a DS without digest");
	mc_arena_reset(&arena);
}
END_TEST

#define AT(year) ((int64_t)((year)-1970) * INT64_C(31556952000))

START_TEST(times_near_now)
{
	uint8_t rdata[40] = {0, 15, 13, 2, 0, 0, 1, 44};
	struct mc_rr rr = {.owner = "example.net",
		.type = MC_RR_RRSIG,
		.rdata = rdata,
		.rdlength = sizeof(rdata)};
	static const struct {
		const char *name;
		int64_t now, distance; /* s */
	} cases[] = {
		{"a day left", AT(2026), 86400},
		{"a day ago", AT(2026), -86400},
		{"over the end of 32 bits", INT64_C(4294960000000), 86400},
		{"back over it", INT64_C(4294970000000), -86400},
	};
	struct mc_rrsig signature;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t due = cases[i].now / 1000 + cases[i].distance;
		for (size_t j = 0; j < 4; j++)
			rdata[8 + j] = (uint8_t)((uint64_t)due >> (24 - 8 * j));
		ck_assert_msg(mc_rr_rrsig(&rr, cases[i].now, &signature), "%s", cases[i].name);
		ck_assert_msg(signature.expiration == due * 1000, "%s", cases[i].name);
		ck_assert_str_eq(signature.signer, ".");
	}
	rr.rdlength = 18;
	ck_assert_msg(!mc_rr_rrsig(&rr, 0, &signature), "an RRSIG without signer");
}
END_TEST

UNIT_MAIN("record_dnssec", key_tags, ds_fields, times_near_now)
