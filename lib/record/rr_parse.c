/*
 * rr_parse: one record of zone-file text, field by field after the table in rr_field.c.
 */
#include <string.h>
#include <strings.h>

#include "base/base64.h"
#include "base/buf.h"
#include "record/rr.h"
#include "record/rr_field.h"
#include "record/zone_token.h"

#define WORD_SIZE MC_NAME_TEXT_SIZE
#define STRING_MAX 255
#define TTL_MAX 0x7FFFFFFFU /* RFC 2181, 8 */

static const char out_of_memory[] = "out of memory";
static const char bad_escape[] = "a backslash begins no \\DDD or \\X escape";

struct parser {
	struct mc_zone_scanner scan;
	struct mc_zone_token token; /* the last one read */
	const char *origin;
	struct mc_buf rdata;
	struct mc_rr_error error;
};

static bool
fail_at(struct parser *p, const char *reason, size_t position)
{
	p->error = (struct mc_rr_error){reason, position};
	return false;
}

static bool
fail(struct parser *p, const char *reason)
{
	return fail_at(p, reason, p->token.position);
}

/* The next token; at the end of the record *ret_end is set, or it is an error. */
static bool
next(struct parser *p, bool *ret_end)
{
	const char *reason = NULL;

	switch (mc_zone_token_next(&p->scan, &p->token, &reason)) {
	case MC_ZONE_BAD:
		return fail_at(p, reason, p->scan.position);
	case MC_ZONE_END:
		if (ret_end == NULL)
			return fail_at(p, "the record is not complete", p->scan.position);
		*ret_end = true;
		return true;
	case MC_ZONE_TOKEN:
		break;
	}
	if (ret_end != NULL)
		*ret_end = false;
	return true;
}

/* An unquoted token as a string. */
static bool
next_word(struct parser *p, char word[WORD_SIZE])
{
	if (!next(p, NULL))
		return false;
	if (p->token.quoted)
		return fail(p, "no quotes belong here");
	if (p->token.length >= WORD_SIZE)
		return fail(p, "the word is too long");
	memcpy(word, p->token.text, p->token.length);
	word[p->token.length] = '\0';
	return true;
}

static const char *
read_number(const char *text, uint64_t max, uint64_t *ret_value)
{
	uint64_t value = 0;
	const char *digits = text;

	for (; *text >= '0' && *text <= '9' && value <= max; text++)
		value = value * 10 + (uint64_t)(*text - '0');
	if (text == digits || value > max)
		return NULL;
	*ret_value = value;
	return text;
}

/* Seconds, or numbers with units as in 1h30m. */
static bool
read_period(const char *text, uint32_t max, uint32_t *ret_seconds)
{
	static const char units[] = "smhdw";
	static const uint32_t seconds[] = {1, 60, 3600, 86400, 604800};
	uint64_t total = 0, value;
	const char *unit;

	text = read_number(text, max, &value);
	if (text != NULL && *text == '\0') {
		*ret_seconds = (uint32_t)value;
		return true;
	}
	while (text != NULL && *text != '\0') {
		unit = strchr(units, *text | 0x20);
		if (unit == NULL)
			return false;
		total += value * seconds[unit - units];
		if (total > max)
			return false;
		if (text[1] == '\0') {
			*ret_seconds = (uint32_t)total;
			return true;
		}
		text = read_number(text + 1, max, &value);
	}
	return false;
}

static bool
read_algorithm(const char *word, uint64_t *ret_value)
{
	/* clang-format off */
	static const struct {
		uint8_t value;
		const char *name;
	} algorithms[] = {
		{1, "RSAMD5"}, {3, "DSA"}, {5, "RSASHA1"}, {6, "DSA-NSEC3-SHA1"},
		{7, "RSASHA1-NSEC3-SHA1"}, {8, "RSASHA256"}, {10, "RSASHA512"}, {12, "ECC-GOST"},
		{13, "ECDSAP256SHA256"}, {14, "ECDSAP384SHA384"}, {15, "ED25519"}, {16, "ED448"},
		{252, "INDIRECT"}, {253, "PRIVATEDNS"}, {254, "PRIVATEOID"},
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++)
		if (strcasecmp(algorithms[i].name, word) == 0) {
			*ret_value = algorithms[i].value;
			return true;
		}
	return false;
}

