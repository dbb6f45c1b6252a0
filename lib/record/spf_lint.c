/* spf_lint: what is wrong or unwise in an SPF record, by its text alone. */
#include "record/spf_lint.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"

#define WIDE4 12 /* prefixes shorter than these cover networks no single sender has */
#define WIDE6 24
#define HALVINGS 8        /* of all addresses, where ranges are looked for that hold them all */
#define STRING_LIMIT 255  /* octets of a character-string */
#define OVERLAP_LIMIT 500 /* ranges that are compared */
#define TOLD_LIMIT 20     /* terms with the same kind of fault that are told */
#define FIX_LIMIT 4096    /* octets of a record that is written anew */

static const char *
text_of(const struct mc_problems *problems, const struct mc_spf *spf,
	const struct mc_spf_term *term)
{
	return mc_spf_term_text(problems->arena, spf, term);
}

/* --- a record written anew --- */

static void
begin(struct mc_buf *text)
{
	mc_buf_init(text, UINT16_MAX);
	(void)mc_buf_puts(text, "v=spf1");
}

static void
put(struct mc_buf *text, const char *term, size_t length)
{
	if (length > 0) {
		(void)mc_buf_putc(text, ' ');
		(void)mc_buf_append(text, term, length);
	}
}

static const char *
end(struct mc_buf *text, struct mc_arena *arena)
{
	const char *copy = mc_arena_strdup(arena, mc_buf_text(text));

	mc_buf_free(text);
	return copy;
}

const char *
mc_spf_rewrite(struct mc_arena *arena, const struct mc_spf *spf,
	const struct mc_spf_term *instead_of, const char *replacement)
{
	struct mc_buf text;

	begin(&text);
	for (size_t i = 0; i < spf->count; i++) {
		const struct mc_spf_term *term = &spf->terms[i];
		if (term == instead_of)
			put(&text, replacement, strlen(replacement));
		else
			put(&text, spf->text + term->position, term->length);
	}
	return end(&text, arena);
}

bool
mc_spf_is_nobody(const struct mc_spf *spf)
{
	return spf->bad == NULL && spf->count >= 1 && spf->terms[0].kind == MC_SPF_ALL &&
	       spf->terms[0].qualifier == '-';
}

/* --- syntax --- */

static bool
is_term(const char *text)
{
	struct mc_spf_parser parser = {.text = text, .length = strlen(text)};
	struct mc_spf_term term;

	return mc_spf_parser_next(&parser, &term) && term.kind != MC_SPF_BAD &&
	       term.kind != MC_SPF_UNKNOWN && term.length == parser.length;
}

static const char *
as_network(struct mc_arena *arena, char qualifier, const char *value)
{
	char sign[2] = {qualifier == '+' ? '\0' : qualifier, '\0'};
	const char *mechanism = strchr(value, ':') != NULL ? "ip6" : "ip4";

	return mc_arena_printf(arena, "%s%s:%s", sign, mechanism, value);
}

/* What was probably meant; NULL when there is no telling. */
static const char *
mended(struct mc_arena *arena, const struct mc_spf *spf, const struct mc_spf_term *term)
{
	const char *text = mc_spf_term_text(arena, spf, term);
	const char *body = text, *colon, *candidates[6];
	size_t length = strlen(text), count = 0;

	while (length > 0 && strchr(",;.\"'", text[length - 1]) != NULL)
		length--;
	text = mc_arena_strndup(arena, text, length);
	body = text;
	if (length > 0 && strchr("+-~?", body[0]) != NULL)
		body++;
	candidates[count++] = text;
	if (strncmp(text, "\xe2\x80\x93", 3) == 0 || strncmp(text, "\xe2\x80\x94", 3) == 0 ||
		strncmp(text, "\xe2\x88\x92", 3) == 0)
		candidates[count++] = mc_arena_printf(arena, "-%s", text + 3);
	if (strncasecmp(body, "redirect:", 9) == 0)
		candidates[count++] = mc_arena_printf(arena, "redirect=%s", body + 9);
	colon = strchr(body, ':');
	candidates[count++] = as_network(arena, term->qualifier, body);
	if (colon != NULL)
		candidates[count++] = as_network(arena, term->qualifier, colon + 1);
	for (size_t i = 0; i < count; i++)
		if (is_term(candidates[i]))
			return candidates[i];
	return NULL;
}

