/*
 * caa: whether the authorities that issued the certificates of the domain's mail hosts and policy
 * host may renew them (RFC 8659). Only hosts within the domain are looked at: the others are for
 * someone else to set up.
 */
#include <string.h>

#include "base/escape.h"
#include "check/exists.h"
#include "check/mta_sts.h"
#include "check/registry.h"
#include "record/caa.h"
#include "tls/tls.h"

#define LEVELS 12 /* most labels climbed */
#define PROPERTIES 32
#define MX_LIMIT 20
#define NAMES (MX_LIMIT + 1)

/* The records that hold for a name. */
struct set {
	const char *found_at;         /* NULL: there are none */
	const struct mc_fact *failed; /* a lookup on the way up failed */
	const struct mc_dns *bogus;
	struct mc_caa *properties;
	size_t count;
};

static void
read_properties(struct mc_run *run, struct set *set, const struct mc_dns *dns)
{
	size_t room = dns->count < PROPERTIES ? dns->count : PROPERTIES;

	set->properties = mc_arena_calloc(run->arena, room, sizeof(*set->properties));
	if (set->properties == NULL)
		return;
	for (size_t i = 0; i < dns->count && set->count < room; i++)
		if (mc_caa_read(run->arena, &dns->rrs[i], &set->properties[set->count]))
			set->count++;
}

/* RFC 8659, 3: at the name itself, or at the nearest name above it. All are asked at once. */
static enum mc_step
find_set(struct mc_run *run, const char *name, struct set *ret_set)
{
	const struct mc_dns *answers[LEVELS], *dns = NULL;
	enum mc_step step = MC_DONE;
	size_t count = 0;

	*ret_set = (struct set){.found_at = NULL};
	for (; strcmp(name, ".") != 0 && count < LEVELS; name = mc_name_parent(name)) {
		answers[count] = mc_ask_dns(run, NULL, name, MC_RR_CAA);
		if (answers[count++] == NULL)
			step = MC_WAIT;
	}
	for (size_t i = 0; step == MC_DONE && i < count; i++) {
		dns = answers[i];
		if (dns->fact.status != MC_FACT_OK || dns->dnssec == MC_DNSSEC_BOGUS ||
			dns->count > 0)
			break;
	}
	if (step == MC_WAIT || dns == NULL)
		return step;
	if (dns->fact.status != MC_FACT_OK)
		ret_set->failed = &dns->fact;
	else if (dns->dnssec == MC_DNSSEC_BOGUS)
		ret_set->bogus = dns;
	else if (dns->count > 0)
		ret_set->found_at = dns->name;
	if (ret_set->found_at != NULL)
		read_properties(run, ret_set, dns);
	return MC_DONE;
}

/* --- the records themselves --- */

static const char *
property_text(struct mc_run *run, const struct mc_caa *property)
{
	return mc_arena_printf(run->arena, "%d %s \"%s\"", property->critical ? 128 : 0,
		property->name, mc_escape(run->arena, property->value, strlen(property->value)));
}

static void
judge_property(struct mc_run *run, const char *found_at, const struct mc_caa *property)
{
	const char *id = NULL;

	if (property->tag == MC_CAA_UNKNOWN)
		id = property->critical ? "caa.critical-unknown" : "caa.tag-unknown";
	else if (property->malformed)
		id = "caa.syntax";
	if (id == NULL)
		return;
	mc_find(run, id, "%s", property_text(run, property));
	mc_about(run, found_at);
}

static void
judge_set(struct mc_run *run, const char *name, const struct set *set)
{
	if (set->failed != NULL) {
		(void)mc_undetermined(run, "caa.lookup-failed", set->failed);
		mc_about(run, name);
	} else if (set->bogus != NULL) {
		mc_find(run, "caa.bogus", "%s: %s", set->bogus->name, set->bogus->why_bogus);
		mc_about(run, name);
	}
	for (size_t i = 0; i < set->count; i++)
		judge_property(run, set->found_at, &set->properties[i]);
}

static json_t *
set_json(struct mc_run *run, const char *name, const struct set *set)
{
	json_t *records = json_array();

	for (size_t i = 0; i < set->count; i++)
		json_array_append_new(
			records, json_string(property_text(run, &set->properties[i])));
	return json_pack(
		"{s:s, s:s?, s:o}", "name", name, "found_at", set->found_at, "records", records);
}

/* --- against a certificate --- */

/* "Example" of "CN=R1,O=Example,C=US"; "" none. */
static const char *
organization_of(struct mc_run *run, const char *dn)
{
	for (; dn != NULL; dn = strchr(dn, ',')) {
		dn += *dn == ',';
		if (strncmp(dn, "O=", 2) == 0)
			return mc_arena_strndup(run->arena, dn + 2, strcspn(dn + 2, ",+"));
	}
	return "";
}

/* A wildcard is issued by the records of the name it stands below. */
static bool
is_by_wildcard(const struct mc_certificate *leaf, const char *host)
{
	for (size_t i = 0; i < leaf->name_count; i++)
		if (strcmp(leaf->names[i], host) == 0)
			return false;
	return true;
}

/* The tag that decides (RFC 8659, 4.3). */
static enum mc_caa_tag
deciding_tag(const struct set *set, bool wildcard)
{
	for (size_t i = 0; wildcard && i < set->count; i++)
		if (set->properties[i].tag == MC_CAA_ISSUEWILD)
			return MC_CAA_ISSUEWILD;
	return MC_CAA_ISSUE;
}

