/*
 * rr_text: a record as zone-file text that mc_rr_parse() reads back. Rdata that does not fit
 * its type is written in the form of RFC 3597.
 */
#include <string.h>

#include "base/base64.h"
#include "base/buf.h"
#include "record/rr.h"
#include "record/rr_field.h"

#define TEXT_LIMIT ((size_t)1 << 20) /* rdata is 64 KiB, a byte at most four characters */

struct reader {
	const uint8_t *bytes;
	size_t left;
};

/* Canonical names hold no blanks; what else means something in a zone file is escaped. */
static void
put_name(struct mc_buf *out, const char *name)
{
	for (const char *p = name; *p != '\0'; p++) {
		if (strchr("\"();@$", *p) != NULL)
			mc_buf_putc(out, '\\');
		mc_buf_putc(out, *p);
		if (*p == '\\' && p[1] != '\0')
			mc_buf_putc(out, *++p);
	}
	if (strcmp(name, ".") != 0)
		mc_buf_putc(out, '.');
}

static void
put_quoted(struct mc_buf *out, const uint8_t *bytes, size_t length)
{
	mc_buf_putc(out, '"');
	for (size_t i = 0; i < length; i++) {
		uint8_t c = bytes[i];

		if (c < ' ' || c > '~')
			mc_buf_printf(out, "\\%03u", c);
		else if (c == '"' || c == '\\')
			mc_buf_printf(out, "\\%c", c);
		else
			mc_buf_putc(out, (char)c);
	}
	mc_buf_putc(out, '"');
}

static void
put_hex(struct mc_buf *out, const uint8_t *bytes, size_t length)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < length; i++) {
		mc_buf_putc(out, hex[bytes[i] >> 4]);
		mc_buf_putc(out, hex[bytes[i] & 15]);
	}
}

static void
put_address(struct mc_buf *out, uint8_t family, const uint8_t *bytes, size_t size)
{
	struct mc_address address = {.family = family};
	char text[MC_ADDRESS_SIZE];

	memcpy(address.bytes, bytes, size);
	mc_address_format(text, &address);
	mc_buf_puts(out, text);
}

/* Number or address: a field of fixed size. */
static bool
write_fixed(struct mc_buf *out, enum mc_rr_field field, struct reader *in)
{
	size_t size = mc_rr_field_size(field);
	uint32_t value = 0;

	if (size > in->left)
		return false;
	if (field == MC_FIELD_IPV4 || field == MC_FIELD_IPV6) {
		put_address(out, field == MC_FIELD_IPV4 ? 4 : 6, in->bytes, size);
	} else {
		for (size_t i = 0; i < size; i++)
			value = value << 8 | in->bytes[i];
		mc_buf_printf(out, "%u", value);
	}
	in->bytes += size;
	in->left -= size;
	return true;
}

static bool
write_name(struct mc_buf *out, struct reader *in)
{
	char name[MC_NAME_TEXT_SIZE];
	size_t length = mc_name_wire_length(in->bytes, in->left);

	if (length == 0 || mc_name_from_wire(in->bytes, length, 0, name) == 0)
		return false;
	put_name(out, name);
	in->bytes += length;
	in->left -= length;
	return true;
}

static bool
write_strings(struct mc_buf *out, struct reader *in)
{
	const char *blank = "";

	if (in->left == 0)
		return false;
	for (; in->left > 0; blank = " ") {
		size_t length = in->bytes[0];

		if (length >= in->left)
			return false;
		mc_buf_puts(out, blank);
		put_quoted(out, in->bytes + 1, length);
		in->bytes += length + 1;
		in->left -= length + 1;
	}
	return true;
}

static bool
write_tag(struct mc_buf *out, struct reader *in)
{
	size_t length = in->left > 0 ? in->bytes[0] : 0;

	if (length == 0 || length >= in->left)
		return false;
	for (size_t i = 1; i <= length; i++) {
		uint8_t c = in->bytes[i];

		if (!((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')))
			return false;
	}
	mc_buf_append(out, in->bytes + 1, length);
	in->bytes += length + 1;
	in->left -= length + 1;
	return true;
}

static bool
write_rest(struct mc_buf *out, enum mc_rr_field field, struct reader *in)
{
	if (field != MC_FIELD_VALUE && in->left == 0)
		return false;
	if (field == MC_FIELD_VALUE)
		put_quoted(out, in->bytes, in->left);
	else if (field == MC_FIELD_HEX)
		put_hex(out, in->bytes, in->left);
	else
		mc_base64_encode(out, in->bytes, in->left);
	in->left = 0;
	return true;
}

static bool
write_field(struct mc_buf *out, enum mc_rr_field field, struct reader *in)
{
	switch (field) {
	case MC_FIELD_NAME:
		return write_name(out, in);
	case MC_FIELD_STRINGS:
		return write_strings(out, in);
	case MC_FIELD_TAG:
		return write_tag(out, in);
	case MC_FIELD_VALUE:
	case MC_FIELD_HEX:
	case MC_FIELD_BASE64:
		return write_rest(out, field, in);
	default:
		return write_fixed(out, field, in);
	}
}

static bool
write_fields(struct mc_buf *out, const struct mc_rr *rr)
{
	const enum mc_rr_field *field = mc_rr_field_list(rr->type);
	struct reader in = {rr->rdata, rr->rdlength};

	if (field == NULL)
		return false;
	for (bool first = true; *field != MC_FIELD_END; field++, first = false) {
		if (!first)
			mc_buf_putc(out, ' ');
		if (!write_field(out, *field, &in))
			return false;
	}
	return in.left == 0;
}

static void
write_rdata(struct mc_buf *out, const struct mc_rr *rr)
{
	size_t start = out->length;

	if (write_fields(out, rr) || out->failed)
		return;
	out->length = start;
	mc_buf_printf(out, "\\# %u", rr->rdlength);
	if (rr->rdlength > 0)
		mc_buf_putc(out, ' ');
	put_hex(out, rr->rdata, rr->rdlength);
}

static const char *
finish(struct mc_arena *arena, struct mc_buf *out)
{
	const char *text = "";

	if (out->failed)
		arena->failed = true;
	else
		text = mc_arena_strdup(arena, mc_buf_text(out));
	mc_buf_free(out);
	return text;
}

const char *
mc_rr_text(struct mc_arena *arena, const struct mc_rr *rr)
{
	struct mc_buf out;
	char type[10];

	mc_buf_init(&out, TEXT_LIMIT);
	put_name(&out, rr->owner);
	mc_buf_printf(&out, " %u IN %s ", rr->ttl, mc_rr_type_name(rr->type, type));
	write_rdata(&out, rr);
	return finish(arena, &out);
}

const char *
mc_rr_rdata_text(struct mc_arena *arena, const struct mc_rr *rr)
{
	struct mc_buf out;

	mc_buf_init(&out, TEXT_LIMIT);
	write_rdata(&out, rr);
	return finish(arena, &out);
}
