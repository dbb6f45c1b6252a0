/*
 * plan: the names of its steps and modes, and whether it can be said at all.
 */
#include "dialogue/plan.h"

#include <string.h>

static const char *const step_names[MC_STEP_COUNT] = {
	[MC_STEP_CONNECT] = "connect",
	[MC_STEP_TLS] = "tls",
	[MC_STEP_BANNER] = "banner",
	[MC_STEP_EHLO] = "ehlo",
	[MC_STEP_HELO] = "helo",
	[MC_STEP_STARTTLS] = "starttls",
	[MC_STEP_MAIL] = "mail",
	[MC_STEP_RCPT] = "rcpt",
	[MC_STEP_QUIT] = "quit",
};

static const char *const tls_modes[] = {
	[MC_TLS_AUTO] = "auto",
	[MC_TLS_NONE] = "none",
	[MC_TLS_STARTTLS] = "starttls",
	[MC_TLS_IMPLICIT] = "implicit",
};

#define MODES (sizeof(tls_modes) / sizeof(tls_modes[0]))

/* What to answer for an argument that cannot be sent. */
struct complaint {
	const char *empty; /* NULL: it may be empty */
	const char *too_long, *control;
};

static const struct complaint helo_complaint = {"the EHLO name is empty",
	"the EHLO name is too long", "the EHLO name holds a control character"};
static const struct complaint sender_complaint = {
	NULL, "the sender is too long", "the sender holds a control character"};
static const struct complaint recipient_complaint = {
	"a recipient is empty", "a recipient is too long", "a recipient holds a control character"};

/* A control character could make a second command of the argument's rest. */
static const char *
complain(const struct complaint *complaint, const char *argument)
{
	size_t length = strlen(argument);

	if (length == 0)
		return complaint->empty;
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)argument[i];

		if (c < 0x20 || c == 0x7f)
			return complaint->control;
	}
	return length > MC_PLAN_ARGUMENT ? complaint->too_long : NULL;
}

const char *
mc_plan_helo_problem(const char *helo)
{
	return complain(&helo_complaint, helo);
}

const char *
mc_plan_problem(const struct mc_plan *plan)
{
	const char *problem = NULL;

	if (plan->helo != NULL)
		problem = complain(&helo_complaint, plan->helo);
	if (problem == NULL && plan->from != NULL)
		problem = complain(&sender_complaint, plan->from);
	if (problem == NULL && plan->to_count > MC_PLAN_RECIPIENTS)
		problem = "too many recipients";
	for (size_t i = 0; problem == NULL && i < plan->to_count; i++)
		problem = complain(&recipient_complaint, plan->to[i]);
	return problem;
}

bool
mc_plan_implicit_tls(const struct mc_plan *plan, uint16_t port)
{
	static const uint16_t ports[] = {465, 993, 995};

	if (plan->tls != MC_TLS_AUTO)
		return plan->tls == MC_TLS_IMPLICIT;
	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		if (ports[i] == port)
			return true;
	}
	return false;
}

const char *
mc_step_name_text(enum mc_step_name step)
{
	return (size_t)step < MC_STEP_COUNT ? step_names[step] : "";
}

bool
mc_step_name_parse(const char *text, enum mc_step_name *ret_step)
{
	for (size_t i = 0; i < MC_STEP_COUNT; i++) {
		if (strcmp(text, step_names[i]) == 0) {
			*ret_step = (enum mc_step_name)i;
			return true;
		}
	}
	return false;
}

const char *
mc_tls_mode_text(enum mc_tls_mode mode)
{
	return (size_t)mode < MODES ? tls_modes[mode] : "";
}

bool
mc_tls_mode_parse(const char *text, enum mc_tls_mode *ret_mode)
{
	for (size_t i = 0; i < MODES; i++) {
		if (strcmp(text, tls_modes[i]) == 0) {
			*ret_mode = (enum mc_tls_mode)i;
			return true;
		}
	}
	return false;
}
