/* Sessions with servers on loopback that behave, and that do not. */
#include "net_smtp_server.h"

#include <sys/wait.h>

#include "base/alloc.h"
#include "tls/tls.h"

static struct smtp_server server;
static struct client client;
static const struct mc_net_options defaults = {.dns_timeout = 300,
	.connect_timeout = 500,
	.reply_timeout = 400,
	.tls_timeout = 300,
	.pace = 1};

static struct mc_question
question_to(const char *address, uint16_t port)
{
	return (struct mc_question){.kind = MC_FACT_SESSION,
		.address = address_of(address),
		.port = port,
		.host = "mx.test",
		.allow_special = true,
		.plan = {.quit_after = MC_STEP_QUIT}};
}

static void
open_all(enum smtp_mode mode)
{
	struct mc_net_server nobody = {address_of("127.0.0.1"), 1};
	struct mc_net_options options = defaults;

	options.resolvers = &nobody;
	options.resolver_count = 1;
	smtp_start(&server, mode);
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
	enum mc_tls_mode tls;
	enum mc_session_end end;
	enum mc_step_name last;
	enum mc_starttls starttls;
	int tls_result; /* -1: no handshake */
	bool unclean;
	int64_t at_least, at_most; /* ms */
	int quits;
};

#define NEVER MC_STARTTLS_UNKNOWN

/* clang-format off */
static const struct row rows[] = {
	{"normal", SMTP_NORMAL, MC_TLS_AUTO, MC_END_COMPLETE, MC_STEP_QUIT,
		MC_STARTTLS_WORKS, MC_TLS_UP, false, 0, 300, 1},
	{"in clear", SMTP_NORMAL, MC_TLS_NONE, MC_END_COMPLETE, MC_STEP_QUIT,
		MC_STARTTLS_OFFERED, -1, false, 0, 300, 1},
	{"no STARTTLS", SMTP_NO_STARTTLS, MC_TLS_AUTO, MC_END_COMPLETE, MC_STEP_QUIT,
		MC_STARTTLS_ABSENT, -1, false, 0, 300, 1},
	{"silent", SMTP_SILENT, MC_TLS_AUTO, MC_END_TIMEOUT, MC_STEP_BANNER,
		NEVER, -1, false, 390, 600, 0},
	{"closes", SMTP_CLOSE, MC_TLS_AUTO, MC_END_CLOSED, MC_STEP_BANNER,
		NEVER, -1, false, 0, 300, 0},
	{"resets", SMTP_RESET, MC_TLS_AUTO, MC_END_RESET, MC_STEP_BANNER,
		NEVER, -1, false, 0, 300, 0},
	{"busy", SMTP_BUSY, MC_TLS_AUTO, MC_END_REFUSED, MC_STEP_BANNER,
		NEVER, -1, false, 0, 300, 0},
	{"EHLO unanswered", SMTP_EHLO_SILENT, MC_TLS_AUTO, MC_END_TIMEOUT, MC_STEP_EHLO,
		NEVER, -1, false, 390, 600, 0},
	{"drips", SMTP_DRIP, MC_TLS_AUTO, MC_END_TIMEOUT, MC_STEP_BANNER,
		NEVER, -1, false, 390, 600, 0},
	{"EHLO reset", SMTP_EHLO_RESET, MC_TLS_AUTO, MC_END_RESET, MC_STEP_EHLO,
		NEVER, -1, false, 0, 300, 0},
	{"endless", SMTP_ENDLESS, MC_TLS_AUTO, MC_END_ENDLESS, MC_STEP_EHLO,
		NEVER, -1, false, 0, 400, 0},
	{"injected", SMTP_INJECT, MC_TLS_AUTO, MC_END_INJECTED, MC_STEP_STARTTLS,
		MC_STARTTLS_FAILED, -1, false, 0, 300, 0},
	{"handshake hangs", SMTP_TLS_SILENT, MC_TLS_AUTO, MC_END_TLS, MC_STEP_TLS,
		MC_STARTTLS_FAILED, MC_TLS_TIMEOUT, false, 290, 500, 0},
	{"closes behind the 220", SMTP_TLS_CLOSE, MC_TLS_AUTO, MC_END_TLS, MC_STEP_TLS,
		MC_STARTTLS_FAILED, MC_TLS_CLOSED, false, 0, 300, 0},
	{"plaintext for TLS", SMTP_TLS_PLAIN, MC_TLS_AUTO, MC_END_TLS, MC_STEP_TLS,
		MC_STARTTLS_FAILED, MC_TLS_PLAINTEXT, false, 0, 300, 0},
	{"unclean close", SMTP_UNCLEAN, MC_TLS_AUTO, MC_END_COMPLETE, MC_STEP_QUIT,
		MC_STARTTLS_WORKS, MC_TLS_UP, true, 0, 300, 1},
	{"stays open", SMTP_NO_CLOSE, MC_TLS_AUTO, MC_END_COMPLETE, MC_STEP_QUIT,
		MC_STARTTLS_WORKS, MC_TLS_UP, false, 490, 800, 1},
	{"byte at a time", SMTP_BYTEWISE, MC_TLS_NONE, MC_END_COMPLETE, MC_STEP_QUIT,
		MC_STARTTLS_OFFERED, -1, false, 0, 400, 1},
	{"implicit", SMTP_IMPLICIT, MC_TLS_IMPLICIT, MC_END_COMPLETE, MC_STEP_QUIT,
		MC_STARTTLS_UNKNOWN, MC_TLS_UP, false, 0, 300, 1},
	{"implicit on plain", SMTP_NORMAL, MC_TLS_IMPLICIT, MC_END_TLS, MC_STEP_TLS,
		MC_STARTTLS_UNKNOWN, MC_TLS_PLAINTEXT, false, 0, 300, 0},
	{"reset in TLS", SMTP_TLS_RESET, MC_TLS_AUTO, MC_END_RESET, MC_STEP_EHLO,
		MC_STARTTLS_FAILED, MC_TLS_UP, false, 0, 300, 0},
};
/* clang-format on */

