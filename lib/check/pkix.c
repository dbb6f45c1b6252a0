/* pkix: dates, name, chain, in the order in which they are easiest to mend. */
#include "check/pkix.h"

#include "base/timestamp.h"

#define DAY_MS ((int64_t)86400 * 1000)
#define NAMES 6 /* of a certificate, told as evidence */

static const char *
names_text(struct mc_run *run, const struct mc_certificate *leaf)
{
	const char *text = "";

	for (size_t i = 0; i < leaf->name_count && i < NAMES; i++)
		text = mc_arena_printf(
			run->arena, "%s%s%s", text, i > 0 ? ", " : "", leaf->names[i]);
	return text[0] != '\0' ? text : "no name";
}

const char *
mc_pkix_date_problem(struct mc_run *run, const struct mc_certificate *leaf)
{
	char date[MC_TIMESTAMP_SIZE];

	if (run->now > leaf->not_after) {
		mc_timestamp_format(date, leaf->not_after);
		return mc_arena_printf(run->arena, "the certificate expired at %s", date);
	}
	if (run->now < leaf->not_before) {
		mc_timestamp_format(date, leaf->not_before);
		return mc_arena_printf(run->arena, "the certificate is not valid before %s", date);
	}
	return NULL;
}

const char *
mc_pkix_name_problem(struct mc_run *run, const struct mc_tls *tls)
{
	if (tls->name_match)
		return NULL;
	return mc_arena_printf(run->arena, "asked for %s, the certificate is for %s", tls->sni,
		names_text(run, &tls->chain[0]));
}

const char *
mc_pkix_problem(struct mc_run *run, const struct mc_tls *tls, bool *ret_unknown)
{
	const char *problem;

	*ret_unknown = false;
	if (tls->chain_count == 0)
		return "no certificate that could be read";
	problem = mc_pkix_date_problem(run, &tls->chain[0]);
	if (problem == NULL)
		problem = mc_pkix_name_problem(run, tls);
	if (problem != NULL)
		return problem;
	if (tls->trust == MC_TRUST_YES)
		return NULL;
	*ret_unknown = tls->trust == MC_TRUST_UNKNOWN;
	return mc_arena_printf(
		run->arena, "the certificate is not trusted: %s", tls->trust_problem);
}

int64_t
mc_pkix_days_left(const struct mc_run *run, const struct mc_certificate *leaf)
{
	int64_t ms = leaf->not_after - run->now;

	return ms >= 0 ? ms / DAY_MS : -((-ms + DAY_MS - 1) / DAY_MS);
}

enum mc_severity
mc_pkix_expiry(const struct mc_run *run, const struct mc_certificate *leaf)
{
	static const struct {
		int64_t days, part;
		enum mc_severity severity;
	} steps[] = {{7, 12, MC_WARNING}, {14, 6, MC_NOTICE}};
	int64_t left = leaf->not_after - run->now;
	int64_t life = leaf->not_after - leaf->not_before;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (left < steps[i].days * DAY_MS && left < life / steps[i].part)
			return steps[i].severity;
	return MC_INFO;
}

static bool
is_permanent(const struct mc_session *session)
{
	const struct mc_stage *stage = mc_session_stage(session, MC_STEP_STARTTLS, false);

	return stage != NULL && stage->reply.code >= 500;
}

const char *
mc_pkix_no_tls(const struct mc_session *session)
{
	if (session->starttls == MC_STARTTLS_ABSENT)
		return "STARTTLS is not offered";
	if (session->starttls == MC_STARTTLS_REFUSED && is_permanent(session))
		return "STARTTLS is refused";
	return NULL;
}
