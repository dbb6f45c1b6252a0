/*
 * message: DNS messages read, bounded, into records that stand alone, and written.
 */
#include "record/message.h"

#include <stdio.h>
#include <string.h>

#include "record/rr_field.h"

#define HEADER_SIZE 12
#define RR_SIZE_MIN 11 /* root owner, type, class, TTL, rdlength */
#define MESSAGE_SIZE_MAX 65535
#define CLASS_IN 1
#define TTL_MAX 0x7FFFFFFFU
#define EDNS_DO 0x8000U

#define FLAG_QR 0x8000U
#define FLAG_AA 0x0400U
#define FLAG_TC 0x0200U
#define FLAG_RD 0x0100U
#define FLAG_RA 0x0080U
#define FLAG_AD 0x0020U
#define FLAG_CD 0x0010U

static const char out_of_memory[] = "out of memory";

struct parser {
	struct mc_arena *arena;
	const uint8_t *bytes;
	size_t length, offset;
	struct mc_message *message;
	const char *owner; /* of the record before: mostly the same */
	char *name;        /* room for MC_NAME_TEXT_SIZE */
	struct mc_buf rdata;
};

struct raw_rr {
	const char *owner; /* in the parser or the message, until the next one is read */
	uint16_t type, class, rdlength;
	uint32_t ttl;
	size_t rdata; /* offset */
};

/* clang-format off */
static const struct rcode {
	int rcode;
	const char *name;
} rcodes[] = {
	{MC_RCODE_NOERROR, "NOERROR"},   {MC_RCODE_FORMERR, "FORMERR"},
	{MC_RCODE_SERVFAIL, "SERVFAIL"}, {MC_RCODE_NXDOMAIN, "NXDOMAIN"},
	{MC_RCODE_NOTIMP, "NOTIMP"},     {MC_RCODE_REFUSED, "REFUSED"},
	{6, "YXDOMAIN"}, {7, "YXRRSET"}, {8, "NXRRSET"}, {9, "NOTAUTH"}, {10, "NOTZONE"},
	{16, "BADVERS"},
};
/* clang-format on */

const char *
mc_rcode_name(int rcode, char text[12])
{
	for (size_t i = 0; i < sizeof(rcodes) / sizeof(rcodes[0]); i++)
		if (rcodes[i].rcode == rcode)
			return rcodes[i].name;
	snprintf(text, 12, "RCODE%u", (unsigned)rcode & 0xFFFF);
	return text;
}

static uint16_t
read_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t
read_u32(const uint8_t *p)
{
	return (uint32_t)read_u16(p) << 16 | read_u16(p + 2);
}

static void
parse_flags(struct mc_message *message, uint16_t flags)
{
	message->response = (flags & FLAG_QR) != 0;
	message->opcode = flags >> 11 & 15;
	message->authoritative = (flags & FLAG_AA) != 0;
	message->truncated = (flags & FLAG_TC) != 0;
	message->recursion_desired = (flags & FLAG_RD) != 0;
	message->recursion_available = (flags & FLAG_RA) != 0;
	message->authentic_data = (flags & FLAG_AD) != 0;
	message->checking_disabled = (flags & FLAG_CD) != 0;
	message->rcode = flags & 15;
}

static const char *
parse_questions(struct parser *p, uint16_t count)
{
	struct mc_message *message = p->message;

	message->name = ".";
	for (uint16_t i = 0; i < count; i++) {
		p->offset = mc_name_from_wire(p->bytes, p->length, p->offset, p->name);
		if (p->offset == 0 || p->length - p->offset < 4)
			return "the question is malformed";
		message->type = read_u16(p->bytes + p->offset);
		message->class = read_u16(p->bytes + p->offset + 2);
		p->offset += 4;
	}
	if (count != 1) {
		message->type = message->class = 0;
		return NULL;
	}
	message->has_question = true;
	message->name = mc_arena_memdup(p->arena, p->name, strlen(p->name));
	p->owner = message->name;
	return message->name == NULL ? out_of_memory : NULL;
}

/* Mostly a pointer to the question. */
static size_t
parse_owner(struct parser *p, const char **ret_owner)
{
	const uint8_t *at = p->bytes + p->offset;

	if (p->message->has_question && p->length - p->offset >= 2 && at[0] == 0xC0 &&
		at[1] == HEADER_SIZE) {
		*ret_owner = p->message->name;
		return p->offset + 2;
	}
	*ret_owner = p->name;
	return mc_name_from_wire(p->bytes, p->length, p->offset, p->name);
}

