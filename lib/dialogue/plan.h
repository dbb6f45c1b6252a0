/*
 * plan: what to say in a dialogue. Plain data; part of a session fact's key.
 */
#ifndef MC_DIALOGUE_PLAN_H
#define MC_DIALOGUE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mc_protocol { MC_PROTOCOL_SMTP, MC_PROTOCOL_LMTP };

enum mc_tls_mode {
	MC_TLS_AUTO, /* implicit on 465, 993, 995, else STARTTLS when offered */
	MC_TLS_NONE,
	MC_TLS_STARTTLS, /* say STARTTLS even when it is not offered */
	MC_TLS_IMPLICIT,
};

/* The steps of a dialogue, in order; also the names of a session's stages. */
enum mc_step_name {
	MC_STEP_CONNECT,
	MC_STEP_TLS, /* the handshake, implicit or after STARTTLS */
	MC_STEP_BANNER,
	MC_STEP_EHLO, /* EHLO or LHLO; again after STARTTLS (stage.encrypted is set) */
	MC_STEP_HELO, /* the fallback when EHLO is refused */
	MC_STEP_STARTTLS,
	MC_STEP_MAIL,
	MC_STEP_RCPT,
	MC_STEP_QUIT,
	MC_STEP_COUNT
};

#define MC_PLAN_RECIPIENTS 5  /* most RCPT of one session (DESIGN, "Safe") */
#define MC_PLAN_ARGUMENT 1000 /* octets of a command's longest argument */

struct mc_plan {
	enum mc_protocol protocol;
	enum mc_tls_mode tls;
	const char *helo; /* EHLO argument; NULL: the one who connects chooses */
	const char *from; /* MAIL FROM path without brackets, "" is the null one; NULL: no MAIL */
	const char *const *to; /* RCPT TO paths without brackets */
	size_t to_count;
	enum mc_step_name quit_after; /* QUIT once this is answered; MC_STEP_QUIT: say it all */
};

/* Why the plan cannot be said (static): an argument that is too long or holds a control
 * character, no or too many recipients' names, ...; NULL: it can. */
const char *mc_plan_problem(const struct mc_plan *plan);
const char *mc_plan_helo_problem(const char *helo);
/* TLS comes before the first word, by the plan or by its port. */
bool mc_plan_implicit_tls(const struct mc_plan *plan, uint16_t port);

/* "banner", "ehlo", ...: lower case, as in JSON and in --quit-after. */
const char *mc_step_name_text(enum mc_step_name step);
bool mc_step_name_parse(const char *text, enum mc_step_name *ret_step);
const char *mc_tls_mode_text(enum mc_tls_mode mode);
bool mc_tls_mode_parse(const char *text, enum mc_tls_mode *ret_mode);

#endif