static bool
parse_number(struct parser *p, enum mc_rr_field field)
{
	size_t size = mc_rr_field_size(field);
	uint64_t max = UINT64_MAX >> (64 - 8 * size), value = 0;
	char word[WORD_SIZE];
	uint32_t seconds = 0;
	const char *end;

	if (!next_word(p, word))
		return false;
	if (field == MC_FIELD_PERIOD) {
		if (!read_period(word, UINT32_MAX, &seconds))
			return fail(p, "this is no number of seconds up to 4294967295");
		return mc_buf_u32(&p->rdata, seconds) || fail(p, out_of_memory);
	}
	if (field != MC_FIELD_ALGORITHM || !read_algorithm(word, &value)) {
		end = read_number(word, max, &value);
		if (end == NULL || *end != '\0')
			return fail(p, size == 1   ? "this is no number from 0 to 255"
				       : size == 2 ? "this is no number from 0 to 65535"
						   : "this is no number from 0 to 4294967295");
	}
	for (size_t i = size; i-- > 0;)
		mc_buf_putc(&p->rdata, (char)(uint8_t)(value >> (8 * i)));
	return !p->rdata.failed || fail(p, out_of_memory);
}

static bool
parse_address(struct parser *p, enum mc_rr_field field)
{
	struct mc_address address;
	char word[WORD_SIZE];
	bool v4 = field == MC_FIELD_IPV4;

	if (!next_word(p, word))
		return false;
	if (!mc_address_parse(word, &address) || address.family != (v4 ? 4 : 6))
		return fail(p, v4 ? "this is no IPv4 address" : "this is no IPv6 address");
	return mc_buf_append(&p->rdata, address.bytes, mc_rr_field_size(field)) ||
	       fail(p, out_of_memory);
}

static bool
read_name(struct parser *p, char ret_name[MC_NAME_TEXT_SIZE])
{
	char word[WORD_SIZE];
	const char *reason;

	if (!next_word(p, word))
		return false;
	reason = mc_name_canonical(word, p->origin, ret_name);
	return reason == NULL || fail(p, reason);
}

static bool
parse_name(struct parser *p)
{
	char name[MC_NAME_TEXT_SIZE];

	return read_name(p, name) && (mc_name_to_wire(name, &p->rdata) || fail(p, out_of_memory));
}

/* A character-string of the token read last. */
static bool
put_string(struct parser *p)
{
	size_t head = p->rdata.length, length;

	mc_buf_putc(&p->rdata, '\0');
	if (!mc_zone_token_decode(&p->token, &p->rdata))
		return fail(p, bad_escape);
	if (p->rdata.failed)
		return fail(p, out_of_memory);
	length = p->rdata.length - head - 1;
	if (length > STRING_MAX)
		return fail(p, "a string is longer than 255 octets: cut it into several");
	p->rdata.data[head] = (uint8_t)length;
	return true;
}

static bool
parse_strings(struct parser *p)
{
	bool end = false;

	if (!next(p, NULL) || !put_string(p))
		return false;
	for (;;) {
		if (!next(p, &end))
			return false;
		if (end)
			return true;
		if (!put_string(p))
			return false;
	}
}

static bool
parse_tag(struct parser *p)
{
	char word[WORD_SIZE];
	size_t length;

	if (!next_word(p, word))
		return false;
	length = strlen(word);
	if (length == 0 || length > STRING_MAX)
		return fail(p, "the tag is longer than 255 octets");
	if (strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") !=
		length)
		return fail(p, "the tag holds something other than letters and digits");
	mc_buf_putc(&p->rdata, (char)(uint8_t)length);
	return mc_buf_puts(&p->rdata, word) || fail(p, out_of_memory);
}