static void
look_at(const struct row *row, const struct mc_fact *fact)
{
	const struct mc_session_fact *known = (const struct mc_session_fact *)fact;
	const struct mc_session *session = &known->session;
	int64_t took = fact->ended - fact->began;
	int result = session->tls != NULL ? (int)session->tls->result : -1;

	ck_assert_msg(fact->status == MC_FACT_OK, "%s: %s", row->name, fact->text);
	ck_assert_msg(session->end == row->end, "%s: end \"%s\" (%s)", row->name,
		mc_session_end_text(session->end), session->failure);
	ck_assert_msg(session->last == row->last, "%s: last step \"%s\"", row->name,
		mc_step_name_text(session->last));
	ck_assert_msg(session->starttls == row->starttls, "%s: STARTTLS %s", row->name,
		mc_starttls_text(session->starttls));
	ck_assert_msg(result == row->tls_result, "%s: TLS %s", row->name,
		result < 0 ? "none" : mc_tls_result_text((enum mc_tls_result)result));
	ck_assert_msg(session->unclean_close == row->unclean, "%s: unclean close", row->name);
	ck_assert_msg(took >= row->at_least && took <= 2 * row->at_most * unit_patience(),
		"%s: %d ms", row->name, (int)took);
	ck_assert_str_eq(session->source, "127.0.0.1");
}

