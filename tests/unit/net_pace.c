/* Who may connect when: places without connections. */
#include "net/pace.h"
#include "net_harness.h"

#define PLACES 400

struct taker {
	struct mc_pace_place place; /* first */
	struct mc_address address;
	unsigned network;
	int64_t at;
};

static struct client client;
static struct mc_net *net;
static struct taker takers[PLACES];
static unsigned begun;

static void
begin(struct mc_pace_place *place)
{
	((struct taker *)place)->at = mc_net_now(net);
	begun++;
}

static void
open_all(unsigned session_limit, unsigned per_prefix, int64_t pace)
{
	struct mc_net_server nobody = {address_of("127.0.0.1"), 1};
	struct mc_net_options options = {.resolvers = &nobody,
		.resolver_count = 1,
		.session_limit = session_limit,
		.per_prefix = per_prefix,
		.pace = pace};

	client_open(&client, &options);
	net = (struct mc_net *)client.provider;
	memset(takers, 0, sizeof(takers));
	begun = 0;
}

static void
enter(unsigned i, unsigned network, unsigned host)
{
	char text[40];

	(void)snprintf(text, sizeof(text), "192.0.%u.%u", network, host);
	takers[i].network = network;
	takers[i].address = address_of(text);
	takers[i].place.begin = begin;
	ck_assert(mc_pace_enter(net->pace, &takers[i].place, &takers[i].address));
}

static void
run(void)
{
	event_base_loop(net->base, EVLOOP_NONBLOCK);
	usleep(500);
}

static unsigned
active(unsigned network, const struct mc_address *address)
{
	unsigned count = 0;

	for (unsigned i = 0; i < PLACES; i++)
		if (takers[i].place.host != NULL && takers[i].place.begun &&
			(network == 0 || takers[i].network == network) &&
			(address == NULL || mc_address_compare(&takers[i].address, address) == 0))
			count++;
	return count;
}

/* 400 places, 40 hosts in 4 networks; each leaves when it is told by a little generator. */
START_TEST(bounds)
{
	unsigned seed = 1, left = 0;

	open_all(20, 6, 1);
	for (unsigned i = 0; i < PLACES; i++)
		enter(i, 1 + i % 4, 1 + i % 40);
	for (unsigned turn = 0; left < PLACES; turn++) {
		ck_assert_msg(turn < 20000, "stuck with %u of %d left", PLACES - left, PLACES);
		run();
		ck_assert_msg(active(0, NULL) <= 20, "%u at once", active(0, NULL));
		for (unsigned n = 1; n <= 4; n++)
			ck_assert_msg(active(n, NULL) <= 6, "%u in network %u", active(n, NULL), n);
		for (unsigned i = 0; i < PLACES; i++) {
			seed = seed * 1103515245u + 12345u;
			if (takers[i].place.host == NULL || (seed >> 16) % 4 != 0)
				continue;
			ck_assert_msg(active(0, &takers[i].address) <= 2, "too many to one host");
			if (!takers[i].place.begun && (seed >> 20) % 16 != 0)
				continue; /* now and then one gives up waiting */
			mc_pace_leave(net->pace, &takers[i].place);
			left++;
		}
	}
	ck_assert_msg(begun > 100, "only %u were begun", begun);
	client_close(&client);
}
END_TEST

START_TEST(pace_and_peace)
{
	open_all(0, 0, 40);
	for (unsigned i = 0; i < 3; i++)
		enter(i, 1, 1);
	ck_assert_uint_eq(begun, 1);
	mc_pace_back_off(net->pace, &takers[0].place, 150);
	mc_pace_leave(net->pace, &takers[0].place);
	for (int i = 0; i < 1000 && begun < 2; i++)
		run();
	ck_assert_msg(takers[1].at - takers[0].at >= 149, "peace of %d ms",
		(int)(takers[1].at - takers[0].at));
	for (int i = 0; i < 1000 && begun < 3; i++)
		run();
	ck_assert_msg(takers[2].at - takers[1].at >= 39, "pace of %d ms",
		(int)(takers[2].at - takers[1].at));
	mc_pace_leave(net->pace, &takers[1].place);
	mc_pace_leave(net->pace, &takers[2].place);
	mc_pace_leave(net->pace, &takers[2].place);
	client_close(&client);
}
END_TEST

/* IPv6: the network is a /64. */
START_TEST(ipv6_networks)
{
	open_all(0, 3, 1);
	for (unsigned i = 0; i < 8; i++) {
		char text[64];
		(void)snprintf(text, sizeof(text), "2001:db8:0:%u::%u", i / 4, i % 4 + 1);
		takers[i].address = address_of(text);
		takers[i].place.begin = begin;
		ck_assert(mc_pace_enter(net->pace, &takers[i].place, &takers[i].address));
	}
	ck_assert_uint_eq(begun, 6);
	for (unsigned i = 0; i < 8; i++)
		mc_pace_leave(net->pace, &takers[i].place);
	client_close(&client);
}
END_TEST

UNIT_MAIN("net_pace", bounds, pace_and_peace, ipv6_networks)
