/*
 * dnssec: whether the domain's mail records are secure (RFC 4035, 4.3), and how long their
 * signatures last. Unsigned is no fault; bogus is, and the cause is told.
 */
#include "check/dnssec.h"

#include <string.h>

#include "base/timestamp.h"
#include "check/exists.h"
#include "check/registry.h"

static const char *
status_word(const struct mc_dns *dns)
{
	static const char *const words[] = {"unknown", "insecure", "secure", "bogus"};

	return dns->fact.status == MC_FACT_OK ? words[dns->dnssec] : "error";
}

static json_t *
time_json(int64_t ms)
{
	char text[MC_TIMESTAMP_SIZE];

	mc_timestamp_format(text, ms);
	return json_string(text);
}

static json_t *
signatures_json(const struct mc_run *run, const struct mc_dns *dns)
{
	json_t *array = json_array();
	struct mc_rrsig signature;

	for (size_t i = 0; i < dns->signature_count; i++) {
		json_t *object;
		if (!mc_rr_rrsig(&dns->signatures[i], run->now, &signature))
			continue;
		object = json_object();
		json_object_set_new(object, "signer", json_string(signature.signer));
		json_object_set_new(object, "key_tag", json_integer(signature.tag));
		json_object_set_new(object, "algorithm", json_integer(signature.algorithm));
		json_object_set_new(object, "inception", time_json(signature.inception));
		json_object_set_new(object, "expiration", time_json(signature.expiration));
		json_array_append_new(array, object);
	}
	return array;
}

static void
put_records(struct mc_run *run, const struct mc_chain *chain)
{
	json_t *array = json_array();
	char type[10];

	for (size_t i = 0; i < MC_DNSSEC_RECORDS; i++) {
		const struct mc_dns *dns = chain->records[i];
		json_t *object = json_object();
		json_object_set_new(object, "name", json_string(dns->name));
		json_object_set_new(object, "type", json_string(mc_rr_type_name(dns->type, type)));
		json_object_set_new(object, "status", json_string(status_word(dns)));
		json_object_set_new(object, "reason",
			dns->why_bogus != NULL && dns->why_bogus[0] != '\0'
				? json_string(dns->why_bogus)
				: json_null());
		json_object_set_new(object, "signatures", signatures_json(run, dns));
		json_array_append_new(array, object);
	}
	json_object_set_new(run->values, "records", array);
}

static void
put_chain(struct mc_run *run, const struct mc_chain *chain)
{
	json_t *all = json_array(), *keys = json_array();
	struct mc_ds ds;
	struct mc_dnskey key;

	for (size_t i = 0; i < chain->ds->count; i++)
		if (mc_rr_ds(&chain->ds->rrs[i], &ds))
			json_array_append_new(all,
				json_pack("{s:i, s:i, s:i}", "key_tag", (int)ds.tag, "algorithm",
					(int)ds.algorithm, "digest_type", (int)ds.digest_type));
	for (size_t i = 0; i < chain->keys->count; i++)
		if (mc_rr_dnskey(&chain->keys->rrs[i], &key))
			json_array_append_new(keys,
				json_pack("{s:i, s:i, s:i}", "key_tag", (int)key.tag, "algorithm",
					(int)key.algorithm, "flags", (int)key.flags));
	json_object_set_new(run->values, "zone", json_string(chain->apex));
	json_object_set_new(run->values, "status", json_string(status_word(chain->records[0])));
	json_object_set_new(run->values, "ds", all);
	json_object_set_new(run->values, "keys", keys);
}

/* --- what is wrong with a chain that holds, or is not there --- */

/* A DS that holds, and yet the zone counts as unsigned: our validator lacks the algorithm. */
static bool
is_unknown_here(const struct mc_chain *chain)
{
	return chain->ds->fact.status == MC_FACT_OK && chain->ds->dnssec == MC_DNSSEC_SECURE &&
	       chain->records[0]->fact.status == MC_FACT_OK &&
	       chain->records[0]->dnssec == MC_DNSSEC_INSECURE;
}

static void
judge_algorithms(struct mc_run *run, const struct mc_chain *chain)
{
	enum mc_dnssec_use best = MC_DNSSEC_USE_NONE;
	bool any = false;
	struct mc_ds ds;

	for (size_t i = 0; i < chain->ds->count; i++) {
		enum mc_dnssec_use algorithm, digest;
		if (!mc_rr_ds(&chain->ds->rrs[i], &ds))
			continue;
		any = true;
		algorithm = mc_dnssec_algorithm_use(ds.algorithm);
		digest = mc_dnssec_digest_use(ds.digest_type);
		if (digest < algorithm)
			algorithm = digest;
		best = algorithm > best ? algorithm : best;
	}
	if (!any || (best == MC_DNSSEC_USE_GOOD && !is_unknown_here(chain)))
		return;
	mc_find(run,
		best == MC_DNSSEC_USE_WEAK ? "dnssec.weak-algorithm"
					   : "dnssec.unsupported-algorithm",
		"%s DS %s", chain->apex, mc_rr_rdata_text(run->arena, &chain->ds->rrs[0]));
	mc_about(run, chain->apex);
	if (best == MC_DNSSEC_USE_GOOD)
		mc_severity(run, MC_INFO);
}

