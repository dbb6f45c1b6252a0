/* digest: GnuTLS's SHA-256. */
#include "context/digest.h"

#include <gnutls/crypto.h>

#include "base/alloc.h"

#define OCTETS 32

struct mc_digest {
	gnutls_hash_hd_t hash;
};

struct mc_digest *
mc_digest_new(void)
{
	struct mc_digest *digest = mc_calloc(1, sizeof(*digest));

	if (digest != NULL && gnutls_hash_init(&digest->hash, GNUTLS_DIG_SHA256) == 0)
		return digest;
	mc_free(digest);
	return NULL;
}

void
mc_digest_line(struct mc_digest *digest, const char *line, size_t length)
{
	(void)gnutls_hash(digest->hash, line, length);
	(void)gnutls_hash(digest->hash, "\n", 1);
}

void
mc_digest_text(struct mc_digest *digest, char ret_text[MC_DIGEST_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char octets[OCTETS];

	gnutls_hash_output(digest->hash, octets);
	for (size_t i = 0; i < OCTETS; i++) {
		ret_text[2 * i] = digits[octets[i] >> 4];
		ret_text[2 * i + 1] = digits[octets[i] & 15];
	}
	ret_text[MC_DIGEST_SIZE - 1] = '\0';
}

void
mc_digest_free(struct mc_digest *digest)
{
	if (digest == NULL)
		return;
	gnutls_hash_deinit(digest->hash, NULL);
	mc_free(digest);
}
