/* spf_macro: macro strings of SPF, checked and expanded. */
#include "record/spf_macro.h"

#include <stdio.h>
#include <string.h>

static const char delimiters[] = ".-+,/_=";

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
is_alphanumeric(char c)
{
	return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z');
}

static bool
is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

/* --- one macro --- */

struct macro {
	char letter;    /* lower case; '%', '_' and '-' for %%, %_ and %- */
	bool escaped;   /* the letter was upper case */
	unsigned parts; /* rightmost parts kept; 0: all */
	bool reversed;
	const char *delimiters; /* not terminated; NULL: the dot */
	size_t delimiter_count;
};

/* `text` begins with '%'. Gives its length, or 0 with the reason. */
static size_t
read_macro(const char *text, size_t length, struct macro *macro, const char **ret_problem,
	size_t *ret_at)
{
	size_t at = 2;

	*macro = (struct macro){0};
	*ret_at = 0;
	*ret_problem = "a % must be followed by {, %, _ or -";
	if (length < 2 || !is_one_of(text[1], "{%_-"))
		return 0;
	macro->letter = text[1];
	if (text[1] != '{')
		return 2;
	*ret_at = at;
	*ret_problem = "there is no such macro letter";
	if (at >= length || !is_one_of(lower(text[at]), "slodiphcrtv"))
		return 0;
	macro->letter = lower(text[at]);
	macro->escaped = macro->letter != text[at];
	at++;
	*ret_at = at;
	*ret_problem = "the number of parts to keep cannot be 0";
	if (at < length && is_digit(text[at])) {
		while (at < length && is_digit(text[at])) {
			unsigned digit = (unsigned)(text[at++] - '0');
			macro->parts =
				macro->parts > 1000 ? macro->parts : macro->parts * 10 + digit;
		}
		if (macro->parts == 0)
			return 0;
	}
	if (at < length && lower(text[at]) == 'r') {
		macro->reversed = true;
		at++;
	}
	macro->delimiters = text + at;
	while (at < length && is_one_of(text[at], delimiters))
		at++;
	macro->delimiter_count = (size_t)(text + at - macro->delimiters);
	*ret_at = at;
	*ret_problem = "the macro is not ended by }";
	return at < length && text[at] == '}' ? at + 1 : 0;
}

/* --- syntax --- */

/* The last label of a domain-spec that does not end in a macro. */
static bool
is_toplabel(const char *text, size_t length)
{
	bool alpha = false;

	if (length == 0 || text[0] == '-' || text[length - 1] == '-')
		return false;
	for (size_t i = 0; i < length; i++) {
		if (!is_alphanumeric(text[i]) && text[i] != '-')
			return false;
		alpha = alpha || !is_digit(text[i]);
	}
	return alpha;
}

/* `tail`: where the literal text behind the last macro begins. */
static const char *
check_end(const char *text, size_t length, size_t tail, size_t *ret_at)
{
	size_t end = length, dot;

	*ret_at = 0;
	if (length == 0)
		return "the domain is missing";
	if (tail == length)
		return NULL;
	if (text[end - 1] == '.')
		end--;
	dot = end;
	while (dot > tail && text[dot - 1] != '.')
		dot--;
	*ret_at = dot;
	if (dot == tail)
		return "a domain of one label cannot stand here";
	return is_toplabel(text + dot, end - dot)
		       ? NULL
		       : "the domain's last label must be of letters, digits and inner hyphens, "
			 "not digits alone";
}

const char *
mc_spf_macro_check(const char *text, size_t length, enum mc_spf_macro_use use, size_t *ret_at)
{
	const char *problem;
	struct macro macro;
	size_t at = 0, tail = 0;

	while (at < length) {
		size_t problem_at, read;
		*ret_at = at;
		if (text[at] != '%') {
			if ((text[at] < 0x21 || text[at] > 0x7e) &&
				!(use == MC_SPF_MACRO_TEXT && text[at] == ' '))
				return "this octet cannot stand here";
			at++;
			continue;
		}
		read = read_macro(text + at, length - at, &macro, &problem, &problem_at);
		*ret_at = at + problem_at;
		if (read == 0)
			return problem;
		*ret_at = at + 2;
		if (use == MC_SPF_MACRO_DOMAIN && is_one_of(macro.letter, "crt"))
			return "the letters c, r and t have a meaning in an explanation only";
		at += read;
		tail = at;
	}
	return use == MC_SPF_MACRO_DOMAIN ? check_end(text, length, tail, ret_at) : NULL;
}

