/*
 * recorder: a record file, written beside its final name and moved there when it is complete.
 * A process that did not open it (a forked child) never writes, moves or removes it.
 */
#include "context/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <mailcheck/error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/escape.h"
#include "context/digest.h"
#include "context/fact_json.h"
#include "context/shape.h"

#define FLUSH_SIZE ((size_t)256 * 1024)

struct mc_recorder {
	struct mc_arena arena; /* path, temporary and error */
	const char *path;
	char *temporary; /* NULL once it is moved or removed */
	int descriptor;
	pid_t owner;
	struct mc_buf pending;
	struct mc_digest *digest;
	uint64_t written; /* with what is pending */
	uint64_t runs;
	int32_t code; /* of the first error */
	const char *error;
};

static int32_t
fail(struct mc_recorder *recorder, int32_t code, const char *reason)
{
	if (recorder->code == MAILCHECK_OK) {
		recorder->code = code;
		recorder->error = code == MAILCHECK_NO_MEMORY
					  ? "out of memory"
					  : mc_arena_printf(&recorder->arena,
						    "cannot write record file \"%s\": %s",
						    mc_escape(&recorder->arena, recorder->path,
							    strlen(recorder->path)),
						    reason);
	}
	return recorder->code;
}

static int32_t
flush(struct mc_recorder *recorder)
{
	size_t offset = 0;

	while (offset < recorder->pending.length) {
		ssize_t length = write(recorder->descriptor, recorder->pending.data + offset,
			recorder->pending.length - offset);
		if (length < 0 && errno == EINTR)
			continue;
		if (length <= 0)
			return fail(recorder, MAILCHECK_FILE, strerror(errno));
		offset += (size_t)length;
	}
	mc_buf_clear(&recorder->pending);
	return MAILCHECK_OK;
}

/* Takes `object`, which may be NULL: out of memory. */
static int32_t
put_line(struct mc_recorder *recorder, json_t *object)
{
	char *text = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;
	size_t length = text != NULL ? strlen(text) : 0;
	int32_t code = MAILCHECK_OK;

	if (text == NULL)
		code = fail(recorder, MAILCHECK_NO_MEMORY, NULL);
	else if (length >= MC_RECORD_LINE_LIMIT)
		code = fail(recorder, MAILCHECK_FILE, "a line would be too long");
	else if (recorder->written + length + 1 > MC_RECORD_FILE_LIMIT)
		code = fail(recorder, MAILCHECK_FILE, "it would be too long; record fewer targets");
	else if (!mc_buf_append(&recorder->pending, text, length) ||
		 !mc_buf_putc(&recorder->pending, '\n'))
		code = fail(recorder, MAILCHECK_NO_MEMORY, NULL);
	else if (recorder->pending.length >= FLUSH_SIZE)
		code = flush(recorder);
	recorder->written += length + 1;
	if (text != NULL)
		mc_digest_line(recorder->digest, text, length);
	free(text);
	json_decref(object);
	return code;
}

static int32_t
put_head(struct mc_recorder *recorder)
{
	return put_line(recorder,
		json_pack("{s:s, s:s}", "schema", MC_RECORD_SCHEMA, "version", MAILCHECK_VERSION));
}

/* A temporary file in the same directory; mkostemp() gives it mode 0600. */
static int32_t
create(struct mc_recorder *recorder)
{
	struct stat status;

	if (recorder->path[0] == '\0')
		return fail(recorder, MAILCHECK_FILE, "it has no name");
	if (stat(recorder->path, &status) == 0 && !S_ISREG(status.st_mode))
		return fail(recorder, MAILCHECK_FILE, "it exists and is no regular file");
	recorder->descriptor = mkostemp(recorder->temporary, O_CLOEXEC);
	if (recorder->descriptor < 0)
		return fail(recorder, MAILCHECK_FILE, strerror(errno));
	return put_head(recorder);
}

static int32_t
hand_over_error(const struct mc_recorder *recorder, struct mc_arena *arena, const char **ret_error)
{
	*ret_error = recorder->code == MAILCHECK_NO_MEMORY
			     ? "out of memory"
			     : mc_arena_strdup(arena, recorder->error);
	return recorder->code;
}

int32_t
mc_recorder_open(struct mc_arena *arena, const char *path, struct mc_recorder **ret_recorder,
	const char **ret_error)
{
	struct mc_recorder *recorder = mc_calloc(1, sizeof(*recorder));
	int32_t code;

	if (recorder == NULL) {
		*ret_error = "out of memory";
		return MAILCHECK_NO_MEMORY;
	}
	mc_arena_init(&recorder->arena, 0);
	mc_buf_init(&recorder->pending, MC_RECORD_LINE_LIMIT + FLUSH_SIZE);
	recorder->descriptor = -1;
	recorder->owner = getpid();
	recorder->error = "";
	recorder->path = mc_arena_strdup(&recorder->arena, path);
	recorder->temporary = mc_arena_alloc(&recorder->arena, strlen(path) + sizeof(".XXXXXX"));
	recorder->digest = mc_digest_new();
	if (recorder->temporary == NULL || recorder->digest == NULL || recorder->arena.failed) {
		code = fail(recorder, MAILCHECK_NO_MEMORY, NULL);
	} else {
		stpcpy(stpcpy(recorder->temporary, path), ".XXXXXX");
		code = create(recorder);
	}
	if (code != MAILCHECK_OK) {
		hand_over_error(recorder, arena, ret_error);
		mc_recorder_discard(recorder);
		return code;
	}
	*ret_recorder = recorder;
	return MAILCHECK_OK;
}

