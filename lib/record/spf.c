/* spf: an SPF record, term by term. */
#include "record/spf.h"

#include <string.h>
#include <strings.h>

#include "record/mend.h"
#include "record/spf_macro.h"

enum argument { NONE, DOMAIN_NEEDED, DOMAIN_OPTIONAL, NETWORK };

struct row {
	const char *name;
	enum argument argument;
	bool prefix; /* may have a dual-cidr-length */
	bool looks_up;
};

static const struct row rows[] = {
	[MC_SPF_ALL] = {"all", NONE, false, false},
	[MC_SPF_INCLUDE] = {"include", DOMAIN_NEEDED, false, true},
	[MC_SPF_A] = {"a", DOMAIN_OPTIONAL, true, true},
	[MC_SPF_MX] = {"mx", DOMAIN_OPTIONAL, true, true},
	[MC_SPF_PTR] = {"ptr", DOMAIN_OPTIONAL, false, true},
	[MC_SPF_IP4] = {"ip4", NETWORK, false, false},
	[MC_SPF_IP6] = {"ip6", NETWORK, false, false},
	[MC_SPF_EXISTS] = {"exists", DOMAIN_NEEDED, false, true},
	[MC_SPF_REDIRECT] = {"redirect", DOMAIN_NEEDED, false, true},
	[MC_SPF_EXP] = {"exp", DOMAIN_NEEDED, false, false},
	[MC_SPF_UNKNOWN] = {"", NONE, false, false},
	[MC_SPF_BAD] = {"", NONE, false, false},
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_name_character(char c)
{
	return is_alpha(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
}

/* --- which record it is --- */

bool
mc_spf_is_record(const char *text, size_t length)
{
	return length >= MC_SPF_VERSION_LENGTH &&
	       strncasecmp(text, "v=spf1", MC_SPF_VERSION_LENGTH) == 0 &&
	       (length == MC_SPF_VERSION_LENGTH || text[MC_SPF_VERSION_LENGTH] == ' ');
}

/* The version with something before it: typographic quotes, a field of a zone file. */
static bool
holds_version(const char *text, size_t length)
{
	for (size_t at = 0; at + MC_SPF_VERSION_LENGTH <= length && at < 32; at++)
		if (strncasecmp(text + at, "v=spf1", MC_SPF_VERSION_LENGTH) == 0)
			return true;
	return false;
}

/* "v=sp1", "vv=spf1": the first word is the version but for a slip. */
static bool
is_slip(const char *text, size_t length)
{
	char word[MC_SPF_VERSION_LENGTH + 2] = "";
	size_t n = 0;

	for (; n < length && text[n] != ' ' && n + 1 < sizeof(word); n++)
		word[n] = (char)(text[n] >= 'A' && text[n] <= 'Z' ? text[n] + 32 : text[n]);
	return (n == length || text[n] == ' ') && mc_mend_is_near(word, "v=spf1");
}

/* "v = spf1", "spf1", quotes or spaces before it, "v=spf1;", "v=spf1include:...". */
bool
mc_spf_is_attempt(const char *text, size_t length)
{
	static const char *const beginnings[] = {
		"v=spf", "v:spf1", "v-spf1", "vspf1", "spf=", "spf1"};
	char squeezed[8];
	size_t count = 0;

	if (mc_spf_is_record(text, length))
		return false;
	if (holds_version(text, length) || is_slip(text, length))
		return true;
	for (size_t i = 0; i < length && i < 16 && count < sizeof(squeezed) - 1; i++)
		if (text[i] != ' ' && text[i] != '\t' && text[i] != '"' && text[i] != '\'')
			squeezed[count++] = text[i];
	squeezed[count] = '\0';
	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++)
		if (strncasecmp(squeezed, beginnings[i], strlen(beginnings[i])) == 0)
			return true;
	return false;
}

/* --- terms --- */

struct reader {
	const char *text; /* the record */
	struct mc_spf_term *term;
};

static bool
bad(const struct reader *reader, const char *problem, size_t at)
{
	reader->term->kind = MC_SPF_BAD;
	reader->term->problem = problem;
	reader->term->problem_at = at;
	return false;
}

/* "/" and a number of one to three digits up to `end`, without leading zeros; its start is moved
 * in *end. */
static bool
cut_prefix(const char *text, size_t begin, size_t *end, unsigned *ret_prefix)
{
	size_t digits = *end;
	unsigned prefix = 0;

	while (digits > begin && is_digit(text[digits - 1]))
		digits--;
	if (digits == *end || digits == begin || text[digits - 1] != '/')
		return false;
	for (size_t i = digits; i < *end; i++)
		prefix = prefix > 999 ? prefix : prefix * 10 + (unsigned)(text[i] - '0');
	if (text[digits] == '0' && *end - digits > 1)
		prefix = 1000; /* no number (leading zero) */
	*end = digits - 1;
	*ret_prefix = prefix;
	return true;
}

/* [ "/" ip4 ] [ "//" ip6 ], read from its end (12). */
static bool
read_dual_prefix(const struct reader *reader, size_t begin, size_t *end)
{
	struct mc_spf_term *term = reader->term;
	size_t at = *end;
	unsigned prefix;

	if (!cut_prefix(reader->text, begin, &at, &prefix))
		return true;
	if (at > begin && reader->text[at - 1] == '/') {
		if (prefix > 128)
			return bad(reader,
				"the length of an IPv6 prefix is not a number from 0 to 128",
				at + 1);
		term->prefix6 = (uint8_t)prefix;
		term->has_prefix6 = true;
		*end = at = at - 1;
		if (!cut_prefix(reader->text, begin, &at, &prefix))
			return true;
	}
	if (prefix > 32)
		return bad(reader, "the length of an IPv4 prefix is not a number from 0 to 32",
			at + 1);
	term->prefix4 = (uint8_t)prefix;
	term->has_prefix4 = true;
	*end = at;
	return true;
}

static bool
read_domain(const struct reader *reader, size_t begin, size_t end)
{
	size_t at = 0;
	const char *problem =
		mc_spf_macro_check(reader->text + begin, end - begin, MC_SPF_MACRO_DOMAIN, &at);

	if (problem != NULL)
		return bad(reader, problem, begin + at);
	reader->term->domain = reader->text + begin;
	reader->term->domain_length = end - begin;
	return true;
}

static bool
read_network(const struct reader *reader, size_t begin, size_t end)
{
	struct mc_spf_term *term = reader->term;
	bool four = term->kind == MC_SPF_IP4;
	unsigned prefix = four ? 32 : 128;
	char address[MC_ADDRESS_SIZE];
	size_t at = end;

	if (cut_prefix(reader->text, begin, &at, &prefix))
		*(four ? &term->has_prefix4 : &term->has_prefix6) = true;
	if (four && prefix > 32)
		return bad(reader, "the length of an IPv4 prefix is not a number from 0 to 32",
			at + 1);
	if (prefix > 128)
		return bad(reader, "the length of an IPv6 prefix is not a number from 0 to 128",
			at + 1);
	*(four ? &term->prefix4 : &term->prefix6) = (uint8_t)prefix;
	if (at == begin || at - begin >= sizeof(address))
		return bad(reader, at == begin ? "the address is missing" : "this is no IP address",
			begin);
	memcpy(address, reader->text + begin, at - begin);
	address[at - begin] = '\0';
	if (strlen(address) != at - begin || !mc_address_parse(address, &term->network) ||
		term->network.family != (four ? 4 : 6))
		return bad(reader,
			four ? "this is no IPv4 address (four numbers from 0 to 255)"
			     : "this is no IPv6 address",
			begin);
	return true;
}

static bool
read_modifier(struct mc_spf_parser *parser, const struct reader *reader, size_t value, size_t end)
{
	struct mc_spf_term *term = reader->term;
	bool *seen;
	size_t at = 0;
	const char *problem;

	term->kind = MC_SPF_UNKNOWN;
	if (term->name_length == 8 && strncasecmp(term->name, "redirect", 8) == 0)
		term->kind = MC_SPF_REDIRECT;
	if (term->name_length == 3 && strncasecmp(term->name, "exp", 3) == 0)
		term->kind = MC_SPF_EXP;
	if (term->kind == MC_SPF_UNKNOWN) {
		problem = mc_spf_macro_check(
			reader->text + value, end - value, MC_SPF_MACRO_MODIFIER, &at);
		if (problem != NULL)
			return bad(reader, problem, value + at);
		term->domain = reader->text + value;
		term->domain_length = end - value;
		return true;
	}
	seen = term->kind == MC_SPF_REDIRECT ? &parser->seen_redirect : &parser->seen_exp;
	if (*seen)
		return bad(reader, "this modifier may stand only once", term->position);
	*seen = true;
	return read_domain(reader, value, end);
}

static enum mc_spf_kind
find_mechanism(const char *name, size_t length)
{
	for (enum mc_spf_kind kind = MC_SPF_ALL; kind <= MC_SPF_EXISTS; kind++)
		if (strlen(rows[kind].name) == length &&
			strncasecmp(rows[kind].name, name, length) == 0)
			return kind;
	return MC_SPF_BAD;
}

static bool
read_argument(const struct reader *reader, size_t at, size_t end)
{
	const struct row *row = &rows[reader->term->kind];

	if (row->prefix && !read_dual_prefix(reader, at, &end))
		return false;
	if (at == end)
		return row->argument != DOMAIN_NEEDED && row->argument != NETWORK
			       ? true
			       : bad(reader,
					 row->argument == NETWORK
						 ? "an address must follow, after a colon"
						 : "a domain must follow, after a colon",
					 at);
	if (row->argument == NONE)
		return bad(reader, "\"all\" takes nothing behind it", at);
	if (reader->text[at] == '/')
		return bad(reader,
			row->prefix ? "this is no prefix length"
				    : "a prefix length cannot stand here",
			at);
	return row->argument == NETWORK ? read_network(reader, at + 1, end)
					: read_domain(reader, at + 1, end);
}

static bool
read_mechanism(const struct reader *reader, size_t begin, size_t end)
{
	struct mc_spf_term *term = reader->term;
	size_t at = begin;

	if (strchr("+-~?", reader->text[at]) != NULL && reader->text[at] != '\0')
		term->qualifier = reader->text[at++];
	term->name = reader->text + at;
	while (at < end && reader->text[at] != ':' && reader->text[at] != '/')
		at++;
	term->name_length = (size_t)(reader->text + at - term->name);
	term->kind = find_mechanism(term->name, term->name_length);
	if (term->kind == MC_SPF_BAD)
		return bad(reader,
			term->name_length == 0 ? "there is no mechanism here"
					       : "there is no such mechanism",
			(size_t)(term->name - reader->text));
	return read_argument(reader, at, end);
}

static void
read_term(struct mc_spf_parser *parser, struct mc_spf_term *term, size_t begin, size_t end)
{
	const char *text = parser->text;
	struct reader reader = {text, term};
	size_t at = begin;

	*term = (struct mc_spf_term){.kind = MC_SPF_BAD,
		.qualifier = '+',
		.position = begin,
		.length = end - begin,
		.prefix4 = 32,
		.prefix6 = 128};
	for (size_t i = begin; i < end; i++)
		if (text[i] < 0x21 || text[i] > 0x7e) {
			(void)bad(&reader,
				"this octet cannot stand in a record (only ASCII, with spaces "
				"between terms)",
				i);
			return;
		}
	while (at < end && is_name_character(text[at]))
		at++;
	if (at < end && text[at] == '=' && is_alpha(text[begin])) {
		term->name = text + begin;
		term->name_length = at - begin;
		(void)read_modifier(parser, &reader, at + 1, end);
		return;
	}
	(void)read_mechanism(&reader, begin, end);
}

void
mc_spf_parser_init(struct mc_spf_parser *parser, const char *text, size_t length)
{
	*parser =
		(struct mc_spf_parser){.text = text, .length = length, .at = MC_SPF_VERSION_LENGTH};
}

bool
mc_spf_parser_next(struct mc_spf_parser *parser, struct mc_spf_term *ret_term)
{
	size_t begin, end;

	while (parser->at < parser->length && parser->text[parser->at] == ' ')
		parser->at++;
	if (parser->at >= parser->length)
		return false;
	begin = end = parser->at;
	while (end < parser->length && parser->text[end] != ' ')
		end++;
	parser->at = end;
	read_term(parser, ret_term, begin, end);
	return true;
}

static size_t
count_terms(const char *text, size_t length)
{
	size_t count = 0;

	for (size_t i = MC_SPF_VERSION_LENGTH; i + 1 < length; i++)
		count += text[i] == ' ' && text[i + 1] != ' ';
	return count;
}

static void
note_term(struct mc_spf *spf, const struct mc_spf_term *term)
{
	if (term->kind == MC_SPF_BAD && spf->bad == NULL)
		spf->bad = term;
	if (term->kind == MC_SPF_ALL && spf->all == NULL)
		spf->all = term;
	if (term->kind == MC_SPF_REDIRECT)
		spf->redirect = term;
	if (term->kind == MC_SPF_EXP)
		spf->exp = term;
}

bool
mc_spf_parse(struct mc_arena *arena, const char *text, size_t length, struct mc_spf *ret_spf)
{
	size_t room = count_terms(text, length);
	struct mc_spf spf = {.text = text, .length = length};
	struct mc_spf_parser parser;

	spf.terms = mc_arena_calloc(arena, room + 1, sizeof(*spf.terms));
	if (spf.terms == NULL)
		return false;
	mc_spf_parser_init(&parser, text, length);
	while (spf.count < room && mc_spf_parser_next(&parser, &spf.terms[spf.count]))
		note_term(&spf, &spf.terms[spf.count++]);
	*ret_spf = spf;
	return true;
}

const char *
mc_spf_kind_name(enum mc_spf_kind kind)
{
	return rows[kind].name;
}

bool
mc_spf_kind_looks_up(enum mc_spf_kind kind)
{
	return rows[kind].looks_up;
}

size_t
mc_spf_own_lookups(const struct mc_spf *spf)
{
	size_t lookups = 0;

	for (size_t i = 0; i < spf->count; i++) {
		const struct mc_spf_term *term = &spf->terms[i];
		bool ends = spf->all != NULL && (term->kind == MC_SPF_REDIRECT || term > spf->all);
		lookups += mc_spf_kind_looks_up(term->kind) && !ends;
	}
	return lookups;
}

bool
mc_spf_within(const struct mc_address *address, const struct mc_address *network, unsigned prefix)
{
	unsigned whole = prefix / 8, rest = prefix % 8;

	if (address->family != network->family)
		return false;
	if (memcmp(address->bytes, network->bytes, whole) != 0)
		return false;
	return rest == 0 ||
	       ((address->bytes[whole] ^ network->bytes[whole]) & (0xff00u >> rest) & 0xffu) == 0;
}

const char *
mc_spf_term_text(struct mc_arena *arena, const struct mc_spf *spf, const struct mc_spf_term *term)
{
	return mc_arena_strndup(arena, spf->text + term->position, term->length);
}
