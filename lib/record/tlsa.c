/* tlsa: RFC 6698, 2; RFC 7672, 3.1. */
#include "record/tlsa.h"

#include <string.h>
#include <strings.h>

#include "record/der.h"
#include "record/tag_list.h"

#define DATA_LIMIT 65535
#define HOST_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-."

const char *
mc_tlsa_usage_name(uint8_t usage)
{
	static const char *const names[] = {"PKIX-TA", "PKIX-EE", "DANE-TA", "DANE-EE"};

	return usage < 4 ? names[usage] : NULL;
}

const char *
mc_tlsa_selector_name(uint8_t selector)
{
	return selector == 0 ? "Cert" : selector == 1 ? "SPKI" : NULL;
}

const char *
mc_tlsa_matching_name(uint8_t matching)
{
	static const char *const names[] = {"Full", "SHA2-256", "SHA2-512"};

	return matching < 3 ? names[matching] : NULL;
}

static size_t
place(size_t at)
{
	return at > 0 ? at - 1 : MC_NOWHERE;
}

/* What the data of matching type 0 is, by its outermost structure: 0 a certificate, 1 a public key
 * (RFC 5280, 4.1), as selectors are numbered; -1 neither. */
static int
whole_of(const struct mc_tlsa *tlsa)
{
	struct mc_der rest = {tlsa->data, tlsa->length}, content, first, second;

	if (mc_der_next(&rest, MC_DER_SEQUENCE, &content) != MC_DER_GOOD || rest.length > 0 ||
		mc_der_next(&content, MC_DER_SEQUENCE, &first) != MC_DER_GOOD)
		return -1;
	if (mc_der_next(&content, MC_DER_SEQUENCE, &second) == MC_DER_GOOD)
		return 0;
	return mc_der_next(&content, MC_DER_BIT_STRING, &second) == MC_DER_GOOD &&
			       content.length == 0
		       ? 1
		       : -1;
}

bool
mc_tlsa_whole(const struct mc_tlsa *tlsa)
{
	return whole_of(tlsa) == tlsa->selector;
}

static bool
judge_whole(const struct mc_tlsa *tlsa, struct mc_problems *problems)
{
	static const char *const words[] = {"a certificate", "a public key"};
	int whole = whole_of(tlsa);

	if (whole < 0) {
		mc_problem(problems, "dane.data", place(tlsa->data_at),
			"%zu octets that are no certificate or key", tlsa->length);
		return false;
	}
	if (tlsa->selector < 2 && whole != tlsa->selector) {
		mc_problem(problems, "dane.data", place(tlsa->data_at),
			"%s, where selector %u means %s", words[whole], tlsa->selector,
			words[tlsa->selector]);
		return false;
	}
	mc_problem(problems, "dane.full-data", place(tlsa->data_at), "%zu octets", tlsa->length);
	return true;
}

static bool
judge_data(const struct mc_tlsa *tlsa, struct mc_problems *problems)
{
	size_t due = tlsa->matching == 1 ? 32 : 64;

	if (tlsa->matching == 0)
		return judge_whole(tlsa, problems);
	if (tlsa->length == due)
		return true;
	mc_problem(problems, "dane.data", place(tlsa->data_at), "%s has %zu octets, here are %zu",
		mc_tlsa_matching_name(tlsa->matching), due, tlsa->length);
	return false;
}

static bool
judge_usage(const struct mc_tlsa *tlsa, struct mc_problems *problems)
{
	bool client = tlsa->port != 0 && tlsa->port != 25; /* RFC 7672 is of servers alone */
	bool good = tlsa->usage == 2 || tlsa->usage == 3 || (client && tlsa->usage < 2);

	if (mc_tlsa_usage_name(tlsa->usage) == NULL) {
		mc_problem(problems, "dane.usage-unknown", place(tlsa->usage_at), "usage %u",
			tlsa->usage);
	} else if (!good) {
		mc_problem(problems, "dane.usage-pkix", place(tlsa->usage_at), "usage %u (%s)",
			tlsa->usage, mc_tlsa_usage_name(tlsa->usage));
	}
	return good;
}

void
mc_tlsa_judge(struct mc_tlsa *tlsa, struct mc_problems *problems)
{
	bool good = judge_usage(tlsa, problems);

	if (mc_tlsa_selector_name(tlsa->selector) == NULL) {
		mc_problem(problems, "dane.selector-unknown", place(tlsa->selector_at),
			"selector %u", tlsa->selector);
		good = false;
	}
	if (mc_tlsa_matching_name(tlsa->matching) == NULL) {
		mc_problem(problems, "dane.matching-unknown", place(tlsa->matching_at),
			"matching type %u", tlsa->matching);
		good = false;
	} else {
		good = judge_data(tlsa, problems) && good;
	}
	if (good && tlsa->usage == 3 && tlsa->selector == 0)
		mc_problem(problems, "dane.certificate-pinned", MC_NOWHERE, "%u %u %u", tlsa->usage,
			tlsa->selector, tlsa->matching);
	tlsa->valid = good;
}

