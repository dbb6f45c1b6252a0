/* Unit tests of lib/base/timestamp.c. */
#include "unit.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/timestamp.h"

/* clang-format off */
static const struct format_case {
	int64_t ms;
	const char *text;
} formats[] = {
	{0, "1970-01-01T00:00:00Z"},
	{999, "1970-01-01T00:00:00Z"},
	{-1, "1969-12-31T23:59:59Z"},
	{-1000, "1969-12-31T23:59:59Z"},
	{-1001, "1969-12-31T23:59:58Z"},
	{951782400000, "2000-02-29T00:00:00Z"},
	{4107542400000, "2100-03-01T00:00:00Z"},
	{1795341600000, "2026-11-22T10:00:00Z"},
	{253402300799999, "9999-12-31T23:59:59Z"},
	{253402300800000, "9999-12-31T23:59:59Z"},
	{INT64_MAX, "9999-12-31T23:59:59Z"},
	{-62167219200000, "0000-01-01T00:00:00Z"},
	{-62167219200001, "0000-01-01T00:00:00Z"},
	{INT64_MIN, "0000-01-01T00:00:00Z"},
};
/* clang-format on */

START_TEST(format)
{
	char text[MC_TIMESTAMP_SIZE];

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		mc_timestamp_format(text, formats[i].ms);
		ck_assert_msg(strcmp(text, formats[i].text) == 0, "%" PRId64 ": %s, not %s",
			formats[i].ms, text, formats[i].text);
	}
}
END_TEST

/* clang-format off */
static const struct parse_case {
	const char *text;
	int64_t ms;
} parses[] = {
	{"1970-01-01T00:00:00Z", 0},
	{"1970-01-01T00:00:00.5Z", 500},
	{"1970-01-01T00:00:00.123456789Z", 123},
	{"1969-12-31T23:59:59.999Z", -1},
	{"2026-11-22T10:00:00Z", 1795341600000},
	{"2024-02-29T00:00:00Z", 1709164800000},
	{"0000-02-29T00:00:00Z", -62162121600000},
	{"9999-12-31T23:59:59Z", 253402300799000},
};
/* clang-format on */

START_TEST(parse)
{
	for (size_t i = 0; i < sizeof(parses) / sizeof(parses[0]); i++) {
		int64_t ms = 0;

		ck_assert_msg(
			mc_timestamp_parse(parses[i].text, &ms), "%s: refused", parses[i].text);
		ck_assert_msg(ms == parses[i].ms, "%s: %" PRId64, parses[i].text, ms);
	}
}
END_TEST

START_TEST(refuse)
{
	static const char *const texts[] = {"", "2026", "2026-11-22", "2026-11-22T10:00:00",
		"2026-11-22 10:00:00Z", "2026-11-22t10:00:00Z", "2026-11-22T10:00:00z",
		"2026-11-22T10:00:00+00:00", "2026-11-22T10:00:00.Z", "2026-11-22T10:00:00.5",
		"2026-11-22T10:00:00ZZ", " 2026-11-22T10:00:00Z", "2026-00-22T10:00:00Z",
		"2026-13-22T10:00:00Z", "2026-11-00T10:00:00Z", "2026-11-31T10:00:00Z",
		"2026-02-29T10:00:00Z", "2100-02-29T10:00:00Z", "2026-11-22T24:00:00Z",
		"2026-11-22T10:60:00Z", "2026-11-22T10:00:60Z", "+026-11-22T10:00:00Z",
		"12026-11-22T10:00:00Z", "2026-1-22T10:00:00Z"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		int64_t ms = 42;

		ck_assert_msg(!mc_timestamp_parse(texts[i], &ms), "'%s': taken", texts[i]);
		ck_assert_msg(ms == 42, "'%s': clobbered", texts[i]);
	}
}
END_TEST

/* Against the C library, over ten thousand years. */
START_TEST(every_day)
{
	for (int64_t second = -62167219200; second <= 253402300799; second += 86399 * 5) {
		char text[MC_TIMESTAMP_SIZE], want[64];
		time_t t = (time_t)second;
		struct tm tm;
		int64_t ms;

		gmtime_r(&t, &tm);
		snprintf(want, sizeof(want), "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900,
			tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
		mc_timestamp_format(text, second * 1000);
		if (strcmp(text, want) != 0 || !mc_timestamp_parse(text, &ms) ||
			ms != second * 1000)
			ck_abort_msg("%" PRId64 ": %s, not %s", second, text, want);
	}
}
END_TEST

UNIT_MAIN("base timestamp", format, parse, refuse, every_day)
