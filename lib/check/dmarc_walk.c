/* dmarc_walk: RFC 9989, 4.10. */
#include "check/dmarc_walk.h"

#include <string.h>

#define NXNAME 128 /* RFC 9824 */

static bool
is_readable(const struct mc_dmarc_place *place)
{
	return place->dns->fact.status == MC_FACT_OK && place->dns->dnssec != MC_DNSSEC_BOGUS;
}

static void
read_place(struct mc_run *run, struct mc_dmarc_place *place)
{
	mc_problems_init(&place->problems, run->arena);
	if (!is_readable(place))
		return;
	mc_txt_sort(run, place->dns, mc_dmarc_is_record, &place->txts);
	if (place->txts.count != 1)
		return;
	mc_dmarc_parse(place->txts.records[0].text, place->txts.records[0].length, &place->dmarc,
		&place->problems);
	place->single = !place->dmarc.discarded;
}

/* Asks for all names at once, those behind the end of the walk too. */
static bool
ask_all(struct mc_run *run, const char *domain, struct mc_dmarc_walk *walk)
{
	const char *names[MC_DMARC_QUERIES];
	size_t count = mc_dmarc_walk(domain, names);
	bool known = true;

	for (size_t i = 0; i < count; i++) {
		struct mc_dmarc_place *place = &walk->places[i];
		place->name = names[i];
		place->owner = mc_arena_printf(run->arena, "_dmarc.%s", names[i]);
		place->dns = mc_ask_dns(run, "_dmarc", names[i], MC_RR_TXT);
		known = known && place->dns != NULL;
	}
	walk->asked = count;
	return known;
}

static void
read_all(struct mc_run *run, struct mc_dmarc_walk *walk)
{
	for (size_t i = 0; i < walk->asked; i++)
		read_place(run, &walk->places[i]);
	while (walk->count < walk->asked) {
		struct mc_dmarc_place *place = &walk->places[walk->count++];
		if (place->dns->fact.status != MC_FACT_OK && walk->failed == NULL)
			walk->failed = place;
		else if (place->dns->dnssec == MC_DNSSEC_BOGUS && walk->bogus == NULL)
			walk->bogus = place;
		if (place->single && place->dmarc.psd != 'u')
			return;
	}
}

/* The name one label longer, on the way down to the domain. */
static const char *
one_below(const char *domain, const char *ancestor)
{
	unsigned labels = mc_name_labels(ancestor) + 1;

	while (mc_name_labels(domain) > labels)
		domain = mc_name_parent(domain);
	return domain;
}

/* 4.10.2 */
static const char *
organizational(const char *domain, const struct mc_dmarc_walk *walk)
{
	const char *fewest = domain;

	for (size_t i = 0; i < walk->count; i++) {
		const struct mc_dmarc_place *place = &walk->places[i];
		if (!place->single)
			continue;
		if (place->dmarc.psd == 'n')
			return place->name;
		if (place->dmarc.psd == 'y' && i > 0)
			return one_below(domain, place->name);
		fewest = place->name;
	}
	return fewest;
}

/* 4.10.1: the author's own, that of the organization, that of the public suffix. */
static const struct mc_dmarc_place *
choose(const struct mc_dmarc_walk *walk)
{
	if (walk->places[0].single || walk->organizational == NULL)
		return walk->places[0].single ? &walk->places[0] : NULL;
	for (size_t i = 1; i < walk->count; i++)
		if (walk->places[i].single &&
			strcmp(walk->places[i].name, walk->organizational) == 0)
			return &walk->places[i];
	for (size_t i = 1; i < walk->count; i++)
		if (walk->places[i].single && walk->places[i].dmarc.psd == 'y')
			return &walk->places[i];
	return NULL;
}

/* Of a name one label longer than the domain (4.10, step 4): with nine labels or more its walk
 * leaves the domain itself out. A public suffix speaks for it unless the organization, just below
 * the suffix, has a record. */
