/*
 * dnssec_cause: why answers fail validation, worked out from the delegation's DS, the zone's keys
 * and the dates of the signatures. What that does not explain is told in the validator's words.
 */
#include <string.h>

#include "base/timestamp.h"
#include "check/dnssec.h"
#include "tls/digest.h"

static bool
digest_of(uint8_t digest_type, enum mc_digest *ret_digest)
{
	static const enum mc_digest known[] = {
		[1] = MC_DIGEST_SHA1, [2] = MC_DIGEST_SHA256, [4] = MC_DIGEST_SHA384};

	if (digest_type != 1 && digest_type != 2 && digest_type != 4)
		return false;
	*ret_digest = known[digest_type];
	return true;
}

/* RFC 4034, 5.1.4: over the owner's name and the key. Unknown digests are given the benefit. */
static bool
digest_matches(const struct mc_rr *key, const struct mc_ds *ds)
{
	uint8_t value[MC_DIGEST_SIZE];
	enum mc_digest digest;
	struct mc_buf buf;
	bool matches = true;

	if (!digest_of(ds->digest_type, &digest))
		return true;
	mc_buf_init(&buf, MC_NAME_WIRE_SIZE + UINT16_MAX);
	if (mc_name_to_wire(key->owner, &buf) && mc_buf_append(&buf, key->rdata, key->rdlength) &&
		mc_digest(digest, buf.data, buf.length, value))
		matches = ds->length == mc_digest_length(digest) &&
			  memcmp(value, ds->digest, ds->length) == 0;
	mc_buf_free(&buf);
	return matches;
}

bool
mc_ds_matched(const struct mc_chain *chain, const struct mc_ds *ds)
{
	struct mc_dnskey key;

	for (size_t i = 0; i < chain->keys->count; i++)
		if (mc_rr_dnskey(&chain->keys->rrs[i], &key) && key.tag == ds->tag &&
			key.algorithm == ds->algorithm && (key.flags & MC_DNSKEY_ZONE) != 0 &&
			(key.flags & MC_DNSKEY_REVOKED) == 0 &&
			digest_matches(&chain->keys->rrs[i], ds))
			return true;
	return false;
}

static void
show_keys(struct mc_run *run, const struct mc_chain *chain)
{
	struct mc_dnskey key;

	if (chain->keys->count == 0)
		mc_evidence(run, "%s has no DNSKEY", chain->apex);
	for (size_t i = 0; i < chain->keys->count; i++)
		if (mc_rr_dnskey(&chain->keys->rrs[i], &key))
			mc_evidence(run, "DNSKEY: key tag %u, algorithm %u (%s)%s", key.tag,
				key.algorithm, mc_dnssec_algorithm_name(key.algorithm),
				(key.flags & MC_DNSKEY_SEP) != 0 ? ", SEP" : "");
}

/* True when no DS leads to a key of the zone: everything below is bogus for that reason. */
static bool
ds_broken(struct mc_run *run, const struct mc_chain *chain)
{
	bool any = false;
	struct mc_ds ds;

	if (chain->ds->fact.status != MC_FACT_OK || chain->ds->dnssec == MC_DNSSEC_BOGUS ||
		chain->keys->fact.status != MC_FACT_OK)
		return false;
	for (size_t i = 0; i < chain->ds->count; i++)
		if (mc_rr_ds(&chain->ds->rrs[i], &ds)) {
			any = true;
			if (mc_ds_matched(chain, &ds))
				return false;
		}
	if (!any)
		return false;
	mc_find(run, "dnssec.ds-mismatch", "%s DS %s", chain->apex,
		mc_rr_rdata_text(run->arena, &chain->ds->rrs[0]));
	for (size_t i = 1; i < chain->ds->count; i++)
		mc_evidence(run, "%s DS %s", chain->apex,
			mc_rr_rdata_text(run->arena, &chain->ds->rrs[i]));
	show_keys(run, chain);
	mc_about(run, chain->apex);
	return true;
}

/* By how near the records come to being good. */
enum cause { NO_SIGNATURE, NO_KEY, EXPIRED, NOT_YET_VALID, UNEXPLAINED };

static bool
has_key(const struct mc_chain *chain, const struct mc_rrsig *signature)
{
	struct mc_dnskey key;

	if (strcmp(signature->signer, chain->apex) != 0 || chain->keys->fact.status != MC_FACT_OK)
		return true; /* another zone's key, or not known */
	for (size_t i = 0; i < chain->keys->count; i++)
		if (mc_rr_dnskey(&chain->keys->rrs[i], &key) && key.tag == signature->tag &&
			key.algorithm == signature->algorithm)
			return true;
	return false;
}