static int
compare_facts(const void *a, const void *b)
{
	const struct mc_seen_fact *x = a, *y = b;

	return strcmp(x->key, y->key);
}

/* The facts that can be recorded, sorted, each key once; NULL when out of memory. */
static struct mc_seen_fact *
sort_facts(const struct mc_recorded_run *run, size_t *ret_count)
{
	struct mc_seen_fact *facts = mc_calloc(run->fact_count + 1, sizeof(*facts));
	size_t count = 0, kept = 0;

	if (facts == NULL)
		return NULL;
	for (size_t i = 0; i < run->fact_count; i++)
		if (run->facts[i].fact->status != MC_FACT_PENDING)
			facts[count++] = run->facts[i];
	qsort(facts, count, sizeof(*facts), compare_facts);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || strcmp(facts[kept - 1].key, facts[i].key) != 0)
			facts[kept++] = facts[i];
	*ret_count = kept;
	return facts;
}

static json_t *
octets_or_null(const char *text)
{
	return text != NULL ? mc_shape_octets(text, strlen(text)) : json_null();
}

static json_t *
options_json(const struct mc_option_value *options, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; array != NULL && i < count; i++)
		if (json_array_append_new(
			    array, json_pack("[o, o]", octets_or_null(options[i].name),
					   octets_or_null(options[i].value))) != 0) {
			json_decref(array);
			array = NULL;
		}
	return array;
}

static json_t *
run_json(const struct mc_recorded_run *run, size_t fact_count)
{
	return json_pack("{s:{s:o, s:o, s:I, s:I, s:o, s:I}}", "run", "input",
		octets_or_null(run->input), "checks", octets_or_null(run->checks), "order",
		(json_int_t)run->order, "now", (json_int_t)run->now, "options",
		options_json(run->options, run->option_count), "facts", (json_int_t)fact_count);
}

int32_t
mc_recorder_add(struct mc_recorder *recorder, const struct mc_recorded_run *run)
{
	struct mc_seen_fact *facts;
	size_t count = 0;

	if (recorder->code != MAILCHECK_OK)
		return recorder->code;
	facts = sort_facts(run, &count);
	if (facts == NULL)
		return fail(recorder, MAILCHECK_NO_MEMORY, NULL);
	if (count > MC_RECORD_FACTS || run->option_count > MC_RECORD_OPTIONS)
		fail(recorder, MAILCHECK_FILE, "a target has too many facts or options");
	else
		put_line(recorder, run_json(run, count));
	for (size_t i = 0; i < count && recorder->code == MAILCHECK_OK; i++)
		put_line(recorder,
			json_pack("{s:o}", "fact", mc_fact_to_json(facts[i].key, facts[i].fact)));
	mc_free(facts);
	recorder->runs++;
	return recorder->code;
}

bool
mc_recorder_is_empty(const struct mc_recorder *recorder)
{
	return recorder->runs == 0;
}

const char *
mc_recorder_error(const struct mc_recorder *recorder)
{
	return recorder->error;
}

static json_t *
end_json(struct mc_recorder *recorder)
{
	char digest[MC_DIGEST_SIZE];

	mc_digest_text(recorder->digest, digest);
	return json_pack(
		"{s:{s:I, s:s}}", "end", "runs", (json_int_t)recorder->runs, "sha256", digest);
}

static int32_t
complete(struct mc_recorder *recorder)
{
	if (recorder->code != MAILCHECK_OK)
		return recorder->code;
	if (put_line(recorder, end_json(recorder)) != MAILCHECK_OK ||
		flush(recorder) != MAILCHECK_OK)
		return recorder->code;
	if (fsync(recorder->descriptor) != 0 || rename(recorder->temporary, recorder->path) != 0)
		return fail(recorder, MAILCHECK_FILE, strerror(errno));
	recorder->temporary = NULL;
	return MAILCHECK_OK;
}

int32_t
mc_recorder_close(struct mc_recorder *recorder, struct mc_arena *arena, const char **ret_error)
{
	int32_t code = MAILCHECK_OK;

	if (recorder->owner == getpid())
		code = complete(recorder);
	if (code != MAILCHECK_OK)
		hand_over_error(recorder, arena, ret_error);
	mc_recorder_discard(recorder);
	return code;
}

void
mc_recorder_discard(struct mc_recorder *recorder)
{
	if (recorder == NULL)
		return;
	if (recorder->descriptor >= 0) {
		close(recorder->descriptor);
		if (recorder->temporary != NULL && recorder->owner == getpid())
			unlink(recorder->temporary);
	}
	mc_digest_free(recorder->digest);
	mc_buf_free(&recorder->pending);
	mc_arena_reset(&recorder->arena);
	mc_free(recorder);
}
