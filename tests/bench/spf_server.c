/*
 * spf_server: answers DNS questions about SPF over UDP, each after the same delay:
 *   spf_server PORT DELAY                  microseconds
 * NAME.top.bench.example includes NAME.i1 to NAME.i5 below bench.example; the last of them lets
 * 192.0.2.1 send. Every other question has an answer without records.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "meter.h"

#define QUEUE 4096
#define MESSAGE 1024
#define TICK 100000 /* ns: a server elsewhere would not be woken up by each question either */

struct waiting {
	int64_t due; /* ns */
	struct sockaddr_in client;
	size_t length;
	unsigned char octets[MESSAGE];
};

static struct waiting queue[QUEUE];
static size_t first, count;

static const char top[] = "v=spf1 include:%{d1r}.i1.bench.example include:%{d1r}.i2.bench.example "
			  "include:%{d1r}.i3.bench.example include:%{d1r}.i4.bench.example "
			  "include:%{d1r}.i5.bench.example -all";
static const char refuses[] = "v=spf1 ip4:198.51.100.0/24 ip6:2001:db8::/32 -all";
static const char allows[] = "v=spf1 ip4:203.0.113.0/24 ip4:192.0.2.0/24 -all";

static int64_t
now(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* The record of a question's name, whose second label tells; NULL: none. */
static const char *
record_of(const unsigned char *name)
{
	const unsigned char *second = name + 1 + name[0];

	if (second[0] == 3 && memcmp(second + 1, "top", 3) == 0)
		return top;
	if (second[0] == 2 && second[1] == 'i')
		return second[2] == '5' ? allows : refuses;
	return NULL;
}

/* Makes a question its own answer; false when it is none. */
static bool
answer(struct waiting *waiting)
{
	unsigned char *octets = waiting->octets;
	size_t end = 12, length;
	const char *text;

	while (end < waiting->length && octets[end] != 0)
		end += 1u + octets[end];
	end += 5;
	if (waiting->length < 12 || end > waiting->length || end + 300 > MESSAGE)
		return false;
	text = octets[end - 3] == 16 ? record_of(octets + 12) : NULL;
	octets[2] = 0x84 | (octets[2] & 1);
	octets[3] = 0x80;
	memset(octets + 6, 0, 6);
	octets[7] = text != NULL;
	waiting->length = end;
	if (text == NULL)
		return true;
	length = strlen(text);
	memcpy(octets + end, "\xc0\x0c\0\x10\0\x01\0\0\x01\x2c\0", 11);
	octets[end + 11] = (unsigned char)(length + 1);
	octets[end + 12] = (unsigned char)length;
	memcpy(octets + end + 13, text, length);
	waiting->length = end + 13 + length;
	return true;
}

static void
take(int fd, int64_t delay)
{
	while (count < QUEUE) {
		struct waiting *waiting = &queue[(first + count) % QUEUE];
		socklen_t size = sizeof(waiting->client);
		ssize_t got = recvfrom(fd, waiting->octets, MESSAGE, MSG_DONTWAIT,
			(struct sockaddr *)&waiting->client, &size);
		if (got < 0)
			return;
		waiting->length = (size_t)got;
		waiting->due = now() + delay;
		count += answer(waiting);
	}
}

static void
give(int fd)
{
	for (; count > 0 && queue[first].due <= now(); count--, first = (first + 1) % QUEUE)
		(void)sendto(fd, queue[first].octets, queue[first].length, 0,
			(struct sockaddr *)&queue[first].client, sizeof(queue[first].client));
}

int
main(int argc, char **argv)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), size = 4 << 20;
	struct pollfd poller = {.fd = fd, .events = POLLIN};
	const struct timespec tick = {.tv_nsec = TICK};
	int64_t delay;

	if (argc != 3 || fd < 0) {
		(void)fprintf(stderr, "usage: spf_server PORT DELAY\n");
		return 2;
	}
	address.sin_port = htons((uint16_t)meter_number(argv[1]));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	delay = strcmp(argv[2], "0") == 0 ? 0 : (int64_t)meter_number(argv[2]) * 1000;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		perror("spf_server");
		return 1;
	}
	for (;;) {
		if (count == 0)
			(void)poll(&poller, 1, -1);
		else
			(void)nanosleep(&tick, NULL);
		take(fd, delay);
		give(fd);
	}
}