struct words {
	const char *text;
	size_t length, at;
	int depth;  /* of parentheses */
	bool ended; /* a line ended outside of them, behind data */
};

static bool
is_between(char c)
{
	return mc_is_fws(c) || c == '(' || c == ')' || c == ';';
}

/* Blanks, parentheses, and comments, which end with their line (RFC 1035, 5.1). */
static void
skip_between(struct words *words)
{
	bool comment = false;

	for (; words->at < words->length; words->at++) {
		char c = words->text[words->at];
		comment = c != '\n' && (comment || c == ';');
		if (!comment && !is_between(c))
			return;
		if (!comment)
			words->depth += c == '(' ? 1 : c == ')' ? -1 : 0;
		words->ended = words->ended || (c == '\n' && words->depth <= 0);
	}
}

static bool
next_word(struct words *words, const char **ret_word, size_t *ret_length)
{
	size_t begin;

	skip_between(words);
	begin = words->at;
	while (words->at < words->length && !is_between(words->text[words->at]))
		words->at++;
	*ret_word = words->text + begin;
	*ret_length = words->at - begin;
	return *ret_length > 0;
}

static bool
is_type(const char *word, size_t length)
{
	return (length == 4 && strncasecmp(word, "TLSA", 4) == 0) ||
	       (length == 6 && strncasecmp(word, "TYPE52", 6) == 0);
}

static bool
is_mail_port(unsigned port)
{
	static const uint16_t ports[] = {25, 110, 143, 465, 587, 993, 995, 4190};

	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++)
		if (ports[i] == port)
			return true;
	return false;
}

/* The port of "_25._tcp.mx.example.com", 0 for any ("*._tcp"); -1: the name has another form. */
static int
port_of(const char *owner, size_t length)
{
	size_t at = 1;
	int port = 0;

	if (length < 6)
		return -1;
	while (owner[0] == '_' && at < length && owner[at] >= '0' && owner[at] <= '9' &&
		port <= 65535)
		port = port * 10 + (owner[at++] - '0');
	if (port > 65535 || (port == 0 && owner[0] != '*') || length - at < 5 ||
		strncasecmp(owner + at, "._tcp", 5) != 0)
		return -1;
	return length - at == 5 || owner[at + 5] == '.' ? port : -1;
}

/* RFC 6698, 3: where the record is looked for. */
static void
judge_owner(struct mc_tlsa *tlsa, const char *owner, size_t length, size_t at,
	struct mc_problems *problems)
{
	int port = port_of(owner, length);

	if (port < 0) {
		mc_problem(problems, "dane.owner", at, "%.*s", (int)length, owner);
		if (length < 200 && strspn(owner, HOST_CHARACTERS) >= length)
			mc_problem_fix(problems, "Publish it at _25._tcp.%.*s", (int)length, owner);
	} else if (port != 0 && !is_mail_port((unsigned)port))
		mc_problem(problems, "dane.owner", at, "%.*s: port %d is none of mail", (int)length,
			owner, port);
	tlsa->port = (uint16_t)(port > 0 ? port : 0);
}

/* Behind the type, if it is there: what stands before is owner, TTL and class. */
static void
skip_to_data(struct words *words, struct mc_tlsa *tlsa, struct mc_problems *problems)
{
	struct words probe = *words;
	size_t length, first_length = 0, first_at = 0;
	const char *word;

	while (next_word(&probe, &word, &length)) {
		if (is_type(word, length)) {
			*words = probe;
			word = words->text + first_at;
			if (first_length > 2 && memchr(word, '.', first_length) != NULL)
				judge_owner(tlsa, word, first_length, first_at, problems);
			return;
		}
		if (first_length == 0) {
			first_length = length;
			first_at = probe.at - length;
		}
	}
}

