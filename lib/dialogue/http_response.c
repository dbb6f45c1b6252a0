/* http_response: status line, fields, and a body by length, in chunks, or up to the end. */
#include "dialogue/http_response.h"

#include <string.h>
#include <strings.h>

#include "base/escape.h"

#define LINE_LIMIT 8192
#define QUOTE_LIMIT 60

enum state { STATUS, FIELDS, BODY, REST, CHUNK_SIZE, CHUNK, CHUNK_END, TRAILER };

const char *
mc_http_end_text(enum mc_http_end end)
{
	static const char *const names[] = {
		"complete", "closed", "reset", "timeout", "too-large", "malformed", "tls", "local"};

	return names[end];
}

void
mc_http_reader_init(struct mc_http_reader *reader, struct mc_arena *arena, struct mc_http *http)
{
	*http = (struct mc_http){.source = "",
		.failure = "",
		.reason = "",
		.content_type = "",
		.content_encoding = "",
		.location = "",
		.body = ""};
	*reader = (struct mc_http_reader){.arena = arena, .http = http, .state = STATUS};
	mc_buf_init(&reader->line, LINE_LIMIT);
	mc_buf_init(&reader->body, MC_HTTP_BODY_LIMIT);
}

void
mc_http_reader_free(struct mc_http_reader *reader)
{
	mc_buf_free(&reader->line);
	mc_buf_free(&reader->body);
}

void
mc_http_reader_stop(struct mc_http_reader *reader, enum mc_http_end end, const char *failure)
{
	struct mc_http *http = reader->http;
	const char *body;

	if (reader->over)
		return;
	reader->over = true;
	http->end = end;
	http->failure = mc_arena_strdup(reader->arena, failure);
	body = mc_arena_memdup(reader->arena, reader->body.data, reader->body.length);
	if (reader->body.length > 0 && body != NULL) {
		http->body = body;
		http->body_length = reader->body.length;
	}
}

static void
complete(struct mc_http_reader *reader)
{
	mc_http_reader_stop(reader, MC_HTTP_COMPLETE, "");
}

static void
malformed(struct mc_http_reader *reader, const char *what, const char *line)
{
	size_t length = strlen(line);
	const char *quote =
		mc_escape(reader->arena, line, length < QUOTE_LIMIT ? length : QUOTE_LIMIT);

	mc_http_reader_stop(reader, MC_HTTP_MALFORMED,
		mc_arena_printf(reader->arena, "%s: \"%s\"", what, quote));
}

static void
too_large(struct mc_http_reader *reader, const char *what)
{
	mc_http_reader_stop(reader, MC_HTTP_TOO_LARGE, what);
}

/* A buffer could not take more: it was too much, or there is no memory. */
static void
refused(struct mc_http_reader *reader, const struct mc_buf *buf, size_t length, const char *what)
{
	if (length > buf->limit - buf->length) {
		too_large(reader, what);
		return;
	}
	reader->arena->failed = true;
	mc_http_reader_stop(reader, MC_HTTP_LOCAL, "out of memory");
}

/* --- the head --- */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void
read_status(struct mc_http_reader *reader, const char *line)
{
	bool http = strncmp(line, "HTTP/1.", 7) == 0 && is_digit(line[7]) && line[8] == ' ';
	const char *code = http ? line + 9 : "";

	if (code[0] < '1' || code[0] > '5' || !is_digit(code[1]) || !is_digit(code[2]) ||
		(code[3] != ' ' && code[3] != '\0')) {
		malformed(reader, "no HTTP/1.1 status line", line);
		return;
	}
	reader->http->status = (code[0] - '0') * 100 + (code[1] - '0') * 10 + (code[2] - '0');
	reader->http->reason = mc_arena_strdup(reader->arena, code[3] == ' ' ? code + 4 : "");
	reader->state = FIELDS;
}

