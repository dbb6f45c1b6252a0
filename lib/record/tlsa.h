/*
 * tlsa: a TLSA record as SMTP uses it (RFC 6698, 2; RFC 7671; RFC 7672, 3.1).
 */
#ifndef MC_RECORD_TLSA_H
#define MC_RECORD_TLSA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record/problem.h"

struct mc_tlsa {
	bool valid;    /* usable, for SMTP if the port is 25 or not known */
	uint16_t port; /* by the owner's name; 0: not known */
	uint8_t usage, selector, matching;
	const uint8_t *data;
	size_t length;
	/* Where the fields stand in the text, counted from 1; 0: they are of no text. */
	size_t usage_at, selector_at, matching_at, data_at;
};

/* "3 1 1 hex", the hex perhaps in several words; or a whole line of a zone file. */
void mc_tlsa_parse(
	const char *text, size_t length, struct mc_tlsa *ret_tlsa, struct mc_problems *problems);
/* Sets all but `valid`; false: it cannot be read. */
bool mc_tlsa_read(
	const char *text, size_t length, struct mc_tlsa *ret_tlsa, struct mc_problems *problems);
/* What a record that is not usable was beyond doubt to say, "3 1 1 hex"; NULL: that cannot be told.
 * The second takes the fields. */
const char *mc_tlsa_mend(struct mc_arena *arena, const char *text, size_t length);
const char *mc_tlsa_mend_fields(struct mc_arena *arena, const struct mc_tlsa *tlsa);
/* Of the fields: sets `valid`. */
void mc_tlsa_judge(struct mc_tlsa *tlsa, struct mc_problems *problems);
/* Whether the data is a whole certificate or key, as the selector says (matching type 0). */
bool mc_tlsa_whole(const struct mc_tlsa *tlsa);
/* "DANE-EE", "SPKI", "SHA2-256" (RFC 7218); NULL: unassigned. */
const char *mc_tlsa_usage_name(uint8_t usage);
const char *mc_tlsa_selector_name(uint8_t selector);
const char *mc_tlsa_matching_name(uint8_t matching);

#endif