START_TEST(behaviours)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct mc_question question;
		struct mc_entry *entry;
		open_all(row->mode);
		question = question_to("127.0.0.1", server.port);
		question.plan.tls = row->tls;
		entry = client_ask(&client, &question);
		look_at(row, client_await(&client, entry, 3000));
		mc_store_unpin(entry, NULL);
		client_close(&client);
		for (int w = 0; w < 100 && atomic_load(&server.now) > 0; w++)
			usleep(1000);
		ck_assert_msg(atomic_load(&server.quits) == row->quits, "%s: %d QUITs", row->name,
			atomic_load(&server.quits));
		ck_assert_msg(row->tls_result != MC_TLS_UP || row->quits == 0 || row->unclean ||
				      row->mode == SMTP_NO_CLOSE ||
				      atomic_load(&server.farewells) == 1,
			"%s: no close_notify", row->name);
		smtp_stop(&server);
	}
}
END_TEST

struct refusal {
	const char *address;
	bool closed_port, special;
	enum mc_failure failure;
	const char *text;
};

/* clang-format off */
static const struct refusal refusals[] = {
	{"127.0.0.1", true, true, MC_FAIL_CONNECT_REFUSED, "connection refused"},
	{"::1", true, true, MC_FAIL_CONNECT_REFUSED, "connection refused"},
	{"127.0.0.1", false, false, MC_FAIL_NOT_CONTACTED,
		"127.0.0.1 is a special-purpose address (loopback): not contacted"},
	{"10.1.2.3", false, false, MC_FAIL_NOT_CONTACTED, NULL},
	{"::ffff:192.0.2.1", false, false, MC_FAIL_NOT_CONTACTED, NULL},
	{"64:ff9b::1", false, false, MC_FAIL_NOT_CONTACTED, NULL},
	{"255.255.255.255", false, true, MC_FAIL_NO_LOCAL_ROUTE, NULL},
};
/* clang-format on */

START_TEST(refused)
{
	open_all(SMTP_NORMAL);
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		const struct refusal *row = &refusals[i];
		struct mc_question question =
			question_to(row->address, row->closed_port ? closed_port() : server.port);
		struct mc_entry *entry;
		const struct mc_fact *fact;
		question.allow_special = row->special;
		entry = client_ask(&client, &question);
		fact = client_await(&client, entry, 2000);
		if (row->failure == MC_FAIL_NO_LOCAL_ROUTE) /* depends on the machine's routes */
			ck_assert_msg(fact->status == MC_FACT_FAILED, "%s", row->address);
		else
			ck_assert_msg(fact->failure == row->failure, "%s: %s: %s", row->address,
				mc_failure_name(fact->failure), fact->text);
		ck_assert_msg(row->text == NULL || strcmp(fact->text, row->text) == 0, "%s: \"%s\"",
			row->address, fact->text);
		mc_store_unpin(entry, NULL);
	}
	ck_assert_int_eq(atomic_load(&server.connections), 0);
	close_all();
}
END_TEST

/* A listener whose queue is full answers no SYN. */
START_TEST(connect_times_out)
{
	uint16_t port = 0;
	int fill[8], listener;
	struct mc_question question;
	struct mc_entry *entry;
	const struct mc_fact *fact;

	open_all(SMTP_NORMAL);
	listener = listen_on(SOCK_STREAM, &port);
	listen(listener, 0);
	for (size_t i = 0; i < 8; i++) {
		struct sockaddr_in address = loopback(port);
		fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		(void)connect(fill[i], (struct sockaddr *)&address, sizeof(address));
	}
	usleep(10000);
	question = question_to("127.0.0.1", port);
	entry = client_ask(&client, &question);
	fact = client_await(&client, entry, 2000);
	ck_assert_msg(fact->failure == MC_FAIL_CONNECT_TIMEOUT, "%s: %s",
		mc_failure_name(fact->failure), fact->text);
	ck_assert_msg(unit_patience() > 1 ||
			      strcmp(fact->text, "no answer to the TCP connect within 0.5 s") == 0,
		"%s", fact->text);
	mc_store_unpin(entry, NULL);
	for (size_t i = 0; i < 8; i++)
		close(fill[i]);
	close(listener);
	close_all();
}
END_TEST