static const char *
parse_raw(struct parser *p, struct raw_rr *rr)
{
	const uint8_t *fixed;
	size_t offset = parse_owner(p, &rr->owner);

	if (offset == 0)
		return "the owner name of a record is malformed";
	if (p->length - offset < RR_SIZE_MIN - 1)
		return "a record is cut short";
	fixed = p->bytes + offset;
	rr->type = read_u16(fixed);
	rr->class = read_u16(fixed + 2);
	rr->ttl = read_u32(fixed + 4);
	rr->rdlength = read_u16(fixed + 8);
	rr->rdata = offset + RR_SIZE_MIN - 1;
	if (p->length - rr->rdata < rr->rdlength)
		return "the data of a record is cut short";
	p->offset = rr->rdata + rr->rdlength;
	return NULL;
}

static const char *
take_opt(struct mc_message *message, const struct raw_rr *rr, const struct mc_rrset *section)
{
	if (section != &message->additional)
		return "an OPT record is outside the additional section";
	if (message->edns)
		return "the message holds two OPT records";
	if (strcmp(rr->owner, ".") != 0)
		return "the OPT record is not owned by the root";
	message->edns = true;
	message->udp_size = rr->class;
	message->rcode |= (int)(rr->ttl >> 24) << 4;
	message->dnssec_ok = (rr->ttl & EDNS_DO) != 0;
	return NULL;
}

/* The data as a record has it: no names in it are compressed. */
static const char *
take_rdata(struct parser *p, const struct raw_rr *raw, struct mc_rr *rr)
{
	const uint8_t *data = p->bytes + raw->rdata;
	size_t length = raw->rdlength;

	if (mc_rr_field_has_name(raw->type)) {
		mc_buf_clear(&p->rdata);
		if (!mc_rr_field_expand(
			    &p->rdata, raw->type, p->bytes, p->length, raw->rdata, raw->rdlength))
			return p->rdata.failed ? out_of_memory
					       : "the data of a record does not fit its type";
		data = p->rdata.data;
		length = p->rdata.length;
	}
	rr->rdata = mc_arena_memdup(p->arena, data, length);
	rr->rdlength = (uint16_t)length;
	return rr->rdata != NULL ? NULL : out_of_memory;
}

static const char *
take_rr(struct parser *p, const struct raw_rr *raw, struct mc_rrset *section)
{
	struct mc_rr *rr = &section->rrs[section->count];
	const char *reason = take_rdata(p, raw, rr);

	if (reason != NULL)
		return reason;
	if (p->owner == NULL || strcmp(p->owner, raw->owner) != 0)
		p->owner = mc_arena_memdup(p->arena, raw->owner, strlen(raw->owner));
	rr->owner = p->owner;
	rr->type = raw->type;
	rr->ttl = raw->ttl > TTL_MAX ? 0 : raw->ttl; /* RFC 2181, 8 */
	if (rr->owner == NULL)
		return out_of_memory;
	section->count++;
	return NULL;
}

/* A message cut by TC may end anywhere: what is whole counts. */
static const char *
parse_section(struct parser *p, uint16_t count, struct mc_rrset *section)
{
	size_t room = (p->length - p->offset) / RR_SIZE_MIN;
	struct raw_rr raw;
	const char *reason;

	if (room > count)
		room = count;
	section->rrs = mc_arena_calloc(p->arena, room, sizeof(*section->rrs));
	if (section->rrs == NULL)
		return out_of_memory;
	for (size_t i = 0; i < count; i++) {
		reason = parse_raw(p, &raw);
		if (reason != NULL) {
			if (!p->message->truncated)
				return reason;
			p->offset = p->length;
			return NULL;
		}
		if (raw.type == MC_RR_OPT)
			reason = take_opt(p->message, &raw, section);
		else if (raw.class == CLASS_IN)
			reason = take_rr(p, &raw, section);
		if (reason != NULL)
			return reason;
	}
	return NULL;
}

static const char *
parse_body(struct parser *p)
{
	struct mc_message *message = p->message;
	struct mc_rrset *sections[] = {&message->answer, &message->authority, &message->additional};
	size_t total = 0;
	const char *reason;

	for (size_t i = 0; i < 3; i++)
		total += read_u16(p->bytes + 6 + 2 * i);
	if (total > MC_MESSAGE_RR_LIMIT)
		return "the message holds too many records";
	reason = parse_questions(p, read_u16(p->bytes + 4));
	for (size_t i = 0; reason == NULL && i < 3; i++)
		reason = parse_section(p, read_u16(p->bytes + 6 + 2 * i), sections[i]);
	return reason;
}

