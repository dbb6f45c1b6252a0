/* spf: the public face of SPF: one evaluation, and a record taken apart. */
#include <mailcheck/error.h>
#include <mailcheck/spf.h>
#include <string.h>

#include "base/alloc.h"
#include "base/escape.h"
#include "context/work.h"
#include "record/spf.h"

/* --- evaluation --- */

/* The options stay set: an evaluation in work has a copy of them. */
static int32_t
submit(mailcheck *mc, const char *domain, const char *ip, const char *sender, const char *helo)
{
	struct mc_settings *settings = &mc->options.settings;
	struct mc_arena arena;
	const char *target;
	int32_t code;

	mc_arena_init(&arena, 0);
	target = mc_arena_printf(&arena, "spf:%s", domain);
	code = arena.failed ? MAILCHECK_NO_MEMORY : mailcheck_set(mc, "ip", ip);
	if (code == MAILCHECK_OK && (sender != NULL || settings->sender != NULL))
		code = mailcheck_set(mc, "sender", sender != NULL ? sender : "");
	if (code == MAILCHECK_OK && (helo != NULL || settings->client_helo != NULL))
		code = mailcheck_set(mc, "client-helo", helo != NULL ? helo : "");
	if (code == MAILCHECK_OK)
		code = mailcheck_submit(mc, target, NULL, 0);
	mc_arena_reset(&arena);
	return code;
}

int32_t
mailcheck_spf_check(mailcheck *mc, const char *domain, const char *ip, const char *sender,
	const char *helo, mailcheck_report **ret_report)
{
	int32_t code;

	if (mc == NULL || domain == NULL || ip == NULL || ret_report == NULL)
		return MAILCHECK_BAD_ARGUMENT;
	if (mc->count > 0 || mc->outcomes != NULL)
		return mc_context_fail(mc, MAILCHECK_BUSY, "other targets are in work");
	code = submit(mc, domain, ip, sender, helo);
	return code == MAILCHECK_OK ? mailcheck_next(mc, -1, ret_report, NULL) : code;
}

/* --- a record --- */

struct mailcheck_spf {
	struct mc_arena arena;
	struct mc_spf spf;
	const char **terms; /* escaped */
};

static bool
take_apart(struct mailcheck_spf *spf, const void *text, size_t length)
{
	struct mc_arena *arena = &spf->arena;
	const char *copy = mc_arena_memdup(arena, text, length);

	if (copy == NULL || !mc_spf_parse(arena, copy, length, &spf->spf))
		return false;
	spf->terms = mc_arena_calloc(arena, spf->spf.count + 1, sizeof(*spf->terms));
	for (size_t i = 0; spf->terms != NULL && i < spf->spf.count; i++)
		spf->terms[i] = mc_escape(
			arena, copy + spf->spf.terms[i].position, spf->spf.terms[i].length);
	return !arena->failed;
}

int32_t
mailcheck_spf_parse(const void *text, size_t length, mailcheck_spf **ret_spf)
{
	struct mailcheck_spf *spf;

	if (text == NULL || ret_spf == NULL || length > UINT16_MAX ||
		!mc_spf_is_record(text, length))
		return MAILCHECK_BAD_ARGUMENT;
	spf = mc_calloc(1, sizeof(*spf));
	if (spf == NULL)
		return MAILCHECK_NO_MEMORY;
	mc_arena_init(&spf->arena, 0);
	if (!take_apart(spf, text, length)) {
		mailcheck_spf_free(spf);
		return MAILCHECK_NO_MEMORY;
	}
	*ret_spf = spf;
	return MAILCHECK_OK;
}

void
mailcheck_spf_free(mailcheck_spf *spf)
{
	if (spf == NULL)
		return;
	mc_arena_reset(&spf->arena);
	mc_free(spf);
}

uint32_t
mailcheck_spf_terms(const mailcheck_spf *spf)
{
	return (uint32_t)spf->spf.count;
}

const char *
mailcheck_spf_term(const mailcheck_spf *spf, uint32_t i)
{
	return i < spf->spf.count ? spf->terms[i] : NULL;
}

int32_t
mailcheck_spf_term_position(const mailcheck_spf *spf, uint32_t i)
{
	return i < spf->spf.count ? (int32_t)spf->spf.terms[i].position : -1;
}

const char *
mailcheck_spf_term_problem(const mailcheck_spf *spf, uint32_t i)
{
	return i < spf->spf.count ? spf->spf.terms[i].problem : NULL;
}

int32_t
mailcheck_spf_term_problem_position(const mailcheck_spf *spf, uint32_t i)
{
	return i < spf->spf.count && spf->spf.terms[i].problem != NULL
		       ? (int32_t)spf->spf.terms[i].problem_at
		       : -1;
}