/* A term with a space inside ("include: example.net"); NULL: it is none. */
static const char *
without_space(struct mc_arena *arena, const struct mc_spf *spf, const struct mc_spf_term *term)
{
	const struct mc_spf_term *next = term + 1;
	const char *text;

	if (next >= spf->terms + spf->count || spf->text[term->position + term->length - 1] != ':')
		return NULL;
	text = mc_arena_printf(arena, "%s%s", mc_spf_term_text(arena, spf, term),
		mc_spf_term_text(arena, spf, next));
	return is_term(text) ? text : NULL;
}

/* The record without its errors; NULL when there is no telling what is meant. */
static const char *
mended_record(const struct mc_spf *spf, struct mc_problems *problems)
{
	struct mc_arena *arena = problems->arena;
	bool whole = spf->length <= FIX_LIMIT;
	const char *record;
	struct mc_buf buf;

	begin(&buf);
	for (size_t i = 0; whole && i < spf->count; i++) {
		const struct mc_spf_term *term = &spf->terms[i];
		const char *text = text_of(problems, spf, term), *joined;
		if (term->kind == MC_SPF_BAD) {
			bool twice = term->problem_at == term->position &&
				     memchr(text, '=', strlen(text)) != NULL && is_term(text);
			joined = without_space(arena, spf, term);
			text = twice ? "" : joined != NULL ? joined : mended(arena, spf, term);
			i += !twice && joined != NULL;
		}
		whole = whole && text != NULL;
		if (text != NULL)
			put(&buf, text, strlen(text));
	}
	record = end(&buf, arena);
	return whole ? record : NULL;
}

static void
lint_syntax(const struct mc_spf *spf, struct mc_problems *problems)
{
	const char *record = mended_record(spf, problems);
	size_t told = 0;

	for (size_t i = 0; i < spf->count && told < TOLD_LIMIT; i++) {
		const struct mc_spf_term *term = &spf->terms[i];
		if (term->kind != MC_SPF_BAD)
			continue;
		told++;
		mc_problem(problems, "spf.syntax", term->problem_at, "%s: %s",
			text_of(problems, spf, term), term->problem);
		if (record != NULL)
			mc_problem_fix(problems, "Publish, if this is what is meant: %s", record);
	}
}

/* --- all and what comes behind it --- */

static bool
is_behind_all(const struct mc_spf *spf, const struct mc_spf_term *term)
{
	return spf->all != NULL && term->kind <= MC_SPF_EXISTS && term > spf->all;
}

static void
lint_reach(const struct mc_spf *spf, struct mc_problems *problems)
{
	const struct mc_spf_term *first = NULL;
	const char *record;
	struct mc_buf text;

	begin(&text);
	for (size_t i = 0; i < spf->count; i++) {
		const struct mc_spf_term *term = &spf->terms[i];
		if (is_behind_all(spf, term) ||
			(spf->all != NULL && term->kind == MC_SPF_REDIRECT)) {
			first = first == NULL ? term : first;
			continue;
		}
		put(&text, spf->text + term->position, term->length);
	}
	record = end(&text, problems->arena);
	if (first == NULL)
		return;
	mc_problem(
		problems, "spf.unreachable", first->position, "%s", text_of(problems, spf, first));
	mc_problem_fix(problems, "Publish %s, or move what is meant before \"all\".", record);
}

static void
lint_all(const struct mc_spf *spf, struct mc_problems *problems)
{
	const struct mc_spf_term *all = spf->all;

	if (all == NULL && spf->redirect != NULL)
		return;
	if (all == NULL) {
		mc_problem(problems, "spf.no-all", MC_NOWHERE, "%.*s", (int)spf->length, spf->text);
		mc_problem_fix(problems, "Publish %s ~all, and -all once nothing legitimate fails.",
			mc_spf_rewrite(problems->arena, spf, NULL, NULL));
		return;
	}
	if (all->qualifier == '+') {
		mc_problem(
			problems, "spf.pass-all", all->position, "%s", text_of(problems, spf, all));
		mc_problem_fix(problems, "Publish %s, with every sender of yours before the ~all.",
			mc_spf_rewrite(problems->arena, spf, all, "~all"));
	}
	if (all->qualifier == '?') {
		mc_problem(problems, "spf.neutral-all", all->position, "%s",
			text_of(problems, spf, all));
		mc_problem_fix(problems, "Publish %s, and -all once nothing legitimate fails.",
			mc_spf_rewrite(problems->arena, spf, all, "~all"));
	}
}

/* --- ranges --- */

static bool
is_range(const struct mc_spf_term *term)
{
	return term->kind == MC_SPF_IP4 || term->kind == MC_SPF_IP6;
}

