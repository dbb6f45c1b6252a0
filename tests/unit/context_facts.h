/* context_facts: one fact of each kind with something in every member, for the tests of context. */
#ifndef MC_TESTS_CONTEXT_FACTS_H
#define MC_TESTS_CONTEXT_FACTS_H

#include <check.h>
#include <string.h>

#include "base/base64.h"
#include "context/fact_json.h"
#include "tls/tls.h"

/* Self-signed, ECDSA P-256, for mx.example.com. */
static const char facts_certificate[] =
	"MIIBozCCAUigAwIBAgIUaL4QxnnA4tZNv7MjJ4HPMctmfr8wCgYIKoZIzj0EAwIwGTEXMBUGA1UE"
	"AwwObXguZXhhbXBsZS5jb20wHhcNMjYxMTIzMDIyODI1WhcNMzYxMTIwMDIyODI1WjAZMRcwFQYD"
	"VQQDDA5teC5leGFtcGxlLmNvbTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABJoUMXIbCYiqzWwE"
	"SpOnCBPRDSe5z0HIJYvo75a0mgVuc83jrg8S0Re6yeq7cBhwUGliHD48Oby7BCIAIgCS0xijbjBs"
	"MB0GA1UdDgQWBBR1xsf3H92GQt7E7+1bwxz264eUljAfBgNVHSMEGDAWgBR1xsf3H92GQt7E7+1b"
	"wxz264eUljAPBgNVHRMBAf8EBTADAQH/MBkGA1UdEQQSMBCCDm14LmV4YW1wbGUuY29tMAoGCCqG"
	"SM49BAMCA0kAMEYCIQDsXEg/GVUw6EeGtl+3D+tY3S4S6xtJ8KoTTvGR6EbU3QIhAObZKVMZAk7r"
	"aucmZaqDxXCbU7t4v1tpqU1j+jYqt6RG";

#define FACTS_NOW INT64_C(1795428000000)

static inline struct mc_rr
facts_rr(struct mc_arena *arena, const char *text)
{
	struct mc_rr_error error;
	struct mc_rr rr;

	ck_assert_msg(mc_rr_parse(arena, text, NULL, 300, &rr, &error), "no record: %s", text);
	return rr;
}

/* Two MX behind a CNAME, bogus. `text` of each failure kind of fact: see facts_failed_dns(). */
static inline struct mc_dns *
facts_dns(struct mc_arena *arena)
{
	struct mc_dns *dns = mc_arena_alloc(arena, sizeof(*dns));

	ck_assert_ptr_nonnull(dns);
	*dns = (struct mc_dns){.fact = {.kind = MC_FACT_DNS,
				       .status = MC_FACT_OK,
				       .text = "",
				       .began = FACTS_NOW + 3,
				       .ended = FACTS_NOW + 21},
		.name = "example.com",
		.type = MC_RR_MX,
		.server = "192.0.2.1@53",
		.authoritative = true,
		.dnssec = MC_DNSSEC_BOGUS,
		.why_bogus = "no \"signature\" \\ \xff\n",
		.canonical = "mail\\.er.example.net",
		.ttl = UINT32_MAX};
	dns->aliases = mc_arena_calloc(arena, 1, sizeof(struct mc_rr));
	dns->aliases[dns->alias_count++] =
		facts_rr(arena, "example.com. 60 IN CNAME mail\\.er.example.net.");
	dns->rrs = mc_arena_calloc(arena, 3, sizeof(struct mc_rr));
	dns->rrs[dns->count++] =
		facts_rr(arena, "mail\\.er.example.net. 2147483647 IN MX 10 mx.example.com.");
	dns->rrs[dns->count++] =
		facts_rr(arena, "mail\\.er.example.net. 0 IN MX 65535 \\255\\000x.example.com.");
	dns->rrs[dns->count++] =
		facts_rr(arena, "mail\\.er.example.net. IN TYPE65280 \\# 3 00ff7f");
	return dns;
}

static inline struct mc_dns *
facts_failed_dns(struct mc_arena *arena)
{
	struct mc_question question = {
		.kind = MC_FACT_DNS, .name = "_dmarc.example.com", .type = MC_RR_TXT};

	return (struct mc_dns *)(void *)mc_fact_failed(arena, &question, MC_FAIL_SERVFAIL,
		"the resolver answered SERVFAIL to _dmarc.example.com TXT", FACTS_NOW,
		FACTS_NOW + 1);
}