const char *
mc_message_parse(
	struct mc_arena *arena, const uint8_t *bytes, size_t length, struct mc_message *ret_message)
{
	char name[MC_NAME_TEXT_SIZE];
	struct mc_message message = {0};
	struct parser p = {.arena = arena,
		.bytes = bytes,
		.length = length,
		.offset = HEADER_SIZE,
		.message = &message,
		.name = name};
	const char *reason;

	if (length < HEADER_SIZE)
		return "the message is shorter than its header";
	if (length > MESSAGE_SIZE_MAX)
		return "the message is longer than 65535 octets";
	message.id = read_u16(bytes);
	parse_flags(&message, read_u16(bytes + 2));
	mc_buf_init(&p.rdata, MESSAGE_SIZE_MAX);
	reason = parse_body(&p);
	mc_buf_free(&p.rdata);
	if (reason == NULL)
		*ret_message = message;
	return reason;
}

static uint16_t
flags_of(const struct mc_message *message)
{
	unsigned flags = (message->opcode & 15U) << 11 | ((unsigned)message->rcode & 15U);

	flags |= message->response ? FLAG_QR : 0;
	flags |= message->authoritative ? FLAG_AA : 0;
	flags |= message->truncated ? FLAG_TC : 0;
	flags |= message->recursion_desired ? FLAG_RD : 0;
	flags |= message->recursion_available ? FLAG_RA : 0;
	flags |= message->authentic_data ? FLAG_AD : 0;
	flags |= message->checking_disabled ? FLAG_CD : 0;
	return (uint16_t)flags;
}

static void
write_opt(struct mc_buf *buf, const struct mc_message *message)
{
	uint32_t ttl = ((uint32_t)message->rcode >> 4 & 0xFF) << 24;

	mc_buf_putc(buf, '\0');
	mc_buf_u16(buf, MC_RR_OPT);
	mc_buf_u16(buf, message->udp_size);
	mc_buf_u32(buf, message->dnssec_ok ? ttl | EDNS_DO : ttl);
	mc_buf_u16(buf, 0);
}

static bool
write_section(struct mc_buf *buf, const struct mc_rrset *section)
{
	for (size_t i = 0; i < section->count; i++) {
		const struct mc_rr *rr = &section->rrs[i];

		if (!mc_name_to_wire(rr->owner, buf))
			return false;
		mc_buf_u16(buf, rr->type);
		mc_buf_u16(buf, CLASS_IN);
		mc_buf_u32(buf, rr->ttl);
		mc_buf_u16(buf, rr->rdlength);
		mc_buf_append(buf, rr->rdata, rr->rdlength);
	}
	return true;
}

static bool
write_body(struct mc_buf *buf, const struct mc_message *message)
{
	mc_buf_u16(buf, message->id);
	mc_buf_u16(buf, flags_of(message));
	mc_buf_u16(buf, message->has_question ? 1 : 0);
	mc_buf_u16(buf, (uint16_t)message->answer.count);
	mc_buf_u16(buf, (uint16_t)message->authority.count);
	mc_buf_u16(buf, (uint16_t)(message->additional.count + (message->edns ? 1 : 0)));
	if (message->has_question) {
		if (!mc_name_to_wire(message->name, buf))
			return false;
		mc_buf_u16(buf, message->type);
		mc_buf_u16(buf, message->class);
	}
	if (!write_section(buf, &message->answer) || !write_section(buf, &message->authority) ||
		!write_section(buf, &message->additional))
		return false;
	if (message->edns)
		write_opt(buf, message);
	return true;
}

bool
mc_message_write(struct mc_buf *buf, const struct mc_message *message)
{
	size_t start = buf->length;

	if (message->answer.count > MC_MESSAGE_RR_LIMIT ||
		message->authority.count > MC_MESSAGE_RR_LIMIT ||
		message->additional.count > MC_MESSAGE_RR_LIMIT)
		return false;
	if (write_body(buf, message) && !buf->failed && buf->length - start <= MESSAGE_SIZE_MAX)
		return true;
	buf->length = start;
	return false;
}
