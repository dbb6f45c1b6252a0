/*
 * rr_field: what the rdata of a type is made of: one table for wire, text and back.
 */
#ifndef MC_RECORD_RR_FIELD_H
#define MC_RECORD_RR_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum mc_rr_field {
	MC_FIELD_END,
	MC_FIELD_U8,
	MC_FIELD_U16,
	MC_FIELD_U32,
	MC_FIELD_PERIOD,    /* 32 bits of seconds */
	MC_FIELD_ALGORITHM, /* 8 bits, DNSSEC algorithm */
	MC_FIELD_IPV4,
	MC_FIELD_IPV6,
	MC_FIELD_NAME,
	MC_FIELD_STRINGS, /* one character-string or more, to the end */
	MC_FIELD_TAG,     /* letters and digits behind a length octet (RFC 8659, 4.1) */
	MC_FIELD_VALUE,   /* these four: everything to the end */
	MC_FIELD_HEX,
	MC_FIELD_BASE64,
};

/* The fields of a type, MC_FIELD_END last; NULL when it is not known here. */
const enum mc_rr_field *mc_rr_field_list(uint16_t type);
/* Octets of a field of fixed size; 0 for any other. */
size_t mc_rr_field_size(enum mc_rr_field field);

/* Whether the data of the type holds names that may be compressed. */
bool mc_rr_field_has_name(uint16_t type);

/*
 * Appends the rdata at `offset` of a message with the names in it (of types in the table)
 * canonical and uncompressed; rdata without names is copied. False when it is malformed.
 */
bool mc_rr_field_expand(struct mc_buf *rdata, uint16_t type, const uint8_t *message, size_t length,
	size_t offset, uint16_t rdlength);

#endif
