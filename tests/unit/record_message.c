/* Unit tests of lib/record/message.c. */
#include "unit.h"

#include <string.h>

#include "base/alloc.h"
#include "record/message.h"

#define BYTES(bytes) bytes, sizeof(bytes) - 1

/* id 0x1234; QR AA RD RA, NOERROR; example.com MX; answer, authority, additional with OPT. */
#define ANSWER                                                                                     \
	"\x12\x34\x85\x80\0\1\0\2\0\1\0\2"                                                         \
	"\7Example\3coM\0\0\x0f\0\1"                                                               \
	"\xc0\x0c\0\x0f\0\1\0\0\1\x2c\0\x07\0\x0a\2mX\xc0\x0c"                                     \
	"\xc0\x0c\0\x0f\0\1\0\0\1\x2c\0\x04\0\x14\xc0\x2b"                                         \
	"\xc0\x0c\0\x02\0\1\xff\xff\xff\xff\0\5\2ns\xc0\x0c"                                       \
	"\xc0\x2b\0\x01\0\1\0\0\0\x3c\0\4\xc0\0\2\1"                                               \
	"\0\0\x29\4\xd0\1\0\x80\0\0\0"

static const char *
parse(struct mc_arena *arena, const char *bytes, size_t length, struct mc_message *ret_message)
{
	uint8_t *copy = mc_malloc(length); /* exact, so that a step past the end is seen */
	const char *reason;

	memcpy(copy, bytes, length);
	reason = mc_message_parse(arena, copy, length, ret_message);
	mc_free(copy);
	return reason;
}

static void
assert_answer(struct mc_arena *arena, const struct mc_message *m)
{
	ck_assert_uint_eq(m->id, 0x1234);
	ck_assert(m->response && m->authoritative && m->recursion_desired);
	ck_assert(m->recursion_available && !m->truncated && !m->authentic_data);
	ck_assert(!m->checking_disabled && m->opcode == 0 && m->has_question);
	ck_assert_str_eq(m->name, "example.com");
	ck_assert_uint_eq(m->type, MC_RR_MX);
	ck_assert_uint_eq(m->class, 1);
	ck_assert_int_eq(m->rcode, 16);
	ck_assert(m->edns && m->dnssec_ok && m->udp_size == 1232);
	ck_assert_uint_eq(m->answer.count, 2);
	ck_assert_uint_eq(m->authority.count, 1);
	ck_assert_uint_eq(m->additional.count, 1);
	ck_assert_str_eq(
		mc_rr_text(arena, &m->answer.rrs[0]), "example.com. 300 IN MX 10 mx.example.com.");
	ck_assert_str_eq(
		mc_rr_text(arena, &m->answer.rrs[1]), "example.com. 300 IN MX 20 mx.example.com.");
	ck_assert_str_eq(
		mc_rr_text(arena, &m->authority.rrs[0]), "example.com. 0 IN NS ns.example.com.");
	ck_assert_str_eq(
		mc_rr_text(arena, &m->additional.rrs[0]), "mx.example.com. 60 IN A 192.0.2.1");
}

