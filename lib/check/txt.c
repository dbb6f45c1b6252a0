/* txt: TXT records among others. */
#include "check/txt.h"

#include <string.h>

#include "base/escape.h"
#include "check/host.h"

void
mc_txt_sort(struct mc_run *run, const struct mc_dns *dns,
	bool (*counts)(const char *text, size_t length), struct mc_txts *ret_txts)
{
	struct mc_txts txts = {.dns = dns,
		.records = mc_arena_calloc(run->arena, MC_TXT_LIMIT, sizeof(struct mc_txt)),
		.others = mc_arena_calloc(run->arena, MC_TXT_LIMIT, sizeof(struct mc_txt))};

	for (size_t i = 0; txts.records != NULL && txts.others != NULL && i < dns->count; i++) {
		struct mc_txt txt;
		txt.text = mc_rr_txt(run->arena, &dns->rrs[i], &txt.length);
		if (txt.text == NULL)
			continue;
		if (!counts(txt.text, txt.length)) {
			if (txts.other_count < MC_TXT_LIMIT)
				txts.others[txts.other_count++] = txt;
		} else if (txts.count < MC_TXT_LIMIT) {
			txts.records[txts.count++] = txt;
		}
	}
	*ret_txts = txts;
}

void
mc_txt_take_alone(struct mc_txts *txts, bool (*counts)(const char *text, size_t length))
{
	if (txts->count > 0 || txts->other_count != 1 ||
		!counts(txts->others[0].text, txts->others[0].length))
		return;
	txts->records = txts->others;
	txts->count = 1;
	txts->other_count = 0;
}

const char *
mc_txt_escaped(struct mc_run *run, const struct mc_txt *txt)
{
	return mc_escape(run->arena, txt->text, txt->length);
}

bool
mc_txt_find_dangling(struct mc_run *run, const struct mc_dns *dns, const char *id)
{
	if (dns->fact.status != MC_FACT_OK || dns->alias_count == 0 || dns->count > 0)
		return false;
	mc_find(run, id, "%s: %s", mc_host_chain(run, dns),
		dns->nxdomain ? "the last name does not exist" : "no TXT record there");
	mc_about(run, dns->name);
	return true;
}

enum mc_step
mc_txt_find_at(struct mc_run *run, const struct mc_txt_place *place, const char *prefix)
{
	const struct mc_dns *dns = mc_ask_dns(run, prefix, run->domain, MC_RR_TXT);
	const char *record;
	struct mc_txts txts;

	if (dns == NULL)
		return MC_WAIT;
	if (dns->fact.status != MC_FACT_OK || dns->alias_count > 0)
		return MC_DONE;
	mc_txt_sort(run, dns, place->counts, &txts);
	if (txts.count != 1)
		return MC_DONE;
	record = mc_txt_escaped(run, &txts.records[0]);
	mc_find(run, place->id, "%s TXT \"%s\"", dns->name, record);
	mc_fix(run, "Publish it at %s: %s.%s. TXT \"%s\"", place->label, place->label, run->domain,
		record);
	return MC_DONE;
}

/* Where the domain twice is no name there is none below it (RFC 8020, 2). */
static enum mc_step
find_doubled(struct mc_run *run, const struct mc_txt_place *place)
{
	const struct mc_dns *twice = mc_ask_dns(run, run->domain, run->domain, MC_RR_TXT);

	if (twice == NULL)
		return MC_WAIT;
	if (twice->fact.status != MC_FACT_OK || (twice->nxdomain && twice->alias_count == 0))
		return MC_DONE;
	return mc_txt_find_at(
		run, place, mc_arena_printf(run->arena, "%s.%s", place->label, run->domain));
}

enum mc_step
mc_txt_find_misplaced(struct mc_run *run, const struct mc_txt_place *place)
{
	enum mc_step apex = mc_txt_find_at(run, place, NULL);
	enum mc_step doubled = find_doubled(run, place);

	return apex == MC_WAIT || doubled == MC_WAIT ? MC_WAIT : MC_DONE;
}

static bool
is_null_mx(const struct mc_dns *mx)
{
	char name[MC_NAME_TEXT_SIZE];
	uint16_t preference;

	return mx->count == 1 && mc_rr_mx(&mx->rrs[0], &preference, name) && strcmp(name, ".") == 0;
}

static enum mc_taking
by_address(struct mc_run *run, const char *domain, const struct mc_fact **ret_failed,
	const char **ret_why)
{
	const struct mc_dns *a = mc_ask_dns(run, NULL, domain, MC_RR_A);
	const struct mc_dns *aaaa = mc_ask_dns(run, NULL, domain, MC_RR_AAAA);

	if (a == NULL || aaaa == NULL)
		return MC_TAKING_WAIT;
	if (a->count > 0 || aaaa->count > 0)
		return MC_TAKING_MAIL;
	if (a->fact.status != MC_FACT_OK || aaaa->fact.status != MC_FACT_OK) {
		*ret_failed = a->fact.status != MC_FACT_OK ? &a->fact : &aaaa->fact;
		return MC_TAKING_UNKNOWN;
	}
	*ret_why = "has neither MX nor address";
	return MC_TAKING_NONE;
}

enum mc_taking
mc_txt_takes_mail(struct mc_run *run, const char *domain, const struct mc_fact **ret_failed,
	const char **ret_why)
{
	const struct mc_dns *mx = mc_ask_dns(run, NULL, domain, MC_RR_MX);

	if (mx == NULL)
		return MC_TAKING_WAIT;
	if (mx->fact.status != MC_FACT_OK) {
		*ret_failed = &mx->fact;
		return MC_TAKING_UNKNOWN;
	}
	if (mx->nxdomain) {
		*ret_why = "does not exist";
		return MC_TAKING_NONE;
	}
	if (is_null_mx(mx)) {
		*ret_why = "has a null MX";
		return MC_TAKING_NONE;
	}
	return mx->count > 0 ? MC_TAKING_MAIL : by_address(run, domain, ret_failed, ret_why);
}
