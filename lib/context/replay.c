/*
 * replay: a record file read strictly, line by line. Every fact is parsed once to be sure of it;
 * what is kept is its text, parsed again whenever a run asks.
 */
#include "context/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <mailcheck/error.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/escape.h"
#include "context/digest.h"
#include "context/fact_json.h"
#include "context/shape.h"

#define CHUNK_SIZE ((size_t)64 * 1024)
#define TIME_LIMIT INT64_C(253402300799999)
/* Of one fact: the longest line, unescaped, with what its structs take. */
#define FACT_MEMORY ((size_t)64 << 20)
/* JSON values of one line: several times what the fullest session has. Each costs far more memory
 * than its text, so they are counted before they are made. */
#define VALUES_LIMIT 200000

struct kept_fact {
	const char *key;
	const char *text; /* the line */
	size_t length;
};

struct kept_run {
	struct mc_recorded_run run;
	struct kept_fact *facts; /* sorted by key */
	size_t held;             /* of run.fact_count, while reading */
	size_t place;            /* in the file */
};

struct mc_replay {
	struct mc_arena arena;
	struct kept_run *runs;
	size_t count, capacity;
};

/* --- reading lines --- */

struct reader {
	struct mc_replay *replay;
	struct mc_arena scratch;  /* of one line */
	struct mc_digest *digest; /* of the lines before the end */
	uint64_t line;            /* 1: the first */
	bool ended;
	bool no_memory;
	const char *problem; /* NULL: none yet */
};

static bool
damaged(struct reader *reader, const char *problem)
{
	reader->problem = problem;
	return false;
}

static bool
no_memory(struct reader *reader)
{
	reader->no_memory = true;
	return false;
}

/* The run whose facts are not complete yet; NULL: none. */
static struct kept_run *
open_run(const struct mc_replay *replay)
{
	struct kept_run *last = replay->count > 0 ? &replay->runs[replay->count - 1] : NULL;

	return last != NULL && last->held < last->run.fact_count ? last : NULL;
}

static bool
take_head(struct reader *reader, const json_t *object)
{
	const char *schema = json_string_value(json_object_get(object, "schema"));

	if (schema == NULL || strncmp(schema, "mailcheck-facts/", 16) != 0)
		return damaged(reader, "this is no record file");
	if (strcmp(schema, MC_RECORD_SCHEMA) != 0)
		return damaged(reader, "a record file of another version");
	if (!json_is_string(json_object_get(object, "version")))
		return damaged(reader, "no version");
	return true;
}

static bool
read_count(const json_t *value, json_int_t limit, size_t *ret_count)
{
	json_int_t count = json_integer_value(value);

	if (!json_is_integer(value) || count < 0 || count > limit)
		return false;
	*ret_count = (size_t)count;
	return true;
}

static bool
read_options(struct mc_arena *arena, const json_t *array, struct mc_recorded_run *run)
{
	size_t count = json_array_size(array);
	struct mc_option_value *options;

	if (!json_is_array(array) || count > MC_RECORD_OPTIONS)
		return false;
	options = mc_arena_calloc(arena, count + 1, sizeof(*options));
	if (options == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		const json_t *pair = json_array_get(array, i);
		if (json_array_size(pair) != 2 ||
			!mc_shape_read_text(arena, json_array_get(pair, 0), &options[i].name) ||
			!mc_shape_read_text(arena, json_array_get(pair, 1), &options[i].value))
			return false;
	}
	run->options = options;
	run->option_count = count;
	return true;
}

/* Files of a version before this one have none. */
static bool
read_order(const json_t *value, uint64_t *ret_order)
{
	if (value != NULL && (!json_is_integer(value) || json_integer_value(value) < 0))
		return false;
	*ret_order = (uint64_t)json_integer_value(value);
	return true;
}

static bool
read_run(struct mc_arena *arena, const json_t *object, struct mc_recorded_run *ret_run)
{
	const json_t *checks = json_object_get(object, "checks");
	const json_t *now = json_object_get(object, "now");

	if (!mc_shape_read_text(arena, json_object_get(object, "input"), &ret_run->input))
		return false;
	if (!json_is_null(checks) && !mc_shape_read_text(arena, checks, &ret_run->checks))
		return false;
	if (!json_is_integer(now) || json_integer_value(now) < 0 ||
		json_integer_value(now) > TIME_LIMIT)
		return false;
	ret_run->now = json_integer_value(now);
	if (!read_order(json_object_get(object, "order"), &ret_run->order))
		return false;
	return read_options(arena, json_object_get(object, "options"), ret_run) &&
	       read_count(json_object_get(object, "facts"), MC_RECORD_FACTS, &ret_run->fact_count);
}