START_TEST(answer)
{
	struct mc_arena arena;
	struct mc_message message, again;
	struct mc_buf wire;

	mc_arena_init(&arena, 0);
	mc_buf_init(&wire, 65536);
	ck_assert_ptr_null(parse(&arena, BYTES(ANSWER), &message));
	assert_answer(&arena, &message);
	mc_buf_puts(&wire, "before");
	ck_assert(mc_message_write(&wire, &message));
	ck_assert_ptr_null(mc_message_parse(&arena, wire.data + 6, wire.length - 6, &again));
	assert_answer(&arena, &again);
	mc_buf_free(&wire);
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(every_cut)
{
	for (size_t length = 0; length < sizeof(ANSWER) - 1; length++) {
		struct mc_arena arena;
		struct mc_message message = {.id = 7};

		mc_arena_init(&arena, 0);
		ck_assert_msg(
			parse(&arena, ANSWER, length, &message) != NULL, "%zu octets", length);
		ck_assert_uint_eq(message.id, 7);
		mc_arena_reset(&arena);
	}
}
END_TEST

START_TEST(every_cut_with_tc)
{
	char bytes[sizeof(ANSWER) - 1];

	memcpy(bytes, ANSWER, sizeof(bytes));
	bytes[2] |= 2;
	for (size_t length = 0; length <= sizeof(bytes); length++) {
		struct mc_arena arena;
		struct mc_message message = {.id = 7};
		const char *reason;

		mc_arena_init(&arena, 0);
		reason = parse(&arena, bytes, length, &message);
		ck_assert_msg((reason == NULL) == (length >= 29), "%zu octets: %s", length, reason);
		if (reason == NULL)
			ck_assert_msg(message.truncated && message.answer.count <= 2, "%zu octets",
				length);
		mc_arena_reset(&arena);
	}
}
END_TEST

START_TEST(query)
{
	struct mc_message m = {.id = 0xBEEF,
		.recursion_desired = true,
		.checking_disabled = true,
		.has_question = true,
		.name = "_dmarc.example.com",
		.type = MC_RR_TXT,
		.class = 1,
		.edns = true,
		.udp_size = 1232,
		.dnssec_ok = true};
	struct mc_buf wire;

	mc_buf_init(&wire, 512);
	ck_assert(mc_message_write(&wire, &m));
	ck_assert_uint_eq(wire.length, 12 + 20 + 4 + 11);
	ck_assert_mem_eq(wire.data,
		"\xbe\xef\x01\x10\0\1\0\0\0\0\0\1\6_dmarc\7example\3com\0\0\x10\0\1"
		"\0\0\x29\4\xd0\0\0\x80\0\0\0",
		wire.length);
	mc_buf_free(&wire);
}
END_TEST

START_TEST(write_refused)
{
	struct mc_rr rr = {.owner = "Not.Canonical", .type = 1, .rdata = NULL};
	struct mc_message m = {.has_question = true, .name = "a..b"};
	struct mc_buf wire;

	mc_buf_init(&wire, 64);
	mc_buf_puts(&wire, "kept");
	ck_assert(!mc_message_write(&wire, &m));
	m = (struct mc_message){.answer = {&rr, 1}};
	ck_assert(!mc_message_write(&wire, &m));
	m = (struct mc_message){.answer = {&rr, MC_MESSAGE_RR_LIMIT + 1}};
	ck_assert(!mc_message_write(&wire, &m));
	ck_assert(!wire.failed);
	ck_assert_str_eq(mc_buf_text(&wire), "kept");
	mc_buf_free(&wire);
}
END_TEST

#define HEADER(questions, answers, authorities, additionals)                                       \
	"\0\1\x80\0\0" questions "\0" answers "\0" authorities "\0" additionals
#define OPT "\0\0\x29\2\0\0\0\0\0\0\0"

/* clang-format off */
static const struct message_case {
	const char *label, *bytes;
	size_t length;
	const char *hint; /* NULL: taken */
	size_t answers;
} cases[] = {
	{"header alone", BYTES(HEADER("\0", "\0", "\0", "\0")), NULL, 0},
	{"garbage behind", BYTES(HEADER("\0", "\0", "\0", "\0") "garbage"), NULL, 0},
	{"two questions", BYTES(HEADER("\2", "\0", "\0", "\0") "\0\0\1\0\1\1a\0\0\1\0\1"), NULL, 0},
	{"question missing", BYTES(HEADER("\1", "\0", "\0", "\0")), "question", 0},
	{"question looping", BYTES(HEADER("\1", "\0", "\0", "\0") "\xc0\x0c\0\1\0\1"), "question", 0},
	{"record missing", BYTES(HEADER("\0", "\1", "\0", "\0")), "owner", 0},
	{"a count of 4097", BYTES("\0\1\x80\0\0\0\x10\1\0\0\0\0"), "too many", 0},
	{"counts of 65535", BYTES("\0\1\x80\0\0\0\xff\xff\xff\xff\xff\xff"), "too many", 0},
	{"class CH", BYTES(HEADER("\0", "\1", "\0", "\0") "\0\0\1\0\3\0\0\0\0\0\4\1\2\3\4"), NULL, 0},
	{"class IN", BYTES(HEADER("\0", "\1", "\0", "\0") "\0\0\1\0\1\0\0\0\0\0\4\1\2\3\4"), NULL, 1},
	{"A of three octets", BYTES(HEADER("\0", "\1", "\0", "\0") "\0\0\1\0\1\0\0\0\0\0\3\1\2\3"),
		NULL, 1},
	{"rdata cut", BYTES(HEADER("\0", "\1", "\0", "\0") "\0\0\1\0\1\0\0\0\0\0\4\1\2\3"), "cut", 0},
	{"NS with octets behind", BYTES(HEADER("\0", "\1", "\0", "\0")
		"\0\0\2\0\1\0\0\0\0\0\4\1a\0\0"), "fit", 0},
	{"NS running out of its rdata", BYTES(HEADER("\0", "\1", "\0", "\0")
		"\0\0\2\0\1\0\0\0\0\0\2\1a\0"), "fit", 0},
	{"NS without a name", BYTES(HEADER("\0", "\1", "\0", "\0") "\0\0\2\0\1\0\0\0\0\0\0"), "fit", 0},
	{"NS pointing at itself", BYTES(HEADER("\0", "\1", "\0", "\0")
		"\0\0\2\0\1\0\0\0\0\0\2\xc0\x17"), "fit", 0},
	{"MX without a name", BYTES(HEADER("\0", "\1", "\0", "\0")
		"\0\0\x0f\0\1\0\0\0\0\0\2\0\1"), "fit", 0},
	{"SOA cut", BYTES(HEADER("\0", "\1", "\0", "\0")
		"\0\0\6\0\1\0\0\0\0\0\x15\0\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0"), "fit", 0},
	{"SOA", BYTES(HEADER("\0", "\1", "\0", "\0")
		"\0\0\6\0\1\0\0\0\0\0\x16\0\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\5"), NULL, 1},
	{"RRSIG kept as it is", BYTES(HEADER("\0", "\1", "\0", "\0")
		"\0\0\x2e\0\1\0\0\0\0\0\2\xc0\x00"), NULL, 1},
	{"OPT", BYTES(HEADER("\0", "\0", "\0", "\1") OPT), NULL, 0},
	{"two OPT", BYTES(HEADER("\0", "\0", "\0", "\2") OPT OPT), "two OPT", 0},
	{"OPT in the answer", BYTES(HEADER("\0", "\1", "\0", "\0") OPT), "additional", 0},
	{"OPT in the authority", BYTES(HEADER("\0", "\0", "\1", "\0") OPT), "additional", 0},
	{"OPT with an owner", BYTES(HEADER("\0", "\0", "\0", "\1") "\1a" OPT), "root", 0},
};
/* clang-format on */

START_TEST(shapes)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct message_case *c = &cases[i];
		struct mc_arena arena;
		struct mc_message message = {.id = 7};
		const char *reason;

		mc_arena_init(&arena, 0);
		reason = parse(&arena, c->bytes, c->length, &message);
		if (c->hint == NULL) {
			ck_assert_msg(reason == NULL, "%s: %s", c->label, reason);
			ck_assert_msg(message.answer.count == c->answers, "%s: %zu answers",
				c->label, message.answer.count);
			ck_assert_msg(!message.has_question, "%s: has a question", c->label);
		} else {
			ck_assert_msg(reason != NULL, "%s: taken", c->label);
			ck_assert_msg(strstr(reason, c->hint) != NULL, "%s: %s", c->label, reason);
			ck_assert_msg(message.id == 7, "%s: clobbered", c->label);
		}
		mc_arena_reset(&arena);
	}
}
END_TEST

