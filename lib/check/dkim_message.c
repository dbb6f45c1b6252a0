/* dkim_message: identities, algorithms, and whether a signature counts for DMARC. */
#include "check/dkim_message.h"

#include <string.h>
#include <strings.h>

#include "check/dmarc_walk.h"

/* --- beside the key --- */

/* 6.1.2: the algorithm must be one of the key's type. */
static void
judge_algorithm(struct mc_run *run, const struct mc_dkim_signature *signature,
	const struct mc_dkim *dkim, const char *name)
{
	size_t length = strlen(dkim->key_name);

	if (signature->algorithm[0] == '\0' ||
		(strncasecmp(signature->algorithm, dkim->key_name, length) == 0 &&
			signature->algorithm[length] == '-'))
		return;
	mc_find(run, "dkim.signature-key-type", "a=%s, but the key is k=%s", signature->algorithm,
		dkim->key_name);
	mc_about(run, name);
}

static bool
is_below(const struct mc_dkim_signature *signature)
{
	return strcmp(signature->identity, signature->domain) != 0 &&
	       mc_name_within(signature->identity, signature->domain);
}

void
mc_dkim_judge_key(struct mc_run *run, const char *selector, const char *domain,
	const struct mc_dkim *dkim, const char *name)
{
	const struct mc_dkim_signatures *signatures = run->settings->signatures;

	for (size_t i = 0; signatures != NULL && dkim->valid && i < signatures->count; i++) {
		const struct mc_dkim_signature *signature = &signatures->signatures[i];
		if (signature->wrong != NULL || strcmp(signature->selector, selector) != 0 ||
			strcmp(signature->domain, domain) != 0)
			continue;
		judge_algorithm(run, signature, dkim, name);
		if (dkim->strict && is_below(signature)) { /* 3.6.1 */
			mc_find(run, "dkim.signature-subdomain",
				"i= is in %s, d=%s, and the key has t=s", signature->identity,
				domain);
			mc_about(run, name);
		}
	}
}

/* --- whether it counts for DMARC --- */

struct alignment {
	bool same;                    /* one organization, by RFC 9989 */
	bool old;                     /* the same by RFC 7489 */
	bool aligned;                 /* it counts for DMARC */
	bool strict;                  /* it does not because of adkim=s alone */
	const struct mc_dns *unknown; /* a lookup that failed: by RFC 7489, then */
};

static const struct mc_dns *
failed_in(const struct mc_dmarc_walk *walk)
{
	return walk->failed != NULL  ? walk->failed->dns
	       : walk->bogus != NULL ? walk->bogus->dns
				     : NULL;
}

/* Another domain, within the organization or above it: its own walk may end elsewhere. */
static enum mc_step
compare(struct mc_run *run, const struct mc_dmarc_walk *own, const char *domain,
	struct alignment *alignment)
{
	struct mc_dmarc_walk *walk = mc_arena_alloc(run->arena, sizeof(*walk));

	if (walk == NULL)
		return MC_DONE;
	if (mc_dmarc_walk_from(run, domain, walk) == MC_WAIT)
		return MC_WAIT;
	if (walk->organizational == NULL) {
		alignment->unknown = failed_in(walk);
		alignment->same = alignment->old;
	} else
		alignment->same = strcmp(walk->organizational, own->organizational) == 0;
	return MC_DONE;
}

/* Where no policy holds for the domain DMARC has no say (RFC 9989, 4.10.2), and the list of public
 * suffixes is the best there is. */
static enum mc_step
align(struct mc_run *run, const struct mc_dmarc_walk *own, const char *domain,
	struct alignment *ret_alignment)
{
	bool old = mc_dmarc_same_organization(run, domain, run->domain);
	struct alignment alignment = {.same = old, .old = old};

	if (strcmp(domain, run->domain) == 0) {
		alignment.same = alignment.old = true;
	} else if (own->organizational == NULL) {
		alignment.unknown = failed_in(own);
	} else if (own->record != NULL) {
		alignment.same = mc_name_within(domain, own->organizational);
		if (alignment.same && compare(run, own, domain, &alignment) == MC_WAIT)
			return MC_WAIT;
	}
	alignment.strict = alignment.same && own->record != NULL &&
			   own->record->dmarc.strict_dkim && strcmp(domain, run->domain) != 0;
	alignment.aligned = alignment.same && !alignment.strict;
	*ret_alignment = alignment;
	return MC_DONE;
}

static void
tell_difference(struct mc_run *run, const char *domain, const struct alignment *alignment)
{
	mc_evidence(run,
		"Receivers of RFC %s take %s and %s for one organization; those of RFC %s do not.",
		alignment->same ? "9989" : "7489", domain, run->domain,
		alignment->same ? "7489" : "9989");
}

