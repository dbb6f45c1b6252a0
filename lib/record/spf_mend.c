/* spf_mend: a record that says what one in error was to say. */
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "record/domain.h"
#include "record/mend.h"
#include "record/spf_lint.h"
#include "record/spf_overlap.h"
#include "record/tag_list.h"

#define DEPTH_LIMIT 100 /* terms that stick together */
#define TERM_LIMIT ((size_t)512)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct mending {
	struct mc_arena *arena;
	struct mc_buf record;
};

static bool
is_sign(char c)
{
	return c != '\0' && strchr("+-~?", c) != NULL;
}

static bool
is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool
is_ascii(const char *text)
{
	while (*text != '\0' && (unsigned char)*text < 0x80)
		text++;
	return *text == '\0';
}

/* Whether the text is one term that means something. */
static bool
is_term(const char *text)
{
	struct mc_spf_parser parser = {.text = text, .length = strlen(text)};
	struct mc_spf_term term;

	return mc_spf_parser_next(&parser, &term) && term.kind < MC_SPF_UNKNOWN &&
	       term.length == parser.length && mc_spf_odd_at(&term, text) == MC_NOWHERE;
}

/* --- the version --- */

/* Where "v=spf1", "v = spf1", "v:spf1", "spf1" begins that has "spf" at `at`; SIZE_MAX: the word
 * is another one. */
static size_t
version_begins(const char *text, size_t at)
{
	size_t begin = at;

	while (begin > 0 && strchr(" \t=:-", text[begin - 1]) != NULL)
		begin--;
	if (begin > 0 && (text[begin - 1] == 'v' || text[begin - 1] == 'V') &&
		(begin == 1 || !is_alnum(text[begin - 2])))
		return begin - 1;
	return at == 0 || !is_alnum(text[at - 1]) ? at : SIZE_MAX;
}

/* Behind "spf1", or "spf" and a blank; 0: this is another version. */
static size_t
version_ends(const char *text, size_t at)
{
	at += strlen("spf");
	if (text[at] == ' ' || text[at] == '\t')
		return at;
	if (text[at] == '1' && text[at + 1] != '.' && !(text[at + 1] >= '0' && text[at + 1] <= '9'))
		return at + 1;
	return (text[at] == 'l' || text[at] == 'I') && !is_alnum(text[at + 1]) ? at + 1 : 0;
}

/* Nothing but what is no part of a record: quotes, or a zone file's fields. */
static bool
is_lead(struct mc_arena *arena, const char *text, size_t length)
{
	const char *lead = mc_mend_without(arena, mc_arena_strndup(arena, text, length), "\"'(");
	size_t end = strlen(lead), begin;

	while (end > 0 && mc_is_fws(lead[end - 1]))
		end--;
	begin = end;
	while (begin > 0 && !mc_is_fws(lead[begin - 1]))
		begin--;
	return end == 0 || (end - begin == 3 && (strncasecmp(lead + begin, "TXT", 3) == 0 ||
							strncasecmp(lead + begin, "SPF", 3) == 0));
}

/* Behind a first word that is the version but for a slip; NULL: it is not. Another digit makes it
 * another version. */
static const char *
behind_slip(struct mc_arena *arena, const char *text)
{
	size_t begin = strspn(text, " \t\r\n\"'"), length = strcspn(text + begin, " \t\r\n");
	const char *word = mc_mend_lower(arena, mc_arena_strndup(arena, text + begin, length));
	const char *digit = strpbrk(word, "0123456789");

	return digit != NULL && *digit == '1' && strpbrk(digit + 1, "0123456789") == NULL &&
			       mc_mend_is_near(word, "v=spf1")
		       ? text + begin + length
		       : NULL;
}

/* The terms behind the version; NULL: there is none. */
static const char *
terms_of(struct mc_arena *arena, const char *text)
{
	for (size_t at = 0; text[at] != '\0'; at++) {
		size_t begin, end;
		if (strncasecmp(text + at, "spf", 3) != 0)
			continue;
		begin = version_begins(text, at);
		end = version_ends(text, at);
		if (begin == SIZE_MAX || end == 0 || !is_lead(arena, text, begin))
			continue;
		end += strspn(text + end, ",;:.\"'\\");
		return text + end;
	}
	return behind_slip(arena, text);
}

/* --- a term --- */

static void
put(struct mending *mending, const char *term)
{
	(void)mc_buf_printf(&mending->record, " %s", term);
}

static const char *
signed_term(struct mc_arena *arena, char sign, const char *body)
{
	return sign == '\0' ? body : mc_arena_printf(arena, "%c%s", sign, body);
}