static bool
parse_value(struct parser *p)
{
	if (!next(p, NULL))
		return false;
	if (!mc_zone_token_decode(&p->token, &p->rdata))
		return fail(p, bad_escape);
	return !p->rdata.failed || fail(p, out_of_memory);
}

/* All words up to the end of the record, joined. */
static bool
join_words(struct parser *p, struct mc_buf *words)
{
	bool end = false;

	for (;;) {
		if (!next(p, &end))
			return false;
		if (end)
			return true;
		if (p->token.quoted)
			return fail(p, "no quotes belong here");
		if (!mc_buf_append(words, p->token.text, p->token.length))
			return fail(p, out_of_memory);
	}
}

static int
hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
decode_hex(struct mc_buf *bytes, const struct mc_buf *digits)
{
	if (digits->length % 2 != 0)
		return false;
	for (size_t i = 0; i < digits->length; i += 2) {
		int high = hex_digit(digits->data[i]), low = hex_digit(digits->data[i + 1]);

		if (high < 0 || low < 0)
			return false;
		mc_buf_putc(bytes, (char)(uint8_t)(high * 16 + low));
	}
	return !bytes->failed;
}

/* Hexadecimal or base64 digits up to the end of the record. */
static bool
parse_digits(struct parser *p, enum mc_rr_field field, bool may_be_empty)
{
	struct mc_buf digits;
	bool ok = false;
	size_t start;

	mc_buf_init(&digits, SIZE_MAX);
	if (!next(p, &ok) || ok) {
		ok = ok && (may_be_empty || fail_at(p, "the data is missing", p->scan.position));
		goto done;
	}
	start = p->token.position;
	p->scan.position = start;
	if (!join_words(p, &digits))
		goto done;
	if (field == MC_FIELD_HEX)
		ok = decode_hex(&p->rdata, &digits);
	else
		ok = mc_base64_decode(&p->rdata, mc_buf_text(&digits), digits.length);
	if (p->rdata.failed)
		fail_at(p, out_of_memory, start);
	else if (!ok)
		fail_at(p,
			field == MC_FIELD_HEX ? "these are no hexadecimal octets"
					      : "this is no base64",
			start);
done:
	mc_buf_free(&digits);
	return ok;
}

static bool
parse_field(struct parser *p, enum mc_rr_field field)
{
	switch (field) {
	case MC_FIELD_IPV4:
	case MC_FIELD_IPV6:
		return parse_address(p, field);
	case MC_FIELD_NAME:
		return parse_name(p);
	case MC_FIELD_STRINGS:
		return parse_strings(p);
	case MC_FIELD_TAG:
		return parse_tag(p);
	case MC_FIELD_VALUE:
		return parse_value(p);
	case MC_FIELD_HEX:
	case MC_FIELD_BASE64:
		return parse_digits(p, field, false);
	default:
		return parse_number(p, field);
	}
}

/* "\# length hex" (RFC 3597, 5); the mark has been read. */
static bool
parse_generic(struct parser *p, uint16_t type)
{
	struct mc_buf expanded;
	size_t position = p->token.position, length;
	bool ok;

	if (!parse_number(p, MC_FIELD_U16))
		return false;
	length = (size_t)p->rdata.data[0] << 8 | p->rdata.data[1];
	mc_buf_clear(&p->rdata);
	if (!parse_digits(p, MC_FIELD_HEX, length == 0))
		return false;
	if (p->rdata.length != length)
		return fail_at(p, "the data is not of the length that is given", position);
	mc_buf_init(&expanded, SIZE_MAX);
	ok = mc_rr_field_expand(
		&expanded, type, p->rdata.data, p->rdata.length, 0, (uint16_t)length);
	if (!ok)
		fail_at(p, expanded.failed ? out_of_memory : "the data does not fit the type",
			position);
	mc_buf_free(&p->rdata);
	p->rdata = expanded;
	return ok;
}

