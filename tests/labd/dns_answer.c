/*
 * dns_answer: authoritative for the zones of the scenario, refuses the rest. The root has no
 * data but exists.
 */
#include "dns_answer.h"

#include <string.h>

#define CHAIN_LIMIT 16 /* aliases followed */
#define ANSWER_LIMIT 1024
#define HEADER_SIZE 12
#define UDP_PLAIN 512
#define UDP_LARGEST 1232
#define CLASS_IN 1
#define TYPE_ANY 255
#define TYPE_IXFR 251 /* and AXFR, ...: 251 to 254 */
#define GARBAGE_SIZE 40

struct composer {
	const struct zones *zones;
	struct mc_message *message;
	size_t room; /* for answers */
};

static bool
add_answers(struct composer *c, const struct mc_rr *rrs, size_t count)
{
	struct mc_rrset *answer = &c->message->answer;

	for (size_t i = 0; i < count && answer->count < c->room; i++)
		answer->rrs[answer->count++] = rrs[i];
	return count > 0;
}

static void
add_soa(struct composer *c, const struct zone *zone)
{
	c->message->authority.rrs[0] = zone->soa;
	c->message->authority.count = 1;
}

/* One name of the chain; true when it is an alias to be followed. */
static bool
look_up(struct composer *c, const struct zone *zone, const char *name, char next[MC_NAME_TEXT_SIZE])
{
	uint16_t type = c->message->type == TYPE_ANY ? 0 : c->message->type;
	const struct mc_rr *rrs;
	size_t count = zone_find(c->zones, name, type, &rrs);

	if (add_answers(c, rrs, count))
		return false;
	count = zone_find(c->zones, name, MC_RR_CNAME, &rrs);
	if (add_answers(c, rrs, count > 0 ? 1 : 0))
		return mc_rr_target(rrs, next);
	if (!zone_exists(c->zones, name) && strcmp(name, zone->name) != 0)
		c->message->rcode = MC_RCODE_NXDOMAIN;
	add_soa(c, zone);
	return false;
}

/* An alias that leads back to where the chain was. */
static bool
is_loop(const struct composer *c, const char *name)
{
	for (size_t i = 0; i < c->message->answer.count; i++)
		if (strcmp(c->message->answer.rrs[i].owner, name) == 0)
			return true;
	return false;
}

static void
follow(struct composer *c)
{
	char name[MC_NAME_TEXT_SIZE], next[MC_NAME_TEXT_SIZE];
	const struct zone *zone;

	strcpy(name, c->message->name);
	for (unsigned links = 0; links < CHAIN_LIMIT; links++) {
		zone = zone_of(c->zones, name);
		if (zone == NULL) {
			if (links == 0 && strcmp(name, ".") != 0)
				c->message->rcode = MC_RCODE_REFUSED;
			return;
		}
		if (!look_up(c, zone, name, next) || is_loop(c, next))
			return;
		strcpy(name, next);
	}
}

static bool
prepare(struct mc_arena *arena, const struct mc_message *query, struct mc_message *reply)
{
	*reply = (struct mc_message){.id = query->id,
		.response = true,
		.authoritative = true,
		.recursion_desired = query->recursion_desired,
		.recursion_available = query->recursion_desired,
		.checking_disabled = query->checking_disabled,
		.opcode = query->opcode,
		.has_question = query->has_question,
		.name = query->name,
		.type = query->type,
		.class = query->class,
		.edns = query->edns,
		.udp_size = UDP_LARGEST,
		.dnssec_ok = query->edns && query->dnssec_ok};
	reply->answer.rrs = mc_arena_calloc(arena, ANSWER_LIMIT, sizeof(struct mc_rr));
	reply->authority.rrs = mc_arena_calloc(arena, 1, sizeof(struct mc_rr));
	return reply->answer.rrs != NULL && reply->authority.rrs != NULL;
}

/* What a good server says. */
static void
compose(const struct zones *zones, const struct mc_message *query, struct mc_message *reply)
{
	struct composer c = {zones, reply, ANSWER_LIMIT};

	if (query->opcode != 0)
		reply->rcode = MC_RCODE_NOTIMP;
	else if (!query->has_question)
		reply->rcode = MC_RCODE_FORMERR;
	else if (query->class != CLASS_IN || (query->type >= TYPE_IXFR && query->type < TYPE_ANY))
		reply->rcode = MC_RCODE_REFUSED;
	else
		follow(&c);
	reply->authoritative =
		reply->rcode == MC_RCODE_NOERROR || reply->rcode == MC_RCODE_NXDOMAIN;
}

