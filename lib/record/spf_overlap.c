/* spf_overlap: terms of an SPF record beside each other: ranges within others, ranges that are too
 * large, and terms that another one decides before. */
#include "record/spf_overlap.h"

#include <string.h>
#include <strings.h>

#include "record/spf_lint.h"
#include "record/spf_tidy.h"

#define WIDE4 12 /* prefixes shorter than these cover networks no single sender has */
#define WIDE6 24
#define HALVINGS 8        /* of all addresses, where ranges are looked for that hold them all */
#define OVERLAP_LIMIT 500 /* terms that are compared */

static const char *
text_of(const struct mc_problems *problems, const struct mc_spf *spf,
	const struct mc_spf_term *term)
{
	return mc_spf_term_text(problems->arena, spf, term);
}

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

const struct mc_spf_term *
mc_spf_wider(const struct mc_spf *spf, const struct mc_spf_term *term)
{
	for (size_t i = 0; is_range(term) && i < spf->count && i < OVERLAP_LIMIT; i++) {
		const struct mc_spf_term *other = &spf->terms[i];
		bool same = other->qualifier == term->qualifier;
		if (other == term || !is_range(other) || mc_spf_is_behind_all(spf, other) ||
			!is_within(term, other))
			continue;
		if (other < term ||
			(same && prefix_of(other) != prefix_of(term) && !is_crossed(term, other)))
			return other;
	}
	return NULL;
}

/* `term` is never asked about an address that `other` leaves, and says something else. */
static void
tell_hidden(const struct mc_spf *spf, const struct mc_spf_term *term,
	const struct mc_spf_term *other, struct mc_problems *problems)
{
	const char *text = text_of(problems, spf, term);

	mc_problem(problems, "spf.unreachable", term->position, "%s: %s decides before", text,
		text_of(problems, spf, other));
	if (mc_spf_is_as_wide(term, other))
		mc_problem_fix(problems,
			"Publish " MC_SPF_TIDY "; or, if %s is meant, remove %s instead.", text,
			text_of(problems, spf, other));
	else
		mc_problem_fix(problems, "Publish " MC_SPF_TIDY "; or without %s.", text);
}

/* A range within another one that decides the same, or that decides before it. */
static void
lint_overlap(const struct mc_spf *spf, const struct mc_spf_term *term, struct mc_problems *problems)
{
	const struct mc_spf_term *other = mc_spf_wider(spf, term);

	if (other == NULL)
		return;
	if (other->qualifier != term->qualifier) {
		tell_hidden(spf, term, other, problems);
		return;
	}
	if (prefix_of(other) == prefix_of(term))
		mc_problem(problems, "spf.overlap", term->position, "%s stands there twice",
			text_of(problems, spf, term));
	else
		mc_problem(problems, "spf.overlap", term->position, "%s is within %s",
			text_of(problems, spf, term), text_of(problems, spf, other));
	mc_problem_fix(problems, "Publish " MC_SPF_TIDY);
}

/* Clients with an IPv4-mapped address are IPv4 clients (RFC 7208, 5). */
const char *
mc_spf_as_ip4(struct mc_arena *arena, const struct mc_spf_term *term)
{
	struct mc_address four = {.family = 4};
	char address[MC_ADDRESS_SIZE], sign[2] = {term->qualifier, '\0'};

	if (term->kind != MC_SPF_IP6 || term->prefix6 < 96 ||
		mc_address_scope(&term->network) != MC_SCOPE_MAPPED)
		return NULL;
	memcpy(four.bytes, term->network.bytes + 12, 4);
	mc_address_format(address, &four);
	return mc_arena_printf(arena, "%sip4:%s/%u", term->qualifier == '+' ? "" : sign, address,
		term->prefix6 - 96u);
}

static void
lint_mapped(const struct mc_spf *spf, const struct mc_spf_term *term, struct mc_problems *problems)
{
	if (mc_spf_as_ip4(problems->arena, term) == NULL)
		return;
	mc_problem(problems, "spf.unreachable", term->position,
		"%s: a client with such an address is taken for an IPv4 one",
		text_of(problems, spf, term));
	mc_problem_fix(problems, "Publish " MC_SPF_TIDY);
}

