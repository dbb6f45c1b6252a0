/*
 * message: a DNS message (RFC 1035, 4; EDNS: RFC 6891).
 */
#ifndef MC_RECORD_MESSAGE_H
#define MC_RECORD_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "record/rr.h"

enum mc_rcode {
	MC_RCODE_NOERROR = 0,
	MC_RCODE_FORMERR = 1,
	MC_RCODE_SERVFAIL = 2,
	MC_RCODE_NXDOMAIN = 3,
	MC_RCODE_NOTIMP = 4,
	MC_RCODE_REFUSED = 5,
};

/* "SERVFAIL", or "RCODE23" style. Static or in `text`. */
const char *mc_rcode_name(int rcode, char text[12]);

struct mc_rrset {
	struct mc_rr *rrs;
	size_t count;
};

struct mc_message {
	uint16_t id;
	bool response, authoritative, truncated, recursion_desired, recursion_available;
	bool authentic_data, checking_disabled;
	uint8_t opcode;
	int rcode;                                     /* with the EDNS extension bits */
	bool has_question;                             /* exactly one question */
	const char *name;                              /* of the question, canonical */
	uint16_t type, class;                          /* of the question */
	struct mc_rrset answer, authority, additional; /* class IN only; OPT is taken out */
	bool edns;
	uint16_t udp_size;
	bool dnssec_ok;
};

#define MC_MESSAGE_RR_LIMIT 4096 /* records in one message; more is malformed */

/* NULL on success, else why the message is malformed (static). */
const char *mc_message_parse(struct mc_arena *arena, const uint8_t *bytes, size_t length,
	struct mc_message *ret_message);

/* Appends a message: header, question, sections (uncompressed), OPT when `edns`. */
bool mc_message_write(struct mc_buf *buf, const struct mc_message *message);

#endif
