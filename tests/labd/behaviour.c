/* behaviour: pure functions on texts. */
#include "behaviour.h"

#include <string.h>

#define ENDLESS_BLOCK 2048 /* octets sent at least at a time when there is no end */

static bool
has_conditions_met(const struct behaviour *b, bool secure, unsigned connection, const char *command)
{
	if ((b->in_clear && secure) || (b->inside_tls && !secure))
		return false;
	if (b->first > 0 && connection > b->first)
		return false;
	if (b->every > 0 && connection % b->every != 0)
		return false;
	return b->match.bytes == NULL || strcasestr(command, b->match.bytes) != NULL;
}

const struct behaviour *
behaviour_find(const struct server *server, int step, bool secure, unsigned connection,
	const char *command)
{
	for (const struct behaviour *b = server->behaviours; b != NULL; b = b->next)
		if ((b->step == step || (b->step == STEP_ALL && step != STEP_TLS)) &&
			has_conditions_met(b, secure, connection, command))
			return b;
	return NULL;
}

/* Puts the result in the place of the text. */
static void
exchange(struct mc_buf *text, struct mc_buf *result)
{
	mc_buf_free(text);
	*text = *result;
}

static void
replace_one(struct mc_buf *reply, const struct text *what, const struct text *by)
{
	struct mc_buf result;
	const uint8_t *next, *end = reply->data + reply->length, *found;

	if (what->length == 0 || reply->length == 0)
		return;
	mc_buf_init(&result, BEHAVIOUR_REPLY_LIMIT);
	for (next = reply->data; next < end; next = found + what->length) {
		found = memmem(next, (size_t)(end - next), what->bytes, what->length);
		if (found == NULL) {
			mc_buf_append(&result, next, (size_t)(end - next));
			break;
		}
		mc_buf_append(&result, next, (size_t)(found - next));
		mc_buf_append(&result, by->bytes, by->length);
	}
	exchange(reply, &result);
}

static void
set_reply(struct mc_buf *reply, const struct behaviour *b)
{
	if (b->reply.count > 0 || b->raw.bytes != NULL || b->instead != OUTCOME_GO_ON)
		mc_buf_clear(reply);
	for (size_t i = 0; i < b->reply.count; i++) {
		mc_buf_append(reply, b->reply.list[i].bytes, b->reply.list[i].length);
		mc_buf_puts(reply, "\r\n");
	}
	if (b->raw.bytes != NULL)
		mc_buf_append(reply, b->raw.bytes, b->raw.length);
}

/* Makes the first line longer. */
static void
pad(struct mc_buf *reply, unsigned count)
{
	const uint8_t *end;
	size_t head;
	struct mc_buf result;

	if (reply->length == 0)
		return;
	end = memchr(reply->data, '\r', reply->length);
	head = end == NULL ? reply->length : (size_t)(end - reply->data);
	mc_buf_init(&result, BEHAVIOUR_REPLY_LIMIT);
	mc_buf_append(&result, reply->data, head);
	for (unsigned i = 0; i < count; i++)
		mc_buf_putc(&result, 'x');
	mc_buf_append(&result, reply->data + head, reply->length - head);
	exchange(reply, &result);
}

/* Repeats the text until it is worth sending again and again. */
static void
multiply(struct mc_buf *reply)
{
	size_t length = reply->length;

	while (length > 0 && reply->length < ENDLESS_BLOCK && !reply->failed) {
		struct mc_buf result;

		mc_buf_init(&result, BEHAVIOUR_REPLY_LIMIT);
		mc_buf_append(&result, reply->data, reply->length);
		mc_buf_append(&result, reply->data, length);
		exchange(reply, &result);
	}
}

void
behaviour_apply(const struct behaviour *behaviour, struct mc_buf *reply)
{
	const struct text crlf = {"\r\n", 2};
	char end[2] = "";

	if (behaviour == NULL)
		return;
	set_reply(reply, behaviour);
	for (size_t i = 0; i + 1 < behaviour->replace.count; i += 2)
		replace_one(reply, &behaviour->replace.list[i], &behaviour->replace.list[i + 1]);
	if (behaviour->pad > 0)
		pad(reply, behaviour->pad);
	end[0] = (char)behaviour->line_end;
	if (behaviour->line_end != 0)
		replace_one(reply, &crlf, &(struct text){end, 1});
	if (behaviour->inject.bytes != NULL)
		mc_buf_append(reply, behaviour->inject.bytes, behaviour->inject.length);
	if (behaviour->endless && behaviour->pace.chunk == 0 && !behaviour->pace.by_line)
		multiply(reply);
}

struct pace
behaviour_pace(const struct behaviour *behaviour, size_t length)
{
	struct pace pace = {0};

	if (behaviour == NULL)
		return pace;
	pace = behaviour->pace;
	if (behaviour->segments > 1)
		pace.chunk = (unsigned)((length + behaviour->segments - 1) / behaviour->segments);
	return pace;
}
