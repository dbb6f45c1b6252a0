/* dns_answer: answers from the zones, and what the scenario makes of them. No I/O. */
#ifndef LABD_DNS_ANSWER_H
#define LABD_DNS_ANSWER_H

#include "base/buf.h"
#include "record/message.h"
#include "scenario.h"

struct dns_question {
	struct server *server;
	const struct zones *zones;
	int transport;
	const uint8_t *bytes;
	size_t length;
};

/* The reply in wire form; false when there is to be none. */
bool dns_answer(const struct dns_question *question, struct mc_buf *wire, unsigned *ret_delay);

/* "NAME TYPE", or what is wrong with the message. */
const char *dns_question_text(struct mc_arena *arena, const uint8_t *bytes, size_t length);

#endif