/* A DS that leads nowhere beside one that does. */
static void
judge_unused(struct mc_run *run, const struct mc_chain *chain)
{
	struct mc_ds ds;

	if (chain->keys->fact.status != MC_FACT_OK || chain->keys->dnssec != MC_DNSSEC_SECURE)
		return;
	for (size_t i = 0; i < chain->ds->count; i++)
		if (mc_rr_ds(&chain->ds->rrs[i], &ds) && !mc_ds_matched(chain, &ds)) {
			mc_find(run, "dnssec.ds-unused", "%s DS %s", chain->apex,
				mc_rr_rdata_text(run->arena, &chain->ds->rrs[i]));
			mc_about(run, chain->apex);
			return;
		}
}

/* The parent is signed and says that there is no DS, yet the zone has keys. */
static void
judge_island(struct mc_run *run, const struct mc_chain *chain)
{
	if (chain->ds->fact.status != MC_FACT_OK || chain->ds->dnssec != MC_DNSSEC_SECURE ||
		chain->ds->count > 0 || chain->keys->fact.status != MC_FACT_OK ||
		chain->keys->count == 0)
		return;
	mc_find(run, "dnssec.no-ds", "%s has %zu DNSKEY record%s and no DS", chain->apex,
		chain->keys->count, chain->keys->count == 1 ? "" : "s");
	mc_about(run, chain->apex);
}

/* --- signatures that end soon, measured by how long they are made for --- */

#define DAY INT64_C(86400000)

struct ending {
	const struct mc_dns *dns;
	int64_t expiration, left, life;
};

/* Of several signatures over the same records, the one that lasts longest counts. */
static bool
find_ending(const struct mc_run *run, const struct mc_dns *dns, struct ending *ret_ending)
{
	struct mc_rrsig signature;
	bool any = false;

	if (dns->fact.status != MC_FACT_OK || dns->dnssec != MC_DNSSEC_SECURE)
		return false;
	for (size_t i = 0; i < dns->signature_count; i++) {
		if (!mc_rr_rrsig(&dns->signatures[i], run->now, &signature) ||
			(any && signature.expiration <= ret_ending->expiration))
			continue;
		any = true;
		*ret_ending = (struct ending){.dns = dns,
			.expiration = signature.expiration,
			.left = signature.expiration - run->now,
			.life = signature.expiration - signature.inception};
	}
	return any;
}

static int64_t
at_most(int64_t ms, int64_t limit)
{
	return ms < limit ? ms : limit;
}

static void
judge_endings(struct mc_run *run, const struct mc_chain *chain)
{
	struct ending first = {.left = INT64_MAX}, ending;
	char text[MC_TIMESTAMP_SIZE], type[10];

	for (size_t i = 0; i <= MC_DNSSEC_RECORDS; i++)
		if (find_ending(run, i == 0 ? chain->keys : chain->records[i - 1], &ending) &&
			ending.left < first.left)
			first = ending;
	if (first.dns == NULL || first.left >= at_most(7 * DAY, first.life / 8))
		return;
	mc_timestamp_format(text, first.expiration);
	mc_find(run, "dnssec.expires-soon", "%s %s: the RRSIG is valid until %s, %lld hours left",
		first.dns->name, mc_rr_type_name(first.dns->type, type), text,
		(long long)(first.left / 3600000));
	mc_about(run, chain->apex);
	if (first.left < at_most(3 * DAY, first.life / 16))
		mc_severity(run, MC_WARNING);
}

/* --- how often names are hashed for the proof that there are none --- */

#define ITERATIONS 50 /* the least limit of validators in use */

static unsigned
iterations(const struct mc_dns *dns)
{
	unsigned most = 0;

	for (size_t i = 0; i < dns->count; i++) { /* RFC 5155, 4.2 */
		const struct mc_rr *rr = &dns->rrs[i];
		unsigned number =
			rr->rdlength >= 5 ? (unsigned)rr->rdata[2] << 8 | rr->rdata[3] : 0;
		most = number > most ? number : most;
	}
	return most;
}

static enum mc_step
judge_hashing(struct mc_run *run, const struct mc_chain *chain)
{
	const struct mc_dns *dns = mc_ask_dns(run, NULL, chain->apex, MC_RR_NSEC3PARAM);

	if (dns == NULL)
		return MC_WAIT;
	if (dns->fact.status != MC_FACT_OK || iterations(dns) <= ITERATIONS)
		return MC_DONE;
	mc_find(run, "dnssec.nsec3-iterations", "%s NSEC3PARAM: %u iterations", chain->apex,
		iterations(dns));
	mc_about(run, chain->apex);
	return MC_DONE;
}

