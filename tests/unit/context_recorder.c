/* Unit tests of lib/context/recorder.c and replay.c: record files, whole and damaged. */
#include "unit.h"

#include <dirent.h>
#include <mailcheck/error.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/escape.h"
#include "context/recorder.h"
#include "context/replay.h"
#include "context_facts.h"
#include "fact/store.h"

struct place {
	char directory[64];
	char path[96];
};

static void
place_make(struct place *place)
{
	snprintf(place->directory, sizeof(place->directory), "/tmp/mailcheck-recorder-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(place->directory));
	snprintf(place->path, sizeof(place->path), "%s/facts", place->directory);
}

static unsigned
place_files(const struct place *place)
{
	DIR *directory = opendir(place->directory);
	unsigned count = 0;

	ck_assert_ptr_nonnull(directory);
	for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
		count += entry->d_name[0] != '.';
	closedir(directory);
	return count;
}

static void
place_remove(struct place *place)
{
	unlink(place->path);
	ck_assert_msg(rmdir(place->directory) == 0, "files are left in %s", place->directory);
}

static char *
file_read(const char *path, size_t *ret_length)
{
	FILE *file = fopen(path, "rb");
	char *bytes = malloc(1 << 20);

	ck_assert_msg(file != NULL, "no file %s", path);
	*ret_length = fread(bytes, 1, 1 << 20, file);
	fclose(file);
	return bytes;
}

static void
file_write(const char *path, const char *bytes, size_t length)
{
	FILE *file = fopen(path, "wb");

	ck_assert_ptr_nonnull(file);
	ck_assert_uint_eq(fwrite(bytes, 1, length, file), length);
	ck_assert_int_eq(fclose(file), 0);
}

/* Two runs: four facts, options; then none at all. `turned`: the facts in another order. */
static int32_t
record(struct mc_recorder *recorder, bool turned)
{
	static const struct mc_option_value options[] = {
		{"assume", "x.example. TXT \"\xc3\xa4\x01\""}, {"from", ""}};
	struct mc_arena arena;
	int32_t code;

	mc_arena_init(&arena, 0);
	struct mc_seen_fact facts[] = {
		{FACTS_SESSION_KEY, &facts_session(&arena)->fact},
		{FACTS_DNS_KEY, &facts_dns(&arena)->fact},
		{FACTS_FAILED_SESSION_KEY, &facts_failed_session(&arena)->fact},
		{FACTS_FAILED_DNS_KEY, &facts_failed_dns(&arena)->fact},
	};
	if (turned) {
		struct mc_seen_fact first = facts[0];
		facts[0] = facts[3];
		facts[3] = first;
	}
	code = mc_recorder_add(recorder, &(struct mc_recorded_run){.input = "ex\xc3\xa4mple.com \\",
						 .checks = "mx,smtp",
						 .now = FACTS_NOW,
						 .options = options,
						 .option_count = 2,
						 .facts = facts,
						 .fact_count = 4});
	if (code == MAILCHECK_OK)
		code = mc_recorder_add(
			recorder, &(struct mc_recorded_run){.input = "example.org", .now = 1});
	mc_arena_reset(&arena);
	return code;
}

static int32_t
write_file(const char *path, bool turned)
{
	const char *error = "";
	struct mc_recorder *recorder;
	struct mc_arena arena;
	int32_t code;

	mc_arena_init(&arena, 0);
	code = mc_recorder_open(&arena, path, &recorder, &error);
	if (code == MAILCHECK_OK) {
		(void)record(recorder, turned);
		code = mc_recorder_close(recorder, &arena, &error);
	}
	ck_assert_msg(code == MAILCHECK_OK || error[0] != '\0', "an error without text");
	mc_arena_reset(&arena);
	return code;
}

static char *
good_file(size_t *ret_length)
{
	struct place place;
	char *bytes;

	place_make(&place);
	ck_assert_int_eq(write_file(place.path, false), MAILCHECK_OK);
	bytes = file_read(place.path, ret_length);
	place_remove(&place);
	return bytes;
}

START_TEST(a_file_is_whole_private_and_deterministic)
{
	struct place place;
	struct stat status;
	char *first, *second;
	size_t first_length, second_length;

	place_make(&place);
	ck_assert_int_eq(write_file(place.path, false), MAILCHECK_OK);
	ck_assert_int_eq(stat(place.path, &status), 0);
	ck_assert_int_eq(status.st_mode & 07777, 0600);
	first = file_read(place.path, &first_length);
	ck_assert_int_eq(write_file(place.path, true), MAILCHECK_OK);
	second = file_read(place.path, &second_length);
	ck_assert_uint_eq(first_length, second_length);
	ck_assert_mem_eq(first, second, first_length);
	ck_assert_uint_eq(place_files(&place), 1);
	ck_assert_msg(strncmp(first, "{\"schema\":\"mailcheck-facts/1\",\"version\":\"", 41) == 0,
		"another first line: %.60s", first);
	ck_assert_msg(
		strstr(first, "\n{\"end\":{\"runs\":2,\"sha256\":\"") != NULL, "another last line");
	free(first);
	free(second);
	place_remove(&place);
}
END_TEST

START_TEST(runs_come_as_they_were_submitted)
{
	static const struct mc_recorded_run runs[] = {{.input = "c.example", .order = 2},
		{.input = "a.example", .order = 0}, {.input = "b.example", .order = 1},
		{.input = "b2.example", .order = 1}};
	static const char *const wanted[] = {"a.example", "b.example", "b2.example", "c.example"};
	const char *error = "";
	struct mc_recorder *recorder;
	struct mc_replay *replay;
	struct mc_arena arena;
	struct place place;

	place_make(&place);
	mc_arena_init(&arena, 0);
	ck_assert_int_eq(mc_recorder_open(&arena, place.path, &recorder, &error), MAILCHECK_OK);
	for (size_t i = 0; i < 4; i++)
		ck_assert_int_eq(mc_recorder_add(recorder, &runs[i]), MAILCHECK_OK);
	ck_assert_int_eq(mc_recorder_close(recorder, &arena, &error), MAILCHECK_OK);
	ck_assert_int_eq(mc_replay_open(&arena, place.path, &replay, &error), MAILCHECK_OK);
	for (size_t i = 0; i < 4; i++)
		ck_assert_str_eq(mc_replay_at(replay, i)->input, wanted[i]);
	mc_replay_free(replay);
	mc_arena_reset(&arena);
	place_remove(&place);
}
END_TEST

static void
check_run(const struct mc_replay *replay)
{
	const struct mc_recorded_run *run = mc_replay_at(replay, 0);

	ck_assert_uint_eq(mc_replay_count(replay), 2);
	ck_assert_str_eq(run->input, "ex\xc3\xa4mple.com \\");
	ck_assert_str_eq(run->checks, "mx,smtp");
	ck_assert_int_eq(run->now, FACTS_NOW);
	ck_assert_uint_eq(run->option_count, 2);
	ck_assert_str_eq(run->options[0].name, "assume");
	ck_assert_str_eq(run->options[0].value, "x.example. TXT \"\xc3\xa4\x01\"");
	ck_assert_str_eq(run->options[1].value, "");
	ck_assert_uint_eq(run->fact_count, 4);
	run = mc_replay_at(replay, 1);
	ck_assert_str_eq(run->input, "example.org");
	ck_assert_ptr_null(run->checks);
	ck_assert_uint_eq(run->fact_count, 0);
	ck_assert_ptr_null(mc_replay_at(replay, 2));
}

static void
ask(struct mc_store *store, const struct mc_question *question, enum mc_fact_status status,
	enum mc_failure failure)
{
	const struct mc_fact *fact;
	struct mc_entry *entry;
	struct mc_arena arena;
	const char *key;

	mc_arena_init(&arena, 0);
	key = mc_question_key(&arena, question);
	entry = mc_store_pin(store, key, question);
	ck_assert_ptr_nonnull(entry);
	fact = mc_entry_fact(entry);
	ck_assert_msg(fact != NULL, "%s: not answered at once", key);
	ck_assert_msg(fact->kind == question->kind, "%s: another kind", key);
	ck_assert_msg(fact->status == status && fact->failure == failure, "%s: %s", key,
		mc_failure_name(fact->failure));
	if (fact->kind == MC_FACT_DNS)
		ck_assert_str_eq(((const struct mc_dns *)(const void *)fact)->name, question->name);
	mc_store_unpin(entry, NULL);
	mc_arena_reset(&arena);
}

START_TEST(a_replay_answers_as_it_was)
{
	static const struct mc_question mx = {.kind = MC_FACT_DNS,
		.name = "example.com",
		.type = MC_RR_MX,
		.server = "192.0.2.1@53"};
	static const struct mc_question other = {
		.kind = MC_FACT_DNS, .name = "example.com", .type = MC_RR_MX};
	static const struct mc_question dmarc = {
		.kind = MC_FACT_DNS, .name = "_dmarc.example.com", .type = MC_RR_TXT};
	static const struct mc_question session = {.kind = MC_FACT_SESSION,
		.address = {4, {192, 0, 2, 7}},
		.port = 25,
		.host = "mx.example.com",
		.plan = {.quit_after = MC_STEP_QUIT}};
	static const struct mc_question elsewhere = {.kind = MC_FACT_SESSION,
		.address = {4, {192, 0, 2, 99}},
		.port = 25,
		.host = "mx.example.com",
		.plan = {.quit_after = MC_STEP_QUIT}};
	struct mc_provider *provider;
	struct mc_replay *replay;
	struct mc_store *store;
	struct place place;
	const char *error = "";
	struct mc_arena arena;

	mc_arena_init(&arena, 0);
	place_make(&place);
	ck_assert_int_eq(write_file(place.path, false), MAILCHECK_OK);
	ck_assert_msg(
		mc_replay_open(&arena, place.path, &replay, &error) == MAILCHECK_OK, "%s", error);
	place_remove(&place);
	check_run(replay);
	provider = mc_replay_provider(replay, 0);
	ck_assert_int_eq(provider->now(provider), FACTS_NOW);
	ck_assert(!provider->wait(provider, -1));
	store = mc_store_new(provider);
	ask(store, &mx, MC_FACT_OK, MC_FAIL_NONE);
	ask(store, &dmarc, MC_FACT_FAILED, MC_FAIL_SERVFAIL);
	ask(store, &session, MC_FACT_OK, MC_FAIL_NONE);
	ask(store, &mx, MC_FACT_OK, MC_FAIL_NONE);
	ask(store, &other, MC_FACT_FAILED, MC_FAIL_NOT_RECORDED);
	ask(store, &elsewhere, MC_FACT_FAILED, MC_FAIL_NOT_RECORDED);
	mc_store_free(store);
	provider->free(provider);
	ck_assert_ptr_null(mc_replay_provider(replay, 2));
	mc_replay_free(replay);
	mc_arena_reset(&arena);
}
END_TEST

/* The code of a file in memory; the error's text, when it is damaged, in `ret_text`. */
static int32_t
parse(const char *bytes, size_t length, char ret_text[256])
{
	struct mc_replay *replay = NULL;
	const char *error = "";
	struct mc_arena arena;
	char *exact = malloc(length > 0 ? length : 1);
	int32_t code;

	mc_arena_init(&arena, 0);
	memcpy(exact, bytes, length);
	code = mc_replay_parse(&arena, exact, length, &replay, &error);
	free(exact);
	ck_assert_msg((code == MAILCHECK_OK) == (replay != NULL), "code %d, replay %p", code,
		(void *)replay);
	if (code == MAILCHECK_OK && mc_replay_count(replay) > 0)
		ck_assert_ptr_nonnull(mc_replay_at(replay, 0)->input);
	snprintf(ret_text, 256, "%s", error);
	mc_replay_free(replay);
	mc_arena_reset(&arena);
	return code;
}

START_TEST(cut_anywhere_it_is_damaged)
{
	size_t length;
	char text[256], *bytes = good_file(&length);

	ck_assert_int_eq(parse(bytes, length, text), MAILCHECK_OK);
	for (size_t cut = 0; cut < length; cut++)
		ck_assert_msg(parse(bytes, cut, text) == MAILCHECK_DAMAGED &&
				      strstr(text, "line ") != NULL,
			"cut to %zu of %zu octets: not damaged: %s", cut, length, text);
	free(bytes);
}
END_TEST

/* Any outcome but a crash, a leak or memory gone; a changed structure is never taken. */
START_TEST(no_changed_octet_does_harm)
{
	size_t length;
	char text[256], *bytes = good_file(&length);

	for (size_t i = 0; i < length; i++) {
		char kept = bytes[i];
		static const char changed[] = {'\0', '\n', '"', '{', '\\', '9', '\x80'};
		bytes[i] = changed[i % sizeof(changed)];
		int32_t code = parse(bytes, length, text);
		ck_assert_msg(code == MAILCHECK_OK || code == MAILCHECK_DAMAGED,
			"octet %zu: code %d", i, code);
		if (strchr("{}[]:", kept) != NULL && bytes[i] != kept && bytes[i] == '\0')
			ck_assert_msg(code == MAILCHECK_DAMAGED, "octet %zu: not damaged", i);
		bytes[i] = kept;
	}
	free(bytes);
}
END_TEST

#define HEAD "{\"schema\":\"mailcheck-facts/1\",\"version\":\"0.1.0\"}\n"
#define RUN(facts)                                                                                 \
	"{\"run\":{\"input\":\"a.example\",\"checks\":null,\"now\":1,\"options\":[],"              \
	"\"facts\":" facts "}}\n"
#define FACT(name)                                                                                 \
	"{\"fact\":{\"key\":\"dns " name                                                           \
	" A\",\"kind\":\"dns\",\"status\":\"failed\",\"failure\":\"timeout\",\"text\":\"\","       \
	"\"began\":0,\"ended\":1,\"dns\":{\"name\":\"" name                                        \
	"\",\"type\":\"A\",\"server\":null,\"nxdomain\":false,\"authoritative\":false,"            \
	"\"dnssec\":\"unknown\",\"why_bogus\":\"\",\"canonical\":\"\",\"aliases\":[],\"rrs\":[],"  \
	"\"signatures\":[],\"referral\":false,\"glue\":[],\"ttl\":0}}}\n"
#define END(runs) "{\"end\":{\"runs\":" runs "}}\n"

START_TEST(damage_is_told_with_its_line)
{
	static const struct {
		const char *name, *file, *text; /* text NULL: not damaged */
	} rows[] = {
		{"no runs", HEAD END("0"), NULL},
		{"two facts", HEAD RUN("2") FACT("a") FACT("b") END("1"), NULL},
		{"nothing", "", "line 1: the file is cut"},
		{"an empty line", "\n", "line 1: no JSON"},
		{"no end", HEAD, "line 2: the file is cut"},
		{"no last line end", HEAD "{\"end\":{\"runs\":0}}", "line 2: the file is cut"},
		{"another kind of file", "{\"schema\":\"mailcheck-report/1\"}\n",
			"line 1: this is no record file"},
		{"a mailbox", "From a\n", "line 1: no JSON"},
		{"a later version", "{\"schema\":\"mailcheck-facts/2\",\"version\":\"9\"}\n",
			"line 1: a record file of another version"},
		{"no version", "{\"schema\":\"mailcheck-facts/1\"}\n", "line 1: no version"},
		{"an array", HEAD "[]\n", "line 2: no object"},
		{"something else", HEAD "{}\n", "line 2: neither a run nor the end"},
		{"two heads", HEAD HEAD, "line 2: neither a run nor the end"},
		{"a fact without run", HEAD FACT("a"), "line 2: neither a run nor the end"},
		{"a fact too many", HEAD RUN("1") FACT("a") FACT("b") END("1"),
			"line 4: neither a run nor the end"},
		{"a fact too few", HEAD RUN("2") FACT("a") END("1"), "line 4: a fact is missing"},
		{"facts turned round", HEAD RUN("2") FACT("b") FACT("a") END("1"),
			"line 4: facts out of order"},
		{"a fact twice", HEAD RUN("2") FACT("a") FACT("a") END("1"),
			"line 4: facts out of order"},
		{"no fact", HEAD RUN("1") "{\"fact\":{}}\n" END("1"), "line 3: a malformed fact"},
		{"a member twice", HEAD "{\"end\":{\"runs\":0},\"end\":{\"runs\":0}}\n",
			"line 2: no JSON"},
		{"another number of runs", HEAD RUN("0") END("2"),
			"line 3: the number of runs is wrong"},
		{"behind the end", HEAD END("0") "\n", "line 3: something behind the end"},
		{"cut behind the end", HEAD END("0") "{", "line 3: something behind the end"},
		{"too many facts", HEAD RUN("65537"), "line 2: a malformed run"},
		{"fewer than none", HEAD RUN("-1"), "line 2: a malformed run"},
		{"half a fact", HEAD RUN("0.5"), "line 2: a malformed run"},
		{"a time too late",
			HEAD "{\"run\":{\"input\":\"a\",\"checks\":null,\"now\":253402300800000,"
			     "\"options\":[],\"facts\":0}}\n",
			"line 2: a malformed run"},
		{"checks no string",
			HEAD "{\"run\":{\"input\":\"a\",\"checks\":1,\"now\":1,"
			     "\"options\":[],\"facts\":0}}\n",
			"line 2: a malformed run"},
		{"half an option",
			HEAD "{\"run\":{\"input\":\"a\",\"checks\":null,\"now\":1,"
			     "\"options\":[[\"from\"]],\"facts\":0}}\n",
			"line 2: a malformed run"},
		{"no input", HEAD "{\"run\":{}}\n", "line 2: a malformed run"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[256];
		int32_t code = parse(rows[i].file, strlen(rows[i].file), text);
		int32_t expected = rows[i].text == NULL ? MAILCHECK_OK : MAILCHECK_DAMAGED;
		ck_assert_msg(code == expected, "%s: code %d: %s", rows[i].name, code, text);
		ck_assert_msg(rows[i].text == NULL || strstr(text, rows[i].text) != NULL, "%s: %s",
			rows[i].name, text);
	}
}
END_TEST

/* A fact as full as a hostile server can make one is read back. */
START_TEST(the_fullest_session_fits)
{
	struct mc_smtp_line *lines = calloc(MC_SMTP_REPLY_LINES, sizeof(*lines));
	struct mc_capability *capabilities = calloc(MC_SMTP_REPLY_LINES, sizeof(*capabilities));
	size_t line_length = MC_SMTP_REPLY_BYTES / MC_SMTP_REPLY_LINES;
	char *octets = calloc(1, line_length + 1);
	struct mc_stage stages[13] = {{MC_STEP_BANNER, false, true, 0, 0, {0}}};
	struct mc_session_fact *session;
	struct mc_recorder *recorder;
	struct mc_replay *replay = NULL;
	const char *error = "";
	struct mc_arena arena;
	struct place place;

	mc_arena_init(&arena, 0);
	place_make(&place);
	memset(octets, '\x01', line_length);
	for (size_t i = 0; i < MC_SMTP_REPLY_LINES; i++) {
		lines[i] = (struct mc_smtp_line){octets, line_length};
		capabilities[i].keyword = "";
		capabilities[i].parameters = mc_escape(&arena, octets, line_length);
	}
	for (size_t i = 0; i < 13; i++) {
		stages[i] = stages[0];
		stages[i].reply.lines = lines;
		stages[i].reply.count = MC_SMTP_REPLY_LINES;
	}
	session = facts_session(&arena);
	session->session.stages = stages;
	session->session.stage_count = 13;
	session->session.plain.items = session->session.encrypted.items = capabilities;
	session->session.plain.count = session->session.encrypted.count = MC_SMTP_REPLY_LINES;
	struct mc_seen_fact fact = {FACTS_SESSION_KEY, &session->fact};
	ck_assert_int_eq(mc_recorder_open(&arena, place.path, &recorder, &error), MAILCHECK_OK);
	ck_assert_msg(mc_recorder_add(recorder, &(struct mc_recorded_run){.input = "x",
							.facts = &fact,
							.fact_count = 1}) == MAILCHECK_OK,
		"%s", mc_recorder_error(recorder));
	ck_assert_int_eq(mc_recorder_close(recorder, &arena, &error), MAILCHECK_OK);
	ck_assert_msg(
		mc_replay_open(&arena, place.path, &replay, &error) == MAILCHECK_OK, "%s", error);
	mc_replay_free(replay);
	free(octets);
	free(capabilities);
	free(lines);
	place_remove(&place);
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(values_are_counted_before_they_are_made)
{
	size_t length = strlen(HEAD), size = 1 << 20;
	char text[256], *bytes = malloc(length + size + 1);

	memcpy(bytes, HEAD, length);
	memset(bytes + length, '[', size);
	bytes[length + size] = '\n';
	ck_assert_int_eq(parse(bytes, length + size + 1, text), MAILCHECK_DAMAGED);
	ck_assert_msg(strstr(text, "line 2: a line of too many values") != NULL, "%s", text);
	free(bytes);
}
END_TEST

START_TEST(reading_a_file_is_reading_memory)
{
	struct place place;
	struct mc_replay *replay = NULL;
	const char *error = "";
	struct mc_arena arena;
	size_t length, long_length = MC_RECORD_LINE_LIMIT + 3 * 65536;
	char *bytes = good_file(&length), *line = malloc(long_length);

	mc_arena_init(&arena, 0);
	place_make(&place);
	file_write(place.path, bytes, length - 30);
	ck_assert_int_eq(mc_replay_open(&arena, place.path, &replay, &error), MAILCHECK_DAMAGED);
	memset(line, ' ', long_length);
	file_write(place.path, line, long_length);
	ck_assert_int_eq(mc_replay_open(&arena, place.path, &replay, &error), MAILCHECK_DAMAGED);
	ck_assert_msg(strstr(error, "line 1: a line that is too long") != NULL, "%s", error);
	ck_assert_int_eq(mc_replay_open(&arena, place.directory, &replay, &error), MAILCHECK_FILE);
	ck_assert_int_eq(
		mc_replay_open(&arena, "/nonexistent\n/x", &replay, &error), MAILCHECK_FILE);
	ck_assert_msg(strstr(error, "\"/nonexistent\\x0A/x\": No such file") != NULL, "%s", error);
	ck_assert_ptr_null(replay);
	free(line);
	free(bytes);
	place_remove(&place);
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(an_unwritable_place_is_refused)
{
	struct mc_recorder *recorder = NULL;
	const char *error = "";
	struct mc_arena arena;
	struct place place;

	mc_arena_init(&arena, 0);
	place_make(&place);
	ck_assert_int_eq(
		mc_recorder_open(&arena, place.directory, &recorder, &error), MAILCHECK_FILE);
	ck_assert_msg(strstr(error, "no regular file") != NULL, "%s", error);
	ck_assert_int_eq(mc_recorder_open(&arena, "/dev/null", &recorder, &error), MAILCHECK_FILE);
	ck_assert_int_eq(
		mc_recorder_open(&arena, "/nonexistent/x", &recorder, &error), MAILCHECK_FILE);
	ck_assert_msg(strstr(error, "\"/nonexistent/x\": No such file") != NULL, "%s", error);
	ck_assert_int_eq(mc_recorder_open(&arena, "", &recorder, &error), MAILCHECK_FILE);
	ck_assert_ptr_null(recorder);
	place_remove(&place);
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(a_file_that_cannot_be_completed_is_none)
{
	struct mc_recorder *recorder;
	const char *error = "";
	struct mc_arena arena;
	struct place place;
	size_t length;
	char *bytes;

	mc_arena_init(&arena, 0);
	place_make(&place);
	file_write(place.path, "before", 6);
	ck_assert_int_eq(mc_recorder_open(&arena, place.path, &recorder, &error), MAILCHECK_OK);
	ck_assert_int_eq(record(recorder, false), MAILCHECK_OK);
	mc_recorder_discard(recorder);
	ck_assert_int_eq(mc_recorder_open(&arena, place.path, &recorder, &error), MAILCHECK_OK);
	ck_assert_int_eq(unlink(place.path), 0);
	ck_assert_int_eq(mkdir(place.path, 0700), 0);
	ck_assert_int_eq(mc_recorder_close(recorder, &arena, &error), MAILCHECK_FILE);
	ck_assert_msg(strstr(error, "Is a directory") != NULL, "%s", error);
	ck_assert_int_eq(rmdir(place.path), 0);
	ck_assert_uint_eq(place_files(&place), 0);
	file_write(place.path, "before", 6);
	ck_assert_int_eq(mc_recorder_open(&arena, place.path, &recorder, &error), MAILCHECK_OK);
	bytes = file_read(place.path, &length);
	ck_assert_uint_eq(length, 6);
	free(bytes);
	mc_recorder_discard(recorder);
	place_remove(&place);
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(pending_facts_and_repeats_are_left_out)
{
	struct mc_recorder *recorder;
	struct mc_replay *replay;
	const char *error = "";
	struct mc_arena arena;
	struct place place;
	struct mc_dns *pending, *dns;

	mc_arena_init(&arena, 0);
	place_make(&place);
	dns = facts_dns(&arena);
	pending = facts_failed_dns(&arena);
	pending->fact.status = MC_FACT_PENDING;
	struct mc_seen_fact facts[] = {{FACTS_FAILED_DNS_KEY, &pending->fact},
		{FACTS_DNS_KEY, &dns->fact}, {FACTS_DNS_KEY, &dns->fact}};
	ck_assert_int_eq(mc_recorder_open(&arena, place.path, &recorder, &error), MAILCHECK_OK);
	ck_assert_int_eq(
		mc_recorder_add(recorder,
			&(struct mc_recorded_run){.input = "x", .facts = facts, .fact_count = 3}),
		MAILCHECK_OK);
	ck_assert_int_eq(mc_recorder_close(recorder, &arena, &error), MAILCHECK_OK);
	ck_assert_msg(
		mc_replay_open(&arena, place.path, &replay, &error) == MAILCHECK_OK, "%s", error);
	ck_assert_uint_eq(mc_replay_at(replay, 0)->fact_count, 1);
	mc_replay_free(replay);
	place_remove(&place);
	mc_arena_reset(&arena);
}
END_TEST

/* A forked child that frees what it inherited does nothing to the parent's file. */
START_TEST(a_child_leaves_the_file_alone)
{
	struct mc_recorder *recorder;
	const char *error = "";
	struct mc_arena arena;
	struct place place;
	int status;
	char text[256], *bytes;
	size_t length;

	mc_arena_init(&arena, 0);
	place_make(&place);
	ck_assert_int_eq(mc_recorder_open(&arena, place.path, &recorder, &error), MAILCHECK_OK);
	ck_assert_int_eq(record(recorder, false), MAILCHECK_OK);
	for (int i = 0; i < 2; i++) {
		pid_t child = fork();
		if (child == 0) {
			if (i == 0)
				mc_recorder_discard(recorder);
			else
				(void)mc_recorder_close(recorder, &arena, &error);
			_exit(0);
		}
		ck_assert_int_eq(waitpid(child, &status, 0), child);
		ck_assert_int_eq(status, 0);
	}
	ck_assert_int_eq(mc_recorder_close(recorder, &arena, &error), MAILCHECK_OK);
	bytes = file_read(place.path, &length);
	ck_assert_msg(parse(bytes, length, text) == MAILCHECK_OK, "%s", text);
	free(bytes);
	place_remove(&place);
	mc_arena_reset(&arena);
}
END_TEST

static int32_t
replay_all(const char *bytes, size_t length)
{
	static const struct mc_question mx = {.kind = MC_FACT_DNS,
		.name = "example.com",
		.type = MC_RR_MX,
		.server = "192.0.2.1@53"};
	struct mc_provider *provider = NULL;
	struct mc_replay *replay = NULL;
	struct mc_store *store = NULL;
	struct mc_entry *entry = NULL;
	const char *error = "";
	struct mc_arena arena;
	int32_t code;

	mc_arena_init(&arena, 0);
	code = mc_replay_parse(&arena, bytes, length, &replay, &error);
	if (code == MAILCHECK_OK)
		provider = mc_replay_provider(replay, 0);
	if (provider != NULL)
		store = mc_store_new(provider);
	if (store != NULL)
		entry = mc_store_pin(store, FACTS_DNS_KEY, &mx);
	if (entry != NULL) {
		ck_assert_ptr_nonnull(mc_entry_fact(entry));
		mc_store_unpin(entry, NULL);
	}
	mc_store_free(store);
	if (provider != NULL)
		provider->free(provider);
	mc_replay_free(replay);
	mc_arena_reset(&arena);
	return code;
}

START_TEST(memory_may_run_out)
{
	unsigned long n, count;
	struct place place;
	size_t length;
	char *bytes;

	place_make(&place);
	for (n = 1, count = 1; n <= count; n++) {
		int32_t code;
		mc_alloc_fail_at(n);
		code = write_file(place.path, false);
		count = mc_alloc_count();
		mc_alloc_fail_at(0);
		ck_assert_msg(code == MAILCHECK_OK || code == MAILCHECK_NO_MEMORY,
			"allocation %lu: code %d", n, code);
		ck_assert_msg(place_files(&place) == (code == MAILCHECK_OK ? 1 : 0),
			"allocation %lu: a file is left, or none", n);
		unlink(place.path);
	}
	place_remove(&place);
	bytes = good_file(&length);
	for (n = 1, count = 1; n <= count; n++) {
		mc_alloc_fail_at(n);
		replay_all(bytes, length);
		count = mc_alloc_count();
		mc_alloc_fail_at(0);
	}
	free(bytes);
}
END_TEST

UNIT_MAIN("context_recorder", a_file_is_whole_private_and_deterministic,
	runs_come_as_they_were_submitted, a_replay_answers_as_it_was, cut_anywhere_it_is_damaged,
	no_changed_octet_does_harm, damage_is_told_with_its_line, the_fullest_session_fits,
	values_are_counted_before_they_are_made, reading_a_file_is_reading_memory,
	an_unwritable_place_is_refused, a_file_that_cannot_be_completed_is_none,
	pending_facts_and_repeats_are_left_out, a_child_leaves_the_file_alone, memory_may_run_out)