static bool
grow(struct mc_replay *replay)
{
	size_t capacity = replay->capacity == 0 ? 16 : replay->capacity * 2;
	struct kept_run *runs;

	if (replay->count < replay->capacity)
		return true;
	runs = mc_realloc(replay->runs, capacity * sizeof(*runs));
	if (runs == NULL)
		return false;
	replay->runs = runs;
	replay->capacity = capacity;
	return true;
}

static bool
take_run(struct reader *reader, const json_t *object)
{
	struct mc_replay *replay = reader->replay;
	struct kept_run kept = {.held = 0};

	if (!grow(replay))
		return no_memory(reader);
	if (!read_run(&replay->arena, object, &kept.run))
		return replay->arena.failed ? no_memory(reader)
					    : damaged(reader, "a malformed run");
	kept.facts =
		mc_arena_calloc(&replay->arena, kept.run.fact_count + 1, sizeof(struct kept_fact));
	if (kept.facts == NULL)
		return no_memory(reader);
	kept.place = replay->count;
	replay->runs[replay->count++] = kept;
	return true;
}

static bool
take_fact(struct reader *reader, const json_t *object, const char *line, size_t length)
{
	struct mc_replay *replay = reader->replay;
	struct kept_run *run = open_run(replay);
	struct kept_fact *fact = &run->facts[run->held];
	const char *key;

	if (mc_fact_from_json(&reader->scratch, object, &key) == NULL)
		return reader->scratch.failed ? no_memory(reader)
					      : damaged(reader, "a malformed fact");
	if (run->held > 0 && strcmp(fact[-1].key, key) >= 0)
		return damaged(reader, "facts out of order");
	fact->key = mc_arena_strdup(&replay->arena, key);
	fact->text = mc_arena_strndup(&replay->arena, line, length);
	fact->length = length;
	run->held++;
	return replay->arena.failed ? no_memory(reader) : true;
}

static bool
take_end(struct reader *reader, const json_t *object)
{
	const char *expected = json_string_value(json_object_get(object, "sha256"));
	char digest[MC_DIGEST_SIZE];
	size_t runs;

	if (!read_count(json_object_get(object, "runs"), INT32_MAX, &runs) ||
		runs != reader->replay->count)
		return damaged(reader, "the number of runs is wrong");
	mc_digest_text(reader->digest, digest);
	if (json_object_size(object) > 1 && (expected == NULL || strcmp(expected, digest) != 0))
		return damaged(reader, "its SHA-256 is not that of the lines before");
	reader->ended = true;
	return true;
}

static bool
take_object(struct reader *reader, const json_t *object, const char *line, size_t length)
{
	const json_t *run = json_object_get(object, "run");
	const json_t *fact = json_object_get(object, "fact");
	const json_t *end = json_object_get(object, "end");

	if (!json_is_object(object))
		return damaged(reader, "no object");
	if (reader->line == 1)
		return take_head(reader, object);
	if (open_run(reader->replay) != NULL)
		return fact != NULL ? take_fact(reader, fact, line, length)
				    : damaged(reader, "a fact is missing");
	if (run != NULL)
		return take_run(reader, run);
	if (end != NULL)
		return take_end(reader, end);
	return damaged(reader, "neither a run nor the end");
}

/* Commas and brackets outside strings, one for each value or more. */
static size_t
count_values(const char *line, size_t length)
{
	bool quoted = false;
	size_t count = 0;

	for (size_t i = 0; i < length; i++) {
		if (line[i] == '"')
			quoted = !quoted;
		else if (quoted && line[i] == '\\')
			i++;
		else if (!quoted && (line[i] == ',' || line[i] == '[' || line[i] == '{'))
			count++;
	}
	return count;
}

