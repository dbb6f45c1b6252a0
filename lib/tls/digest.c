/* digest: hashes by GnuTLS. */
#include "tls/digest.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

static const struct {
	gnutls_digest_algorithm_t algorithm;
	size_t length;
} digests[] = {
	[MC_DIGEST_SHA1] = {GNUTLS_DIG_SHA1, 20},
	[MC_DIGEST_SHA256] = {GNUTLS_DIG_SHA256, 32},
	[MC_DIGEST_SHA384] = {GNUTLS_DIG_SHA384, 48},
	[MC_DIGEST_SHA512] = {GNUTLS_DIG_SHA512, 64},
};

size_t
mc_digest_length(enum mc_digest digest)
{
	return digests[digest].length;
}

bool
mc_digest(
	enum mc_digest digest, const void *bytes, size_t length, uint8_t ret_value[MC_DIGEST_SIZE])
{
	return gnutls_hash_fast(digests[digest].algorithm, bytes, length, ret_value) == 0;
}