static void
read_length(struct mc_http_reader *reader, const char *value)
{
	size_t digits = strspn(value, "0123456789");
	uint64_t length = 0;

	if (digits == 0 || digits > 18 || value[digits] != '\0') {
		malformed(reader, "no proper Content-Length", value);
		return;
	}
	for (; *value != '\0'; value++)
		length = length * 10 + (uint64_t)(*value - '0');
	if (reader->has_length && reader->length != length)
		malformed(reader, "two different values of Content-Length, the second", value);
	reader->has_length = true;
	reader->length = length;
}

static void
read_coding(struct mc_http_reader *reader, const char *value)
{
	if (reader->chunked || strcasecmp(value, "chunked") != 0)
		malformed(reader, "a Transfer-Encoding other than chunked", value);
	reader->chunked = true;
}

static void
read_field(struct mc_http_reader *reader, const char *name, const char *value)
{
	struct mc_http *http = reader->http;
	const struct {
		const char *name;
		const char **place;
	} kept[] = {{"Content-Type", &http->content_type},
		{"Content-Encoding", &http->content_encoding}, {"Location", &http->location}};

	reader->folded_matters = true;
	if (strcasecmp(name, "Content-Length") == 0)
		read_length(reader, value);
	else if (strcasecmp(name, "Transfer-Encoding") == 0)
		read_coding(reader, value);
	else
		reader->folded_matters = false;
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (strcasecmp(name, kept[i].name) == 0 && (*kept[i].place)[0] == '\0')
			*kept[i].place = mc_arena_strdup(reader->arena, value);
}

static void
end_head(struct mc_http_reader *reader)
{
	int status = reader->http->status;

	if (status == 101) {
		malformed(reader, "an upgrade nobody asked for", "101");
	} else if (status < 200) {
		reader->has_length = reader->chunked = false;
		reader->state = STATUS;
	} else if (status != 200) {
		complete(reader);
	} else if (reader->chunked) {
		reader->state = CHUNK_SIZE;
	} else if (reader->has_length && reader->length > MC_HTTP_BODY_LIMIT) {
		too_large(reader, mc_arena_printf(reader->arena,
					  "a body of %llu octets, the most read are %d",
					  (unsigned long long)reader->length, MC_HTTP_BODY_LIMIT));
	} else if (reader->has_length) {
		reader->left = reader->length;
		reader->state = BODY;
		if (reader->left == 0)
			complete(reader);
	} else {
		reader->state = REST;
	}
}

static bool
is_token(const char *name, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)name[i] <= ' ' || (unsigned char)name[i] >= 0x7f ||
			strchr("()<>@,;:\\\"/[]?={}", name[i]) != NULL)
			return false;
	return length > 0;
}

static void
read_field_line(struct mc_http_reader *reader, char *line)
{
	char *colon = strchr(line, ':');
	size_t length = strlen(line);

	if (length == 0) {
		end_head(reader);
		return;
	}
	if (line[0] == ' ' || line[0] == '\t') {
		if (reader->folded_matters)
			malformed(reader, "a field that goes on in another line", line);
		return;
	}
	if (colon == NULL || !is_token(line, (size_t)(colon - line))) {
		malformed(reader, "no header field", line);
		return;
	}
	while (line[length - 1] == ' ' || line[length - 1] == '\t')
		line[--length] = '\0';
	*colon++ = '\0';
	read_field(reader, line, colon + strspn(colon, " \t"));
}

/* --- chunks --- */

static void
read_chunk_size(struct mc_http_reader *reader, const char *line)
{
	size_t digits = strspn(line, "0123456789abcdefABCDEF");
	uint64_t size = 0;

	if (digits == 0 || (line[digits] != '\0' && strchr("; \t", line[digits]) == NULL)) {
		malformed(reader, "no chunk size", line);
		return;
	}
	for (size_t i = 0; i < digits && size <= MC_HTTP_BODY_LIMIT; i++)
		size = size * 16 +
		       (uint64_t)(is_digit(line[i]) ? line[i] - '0' : (line[i] | 0x20) - 'a' + 10);
	if (size > MC_HTTP_BODY_LIMIT - reader->body.length) {
		too_large(reader, "a body in chunks that exceed the 65536 octets read");
		return;
	}
	reader->left = size;
	reader->state = size > 0 ? CHUNK : TRAILER;
}

