/* player: the script's steps against the machine's wants. */
#include "player.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/escape.h"
#include "dialogue/http.h"
#include "dialogue/smtp.h"
#include "tls/tls.h"

#define LATENCY 10 /* ms between what the client says and the answer */
#define OUTPUT_LIMIT 65536

struct player {
	struct scenario *scenario;
	const struct mc_question *question;
	struct mc_arena *arena;
	struct mc_arena scratch;
	struct mc_smtp *machine;     /* of a session */
	struct mc_http_client *http; /* of a GET */
	const struct line *next;     /* of the script */
	const struct line *resume;   /* behind a played dialogue */
	struct mc_buf said;          /* by the client, not yet matched */
	int64_t start;
	int64_t due;
	bool connected;
	size_t chunk; /* octets a delivery; 0: all at once */
	int64_t gap;
	struct mc_buf outbox; /* server octets still to deliver */
	const char *problem;
};

static const struct mc_smtp_timeouts timeouts = {.reply = 30000, .quit = 5000};

/* --- the machine, whichever it is --- */

static bool
is_over(const struct player *player)
{
	return player->http != NULL ? mc_http_want(player->http) == MC_HTTP_WANT_CLOSE
				    : mc_smtp_want(player->machine) == MC_SMTP_WANT_CLOSE;
}

static bool
wants_tls(const struct player *player)
{
	return player->http != NULL ? mc_http_want(player->http) == MC_HTTP_WANT_TLS
				    : mc_smtp_want(player->machine) == MC_SMTP_WANT_TLS;
}

static int64_t
deadline(const struct player *player)
{
	if (player->http != NULL)
		return mc_http_deadline(player->http);
	return player->machine != NULL ? mc_smtp_deadline(player->machine) : INT64_MAX;
}

static const uint8_t *
pending(const struct player *player, size_t *ret_length)
{
	return player->http != NULL ? mc_http_pending(player->http, ret_length)
				    : mc_smtp_pending(player->machine, ret_length);
}

static void
hand_octets(struct player *player, const uint8_t *bytes, size_t length, int64_t now)
{
	if (player->http != NULL)
		mc_http_recv(player->http, bytes, length, now);
	else
		mc_smtp_recv(player->machine, bytes, length, now);
}

static void
close_it(struct player *player, enum mc_smtp_close how, const char *why, int64_t now)
{
	static const enum mc_http_end ends[] = {[MC_CLOSE_EOF] = MC_HTTP_COMPLETE,
		[MC_CLOSE_UNCLEAN] = MC_HTTP_CLOSED,
		[MC_CLOSE_RESET] = MC_HTTP_RESET};
	const char *text = NULL;

	if (how == MC_CLOSE_RESET)
		text = why[0] != '\0' ? why : "connection reset by the server";

	if (player->http != NULL)
		mc_http_closed(player->http, ends[how], text, now);
	else
		mc_smtp_closed(player->machine, how, text, now);
}

/* --- the script --- */

static const struct line *
after(struct player *player, const struct line *line)
{
	line = line->next;
	if (line == NULL && player->resume != NULL) {
		line = player->resume;
		player->resume = NULL;
	}
	return line;
}

struct player *
player_new(struct scenario *scenario, const struct block *script,
	const struct mc_question *question, struct mc_arena *arena, int64_t start)
{
	struct player *player = mc_calloc(1, sizeof(*player));

	if (player == NULL)
		return NULL;
	player->scenario = scenario;
	player->question = question;
	player->arena = arena;
	player->next = script->lines;
	player->start = start;
	player->due = start + LATENCY;
	mc_arena_init(&player->scratch, 0);
	mc_buf_init(&player->said, OUTPUT_LIMIT);
	mc_buf_init(&player->outbox, (size_t)8 << 20);
	return player;
}

void
player_free(struct player *player)
{
	if (player->machine != NULL)
		mc_smtp_free(player->machine);
	mc_http_free(player->http);
	mc_buf_free(&player->said);
	mc_buf_free(&player->outbox);
	mc_arena_reset(&player->scratch);
	mc_free(player);
}

const char *
player_problem(const struct player *player)
{
	return player->problem;
}

int64_t
player_due(const struct player *player)
{
	int64_t until = deadline(player);

	return player->due < until ? player->due : until;
}

bool
player_connect_failure(const struct line *line, enum mc_failure *ret_failure)
{
	return line != NULL && mc_failure_parse(line->text, ret_failure);
}

