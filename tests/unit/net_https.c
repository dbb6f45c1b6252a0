/* GETs over HTTPS from servers on loopback that behave, and that do not. */
#include "net_smtp_server.h"

#include "base/alloc.h"
#include "tls/tls.h"

static struct smtp_server server;
static struct client client;

static struct mc_question
question_to(uint16_t port)
{
	return (struct mc_question){.kind = MC_FACT_HTTPS,
		.address = address_of("127.0.0.1"),
		.port = 443,
		.via_port = port,
		.host = "mx.test",
		.path = "/policy?x",
		.allow_special = true};
}

static void
open_all(enum smtp_mode mode, const char *page, bool unclean)
{
	struct mc_net_server nobody = {address_of("127.0.0.1"), 1};
	struct mc_net_options options = {.dns_timeout = 300,
		.connect_timeout = 500,
		.reply_timeout = 400,
		.tls_timeout = 300,
		.pace = 1,
		.resolvers = &nobody,
		.resolver_count = 1};

	smtp_start(&server, mode);
	server.page = page;
	server.unclean = unclean;
	client_open(&client, &options);
}

static void
close_all(void)
{
	client_close(&client);
	smtp_stop(&server);
}

struct row {
	const char *name;
	enum smtp_mode mode;
	const char *page;
	bool unclean;
	enum mc_http_end end;
	int status;
	const char *body;
	int tls_result;
	int64_t at_least, at_most; /* ms */
};

#define HEAD "HTTP/1.1 200 OK\r\n"

/* clang-format off */
static const struct row rows[] = {
	{"by length", SMTP_HTTPS, HEAD "Content-Length: 2\r\n\r\nab", false, MC_HTTP_COMPLETE, 200, "ab", MC_TLS_UP, 0, 300},
	{"by length, unclean", SMTP_HTTPS, HEAD "Content-Length: 2\r\n\r\nab", true, MC_HTTP_COMPLETE, 200, "ab", MC_TLS_UP, 0, 300},
	{"to the end", SMTP_HTTPS, HEAD "\r\nab", false, MC_HTTP_COMPLETE, 200, "ab", MC_TLS_UP, 0, 300},
	{"to the end, unclean", SMTP_HTTPS, HEAD "\r\nab", true, MC_HTTP_CLOSED, 200, "ab", MC_TLS_UP, 0, 300},
	{"cut", SMTP_HTTPS, HEAD "Content-Length: 9\r\n\r\nab", false, MC_HTTP_CLOSED, 200, "ab", MC_TLS_UP, 0, 300},
	{"redirect", SMTP_HTTPS, "HTTP/1.1 301 Moved\r\nLocation: /x\r\n\r\n", false, MC_HTTP_COMPLETE, 301, "", MC_TLS_UP, 0, 300},
	{"no HTTP", SMTP_HTTPS, "what?\r\n", false, MC_HTTP_MALFORMED, 0, "", MC_TLS_UP, 0, 300},
	{"no answer", SMTP_HTTPS, NULL, false, MC_HTTP_TIMEOUT, 0, "", MC_TLS_UP, 390, 700},
	{"reset", SMTP_HTTPS, "", false, MC_HTTP_RESET, 0, "", MC_TLS_UP, 0, 300},
	{"no handshake", SMTP_SILENT, NULL, false, MC_HTTP_TLS, 0, "", MC_TLS_TIMEOUT, 290, 600},
	{"closed at once", SMTP_CLOSE, NULL, false, MC_HTTP_TLS, 0, "", -1, 0, 300},
	{"plaintext", SMTP_NORMAL, NULL, false, MC_HTTP_TLS, 0, "", MC_TLS_PLAINTEXT, 0, 300},
};
/* clang-format on */