/* The length of the prefix of "192.0.2.0/255.255.255.0"; the text as it is when it has none. */
static const char *
with_prefix(struct mc_arena *arena, const char *network)
{
	const char *slash = strchr(network, '/');
	struct mc_address mask;
	unsigned prefix = 0;

	if (slash == NULL || !mc_address_parse(slash + 1, &mask) || mask.family != 4)
		return network;
	while (prefix < 32 && (mask.bytes[prefix / 8] & (0x80u >> prefix % 8)) != 0)
		prefix++;
	for (unsigned bit = prefix; bit < 32; bit++)
		if ((mask.bytes[bit / 8] & (0x80u >> bit % 8)) != 0)
			return network;
	return mc_arena_printf(arena, "%.*s/%u", (int)(slash - network), network, prefix);
}

static const char *
as_network(struct mc_arena *arena, char sign, const char *network)
{
	const char *text = strchr(network, ':') != NULL
				   ? mc_arena_printf(arena, "ip6:%s", network)
				   : mc_arena_printf(arena, "ip4:%s", with_prefix(arena, network));

	return is_term(text) ? signed_term(arena, sign, text) : NULL;
}

/* Names that an address may have been written behind. */
static bool
names_address(const char *name)
{
	static const char *const names[] = {
		"a", "mx", "include", "ip", "ip4", "ip6", "ipv4", "ipv6"};

	for (size_t i = 0; i < COUNT(names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return mc_mend_is_near(name, "ip4") || mc_mend_is_near(name, "ip6") ||
	       mc_mend_is_near(name, "ipv4") || mc_mend_is_near(name, "ipv6");
}

/* "redirect:example.com", "inlcude:example.com", "ip:192.0.2.1". */
static const char *
with_name(struct mc_arena *arena, char sign, const char *body)
{
	static const char *const mechanisms[] = {"include", "exists"};
	static const char *const modifiers[] = {"redirect", "exp"};
	const char *colon = strchr(body, ':'), *name, *text = NULL;

	if (colon == NULL)
		return NULL;
	name = mc_mend_lower(arena, mc_arena_strndup(arena, body, (size_t)(colon - body)));
	for (size_t i = 0; i < COUNT(mechanisms); i++)
		if (mc_mend_is_near(name, mechanisms[i]))
			text = mc_arena_printf(arena, "%s%s", mechanisms[i], colon);
	for (size_t i = 0; sign == '\0' && i < COUNT(modifiers); i++)
		if (strcmp(name, modifiers[i]) == 0)
			text = mc_arena_printf(arena, "%s=%s", modifiers[i], colon + 1);
	if (text != NULL && is_term(text))
		return signed_term(arena, sign, text);
	if (!names_address(name))
		return NULL;
	colon += colon[1] == ':' && strchr(colon + 2, ':') == NULL;
	return as_network(arena, sign, colon + 1);
}

/* "-al", "~alll"; without a sign it would let everyone send. */
static bool
is_all(struct mc_arena *arena, char sign, const char *body)
{
	return (sign == '-' || sign == '~' || sign == '?') &&
	       (mc_mend_is_near(mc_mend_lower(arena, body), "all") ||
		       strcasecmp(body, "all:") == 0);
}

/* `inherited` is the sign of addresses without one of their own. */
static const char *
one_term(struct mc_arena *arena, char inherited, const char *text)
{
	char sign = is_sign(text[0]) ? text[0] : '\0';
	const char *body = text + is_sign(text[0]);
	const char *network = as_network(arena, sign != '\0' ? sign : inherited, body);

	if (network != NULL)
		return network;
	if (is_all(arena, sign, body))
		return signed_term(arena, sign, "all");
	return with_name(arena, sign, body);
}

/* Where a term begins that sticks to the one before it: "mx~all", "ip4:192.0.2.1include:..."; 0:
 * nowhere. */
static size_t
glued_at(const char *text)
{
	static const char *const heads[] = {"ip4:", "ip6:", "include:", "exists:"};
	size_t length = strlen(text);

	for (size_t at = is_sign(text[0]) ? 2 : 1; at < length; at++)
		for (size_t i = 0; i < COUNT(heads); i++)
			if (strncasecmp(text + at, heads[i], strlen(heads[i])) == 0)
				return at > 1 && is_sign(text[at - 1]) ? at - 1 : at;
	return length > 4 && is_sign(text[length - 4]) && strcasecmp(text + length - 3, "all") == 0
		       ? length - 4
		       : 0;
}

/* Without punctuation around it, dashes that are none, and a sign that is there twice. */
static const char *
trimmed(struct mc_arena *arena, const char *text)
{
	static const char *const dashes[] = {
		"\xe2\x80\x90", "\xe2\x80\x91", "\xe2\x80\x93", "\xe2\x80\x94", "\xe2\x88\x92"};
	size_t length;

	text += strspn(text, ",;\"'");
	for (size_t i = 0; i < COUNT(dashes); i++)
		if (strncmp(text, dashes[i], 3) == 0)
			text = mc_arena_printf(arena, "-%s", text + 3);
	while (is_sign(text[0]) && text[0] == text[1])
		text++;
	length = strlen(text);
	while (length > 0 && strchr(",;.\"'", text[length - 1]) != NULL)
		length--;
	return mc_arena_strndup(arena, text, length);
}

/* A label as it stands in DNS (RFC 5890, 2.3.2.1); as it is where it is none of those. */
static const char *
a_label(struct mc_arena *arena, const char *label)
{
	static const char behind[] = ".example";
	char name[MC_NAME_TEXT_SIZE];

	if (is_ascii(label) ||
		mc_domain_parse(mc_arena_printf(arena, "%s%s", label, behind), name) != NULL)
		return label;
	return mc_arena_strndup(arena, name, strlen(name) - (sizeof(behind) - 1));
}

/* With the internationalised labels of its domain as DNS has them: a record is ASCII. */
static const char *
in_ascii(struct mc_arena *arena, const char *text)
{
	size_t begin = strcspn(text, ":="), end;
	const char *domain = "";

	if (text[begin] == '\0' || is_ascii(text))
		return text;
	begin++;
	end = begin + strcspn(text + begin, "/,;");
	for (size_t at = begin; at < end;) {
		size_t length = strcspn(text + at, "./,;");
		domain = mc_arena_printf(arena, "%s%s%s", domain, at > begin ? "." : "",
			a_label(arena, mc_arena_strndup(arena, text + at, length)));
		at += length + 1;
	}
	return mc_arena_printf(arena, "%.*s%s%s%s", (int)begin, text, domain,
		text[end - 1] == '.' ? "." : "", text + end);
}

/* An address among others has their sign. */
static bool
mend_term(struct mending *mending, const char *text, char sign, unsigned depth)
{
	struct mc_arena *arena = mending->arena;
	size_t length, glue;
	const char *mended;

	text = in_ascii(arena, trimmed(arena, text));
	if (text[0] == '\0' || is_term(text)) {
		if (text[0] != '\0')
			put(mending, text);
		return true;
	}
	if (depth == DEPTH_LIMIT)
		return false;
	sign = is_sign(text[0]) ? text[0] : sign;
	length = strcspn(text, ",;");
	glue = text[length] == '\0' ? glued_at(text) : 0;
	if (text[length] != '\0' || glue > 0) {
		length = glue > 0 ? glue : length;
		return mend_term(mending, mc_arena_strndup(arena, text, length), sign, depth + 1) &&
		       mend_term(mending, text + length, glue > 0 ? '\0' : sign, depth + 1);
	}
	mended = one_term(arena, sign, text);
	if (mended != NULL)
		put(mending, mended);
	return mended != NULL;
}

/* --- terms with a blank inside --- */

/* What must stand between a name and the argument it needs; "": this is no such name. */
static const char *
needed_behind(const char *text)
{
	static const char *const mechanisms[] = {
		"include", "exists", "ip", "ip4", "ip6", "ipv4", "ipv6"};

	if (strcasecmp(text, "redirect") == 0 || strcasecmp(text, "exp") == 0)
		return "=";
	text += is_sign(text[0]);
	for (size_t i = 0; i < COUNT(mechanisms); i++)
		if (strcasecmp(text, mechanisms[i]) == 0)
			return ":";
	return "";
}

/* The two in one; NULL: they are two. */
static const char *
joined(struct mc_arena *arena, const char *text, const char *next, bool next_is_bad)
{
	char last = text[0] != '\0' ? text[strlen(text) - 1] : '\0';
	const char *between = needed_behind(text);

	if (strlen(text) == 1 && is_sign(last) && strcasecmp(next, "all") == 0)
		return mc_arena_printf(arena, "%s%s", text, next);
	if (!next_is_bad)
		return NULL;
	if (strchr(":/=", next[0]) != NULL || last == ':' || last == '=')
		between = "";
	else if (between[0] == '\0')
		return NULL;
	return mc_arena_printf(arena, "%s%s%s", text, between, next);
}

static const char *
text_at(struct mc_arena *arena, const struct mc_spf *spf, size_t i)
{
	const char *text = mc_spf_term_text(arena, spf, &spf->terms[i]);

	return strncmp(text, "\xe2\x80\x93", 4) == 0 || strncmp(text, "\xe2\x88\x92", 4) == 0
		       ? "-"
		       : text;
}

/* --- the record --- */

/* redirect or exp once more, with the same value. */
static bool
is_repeated(struct mc_arena *arena, const struct mc_spf *spf, const struct mc_spf_term *term)
{
	const char *text = mc_spf_term_text(arena, spf, term);
	const struct mc_spf_term *first = strncasecmp(text, "exp=", 4) == 0        ? spf->exp
					  : strncasecmp(text, "redirect=", 9) == 0 ? spf->redirect
										   : NULL;
	const char *before = first != NULL ? mc_spf_term_text(arena, spf, first) : "";

	return first != NULL && first < term &&
	       (strchr(text, '%') != NULL ? strcmp(text, before) : strcasecmp(text, before)) == 0;
}

static bool
mend_terms(struct mending *mending, const struct mc_spf *spf)
{
	struct mc_arena *arena = mending->arena;

	for (size_t i = 0; i < spf->count; i++) {
		bool good = spf->terms[i].kind != MC_SPF_BAD &&
			    mc_spf_odd_at(&spf->terms[i], spf->text) == MC_NOWHERE;
		const char *text = text_at(arena, spf, i), *both;
		if (strcasecmp(text, "v=spf1") == 0 ||
			(!good && is_repeated(arena, spf, &spf->terms[i]))) {
			if (i > 0 && good) /* another record: which of the two is it? */
				return false;
			continue;
		}
		while (i + 1 < spf->count &&
			(both = joined(arena, text, text_at(arena, spf, i + 1),
				 spf->terms[i + 1].kind == MC_SPF_BAD)) != NULL) {
			text = both;
			good = false;
			i++;
		}
		if (good)
			put(mending, text);
		else if (!mend_term(mending, text, '\0', 0))
			return false;
	}
	return true;
}

/* Without terms that change nothing: behind "all", and there before. */
static const char *
shortened(struct mc_arena *arena, const struct mc_spf *spf)
{
	const char *record = "v=spf1";

	for (size_t i = 0; i < spf->count; i++) {
		const struct mc_spf_term *term = &spf->terms[i];
		if (!mc_spf_is_behind_all(spf, term) && !mc_spf_is_repeated(spf, term))
			record = mc_arena_printf(
				arena, "%s %s", record, mc_spf_term_text(arena, spf, term));
	}
	return record;
}

/* What receivers would use, and would not let everyone send. */
static bool
is_good(const struct mc_spf *spf)
{
	return spf->bad == NULL && mc_spf_own_lookups(spf) <= MC_SPF_LOOKUP_LIMIT &&
	       (spf->all == NULL || spf->all->qualifier != '+') && mc_spf_covers(spf) == NULL;
}

static const char *
mended_record(struct mc_arena *arena, const char *terms)
{
	const char *text = mc_arena_printf(arena, "v=spf1 %s", terms);
	struct mending mending = {.arena = arena};
	const char *record = NULL;
	struct mc_spf spf;

	if (!mc_spf_parse(arena, text, strlen(text), &spf) || spf.count == 0 ||
		spf.count > TERM_LIMIT)
		return NULL;
	mc_buf_init(&mending.record, (size_t)4 * MC_SPF_FIX_LIMIT);
	(void)mc_buf_puts(&mending.record, "v=spf1");
	if (mend_terms(&mending, &spf) && !mending.record.failed)
		record = mc_arena_strdup(arena, mc_buf_text(&mending.record));
	mc_buf_free(&mending.record);
	return record;
}

const char *
mc_spf_mend(struct mc_arena *arena, const char *text, size_t length)
{
	const char *terms, *record;
	struct mc_spf spf;
	char *blanks;

	if (length > MC_SPF_FIX_LIMIT)
		return NULL;
	terms = terms_of(arena, mc_mend_clean(arena, text, length));
	if (terms == NULL || (blanks = mc_arena_memdup(arena, terms, strlen(terms))) == NULL)
		return NULL;
	for (size_t i = 0; blanks[i] != '\0'; i++)
		blanks[i] = (char)(mc_is_fws(blanks[i]) ? ' ' : blanks[i]);
	record = mended_record(arena, blanks);
	if (record == NULL || !mc_spf_parse(arena, record, strlen(record), &spf))
		return NULL;
	if (spf.bad == NULL && mc_spf_own_lookups(&spf) > MC_SPF_LOOKUP_LIMIT) {
		record = shortened(arena, &spf);
		if (!mc_spf_parse(arena, record, strlen(record), &spf))
			return NULL;
	}
	return is_good(&spf) ? record : NULL;
}