static bool
read_number(struct words *words, const char *what, unsigned limit, unsigned *ret_number,
	size_t *ret_at, struct mc_problems *problems)
{
	const char *word;
	size_t length;
	unsigned number = 0;
	bool good = next_word(words, &word, &length) && length <= 5;

	for (size_t i = 0; good && i < length; i++) {
		good = word[i] >= '0' && word[i] <= '9';
		number = number * 10 + (unsigned)(word[i] - '0');
	}
	if (!good || number > limit) {
		if (length == 0)
			mc_problem(problems, "dane.syntax", MC_NOWHERE, "the %s is missing", what);
		else
			mc_problem(problems, "dane.syntax", words->at - length,
				"the %s is no number from 0 to %u", what, limit);
		return false;
	}
	*ret_number = number;
	*ret_at = words->at - length + 1;
	return true;
}

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool
read_data(struct words *words, struct mc_tlsa *tlsa, struct mc_problems *problems)
{
	uint8_t *data = mc_arena_calloc(problems->arena, words->length / 2 + 1, 1);
	const char *word;
	size_t length, nibbles = 0;

	if (data == NULL)
		return false;
	words->ended = false;
	while (next_word(words, &word, &length))
		for (size_t i = 0; i < length; i++, nibbles++) {
			int digit = hex(word[i]);
			if (nibbles == 0)
				tlsa->data_at = words->at - length + 1;
			if (words->ended && nibbles > 0) {
				mc_problem(problems, "dane.syntax", words->at - length,
					"a second line, outside of parentheses: one record at a "
					"time");
				return false;
			}
			if (digit < 0 || nibbles / 2 >= DATA_LIMIT) {
				mc_problem(problems, "dane.syntax", words->at - length + i,
					"no hexadecimal digit");
				return false;
			}
			data[nibbles / 2] = (uint8_t)(data[nibbles / 2] << 4 | digit);
		}
	if (nibbles == 0 || nibbles % 2 != 0 || words->depth != 0) {
		mc_problem(problems, "dane.syntax", words->at,
			nibbles == 0       ? "no data"
			: nibbles % 2 != 0 ? "an odd number of hexadecimal digits"
					   : "parentheses that do not match");
		return false;
	}
	tlsa->data = data;
	tlsa->length = nibbles / 2;
	return true;
}

static bool
read_fields(struct words *words, struct mc_tlsa *tlsa, struct mc_problems *problems)
{
	unsigned usage, selector, matching;

	if (!read_number(words, "usage", 255, &usage, &tlsa->usage_at, problems) ||
		!read_number(words, "selector", 255, &selector, &tlsa->selector_at, problems) ||
		!read_number(words, "matching type", 255, &matching, &tlsa->matching_at, problems))
		return false;
	tlsa->usage = (uint8_t)usage;
	tlsa->selector = (uint8_t)selector;
	tlsa->matching = (uint8_t)matching;
	return read_data(words, tlsa, problems);
}

static bool
skip_generic_mark(struct words *words)
{
	struct words probe = *words;
	const char *word;
	size_t length;

	if (!next_word(&probe, &word, &length) || length != 2 || memcmp(word, "\\#", 2) != 0)
		return false;
	*words = probe;
	return true;
}

/* A type the writer does not know: length, then all octets in hexadecimal (RFC 3597, 5). */
static bool
read_generic(struct words *words, struct mc_tlsa *tlsa, struct mc_problems *problems)
{
	unsigned octets;
	size_t at;

	if (!read_number(words, "length", DATA_LIMIT, &octets, &at, problems) ||
		!read_data(words, tlsa, problems))
		return false;
	if (tlsa->length != octets || octets < 4) {
		mc_problem(problems, "dane.syntax", at - 1, "%zu octets, where %s%u are due",
			tlsa->length, octets < 4 ? "more than " : "", octets < 4 ? 3 : octets);
		*tlsa = (struct mc_tlsa){.port = tlsa->port};
		return false;
	}
	tlsa->usage = tlsa->data[0];
	tlsa->selector = tlsa->data[1];
	tlsa->matching = tlsa->data[2];
	tlsa->data += 3;
	tlsa->length -= 3;
	return true;
}

bool
mc_tlsa_read(
	const char *text, size_t length, struct mc_tlsa *ret_tlsa, struct mc_problems *problems)
{
	struct words words = {.text = text, .length = length};

	*ret_tlsa = (struct mc_tlsa){.valid = false};
	skip_to_data(&words, ret_tlsa, problems);
	return skip_generic_mark(&words) ? read_generic(&words, ret_tlsa, problems)
					 : read_fields(&words, ret_tlsa, problems);
}

void
mc_tlsa_parse(
	const char *text, size_t length, struct mc_tlsa *ret_tlsa, struct mc_problems *problems)
{
	static const char *const kept[] = {
		"dane.certificate-pinned", "dane.full-data", "dane.owner", NULL};

	if (mc_tlsa_read(text, length, ret_tlsa, problems))
		mc_tlsa_judge(ret_tlsa, problems);
	if (!ret_tlsa->valid)
		mc_problems_offer(problems, mc_tlsa_mend(problems->arena, text, length), kept);
}
