/*
 * spf_libspf2: the same with libspf2, by the resolver of /etc/resolv.conf; built by spf.py where
 * that library is unpacked:
 *   spf_libspf2 COUNT THREADS
 */
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netinet/in.h>
#include <pthread.h>
#include <resolv.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include <spf.h>

#include "meter.h"

static atomic_size_t next, failed;
static size_t count;

static void
evaluate(SPF_server_t *server, size_t i)
{
	SPF_request_t *request = SPF_request_new(server);
	SPF_response_t *response = NULL;
	char from[96];

	(void)snprintf(from, sizeof(from), "user@n%d-%zu.top.bench.example", (int)getpid(), i);
	SPF_request_set_ipv4_str(request, "192.0.2.1");
	SPF_request_set_helo_dom(request, "mail.bench.example");
	SPF_request_set_env_from(request, from);
	if (SPF_request_query_mailfrom(request, &response) != SPF_E_SUCCESS ||
		SPF_response_result(response) != SPF_RESULT_PASS)
		atomic_fetch_add(&failed, 1);
	SPF_response_free(response);
	SPF_request_free(request);
}

static void *
work(void *unused)
{
	SPF_server_t *server = SPF_server_new(SPF_DNS_RESOLV, 0);
	size_t i;

	(void)unused;
	while ((i = atomic_fetch_add(&next, 1)) < count)
		evaluate(server, i);
	SPF_server_free(server);
	return NULL;
}

int
main(int argc, char **argv)
{
	pthread_t threads[256];
	struct meter meter;
	size_t width;

	if (argc != 3) {
		(void)fprintf(stderr, "usage: spf_libspf2 COUNT THREADS\n");
		return 2;
	}
	count = meter_number(argv[1]);
	width = meter_number(argv[2]);
	if (width > 256)
		return 2;
	meter_start(&meter);
	for (size_t i = 0; i < width; i++)
		if (pthread_create(&threads[i], NULL, work, NULL) != 0)
			return 1;
	for (size_t i = 0; i < width; i++)
		(void)pthread_join(threads[i], NULL);
	meter_print(&meter, count, failed);
	return 0;
}
