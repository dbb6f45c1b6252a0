/*
 * name: domain names between presentation format, canonical text and the wire.
 */
#include "record/name.h"

#include <string.h>

#define LABEL_MAX 63
#define POINTER_LIMIT 128 /* more labels than that no name has */

struct wire {
	uint8_t bytes[MC_NAME_WIRE_SIZE];
	size_t length;
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* One octet of a label, escaped or not; returns the text behind it, NULL for a bad escape. */
static const char *
read_octet(const char *p, uint8_t *ret_octet)
{
	int value;

	if (p[0] != '\\') {
		*ret_octet = (uint8_t)p[0];
		return p + 1;
	}
	if (p[1] == '\0')
		return NULL;
	if (!is_digit(p[1])) {
		*ret_octet = (uint8_t)p[1];
		return p + 2;
	}
	if (!is_digit(p[2]) || !is_digit(p[3]))
		return NULL;
	value = (p[1] - '0') * 100 + (p[2] - '0') * 10 + (p[3] - '0');
	if (value > 255)
		return NULL;
	*ret_octet = (uint8_t)value;
	return p + 4;
}

static uint8_t
fold(uint8_t octet)
{
	return octet >= 'A' && octet <= 'Z' ? (uint8_t)(octet + ('a' - 'A')) : octet;
}

/* One label of `text` onto the wire; room is always left for the root label. */
static const char *
read_label(const char **text, struct wire *wire)
{
	const char *p = *text;
	size_t head = wire->length++, octets = 0;
	uint8_t octet;

	while (*p != '\0' && *p != '.') {
		p = read_octet(p, &octet);
		if (p == NULL)
			return "the name holds a backslash that is no \\DDD or \\X escape";
		if (++octets > LABEL_MAX)
			return "a label of the name is longer than 63 octets";
		if (wire->length >= MC_NAME_WIRE_SIZE - 1)
			return "the name is longer than 255 octets";
		wire->bytes[wire->length++] = fold(octet);
	}
	if (octets == 0)
		return "the name holds an empty label";
	wire->bytes[head] = (uint8_t)octets;
	*text = p;
	return NULL;
}

/* The labels of `text`, not yet ended by the root label. */
static const char *
read_labels(const char *text, struct wire *wire, bool *ret_absolute)
{
	const char *reason;

	wire->length = 0;
	*ret_absolute = false;
	if (*text == '\0')
		return "the name is empty";
	if (strcmp(text, ".") == 0) {
		*ret_absolute = true;
		return NULL;
	}
	while (*text != '\0') {
		if (wire->length >= MC_NAME_WIRE_SIZE - 1)
			return "the name is longer than 255 octets";
		reason = read_label(&text, wire);
		if (reason != NULL)
			return reason;
		if (*text == '.') {
			text++;
			*ret_absolute = *text == '\0';
		}
	}
	return NULL;
}

/* Ends the name with the labels of a canonical one and the root. */
static const char *
complete(struct wire *wire, const char *origin)
{
	struct wire tail;
	bool absolute;
	const char *reason = read_labels(origin, &tail, &absolute);

	if (reason != NULL)
		return reason;
	if (wire->length + tail.length + 1 > MC_NAME_WIRE_SIZE)
		return "the name is longer than 255 octets";
	memcpy(wire->bytes + wire->length, tail.bytes, tail.length);
	wire->length += tail.length;
	wire->bytes[wire->length++] = 0;
	return NULL;
}

static char *
write_decimal(char *text, uint8_t octet)
{
	*text++ = '\\';
	*text++ = (char)('0' + octet / 100);
	*text++ = (char)('0' + octet / 10 % 10);
	*text++ = (char)('0' + octet % 10);
	return text;
}

static char *
write_octet(char *text, uint8_t octet)
{
	if (octet <= ' ' || octet > '~')
		return write_decimal(text, octet);
	if (octet == '.' || octet == '\\')
		*text++ = '\\';
	*text++ = (char)octet;
	return text;
}

static void
write_name(const struct wire *wire, char name[MC_NAME_TEXT_SIZE])
{
	char *p = name;
	size_t i = 0;

	while (wire->bytes[i] != 0) {
		size_t end = i + 1 + wire->bytes[i];

		if (p != name)
			*p++ = '.';
		if (wire->bytes[i] == 1 && wire->bytes[i + 1] == '@')
			p = write_decimal(p, wire->bytes[++i]);
		for (i++; i < end; i++)
			p = write_octet(p, wire->bytes[i]);
	}
	if (p == name)
		*p++ = '.';
	*p = '\0';
}

const char *
mc_name_canonical(const char *text, const char *origin, char ret_name[MC_NAME_TEXT_SIZE])
{
	struct wire wire = {.length = 0};
	bool absolute = false;
	const char *reason = strcmp(text, "@") == 0 ? NULL : read_labels(text, &wire, &absolute);

	if (reason == NULL)
		reason = complete(&wire, absolute || origin == NULL ? "." : origin);
	if (reason == NULL)
		write_name(&wire, ret_name);
	return reason;
}

bool
mc_name_to_wire(const char *name, struct mc_buf *wire)
{
	struct wire octets;
	char again[MC_NAME_TEXT_SIZE];
	bool absolute;

	if (read_labels(name, &octets, &absolute) != NULL || complete(&octets, ".") != NULL)
		return false;
	write_name(&octets, again);
	if (strcmp(again, name) != 0)
		return false;
	return mc_buf_append(wire, octets.bytes, octets.length);
}

/* Uncompressed, and folded. Returns the offset behind the name, or 0 when it is malformed. */
static size_t
read_wire(const uint8_t *message, size_t length, size_t offset, struct wire *wire)
{
	size_t end = 0, lowest = offset, pointers = 0;

	while (offset < length && message[offset] != 0) {
		size_t octets = message[offset];

		if (octets > LABEL_MAX) {
			if (octets < 0xC0 || length - offset < 2 || ++pointers > POINTER_LIMIT)
				return 0;
			if (end == 0)
				end = offset + 2;
			offset = (octets & 0x3F) << 8 | message[offset + 1];
			if (offset >= lowest)
				return 0;
			lowest = offset;
			continue;
		}
		if (octets >= length - offset || wire->length + octets + 2 > MC_NAME_WIRE_SIZE)
			return 0;
		wire->bytes[wire->length++] = (uint8_t)octets;
		for (size_t i = 1; i <= octets; i++)
			wire->bytes[wire->length++] = fold(message[offset + i]);
		offset += octets + 1;
	}
	if (offset >= length)
		return 0;
	wire->bytes[wire->length++] = 0;
	return end != 0 ? end : offset + 1;
}

size_t
mc_name_from_wire(
	const uint8_t *message, size_t length, size_t offset, char ret_name[MC_NAME_TEXT_SIZE])
{
	struct wire wire;
	size_t end;

	wire.length = 0;
	end = read_wire(message, length, offset, &wire);
	if (end != 0)
		write_name(&wire, ret_name);
	return end;
}

size_t
mc_name_expand(struct mc_buf *ret_wire, const uint8_t *message, size_t length, size_t offset)
{
	struct wire wire;
	size_t end;

	wire.length = 0;
	end = read_wire(message, length, offset, &wire);
	return end != 0 && mc_buf_append(ret_wire, wire.bytes, wire.length) ? end : 0;
}

size_t
mc_name_wire_length(const uint8_t *wire, size_t length)
{
	size_t offset = 0;

	while (offset < length && wire[offset] != 0) {
		if (wire[offset] > LABEL_MAX)
			return 0;
		offset += (size_t)wire[offset] + 1;
	}
	return offset < length && offset < MC_NAME_WIRE_SIZE ? offset + 1 : 0;
}

bool
mc_name_within(const char *name, const char *ancestor)
{
	while (strcmp(name, ancestor) != 0) {
		if (strcmp(name, ".") == 0)
			return false;
		name = mc_name_parent(name);
	}
	return true;
}

unsigned
mc_name_labels(const char *name)
{
	unsigned labels = 0;

	for (; strcmp(name, ".") != 0; name = mc_name_parent(name))
		labels++;
	return labels;
}

const char *
mc_name_parent(const char *name)
{
	while (*name != '\0' && *name != '.')
		name += name[0] == '\\' && name[1] != '\0' ? 2 : 1;
	return name[0] == '.' && name[1] != '\0' ? name + 1 : ".";
}

/* Of canonical labels without escapes: what they are on the wire is as long as their text. */
static bool
is_plain(const char *labels)
{
	const char *label = labels;

	for (const char *p = labels;; p++) {
		if (*p == '.' || *p == '\0') {
			if (p == label || p - label > LABEL_MAX)
				return false;
			if (*p == '\0')
				return true;
			label = p + 1;
		} else if (!is_digit(*p) && !(*p >= 'a' && *p <= 'z') && *p != '-' && *p != '_') {
			return false;
		}
	}
}

static bool
join_plain(const char *label, const char *name, char ret_name[MC_NAME_TEXT_SIZE])
{
	size_t first = strlen(label), second = strlen(name);

	if (first + 1 + second > MC_NAME_WIRE_SIZE - 2)
		return false;
	memcpy(ret_name, label, first);
	ret_name[first] = '.';
	memcpy(ret_name + first + 1, name, second + 1);
	return true;
}

bool
mc_name_join(const char *label, const char *name, char ret_name[MC_NAME_TEXT_SIZE])
{
	struct wire wire;
	bool absolute;

	if (is_plain(label) && is_plain(name))
		return join_plain(label, name, ret_name);
	if (read_labels(label, &wire, &absolute) != NULL || complete(&wire, name) != NULL)
		return false;
	write_name(&wire, ret_name);
	return true;
}
