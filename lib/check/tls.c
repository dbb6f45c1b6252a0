/* tls: the session that was negotiated and the certificate that came with it. */
#include "tls/tls.h"

#include <string.h>

#include "base/timestamp.h"
#include "check/registry.h"

#define DAY_MS ((int64_t)86400 * 1000)

/*
 * On port 25 senders encrypt without verifying (RFC 7435) unless MTA-STS or DANE tells them to:
 * a bad certificate does not stop mail there. Clients of the other ports do verify (RFC 8314).
 */
static bool
verified_by_clients(const struct mc_run *run)
{
	static const uint16_t ports[] = {465, 587, 143, 993, 110, 995, 4190};

	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++)
		if (run->subject->port == ports[i])
			return true;
	return false;
}

static enum mc_severity
weigh(const struct mc_run *run, enum mc_severity severity)
{
	return !verified_by_clients(run) && severity > MC_NOTICE ? MC_NOTICE : severity;
}

static int64_t
days_between(int64_t from, int64_t to)
{
	int64_t ms = to - from;

	return ms >= 0 ? ms / DAY_MS : -((-ms + DAY_MS - 1) / DAY_MS);
}

static json_t *
names_json(const struct mc_certificate *certificate)
{
	json_t *array = json_array();

	for (size_t i = 0; i < certificate->name_count; i++)
		json_array_append_new(array, json_string(certificate->names[i]));
	return array;
}

static const char *
key_text(struct mc_run *run, const struct mc_certificate *certificate)
{
	return strcmp(certificate->key, "RSA") == 0
		       ? mc_arena_printf(run->arena, "RSA %u", certificate->key_bits)
		       : certificate->key;
}

static json_t *
certificate_json(struct mc_run *run, const struct mc_tls *tls)
{
	const struct mc_certificate *leaf = &tls->chain[0];
	char not_after[MC_TIMESTAMP_SIZE], not_before[MC_TIMESTAMP_SIZE];

	mc_timestamp_format(not_after, leaf->not_after);
	mc_timestamp_format(not_before, leaf->not_before);
	return json_pack("{s:s, s:s, s:o, s:s, s:s, s:I, s:s, s:s, s:b, s:s, s:b, s:s, s:i}",
		"subject", leaf->subject, "issuer", leaf->issuer, "names", names_json(leaf),
		"not_before", not_before, "not_after", not_after, "days_left",
		(json_int_t)days_between(run->now, leaf->not_after), "key", key_text(run, leaf),
		"signature", leaf->signature, "trusted", tls->trust == MC_TRUST_YES, "trust",
		mc_trust_text(tls->trust), "name_match", tls->name_match, "sha256", leaf->sha256,
		"chain", (int)tls->chain_count);
}

/* One session shows one version; the others were not tried. */
static json_t *
versions_json(const struct mc_tls *tls)
{
	static const char *const versions[] = {"1.0", "1.1", "1.2", "1.3"};
	json_t *object = json_object();

	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		json_object_set_new(object, versions[i],
			json_string(tls != NULL && strcmp(tls->version, versions[i]) == 0
					    ? "offered"
					    : "unknown"));
	return object;
}

static void
put_endpoint(struct mc_run *run)
{
	char address[MC_ADDRESS_SIZE];

	mc_address_format(address, &run->subject->address);
	json_object_set_new(run->values, "host", json_string(run->subject->host));
	json_object_set_new(run->values, "address", json_string(address));
	json_object_set_new(run->values, "port", json_integer(run->subject->port));
	json_object_set_new(run->values, "versions", versions_json(NULL));
	json_object_set_new(run->values, "negotiated", json_null());
	json_object_set_new(run->values, "certificate", json_null());
	json_object_set_new(run->values, "dane", json_string("not-checked"));
}

static void
put_tls(struct mc_run *run, const struct mc_tls *tls)
{
	json_object_set_new(run->values, "versions", versions_json(tls));
	json_object_set_new(run->values, "negotiated",
		json_pack("{s:s, s:s, s:s}", "version", tls->version, "cipher", tls->cipher,
			"group", tls->group));
	json_object_set_new(run->values, "handshake_ms", json_integer(tls->ms));
	if (tls->chain_count > 0)
		json_object_set_new(run->values, "certificate", certificate_json(run, tls));
}