static bool
take_line(struct reader *reader, const char *line, size_t length)
{
	json_error_t error;
	json_t *object;
	bool ok;

	reader->line++;
	if (reader->ended)
		return damaged(reader, "something behind the end");
	if (length >= MC_RECORD_LINE_LIMIT)
		return damaged(reader, "a line that is too long");
	if (count_values(line, length) > VALUES_LIMIT)
		return damaged(reader, "a line of too many values");
	object = json_loadb(line, length, JSON_REJECT_DUPLICATES, &error);
	if (object == NULL)
		return json_error_code(&error) == json_error_out_of_memory
			       ? no_memory(reader)
			       : damaged(reader, "no JSON");
	ok = take_object(reader, object, line, length);
	mc_digest_line(reader->digest, line, length);
	json_decref(object);
	mc_arena_reset(&reader->scratch);
	return ok;
}

/* Takes the complete lines; *ret_taken says how many octets they are. */
static bool
take_lines(struct reader *reader, const char *bytes, size_t length, size_t *ret_taken)
{
	size_t taken = 0;
	const char *end;

	while ((end = memchr(bytes + taken, '\n', length - taken)) != NULL) {
		size_t line = (size_t)(end - (bytes + taken));
		if (!take_line(reader, bytes + taken, line))
			return false;
		taken += line + 1;
	}
	*ret_taken = taken;
	return true;
}

/* Nothing more comes; `rest` octets behind the last line end. */
static bool
finish(struct reader *reader, size_t rest)
{
	if (reader->ended && rest == 0)
		return true;
	reader->line++;
	return damaged(reader, reader->ended ? "something behind the end" : "the file is cut");
}

/* --- files --- */

static int32_t
file_error(struct mc_arena *arena, const char *path, int error, const char **ret_error)
{
	*ret_error = mc_arena_printf(arena, "cannot read record file \"%s\": %s",
		mc_escape(arena, path, strlen(path)), strerror(error));
	return MAILCHECK_FILE;
}

/* Reads on until the end, a problem, or an error of the system (in errno: false). */
static bool
read_file(struct reader *reader, int descriptor, struct mc_buf *buf)
{
	uint64_t total = 0;
	size_t taken;

	for (;;) {
		uint8_t chunk[CHUNK_SIZE];
		ssize_t length = read(descriptor, chunk, sizeof(chunk));
		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return false;
		if (length == 0) {
			finish(reader, buf->length);
			return true;
		}
		total += (size_t)length;
		if (total > MC_RECORD_FILE_LIMIT) {
			damaged(reader, "the file is too long");
			return true;
		}
		if (!mc_buf_append(buf, chunk, (size_t)length)) {
			reader->line++;
			if (buf->length >= MC_RECORD_LINE_LIMIT)
				damaged(reader, "a line that is too long");
			else
				no_memory(reader);
			return true;
		}
		if (!take_lines(reader, (const char *)buf->data, buf->length, &taken))
			return true;
		mc_buf_consume(buf, taken);
	}
}

static struct mc_replay *
replay_new(void)
{
	struct mc_replay *replay = mc_calloc(1, sizeof(*replay));

	if (replay != NULL)
		mc_arena_init(&replay->arena, (size_t)4 * MC_RECORD_FILE_LIMIT);
	return replay;
}

static int
compare_runs(const void *a, const void *b)
{
	const struct kept_run *left = a, *right = b;

	if (left->run.order != right->run.order)
		return left->run.order < right->run.order ? -1 : 1;
	return left->place < right->place ? -1 : left->place > right->place;
}

/* Hands the replay over when the reader is content with it, else frees it. */
static int32_t
conclude(struct reader *reader, struct mc_arena *arena, struct mc_replay **ret_replay,
	const char **ret_error)
{
	int32_t code = MAILCHECK_OK;

	mc_arena_reset(&reader->scratch);
	mc_digest_free(reader->digest);
	if (reader->no_memory) {
		*ret_error = "out of memory";
		code = MAILCHECK_NO_MEMORY;
	} else if (reader->problem != NULL) {
		*ret_error = mc_arena_printf(arena, "damaged record file: line %llu: %s",
			(unsigned long long)reader->line, reader->problem);
		code = MAILCHECK_DAMAGED;
	}
	if (code != MAILCHECK_OK) {
		mc_replay_free(reader->replay);
		return code;
	}
	if (reader->replay->count > 1)
		qsort(reader->replay->runs, reader->replay->count, sizeof(struct kept_run),
			compare_runs);
	*ret_replay = reader->replay;
	return MAILCHECK_OK;
}

int32_t
mc_replay_parse(struct mc_arena *arena, const char *bytes, size_t length,
	struct mc_replay **ret_replay, const char **ret_error)
{
	struct reader reader = {.replay = replay_new(), .digest = mc_digest_new()};
	size_t taken;

