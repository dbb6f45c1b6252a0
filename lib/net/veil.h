/*
 * veil: keys of block lists. A question holds a label MC_KEY_LABEL "NAME" in the place of a key;
 * what goes out holds the key, and what comes back is changed again, so that no fact, no text and
 * no record file ever has it.
 */
#ifndef MC_NET_VEIL_H
#define MC_NET_VEIL_H

#include "net/net_state.h"
#include "record/message.h"

/* The name to ask for: the question's own when it needs no key; NULL when there is no such key, or
 * the name gets too long, or out of memory. */
const char *mc_veil_lift(
	const struct mc_net *net, struct mc_arena *arena, const struct mc_question *question);
/* Takes the key out of an answer. */
void mc_veil_answer(const struct mc_net *net, struct mc_arena *arena,
	const struct mc_question *question, struct mc_message *message);
/* The same for a text: NULL stays NULL. */
const char *mc_veil_text(const struct mc_net *net, struct mc_arena *arena,
	const struct mc_question *question, const char *text);

#endif