START_TEST(cancelled)
{
	static const enum smtp_mode modes[] = {
		SMTP_NORMAL, SMTP_TLS_SILENT, SMTP_SILENT, SMTP_NO_CLOSE, SMTP_ENDLESS};
	static const int pauses[] = {0, 1, 2, 4, 8, 16};

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		open_all(modes[i]);
		for (size_t k = 0; k < sizeof(pauses) / sizeof(pauses[0]); k++) {
			struct mc_question question = question_to("127.0.0.1", server.port);
			struct mc_entry *entry = client_ask(&client, &question);
			client_run(&client, pauses[k]);
			mc_store_unpin(entry, NULL);
		}
		ck_assert_msg(!client.provider->wait(client.provider, 0), "something is open");
		close_all();
	}
}
END_TEST

/* Nobody is left without a QUIT. */
START_TEST(cancelled_with_quit)
{
	struct mc_question question;
	struct mc_entry *entry;

	open_all(SMTP_EHLO_SILENT);
	question = question_to("127.0.0.1", server.port);
	question.plan.helo = "probe.example";
	entry = client_ask(&client, &question);
	client_run(&client, 100);
	ck_assert_int_eq(atomic_load(&server.late_quits), 0);
	mc_store_unpin(entry, NULL);
	for (int w = 0; w < 1000 && atomic_load(&server.now) > 0; w++)
		usleep(1000);
	ck_assert_int_eq(atomic_load(&server.late_quits), 1);
	close_all();
}
END_TEST

/* The time of the one who asked is up, at whatever moment. */
START_TEST(concluded)
{
	static const enum smtp_mode modes[] = {SMTP_NORMAL, SMTP_TLS_SILENT, SMTP_SILENT,
		SMTP_EHLO_SILENT, SMTP_NO_CLOSE, SMTP_ENDLESS};
	static const int pauses[] = {0, 1, 2, 4, 8, 50};

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		open_all(modes[i]);
		for (size_t k = 0; k < sizeof(pauses) / sizeof(pauses[0]); k++) {
			struct mc_question question = question_to("127.0.0.1", server.port);
			struct mc_entry *entry = client_ask(&client, &question);
			client_run(&client, pauses[k]);
			mc_store_conclude(entry, "time is up");
			mc_store_unpin(entry, NULL);
		}
		ck_assert_msg(!client.provider->wait(client.provider, 0), "something is open");
		close_all();
	}
}
END_TEST

/* What was seen so far is kept for the one who asked, and for nobody else; QUIT is said. */
START_TEST(concluded_by_what_was_seen)
{
	struct mc_question question;
	struct mc_entry *entry, *again;
	const struct mc_session *session;

	open_all(SMTP_EHLO_SILENT);
	question = question_to("127.0.0.1", server.port);
	question.plan.helo = "probe.example";
	entry = client_ask(&client, &question);
	client_run(&client, 100);
	again = client_ask(&client, &question);
	ck_assert_ptr_eq(entry, again);
	mc_store_conclude(entry, "time is up");
	ck_assert_ptr_null(mc_entry_fact(entry)); /* someone else wants it */
	mc_store_unpin(again, NULL);
	mc_store_conclude(entry, "time is up");
	ck_assert_ptr_nonnull(mc_entry_fact(entry));
	ck_assert_int_eq(mc_entry_fact(entry)->status, MC_FACT_OK);
	session = &((const struct mc_session_fact *)mc_entry_fact(entry))->session;
	ck_assert_int_eq(session->end, MC_END_LOCAL);
	ck_assert_str_eq(session->failure, "time is up, waiting for the reply to EHLO");
	ck_assert_int_eq(mc_session_stage(session, MC_STEP_BANNER, false)->reply.code, 220);
	ck_assert_ptr_nonnull(mc_session_stage(session, MC_STEP_QUIT, false));
	again = client_ask(&client, &question);
	ck_assert_ptr_ne(entry, again);
	ck_assert_ptr_null(mc_entry_fact(again));
	mc_store_unpin(again, NULL);
	mc_store_unpin(entry, NULL);
	close_all();
}
END_TEST

