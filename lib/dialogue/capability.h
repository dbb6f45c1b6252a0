/*
 * capability: the service extensions told in a reply to EHLO (RFC 5321, 4.1.1.1).
 */
#ifndef MC_DIALOGUE_CAPABILITY_H
#define MC_DIALOGUE_CAPABILITY_H

#include "dialogue/session.h"

/*
 * The lines behind the first. Keyword and parameters part at the first SP or TAB. The old
 * "AUTH=LOGIN PLAIN" is told as the keyword AUTH= with the parameters LOGIN PLAIN.
 * Empty lines are left out; duplicates stay. Out of memory shows in the arena.
 */
void mc_capability_read(struct mc_arena *arena, const struct mc_smtp_reply *reply,
	struct mc_capabilities *ret_capabilities);

/* One keyword is eight characters long, most of them X: what some firewalls make of STARTTLS. */
bool mc_capability_mangled(const struct mc_capabilities *capabilities);

#endif