static void
tell_end(struct mc_run *run, const struct mc_certificate *leaf)
{
	int64_t days = days_between(run->now, leaf->not_after);
	char end[MC_TIMESTAMP_SIZE];

	mc_timestamp_format(end, leaf->not_after);
	mc_find(run, "tls.expires-soon", "%lld day%s left, not after %s", (long long)days,
		days == 1 ? "" : "s", end);
}

/*
 * The steps are 30, 14 and 7 days, but never more than a third, a sixth and a twelfth of the
 * certificate's lifetime: a short-lived one is renewed late by design.
 */
static void
judge_expiry(struct mc_run *run, const struct mc_certificate *leaf)
{
	static const struct {
		int64_t days, part;
		enum mc_severity verified, opportunistic;
	} steps[] = {
		{7, 12, MC_ERROR, MC_NOTICE},
		{14, 6, MC_WARNING, MC_NOTICE},
		{30, 3, MC_NOTICE, MC_INFO},
	};
	int64_t left = leaf->not_after - run->now;
	int64_t life = leaf->not_after - leaf->not_before;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		int64_t limit = steps[i].days * DAY_MS;
		if (life / steps[i].part < limit)
			limit = life / steps[i].part;
		if (left >= limit)
			continue;
		tell_end(run, leaf);
		mc_severity(
			run, verified_by_clients(run) ? steps[i].verified : steps[i].opportunistic);
		return;
	}
}

static void
judge_dates(struct mc_run *run, const struct mc_certificate *leaf)
{
	char text[MC_TIMESTAMP_SIZE];

	if (run->now > leaf->not_after) {
		mc_timestamp_format(text, leaf->not_after);
		mc_find(run, "tls.expired", "not after %s", text);
		mc_severity(run, weigh(run, MC_ERROR));
		return;
	}
	if (run->now < leaf->not_before) {
		mc_timestamp_format(text, leaf->not_before);
		mc_find(run, "tls.not-yet-valid", "not before %s", text);
		mc_severity(run, weigh(run, MC_ERROR));
		return;
	}
	judge_expiry(run, leaf);
}

static void
judge_trust(struct mc_run *run, const struct mc_tls *tls)
{
	static const char *const ids[] = {
		[MC_TRUST_UNKNOWN] = "tls.trust-unknown",
		[MC_TRUST_YES] = NULL,
		[MC_TRUST_SELF_SIGNED] = "tls.self-signed",
		[MC_TRUST_UNKNOWN_ISSUER] = "tls.untrusted",
		[MC_TRUST_BAD_SIGNATURE] = "tls.bad-signature",
		[MC_TRUST_INSECURE_ALGORITHM] = "tls.chain-invalid",
		[MC_TRUST_WRONG_PURPOSE] = "tls.not-for-servers",
		[MC_TRUST_OTHER] = "tls.chain-invalid",
	};
	const char *id = ids[tls->trust];

	if (id == NULL)
		return;
	mc_find(run, id, "%s", tls->trust_problem);
	mc_evidence(run, "issuer: %s", tls->chain[0].issuer);
	if (tls->trust != MC_TRUST_UNKNOWN)
		mc_severity(run, weigh(run, MC_ERROR));
}

static const char *
names_text(struct mc_run *run, const struct mc_certificate *leaf)
{
	const char *text = "";

	for (size_t i = 0; i < leaf->name_count && i < 8; i++)
		text = mc_arena_printf(
			run->arena, "%s%s%s", text, i > 0 ? ", " : "", leaf->names[i]);
	return text[0] != '\0' ? text : "none";
}

static void
judge_name(struct mc_run *run, const struct mc_tls *tls)
{
	const struct mc_certificate *leaf = &tls->chain[0];

	if (run->subject->literal || tls->name_match)
		return;
	if (tls->cn_match) {
		mc_find(run, "tls.common-name-only", "common name: %s", leaf->common_name);
		mc_severity(run, weigh(run, MC_ERROR));
		return;
	}
	mc_find(run, "tls.name-mismatch", "asked for %s, the certificate is for %s",
		run->subject->host, names_text(run, leaf));
	mc_severity(run, weigh(run, MC_ERROR));
}