/* The deviation for this question; NULL: none. */
static const struct answer *
find_rule(const struct dns_question *question, const struct mc_message *query)
{
	for (struct answer *a = question->server->answers; a != NULL; a = a->next) {
		if ((a->name != NULL && strcmp(a->name, query->name) != 0) ||
			(a->type != 0 && a->type != query->type) ||
			(a->transport != TRANSPORT_ANY && a->transport != question->transport))
			continue;
		if (a->first == 0 || a->seen++ < a->first)
			return a;
	}
	return NULL;
}

static void
empty(struct mc_message *reply)
{
	reply->answer.count = 0;
	reply->authority.count = 0;
}

static void
bend(const struct answer *rule, int transport, const struct mc_message *query,
	struct mc_message *reply)
{
	int rcode = rule->no_edns && query->edns ? MC_RCODE_FORMERR : rule->rcode;

	if (rcode >= 0) {
		reply->rcode = rcode;
		reply->authoritative = rcode == MC_RCODE_NXDOMAIN;
	}
	if (rule->no_edns)
		reply->edns = false;
	if (rule->not_authoritative)
		reply->authoritative = false;
	reply->truncated = rule->truncated || (rule->tcp_only && transport == TRANSPORT_UDP);
	if (rcode >= 0 || reply->truncated || rule->empty)
		empty(reply);
}

/* The letters of the question come back in the case they had. */
static void
keep_case(const struct dns_question *question, struct mc_buf *wire)
{
	size_t length =
		mc_name_wire_length(question->bytes + HEADER_SIZE, question->length - HEADER_SIZE);

	if (length > 0 && length <= wire->length - HEADER_SIZE)
		memcpy(wire->data + HEADER_SIZE, question->bytes + HEADER_SIZE, length);
}

static bool
write(const struct dns_question *question, const struct mc_message *query, struct mc_message *reply,
	struct mc_buf *wire)
{
	size_t limit = query->edns && query->udp_size > UDP_PLAIN ? query->udp_size : UDP_PLAIN;

	if (limit > UDP_LARGEST)
		limit = UDP_LARGEST;
	if (!mc_message_write(wire, reply))
		return false;
	if (question->transport == TRANSPORT_UDP && wire->length > limit) {
		mc_buf_clear(wire);
		reply->truncated = true;
		empty(reply);
		if (!mc_message_write(wire, reply))
			return false;
	}
	if (reply->has_question)
		keep_case(question, wire);
	return true;
}

/* Deviations that no message has a field for. */
static void
spoil(const struct answer *rule, struct mc_buf *wire)
{
	if (rule->wrong_id)
		wire->data[0] ^= 0x55;
	if (rule->wrong_question && wire->length > HEADER_SIZE + 1 && wire->data[HEADER_SIZE] > 0)
		wire->data[HEADER_SIZE + 1] = wire->data[HEADER_SIZE + 1] == 'z' ? 'y' : 'z';
	if (!rule->garbage)
		return;
	wire->length = 2;
	for (unsigned i = 0; i < GARBAGE_SIZE; i++)
		mc_buf_putc(wire, (char)0xFF);
}

static bool
answer_query(const struct dns_question *question, struct mc_arena *arena,
	const struct mc_message *query, struct mc_buf *wire, unsigned *ret_delay)
{
	const struct answer *rule = query->has_question ? find_rule(question, query) : NULL;
	struct mc_message reply;

	if ((rule != NULL && rule->drop) || !prepare(arena, query, &reply))
		return false;
	compose(question->zones, query, &reply);
	if (rule != NULL)
		bend(rule, question->transport, query, &reply);
	if (!write(question, query, &reply, wire))
		return false;
	if (rule != NULL)
		spoil(rule, wire);
	*ret_delay = rule != NULL ? rule->delay : 0;
	return !wire->failed;
}

const char *
dns_question_text(struct mc_arena *arena, const uint8_t *bytes, size_t length)
{
	struct mc_message query;
	char type[10];
	const char *reason = mc_message_parse(arena, bytes, length, &query);

	if (reason != NULL)
		return reason;
	return mc_arena_printf(arena, "%s %s", query.name, mc_rr_type_name(query.type, type));
}

bool
dns_answer(const struct dns_question *question, struct mc_buf *wire, unsigned *ret_delay)
{
	struct mc_message query;
	struct mc_arena arena;
	bool ok = false;

	if (question->length < HEADER_SIZE || (question->bytes[2] & 0x80) != 0)
		return false;
	mc_arena_init(&arena, 0);
	*ret_delay = 0;
	if (mc_message_parse(&arena, question->bytes, question->length, &query) != NULL)
		query = (struct mc_message){
			.id = (uint16_t)(question->bytes[0] << 8 | question->bytes[1]),
			.name = "."};
	ok = answer_query(question, &arena, &query, wire, ret_delay);
	mc_arena_reset(&arena);
	return ok;
}