/* The length of the text before the first %. */
static size_t
literal_length(const char *text, size_t length)
{
	const char *percent = length > 0 ? memchr(text, '%', length) : NULL;

	return percent != NULL ? (size_t)(percent - text) : length;
}

bool
mc_spf_macro_uses(const char *text, size_t length, char letter)
{
	size_t at = literal_length(text, length);

	while (at < length) {
		const char *problem;
		struct macro macro;
		size_t problem_at,
			read = read_macro(text + at, length - at, &macro, &problem, &problem_at);
		if (read > 2 && (letter == 0 || macro.letter == letter))
			return true;
		at += read > 0 ? read : 1;
		at += literal_length(text + at, length - at);
	}
	return false;
}

/* --- expansion --- */

/* The address as the labels of a name: "192.0.2.1", or 32 hex digits. */
static const char *
dotted(struct mc_arena *arena, const struct mc_address *address)
{
	static const char hex[] = "0123456789ABCDEF";
	char text[64];
	size_t length = 0;

	if (address->family == 4)
		return mc_arena_printf(arena, "%u.%u.%u.%u", address->bytes[0], address->bytes[1],
			address->bytes[2], address->bytes[3]);
	for (size_t i = 0; i < 16; i++) {
		text[length++] = hex[address->bytes[i] >> 4];
		text[length++] = '.';
		text[length++] = hex[address->bytes[i] & 15];
		text[length++] = '.';
	}
	return mc_arena_strndup(arena, text, length - 1);
}

static const char *
value_of(struct mc_arena *arena, char letter, const struct mc_spf_identity *identity)
{
	char text[MC_ADDRESS_SIZE];

	switch (letter) {
	case 's':
		return identity->sender;
	case 'l':
		return identity->local_part;
	case 'o':
		return identity->sender_domain;
	case 'd':
		return identity->domain;
	case 'i':
		return dotted(arena, &identity->address);
	case 'c':
		mc_address_format(text, &identity->address);
		return mc_arena_strdup(arena, text);
	case 'v':
		return identity->address.family == 4 ? "in-addr" : "ip6";
	case 'p':
		return identity->validated != NULL ? identity->validated : "unknown";
	case 'h':
		return identity->helo;
	case 'r':
		return identity->receiver;
	default:
		return mc_arena_printf(arena, "%lld", (long long)(identity->now / 1000));
	}
}

#define PARTS_LIMIT 512

struct parts {
	struct {
		const char *text;
		size_t length;
	} part[PARTS_LIMIT];
	size_t count;
};

static bool
delimits(const struct macro *macro, char c)
{
	return macro->delimiter_count > 0
		       ? memchr(macro->delimiters, c, macro->delimiter_count) != NULL
		       : c == '.';
}

static void
split(struct parts *parts, const struct macro *macro, const char *value)
{
	const char *begin = value;

	parts->count = 0;
	for (const char *at = value;; at++) {
		if (*at != '\0' && (!delimits(macro, *at) || parts->count == PARTS_LIMIT - 1))
			continue;
		parts->part[parts->count].text = begin;
		parts->part[parts->count++].length = (size_t)(at - begin);
		if (*at == '\0')
			return;
		begin = at + 1;
	}
}

/* RFC 3986: all but the unreserved characters. */
static void
put_escaped(struct mc_buf *buf, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (is_alphanumeric(text[i]) || is_one_of(text[i], "-._~"))
			(void)mc_buf_putc(buf, text[i]);
		else
			(void)mc_buf_printf(buf, "%%%02X", (unsigned)(unsigned char)text[i]);
}

static void
put_macro(struct mc_buf *buf, struct mc_arena *arena, const struct macro *macro,
	const struct mc_spf_identity *identity)
{
	struct parts parts;
	size_t keep;

	split(&parts, macro, value_of(arena, macro->letter, identity));
	keep = macro->parts == 0 || macro->parts > parts.count ? parts.count : macro->parts;
	for (size_t i = 0; i < keep; i++) {
		size_t from = macro->reversed ? keep - 1 - i : parts.count - keep + i;
		if (i > 0)
			(void)mc_buf_putc(buf, '.');
		if (macro->escaped)
			put_escaped(buf, parts.part[from].text, parts.part[from].length);
		else
			(void)mc_buf_append(buf, parts.part[from].text, parts.part[from].length);
	}
}

