/* Addresses to and from the kernel, and what its errors mean. */
#include "net/socket.h"

#include <errno.h>

#include "net_harness.h"

struct row {
	int error;
	enum mc_failure failure;
};

static const struct row rows[] = {
	{ECONNREFUSED, MC_FAIL_CONNECT_REFUSED},
	{ETIMEDOUT, MC_FAIL_CONNECT_TIMEOUT},
	{ECONNRESET, MC_FAIL_CONNECT_RESET},
	{EHOSTUNREACH, MC_FAIL_NO_ROUTE},
	{ENETUNREACH, MC_FAIL_NO_ROUTE},
	{EACCES, MC_FAIL_NO_ROUTE},
	{EPERM, MC_FAIL_DENIED},
	{EMFILE, MC_FAIL_LOCAL},
	{ENFILE, MC_FAIL_LOCAL},
	{ENOBUFS, MC_FAIL_LOCAL},
	{ENOMEM, MC_FAIL_LOCAL},
	{EINVAL, MC_FAIL_LOCAL},
};

START_TEST(meanings)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct mc_socket_failure failure = mc_socket_failure(rows[i].error);
		ck_assert_msg(failure.failure == rows[i].failure, "%s: %s", strerror(rows[i].error),
			mc_failure_name(failure.failure));
		ck_assert_msg(failure.text[0] != '\0', "%s: no text", strerror(rows[i].error));
	}
}
END_TEST

START_TEST(our_end)
{
	static const char *const peers[] = {"127.0.0.1", "::1"};

	for (size_t i = 0; i < 2; i++) {
		struct mc_net_server peer = {address_of(peers[i]), 9};
		struct mc_socket_failure failure;
		struct mc_address source;
		int fd = mc_socket_connect(SOCK_DGRAM, &peer, NULL, &failure);
		if (fd == -1)
			continue; /* a machine without IPv6 */
		source = mc_socket_source(fd);
		ck_assert_msg(mc_address_compare(&source, &peer.address) == 0, "%s", peers[i]);
		close(fd);
	}
}
END_TEST

/* A source of the wrong kind, or of another machine. */
START_TEST(foreign_source)
{
	struct mc_net_server peer = {address_of("127.0.0.1"), 9};
	struct mc_address source = address_of("192.0.2.1");
	struct mc_socket_failure failure = {MC_FAIL_NONE, ""};
	size_t before = count_descriptors();

	ck_assert_int_eq(mc_socket_connect(SOCK_STREAM, &peer, &source, &failure), -1);
	ck_assert_msg(failure.failure == MC_FAIL_LOCAL, "%s", failure.text);
	ck_assert_uint_eq(count_descriptors(), before);
}
END_TEST

UNIT_MAIN("net_socket", meanings, our_end, foreign_source)
