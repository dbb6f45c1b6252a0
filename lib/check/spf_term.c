/* spf_term: whether a mechanism matches (RFC 7208, 5). */
#include <string.h>

#include "check/spf_host.h"

const struct mc_dns *
mc_spf_ask(struct mc_spf_evaluation *evaluation, const char *name, uint16_t type)
{
	const struct mc_dns *dns = mc_ask_dns(evaluation->run, NULL, name, type);

	if (dns == NULL)
		evaluation->waiting = true;
	return dns;
}

const char *
mc_spf_unusable(const struct mc_dns *dns)
{
	if (dns->fact.status != MC_FACT_OK)
		return dns->fact.text;
	if (dns->dnssec == MC_DNSSEC_BOGUS)
		return "the answer fails DNSSEC validation";
	return NULL;
}

static uint16_t
address_type(const struct mc_spf_evaluation *evaluation)
{
	return evaluation->identity.address.family == 4 ? MC_RR_A : MC_RR_AAAA;
}

static bool
answer_holds(const struct mc_dns *dns, const struct mc_address *address, unsigned prefix)
{
	struct mc_address other;

	for (size_t i = 0; i < dns->count; i++)
		if (mc_rr_address(&dns->rrs[i], &other) && mc_spf_within(address, &other, prefix))
			return true;
	return false;
}

/* --- the validated names of the address (5.5) --- */

struct names {
	const char *name[MC_SPF_NAMES];
	size_t count;
	bool is_void; /* no PTR record */
	const char *problem;
};

static bool
add_validated(struct mc_spf_evaluation *evaluation, struct names *names, const struct mc_rr *rr)
{
	const struct mc_address *address = &evaluation->identity.address;
	char name[MC_NAME_TEXT_SIZE];
	const struct mc_dns *dns;

	if (!mc_rr_target(rr, name))
		return true;
	dns = mc_spf_ask(evaluation, mc_arena_strdup(evaluation->run->arena, name),
		address_type(evaluation));
	if (dns == NULL)
		return false;
	if (mc_spf_unusable(dns) == NULL &&
		answer_holds(dns, address, address->family == 4 ? 32 : 128))
		names->name[names->count++] = mc_arena_strdup(evaluation->run->arena, name);
	return true;
}

/* False while something is missing. */
static bool
validated_names(struct mc_spf_evaluation *evaluation, struct names *names)
{
	char reverse[MC_ADDRESS_REVERSE_SIZE];
	const struct mc_dns *ptr;
	bool whole = true;

	*names = (struct names){.count = 0};
	mc_address_reverse(reverse, &evaluation->identity.address);
	ptr = mc_spf_ask(evaluation, mc_arena_strdup(evaluation->run->arena, reverse), MC_RR_PTR);
	if (ptr == NULL)
		return false;
	names->problem = mc_spf_unusable(ptr);
	if (names->problem != NULL)
		return true;
	names->is_void = ptr->count == 0;
	for (size_t i = 0; i < ptr->count && i < MC_SPF_NAMES; i++)
		whole = add_validated(evaluation, names, &ptr->rrs[i]) && whole;
	return whole;
}

/* --- targets --- */

/* What %{p} stands for: the domain itself, else a name below it, else any (7.3). */
static bool
find_validated(struct mc_spf_evaluation *evaluation)
{
	char domain[MC_NAME_TEXT_SIZE];
	const char *best = NULL;
	struct names names;
	int rank, most = 0;

	evaluation->identity.validated = NULL;
	if (!validated_names(evaluation, &names))
		return false;
	if (!mc_spf_name_canonical(evaluation->identity.domain, domain))
		domain[0] = '\0';
	for (size_t i = 0; i < names.count; i++) {
		rank = strcmp(names.name[i], domain) == 0                           ? 3
		       : domain[0] != '\0' && mc_name_within(names.name[i], domain) ? 2
										    : 1;
		if (rank > most) {
			most = rank;
			best = names.name[i];
		}
	}
	evaluation->identity.validated = best;
	return true;
}

const char *
mc_spf_target(struct mc_spf_evaluation *evaluation, const char *domain, size_t length)
{
	struct mc_arena *arena = evaluation->run->arena;

	if (domain == NULL)
		return evaluation->identity.domain;
	if (mc_spf_macro_uses(domain, length, 'p') && !find_validated(evaluation))
		return NULL;
	return mc_spf_macro_name(
		arena, mc_spf_macro_expand(arena, domain, length, &evaluation->identity));
}

bool
mc_spf_count_void(struct mc_spf_evaluation *evaluation, struct mc_spf_step *step)
{
	step->is_void = true;
	evaluation->voids++;
	if (evaluation->voids <= MC_SPF_VOIDS)
		return true;
	(void)mc_spf_fail(evaluation, MC_SPF_PERMERROR,
		"more than %d lookups without an answer (void lookups)", MC_SPF_VOIDS);
	return false;
}

/* --- mechanisms --- */

/* A lookup of the term's own: an error, or void. */
static bool
usable(struct mc_spf_evaluation *evaluation, const struct mc_dns *dns, const char *type,
	struct mc_spf_step *step)
{
	const char *problem = mc_spf_unusable(dns);

	if (problem != NULL) {
		(void)mc_spf_fail(
			evaluation, MC_SPF_TEMPERROR, "%s %s: %s", dns->name, type, problem);
		return false;
	}
	return dns->count > 0 || mc_spf_count_void(evaluation, step);
}

static unsigned
prefix_of(const struct mc_spf_evaluation *evaluation, const struct mc_spf_term *term)
{
	return evaluation->identity.address.family == 4 ? term->prefix4 : term->prefix6;
}

