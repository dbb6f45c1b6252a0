/*
 * Fuzz target: SPF. The input is lines: the first the sender, the others the TXT records of
 * 0.example, 1.example, ...; an empty line stands for a name that does not answer. Every other
 * question has an answer made of its name. The order of answers must not matter.
 */
#include <stdlib.h>

#include "../spf/facts.h"
#include "record/spf_lint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LINES 12

struct lines {
	struct {
		const uint8_t *text;
		size_t length;
	} line[LINES];
	size_t count;
};

static const struct mc_rr *
make_txt(struct mc_arena *arena, const char *owner, const uint8_t *text, size_t length)
{
	struct mc_rr *rr = mc_arena_alloc(arena, sizeof(*rr));
	uint8_t *rdata = mc_arena_alloc(arena, length + length / 255 + 1);
	size_t at = 0;

	if (rr == NULL || rdata == NULL)
		return NULL;
	for (size_t i = 0; i == 0 || i < length; i += 255) {
		size_t part = length - i > 255 ? 255 : length - i;
		rdata[at++] = (uint8_t)part;
		if (part > 0)
			memcpy(rdata + at, text + i, part);
		at += part;
	}
	*rr = (struct mc_rr){.owner = owner,
		.type = MC_RR_TXT,
		.ttl = 60,
		.rdata = rdata,
		.rdlength = (uint16_t)at};
	return rr;
}

static const char *
other_text(struct mc_arena *arena, const struct mc_question *question, unsigned hash)
{
	switch (question->type) {
	case MC_RR_A:
		return hash % 4 == 0 ? NULL : mc_arena_printf(arena, ". A 192.0.2.%u", hash % 5);
	case MC_RR_AAAA:
		return hash % 4 == 0 ? NULL
				     : mc_arena_printf(arena, ". AAAA 2001:db8::%u", hash % 5);
	case MC_RR_MX:
		return hash % 5 == 0 ? NULL
				     : mc_arena_printf(arena, ". MX 1 m%u.example.", hash % 7);
	case MC_RR_PTR:
		return hash % 5 == 0 ? NULL : mc_arena_printf(arena, ". PTR %u.example.", hash % 3);
	default:
		return NULL;
	}
}

static bool
answer(void *argument, struct mc_arena *arena, const struct mc_question *question,
	struct mc_message *message)
{
	const struct lines *lines = argument;
	struct mc_rrset *set = &message->answer;
	struct mc_rr_error error;
	const char *text;
	unsigned hash = 5381;

	set->rrs = mc_arena_calloc(arena, 1, sizeof(struct mc_rr));
	if (set->rrs == NULL)
		return true;
	for (const char *at = question->name; *at != '\0'; at++)
		hash = hash * 33 + (uint8_t)*at;
	if (question->type == MC_RR_TXT) {
		size_t which = (size_t)(question->name[0] - '0') + 1;
		const struct mc_rr *rr;
		if (which >= lines->count || strcmp(question->name + 1, ".example") != 0)
			return true;
		if (lines->line[which].length == 0)
			return false;
		rr = make_txt(
			arena, question->name, lines->line[which].text, lines->line[which].length);
		if (rr != NULL)
			set->rrs[set->count++] = *rr;
		return true;
	}
	text = other_text(arena, question, hash);
	if (text == NULL)
		return hash % 16 != 0;
	if (mc_rr_parse(arena, text, NULL, 60, &set->rrs[0], &error)) {
		set->rrs[0].owner = question->name;
		set->count = 1;
	}
	return true;
}

static void
split(struct lines *lines, const uint8_t *data, size_t size)
{
	size_t begin = 0;

	lines->count = 0;
	for (size_t i = 0; i <= size && lines->count < LINES; i++)
		if (i == size || data[i] == '\n') {
			size_t length = i - begin;
			lines->line[lines->count].text = data + begin;
			lines->line[lines->count++].length = length > 4000 ? 4000 : length;
			begin = i + 1;
		}
}

static void
lint(const struct lines *lines)
{
	struct mc_arena arena;
	struct mc_problems problems;
	struct mc_spf spf;

	mc_arena_init(&arena, 0);
	for (size_t i = 1; i < lines->count; i++) {
		const char *text = (const char *)lines->line[i].text;
		size_t length = lines->line[i].length;
		(void)mc_spf_is_attempt(text, length);
		if (!mc_spf_is_record(text, length) || !mc_spf_parse(&arena, text, length, &spf))
			continue;
		mc_problems_init(&problems, &arena);
		mc_spf_lint(&spf, &problems);
	}
	mc_arena_reset(&arena);
}

static char *
evaluate(struct lines *lines, enum mc_target_kind kind, const struct mc_settings *settings,
	unsigned order)
{
	struct facts facts = {.order = order, .answer = answer, .argument = lines};
	struct mailcheck_report *report = facts_run(&facts, kind, "0.example", settings,
		kind == MC_TARGET_SPF ? &mc_check_spf_client : &mc_check_spf);
	json_t *said = report != NULL && report->check_count == 1 ? facts_said(report) : NULL;
	char *dump = said != NULL ? json_dumps(said, JSON_COMPACT) : NULL;

	json_decref(said);
	mc_report_free(report);
	return dump;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mc_settings settings = {.deadline = 120000, .client = {4, {192, 0, 2, 1}}};
	struct lines lines;
	char sender[256], *first, *second;
	size_t length;

	split(&lines, data, size);
	length = lines.line[0].length < 255 ? lines.line[0].length : 255;
	if (length > 0)
		memcpy(sender, lines.line[0].text, length);
	sender[length] = '\0';
	settings.sender = sender;
	settings.client_helo = sender;
	if (length > 0 && (sender[0] & 1) != 0)
		settings.client = (struct mc_address){6, {0x20, 0x01, 0x0d, 0xb8, [15] = 1}};
	lint(&lines);
	for (unsigned kind = 0; kind < 2; kind++) {
		enum mc_target_kind target = kind == 0 ? MC_TARGET_SPF : MC_TARGET_DOMAIN;
		first = evaluate(&lines, target, &settings, 0);
		second = evaluate(&lines, target, &settings, 1);
		if (first != NULL && second != NULL && strcmp(first, second) != 0)
			abort();
		free(first);
		free(second);
	}
	return 0;
}