START_TEST(too_long)
{
	static uint8_t bytes[65537] = {0};
	struct mc_arena arena;
	struct mc_message message;

	mc_arena_init(&arena, 0);
	ck_assert_ptr_null(mc_message_parse(&arena, bytes, 65535, &message));
	ck_assert_ptr_nonnull(mc_message_parse(&arena, bytes, 65536, &message));
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(rcode_names)
{
	char text[12];

	ck_assert_str_eq(mc_rcode_name(MC_RCODE_SERVFAIL, text), "SERVFAIL");
	ck_assert_str_eq(mc_rcode_name(16, text), "BADVERS");
	ck_assert_str_eq(mc_rcode_name(23, text), "RCODE23");
	ck_assert_str_eq(mc_rcode_name(4095, text), "RCODE4095");
}
END_TEST

START_TEST(out_of_memory)
{
	unsigned long made;

	for (unsigned long n = 1;; n++) {
		struct mc_arena arena;
		struct mc_message message = {.id = 7};
		const char *reason;

		mc_arena_init(&arena, 0);
		mc_alloc_fail_at(n);
		reason = mc_message_parse(
			&arena, (const uint8_t *)ANSWER, sizeof(ANSWER) - 1, &message);
		made = mc_alloc_count();
		mc_alloc_fail_at(0);
		mc_arena_reset(&arena);
		if (made < n)
			break;
		ck_assert_msg(reason != NULL && strcmp(reason, "out of memory") == 0, "%lu: %s", n,
			reason);
		ck_assert_uint_eq(message.id, 7);
	}
}
END_TEST

UNIT_MAIN("record message", answer, every_cut, every_cut_with_tc, query, write_refused, shapes,
	too_long, rcode_names, out_of_memory)