static unsigned
prefix_of(const struct mc_spf_term *term)
{
	return term->kind == MC_SPF_IP4 ? term->prefix4 : term->prefix6;
}

static bool
is_within(const struct mc_spf_term *term, const struct mc_spf_term *other)
{
	return prefix_of(other) <= prefix_of(term) &&
	       mc_spf_within(&term->network, &other->network, prefix_of(other));
}

/* Whether a term between the two may decide otherwise for an address of the first. */
static bool
is_crossed(const struct mc_spf_term *term, const struct mc_spf_term *wider)
{
	for (const struct mc_spf_term *between = term + 1; between < wider; between++)
		if (between->kind <= MC_SPF_EXISTS && between->qualifier != term->qualifier &&
			(!is_range(between) || is_within(between, term) ||
				is_within(term, between)))
			return true;
	return false;
}

/* The record with `term` before `other`. */
static const char *
moved(struct mc_arena *arena, const struct mc_spf *spf, const struct mc_spf_term *term,
	const struct mc_spf_term *other)
{
	struct mc_buf text;

	begin(&text);
	for (size_t i = 0; i < spf->count; i++) {
		if (&spf->terms[i] == other)
			put(&text, spf->text + term->position, term->length);
		if (&spf->terms[i] != term)
			put(&text, spf->text + spf->terms[i].position, spf->terms[i].length);
	}
	return end(&text, arena);
}

/* `term` is never asked about an address that `other` leaves, and says something else. */
static void
tell_hidden(const struct mc_spf *spf, const struct mc_spf_term *term,
	const struct mc_spf_term *other, struct mc_problems *problems)
{
	mc_problem(problems, "spf.unreachable", term->position, "%s: %s decides before",
		text_of(problems, spf, term), text_of(problems, spf, other));
	if (spf->length <= FIX_LIMIT)
		mc_problem_fix(problems, "Publish %s, or without the term.",
			moved(problems->arena, spf, term, other));
}

/* A range within another one that decides the same, or that decides before it. */
static void
lint_overlap(const struct mc_spf *spf, const struct mc_spf_term *term, struct mc_problems *problems)
{
	for (size_t i = 0; i < spf->count && i < OVERLAP_LIMIT; i++) {
		const struct mc_spf_term *other = &spf->terms[i];
		bool same = other->qualifier == term->qualifier;
		if (other == term || !is_range(other) || is_behind_all(spf, other) ||
			!is_within(term, other))
			continue;
		if (other > term &&
			(!same || prefix_of(other) == prefix_of(term) || is_crossed(term, other)))
			continue;
		if (!same) {
			tell_hidden(spf, term, other, problems);
			return;
		}
		if (prefix_of(other) == prefix_of(term))
			mc_problem(problems, "spf.overlap", term->position, "%s stands there twice",
				text_of(problems, spf, term));
		else
			mc_problem(problems, "spf.overlap", term->position, "%s is within %s",
				text_of(problems, spf, term), text_of(problems, spf, other));
		if (spf->length <= FIX_LIMIT)
			mc_problem_fix(problems, "Publish %s",
				mc_spf_rewrite(problems->arena, spf, term, ""));
		return;
	}
}

/* Clients with an IPv4-mapped address are IPv4 clients (RFC 7208, 5). */
static void
lint_mapped(const struct mc_spf *spf, const struct mc_spf_term *term, struct mc_problems *problems)
{
	struct mc_address four = {.family = 4};
	char address[MC_ADDRESS_SIZE], sign[2] = {term->qualifier, '\0'};

	if (term->kind != MC_SPF_IP6 || term->prefix6 < 96 ||
		mc_address_scope(&term->network) != MC_SCOPE_MAPPED)
		return;
	memcpy(four.bytes, term->network.bytes + 12, 4);
	mc_address_format(address, &four);
	mc_problem(problems, "spf.unreachable", term->position,
		"%s: a client with such an address is taken for an IPv4 one",
		text_of(problems, spf, term));
	if (spf->length <= FIX_LIMIT)
		mc_problem_fix(problems, "Publish %s",
			mc_spf_rewrite(problems->arena, spf, term,
				mc_arena_printf(problems->arena, "%sip4:%s/%u",
					term->qualifier == '+' ? "" : sign, address,
					term->prefix6 - 96u)));
}