static inline struct mc_tls *
facts_tls(struct mc_arena *arena)
{
	struct mc_tls *tls = mc_arena_alloc(arena, sizeof(*tls));
	struct mc_buf der;

	ck_assert_ptr_nonnull(tls);
	*tls = (struct mc_tls){.result = MC_TLS_ALERT,
		.failure = "a fatal alert: \x1b[31m",
		.alert = 40,
		.plaintext = "220 \0 hi",
		.plaintext_length = 8,
		.ms = 77,
		.sni = "mx.example.com",
		.version = "1.3",
		.cipher = "TLS_AES_128_GCM_SHA256",
		.group = "X25519",
		.trust = MC_TRUST_UNKNOWN_ISSUER,
		.trust_problem = "nobody knows the issuer",
		.name_match = true,
		.cn_match = false};
	tls->chain = mc_arena_calloc(arena, 2, sizeof(struct mc_certificate));
	mc_buf_init(&der, 4096);
	ck_assert(mc_base64_decode(&der, facts_certificate, strlen(facts_certificate)));
	for (size_t i = 0; i < 2; i++)
		ck_assert_msg(
			mc_certificate_parse(arena, mc_arena_memdup(arena, der.data, der.length),
				der.length, &tls->chain[i]),
			"the certificate cannot be read");
	tls->chain_count = 2;
	mc_buf_free(&der);
	return tls;
}

static inline struct mc_session_fact *
facts_session(struct mc_arena *arena)
{
	static struct mc_smtp_line lines[] = {
		{"mx.example.com \xc3\xa4 \x01 \\", 20}, {"", 0}, {"nul \0 inside", 12}};
	static struct mc_stage stages[] = {
		{MC_STEP_CONNECT, false, true, 0, 12, {0}},
		{MC_STEP_BANNER, false, true, 12, 90,
			{220, MC_ODD_BARE_LF | MC_ODD_CONTROL | MC_ODD_ENDLESS, lines, 3, "what",
				4}},
		{MC_STEP_EHLO, true, false, 90, 30090, {0}},
	};
	static struct mc_exchange transcript[] = {
		{12, MC_FROM_SERVER, false, "220 mx.example.com \xff\xfe\0", 22},
		{13, MC_FROM_CLIENT, true, "EHLO me.example.net", 19},
		{14, MC_NOTE, false, "", 0},
	};
	static struct mc_capability plain[] = {{"STARTTLS", ""}, {"SIZE", "1000 \\x0A"}};
	static struct mc_capability encrypted[] = {{"8BITMIME", ""}};
	struct mc_session_fact *fact = mc_arena_alloc(arena, sizeof(*fact));

	ck_assert_ptr_nonnull(fact);
	*fact = (struct mc_session_fact){.fact = {.kind = MC_FACT_SESSION,
						 .status = MC_FACT_OK,
						 .text = "",
						 .began = FACTS_NOW,
						 .ended = FACTS_NOW + 30090},
		.session = {.source = "192.0.2.9",
			.connect_ms = 12,
			.helo = "me.example.net",
			.stages = stages,
			.stage_count = 3,
			.transcript = transcript,
			.transcript_count = 3,
			.plain = {plain, 2},
			.encrypted = {encrypted, 1},
			.starttls = MC_STARTTLS_REFUSED,
			.starttls_mangled = true,
			.starttls_unadvertised = true,
			.unclean_close = true,
			.injected = "250 \0",
			.injected_length = 5,
			.end = MC_END_TIMEOUT,
			.last = MC_STEP_EHLO,
			.failure = "because",
			.partial = "",
			.partial_length = 0,
			.tls = facts_tls(arena)}};
	return fact;
}

static inline struct mc_session_fact *
facts_failed_session(struct mc_arena *arena)
{
	struct mc_question question = {.kind = MC_FACT_SESSION};

	return (struct mc_session_fact *)(void *)mc_fact_failed(arena, &question,
		MC_FAIL_CONNECT_TIMEOUT, "nobody answered", FACTS_NOW, FACTS_NOW + 30000);
}

static inline struct mc_https *
facts_https(struct mc_arena *arena)
{
	struct mc_https *fact = mc_arena_alloc(arena, sizeof(*fact));

	ck_assert_ptr_nonnull(fact);
	*fact = (struct mc_https){.fact = {.kind = MC_FACT_HTTPS,
					  .status = MC_FACT_OK,
					  .text = "",
					  .began = FACTS_NOW,
					  .ended = FACTS_NOW + 300},
		.http = {.source = "192.0.2.9",
			.connect_ms = 12,
			.response_ms = 200,
			.tls = facts_tls(arena),
			.end = MC_HTTP_CLOSED,
			.failure = "because",
			.status = 200,
			.reason = "\xc3\xa4 \\",
			.content_type = "text/plain",
			.content_encoding = "",
			.location = "/\xff",
			.body = "version: STSv1\r\n\0\x1b",
			.body_length = 18}};
	return fact;
}

#define FACTS_HTTPS_KEY "https 192.0.2.7@443 host=<mta-sts.example.com> path=</x>"
#define FACTS_DNS_KEY "dns example.com MX @192.0.2.1@53"
#define FACTS_FAILED_DNS_KEY "dns _dmarc.example.com TXT"
#define FACTS_SESSION_KEY                                                                          \
	"session 192.0.2.7@25 host=<mx.example.com> protocol=smtp tls=auto until=quit helo= from="
#define FACTS_FAILED_SESSION_KEY "session 192.0.2.8@25 host=<\\x5C> protocol=smtp tls=none"

#endif