const struct mc_dmarc_place *
mc_dmarc_walk_below(const struct mc_dmarc_walk *walk)
{
	size_t first = mc_name_labels(walk->places[0].name) >= MC_DMARC_QUERIES ? 1 : 0;
	const struct mc_dmarc_place *record = NULL;

	for (size_t i = first; i < walk->asked; i++) {
		const struct mc_dmarc_place *place = &walk->places[i];
		if (!is_readable(place))
			return NULL;
		if (!place->single)
			continue;
		if (place->dmarc.psd == 'y' && record != NULL &&
			mc_name_labels(record->name) == mc_name_labels(place->name) + 1)
			return record;
		record = place;
		if (place->dmarc.psd != 'u')
			return record;
	}
	return record;
}

/* The type bitmap (RFC 4034, 4.1.2) of an NSEC: window 0, octet 16, first bit is type 128. */
bool
mc_dmarc_is_nxname(const struct mc_dns *nsec)
{
	if (nsec->fact.status != MC_FACT_OK)
		return false;
	for (size_t i = 0; i < nsec->count; i++) {
		const struct mc_rr *rr = &nsec->rrs[i];
		size_t at = mc_name_wire_length(rr->rdata, rr->rdlength);
		if (at == 0 || rr->rdlength < at + 2 || rr->rdata[at] != NXNAME / 256 ||
			rr->rdlength < at + 2 + rr->rdata[at + 1])
			continue;
		if (rr->rdata[at + 1] > NXNAME / 8 && (rr->rdata[at + 2 + NXNAME / 8] & 0x80) != 0)
			return true;
	}
	return false;
}

/* MC_WAIT while it is not known. */
static enum mc_step
tell_nxname(struct mc_run *run, struct mc_dmarc_walk *walk)
{
	const struct mc_dns *nsec = mc_ask_dns(run, NULL, run->domain, MC_RR_NSEC);

	if (nsec == NULL)
		return MC_WAIT;
	if (mc_dmarc_is_nxname(nsec)) {
		walk->applies = MC_DMARC_NONEXISTENT;
		walk->by_nxname = true;
	}
	return MC_DONE;
}

/* A subdomain that does not exist (3.2.13) gets np; the MX lookup tells, or where the zone denies
 * in the compact way its NSEC. An alias exists, whatever it leads to. */
static enum mc_step
tell_existence(struct mc_run *run, struct mc_dmarc_walk *walk)
{
	const struct mc_dmarc *dmarc = &walk->record->dmarc;
	bool same = mc_dmarc_apply(dmarc, MC_DMARC_SUBDOMAIN, false) ==
		    mc_dmarc_apply(dmarc, MC_DMARC_NONEXISTENT, false);
	const struct mc_dns *mx;

	walk->applies = MC_DMARC_SUBDOMAIN;
	if (dmarc->np == MC_DMARC_ABSENT)
		return MC_DONE;
	mx = mc_ask_dns(run, NULL, run->domain, MC_RR_MX);
	if (mx == NULL)
		return MC_WAIT;
	if (mx->fact.status != MC_FACT_OK || mx->dnssec == MC_DNSSEC_BOGUS) {
		walk->existence = same ? NULL : mx;
		return MC_DONE;
	}
	if (mx->alias_count > 0)
		return MC_DONE;
	if (mx->nxdomain)
		walk->applies = MC_DMARC_NONEXISTENT;
	return mx->nxdomain || mx->count > 0 || same ? MC_DONE : tell_nxname(run, walk);
}

enum mc_step
mc_dmarc_walk_from(struct mc_run *run, const char *domain, struct mc_dmarc_walk *ret_walk)
{
	struct mc_dmarc_walk *walk = ret_walk;

	*walk = (struct mc_dmarc_walk){.count = 0};
	if (!ask_all(run, domain, walk))
		return MC_WAIT;
	read_all(run, walk);
	if (walk->failed == NULL && walk->bogus == NULL)
		walk->organizational = organizational(domain, walk);
	return MC_DONE;
}

enum mc_step
mc_dmarc_walk_up(struct mc_run *run, struct mc_dmarc_walk *ret_walk)
{
	struct mc_dmarc_walk *walk = ret_walk;

	if (mc_dmarc_walk_from(run, run->domain, walk) == MC_WAIT)
		return MC_WAIT;
	walk->record = choose(walk);
	walk->applies = MC_DMARC_ITSELF;
	return walk->record == NULL || walk->record == &walk->places[0] ? MC_DONE
									: tell_existence(run, walk);
}
