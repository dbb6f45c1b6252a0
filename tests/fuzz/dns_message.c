/* Fuzz target: a DNS message; what was read is written, read again, and must be the same. */
#include <stdlib.h>
#include <string.h>

#include "record/dnssec.h"
#include "record/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
assert_same_set(const struct mc_rrset *a, const struct mc_rrset *b)
{
	if (a->count != b->count)
		abort();
	for (size_t i = 0; i < a->count; i++)
		if (mc_rr_compare(&a->rrs[i], &b->rrs[i]) != 0 || a->rrs[i].ttl != b->rrs[i].ttl)
			abort();
}

static void
assert_same(const struct mc_message *a, const struct mc_message *b)
{
	if (a->id != b->id || a->response != b->response || a->opcode != b->opcode ||
		a->authoritative != b->authoritative || a->truncated != b->truncated ||
		a->recursion_desired != b->recursion_desired ||
		a->recursion_available != b->recursion_available ||
		a->authentic_data != b->authentic_data ||
		a->checking_disabled != b->checking_disabled || a->rcode != b->rcode ||
		a->has_question != b->has_question || strcmp(a->name, b->name) != 0 ||
		a->type != b->type || a->class != b->class || a->edns != b->edns ||
		a->udp_size != b->udp_size || a->dnssec_ok != b->dnssec_ok)
		abort();
	assert_same_set(&a->answer, &b->answer);
	assert_same_set(&a->authority, &b->authority);
	assert_same_set(&a->additional, &b->additional);
}

static void
read_dnssec(const struct mc_rr *rr)
{
	struct mc_ds ds;
	struct mc_dnskey key;
	struct mc_rrsig signature;
	struct mc_srv srv;

	(void)mc_rr_ds(rr, &ds);
	(void)mc_rr_dnskey(rr, &key);
	(void)mc_rr_rrsig(rr, 1795000000000, &signature);
	(void)mc_dnskey_tag(rr->rdata, rr->rdlength);
	(void)mc_rr_srv(rr, &srv);
}

static void
read_fields(struct mc_arena *arena, const struct mc_rrset *set)
{
	char name[MC_NAME_TEXT_SIZE];
	struct mc_address address;
	uint16_t preference;
	size_t length;

	for (size_t i = 0; i < set->count; i++) {
		const char *text = mc_rr_text(arena, &set->rrs[i]);
		struct mc_rr_error error;
		struct mc_rr again;

		(void)mc_rr_address(&set->rrs[i], &address);
		(void)mc_rr_mx(&set->rrs[i], &preference, name);
		(void)mc_rr_target(&set->rrs[i], name);
		(void)mc_rr_txt(arena, &set->rrs[i], &length);
		read_dnssec(&set->rrs[i]);
		if (arena->failed)
			return;
		if (!mc_rr_parse(arena, text, NULL, 0, &again, &error)) {
			if (strstr(error.reason, "published") == NULL && !arena->failed)
				abort();
		} else if (mc_rr_compare(&set->rrs[i], &again) != 0) {
			abort();
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mc_arena arena;
	struct mc_message message, again;
	struct mc_buf wire;

	mc_arena_init(&arena, 0);
	mc_buf_init(&wire, SIZE_MAX);
	if (mc_message_parse(&arena, data, size, &message) == NULL) {
		if (mc_message_write(&wire, &message)) {
			if (mc_message_parse(&arena, wire.data, wire.length, &again) != NULL) {
				if (!arena.failed)
					abort();
			} else {
				assert_same(&message, &again);
			}
		}
		read_fields(&arena, &message.answer);
		read_fields(&arena, &message.authority);
		read_fields(&arena, &message.additional);
	}
	mc_buf_free(&wire);
	mc_arena_reset(&arena);
	return 0;
}