static struct mc_fact *
finish_get(struct player *player, int64_t now)
{
	struct mc_https *fact = mc_arena_alloc(player->arena, sizeof(*fact));

	if (fact == NULL)
		return NULL;
	fact->fact = (struct mc_fact){.kind = MC_FACT_HTTPS,
		.status = MC_FACT_OK,
		.text = "",
		.began = player->start,
		.ended = now};
	fact->http = *mc_http_seen(player->http);
	fact->http.source = "192.0.2.200";
	fact->http.connect_ms = LATENCY;
	return &fact->fact;
}

static struct mc_fact *
finish(struct player *player, int64_t now)
{
	struct mc_session_fact *fact = mc_arena_alloc(player->arena, sizeof(*fact));

	if (fact == NULL)
		return NULL;
	fact->fact = (struct mc_fact){.kind = MC_FACT_SESSION,
		.status = MC_FACT_OK,
		.text = "",
		.began = player->start,
		.ended = now};
	fact->session = *mc_smtp_session(player->machine);
	fact->session.source = "192.0.2.200";
	fact->session.connect_ms = LATENCY;
	return &fact->fact;
}

static struct mc_fact *
connected(struct player *player, int64_t now)
{
	enum mc_failure failure;

	if (player_connect_failure(player->next, &failure)) {
		if (failure == MC_FAIL_CONNECT_TIMEOUT && now < player->start + 30000) {
			player->due = player->start + 30000;
			return NULL;
		}
		return mc_fact_failed(player->arena, player->question, failure,
			mc_arena_printf(player->arena, "connect: %s", mc_failure_name(failure)),
			player->start, now);
	}
	player->connected = true;
	if (player->question->kind == MC_FACT_HTTPS) {
		player->http = mc_http_new(player->arena, player->question->host,
			player->question->port, player->question->path, timeouts.reply);
		return NULL;
	}
	player->machine = mc_smtp_new(player->arena, &player->question->plan,
		player->question->port, &timeouts, player->start, now);
	return NULL;
}

static void
complain(struct player *player, const char *what)
{
	if (player->problem == NULL)
		player->problem = mc_arena_printf(&player->scenario->arena, "%s:%d: %s: \"%s\"",
			player->scenario->path, player->next != NULL ? player->next->number : 0,
			what, mc_escape(&player->scratch, player->said.data, player->said.length));
}

static void
collect_said(struct player *player, int64_t now)
{
	size_t length;
	const uint8_t *bytes = pending(player, &length);

	if (length == 0)
		return;
	mc_buf_append(&player->said, bytes, length);
	if (player->http != NULL)
		mc_http_sent(player->http, length);
	else
		mc_smtp_sent(player->machine, length, now);
}

/* "C PREFIX": the client's next line begins so; of a request the rest is let pass. False: it has
 * not said a line yet. */
static bool
expect_client(struct player *player, const char *prefix)
{
	uint8_t *end = player->said.length > 0
			       ? memchr(player->said.data, '\n', player->said.length)
			       : NULL;

	if (end == NULL)
		return false;
	if (strncmp((const char *)player->said.data, prefix, strlen(prefix)) != 0)
		complain(player, "the client said something else");
	mc_buf_consume(&player->said, (size_t)(end - player->said.data) + 1);
	if (player->http != NULL)
		mc_buf_clear(&player->said);
	return true;
}

static void
queue_server(struct player *player, const char *kind, const char *text)
{
	const void *bytes;
	size_t length;
	unsigned long repeat = 1;
	char *rest;

	if (strcmp(kind, "S") == 0) {
		mc_buf_puts(&player->outbox, text);
		mc_buf_puts(&player->outbox, "\r\n");
		return;
	}
	if (strcmp(kind, "REPEAT") == 0) {
		repeat = strtoul(text, &rest, 10);
		text = rest + strspn(rest, " ");
	}
	if (!mc_unescape(&player->scratch, text, &bytes, &length)) {
		complain(player, "cannot be unescaped");
		return;
	}
	while (repeat-- > 0)
		mc_buf_append(&player->outbox, bytes, length);
}

static void
deliver(struct player *player, int64_t now)
{
	size_t length = player->outbox.length;

	if (player->chunk > 0 && length > player->chunk)
		length = player->chunk;
	hand_octets(player, player->outbox.data, length, now);
	mc_buf_consume(&player->outbox, length);
	player->due = now + (player->outbox.length > 0 ? player->gap : LATENCY);
}

