/*
 * smtp_state: the inside of the SMTP machine, and the moves every step is made of.
 * For smtp.c, smtp_state.c and smtp_step.c only.
 */
#ifndef MC_DIALOGUE_SMTP_STATE_H
#define MC_DIALOGUE_SMTP_STATE_H

#include "dialogue/smtp.h"
#include "dialogue/transcript.h"

#define MC_SMTP_STAGES 24    /* more than the longest plan takes */
#define MC_SMTP_INJECTED 512 /* octets kept of what was injected */

struct mc_smtp {
	struct mc_arena *arena;
	const struct mc_plan *plan;
	struct mc_smtp_timeouts timeouts;
	struct mc_session *session;
	struct mc_stage *stage; /* the one begun last */
	struct mc_transcript transcript;
	struct mc_smtp_reply_reader reader;
	struct mc_buf early; /* came before the command it will be taken to answer was sent */
	struct mc_buf out;   /* what is not yet sent of the command */
	const char *command; /* being sent, without line end; NULL: none */
	const char *helo;    /* NULL: not known yet */
	int64_t began, now;  /* as the pump told */
	int64_t waiting;     /* since then; the deadline counts from there */
	int64_t deadline;
	enum mc_smtp_want want;
	enum mc_step_name step;  /* the one that is waited in */
	enum mc_step_name limit; /* no step behind it but QUIT */
	bool implicit;           /* TLS from the first octet on */
	bool agreed;             /* STARTTLS was answered 220 */
	bool encrypted;
	bool greeted; /* the banner was read, whatever it says */
	bool early_told;
	bool taking_early; /* what is read came before the command was sent */
	bool concluded;    /* the session's end is known */
	size_t recipient;  /* next one to name */
	uint8_t first[2];  /* the connection's first octets */
	size_t first_length;
};

int64_t mc_smtp_state_elapsed(int64_t from, int64_t to); /* never negative, never overflows */
int64_t mc_smtp_state_since(const struct mc_smtp *smtp); /* since the session's start */

/* Begins a step and waits in it. */
void mc_smtp_state_begin(struct mc_smtp *smtp, enum mc_step_name step);
/* The deadline counts from now. */
void mc_smtp_state_wait(struct mc_smtp *smtp);
/* Begins a step with a command, which is without its line end. */
void mc_smtp_state_say(struct mc_smtp *smtp, enum mc_step_name step, const char *command);
/* The whole command is out. */
void mc_smtp_state_said(struct mc_smtp *smtp);
/* No more is to come of the line the server has begun: into the transcript with it. */
void mc_smtp_state_break(struct mc_smtp *smtp);
__attribute__((format(printf, 2, 3))) void mc_smtp_state_note(
	struct mc_smtp *smtp, const char *format, ...);

/* A verdict on STARTTLS; none moves "absent". */
void mc_smtp_state_starttls(struct mc_smtp *smtp, enum mc_starttls word);
/* How the session ended; the first call counts. */
void mc_smtp_state_conclude(struct mc_smtp *smtp, enum mc_session_end end);
/* Over: nothing is pending, the connection is to be closed. */
void mc_smtp_state_finish(struct mc_smtp *smtp);
/* The same, but QUIT is pending where the connection can carry it. */
void mc_smtp_state_goodbye(struct mc_smtp *smtp);
/* Our own failure; overrides every other end. */
void mc_smtp_state_fail(struct mc_smtp *smtp, const char *failure);

#endif
