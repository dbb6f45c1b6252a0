/* Unit tests of lib/dialogue/http.c and http_response.c: every response whole, octet by octet and
 * in pieces; what bounds a hostile one; the request and its time. */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "dialogue/http.h"
#include "tls/tls.h"

struct response_case {
	const char *name, *bytes;
	size_t length;
	bool eof; /* the server closes behind it */
	enum mc_http_end end;
	int status;
	const char *body;
	const char *failure; /* a part of it */
};

#define BYTES(text) text, sizeof(text) - 1
#define OK_HEAD "HTTP/1.1 200 OK\r\n"

/* clang-format off */
static const struct response_case cases[] = {
	{"by length", BYTES(OK_HEAD "Content-Length: 5\r\n\r\nhello"), false, MC_HTTP_COMPLETE, 200, "hello", ""},
	{"more than its length", BYTES(OK_HEAD "Content-Length: 2\r\n\r\nhello"), false, MC_HTTP_COMPLETE, 200, "he", ""},
	{"empty", BYTES(OK_HEAD "Content-Length: 0\r\n\r\n"), false, MC_HTTP_COMPLETE, 200, "", ""},
	{"up to the end", BYTES(OK_HEAD "\r\nhel\nlo"), true, MC_HTTP_COMPLETE, 200, "hel\nlo", ""},
	{"bare LF", BYTES("HTTP/1.1 200 OK\nContent-Length: 1\n\nx"), false, MC_HTTP_COMPLETE, 200, "x", ""},
	{"1.0 without reason", BYTES("HTTP/1.0 200\r\n\r\nx"), true, MC_HTTP_COMPLETE, 200, "x", ""},
	{"chunked", BYTES(OK_HEAD "Transfer-Encoding: Chunked\r\n\r\n3\r\nhel\r\n2;ext=1\r\nlo\r\n0\r\n\r\n"),
		false, MC_HTTP_COMPLETE, 200, "hello", ""},
	{"chunked with trailers", BYTES(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n0a\r\n0123456789\r\n00\r\nX: y\r\n\r\n"),
		false, MC_HTTP_COMPLETE, 200, "0123456789", ""},
	{"chunked beats length", BYTES(OK_HEAD "Content-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"),
		false, MC_HTTP_COMPLETE, 200, "x", ""},
	{"interim first", BYTES("HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" OK_HEAD "Content-Length: 1\r\n\r\nx"),
		false, MC_HTTP_COMPLETE, 200, "x", ""},
	{"same length twice", BYTES(OK_HEAD "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx"), false, MC_HTTP_COMPLETE, 200, "x", ""},
	{"folded field", BYTES(OK_HEAD "X: a\r\n b\r\nContent-Length: 1\r\n\r\nx"), false, MC_HTTP_COMPLETE, 200, "x", ""},
	{"no body of a 404", BYTES("HTTP/1.1 404 Not Found\r\nContent-Length: 100\r\n\r\n"), false, MC_HTTP_COMPLETE, 404, "", ""},
	{"no body of a 301", BYTES("HTTP/1.1 301 Moved\r\nLocation: /x\r\n\r\n"), false, MC_HTTP_COMPLETE, 301, "", ""},
	{"nothing", BYTES(""), true, MC_HTTP_CLOSED, 0, "", "without a response"},
	{"half a status", BYTES("HTTP/1.1 2"), true, MC_HTTP_CLOSED, 0, "", "without a response"},
	{"half a head", BYTES(OK_HEAD "Content-Length: 5"), true, MC_HTTP_CLOSED, 200, "", "before the end"},
	{"half a body", BYTES(OK_HEAD "Content-Length: 5\r\n\r\nhel"), true, MC_HTTP_CLOSED, 200, "hel", "before the end"},
	{"half a chunk", BYTES(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nhel"), true, MC_HTTP_CLOSED, 200, "hel", "before the end"},
	{"no last chunk", BYTES(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n"), true, MC_HTTP_CLOSED, 200, "x", "before the end"},
	{"no HTTP", BYTES("220 mx.example.com ESMTP\r\n"), false, MC_HTTP_MALFORMED, 0, "", "220 mx.example.com"},
	{"HTTP/2", BYTES("HTTP/2.0 200 OK\r\n"), false, MC_HTTP_MALFORMED, 0, "", "status line"},
	{"HTTP/0.9", BYTES("<html>\n"), false, MC_HTTP_MALFORMED, 0, "", "<html>"},
	{"status of four digits", BYTES("HTTP/1.1 2000 OK\r\n"), false, MC_HTTP_MALFORMED, 0, "", "status line"},
	{"status 999", BYTES("HTTP/1.1 999 No\r\n"), false, MC_HTTP_MALFORMED, 0, "", "status line"},
	{"upgrade", BYTES("HTTP/1.1 101 Switching Protocols\r\n\r\n"), false, MC_HTTP_MALFORMED, 101, "", "upgrade"},
	{"no colon", BYTES(OK_HEAD "Content-Length 5\r\n"), false, MC_HTTP_MALFORMED, 200, "", "no header field"},
	{"blank before the colon", BYTES(OK_HEAD "Content-Length : 5\r\n"), false, MC_HTTP_MALFORMED, 200, "", "no header field"},
	{"no name", BYTES(OK_HEAD ": 5\r\n"), false, MC_HTTP_MALFORMED, 200, "", "no header field"},
	{"NUL", BYTES(OK_HEAD "X: a\0b\r\n"), false, MC_HTTP_MALFORMED, 200, "", "control character"},
	{"bare CR", BYTES(OK_HEAD "X: a\rY: b\r\n"), false, MC_HTTP_MALFORMED, 200, "", "control character"},
	{"ESC in the reason", BYTES("HTTP/1.1 200 \x1b[31m\r\n"), false, MC_HTTP_MALFORMED, 0, "", "control character"},
	{"two lengths", BYTES(OK_HEAD "Content-Length: 1\r\nContent-Length: 2\r\n"), false, MC_HTTP_MALFORMED, 200, "", "two different"},
	{"a list of lengths", BYTES(OK_HEAD "Content-Length: 1, 1\r\n"), false, MC_HTTP_MALFORMED, 200, "", "Content-Length"},
	{"negative length", BYTES(OK_HEAD "Content-Length: -1\r\n"), false, MC_HTTP_MALFORMED, 200, "", "Content-Length"},
	{"folded length", BYTES(OK_HEAD "Content-Length: 1\r\n 2\r\n"), false, MC_HTTP_MALFORMED, 200, "", "another line"},
	{"gzip coding", BYTES(OK_HEAD "Transfer-Encoding: gzip, chunked\r\n"), false, MC_HTTP_MALFORMED, 200, "", "Transfer-Encoding"},
	{"chunked twice", BYTES(OK_HEAD "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), false, MC_HTTP_MALFORMED, 200, "", "Transfer-Encoding"},
	{"no chunk size", BYTES(OK_HEAD "Transfer-Encoding: chunked\r\n\r\nhello\r\n"), false, MC_HTTP_MALFORMED, 200, "", "chunk size"},
	{"empty chunk size", BYTES(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n\r\n"), false, MC_HTTP_MALFORMED, 200, "", "chunk size"},
	{"chunk too long for its size", BYTES(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n1\r\nxyz\r\n"), false, MC_HTTP_MALFORMED, 200, "x", "behind the end of a chunk"},
	{"length beyond the limit", BYTES(OK_HEAD "Content-Length: 65537\r\n\r\n"), false, MC_HTTP_TOO_LARGE, 200, "", "65537"},
	{"length beyond 64 bits", BYTES(OK_HEAD "Content-Length: 99999999999999999999\r\n"), false, MC_HTTP_MALFORMED, 200, "", "Content-Length"},
	{"chunk beyond the limit", BYTES(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n10001\r\n"), false, MC_HTTP_TOO_LARGE, 200, "", "chunks"},
	{"chunk beyond 64 bits", BYTES(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n10000000000000001\r\n"), false, MC_HTTP_TOO_LARGE, 200, "", "chunks"},
};
/* clang-format on */

static void
feed(struct mc_http_reader *reader, const char *bytes, size_t length, size_t piece)
{
	for (size_t at = 0; at < length; at += piece)
		mc_http_reader_feed(reader, (const uint8_t *)bytes + at,
			length - at < piece ? length - at : piece);
}

static void
read_case(const struct response_case *row, size_t piece)
{
	struct mc_http_reader reader;
	struct mc_arena arena;
	struct mc_http http;

	mc_arena_init(&arena, 0);
	mc_http_reader_init(&reader, &arena, &http);
	feed(&reader, row->bytes, row->length, piece);
	if (row->eof)
		mc_http_reader_eof(&reader);
	ck_assert_msg(reader.over, "%s by %zu: not over", row->name, piece);
	ck_assert_msg(http.end == row->end, "%s by %zu: end %s (%s)", row->name, piece,
		mc_http_end_text(http.end), http.failure);
	ck_assert_msg(
		http.status == row->status, "%s by %zu: status %d", row->name, piece, http.status);
	ck_assert_msg(http.body_length == strlen(row->body) && strcmp(http.body, row->body) == 0,
		"%s by %zu: body \"%s\"", row->name, piece, http.body);
	ck_assert_msg(strstr(http.failure, row->failure) != NULL &&
			      (http.failure[0] == '\0') == (row->failure[0] == '\0'),
		"%s by %zu: failure \"%s\"", row->name, piece, http.failure);
	mc_http_reader_free(&reader);
	mc_arena_reset(&arena);
}

START_TEST(responses)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t piece = 1; piece <= 200; piece = piece < 4 ? piece + 1 : piece * 2)
			read_case(&cases[i], piece);
}
END_TEST

START_TEST(fields_are_kept)
{
	static const char text[] =
		"HTTP/1.1 200 Fi\xc3\xbcne \r\ncontent-TYPE:\t text/plain; a=b \t\r\n"
		"Content-Type: text/html\r\nLocation: /x\r\n"
		"Content-Encoding: br\r\nContent-Length: 0\r\n\r\n";
	struct mc_http_reader reader;
	struct mc_arena arena;
	struct mc_http http;

	mc_arena_init(&arena, 0);
	mc_http_reader_init(&reader, &arena, &http);
	feed(&reader, text, sizeof(text) - 1, 7);
	ck_assert_str_eq(http.reason, "Fi\xc3\xbcne ");
	ck_assert_str_eq(http.content_type, "text/plain; a=b");
	ck_assert_str_eq(http.location, "/x");
	ck_assert_str_eq(http.content_encoding, "br");
	ck_assert_int_eq(http.end, MC_HTTP_COMPLETE);
	mc_http_reader_free(&reader);
	mc_arena_reset(&arena);
}
END_TEST

/* Octets of any kind are kept, and all of them. */
START_TEST(bodies_are_octets)
{
	static const char text[] = OK_HEAD "Content-Length: 6\r\n\r\na\0b\r\n\xff";
	struct mc_http_reader reader;
	struct mc_arena arena;
	struct mc_http http;

	mc_arena_init(&arena, 0);
	mc_http_reader_init(&reader, &arena, &http);
	feed(&reader, text, sizeof(text) - 1, 3);
	ck_assert_uint_eq(http.body_length, 6);
	ck_assert_mem_eq(http.body, "a\0b\r\n\xff", 6);
	mc_http_reader_free(&reader);
	mc_arena_reset(&arena);
}
END_TEST

struct flood {
	const char *name, *first, *again;
	const char *failure;
	size_t most; /* octets taken before it is over */
};

/* What never ends is ended here, whatever it is made of. */
static const struct flood floods[] = {
	{"body", OK_HEAD "\r\n", "xxxxxxxxxxxxxxxx", "body of more than", 66000},
	{"head", OK_HEAD, "X-Again: and again\r\n", "head of more than", 17000},
	{"interim responses", "", "HTTP/1.1 100 Continue\r\n\r\n", "head of more than", 17000},
	{"one line", OK_HEAD "X: ", "xxxxxxxxxxxxxxxx", "line of more than", 9000},
	{"status line", "HTTP/1.1 200 ", "xxxxxxxxxxxxxxxx", "line of more than", 9000},
	{"tiny chunks", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n",
		"between chunks", 100000},
	{"chunk extensions", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n",
		"1;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\nx\r\n", "between chunks", 80000},
	{"trailers", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n0\r\n", "X: y\r\n",
		"between chunks", 67000},
};

START_TEST(floods_end)
{
	for (size_t i = 0; i < sizeof(floods) / sizeof(floods[0]); i++) {
		const struct flood *flood = &floods[i];
		struct mc_http_reader reader;
		struct mc_arena arena;
		struct mc_http http;
		size_t taken = 0;

		mc_arena_init(&arena, (size_t)1 << 20);
		mc_http_reader_init(&reader, &arena, &http);
		feed(&reader, flood->first, strlen(flood->first), 1000);
		while (!reader.over && taken < 1000000) {
			feed(&reader, flood->again, strlen(flood->again), 1000);
			taken += strlen(flood->again);
		}
		ck_assert_msg(taken <= flood->most, "%s: %zu octets", flood->name, taken);
		ck_assert_msg(http.end == MC_HTTP_TOO_LARGE, "%s: end %s", flood->name,
			mc_http_end_text(http.end));
		ck_assert_msg(strstr(http.failure, flood->failure) != NULL, "%s: %s", flood->name,
			http.failure);
		ck_assert_msg(!arena.failed, "%s: memory", flood->name);
		mc_http_reader_free(&reader);
		mc_arena_reset(&arena);
	}
}
END_TEST

/* --- the client --- */

static const struct mc_tls up = {.result = MC_TLS_UP};

static struct mc_http_client *
client_in_tls(struct mc_arena *arena, const char *path)
{
	struct mc_http_client *client = mc_http_new(arena, "mta-sts.example.com", 443, path, 500);

	ck_assert_ptr_nonnull(client);
	mc_http_tls(client, &up, true, 1000);
	return client;
}

START_TEST(requests)
{
	static const struct {
		const char *host, *path, *first;
		uint16_t port;
	} rows[] = {
		{"a.example", "/x?y=%20", "GET /x?y=%20 HTTP/1.1\r\nHost: a.example\r\n", 443},
		{"a.example", "/", "GET / HTTP/1.1\r\nHost: a.example:8443\r\n", 8443},
	};
	struct mc_arena arena;
	size_t length;

	mc_arena_init(&arena, 0);
	for (size_t i = 0; i < 2; i++) {
		struct mc_http_client *client =
			mc_http_new(&arena, rows[i].host, rows[i].port, rows[i].path, 500);
		const char *request;
		ck_assert_int_eq(mc_http_want(client), MC_HTTP_WANT_TLS);
		ck_assert(mc_http_deadline(client) == INT64_MAX);
		(void)mc_http_pending(client, &length);
		ck_assert_msg(length == 0, "%s: said before TLS is up", rows[i].path);
		mc_http_tls(client, &up, true, 1000);
		request = (const char *)mc_http_pending(client, &length);
		request = mc_arena_strndup(&arena, request, length);
		ck_assert_msg(strncmp(request, rows[i].first, strlen(rows[i].first)) == 0, "%.80s",
			request);
		ck_assert_msg(strstr(request, "User-Agent: mailcheck/") != NULL, "%.200s", request);
		ck_assert_msg(strcmp(request + length - 4, "\r\n\r\n") == 0, "%.200s", request);
		ck_assert(mc_http_deadline(client) == 1500);
		mc_http_sent(client, length);
		(void)mc_http_pending(client, &length);
		ck_assert_uint_eq(length, 0);
		mc_http_free(client);
	}
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(what_cannot_be_asked_for)
{
	static const struct {
		const char *host, *path;
	} rows[] = {{"a.example", "x"}, {"a.example", ""}, {"a.example", "/a b"},
		{"a.example", "/a\r\nX: y"}, {"a.example", "/\xc3\xbc"}, {"", "/"},
		{"a.example\r\nX: y", "/"}};
	struct mc_arena arena;
	size_t length;

	mc_arena_init(&arena, 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct mc_http_client *client =
			mc_http_new(&arena, rows[i].host, 443, rows[i].path, 500);
		ck_assert_int_eq(mc_http_want(client), MC_HTTP_WANT_CLOSE);
		ck_assert_msg(mc_http_seen(client)->end == MC_HTTP_LOCAL, "row %zu", i);
		(void)mc_http_pending(client, &length);
		ck_assert_uint_eq(length, 0);
		mc_http_free(client);
	}
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(time_runs_out)
{
	static const char part[] = OK_HEAD "Content-Length: 5\r\n\r\nhel";
	struct mc_http_client *client;
	struct mc_arena arena;

	mc_arena_init(&arena, 0);
	client = client_in_tls(&arena, "/");
	mc_http_recv(client, (const uint8_t *)part, sizeof(part) - 1, 1400);
	ck_assert_msg(mc_http_deadline(client) == 1500, "octets do not move the deadline");
	mc_http_expire(client, 1500);
	ck_assert_int_eq(mc_http_want(client), MC_HTTP_WANT_CLOSE);
	ck_assert_int_eq(mc_http_seen(client)->end, MC_HTTP_TIMEOUT);
	ck_assert(mc_http_seen(client)->response_ms == 500);
	mc_http_free(client);
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(connections_end)
{
	static const struct {
		const char *name;
		enum mc_http_end how, end;
		const char *text, *failure;
	} rows[] = {
		{"in order", MC_HTTP_COMPLETE, MC_HTTP_COMPLETE, NULL, ""},
		{"without close_notify", MC_HTTP_CLOSED, MC_HTTP_CLOSED, NULL, "close_notify"},
		{"reset", MC_HTTP_RESET, MC_HTTP_RESET, "reset by peer", "reset by peer"},
		{"our fault", MC_HTTP_LOCAL, MC_HTTP_LOCAL, "out of memory", "out of memory"},
	};
	struct mc_arena arena;

	mc_arena_init(&arena, 0);
	for (size_t i = 0; i < 4; i++) {
		struct mc_http_client *client = client_in_tls(&arena, "/");
		const struct mc_http *http = mc_http_seen(client);
		mc_http_recv(client, (const uint8_t *)OK_HEAD "\r\nx", sizeof(OK_HEAD) + 2, 1100);
		mc_http_closed(client, rows[i].how, rows[i].text, 1200);
		ck_assert_msg(http->end == rows[i].end, "%s: %s", rows[i].name,
			mc_http_end_text(http->end));
		ck_assert_msg(strstr(http->failure, rows[i].failure) != NULL, "%s: %s",
			rows[i].name, http->failure);
		mc_http_closed(client, MC_HTTP_RESET, "too late", 1300);
		ck_assert_msg(http->end == rows[i].end, "%s: told twice", rows[i].name);
		mc_http_free(client);
	}
	mc_arena_reset(&arena);
}
END_TEST

START_TEST(no_tls_no_request)
{
	static const struct mc_tls down = {.result = MC_TLS_ALERT};
	struct mc_http_client *client;
	struct mc_arena arena;
	size_t length;

	mc_arena_init(&arena, 0);
	client = mc_http_new(&arena, "a.example", 443, "/", 500);
	mc_http_tls(client, &down, false, 1000);
	ck_assert_int_eq(mc_http_want(client), MC_HTTP_WANT_CLOSE);
	ck_assert_int_eq(mc_http_seen(client)->end, MC_HTTP_TLS);
	(void)mc_http_pending(client, &length);
	ck_assert_uint_eq(length, 0);
	mc_http_free(client);
	mc_arena_reset(&arena);
}
END_TEST

/* The N-th allocation fails, for all N: an end of our own, or none, and no leak. */
START_TEST(memory_may_run_out)
{
	static const char text[] =
		OK_HEAD "Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n"
			"\r\n5\r\nhello\r\n0\r\n\r\n";
	unsigned long count = 1;

	for (unsigned long n = 1; n <= count; n++) {
		struct mc_http_client *client;
		struct mc_arena arena;
		mc_arena_init(&arena, 0);
		mc_alloc_fail_at(n);
		client = mc_http_new(&arena, "a.example", 443, "/", 500);
		if (client != NULL) {
			mc_http_tls(client, &up, true, 1000);
			mc_http_recv(client, (const uint8_t *)text, sizeof(text) - 1, 1100);
		}
		count = mc_alloc_count();
		mc_alloc_fail_at(0);
		if (client != NULL)
			ck_assert_msg(n > count || arena.failed ||
					      mc_http_seen(client)->end == MC_HTTP_LOCAL,
				"allocation %lu: end %s", n,
				mc_http_end_text(mc_http_seen(client)->end));
		mc_http_free(client);
		mc_arena_reset(&arena);
	}
}
END_TEST

UNIT_MAIN("dialogue_http", responses, fields_are_kept, bodies_are_octets, floods_end, requests,
	what_cannot_be_asked_for, time_runs_out, connections_end, no_tls_no_request,
	memory_may_run_out)