static void
judge_algorithms(struct mc_run *run, const struct mc_certificate *leaf)
{
	bool rsa = strcmp(leaf->key, "RSA") == 0 || strncmp(leaf->key, "DSA", 3) == 0;

	if ((rsa && leaf->key_bits < 2048) || (!rsa && leaf->key_bits < 224)) {
		mc_find(run, "tls.weak-key", "%s, %u bits", leaf->key, leaf->key_bits);
		mc_severity(run, weigh(run, MC_WARNING));
	}
	if (leaf->signature_weak && !leaf->self_signed) {
		mc_find(run, "tls.weak-signature", "%s", leaf->signature);
		mc_severity(run, weigh(run, MC_WARNING));
	}
}

static void
judge_chain_order(struct mc_run *run, const struct mc_tls *tls)
{
	for (size_t i = 1; i < tls->chain_count; i++)
		if (strcmp(tls->chain[i - 1].issuer, tls->chain[i].subject) != 0) {
			mc_find(run, "tls.chain-order",
				"certificate %zu (%s) did not issue "
				"certificate %zu (%s)",
				i + 1, tls->chain[i].subject, i, tls->chain[i - 1].subject);
			return;
		}
}

static bool
weak_cipher(const char *cipher)
{
	static const char *const words[] = {
		"_RC4_", "_3DES_", "_DES_", "_NULL_", "_EXPORT_", "_anon_", "_RC2_", "_IDEA_"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(cipher, words[i]) != NULL)
			return true;
	return false;
}

static void
judge_negotiated(struct mc_run *run, const struct mc_tls *tls)
{
	bool old = strcmp(tls->version, "1.0") == 0 || strcmp(tls->version, "1.1") == 0;

	if (old)
		mc_find(run, "tls.old-version", "TLS %s was the best both sides could do",
			tls->version);
	else if (strcmp(tls->version, "1.2") == 0)
		mc_find(run, "tls.no-tls-1.3", "TLS %s", tls->version);
	if (weak_cipher(tls->cipher))
		mc_find(run, "tls.weak-cipher", "%s", tls->cipher);
	if (strncmp(tls->cipher, "TLS_RSA_WITH_", 13) == 0)
		mc_find(run, "tls.no-forward-secrecy", "%s", tls->cipher);
}

/* Without TLS there is nothing here to judge; the smtp check holds the cause. */
static enum mc_step
without_tls(struct mc_run *run, const struct mc_session *session)
{
	static const char *const causes[] = {
		[MC_STARTTLS_UNKNOWN] = "the dialogue did not get as far as TLS",
		[MC_STARTTLS_WORKS] = "TLS did not come up",
		[MC_STARTTLS_OFFERED] = "STARTTLS was not tried",
		[MC_STARTTLS_ABSENT] = "STARTTLS is not offered",
		[MC_STARTTLS_REFUSED] = "STARTTLS was refused (smtp.starttls-refused)",
		[MC_STARTTLS_FAILED] = "STARTTLS failed",
	};

	bool implicit = session->starttls == MC_STARTTLS_UNKNOWN && session->tls != NULL;

	return mc_skipped(
		run, "smtp: %s", causes[implicit ? MC_STARTTLS_WORKS : session->starttls]);
}

static enum mc_step
check_address(struct mc_run *run)
{
	const struct mc_session_fact *fact = mc_ask_session(run);
	const struct mc_tls *tls;

	if (fact == NULL)
		return MC_WAIT;
	put_endpoint(run);
	if (fact->fact.status != MC_FACT_OK)
		return mc_skipped(run, "smtp: %s", fact->fact.text);
	tls = fact->session.tls;
	if (tls == NULL || tls->result != MC_TLS_UP)
		return without_tls(run, &fact->session);
	put_tls(run, tls);
	judge_negotiated(run, tls);
	if (tls->chain_count == 0) {
		mc_find(run, "tls.certificate-unreadable", "no certificate that could be read");
		mc_severity(run, weigh(run, MC_ERROR));
		return MC_DONE;
	}
	judge_dates(run, &tls->chain[0]);
	judge_trust(run, tls);
	judge_name(run, tls);
	judge_algorithms(run, &tls->chain[0]);
	judge_chain_order(run, tls);
	return MC_DONE;
}

const struct mc_check mc_check_tls = {
	.name = "tls",
	.targets = MC_TARGET_DOMAIN | MC_TARGET_HOST,
	.address = check_address,
	.array = "endpoints",
};
