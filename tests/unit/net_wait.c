/* How long wait() waits, while there is always something to do. */
#include "net_harness.h"

#include <event2/event.h>
#include <sys/eventfd.h>

#include "net/net_state.h"

#define BUSY 20

static struct client client;
static struct event *busy[BUSY];
static struct mc_entry *entry;
static int silent;

static void
ignore(evutil_socket_t fd, short what, void *argument)
{
	(void)fd;
	(void)what;
	(void)argument;
}

/* Sockets that always have something to read, and a question that nobody answers. */
static void
begin(void)
{
	struct mc_net_server resolver = {address_of("127.0.0.1"), 0};
	struct mc_net_options options = {
		.resolvers = &resolver, .resolver_count = 1, .dns_timeout = 60000};
	struct mc_question question = {.kind = MC_FACT_DNS, .name = "silent.test", .type = MC_RR_A};

	silent = listen_on(SOCK_DGRAM, &resolver.port);
	client_open(&client, &options);
	entry = client_ask(&client, &question);
	for (size_t i = 0; i < BUSY; i++) {
		busy[i] = event_new(((struct mc_net *)client.provider)->base,
			eventfd(1, EFD_CLOEXEC), EV_READ | EV_PERSIST, ignore, NULL);
		ck_assert_int_eq(event_add(busy[i], NULL), 0);
	}
}

static void
end(void)
{
	for (size_t i = 0; i < BUSY; i++) {
		int fd = event_get_fd(busy[i]);
		event_free(busy[i]);
		close(fd);
	}
	mc_store_unpin(entry, NULL);
	close(silent);
	client.descriptors--; /* the silent one was there before */
	client_close(&client);
}

START_TEST(in_time)
{
	static const int64_t timeouts[] = {0, 1, 50, 0, 200};

	begin();
	for (size_t i = 0; i < sizeof(timeouts) / sizeof(timeouts[0]); i++) {
		int64_t began = client_now(&client), taken;
		ck_assert(client.provider->wait(client.provider, timeouts[i]));
		taken = client_now(&client) - began;
		ck_assert_msg(taken <= timeouts[i] + 500 * unit_patience(), "%d ms for %d",
			(int)taken, (int)timeouts[i]);
	}
	ck_assert_ptr_null(mc_entry_fact(entry));
	end();
}
END_TEST

UNIT_MAIN("net_wait", in_time)
