/*
 * smtp_bare: what the library's SMTP sessions are measured by: a client as libevent means it to
 * be written, with its buffered sockets, that says EHLO and QUIT and looks at nothing but codes.
 *   smtp_bare PORT COUNT WINDOW
 */
#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "meter.h"

#define WAIT 30 /* s for a reply */

struct client {
	struct bufferevent *io;
	unsigned step; /* of `commands` */
};

static const char *const commands[] = {"EHLO client.bench.example\r\n", "QUIT\r\n"};

static struct {
	struct event_base *base;
	uint16_t port;
	size_t count, window, begun, done, failed;
} loop;

static void begin(struct client *client);

static void
end(struct client *client, int good)
{
	bufferevent_free(client->io);
	if (!good)
		loop.failed++;
	if (++loop.done == loop.count)
		(void)event_base_loopbreak(loop.base);
	else if (loop.begun < loop.count)
		begin(client);
}

static void
readable(struct bufferevent *io, void *argument)
{
	struct evbuffer *input = bufferevent_get_input(io);
	struct client *client = argument;
	char *line;

	while ((line = evbuffer_readln(input, NULL, EVBUFFER_EOL_CRLF)) != NULL) {
		int more = strlen(line) > 3 && line[3] == '-', good = line[0] == '2';
		const char *command;

		free(line);
		if (more)
			continue;
		if (!good || client->step == 2) {
			end(client, good);
			return;
		}
		command = commands[client->step++];
		(void)bufferevent_write(io, command, strlen(command));
	}
}

static void
happened(struct bufferevent *io, short what, void *argument)
{
	(void)io;
	if ((what & BEV_EVENT_CONNECTED) == 0)
		end(argument, 0);
}

static void
begin(struct client *client)
{
	const struct timeval wait = {.tv_sec = WAIT};
	struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(loop.port)};

	server.sin_addr.s_addr = htonl(meter_loopback(loop.begun++));
	client->step = 0;
	client->io = bufferevent_socket_new(loop.base, -1, BEV_OPT_CLOSE_ON_FREE);
	bufferevent_setcb(client->io, readable, NULL, happened, client);
	(void)bufferevent_set_timeouts(client->io, &wait, &wait);
	(void)bufferevent_enable(client->io, EV_READ | EV_WRITE);
	(void)bufferevent_socket_connect(client->io, (struct sockaddr *)&server, sizeof(server));
}

int
main(int argc, char **argv)
{
	struct client *clients;
	struct meter meter;

	if (argc != 4) {
		(void)fprintf(stderr, "usage: smtp_bare PORT COUNT WINDOW\n");
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
