/*
 * smtp_judge: findings out of one dialogue. Shared by the files of the smtp check.
 */
#ifndef MC_CHECK_SMTP_JUDGE_H
#define MC_CHECK_SMTP_JUDGE_H

#include "fact/run.h"

#define MC_KEYWORD_WIDTH 40 /* octets shown of an EHLO keyword; real ones have up to 20 or so */

/* What became of an address, for the check's conclusion. */
enum mc_smtp_outcome {
	MC_SMTP_TALKED = 1,      /* the connection was made */
	MC_SMTP_UNREACHED,       /* refused, reset, no route */
	MC_SMTP_TIMED_OUT,       /* nothing answered the connect */
	MC_SMTP_TIMED_OUT_ALONE, /* nothing answered, while a control on the same port did */
	MC_SMTP_NOT_TRIED,       /* for a reason of our own */
};

/* smtp_reach.c: the connection could not be made. */
enum mc_step mc_smtp_unreached(struct mc_run *run, const struct mc_fact *fact);
void mc_smtp_conclude_reach(struct mc_run *run, struct mc_instance **instances, size_t count);

/* smtp_starttls.c: STARTTLS and what it changes. */
void mc_smtp_judge_starttls(struct mc_run *run, const struct mc_session *session);

/* smtp_ehlo.c: what the server says it can do. */
void mc_smtp_judge_capabilities(struct mc_run *run, const struct mc_session *session);

/* smtp_conduct.c: how the server behaves: times, oddities, refusals, endings. */
void mc_smtp_judge_end(struct mc_run *run, const struct mc_session *session);
void mc_smtp_judge_conduct(struct mc_run *run, const struct mc_session *session);
void mc_smtp_judge_envelope(struct mc_run *run, const struct mc_session *session);
/* More evidence: a greeting that a firewall has overwritten. */
void mc_smtp_tell_masked(struct mc_run *run, const struct mc_session *session);
/* A reply whose code does not answer the command. */
void mc_smtp_find_unexpected(struct mc_run *run, const struct mc_stage *stage);

/* smtp_values.c: the session as values. */
void mc_smtp_put_endpoint(struct mc_run *run);
void mc_smtp_put_session(struct mc_run *run, const struct mc_session_fact *fact);

/* "421 4.7.0 try later": a reply on one escaped line, bounded. */
const char *mc_smtp_reply_line(struct mc_run *run, const struct mc_smtp_reply *reply);
bool mc_smtp_reply_about_us(const struct mc_smtp_reply *reply, bool envelope);
/* A refusal that speaks of our own address says nothing about the server: told, and true. */
bool mc_smtp_refuses_us(struct mc_run *run, const struct mc_smtp_reply *reply, bool envelope);

#endif
