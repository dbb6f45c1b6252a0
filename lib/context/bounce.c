/* bounce: the public face of messages about mail that was not delivered. */
#include <mailcheck/bounce.h>
#include <mailcheck/error.h>
#include <string.h>

#include "base/alloc.h"
#include "base/escape.h"
#include "context/reply.h"
#include "reply/bounce.h"

struct mailcheck_bounce {
	struct mc_arena arena;
	struct mc_bounce bounce;
};

int32_t
mailcheck_bounce_new(const void *octets, size_t length, mailcheck_bounce **ret_bounce)
{
	struct mailcheck_bounce *bounce;

	if ((octets == NULL && length > 0) || ret_bounce == NULL || length > MAILCHECK_BOUNCE_LIMIT)
		return MAILCHECK_BAD_ARGUMENT;
	bounce = mc_calloc(1, sizeof(*bounce));
	if (bounce == NULL)
		return MAILCHECK_NO_MEMORY;
	mc_arena_init(&bounce->arena, (size_t)64 << 20);
	if (!mc_bounce_read(
		    &bounce->arena, octets != NULL ? octets : "", length, &bounce->bounce)) {
		mailcheck_bounce_free(bounce);
		return MAILCHECK_NO_MEMORY;
	}
	*ret_bounce = bounce;
	return MAILCHECK_OK;
}

void
mailcheck_bounce_free(mailcheck_bounce *bounce)
{
	if (bounce == NULL)
		return;
	mc_arena_reset(&bounce->arena);
	mc_free(bounce);
}

uint32_t
mailcheck_bounce_recipients(const mailcheck_bounce *bounce)
{
	return (uint32_t)bounce->bounce.count;
}

int32_t
mailcheck_bounce_is_cut(const mailcheck_bounce *bounce)
{
	return bounce->bounce.cut ? 1 : 0;
}

static const struct mc_bounce_recipient *
recipient(const mailcheck_bounce *bounce, uint32_t i)
{
	return i < bounce->bounce.count ? &bounce->bounce.recipients[i] : NULL;
}

const char *
mailcheck_bounce_address(const mailcheck_bounce *bounce, uint32_t i)
{
	return recipient(bounce, i) != NULL ? recipient(bounce, i)->address : NULL;
}

const char *
mailcheck_bounce_action(const mailcheck_bounce *bounce, uint32_t i)
{
	return recipient(bounce, i) != NULL ? recipient(bounce, i)->action : NULL;
}

const char *
mailcheck_bounce_status(const mailcheck_bounce *bounce, uint32_t i)
{
	return recipient(bounce, i) != NULL ? recipient(bounce, i)->status : NULL;
}

const char *
mailcheck_bounce_server(const mailcheck_bounce *bounce, uint32_t i)
{
	return recipient(bounce, i) != NULL ? recipient(bounce, i)->server : NULL;
}

const char *
mailcheck_bounce_reply(const mailcheck_bounce *bounce, uint32_t i)
{
	return recipient(bounce, i) != NULL ? recipient(bounce, i)->reply : NULL;
}

int32_t
mailcheck_bounce_classify(const mailcheck_bounce *bounce, uint32_t i, mailcheck_reply *reply)
{
	const struct mc_bounce_recipient *row = recipient(bounce, i);
	int32_t code;

	if (row == NULL || reply == NULL)
		return MAILCHECK_BAD_ARGUMENT;
	code = mailcheck_reply_read(reply, row->reply, strlen(row->reply));
	if (code == MAILCHECK_OK && row->status[0] != '\0' &&
		strcmp(mailcheck_reply_class(reply), "unknown") == 0)
		code = mailcheck_reply_read(reply, row->status, strlen(row->status));
	return code;
}

static json_t *
escaped(struct mc_arena *arena, const char *text)
{
	return text[0] != '\0' ? json_string(mc_escape(arena, text, strlen(text))) : json_null();
}

const char *
mailcheck_bounce_json(const mailcheck_bounce *bounce, uint32_t i, mailcheck_reply *reply)
{
	const struct mc_bounce_recipient *row = recipient(bounce, i);
	struct mc_arena arena;
	const char *line;
	json_t *object;

	if (row == NULL || reply == NULL)
		return NULL;
	mc_arena_init(&arena, 0);
	object = json_pack("{s:o, s:o, s:o, s:o}", "recipient", escaped(&arena, row->address),
		"dsn_action", escaped(&arena, row->action), "dsn_status",
		escaped(&arena, row->status), "server", escaped(&arena, row->server));
	if (object != NULL && (arena.failed || !mc_reply_to_json(reply, object))) {
		json_decref(object);
		object = NULL;
	}
	line = mc_reply_line(reply, object);
	mc_arena_reset(&arena);
	return line;
}