static void
hand_tls(struct player *player, const char *words, int64_t now)
{
	struct mc_tls *tls = player_tls(player->arena, words, player->question->host, now);

	if (tls == NULL) {
		complain(player, "TLS words are wrong");
		return;
	}
	if (player->http != NULL)
		mc_http_tls(player->http, tls, tls->result == MC_TLS_UP, now);
	else
		mc_smtp_tls(player->machine, tls, tls->result == MC_TLS_UP, now);
}

static const struct line *
find_dialogue(const struct player *player, const char *name)
{
	for (const struct block *block = player->scenario->dialogues; block != NULL;
		block = block->next)
		if (strcmp(block->head, name) == 0)
			return block->lines;
	return NULL;
}

enum progress { WAITING, MOVED };

static enum progress
play_line(struct player *player, const char *keyword, const char *rest, int64_t now)
{
	const struct line *line = player->next;

	if (strcmp(keyword, "C") == 0 && !expect_client(player, rest))
		return WAITING;
	if (strcmp(keyword, "TLS") == 0 && !wants_tls(player))
		return WAITING;
	player->next = after(player, line);
	if (strcmp(keyword, "S") == 0 || strcmp(keyword, "RAW") == 0 ||
		strcmp(keyword, "REPEAT") == 0)
		queue_server(player, keyword, rest);
	else if (strcmp(keyword, "WAIT") == 0)
		player->due = now + scenario_duration(rest);
	else if (strcmp(keyword, "CHUNK") == 0) {
		player->chunk = strtoul(rest, NULL, 10);
		player->gap = scenario_duration(strchr(rest, ' ') + 1);
	} else if (strcmp(keyword, "TLS") == 0)
		hand_tls(player, rest, now);
	else if (strcmp(keyword, "CLOSE") == 0)
		close_it(player, MC_CLOSE_EOF, rest, now);
	else if (strcmp(keyword, "UNCLEAN") == 0)
		close_it(player, MC_CLOSE_UNCLEAN, rest, now);
	else if (strcmp(keyword, "RESET") == 0)
		close_it(player, MC_CLOSE_RESET, rest, now);
	else if (strcmp(keyword, "play") == 0) {
		player->resume = player->next;
		player->next = find_dialogue(player, rest);
	} else if (strcmp(keyword, "C") != 0)
		complain(player, "unknown step");
	return MOVED;
}

static bool
is_server_line(const struct line *line)
{
	return line != NULL &&
	       (strncmp(line->text, "S ", 2) == 0 || strncmp(line->text, "RAW ", 4) == 0 ||
		       strncmp(line->text, "REPEAT ", 7) == 0 || strcmp(line->text, "S") == 0);
}

/* Plays until something has to happen later. */
static void
play(struct player *player, int64_t now)
{
	while (!is_over(player) && player->due <= now) {
		if (player->http == NULL && mc_smtp_want(player->machine) == MC_SMTP_WANT_HELO)
			mc_smtp_helo(player->machine, "probe.example", now);
		collect_said(player, now);
		if (player->outbox.length > 0 && !(is_server_line(player->next))) {
			deliver(player, now);
			continue;
		}
		if (player->next == NULL) {
			player->due = INT64_MAX;
			return;
		}
		const char *rest = player->next->text;
		const char *keyword = scenario_word(&player->scratch, &rest);
		rest += strspn(rest, " ");
		if (play_line(player, keyword, rest, now) == WAITING) {
			player->due = INT64_MAX;
			return;
		}
	}
}

/* New octets from the client wake a script that waits for them. */
static void
wake(struct player *player, int64_t now)
{
	size_t length;

	(void)pending(player, &length);
	if (length > 0 || is_over(player) || wants_tls(player) ||
		(player->http == NULL && mc_smtp_want(player->machine) != MC_SMTP_WANT_IO))
		player->due = now;
}

struct mc_fact *
player_step(struct player *player, int64_t now)
{
	struct mc_fact *fact;

	if (!player->connected) {
		fact = connected(player, now);
		if (!player->connected)
			return fact;
		player->due = now;
	}
	if (player->due > now && deadline(player) <= now) {
		if (player->http != NULL)
			mc_http_expire(player->http, now);
		else
			mc_smtp_expire(player->machine, now);
		wake(player, now);
	}
	play(player, now);
	collect_said(player, now);
	if (!is_over(player))
		return NULL;
	return player->http != NULL ? finish_get(player, now) : finish(player, now);
}