static enum mc_spf_match
match_a(struct mc_spf_evaluation *evaluation, const struct mc_spf_term *term, const char *name,
	struct mc_spf_step *step)
{
	const struct mc_dns *dns = mc_spf_ask(evaluation, name, address_type(evaluation));

	if (dns == NULL)
		return MC_SPF_LATER;
	if (!usable(evaluation, dns, evaluation->identity.address.family == 4 ? "A" : "AAAA", step))
		return MC_SPF_ERROR;
	return answer_holds(dns, &evaluation->identity.address, prefix_of(evaluation, term))
		       ? MC_SPF_MATCH
		       : MC_SPF_NO_MATCH;
}

/* Hosts count in the order of their preference, whichever answers first; those behind the one that
 * decides are not waited for. */
static enum mc_spf_match
match_exchanges(struct mc_spf_evaluation *evaluation, const struct mc_spf_term *term,
	const struct mc_dns *mx, struct mc_spf_step *step)
{
	struct mc_spf_evaluation *e = evaluation;
	enum mc_spf_match match = MC_SPF_NO_MATCH;
	size_t hosts = 0, voids = 0;

	for (size_t i = 0; i < mx->count; i++) {
		char name[MC_NAME_TEXT_SIZE];
		const struct mc_dns *dns;
		const char *problem;
		uint16_t preference;
		if (!mc_rr_mx(&mx->rrs[i], &preference, name) || strcmp(name, ".") == 0)
			continue;
		hosts++;
		dns = mc_spf_ask(e, mc_arena_strdup(e->run->arena, name), address_type(e));
		if (dns == NULL)
			match = MC_SPF_LATER;
		if (match == MC_SPF_LATER)
			continue;
		problem = mc_spf_unusable(dns);
		if (problem != NULL)
			return mc_spf_fail(e, MC_SPF_TEMPERROR, "%s: %s", name, problem);
		if (answer_holds(dns, &e->identity.address, prefix_of(e, term)))
			return MC_SPF_MATCH;
		voids += dns->count == 0;
	}
	if (match == MC_SPF_NO_MATCH && hosts > 0 && voids == hosts &&
		!mc_spf_count_void(evaluation, step))
		return MC_SPF_ERROR;
	return match;
}

static enum mc_spf_match
match_mx(struct mc_spf_evaluation *evaluation, const struct mc_spf_term *term, const char *name,
	struct mc_spf_step *step)
{
	const struct mc_dns *mx = mc_spf_ask(evaluation, name, MC_RR_MX);

	if (mx == NULL)
		return MC_SPF_LATER;
	if (!usable(evaluation, mx, "MX", step))
		return MC_SPF_ERROR;
	if (mx->count > MC_SPF_NAMES)
		return mc_spf_fail(evaluation, MC_SPF_PERMERROR,
			"%s has %zu MX records, and no more than %d may be looked up", name,
			mx->count, MC_SPF_NAMES);
	return match_exchanges(evaluation, term, mx, step);
}

static enum mc_spf_match
match_ptr(struct mc_spf_evaluation *evaluation, const char *name, struct mc_spf_step *step)
{
	struct names names;

	if (!validated_names(evaluation, &names))
		return MC_SPF_LATER;
	if (names.problem != NULL) {
		step->reason = names.problem;
		return MC_SPF_NO_MATCH;
	}
	if (names.is_void && !mc_spf_count_void(evaluation, step))
		return MC_SPF_ERROR;
	for (size_t i = 0; i < names.count; i++)
		if (mc_name_within(names.name[i], name))
			return MC_SPF_MATCH;
	return MC_SPF_NO_MATCH;
}

static enum mc_spf_match
match_exists(struct mc_spf_evaluation *evaluation, const char *name, struct mc_spf_step *step)
{
	const struct mc_dns *dns = mc_spf_ask(evaluation, name, MC_RR_A);

	if (dns == NULL)
		return MC_SPF_LATER;
	if (!usable(evaluation, dns, "A", step))
		return MC_SPF_ERROR;
	return dns->count > 0 ? MC_SPF_MATCH : MC_SPF_NO_MATCH;
}

static enum mc_spf_match
match_network(const struct mc_spf_evaluation *evaluation, const struct mc_spf_term *term)
{
	unsigned prefix = term->kind == MC_SPF_IP4 ? term->prefix4 : term->prefix6;

	return mc_spf_within(&evaluation->identity.address, &term->network, prefix)
		       ? MC_SPF_MATCH
		       : MC_SPF_NO_MATCH;
}

enum mc_spf_match
mc_spf_match(struct mc_spf_evaluation *evaluation, const struct mc_spf_term *term,
	struct mc_spf_step *step)
{
	char canonical[MC_NAME_TEXT_SIZE];
	const char *target, *name;

	if (term->kind == MC_SPF_ALL)
		return MC_SPF_MATCH;
	if (term->kind == MC_SPF_IP4 || term->kind == MC_SPF_IP6)
		return match_network(evaluation, term);
	target = mc_spf_target(evaluation, term->domain, term->domain_length);
	if (target == NULL)
		return MC_SPF_LATER;
	step->target = target;
	if (!mc_spf_name_canonical(target, canonical)) {
		step->reason = "this is no domain name, so it has no records";
		return MC_SPF_NO_MATCH;
	}
	name = mc_arena_strdup(evaluation->run->arena, canonical);
	switch (term->kind) {
	case MC_SPF_A:
		return match_a(evaluation, term, name, step);
	case MC_SPF_MX:
		return match_mx(evaluation, term, name, step);
	case MC_SPF_PTR:
		return match_ptr(evaluation, name, step);
	default:
		return match_exists(evaluation, name, step);
	}
}
