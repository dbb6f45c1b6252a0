/* spf_client: a client judged by a domain's SPF record. */
#include <string.h>

#include "base/escape.h"
#include "check/registry.h"
#include "check/spf_host.h"

static const char *
escaped(struct mc_arena *arena, const char *text)
{
	return text != NULL ? mc_escape(arena, text, strlen(text)) : NULL;
}

/* The names of the steps come from records, and live no longer than they do. Those of one record
 * share its domain. */
static const struct mc_spf_step *
escape_steps(struct mc_arena *arena, struct mc_spf_step *first)
{
	const char *raw = NULL, *domain = NULL;

	for (struct mc_spf_step *step = first; step != NULL; step = step->next) {
		if (step->domain != raw) {
			raw = step->domain;
			domain = escaped(arena, raw);
		}
		step->domain = domain;
		step->target = escaped(arena, step->target);
		if (step->reason[0] != '\0')
			step->reason = escaped(arena, step->reason);
	}
	return first;
}

static const char *
address_text(struct mc_arena *arena, const struct mc_address *address)
{
	char text[MC_ADDRESS_SIZE];

	mc_address_format(text, address);
	return mc_arena_strdup(arena, text);
}

/* A path as a log or a header shows it: "<>" is the null one, "<a@example.com>" an address. */
static const char *
bare_path(struct mc_arena *arena, const char *path)
{
	size_t length = strlen(path);

	return length >= 2 && path[0] == '<' && path[length - 1] == '>'
		       ? mc_arena_strndup(arena, path + 1, length - 2)
		       : path;
}

static enum mc_step
check_client(struct mc_run *run)
{
	const struct mc_settings *settings = run->settings;
	struct mc_spf_query query = {.domain = run->domain,
		.sender = settings->sender != NULL ? bare_path(run->arena, settings->sender) : "",
		.helo = settings->client_helo != NULL ? settings->client_helo : "",
		.address = settings->client};
	struct mc_spf_evaluation evaluation;
	struct mc_spf_judgement *judgement;

	if (mc_spf_check_host(run, &query, &evaluation) == MC_WAIT)
		return MC_WAIT;
	judgement = mc_arena_alloc(run->arena, sizeof(*judgement));
	if (judgement == NULL)
		return MC_DONE;
	*judgement = (struct mc_spf_judgement){
		.result = evaluation.result,
		.explanation = escaped(run->arena, evaluation.explanation),
		.reason = evaluation.reason[0] != '\0' ? escaped(run->arena, evaluation.reason)
						       : NULL,
		.lookups = evaluation.lookups,
		.voids = evaluation.voids,
		.domain = escaped(run->arena, query.domain),
		.ip = address_text(run->arena, &query.address),
		.sender = escaped(run->arena, evaluation.identity.sender),
		.helo = escaped(run->arena, evaluation.identity.helo),
		.first = escape_steps(run->arena, evaluation.first),
	};
	mc_spf_judged(run, judgement);
	return MC_DONE;
}

const struct mc_check mc_check_spf_client = {
	.name = "spf-client",
	.targets = MC_TARGET_SPF,
	.records_only = true,
	.target = check_client,
};