static void
lint_host_bits(
	const struct mc_spf *spf, const struct mc_spf_term *term, struct mc_problems *problems)
{
	struct mc_address network = term->network;
	char address[MC_ADDRESS_SIZE], sign[2] = {term->qualifier, '\0'};
	unsigned prefix = prefix_of(term), bits = network.family == 4 ? 32 : 128;

	for (unsigned bit = prefix; bit < bits; bit++)
		network.bytes[bit / 8] &= (uint8_t) ~(0x80u >> bit % 8);
	if (mc_address_compare(&network, &term->network) == 0)
		return;
	mc_address_format(address, &network);
	mc_problem(problems, "spf.host-bits", term->position, "%s means %s/%u",
		text_of(problems, spf, term), address, prefix);
	if (spf->length > FIX_LIMIT)
		return;
	mc_problem_fix(problems, "Publish %s, or without the prefix if one address is meant.",
		mc_spf_rewrite(problems->arena, spf, term,
			mc_arena_printf(problems->arena, "%s%s:%s/%u",
				term->qualifier == '+' ? "" : sign, mc_spf_kind_name(term->kind),
				address, prefix)));
}

bool
mc_spf_is_wide(const struct mc_spf_term *term)
{
	unsigned prefix4 = term->kind == MC_SPF_IP6 ? 32 : term->prefix4;
	unsigned prefix6 = term->kind == MC_SPF_IP4 ? 128 : term->prefix6;
	bool ranged = is_range(term) || term->kind == MC_SPF_A || term->kind == MC_SPF_MX;

	return ranged && term->qualifier == '+' && (prefix4 < WIDE4 || prefix6 < WIDE6);
}

/* Whether every address of a network of at most `depth` halvings passes. */
static bool
is_covered(
	const struct mc_spf *spf, const struct mc_address *network, unsigned prefix, unsigned depth)
{
	struct mc_address half = *network;
	bool crossed = false;

	for (size_t i = 0; i < spf->count && i < OVERLAP_LIMIT; i++) {
		const struct mc_spf_term *term = &spf->terms[i];
		if (term->qualifier != '+' || !is_range(term) || is_behind_all(spf, term) ||
			term->network.family != network->family)
			continue;
		if (prefix_of(term) <= prefix &&
			mc_spf_within(network, &term->network, prefix_of(term)))
			return true;
		crossed = crossed || mc_spf_within(&term->network, network, prefix);
	}
	if (!crossed || depth == 0)
		return false;
	half.bytes[prefix / 8] ^= (uint8_t)(0x80u >> prefix % 8);
	return is_covered(spf, network, prefix + 1, depth - 1) &&
	       is_covered(spf, &half, prefix + 1, depth - 1);
}

const char *
mc_spf_covers(const struct mc_spf *spf)
{
	static const struct mc_address four = {.family = 4};
	static const struct mc_address six = {.family = 6, .bytes = {0x20}};

	if (is_covered(spf, &four, 0, HALVINGS))
		return "every IPv4 address";
	return is_covered(spf, &six, 3, HALVINGS) ? "every IPv6 address" : NULL;
}

static void
lint_coverage(const struct mc_spf *spf, struct mc_problems *problems)
{
	const char *covered = mc_spf_covers(spf);

	if (covered == NULL)
		return;
	mc_problem(problems, "spf.pass-all", MC_NOWHERE, "its networks hold %s", covered);
	mc_problem_fix(problems, "Name the networks that really send in their place.");
}

static void
lint_ranges(const struct mc_spf *spf, struct mc_problems *problems)
{
	size_t before = problems->count;

	for (size_t i = 0; i < spf->count && i < OVERLAP_LIMIT; i++) {
		const struct mc_spf_term *term = &spf->terms[i];
		if (is_behind_all(spf, term))
			continue;
		if (problems->count - before < TOLD_LIMIT && mc_spf_is_wide(term))
			mc_problem(problems, "spf.wide-range", term->position, "%s",
				text_of(problems, spf, term));
		if (!is_range(term) || problems->count - before >= TOLD_LIMIT)
			continue;
		lint_overlap(spf, term, problems);
		lint_host_bits(spf, term, problems);
		lint_mapped(spf, term, problems);
	}
}

/* --- single terms --- */

static bool
is_mechanism_name(const struct mc_spf_term *term)
{
	for (enum mc_spf_kind kind = MC_SPF_ALL; kind <= MC_SPF_EXISTS; kind++)
		if (strlen(mc_spf_kind_name(kind)) == term->name_length &&
			strncasecmp(mc_spf_kind_name(kind), term->name, term->name_length) == 0)
			return true;
	return false;
}

