/* smtp_ehlo: what the replies to EHLO list (RFC 5321, 4.1.1.1). */
#include <string.h>

#include "check/smtp_judge.h"

static const char *
lost_keywords(struct mc_run *run, const struct mc_session *session)
{
	const char *lost = "";

	for (size_t i = 0; i < session->plain.count; i++) {
		const char *keyword = session->plain.items[i].keyword;
		if (strcmp(keyword, "STARTTLS") == 0 || strncmp(keyword, "XXXX", 4) == 0 ||
			mc_capability_find(&session->encrypted, keyword) != NULL)
			continue;
		lost = mc_arena_printf(run->arena, "%s%s%.*s", lost, lost[0] != '\0' ? " " : "",
			MC_KEYWORD_WIDTH, keyword);
	}
	return lost;
}

static bool
ehlo_inside(const struct mc_session *session)
{
	const struct mc_stage *ehlo = mc_session_stage(session, MC_STEP_EHLO, true);

	return ehlo != NULL && ehlo->answered && ehlo->reply.code == 250;
}

/* The first of the same keyword that says something else; NULL: there is none. */
static const struct mc_capability *
rival_of(const struct mc_capabilities *list, size_t i)
{
	const struct mc_capability *item = &list->items[i];

	for (size_t j = 0; j < i; j++)
		if (strcmp(list->items[j].keyword, item->keyword) == 0 &&
			strcmp(list->items[j].parameters, item->parameters) != 0)
			return &list->items[j];
	return NULL;
}

/* Senders take one of the two, and not all the same. */
static void
judge_duplicates(struct mc_run *run, const struct mc_capabilities *list)
{
	const char *text;
	bool told = false;

	for (size_t i = 1; i < list->count; i++) {
		const struct mc_capability *item = &list->items[i], *rival = rival_of(list, i);
		if (rival == NULL)
			continue;
		text = mc_arena_printf(run->arena, "250 %s %s; 250 %s %s", rival->keyword,
			rival->parameters, item->keyword, item->parameters);
		if (told)
			mc_evidence(run, "%s", text);
		else
			mc_find(run, "smtp.ehlo-duplicate", "%s", text);
		told = true;
	}
}

/* A number, or nothing (RFC 1870, 3); 0 is no limit. */
static void
judge_size(struct mc_run *run, const struct mc_capabilities *list)
{
	const struct mc_capability *size = mc_capability_find(list, "SIZE");
	const char *digits = size != NULL ? size->parameters : "";

	if (digits[strspn(digits, "0123456789")] != '\0')
		mc_find(run, "smtp.size-invalid", "250 SIZE %s", digits);
}

void
mc_smtp_judge_capabilities(struct mc_run *run, const struct mc_session *session)
{
	const struct mc_capability *auth = mc_capability_find(&session->plain, "AUTH");
	const struct mc_capabilities *last =
		session->encrypted.count > 0 ? &session->encrypted : &session->plain;
	const char *lost;

	if (auth != NULL)
		mc_find(run, "smtp.auth-in-clear", "250 AUTH %s", auth->parameters);
	if (mc_capability_find(&session->encrypted, "STARTTLS") != NULL)
		mc_find(run, "smtp.starttls-offered-inside", "250 STARTTLS");
	lost = ehlo_inside(session) ? lost_keywords(run, session) : "";
	if (lost[0] != '\0')
		mc_find(run, "smtp.capabilities-lost", "%s", lost);
	judge_duplicates(run, last);
	judge_size(run, last);
}
