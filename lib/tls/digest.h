/*
 * digest: hashes by GnuTLS, of bytes at hand.
 */
#ifndef MC_TLS_DIGEST_H
#define MC_TLS_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mc_digest { MC_DIGEST_SHA1, MC_DIGEST_SHA256, MC_DIGEST_SHA384, MC_DIGEST_SHA512 };

#define MC_DIGEST_SIZE 64 /* the longest */

size_t mc_digest_length(enum mc_digest digest);
/* False where GnuTLS refuses that hash. */
bool mc_digest(
	enum mc_digest digest, const void *bytes, size_t length, uint8_t ret_value[MC_DIGEST_SIZE]);

#endif
