/*
 * der: just enough of DER (X.690, 10) to read public keys: definite lengths in their shortest
 * form, tags below 31.
 */
#ifndef MC_RECORD_DER_H
#define MC_RECORD_DER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mc_der_tag {
	MC_DER_INTEGER = 0x02,
	MC_DER_BIT_STRING = 0x03,
	MC_DER_OCTET_STRING = 0x04,
	MC_DER_OID = 0x06,
	MC_DER_SEQUENCE = 0x30,
};

struct mc_der {
	const uint8_t *bytes;
	size_t length;
};

enum mc_der_step {
	MC_DER_GOOD,
	MC_DER_BAD,
	MC_DER_CUT, /* well-formed so far, but it ends too early */
};

/* Takes the element at the start of *rest, which must have that tag, off it. */
enum mc_der_step mc_der_next(struct mc_der *rest, uint8_t tag, struct mc_der *ret_content);
/* Bits of an INTEGER that is not negative; 0 when it is, or malformed. */
size_t mc_der_integer_bits(const struct mc_der *integer);

#endif
