/* smtp_values: one session as JSON values. */
#include <string.h>

#include "base/escape.h"
#include "check/smtp_judge.h"
#include "tls/tls.h"

#define REPLY_LINE_BYTES 300

static void
set_text(json_t *object, const char *key, const char *text)
{
	json_object_set_new(object, key, text != NULL ? json_string(text) : json_null());
}

void
mc_smtp_put_endpoint(struct mc_run *run)
{
	char address[MC_ADDRESS_SIZE];

	mc_address_format(address, &run->subject->address);
	set_text(run->values, "host", run->subject->host);
	set_text(run->values, "address", address);
	json_object_set_new(run->values, "port", json_integer(run->subject->port));
	set_text(run->values, "banner", NULL);
	json_object_set_new(run->values, "ehlo", json_object());
	set_text(run->values, "starttls", mc_starttls_text(MC_STARTTLS_UNKNOWN));
	json_object_set_new(run->values, "stages", json_array());
	json_object_set_new(run->values, "transcript", json_array());
}

const char *
mc_smtp_reply_line(struct mc_run *run, const struct mc_smtp_reply *reply)
{
	size_t first = reply->code >= 400 || reply->count == 0 ? 0 : reply->count - 1;
	char text[REPLY_LINE_BYTES] = "";
	size_t length = 0;

	for (size_t i = first; i < reply->count; i++) {
		const struct mc_smtp_line *line = &reply->lines[i];
		size_t left;
		if (length > 0 && length < sizeof(text) && line->length > 0)
			text[length++] = ' ';
		left = sizeof(text) - length;
		memcpy(text + length, line->text, line->length < left ? line->length : left);
		length += line->length < left ? line->length : left;
	}
	return mc_arena_printf(run->arena, length > 0 ? "%03d %s" : "%03d%s", reply->code,
		mc_escape(run->arena, text, length));
}

static const char *
banner_text(struct mc_arena *arena, const struct mc_session *session)
{
	const struct mc_stage *stage = mc_session_stage(session, MC_STEP_BANNER, false);

	if (stage == NULL || !stage->answered)
		stage = mc_session_stage(session, MC_STEP_BANNER, true);
	if (stage == NULL || !stage->answered || stage->reply.count == 0)
		return NULL;
	return mc_escape(arena, stage->reply.lines[0].text, stage->reply.lines[0].length);
}

static json_t *
capabilities_json(const struct mc_capabilities *capabilities)
{
	json_t *object = json_object();

	for (size_t i = 0; i < capabilities->count; i++)
		json_object_set_new(object, capabilities->items[i].keyword,
			json_string(capabilities->items[i].parameters));
	return object;
}

static void
set_capabilities(json_t *object, const struct mc_session *session)
{
	const struct mc_capabilities *first =
		session->plain.count > 0 ? &session->plain : &session->encrypted;

	json_object_set_new(object, "ehlo", capabilities_json(first));
	if (session->encrypted.count > 0)
		json_object_set_new(object, "ehlo_tls", capabilities_json(&session->encrypted));
}

/* Every session has many of these two: json_pack() would read its format anew for each. */
static json_t *
stage_json(const struct mc_stage *stage)
{
	json_t *object = json_object();

	json_object_set_new(object, "name", json_string(mc_step_name_text(stage->step)));
	json_object_set_new(object, "code", json_integer(stage->reply.code));
	json_object_set_new(object, "ms", json_integer(stage->ended - stage->began));
	json_object_set_new(object, "tls", json_boolean(stage->encrypted));
	json_object_set_new(object, "answered", json_boolean(stage->answered));
	return object;
}

static json_t *
exchange_json(struct mc_arena *arena, const struct mc_exchange *exchange)
{
	static const char *const parties[] = {
		[MC_FROM_SERVER] = "server", [MC_FROM_CLIENT] = "client", [MC_NOTE] = "note"};
	json_t *object = json_object();

	json_object_set_new(object, "ms", json_integer(exchange->at));
	json_object_set_new(object, "from", json_string(parties[exchange->direction]));
	json_object_set_new(object, "tls", json_boolean(exchange->encrypted));
	json_object_set_new(
		object, "text", json_string(mc_escape(arena, exchange->bytes, exchange->length)));
	return object;
}

static json_t *
stages_json(const struct mc_session *session)
{
	json_t *array = json_array();

	for (size_t i = 0; i < session->stage_count; i++)
		json_array_append_new(array, stage_json(&session->stages[i]));
	return array;
}

static json_t *
transcript_json(struct mc_arena *arena, const struct mc_session *session)
{
	json_t *array = json_array();

	for (size_t i = 0; i < session->transcript_count; i++)
		json_array_append_new(array, exchange_json(arena, &session->transcript[i]));
	return array;
}

static json_t *
session_json(const struct mc_fact *fact)
{
	const struct mc_session *session = &((const struct mc_session_fact *)fact)->session;
	json_t *object = json_object();
	struct mc_arena arena;

	mc_arena_init(&arena, 0);
	set_text(object, "banner", banner_text(&arena, session));
	set_capabilities(object, session);
	set_text(object, "starttls", mc_starttls_text(session->starttls));
	set_text(object, "end", mc_session_end_text(session->end));
	set_text(object, "helo", mc_escape(&arena, session->helo, strlen(session->helo)));
	set_text(object, "source", session->source);
	json_object_set_new(object, "connect_ms", json_integer(session->connect_ms));
	json_object_set_new(object, "stages", stages_json(session));
	json_object_set_new(object, "transcript", transcript_json(&arena, session));
	if (arena.failed) {
		json_decref(object);
		object = NULL;
	}
	mc_arena_reset(&arena);
	return object;
}

void
mc_smtp_put_session(struct mc_run *run, const struct mc_session_fact *fact)
{
	json_object_update_new(run->values, mc_told(run, &fact->fact, session_json));
}