static void
judge_alignment(struct mc_run *run, const struct mc_dmarc_walk *own,
	const struct mc_dkim_signature *signature, const struct alignment *alignment, bool alone)
{
	if (alignment->unknown != NULL)
		mc_inconclusive(run, "whether %s and %s are one organization: %s",
			signature->domain, run->domain,
			alignment->unknown->fact.status != MC_FACT_OK
				? alignment->unknown->fact.text
				: alignment->unknown->why_bogus);
	if (alignment->strict)
		mc_find(run, "dkim.signature-strict", "s=%s, d=%s; %s has adkim=s",
			signature->selector, signature->domain, own->record->owner);
	else if (!alignment->same || !alignment->old)
		mc_find(run, "dkim.other-domain", "s=%s, d=%s", signature->selector,
			signature->domain);
	else
		return;
	mc_severity(run, alone ? MC_NOTICE : MC_INFO);
	if (alignment->same != alignment->old)
		tell_difference(run, signature->domain, alignment);
}

/* --- the signatures --- */

static void
judge_signature(struct mc_run *run, const struct mc_dkim_signature *signature)
{
	if (signature->wrong != NULL) {
		mc_find(run, "dkim.signature-malformed", "%s", signature->wrong);
		return;
	}
	if (strcasecmp(signature->algorithm, "rsa-sha1") == 0)
		mc_find(run, "dkim.signature-sha1", "s=%s, d=%s", signature->selector,
			signature->domain);
	if (!mc_name_within(signature->identity, signature->domain)) /* 6.1.1 */
		mc_find(run, "dkim.signature-identity", "s=%s, d=%s, but i= is in %s",
			signature->selector, signature->domain, signature->identity);
}

static json_t *
signature_json(const struct mc_dkim_signature *signature, const struct alignment *alignment)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:b, s:b, s:b}", "selector", signature->selector,
		"domain", signature->domain, "algorithm", signature->algorithm, "identity_domain",
		signature->identity, "same_organization", alignment->same ? 1 : 0,
		"psl_same_organization", alignment->old ? 1 : 0, "aligned",
		alignment->aligned ? 1 : 0);
}

static enum mc_step
align_all(struct mc_run *run, const struct mc_dmarc_walk *own,
	struct alignment alignments[MC_DKIM_SIGNATURES])
{
	const struct mc_dkim_signatures *signatures = run->settings->signatures;
	enum mc_step step = MC_DONE;

	for (size_t i = 0; i < signatures->count; i++) {
		const struct mc_dkim_signature *signature = &signatures->signatures[i];
		alignments[i] = (struct alignment){.same = false};
		if (signature->wrong == NULL &&
			align(run, own, signature->domain, &alignments[i]) == MC_WAIT)
			step = MC_WAIT;
	}
	return step;
}

static bool
all_own(const struct mc_run *run, const struct mc_dkim_signatures *signatures)
{
	for (size_t i = 0; i < signatures->count; i++)
		if (signatures->signatures[i].wrong == NULL &&
			strcmp(signatures->signatures[i].domain, run->domain) != 0)
			return false;
	return true;
}

enum mc_step
mc_dkim_judge_message(struct mc_run *run)
{
	const struct mc_dkim_signatures *signatures = run->settings->signatures;
	struct mc_dmarc_walk *own = mc_arena_calloc(run->arena, 1, sizeof(*own));
	struct alignment alignments[MC_DKIM_SIGNATURES];
	json_t *array;
	size_t good = 0;

	if (own == NULL)
		return MC_DONE;
	if (!all_own(run, signatures) && mc_dmarc_walk_up(run, own) == MC_WAIT)
		return MC_WAIT;
	if (align_all(run, own, alignments) == MC_WAIT)
		return MC_WAIT;
	array = json_array();
	for (size_t i = 0; i < signatures->count; i++) {
		good += alignments[i].aligned && alignments[i].old;
		json_array_append_new(
			array, signature_json(&signatures->signatures[i], &alignments[i]));
	}
	json_object_set_new(run->values, "signatures", array);
	for (size_t i = 0; i < signatures->count; i++) {
		const struct mc_dkim_signature *signature = &signatures->signatures[i];
		judge_signature(run, signature);
		if (signature->wrong == NULL)
			judge_alignment(run, own, signature, &alignments[i], good == 0);
	}
	if (signatures->count == 0)
		mc_find(run, "dkim.unsigned", "no DKIM-Signature field in its header");
	if (signatures->left_out > 0)
		mc_inconclusive(run, "%zu more signatures of the message were not looked at",
			signatures->left_out);
	return MC_DONE;
}
