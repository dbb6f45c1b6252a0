/*
 * timestamp: the proleptic Gregorian calendar in whole numbers; no time zone, no clock.
 */
#include "base/timestamp.h"

#include <stddef.h>
#include <stdio.h>

#define SECONDS_A_DAY 86400
#define DAYS_400_YEARS 146097
#define DAYS_0000_03_01 719468        /* from 0000-03-01 to 1970-01-01 */
#define FIRST_SECOND (-62167219200LL) /* 0000-01-01T00:00:00Z */
#define LAST_SECOND 253402300799LL    /* 9999-12-31T23:59:59Z */

struct date {
	int year, month, day;
};

/* Days since 1970-01-01; a year is counted from March, so that a leap day comes last. */
static int64_t
days_of(struct date date)
{
	int64_t year = date.month <= 2 ? date.year - 1 : date.year;
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t year_of_era = year - era * 400;
	int64_t day_of_year = (153 * ((date.month + 9) % 12) + 2) / 5 + date.day - 1;

	return era * DAYS_400_YEARS + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
	       day_of_year - DAYS_0000_03_01;
}

static struct date
date_of(int64_t days)
{
	int64_t shifted = days + DAYS_0000_03_01;
	int64_t era = (shifted >= 0 ? shifted : shifted - (DAYS_400_YEARS - 1)) / DAYS_400_YEARS;
	int64_t day_of_era = shifted - era * DAYS_400_YEARS;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
				      day_of_era / (DAYS_400_YEARS - 1)) /
			      365;
	int64_t day_of_year =
		day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t month = (5 * day_of_year + 2) / 153;
	struct date date;

	date.day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
	date.month = (int)(month < 10 ? month + 3 : month - 9);
	date.year = (int)(year_of_era + era * 400 + (date.month <= 2 ? 1 : 0));
	return date;
}

void
mc_timestamp_format(char text[MC_TIMESTAMP_SIZE], int64_t ms)
{
	int64_t seconds = ms / 1000 - (ms % 1000 < 0 ? 1 : 0), days;
	struct date date;
	unsigned rest;

	if (seconds < FIRST_SECOND)
		seconds = FIRST_SECOND;
	if (seconds > LAST_SECOND)
		seconds = LAST_SECOND;
	days = seconds / SECONDS_A_DAY - (seconds % SECONDS_A_DAY < 0 ? 1 : 0);
	rest = (unsigned)(seconds - days * SECONDS_A_DAY);
	date = date_of(days);
	snprintf(text, MC_TIMESTAMP_SIZE, "%04u-%02u-%02uT%02u:%02u:%02uZ",
		(unsigned)date.year % 10000, (unsigned)date.month % 100, (unsigned)date.day % 100,
		rest / 3600 % 24, rest / 60 % 60, rest % 60);
}

static int
days_in_month(int year, int month)
{
	static const int days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return month == 2 && leap ? 29 : days[month - 1];
}

/* Digits of `text` where `form` has 0s, gathered field by field; other bytes must be equal. */
static bool
match(const char *text, const char *form, int fields[6])
{
	size_t field = 0;

	for (size_t i = 0; i < 6; i++)
		fields[i] = 0;
	for (; *form != '\0'; form++, text++) {
		if (*form == '0' && *text >= '0' && *text <= '9')
			fields[field] = fields[field] * 10 + (*text - '0');
		else if (*form != '0' && *text == *form)
			field++;
		else
			return false;
	}
	return true;
}

/* ".25Z" or "Z": the milliseconds, or -1. */
static int
parse_fraction(const char *text)
{
	int ms = 0, unit = 100;

	if (*text == '.') {
		text++;
		if (*text < '0' || *text > '9')
			return -1;
		for (; *text >= '0' && *text <= '9'; text++, unit /= 10)
			ms += (*text - '0') * unit;
	}
	return text[0] == 'Z' && text[1] == '\0' ? ms : -1;
}

bool
mc_timestamp_parse(const char *text, int64_t *ret_ms)
{
	static const char form[] = "0000-00-00T00:00:00";
	int f[6], ms;
	int64_t seconds;

	if (!match(text, form, f) || (ms = parse_fraction(text + sizeof(form) - 1)) < 0)
		return false;
	if (f[1] < 1 || f[1] > 12 || f[2] < 1 || f[2] > days_in_month(f[0], f[1]) || f[3] > 23 ||
		f[4] > 59 || f[5] > 59)
		return false;
	seconds = days_of((struct date){f[0], f[1], f[2]}) * SECONDS_A_DAY + f[3] * 3600 +
		  f[4] * 60 + f[5];
	*ret_ms = seconds * 1000 + ms;
	return true;
}