static void
look_at(const struct row *row, const struct mc_fact *fact)
{
	const struct mc_http *http = &((const struct mc_https *)(const void *)fact)->http;
	int64_t took = fact->ended - fact->began;

	ck_assert_msg(fact->status == MC_FACT_OK, "%s: %s", row->name, fact->text);
	ck_assert_int_eq(fact->kind, MC_FACT_HTTPS);
	ck_assert_msg(http->end == row->end, "%s: end %s (%s)", row->name,
		mc_http_end_text(http->end), http->failure);
	ck_assert_msg(http->status == row->status, "%s: status %d", row->name, http->status);
	ck_assert_msg(strcmp(http->body, row->body) == 0, "%s: \"%s\"", row->name, http->body);
	/* closed or reset: a matter of who was first */
	ck_assert_msg(row->tls_result < 0 || (int)http->tls->result == row->tls_result,
		"%s: TLS %s", row->name, mc_tls_result_text(http->tls->result));
	ck_assert_msg(took >= row->at_least && took <= 2 * row->at_most * unit_patience(),
		"%s: %d ms", row->name, (int)took);
	ck_assert_str_eq(http->source, "127.0.0.1");
}

START_TEST(behaviours)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct mc_question question;
		struct mc_entry *entry;

		open_all(row->mode, row->page, row->unclean);
		question = question_to(server.port);
		entry = client_ask(&client, &question);
		look_at(row, client_await(&client, entry, 3000));
		mc_store_unpin(entry, NULL);
		close_all();
	}
}
END_TEST

START_TEST(requests)
{
	struct mc_question question;
	struct mc_entry *entry;

	open_all(SMTP_HTTPS, HEAD "Content-Length: 0\r\n\r\n", false);
	question = question_to(server.port);
	entry = client_ask(&client, &question);
	(void)client_await(&client, entry, 3000);
	mc_store_unpin(entry, NULL);
	ck_assert_msg(strncmp(server.request,
			      "GET /policy?x HTTP/1.1\r|Host: mx.test\r|User-Agent: "
			      "mailcheck/",
			      60) == 0,
		"%s", server.request);
	close_all();
}
END_TEST

START_TEST(not_made)
{
	struct mc_question question;
	struct mc_entry *entry;

	open_all(SMTP_HTTPS, NULL, false);
	question = question_to(closed_port());
	entry = client_ask(&client, &question);
	ck_assert_int_eq(client_await(&client, entry, 2000)->failure, MC_FAIL_CONNECT_REFUSED);
	mc_store_unpin(entry, NULL);
	question = question_to(server.port);
	question.allow_special = false;
	entry = client_ask(&client, &question);
	ck_assert_int_eq(client_await(&client, entry, 2000)->failure, MC_FAIL_NOT_CONTACTED);
	mc_store_unpin(entry, NULL);
	ck_assert_int_eq(atomic_load(&server.connections), 0);
	close_all();
}
END_TEST

/* Given up at any time, nothing is left behind (client_close() counts descriptors). */
START_TEST(cancelled)
{
	open_all(SMTP_HTTPS, NULL, false);
	for (int ms = 0; ms < 60; ms += 6) {
		struct mc_question question = question_to(server.port);
		struct mc_entry *entry = client_ask(&client, &question);
		client_run(&client, ms);
		mc_store_unpin(entry, NULL);
	}
	close_all();
}
END_TEST

/* The N-th allocation fails, for every N. */
START_TEST(out_of_memory)
{
	unsigned long count = 1;

	open_all(SMTP_HTTPS, HEAD "Content-Type: text/plain\r\n\r\nab", false);
	for (unsigned long n = 0; n <= count; n++) {
		struct mc_question question = question_to(server.port);
		struct mc_entry *entry;
		mc_alloc_fail_at(n);
		entry = mc_store_pin(client.store, "key", &question);
		if (entry != NULL) {
			const struct mc_fact *fact = client_await(&client, entry, 2000);
			if (n == 0) {
				ck_assert_msg(fact->status == MC_FACT_OK, "%s", fact->text);
				count = mc_alloc_count();
			}
			mc_alloc_fail_at(0);
			mc_store_unpin(entry, NULL);
			mc_store_free(client.store);
			client.store = mc_store_new(client.provider);
		}
		mc_alloc_fail_at(0);
	}
	close_all();
}
END_TEST

UNIT_MAIN("net_https", behaviours, requests, not_made, cancelled, out_of_memory)