static void
lint_unknown(const struct mc_spf *spf, const struct mc_spf_term *term, struct mc_problems *problems)
{
	struct mc_arena *arena = problems->arena;
	const char *text = text_of(problems, spf, term);

	if (!is_mechanism_name(term)) {
		mc_problem(problems, "spf.unknown-modifier", term->position, "%s", text);
		return;
	}
	mc_problem(problems, "spf.mechanism-as-modifier", term->position, "%s", text);
	if (spf->length > FIX_LIMIT)
		return;
	mc_problem_fix(problems, "Publish %s",
		mc_spf_rewrite(arena, spf, term,
			mc_arena_printf(arena, "%.*s:%.*s", (int)term->name_length, term->name,
				(int)term->domain_length, term->domain)));
}

static bool
is_same(const struct mc_spf_term *term, const struct mc_spf_term *other)
{
	size_t length = term->domain_length;

	if (term->kind != other->kind || term->prefix4 != other->prefix4 ||
		term->prefix6 != other->prefix6 || length != other->domain_length)
		return false;
	if (length == 0)
		return true;
	return memchr(term->domain, '%', length) != NULL /* %{L} is not %{l} */
		       ? memcmp(term->domain, other->domain, length) == 0
		       : strncasecmp(term->domain, other->domain, length) == 0;
}

/* A mechanism that looks up what one before it did. */
static void
lint_twice(const struct mc_spf *spf, const struct mc_spf_term *term, struct mc_problems *problems)
{
	for (size_t i = 0; i < OVERLAP_LIMIT && &spf->terms[i] < term; i++) {
		const struct mc_spf_term *other = &spf->terms[i];
		if (!is_same(term, other))
			continue;
		if (other->qualifier != term->qualifier) {
			tell_hidden(spf, term, other, problems);
			return;
		}
		mc_problem(problems, "spf.duplicate", term->position, "%s",
			text_of(problems, spf, term));
		if (spf->length <= FIX_LIMIT)
			mc_problem_fix(problems, "Publish %s",
				mc_spf_rewrite(problems->arena, spf, term, ""));
		return;
	}
}

static void
lint_terms(const struct mc_spf *spf, struct mc_problems *problems)
{
	size_t lookups = mc_spf_own_lookups(spf), before = problems->count;

	for (size_t i = 0; i < spf->count; i++) {
		const struct mc_spf_term *term = &spf->terms[i];
		if (is_behind_all(spf, term))
			continue;
		if (problems->count - before >= TOLD_LIMIT)
			break;
		if (term->kind == MC_SPF_PTR)
			mc_problem(problems, "spf.ptr", term->position, "%s",
				text_of(problems, spf, term));
		if (term->kind == MC_SPF_UNKNOWN)
			lint_unknown(spf, term, problems);
		if (term->kind <= MC_SPF_EXISTS && mc_spf_kind_looks_up(term->kind))
			lint_twice(spf, term, problems);
	}
	if (lookups > MC_SPF_LOOKUP_LIMIT)
		mc_problem(problems, "spf.lookup-limit", MC_NOWHERE,
			"%zu terms of this record alone cause DNS lookups", lookups);
}

/* As a zone file takes it: character-strings of up to 255 octets, split behind a space. */
static const char *
in_strings(struct mc_arena *arena, const char *text, size_t length)
{
	const char *all = "";

	while (length > 0) {
		size_t piece = length <= STRING_LIMIT ? length : STRING_LIMIT;
		while (piece < length && piece > 0 && text[piece - 1] != ' ')
			piece--;
		if (piece == 0)
			piece = STRING_LIMIT;
		all = mc_arena_printf(
			arena, "%s%s\"%.*s\"", all, all[0] != '\0' ? " " : "", (int)piece, text);
		text += piece;
		length -= piece;
	}
	return all;
}

void
mc_spf_lint_length(const struct mc_spf *spf, struct mc_problems *problems)
{
	if (spf->length <= STRING_LIMIT)
		return;
	mc_problem(problems, "spf.long-string", MC_NOWHERE, "%zu octets", spf->length);
	if (memchr(spf->text, '"', spf->length) == NULL &&
		memchr(spf->text, '\\', spf->length) == NULL)
		mc_problem_fix(problems, "Publish it as: %s",
			in_strings(problems->arena, spf->text, spf->length));
}

void
mc_spf_lint(const struct mc_spf *spf, struct mc_problems *problems)
{
	if (spf->bad != NULL) {
		lint_syntax(spf, problems);
		return;
	}
	lint_all(spf, problems);
	lint_reach(spf, problems);
	lint_coverage(spf, problems);
	lint_ranges(spf, problems);
	lint_terms(spf, problems);
}