static bool
parse_rdata(struct parser *p, uint16_t type)
{
	const enum mc_rr_field *field = mc_rr_field_list(type);
	struct mc_zone_scanner start = p->scan;

	if (!next(p, NULL))
		return false;
	if (!p->token.quoted && p->token.length == 2 && memcmp(p->token.text, "\\#", 2) == 0)
		return parse_generic(p, type);
	if (field == NULL)
		return fail(p, "data of this type is known here only as \\# length hex (RFC 3597)");
	p->scan = start;
	for (; *field != MC_FIELD_END; field++)
		if (!parse_field(p, *field))
			return false;
	return true;
}

/* Types that occur in questions and messages only. */
static bool
is_meta(uint16_t type)
{
	return type == 0 || type == MC_RR_OPT || (type >= 249 && type <= 255);
}

/* TTL and class in either order, then the type. */
static bool
parse_head(struct parser *p, uint32_t *ttl, uint16_t *type)
{
	bool have_ttl = false, have_class = false;
	char word[WORD_SIZE];

	for (;;) {
		if (!next_word(p, word))
			return false;
		if (!have_ttl && *word >= '0' && *word <= '9') {
			if (!read_period(word, TTL_MAX, ttl))
				return fail(p, "this is no TTL from 0 to 2147483647");
			have_ttl = true;
		} else if (!have_class && strcasecmp(word, "IN") == 0) {
			have_class = true;
		} else if (strcasecmp(word, "CH") == 0 || strcasecmp(word, "HS") == 0 ||
			   strncasecmp(word, "CLASS", 5) == 0) {
			return fail(p, "only class IN is known here");
		} else if (!mc_rr_type_parse(word, type)) {
			return fail(p, "this is no record type");
		} else {
			return !is_meta(*type) || fail(p, "no record of this type is published");
		}
	}
}

/* The name; blank lines and comments before it are skipped. */
static bool
parse_owner(struct parser *p, char ret_owner[MC_NAME_TEXT_SIZE])
{
	struct mc_zone_scanner start;
	bool end;

	do {
		start = p->scan;
		if (!next(p, &end))
			return false;
	} while (end && mc_zone_token_next_line(&p->scan));
	if (end)
		return fail_at(p, "there is no record", p->scan.position);
	if (p->token.position != start.position)
		return fail(p, "the line does not begin with the name of the record");
	p->scan = start;
	return read_name(p, ret_owner);
}

static bool
parse_end(struct parser *p)
{
	bool end = false;

	if (!next(p, &end))
		return false;
	if (!end)
		return fail(p, "there is more than the type takes");
	while (mc_zone_token_next_line(&p->scan)) {
		if (!next(p, &end))
			return false;
		if (!end)
			return fail(p, "there is more than one record");
	}
	return true;
}

bool
mc_rr_parse(struct mc_arena *arena, const char *text, const char *origin, uint32_t ttl,
	struct mc_rr *ret_rr, struct mc_rr_error *ret_error)
{
	struct parser p = {.scan = {.text = text}, .origin = origin};
	struct mc_rr rr = {.ttl = ttl};
	char owner[MC_NAME_TEXT_SIZE];
	bool ok = false;

	mc_buf_init(&p.rdata, SIZE_MAX);
	if (!parse_owner(&p, owner) || !parse_head(&p, &rr.ttl, &rr.type) ||
		!parse_rdata(&p, rr.type) || !parse_end(&p))
		goto done;
	if (p.rdata.length > UINT16_MAX) {
		fail_at(&p, "the data is longer than 65535 octets", 0);
		goto done;
	}
	rr.owner = mc_arena_memdup(arena, owner, strlen(owner));
	rr.rdata = mc_arena_memdup(arena, p.rdata.data, p.rdata.length);
	rr.rdlength = (uint16_t)p.rdata.length;
	ok = (rr.owner != NULL && rr.rdata != NULL) || fail_at(&p, out_of_memory, 0);
	if (ok)
		*ret_rr = rr;
done:
	if (!ok && p.error.reason == out_of_memory)
		arena->failed = true;
	if (!ok && ret_error != NULL)
		*ret_error = p.error;
	mc_buf_free(&p.rdata);
	return ok;
}
