/*
 * session: words for its enumerations, and ways to find things in it.
 */
#include "dialogue/session.h"

#include <string.h>

static const char *const starttls_words[] = {
	[MC_STARTTLS_UNKNOWN] = "unknown",
	[MC_STARTTLS_WORKS] = "works",
	[MC_STARTTLS_OFFERED] = "offered",
	[MC_STARTTLS_ABSENT] = "absent",
	[MC_STARTTLS_REFUSED] = "refused",
	[MC_STARTTLS_FAILED] = "failed",
};

static const char *const end_words[] = {
	[MC_END_COMPLETE] = "complete",
	[MC_END_REFUSED] = "refused",
	[MC_END_CLOSED] = "closed",
	[MC_END_RESET] = "reset",
	[MC_END_TIMEOUT] = "timeout",
	[MC_END_ENDLESS] = "endless",
	[MC_END_TLS] = "tls",
	[MC_END_INJECTED] = "injected",
	[MC_END_NOT_SMTP] = "not-smtp",
	[MC_END_LOCAL] = "local",
};

#define COUNT(words) (sizeof(words) / sizeof(words[0]))

/* -1: not among them. */
static int
find_word(const char *const *words, size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(words[i], text) == 0)
			return (int)i;
	}
	return -1;
}

const char *
mc_starttls_text(enum mc_starttls starttls)
{
	return (size_t)starttls < COUNT(starttls_words) ? starttls_words[starttls] : "";
}

bool
mc_starttls_parse(const char *text, enum mc_starttls *ret_starttls)
{
	int found = find_word(starttls_words, COUNT(starttls_words), text);

	if (found < 0)
		return false;
	*ret_starttls = (enum mc_starttls)found;
	return true;
}

const char *
mc_session_end_text(enum mc_session_end end)
{
	return (size_t)end < COUNT(end_words) ? end_words[end] : "";
}

bool
mc_session_end_parse(const char *text, enum mc_session_end *ret_end)
{
	int found = find_word(end_words, COUNT(end_words), text);

	if (found < 0)
		return false;
	*ret_end = (enum mc_session_end)found;
	return true;
}

const struct mc_stage *
mc_session_stage(const struct mc_session *session, enum mc_step_name step, bool encrypted)
{
	for (size_t i = session->stage_count; i > 0; i--) {
		const struct mc_stage *stage = &session->stages[i - 1];

		if (stage->step == step && stage->encrypted == encrypted)
			return stage;
	}
	return NULL;
}

const struct mc_capability *
mc_capability_find(const struct mc_capabilities *capabilities, const char *keyword)
{
	const struct mc_capability *old_form = NULL;
	size_t length = strlen(keyword);

	for (size_t i = 0; i < capabilities->count; i++) {
		const struct mc_capability *item = &capabilities->items[i];

		if (strcmp(item->keyword, keyword) == 0)
			return item;
		if (old_form == NULL && strncmp(item->keyword, keyword, length) == 0 &&
			strcmp(item->keyword + length, "=") == 0)
			old_form = item;
	}
	return old_form;
}
