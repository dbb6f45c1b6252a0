/* http: one request, and the time its response may take. */
#include "dialogue/http.h"

#include <string.h>

#ifndef MAILCHECK_VERSION
#define MAILCHECK_VERSION "0"
#endif

#define REQUEST_LIMIT 4096

struct mc_http_client {
	struct mc_http_reader reader;
	struct mc_http http;
	struct mc_buf request;
	size_t sent;
	int64_t timeout;
	int64_t began; /* the handshake was over; 0: it is not */
};

static bool
is_visible(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text <= ' ' || (unsigned char)*text >= 0x7f)
			return false;
	return true;
}

bool
mc_http_path_good(const char *path)
{
	return path[0] == '/' && strlen(path) <= MC_HTTP_PATH_LIMIT && is_visible(path);
}

static bool
write_request(struct mc_http_client *client, const char *host, uint16_t port, const char *path)
{
	struct mc_buf *request = &client->request;

	if (!mc_http_path_good(path) || host[0] == '\0' || !is_visible(host))
		return false;
	mc_buf_printf(request, "GET %s HTTP/1.1\r\nHost: %s", path, host);
	if (port != 443)
		mc_buf_printf(request, ":%u", port);
	mc_buf_puts(request, "\r\nUser-Agent: mailcheck/" MAILCHECK_VERSION
			     "\r\nAccept: */*\r\nAccept-Encoding: identity\r\n"
			     "Connection: close\r\n\r\n");
	return true;
}

struct mc_http_client *
mc_http_new(
	struct mc_arena *arena, const char *host, uint16_t port, const char *path, int64_t timeout)
{
	struct mc_http_client *client = mc_arena_alloc(arena, sizeof(*client));

	if (client == NULL)
		return NULL;
	mc_http_reader_init(&client->reader, arena, &client->http);
	mc_buf_init(&client->request, REQUEST_LIMIT);
	client->timeout = timeout;
	if (!write_request(client, host, port, path))
		mc_http_reader_stop(
			&client->reader, MC_HTTP_LOCAL, "this host and path cannot be asked for");
	if (client->request.failed) {
		mc_http_free(client);
		return NULL;
	}
	return client;
}

void
mc_http_free(struct mc_http_client *client)
{
	if (client == NULL)
		return;
	mc_http_reader_free(&client->reader);
	mc_buf_free(&client->request);
}

enum mc_http_want
mc_http_want(const struct mc_http_client *client)
{
	if (client->reader.over)
		return MC_HTTP_WANT_CLOSE;
	return client->http.tls != NULL ? MC_HTTP_WANT_IO : MC_HTTP_WANT_TLS;
}

int64_t
mc_http_deadline(const struct mc_http_client *client)
{
	return mc_http_want(client) == MC_HTTP_WANT_IO ? client->began + client->timeout
						       : INT64_MAX;
}

const uint8_t *
mc_http_pending(const struct mc_http_client *client, size_t *ret_length)
{
	bool ready = mc_http_want(client) == MC_HTTP_WANT_IO;

	*ret_length = ready ? client->request.length - client->sent : 0;
	return *ret_length > 0 ? client->request.data + client->sent : NULL;
}

void
mc_http_sent(struct mc_http_client *client, size_t length)
{
	client->sent += length;
}

static void
note_end(struct mc_http_client *client, int64_t now)
{
	if (client->reader.over && client->http.tls != NULL && client->http.end != MC_HTTP_TLS)
		client->http.response_ms = now - client->began;
}

void
mc_http_recv(struct mc_http_client *client, const uint8_t *bytes, size_t length, int64_t now)
{
	if (client->reader.over)
		return;
	mc_http_reader_feed(&client->reader, bytes, length);
	note_end(client, now);
}

void
mc_http_tls(struct mc_http_client *client, const struct mc_tls *tls, bool up, int64_t now)
{
	client->http.tls = tls;
	client->began = now;
	if (!up)
		mc_http_reader_stop(&client->reader, MC_HTTP_TLS, "the TLS handshake failed");
}

void
mc_http_expire(struct mc_http_client *client, int64_t now)
{
	if (client->reader.over)
		return;
	mc_http_reader_stop(&client->reader, MC_HTTP_TIMEOUT,
		mc_arena_printf(client->reader.arena, "%s within %lld s",
			client->http.status == 0 ? "no response" : "no end of the response",
			(long long)(client->timeout / 1000)));
	note_end(client, now);
}

void
mc_http_closed(struct mc_http_client *client, enum mc_http_end how, const char *text, int64_t now)
{
	if (client->reader.over)
		return;
	if (how == MC_HTTP_COMPLETE)
		mc_http_reader_eof(&client->reader);
	else if (how == MC_HTTP_CLOSED)
		mc_http_reader_stop(&client->reader, how,
			"the server closed the connection without close_notify before the end of "
			"the response was known");
	else
		mc_http_reader_stop(&client->reader, how, text != NULL ? text : "");
	note_end(client, now);
}

struct mc_http *
mc_http_seen(struct mc_http_client *client)
{
	return &client->http;
}
