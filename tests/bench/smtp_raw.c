/*
 * smtp_raw: the least a client on libevent can do: sockets and events without buffers. Connects,
 * reads the banner, says EHLO and QUIT, looks at nothing but the last line's code.
 *   smtp_raw PORT COUNT WINDOW
 */
#include <arpa/inet.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "meter.h"

#define WAIT 30 /* s for a reply */

struct client {
	int fd;
	unsigned step; /* of `commands` */
	struct event *event;
	size_t length;
	char line[1024];
};

static const char *const commands[] = {"EHLO client.bench.example\r\n", "QUIT\r\n"};
static const struct timeval wait = {.tv_sec = WAIT};

static struct {
	struct event_base *base;
	uint16_t port;
	size_t count, window, begun, done, failed;
} loop;

static void begin(struct client *client);

static void
end(struct client *client, int good)
{
	event_free(client->event);
	close(client->fd);
	if (!good)
		loop.failed++;
	if (++loop.done == loop.count)
		(void)event_base_loopbreak(loop.base);
	else if (loop.begun < loop.count)
		begin(client);
}

/* The reply is whole once its last line is "NNN text". */
static int
whole(const struct client *client)
{
	const char *last = client->line;
	const char *next;

	if (client->length < 4 || client->line[client->length - 1] != '\n')
		return 0;
	while ((next = strchr(last, '\n')) != NULL && next[1] != '\0')
		last = next + 1;
	return strlen(last) > 3 && last[3] != '-';
}

static void
answered(evutil_socket_t fd, short what, void *argument)
{
	struct client *client = argument;
	const char *command;
	ssize_t length;

	length = what == EV_TIMEOUT ? 0
				    : recv(fd, client->line + client->length,
					      sizeof(client->line) - 1 - client->length, 0);
	if (length <= 0) {
		end(client, 0);
		return;
	}
	client->length += (size_t)length;
	client->line[client->length] = '\0';
	if (!whole(client))
		return;
	if (client->line[0] != '2' || client->step == 2) {
		end(client, client->line[0] == '2');
		return;
	}
	command = commands[client->step++];
	client->length = 0;
	if (send(fd, command, strlen(command), MSG_NOSIGNAL) != (ssize_t)strlen(command))
		end(client, 0);
}

static void
connected(evutil_socket_t fd, short what, void *argument)
{
	struct client *client = argument;
	int error = 0;
	socklen_t size = sizeof(error);

	(void)getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
	if (what == EV_TIMEOUT || error != 0) {
		end(client, 0);
		return;
	}
	event_free(client->event);
	client->event = event_new(loop.base, fd, EV_READ | EV_PERSIST, answered, client);
	(void)event_add(client->event, &wait);
}

static void
begin(struct client *client)
{
	struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(loop.port)};

	server.sin_addr.s_addr = htonl(meter_loopback(loop.begun++));
	client->step = 0;
	client->length = 0;
	client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	(void)connect(client->fd, (const struct sockaddr *)&server, sizeof(server));
	client->event = event_new(loop.base, client->fd, EV_WRITE, connected, client);
	(void)event_add(client->event, &wait);
}

int
main(int argc, char **argv)
{
	struct client *clients;
	struct meter meter;

	if (argc != 4) {
		(void)fprintf(stderr, "usage: smtp_raw PORT COUNT WINDOW\n");
		return 2;
	}
	loop.port = (uint16_t)meter_number(argv[1]);
	loop.count = meter_number(argv[2]);
	loop.window = meter_number(argv[3]);
	loop.base = event_base_new();
	clients = calloc(loop.window, sizeof(*clients));
	if (loop.base == NULL || clients == NULL)
		return 1;
	meter_start(&meter);
	for (size_t i = 0; i < loop.window && i < loop.count; i++)
		begin(&clients[i]);
	(void)event_base_dispatch(loop.base);
	meter_print(&meter, loop.done, loop.failed);
	event_base_free(loop.base);
	free(clients);
	return loop.failed == 0 ? 0 : 1;
}
