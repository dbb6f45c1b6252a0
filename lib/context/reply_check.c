/* reply_check: the block list that a reply names, asked about what the reply says it lists. */
#include <mailcheck/context.h>
#include <mailcheck/error.h>
#include <mailcheck/report.h>
#include <string.h>

#include "context/reply.h"
#include "report/report.h"

static const char *const conclusion_words[] = {
	[MC_REPLY_AGREEMENT] = "agreement",
	[MC_REPLY_CONTRADICTION] = "contradiction",
	[MC_REPLY_MISCONFIGURATION] = "misconfiguration",
	[MC_REPLY_UNDETERMINED] = "undetermined",
};

/* By the verdict on a list. */
static const struct {
	const char *verdict;
	enum mc_reply_conclusion conclusion;
	const char *meaning;
} rows[] = {
	{"listed", MC_REPLY_AGREEMENT,
		"{host} lists {subject}: mend the cause, then ask the list for removal"},
	{"clean", MC_REPLY_CONTRADICTION,
		"{host} does not list {subject}, as seen from here: it was removed since, or the "
		"receiver misreads the list. Send again; if it is refused still, that is for the "
		"receiver's postmaster"},
	{"broken", MC_REPLY_MISCONFIGURATION,
		"{host} is not to be believed about {subject} or anything else: who still asks it "
		"refuses mail without reason. That is for the receiver's postmaster"},
	{"refused", MC_REPLY_UNDETERMINED,
		"{host} does not answer this resolver, so whether it lists {subject} is not known"},
	{"unverifiable", MC_REPLY_UNDETERMINED,
		"{host} could not be verified, so whether it lists {subject} is not known"},
};

static const char misread[] =
	"the receiver took the refusal of {host} for a listing of {subject}. That is for its "
	"postmaster; there is nothing to be removed";

static void
conclude(struct mc_reply_check *check, struct mc_arena *arena, enum mc_reply_conclusion conclusion,
	const char *detail)
{
	check->conclusion = conclusion_words[conclusion];
	check->detail = mc_arena_strdup(arena, detail);
}

/* What the first list of the report says. */
static const json_t *
first_row(const struct mailcheck_report *report)
{
	for (size_t i = 0; i < report->check_count; i++) {
		const json_t *row =
			json_array_get(json_object_get(report->checks[i].values, "lists"), 0);

		if (row != NULL)
			return row;
	}
	return NULL;
}

static void
read_report(struct mc_reply_check *check, struct mc_arena *arena,
	const struct mailcheck_report *report, bool misconfigured)
{
	const json_t *row = first_row(report);
	const char *verdict = json_string_value(json_object_get(row, "verdict"));

	if (verdict == NULL) {
		conclude(check, arena, MC_REPLY_UNDETERMINED, "the list gave no verdict");
		return;
	}
	check->verdict = mc_arena_strdup(arena, verdict);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].verdict, verdict) == 0)
			conclude(check, arena,
				misconfigured ? MC_REPLY_MISCONFIGURATION : rows[i].conclusion,
				mc_finding_fill(arena, misconfigured ? misread : rows[i].meaning,
					check->subject, "", check->list, ""));
}

/* Asks one list only, and leaves the option as it was: without lists. */
static int32_t
ask(mailcheck *mc, const struct mc_reply_check *check, struct mc_arena *arena,
	mailcheck_report **ret_report)
{
	int32_t code = mailcheck_set(mc, "list", "");

	if (code == MAILCHECK_OK)
		code = mailcheck_set(mc, "list", check->list);
	if (code == MAILCHECK_OK)
		code = mailcheck_run(
			mc, mc_arena_printf(arena, "dnsbl://%s", check->subject), NULL, ret_report);
	(void)mailcheck_set(mc, "list", "");
	return code;
}

int32_t
mailcheck_reply_check(mailcheck_reply *reply, mailcheck *mc)
{
	struct mc_reply_check check = {.conclusion = NULL};
	mailcheck_report *report = NULL;
	struct mc_arena *arena;
	bool misconfigured;
	int32_t code;

	if (reply == NULL || mc == NULL)
		return MAILCHECK_BAD_ARGUMENT;
	arena = mc_reply_arena(reply);
	misconfigured = strcmp(mailcheck_reply_class(reply), "dnsbl-misconfigured") == 0;
	check.list = mailcheck_reply_entity(reply, "list");
	if (check.list == NULL)
		return MAILCHECK_NOT_FOUND;
	if (strcmp(mailcheck_reply_class(reply), "domain-blocklisted") != 0)
		check.subject = mailcheck_reply_entity(reply, "ip");
	if (check.subject == NULL)
		check.subject = mailcheck_reply_entity(reply, "domain");
	if (check.subject == NULL) {
		conclude(&check, arena, MC_REPLY_UNDETERMINED,
			"the reply does not say which address or domain is listed");
	} else {
		code = ask(mc, &check, arena, &report);
		if (code == MAILCHECK_OK)
			read_report(&check, arena, report, misconfigured);
		else if (code == MAILCHECK_BAD_VALUE || code == MAILCHECK_BAD_TARGET)
			conclude(&check, arena, MC_REPLY_UNDETERMINED,
				"that is no list or no subject that can be asked for by DNS");
		mailcheck_report_free(report);
		if (check.conclusion == NULL)
			return code == MAILCHECK_OK ? MAILCHECK_NO_MEMORY : code;
	}
	return mc_reply_set_check(reply, &check);
}
