/*
 * smtp_step: what an SMTP session says next, and what it makes of each reply.
 */
#ifndef MC_DIALOGUE_SMTP_STEP_H
#define MC_DIALOGUE_SMTP_STEP_H

#include "dialogue/smtp_state.h"

/* The connection is up: wait for the banner, or for TLS. */
void mc_smtp_step_connected(struct mc_smtp *smtp);
/* The reply to the step that is waited in. */
void mc_smtp_step_answer(struct mc_smtp *smtp, const struct mc_smtp_reply *reply);
/* Says EHLO, or asks for the name to say. */
void mc_smtp_step_hello(struct mc_smtp *smtp);
/* The handshake is over. */
void mc_smtp_step_tls(struct mc_smtp *smtp, bool up);

#endif