/* False: the address is that of the network. */
static bool
without_host_bits(const struct mc_spf_term *term, char ret_address[MC_ADDRESS_SIZE])
{
	unsigned prefix, bits = term->kind == MC_SPF_IP4 ? 32 : 128;
	struct mc_address network = term->network;

	if (!is_range(term))
		return false;
	prefix = prefix_of(term);
	for (unsigned bit = prefix; bit < bits; bit++)
		network.bytes[bit / 8] &= (uint8_t) ~(0x80u >> bit % 8);
	mc_address_format(ret_address, &network);
	return mc_address_compare(&network, &term->network) != 0;
}

const char *
mc_spf_as_network(struct mc_arena *arena, const struct mc_spf_term *term)
{
	char address[MC_ADDRESS_SIZE], sign[2] = {term->qualifier, '\0'};

	if (!without_host_bits(term, address))
		return NULL;
	return mc_arena_printf(arena, "%s%s:%s/%u", term->qualifier == '+' ? "" : sign,
		mc_spf_kind_name(term->kind), address, prefix_of(term));
}

static void
lint_host_bits(
	const struct mc_spf *spf, const struct mc_spf_term *term, struct mc_problems *problems)
{
	char address[MC_ADDRESS_SIZE];

	if (!without_host_bits(term, address))
		return;
	mc_problem(problems, "spf.host-bits", term->position, "%s means %s/%u",
		text_of(problems, spf, term), address, prefix_of(term));
	mc_problem_fix(problems,
		"Publish " MC_SPF_TIDY "; or, if one address is meant, without the prefix.");
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
		if (term->qualifier != '+' || !is_range(term) || mc_spf_is_behind_all(spf, term) ||
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

void
mc_spf_lint_ranges(const struct mc_spf *spf, struct mc_problems *problems)
{
	size_t before;

	lint_coverage(spf, problems);
	before = problems->count;
	for (size_t i = 0; i < spf->count && i < OVERLAP_LIMIT; i++) {
		const struct mc_spf_term *term = &spf->terms[i];
		if (mc_spf_is_behind_all(spf, term))
			continue;
		if (problems->count - before < MC_SPF_TOLD_LIMIT && mc_spf_is_wide(term))
			mc_problem(problems, "spf.wide-range", term->position, "%s",
				text_of(problems, spf, term));
		if (!is_range(term) || problems->count - before >= MC_SPF_TOLD_LIMIT)
			continue;
		lint_overlap(spf, term, problems);
		lint_host_bits(spf, term, problems);
		lint_mapped(spf, term, problems);
	}
}

/* --- the same term twice --- */

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

const struct mc_spf_term *
mc_spf_twin(const struct mc_spf *spf, const struct mc_spf_term *term)
{
	if (term->kind > MC_SPF_EXISTS || !mc_spf_kind_looks_up(term->kind))
		return NULL;
	for (size_t i = 0; i < OVERLAP_LIMIT && &spf->terms[i] < term; i++)
		if (is_same(term, &spf->terms[i]))
			return &spf->terms[i];
	return NULL;
}

bool
mc_spf_is_as_wide(const struct mc_spf_term *term, const struct mc_spf_term *other)
{
	return !is_range(term) || prefix_of(term) == prefix_of(other);
}

bool
mc_spf_is_repeated(const struct mc_spf *spf, const struct mc_spf_term *term)
{
	for (const struct mc_spf_term *other = spf->terms; other < term; other++)
		if (mc_spf_kind_looks_up(term->kind) && is_same(term, other) &&
			other->qualifier == term->qualifier)
			return true;
	return false;
}

/* A mechanism that looks up what one before it did. */
void
mc_spf_lint_twice(
	const struct mc_spf *spf, const struct mc_spf_term *term, struct mc_problems *problems)
{
	const struct mc_spf_term *other = mc_spf_twin(spf, term);

	if (other == NULL)
		return;
	if (other->qualifier != term->qualifier) {
		tell_hidden(spf, term, other, problems);
		return;
	}
	mc_problem(problems, "spf.duplicate", term->position, "%s", text_of(problems, spf, term));
	mc_problem_fix(problems, "Publish " MC_SPF_TIDY);
}
