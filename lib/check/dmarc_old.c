/* dmarc_old: what a receiver of RFC 7489 does, by the list of public suffixes. */
#include <libpsl.h>
#include <string.h>

#include "check/dmarc_walk.h"

const char *
mc_dmarc_old_organizational(struct mc_run *run, const char *domain)
{
	const psl_ctx_t *list = psl_builtin();
	const char *found = list != NULL ? psl_registrable_domain(list, domain) : NULL;

	return found != NULL ? mc_arena_strdup(run->arena, found) : domain;
}

bool
mc_dmarc_same_organization(struct mc_run *run, const char *a, const char *b)
{
	return strcmp(mc_dmarc_old_organizational(run, a), mc_dmarc_old_organizational(run, b)) ==
	       0;
}

bool
mc_dmarc_old_is_suffix(const char *domain)
{
	const psl_ctx_t *list = psl_builtin();

	return list != NULL && psl_is_public_suffix(list, domain) != 0;
}

static const struct mc_dmarc_place *
find_place(const struct mc_dmarc_walk *walk, const char *name)
{
	for (size_t i = 0; i < walk->count; i++)
		if (strcmp(walk->places[i].name, name) == 0)
			return &walk->places[i];
	return NULL;
}

/* 6.6.3: more than one record ends the search, none leads on to the organization. */
static void
take(const struct mc_dmarc_place *place, enum mc_dmarc_for what, struct mc_dmarc_old *old)
{
	if (place->dns->fact.status != MC_FACT_OK || place->dns->dnssec == MC_DNSSEC_BOGUS) {
		old->unknown = true;
	} else if (place->single) {
		old->record_domain = place->name;
		old->policy = mc_dmarc_apply_old(&place->dmarc, what);
	}
}

enum mc_step
mc_dmarc_old_find(
	struct mc_run *run, const struct mc_dmarc_walk *walk, struct mc_dmarc_old *ret_old)
{
	const struct mc_dmarc_place *place;
	struct mc_dmarc_place beyond;

	*ret_old = (struct mc_dmarc_old){
		.organizational = mc_dmarc_old_organizational(run, run->domain)};
	take(&walk->places[0], MC_DMARC_ITSELF, ret_old);
	if (ret_old->unknown || walk->places[0].txts.count > 0 ||
		strcmp(ret_old->organizational, run->domain) == 0)
		return MC_DONE;
	place = find_place(walk, ret_old->organizational);
	if (place == NULL) {
		beyond = (struct mc_dmarc_place){.name = ret_old->organizational};
		beyond.dns = mc_ask_dns(run, "_dmarc", beyond.name, MC_RR_TXT);
		if (beyond.dns == NULL)
			return MC_WAIT;
		if (beyond.dns->fact.status == MC_FACT_OK) {
			mc_problems_init(&beyond.problems, run->arena);
			mc_txt_sort(run, beyond.dns, mc_dmarc_is_record, &beyond.txts);
			beyond.single = beyond.txts.count == 1;
		}
		if (beyond.single)
			mc_dmarc_parse(beyond.txts.records[0].text, beyond.txts.records[0].length,
				&beyond.dmarc, &beyond.problems);
		place = &beyond;
	}
	take(place, MC_DMARC_SUBDOMAIN, ret_old);
	return MC_DONE;
}
