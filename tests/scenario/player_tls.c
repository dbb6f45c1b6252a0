/* player_tls: "TLS version=1.2 names=a,b days=90 trust=self-signed" as the facts of a handshake. */
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "player.h"
#include "tls/tls.h"

#define DAY_MS ((int64_t)86400 * 1000)

struct tls_words {
	struct mc_arena *arena;
	struct mc_tls *tls;
	struct mc_certificate *leaf;
	int64_t now, days, life;
};

static void
set_names(struct tls_words *words, const char *value)
{
	words->leaf->names = mc_arena_calloc(words->arena, 16, sizeof(char *));
	words->leaf->name_count = 0;
	while (*value != '\0' && words->leaf->name_count < 16) {
		size_t length = strcspn(value, ",");
		words->leaf->names[words->leaf->name_count++] =
			mc_arena_strndup(words->arena, value, length);
		value += length + (value[length] == ',');
	}
}

static bool
set_word(struct tls_words *words, const char *name, const char *value)
{
	struct mc_tls *tls = words->tls;

	if (strcmp(name, "version") == 0)
		tls->version = value;
	else if (strcmp(name, "cipher") == 0)
		tls->cipher = value;
	else if (strcmp(name, "names") == 0)
		set_names(words, value);
	else if (strcmp(name, "match") == 0)
		tls->name_match = strcmp(value, "yes") == 0;
	else if (strcmp(name, "cn") == 0)
		tls->cn_match = strcmp(value, "yes") == 0;
	else if (strcmp(name, "days") == 0)
		words->days = atoll(value);
	else if (strcmp(name, "life") == 0)
		words->life = atoll(value);
	else if (strcmp(name, "key") == 0)
		words->leaf->key = value;
	else if (strcmp(name, "bits") == 0)
		words->leaf->key_bits = (unsigned)atoi(value);
	else if (strcmp(name, "signature") == 0) {
		words->leaf->signature = value;
		words->leaf->signature_weak = strstr(value, "SHA1") != NULL;
	} else if (strcmp(name, "chain") == 0)
		tls->chain_count = (size_t)atoi(value) <= 2 ? (size_t)atoi(value) : 2;
	else if (strcmp(name, "issuer") == 0)
		words->leaf->issuer = value;
	else if (strcmp(name, "trust") == 0)
		return mc_trust_parse(value, &tls->trust);
	else if (strcmp(name, "result") == 0)
		return mc_tls_result_parse(value, &tls->result);
	else if (strcmp(name, "plaintext") == 0) {
		const void *bytes;
		if (!mc_unescape(words->arena, value, &bytes, &tls->plaintext_length))
			return false;
		tls->plaintext = bytes;
	} else
		return false;
	return true;
}

static const struct mc_certificate blank = {.subject = "CN=mx",
	.issuer = "CN=Test CA",
	.common_name = "mx",
	.key = "ECDSA P-256",
	.key_bits = 256,
	.signature = "RSA-SHA256",
	.sha256 = "00",
	.der = (const uint8_t *)""};

struct mc_tls *
player_tls(struct mc_arena *arena, const char *text, const char *host, int64_t now)
{
	struct mc_tls *tls = mc_arena_alloc(arena, sizeof(*tls));
	struct mc_certificate *chain = mc_arena_calloc(arena, 2, sizeof(*chain));
	struct tls_words words = {arena, tls, chain, now, 60, 90};
	const char *word;

	if (tls == NULL || chain == NULL)
		return NULL;
	*tls = (struct mc_tls){.result = MC_TLS_UP,
		.failure = "",
		.alert = -1,
		.ms = 20,
		.sni = host,
		.version = "1.3",
		.cipher = "TLS_AES_256_GCM_SHA384",
		.group = "X25519",
		.chain = chain,
		.chain_count = 1,
		.trust = MC_TRUST_YES,
		.trust_problem = "",
		.name_match = true};
	chain[0] = chain[1] = blank;
	chain[1].subject = "CN=Test CA";
	set_names(&words, host);
	while ((word = scenario_word(arena, &text)) != NULL) {
		const char *equals = strchr(word, '=');
		if (equals == NULL ||
			!set_word(&words, mc_arena_strndup(arena, word, (size_t)(equals - word)),
				equals + 1))
			return NULL;
	}
	chain[0].not_after = now + words.days * DAY_MS + DAY_MS / 2;
	chain[0].not_before = chain[0].not_after - words.life * DAY_MS;
	if (tls->trust != MC_TRUST_YES)
		tls->trust_problem = mc_trust_text(tls->trust);
	if (tls->result != MC_TLS_UP) {
		tls->failure = mc_arena_printf(
			arena, "the handshake failed: %s", mc_tls_result_text(tls->result));
		tls->version = tls->cipher = tls->group = "";
		tls->chain_count = 0;
	}
	return arena->failed ? NULL : tls;
}
