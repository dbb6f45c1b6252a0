/* der: a strict reader. */
#include "record/der.h"

static enum mc_der_step
read_length(const struct mc_der *rest, size_t *ret_length, size_t *ret_header)
{
	uint8_t first = rest->bytes[1];
	size_t length = 0, octets = first & 0x7f;

	if (first < 0x80) {
		*ret_length = first;
		*ret_header = 2;
		return MC_DER_GOOD;
	}
	if (octets == 0 || octets > 3)
		return MC_DER_BAD;
	if (rest->length < 2 + octets)
		return MC_DER_CUT;
	for (size_t i = 0; i < octets; i++)
		length = length << 8 | rest->bytes[2 + i];
	if (length < 0x80 || rest->bytes[2] == 0)
		return MC_DER_BAD;
	*ret_length = length;
	*ret_header = 2 + octets;
	return MC_DER_GOOD;
}

enum mc_der_step
mc_der_next(struct mc_der *rest, uint8_t tag, struct mc_der *ret_content)
{
	enum mc_der_step step;
	size_t length, header;

	if (rest->length > 0 && rest->bytes[0] != tag)
		return MC_DER_BAD;
	if (rest->length < 2)
		return MC_DER_CUT;
	step = read_length(rest, &length, &header);
	if (step != MC_DER_GOOD)
		return step;
	if (length > rest->length - header)
		return MC_DER_CUT;
	*ret_content = (struct mc_der){rest->bytes + header, length};
	rest->bytes += header + length;
	rest->length -= header + length;
	return MC_DER_GOOD;
}

size_t
mc_der_integer_bits(const struct mc_der *integer)
{
	size_t at = 0, bits;
	uint8_t top;

	if (integer->length == 0 || (integer->bytes[0] & 0x80) != 0)
		return 0;
	if (integer->bytes[0] == 0) {
		if (integer->length == 1 || (integer->bytes[1] & 0x80) == 0)
			return 0;
		at = 1;
	}
	bits = (integer->length - at - 1) * 8;
	for (top = integer->bytes[at]; top != 0; top >>= 1)
		bits++;
	return bits;
}
