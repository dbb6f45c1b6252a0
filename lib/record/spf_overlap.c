/* spf_overlap: terms of an SPF record beside each other: ranges within others, ranges that are too
 * large, and terms that another one decides before. */
#include "record/spf_overlap.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "record/spf_lint.h"

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

/* The record with `term` before `other`. */
static const char *
moved(struct mc_arena *arena, const struct mc_spf *spf, const struct mc_spf_term *term,
	const struct mc_spf_term *other)
{
	const char *record;
	struct mc_buf buf;

	mc_buf_init(&buf, UINT16_MAX);
	(void)mc_buf_puts(&buf, "v=spf1");
	for (size_t i = 0; i < spf->count; i++) {
		const struct mc_spf_term *at = &spf->terms[i];
		if (at == other)
			(void)mc_buf_printf(
				&buf, " %.*s", (int)term->length, spf->text + term->position);
		if (at != term)
			(void)mc_buf_printf(
				&buf, " %.*s", (int)at->length, spf->text + at->position);
	}
	record = mc_arena_strdup(arena, mc_buf_text(&buf));
	mc_buf_free(&buf);
	return record;
}

/* `term` is never asked about an address that `other` leaves, and says something else. */
static void
tell_hidden(const struct mc_spf *spf, const struct mc_spf_term *term,
	const struct mc_spf_term *other, struct mc_problems *problems)
{
	mc_problem(problems, "spf.unreachable", term->position, "%s: %s decides before",
		text_of(problems, spf, term), text_of(problems, spf, other));
	if (spf->length <= MC_SPF_FIX_LIMIT)
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
		if (other == term || !is_range(other) || mc_spf_is_behind_all(spf, other) ||
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
		if (spf->length <= MC_SPF_FIX_LIMIT)
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
	if (spf->length <= MC_SPF_FIX_LIMIT)
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
	if (spf->length > MC_SPF_FIX_LIMIT)
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
		if (spf->length <= MC_SPF_FIX_LIMIT)
			mc_problem_fix(problems, "Publish %s",
				mc_spf_rewrite(problems->arena, spf, term, ""));
		return;
	}
}