/* --- the check --- */

static enum mc_step
gather(struct mc_run *run, struct mc_chain *chain)
{
	bool waiting;

	chain->ds = mc_ask_dns(run, NULL, chain->apex, MC_RR_DS);
	chain->keys = mc_ask_dns(run, NULL, chain->apex, MC_RR_DNSKEY);
	chain->records[0] = mc_ask_dns(run, NULL, chain->apex, MC_RR_SOA);
	chain->records[1] = mc_ask_dns(run, NULL, run->domain, MC_RR_MX);
	chain->records[2] = mc_ask_dns(run, NULL, run->domain, MC_RR_TXT);
	chain->records[3] = mc_ask_dns(run, "_dmarc", run->domain, MC_RR_TXT);
	waiting = chain->ds == NULL || chain->keys == NULL;
	for (size_t i = 0; i < MC_DNSSEC_RECORDS; i++)
		waiting = waiting || chain->records[i] == NULL;
	return waiting ? MC_WAIT : MC_DONE;
}

static bool
any_bogus(const struct mc_chain *chain)
{
	for (size_t i = 0; i < MC_DNSSEC_RECORDS; i++)
		if (chain->records[i]->fact.status == MC_FACT_OK &&
			chain->records[i]->dnssec == MC_DNSSEC_BOGUS)
			return true;
	return chain->keys->fact.status == MC_FACT_OK && chain->keys->dnssec == MC_DNSSEC_BOGUS;
}

/* Nothing was validated: a resolver that strips signatures, or a root that has none. */
static enum mc_step
unvalidated(struct mc_run *run)
{
	const struct mc_dns *root;

	if (run->settings->ns != NULL)
		return mc_skipped(run, "a server asked directly is not validated (--ns)");
	root = mc_ask_dns(run, NULL, ".", MC_RR_DNSKEY);
	if (root == NULL)
		return MC_WAIT;
	if (root->fact.status != MC_FACT_OK || root->count == 0)
		return mc_skipped(run, "the resolver knows no DNSSEC: its root has no keys");
	mc_inconclusive(run, "the resolver does not pass on DNSSEC signatures");
	return MC_DONE;
}

static void
note_failures(struct mc_run *run, const struct mc_chain *chain)
{
	for (size_t i = 0; i < MC_DNSSEC_RECORDS; i++) {
		const struct mc_fact *fact = &chain->records[i]->fact;
		if (fact->status == MC_FACT_OK)
			continue;
		mc_find(run, "dnssec.lookup-failed", "%s", fact->text);
		mc_inconclusive(run, "%s", fact->text);
		return;
	}
}

static enum mc_step
judge(struct mc_run *run, const struct mc_chain *chain)
{
	if (any_bogus(chain)) {
		mc_dnssec_explain(run, chain);
	} else if (chain->records[0]->dnssec == MC_DNSSEC_UNKNOWN) {
		return unvalidated(run);
	} else if (chain->records[0]->dnssec == MC_DNSSEC_SECURE) {
		judge_algorithms(run, chain);
		judge_unused(run, chain);
		judge_endings(run, chain);
		if (judge_hashing(run, chain) == MC_WAIT)
			return MC_WAIT;
	} else {
		judge_algorithms(run, chain);
		judge_island(run, chain);
	}
	note_failures(run, chain);
	return MC_DONE;
}

static enum mc_step
check_domain(struct mc_run *run)
{
	const struct mc_dns *soa = mc_ask_dns(run, NULL, run->domain, MC_RR_SOA);
	struct mc_chain chain;
	struct mc_zone zone;
	bool skipped;

	if (soa == NULL)
		return MC_WAIT;
	if (mc_exists_skipped(run, soa, &skipped) == MC_WAIT)
		return MC_WAIT;
	if (skipped)
		return MC_DONE;
	if (mc_zone_find(run, run->domain, &zone) == MC_WAIT)
		return MC_WAIT;
	if (zone.apex == NULL && zone.failed != NULL)
		return mc_skipped(run, "the zone could not be looked up: %s", zone.failed->text);
	if (zone.apex == NULL)
		return mc_skipped(
			run, "no zone with a SOA record was found at or above %s", run->domain);
	chain.apex = zone.apex;
	if (gather(run, &chain) == MC_WAIT)
		return MC_WAIT;
	put_chain(run, &chain);
	put_records(run, &chain);
	return judge(run, &chain);
}

const struct mc_check mc_check_dnssec = {
	.name = "dnssec",
	.targets = MC_TARGET_DOMAIN,
	.records_only = true,
	.target = check_domain,
};
