/* fact_fact: what makes two questions the same. */
#include "fact/fact.h"

#include <string.h>

#include "unit.h"

static const char *const one[] = {"a@example"};
static const char *const other[] = {"b@example"};
static const char *const both[] = {"a@example", "b@example"};

/* A macro: clang 14 takes no variable for part of a static initializer. */
#define ADDRESS(version, last)                                                                     \
	{                                                                                          \
		.family = (version), .bytes = { 127, 0, 0, (last) }                                \
	}
#define SESSION .kind = MC_FACT_SESSION, .host = "a.example"
#define HTTPS .kind = MC_FACT_HTTPS, .host = "a.example"

/* No two of them are the same. */
static const struct mc_question questions[] = {
	{.kind = MC_FACT_DNS, .name = "a.example", .type = MC_RR_MX},
	{.kind = MC_FACT_DNS, .name = "b.example", .type = MC_RR_MX},
	{.kind = MC_FACT_DNS, .name = "a.example", .type = MC_RR_A},
	{.kind = MC_FACT_DNS, .name = "a.example", .type = MC_RR_MX, .server = "127.0.0.1@53"},
	{.kind = MC_FACT_DNS, .name = "a.example", .type = MC_RR_MX, .server = "127.0.0.2@53"},
	{SESSION, .address = ADDRESS(4, 1), .port = 25},
	{SESSION, .address = ADDRESS(4, 2), .port = 25},
	{SESSION, .address = ADDRESS(6, 1), .port = 25},
	{SESSION, .address = ADDRESS(4, 1), .port = 26},
	{SESSION, .address = ADDRESS(4, 1), .port = 25, .via = ADDRESS(4, 2)},
	{SESSION, .address = ADDRESS(4, 1), .port = 25, .via_port = 26},
	{SESSION, .address = ADDRESS(4, 1), .port = 25, .allow_special = true},
	{.kind = MC_FACT_SESSION, .host = "b.example", .address = ADDRESS(4, 1), .port = 25},
	{SESSION, .address = ADDRESS(4, 1), .port = 25, .plan.protocol = MC_PROTOCOL_LMTP},
	{SESSION, .address = ADDRESS(4, 1), .port = 25, .plan.tls = MC_TLS_NONE},
	{SESSION, .address = ADDRESS(4, 1), .port = 25, .plan.quit_after = MC_STEP_MAIL},
	{SESSION, .address = ADDRESS(4, 1), .port = 25, .plan.helo = "c.example"},
	{SESSION, .address = ADDRESS(4, 1), .port = 25, .plan.from = ""},
	{SESSION, .address = ADDRESS(4, 1), .port = 25, .plan.from = "c@example"},
	{SESSION, .address = ADDRESS(4, 1), .port = 25, .plan = {.to = one, .to_count = 1}},
	{SESSION, .address = ADDRESS(4, 1), .port = 25, .plan = {.to = other, .to_count = 1}},
	{SESSION, .address = ADDRESS(4, 1), .port = 25, .plan = {.to = both, .to_count = 2}},
	{HTTPS, .address = ADDRESS(4, 1), .port = 25, .path = "/"},
	{HTTPS, .address = ADDRESS(4, 1), .port = 25, .path = "/a"},
};

#define QUESTIONS (sizeof(questions) / sizeof(*questions))

START_TEST(questions_are_the_same_when_their_keys_are)
{
	struct mc_arena arena;
	const char *keys[QUESTIONS];

	mc_arena_init(&arena, 0);
	for (size_t i = 0; i < QUESTIONS; i++)
		keys[i] = mc_question_key(&arena, &questions[i]);
	for (size_t i = 0; i < QUESTIONS; i++)
		for (size_t j = 0; j < QUESTIONS; j++) {
			bool same = mc_question_same(&questions[i], &questions[j]);
			ck_assert_msg(same == (i == j), "%s and %s", keys[i], keys[j]);
			ck_assert_msg(same == (strcmp(keys[i], keys[j]) == 0), "%s", keys[i]);
		}
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(a_copy_is_the_same_question)
{
	struct mc_arena arena;
	struct mc_question copy;

	mc_arena_init(&arena, 0);
	for (size_t i = 0; i < QUESTIONS; i++) {
		const char *key = mc_question_key(&arena, &questions[i]);
		ck_assert(mc_question_copy(&arena, &copy, &questions[i]));
		ck_assert_msg(mc_question_same(&copy, &questions[i]), "%s", key);
		ck_assert_msg(
			mc_question_hash(&copy) == mc_question_hash(&questions[i]), "%s", key);
	}
	mc_arena_reset(&arena);
}
END_TEST

UNIT_MAIN("fact_fact", questions_are_the_same_when_their_keys_are, a_copy_is_the_same_question)