/* --- lines and octets --- */

static bool
is_text(const char *line, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (((unsigned char)line[i] < 0x20 && line[i] != '\t') || line[i] == 0x7f)
			return false;
	return true;
}

static void
read_line(struct mc_http_reader *reader)
{
	struct mc_buf *buf = &reader->line;
	size_t length = buf->length;
	char *line;

	if (length > 0 && buf->data[length - 1] == '\r')
		length--;
	line = (char *)buf->data; /* with room for one more */
	line[length] = '\0';
	if (!is_text(line, length))
		malformed(reader, "a control character", line);
	else if (reader->state == STATUS)
		read_status(reader, line);
	else if (reader->state == FIELDS)
		read_field_line(reader, line);
	else if (reader->state == CHUNK_SIZE)
		read_chunk_size(reader, line);
	else if (reader->state == TRAILER && length == 0)
		complete(reader);
	else if (reader->state == CHUNK_END && length > 0)
		malformed(reader, "octets behind the end of a chunk", line);
	else if (reader->state == CHUNK_END)
		reader->state = CHUNK_SIZE;
	mc_buf_clear(buf);
}

/* The octets used of a line, which may end there. */
static size_t
take_line(struct mc_http_reader *reader, const uint8_t *bytes, size_t length)
{
	bool head = reader->state == STATUS || reader->state == FIELDS;
	const uint8_t *feed = memchr(bytes, '\n', length);
	size_t used = feed != NULL ? (size_t)(feed - bytes) + 1 : length;
	size_t *total = head ? &reader->head : &reader->seam;

	*total += used;
	if (*total > (size_t)(head ? MC_HTTP_HEAD_LIMIT : MC_HTTP_SEAM_LIMIT)) {
		too_large(reader, head ? "a head of more than 16384 octets"
				       : "more than 65536 octets between chunks");
		return used;
	}
	if (!mc_buf_append(&reader->line, bytes, feed != NULL ? used - 1 : used))
		refused(reader, &reader->line, used, "a line of more than 8192 octets");
	else if (feed != NULL)
		read_line(reader);
	return used;
}

static size_t
take_body(struct mc_http_reader *reader, const uint8_t *bytes, size_t length)
{
	if (reader->state != REST && length > reader->left)
		length = (size_t)reader->left;
	if (!mc_buf_append(&reader->body, bytes, length)) {
		refused(reader, &reader->body, length, "a body of more than 65536 octets");
		return length;
	}
	if (reader->state == REST)
		return length;
	reader->left -= length;
	if (reader->left == 0 && reader->state == BODY)
		complete(reader);
	else if (reader->left == 0)
		reader->state = CHUNK_END;
	return length;
}

void
mc_http_reader_feed(struct mc_http_reader *reader, const uint8_t *bytes, size_t length)
{
	while (length > 0 && !reader->over) {
		bool body =
			reader->state == BODY || reader->state == REST || reader->state == CHUNK;
		size_t used =
			body ? take_body(reader, bytes, length) : take_line(reader, bytes, length);
		bytes += used;
		length -= used;
	}
}

void
mc_http_reader_eof(struct mc_http_reader *reader)
{
	if (reader->state == REST)
		complete(reader);
	else if (reader->http->status == 0)
		mc_http_reader_stop(reader, MC_HTTP_CLOSED, "the server closed without a response");
	else
		mc_http_reader_stop(
			reader, MC_HTTP_CLOSED, "the server closed before the end of the response");
}