static struct mc_entry *
ask_nth(unsigned n, uint16_t port)
{
	char host[32];
	struct mc_question question = question_to("127.0.0.1", port);

	(void)snprintf(host, sizeof(host), "mx%u.test", n);
	question.host = host; /* another question, the same address */
	question.plan.tls = MC_TLS_NONE;
	return client_ask(&client, &question);
}

START_TEST(paced)
{
	struct mc_net_server nobody = {address_of("127.0.0.1"), 1};
	struct mc_net_options options = defaults;
	struct mc_entry *entries[12];
	const struct mc_fact *fact;
	int64_t before, last = 0;

	options.resolvers = &nobody;
	options.resolver_count = 1;
	options.pace = 50;
	smtp_start(&server, SMTP_NORMAL);
	client_open(&client, &options);
	before = client_now(&client);
	for (unsigned i = 0; i < 12; i++)
		entries[i] = ask_nth(i, server.port);
	mc_store_unpin(entries[5], NULL); /* from the middle of the queue */
	for (unsigned i = 0; i < 12; i++) {
		if (i == 5)
			continue;
		fact = client_await(&client, entries[i], 3000);
		ck_assert_int_eq(fact->status, MC_FACT_OK);
		ck_assert_msg(last == 0 || fact->began - last >= 48, "connect %u: %d ms later", i,
			(int)(fact->began - last));
		last = fact->began;
	}
	ck_assert_msg(client_now(&client) - before >= 480, "too fast");
	ck_assert_msg(atomic_load(&server.peak) <= 2, "%d at once", atomic_load(&server.peak));
	for (unsigned i = 0; i < 12; i++)
		if (i != 5)
			mc_store_unpin(entries[i], NULL);
	close_all();
}
END_TEST

START_TEST(peace_after_421)
{
	struct mc_entry *first, *second;
	const struct mc_fact *a, *b;

	open_all(SMTP_BUSY);
	first = ask_nth(1, server.port);
	a = client_await(&client, first, 1000);
	second = ask_nth(2, server.port);
	b = client_await(&client, second, 4000);
	ck_assert_msg(
		b->began - a->ended >= 1990, "only %d ms of peace", (int)(b->began - a->ended));
	mc_store_unpin(first, NULL);
	mc_store_unpin(second, NULL);
	close_all();
}
END_TEST

START_TEST(greeting)
{
	struct mc_net_server nobody = {address_of("127.0.0.1"), 1};
	struct mc_net_options options = defaults;
	struct mc_question question;
	struct mc_entry *entry;
	int64_t took;

	/* the plan's name, then a literal for a source that has no other */
	open_all(SMTP_NORMAL);
	question = question_to("127.0.0.1", server.port);
	question.plan.helo = "probe.example";
	entry = client_ask(&client, &question);
	(void)client_await(&client, entry, 1000);
	ck_assert_str_eq(server.helo, "probe.example");
	mc_store_unpin(entry, NULL);
	question.plan.helo = NULL;
	entry = client_ask(&client, &question);
	took = client_await(&client, entry, 3000)->ended;
	took -= mc_entry_fact(entry)->began;
	ck_assert_msg(strcmp(server.helo, "[127.0.0.1]") == 0 || strchr(server.helo, '.') != NULL,
		"EHLO %s", server.helo);
	ck_assert_msg(strncmp(server.helo, "localhost", 9) != 0, "EHLO %s", server.helo);
	ck_assert_msg(took < 1300 * unit_patience(), "the name was waited for %d ms", (int)took);
	mc_store_unpin(entry, NULL);
	close_all();
	/* the options' name */
	options.resolvers = &nobody;
	options.resolver_count = 1;
	options.helo = "mine.example";
	smtp_start(&server, SMTP_NORMAL);
	client_open(&client, &options);
	question = question_to("127.0.0.1", server.port);
	entry = client_ask(&client, &question);
	(void)client_await(&client, entry, 1000);
	ck_assert_str_eq(server.helo, "mine.example");
	mc_store_unpin(entry, NULL);
	close_all();
}
END_TEST