/* The signature that comes nearest to being good decides; it is told in `ret_text`. */
static enum cause
cause_of(struct mc_run *run, const struct mc_chain *chain, const struct mc_dns *dns,
	const char **ret_text)
{
	enum cause cause = NO_SIGNATURE;
	struct mc_rrsig signature;
	char from[MC_TIMESTAMP_SIZE], to[MC_TIMESTAMP_SIZE];

	*ret_text = "no RRSIG";
	for (size_t i = 0; i < dns->signature_count; i++) {
		enum cause this = UNEXPLAINED;
		if (!mc_rr_rrsig(&dns->signatures[i], run->now, &signature))
			continue;
		if (!has_key(chain, &signature))
			this = NO_KEY;
		else if (signature.expiration < run->now)
			this = EXPIRED;
		else if (signature.inception > run->now)
			this = NOT_YET_VALID;
		if (this <= cause)
			continue;
		cause = this;
		mc_timestamp_format(from, signature.inception);
		mc_timestamp_format(to, signature.expiration);
		*ret_text = mc_arena_printf(run->arena,
			"RRSIG by key %u (%s) of %s, valid from %s to %s", signature.tag,
			mc_dnssec_algorithm_name(signature.algorithm), signature.signer, from, to);
	}
	return cause;
}

/* One finding a cause, with every record set it holds for. */
static void
tell(struct mc_run *run, const struct mc_chain *chain, const struct mc_dns *dns, enum cause only,
	bool *made)
{
	static const char *const ids[] = {"dnssec.no-signature", "dnssec.no-key", "dnssec.expired",
		"dnssec.not-yet-valid", "dnssec.bogus"};
	const char *text = "", *line;
	enum cause cause = UNEXPLAINED;
	char type[10];

	if (dns == NULL || dns->fact.status != MC_FACT_OK || dns->dnssec != MC_DNSSEC_BOGUS)
		return;
	if (dns->count > 0 && dns->alias_count == 0)
		cause = cause_of(run, chain, dns, &text);
	if (cause != only)
		return;
	if (cause == UNEXPLAINED)
		text = mc_arena_printf(run->arena, "%s%s%s", text,
			text[0] != '\0' ? ", does not verify: " : "",
			dns->why_bogus[0] != '\0' ? dns->why_bogus : "validation failed");
	line = mc_arena_printf(
		run->arena, "%s %s: %s", dns->name, mc_rr_type_name(dns->type, type), text);
	if (*made) {
		mc_evidence(run, "%s", line);
		return;
	}
	mc_find(run, ids[cause], "%s", line);
	mc_about(run, chain->apex);
	*made = true;
}

/* The DS record is the parent's: if it fails, nothing below can be validated, however it is signed.
 */
static bool
parent_broken(struct mc_run *run, const struct mc_chain *chain)
{
	static const char *const words[] = {"", "by a key that is not there: ", "expired: ",
		"not valid yet: ", "does not verify: "};
	const struct mc_dns *ds = chain->ds;
	const char *text, *parent = mc_name_parent(chain->apex);
	struct mc_rrsig signature;
	enum cause cause;

	if (ds->fact.status != MC_FACT_OK || ds->dnssec != MC_DNSSEC_BOGUS)
		return false;
	cause = cause_of(run, chain, ds, &text);
	if (ds->signature_count > 0 && mc_rr_rrsig(&ds->signatures[0], run->now, &signature))
		parent = mc_arena_strdup(run->arena, signature.signer);
	mc_find(run, "dnssec.parent-bogus", "%s DS: %s%s", chain->apex, words[cause], text);
	mc_evidence(run, "%s", ds->why_bogus[0] != '\0' ? ds->why_bogus : "validation failed");
	mc_about(run, parent);
	return true;
}

void
mc_dnssec_explain(struct mc_run *run, const struct mc_chain *chain)
{
	bool explained = false;

	if (parent_broken(run, chain) || ds_broken(run, chain))
		return;
	for (int cause = NO_SIGNATURE; cause <= UNEXPLAINED; cause++) {
		bool made = false;
		if (cause == UNEXPLAINED && explained)
			return; /* proofs of absence fail for the same reason */
		tell(run, chain, chain->keys, (enum cause)cause, &made);
		for (size_t i = 0; i < MC_DNSSEC_RECORDS; i++)
			tell(run, chain, chain->records[i], (enum cause)cause, &made);
		explained = explained || made;
	}
}