static bool
may_issue(const struct set *set, enum mc_caa_tag tag, const char *const *identifiers)
{
	bool restricted = false;

	for (size_t i = 0; i < set->count; i++) {
		if (set->properties[i].tag != tag)
			continue;
		restricted = true;
		for (size_t j = 0; identifiers[j] != NULL; j++)
			if (strcmp(set->properties[i].issuer, identifiers[j]) == 0)
				return true;
	}
	return !restricted;
}

static enum mc_step
judge_certificate(struct mc_run *run, const char *host, const struct mc_tls *tls)
{
	const char *organization, *const *identifiers;
	struct set *set = mc_arena_alloc(run->arena, sizeof(*set));
	bool wildcard;

	if (set == NULL || tls == NULL || tls->result != MC_TLS_UP || tls->chain_count == 0 ||
		tls->trust != MC_TRUST_YES || !tls->name_match)
		return MC_DONE;
	organization = organization_of(run, tls->chain[0].issuer);
	identifiers = mc_caa_identifiers(organization);
	if (identifiers == NULL)
		return MC_DONE;
	wildcard = is_by_wildcard(&tls->chain[0], host);
	if (find_set(run, wildcard ? mc_name_parent(host) : host, set) == MC_WAIT)
		return MC_WAIT;
	if (set->found_at == NULL || may_issue(set, deciding_tag(set, wildcard), identifiers))
		return MC_DONE;
	mc_find(run, "caa.issuer-not-allowed", "the certificate of %s is by %s", host,
		organization);
	mc_evidence(run, "the CAA records of %s do not name %s", set->found_at, identifiers[0]);
	mc_fix(run,
		"Add the record: %s. CAA 0 %s \"%s\"; or get the next certificate from an "
		"authority that is named there.",
		set->found_at, deciding_tag(set, wildcard) == MC_CAA_ISSUE ? "issue" : "issuewild",
		identifiers[0]);
	mc_about(run, host);
	return MC_DONE;
}

/* --- the names --- */

struct names {
	const char *list[NAMES];
	size_t count;
};

static void
add_name(struct mc_run *run, struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->list[i], name) == 0)
			return;
	if (names->count < NAMES && mc_name_within(name, run->domain))
		names->list[names->count++] = mc_arena_strdup(run->arena, name);
}

static void
add_mx_hosts(struct mc_run *run, struct names *names, const struct mc_dns *mx)
{
	char name[MC_NAME_TEXT_SIZE];
	uint16_t preference;

	if (mx->fact.status != MC_FACT_OK)
		return;
	for (size_t i = 0; i < mx->count && i < MX_LIMIT; i++)
		if (mc_rr_mx(&mx->rrs[i], &preference, name))
			add_name(run, names, name);
}

static bool
seen_before(const struct set *sets, size_t i)
{
	for (size_t j = 0; j < i && sets[i].found_at != NULL; j++)
		if (sets[j].found_at != NULL && strcmp(sets[j].found_at, sets[i].found_at) == 0)
			return true;
	return false;
}

static enum mc_step
judge_names(struct mc_run *run, const struct names *names)
{
	struct set *sets = mc_arena_calloc(run->arena, names->count, sizeof(*sets));
	json_t *array = json_array();
	enum mc_step step = MC_DONE;

	json_object_set_new(run->values, "names", array);
	for (size_t i = 0; sets != NULL && i < names->count; i++)
		if (find_set(run, names->list[i], &sets[i]) == MC_WAIT)
			step = MC_WAIT;
	for (size_t i = 0; sets != NULL && step == MC_DONE && i < names->count; i++) {
		json_array_append_new(array, set_json(run, names->list[i], &sets[i]));
		if (!seen_before(sets, i))
			judge_set(run, names->list[i], &sets[i]);
	}
	return step;
}

static enum mc_step
check_domain(struct mc_run *run)
{
	const struct mc_dns *mx = mc_ask_dns(run, NULL, run->domain, MC_RR_MX);
	struct mc_sts *sts = mc_arena_alloc(run->arena, sizeof(*sts));
	struct names names = {.count = 0};
	enum mc_step policy = MC_DONE;

	if (sts == NULL || mc_sts_look(run, sts) == MC_WAIT || mx == NULL)
		return MC_WAIT;
	add_mx_hosts(run, &names, mx);
	if (sts->record.valid)
		add_name(run, &names, sts->policy_name);
	if (names.count == 0 && mx->fact.status != MC_FACT_OK)
		return mc_skipped(run, "the MX records could not be looked up: %s", mx->fact.text);
	if (names.count == 0 && mc_exists_denied(mx))
		return mc_exists_skip(run);
	if (judge_names(run, &names) == MC_WAIT)
		return MC_WAIT;
	if (sts->record.valid && sts->fetch.good != NULL)
		policy = judge_certificate(run, sts->policy_name, sts->fetch.good->https->http.tls);
	return policy;
}

static enum mc_step
check_address(struct mc_run *run)
{
	const struct mc_session_fact *fact = mc_ask_session(run);

	if (fact == NULL)
		return MC_WAIT;
	if (fact->fact.status != MC_FACT_OK || !mc_name_within(run->subject->host, run->domain))
		return mc_no_verdict(run);
	return judge_certificate(run, run->subject->host, fact->session.tls);
}

const struct mc_check mc_check_caa = {
	.name = "caa",
	.targets = MC_TARGET_DOMAIN,
	.records_only = true,
	.joins = true,
	.target = check_domain,
	.address = check_address,
};