	mc_arena_init(&reader.scratch, FACT_MEMORY);
	if (reader.replay == NULL || reader.digest == NULL)
		reader.no_memory = true;
	else if (take_lines(&reader, bytes, length, &taken))
		finish(&reader, length - taken);
	return conclude(&reader, arena, ret_replay, ret_error);
}

int32_t
mc_replay_open(struct mc_arena *arena, const char *path, struct mc_replay **ret_replay,
	const char **ret_error)
{
	struct reader reader = {.replay = NULL};
	int32_t code = MAILCHECK_OK;
	struct mc_buf buf;
	int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (descriptor < 0)
		return file_error(arena, path, errno, ret_error);
	mc_buf_init(&buf, MC_RECORD_LINE_LIMIT + CHUNK_SIZE);
	mc_arena_init(&reader.scratch, FACT_MEMORY);
	reader.replay = replay_new();
	reader.digest = mc_digest_new();
	if (reader.replay == NULL || reader.digest == NULL)
		reader.no_memory = true;
	else if (!read_file(&reader, descriptor, &buf))
		code = file_error(arena, path, errno, ret_error);
	close(descriptor);
	mc_buf_free(&buf);
	if (code == MAILCHECK_OK)
		return conclude(&reader, arena, ret_replay, ret_error);
	mc_arena_reset(&reader.scratch);
	mc_digest_free(reader.digest);
	mc_replay_free(reader.replay);
	return code;
}

void
mc_replay_free(struct mc_replay *replay)
{
	if (replay == NULL)
		return;
	mc_arena_reset(&replay->arena);
	mc_free(replay->runs);
	mc_free(replay);
}

size_t
mc_replay_count(const struct mc_replay *replay)
{
	return replay->count;
}

const struct mc_recorded_run *
mc_replay_at(const struct mc_replay *replay, size_t i)
{
	return i < replay->count ? &replay->runs[i].run : NULL;
}

/* --- the provider --- */

struct provider {
	struct mc_provider provider; /* first */
	const struct kept_run *run;
};

static int
compare_key(const void *key, const void *fact)
{
	return strcmp(key, ((const struct kept_fact *)fact)->key);
}

static struct mc_fact *
recall(const struct kept_fact *kept, struct mc_arena *arena)
{
	json_t *object = json_loadb(kept->text, kept->length, JSON_REJECT_DUPLICATES, NULL);
	struct mc_fact *fact;
	const char *key;

	if (object == NULL)
		return NULL;
	fact = mc_fact_from_json(arena, json_object_get(object, "fact"), &key);
	json_decref(object);
	return fact;
}

static void
provider_start(struct mc_provider *base, struct mc_entry *entry, const struct mc_question *question)
{
	const struct kept_run *run = ((const struct provider *)(const void *)base)->run;
	const struct kept_fact *kept;
	struct mc_fact *fact = NULL;
	struct mc_arena arena;
	const char *key;

	mc_arena_init(&arena, FACT_MEMORY);
	key = mc_question_key(&arena, question);
	kept = bsearch(key, run->facts, run->run.fact_count, sizeof(*kept), compare_key);
	if (kept != NULL)
		fact = recall(kept, &arena);
	else if (!arena.failed)
		fact = mc_fact_failed(&arena, question, MC_FAIL_NOT_RECORDED,
			"the record file does not hold it", 0, 0);
	if (fact == NULL)
		mc_arena_reset(&arena);
	mc_entry_done(entry, &arena, fact);
}

static void
provider_cancel(struct mc_provider *base, struct mc_entry *entry)
{
	(void)base;
	(void)entry;
}

static int64_t
provider_now(struct mc_provider *base)
{
	return ((const struct provider *)(const void *)base)->run->run.now;
}

static bool
provider_wait(struct mc_provider *base, int64_t timeout)
{
	(void)base;
	(void)timeout;
	return false;
}

static void
provider_free(struct mc_provider *base)
{
	mc_free(base);
}

struct mc_provider *
mc_replay_provider(const struct mc_replay *replay, size_t i)
{
	struct provider *provider;

	if (i >= replay->count)
		return NULL;
	provider = mc_calloc(1, sizeof(*provider));
	if (provider == NULL)
		return NULL;
	provider->provider = (struct mc_provider){
		provider_start, provider_cancel, NULL, provider_now, provider_wait, provider_free};
	provider->run = &replay->runs[i];
	return &provider->provider;
}
