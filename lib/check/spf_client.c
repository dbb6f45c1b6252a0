/* spf_client: a client judged by a domain's SPF record, as values. */
#include <string.h>

#include "base/escape.h"
#include "check/registry.h"
#include "check/spf_host.h"

static json_t *
text_json(struct mc_arena *arena, const char *text)
{
	return text != NULL ? json_string(mc_escape(arena, text, strlen(text))) : json_null();
}

/* A trace has many: json_pack() would read its format anew for each. */
static json_t *
step_json(struct mc_arena *arena, const struct mc_spf_step *step)
{
	json_t *object = json_object();
	const char *reason = step->reason[0] != '\0' ? step->reason : NULL;

	json_object_set_new(object, "depth", json_integer((json_int_t)step->depth));
	json_object_set_new(object, "domain", text_json(arena, step->domain));
	json_object_set_new(object, "term", text_json(arena, step->term));
	json_object_set_new(object, "target", text_json(arena, step->target));
	json_object_set_new(object, "result", json_string(step->result));
	json_object_set_new(object, "reason", text_json(arena, reason));
	json_object_set_new(object, "cost", json_integer((json_int_t)step->cost));
	json_object_set_new(object, "lookups", json_integer((json_int_t)step->lookups));
	json_object_set_new(object, "void", json_boolean(step->is_void));
	return object;
}

static json_t *
trace_json(struct mc_arena *arena, const struct mc_spf_evaluation *evaluation)
{
	json_t *trace = json_array();

	for (const struct mc_spf_step *step = evaluation->first; step != NULL; step = step->next)
		json_array_append_new(trace, step_json(arena, step));
	return trace;
}

static enum mc_step
check_client(struct mc_run *run)
{
	const struct mc_settings *settings = run->settings;
	struct mc_spf_query query = {.domain = run->domain,
		.sender = settings->sender != NULL ? settings->sender : "",
		.helo = settings->client_helo != NULL ? settings->client_helo : "",
		.address = settings->client};
	struct mc_spf_evaluation evaluation;
	char address[MC_ADDRESS_SIZE];

	if (mc_spf_check_host(run, &query, &evaluation) == MC_WAIT)
		return MC_WAIT;
	mc_address_format(address, &query.address);
	json_object_set_new(
		run->values, "result", json_string(mc_spf_result_name(evaluation.result)));
	json_object_set_new(
		run->values, "explanation", text_json(run->arena, evaluation.explanation));
	json_object_set_new(run->values, "reason",
		text_json(run->arena, evaluation.reason[0] != '\0' ? evaluation.reason : NULL));
	json_object_set_new(run->values, "lookups", json_integer((json_int_t)evaluation.lookups));
	json_object_set_new(
		run->values, "void_lookups", json_integer((json_int_t)evaluation.voids));
	json_object_set_new(run->values, "domain", text_json(run->arena, query.domain));
	json_object_set_new(run->values, "ip", json_string(address));
	json_object_set_new(
		run->values, "sender", text_json(run->arena, evaluation.identity.sender));
	json_object_set_new(run->values, "helo", text_json(run->arena, evaluation.identity.helo));
	json_object_set_new(run->values, "trace", trace_json(run->arena, &evaluation));
	return MC_DONE;
}

const struct mc_check mc_check_spf_client = {
	.name = "spf-client",
	.targets = MC_TARGET_SPF,
	.records_only = true,
	.target = check_client,
};