/* --connect-to: the question keeps its address, the connection goes elsewhere. */
START_TEST(via)
{
	struct mc_question question;
	struct mc_entry *entry;

	open_all(SMTP_NORMAL);
	question = question_to("192.0.2.25", 25);
	question.via = address_of("127.0.0.1");
	question.via_port = server.port;
	entry = client_ask(&client, &question);
	ck_assert_int_eq(client_await(&client, entry, 1000)->status, MC_FACT_OK);
	ck_assert_int_eq(atomic_load(&server.connections), 1);
	mc_store_unpin(entry, NULL);
	close_all();
}
END_TEST

START_TEST(source)
{
	struct mc_net_server nobody = {address_of("127.0.0.1"), 1};
	struct mc_net_options options = defaults;
	static const char *const sources[] = {"127.0.0.9", "192.0.2.1"};

	options.resolvers = &nobody;
	options.resolver_count = 1;
	for (size_t i = 0; i < 2; i++) {
		struct mc_question question;
		struct mc_entry *entry;
		const struct mc_fact *fact;
		options.source4 = address_of(sources[i]);
		smtp_start(&server, SMTP_NORMAL);
		client_open(&client, &options);
		question = question_to("127.0.0.1", server.port);
		question.plan.helo = "probe.example";
		entry = client_ask(&client, &question);
		fact = client_await(&client, entry, 1000);
		if (i == 0)
			ck_assert_str_eq(
				((const struct mc_session_fact *)fact)->session.source, sources[0]);
		else
			ck_assert_msg(fact->failure == MC_FAIL_LOCAL, "%s: %s",
				mc_failure_name(fact->failure), fact->text);
		mc_store_unpin(entry, NULL);
		close_all();
	}
}
END_TEST

/* A child frees what it inherited: the parent's session goes on, and nothing is begun. */
START_TEST(forked)
{
	struct mc_entry *entries[4];
	pid_t child;
	int status;

	open_all(SMTP_SILENT);
	for (unsigned i = 0; i < 4; i++)
		entries[i] = ask_nth(i, server.port);
	client_run(&client, 50);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		for (unsigned i = 0; i < 4; i++)
			mc_store_unpin(entries[i], NULL);
		mc_store_free(client.store);
		client.provider->free(client.provider);
		execl("/bin/true", "true", (char *)NULL); /* no leak check of the parent's memory */
		_exit(1);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child: %d", status);
	ck_assert_msg(atomic_load(&server.connections) == 2, "%d connections",
		atomic_load(&server.connections));
	server.mode = SMTP_NORMAL; /* for the third and the fourth */
	for (unsigned i = 0; i < 4; i++) {
		const struct mc_fact *fact = client_await(&client, entries[i], 3000);
		ck_assert_int_eq(fact->status, MC_FACT_OK);
		mc_store_unpin(entries[i], NULL);
	}
	close_all();
}
END_TEST

/* The N-th allocation fails, for every N, with and without TLS. */
START_TEST(out_of_memory)
{
	unsigned long count = 1;

	open_all(SMTP_NORMAL);
	for (unsigned long n = 0; n <= count; n++) {
		struct mc_question question = question_to("127.0.0.1", server.port);
		struct mc_entry *entry;
		question.plan.helo = "probe.example";
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
			/* forget it */
			mc_store_free(client.store);
			client.store = mc_store_new(client.provider);
		}
		mc_alloc_fail_at(0);
	}
	close_all();
}
END_TEST

UNIT_MAIN("net_session", behaviours, refused, connect_times_out, cancelled, cancelled_with_quit,
	concluded, concluded_by_what_was_seen, paced, peace_after_421, greeting, via, source,
	forked, out_of_memory)