/* What begins with the % at `text`; one that begins no macro stands for itself. Gives its length.
 */
static size_t
put_percent(struct mc_buf *buf, struct mc_arena *arena, const char *text, size_t length,
	const struct mc_spf_identity *identity)
{
	const char *problem;
	struct macro macro;
	size_t problem_at, read = read_macro(text, length, &macro, &problem, &problem_at);

	if (read > 2)
		put_macro(buf, arena, &macro, identity);
	else if (read == 2 && macro.letter != '%')
		(void)mc_buf_puts(buf, macro.letter == '_' ? " " : "%20");
	else
		(void)mc_buf_putc(buf, '%');
	return read > 0 ? read : 1;
}

#define EXPANDED_LIMIT 65536

const char *
mc_spf_macro_expand(struct mc_arena *arena, const char *text, size_t length,
	const struct mc_spf_identity *identity)
{
	size_t at = 0, literal = literal_length(text, length);
	const char *expanded;
	struct mc_buf buf;

	if (literal == length)
		return mc_arena_strndup(arena, text, length);
	mc_buf_init(&buf, EXPANDED_LIMIT);
	for (;;) {
		(void)mc_buf_append(&buf, text + at, literal);
		at += literal;
		if (at == length)
			break;
		at += put_percent(&buf, arena, text + at, length - at, identity);
		literal = literal_length(text + at, length - at);
	}
	expanded = mc_arena_strdup(arena, mc_buf_text(&buf));
	mc_buf_free(&buf);
	return expanded;
}

const char *
mc_spf_macro_sample(struct mc_arena *arena, const char *text, size_t length, const char *domain,
	const char *sender_domain)
{
	struct mc_spf_identity identity = {.domain = domain,
		.sender_domain = sender_domain,
		.local_part = "user",
		.sender = mc_arena_printf(arena, "user@%s", sender_domain),
		.helo = mc_arena_printf(arena, "mail.%s", sender_domain),
		.receiver = "unknown",
		.address = {.family = 4, .bytes = {192, 0, 2, 1}}};

	return mc_spf_macro_expand(arena, text, length, &identity);
}

const char *
mc_spf_macro_name(struct mc_arena *arena, const char *expanded)
{
	size_t length = strlen(expanded);
	const char *dot;

	if (length > 0 && expanded[length - 1] == '.')
		length--;
	while (length >= MC_SPF_NAME_SIZE) {
		dot = memchr(expanded, '.', length);
		if (dot == NULL)
			break;
		length -= (size_t)(dot + 1 - expanded);
		expanded = dot + 1;
	}
	return mc_arena_strndup(arena, expanded, length);
}

/* Letters, digits, hyphens and underscores: nearly all names. False when there is more in it. */
static bool
fold_plain(const char *text, size_t length, char ret_name[MC_NAME_TEXT_SIZE])
{
	for (size_t i = 0; i < length; i++) {
		char c = lower(text[i]);
		if ((c < 'a' || c > 'z') && !is_digit(c) && c != '.' && c != '-' && c != '_')
			return false;
		ret_name[i] = c;
	}
	ret_name[length] = '\0';
	return true;
}

static bool
has_proper_labels(const char *text, size_t length)
{
	size_t begin = 0;

	for (size_t i = 0; i <= length; i++)
		if (i == length || text[i] == '.') {
			if (i == begin || i - begin > 63)
				return false;
			begin = i + 1;
		}
	return true;
}

bool
mc_spf_name_canonical(const char *text, char ret_name[MC_NAME_TEXT_SIZE])
{
	char escaped[MC_SPF_NAME_SIZE * 4];
	size_t length = strlen(text), at = 0;

	if (length >= MC_SPF_NAME_SIZE || !has_proper_labels(text, length))
		return false;
	if (fold_plain(text, length, ret_name))
		return true;
	for (size_t i = 0; i < length; i++)
		if (text[i] == '.' || is_alphanumeric(text[i]))
			escaped[at++] = text[i];
		else
			at += (size_t)snprintf(
				escaped + at, 5, "\\%03u", (unsigned)(unsigned char)text[i]);
	escaped[at] = '\0';
	return mc_name_canonical(escaped, NULL, ret_name) == NULL;
}
