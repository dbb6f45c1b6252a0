/* https: pages by host and path; no keep-alive. */
#include "https.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "behaviour.h"
#include "stream.h"

#define HEAD_LIMIT 16384
#define BLOCK_SIZE 2048 /* octets at a time of a body without end */

struct https {
	struct service *service;
	struct stream *stream;
	const struct page *page; /* of the response under way; NULL: an error page */
	bool responding;
	struct mc_buf response;
};

struct request {
	char *method, *target, *host; /* in the head, which they cut up */
};

/* clang-format off */
static const struct reason {
	unsigned status;
	const char *text;
} reasons[] = {
	{200, "OK"}, {301, "Moved Permanently"}, {302, "Found"}, {307, "Temporary Redirect"},
	{308, "Permanent Redirect"}, {400, "Bad Request"}, {403, "Forbidden"}, {404, "Not Found"},
	{405, "Method Not Allowed"}, {410, "Gone"}, {429, "Too Many Requests"},
	{431, "Request Header Fields Too Large"}, {500, "Internal Server Error"},
	{503, "Service Unavailable"},
};
/* clang-format on */

static const char *
reason_of(unsigned status)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].status == status)
			return reasons[i].text;
	return "Status";
}

static void
write_head(struct mc_buf *response, unsigned status, const char *type)
{
	mc_buf_clear(response);
	mc_buf_printf(response,
		"HTTP/1.1 %u %s\r\nServer: labd\r\nConnection: close\r\nContent-Type: %s\r\n",
		status, reason_of(status), type);
}

static void
write_error(struct mc_buf *response, unsigned status)
{
	const char *text = reason_of(status);

	write_head(response, status, "text/plain");
	mc_buf_printf(response, "Content-Length: %zu\r\n\r\n%s\n", strlen(text) + 1, text);
}

static void
write_fill(struct mc_buf *buf, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		mc_buf_putc(buf, i % 64 == 63 ? '\n' : 'x');
}

/* The body in two chunks, so that it has a seam. */
static void
write_chunked(struct mc_buf *response, const struct mc_buf *body)
{
	size_t half = body->length / 2, rest = body->length - half;

	if (half > 0) {
		mc_buf_printf(response, "%zx\r\n", half);
		mc_buf_append(response, body->data, half);
		mc_buf_puts(response, "\r\n");
	}
	if (rest > 0) {
		mc_buf_printf(response, "%zx\r\n", rest);
		mc_buf_append(response, body->data + half, rest);
		mc_buf_puts(response, "\r\n");
	}
	mc_buf_puts(response, "0\r\n\r\n");
}

static void
write_fields(struct mc_buf *response, const struct page *page, size_t body_length)
{
	if (page->location.bytes != NULL)
		mc_buf_printf(response, "Location: %s\r\n", page->location.bytes);
	for (size_t i = 0; i < page->headers.count; i++)
		mc_buf_printf(response, "%s\r\n", page->headers.list[i].bytes);
	if (page->length.bytes != NULL)
		mc_buf_printf(response, "Content-Length: %s\r\n", page->length.bytes);
	else if (page->chunked)
		mc_buf_puts(response, "Transfer-Encoding: chunked\r\n");
	else if (!page->endless)
		mc_buf_printf(response, "Content-Length: %zu\r\n", body_length);
	mc_buf_puts(response, "\r\n");
}

static void
write_page(struct mc_buf *response, const struct page *page, bool with_body)
{
	struct mc_buf body;

	mc_buf_clear(response);
	if (page->raw.bytes != NULL)
		mc_buf_append(response, page->raw.bytes, page->raw.length);
	if (page->raw.bytes != NULL || page->instead != OUTCOME_GO_ON)
		return;
	mc_buf_init(&body, BEHAVIOUR_REPLY_LIMIT);
	if (page->body.bytes != NULL)
		mc_buf_append(&body, page->body.bytes, page->body.length);
	write_fill(&body, page->pad);
	write_head(
		response, page->status, page->type.bytes != NULL ? page->type.bytes : "text/plain");
	write_fields(response, page, body.length);
	if (with_body && page->chunked)
		write_chunked(response, &body);
	else if (with_body && body.length > 0)
		mc_buf_append(response, body.data, body.length);
	response->failed = response->failed || body.failed;
	mc_buf_free(&body);
}

/* Cuts the head up; false when it is none. */
static bool
parse(char *head, struct request *ret_request)
{
	struct request request = {.host = NULL};
	char *rest = NULL, *line = strtok_r(head, "\r\n", &rest), *words = NULL;

	if (line == NULL)
		return false;
	request.method = strtok_r(line, " ", &words);
	request.target = strtok_r(NULL, " ", &words);
	if (request.target == NULL || words == NULL || strncmp(words, "HTTP/1.", 7) != 0)
		return false;
	while ((line = strtok_r(NULL, "\r\n", &rest)) != NULL)
		if (strncasecmp(line, "Host:", 5) == 0) {
			request.host = line + 5 + strspn(line + 5, " \t");
			request.host[strcspn(request.host, ": \t")] = '\0';
		}
	*ret_request = request;
	return true;
}

static const struct page *
find_page(const struct server *server, const struct request *request)
{
	const struct page *page = server->pages;

	for (; page != NULL; page = page->next)
		if (strcmp(page->path.bytes, request->target) == 0 &&
			(page->host.bytes == NULL ||
				(request->host != NULL &&
					strcasecmp(page->host.bytes, request->host) == 0)))
			break;
	return page;
}

static void
send_response(struct https *https, const struct pace *pace)
{
	https->responding = true;
	if (https->response.failed) {
		stream_close(https->stream, ENDING_UNCLEAN);
		return;
	}
	stream_log(https->stream, ">", https->response.data, https->response.length);
	stream_send(https->stream, https->response.data, https->response.length, pace);
}

static void
send_error(struct https *https, unsigned status)
{
	const struct pace pace = {0};

	write_error(&https->response, status);
	send_response(https, &pace);
}

static void
serve(struct https *https, char *head)
{
	struct request request;

	if (!parse(head, &request)) {
		send_error(https, 400);
		return;
	}
	https->page = find_page(https->service->server, &request);
	if (https->page == NULL)
		send_error(https, 404);
	else if (strcmp(request.method, "GET") != 0 && strcmp(request.method, "HEAD") != 0) {
		https->page = NULL;
		send_error(https, 405);
	} else {
		write_page(&https->response, https->page, strcmp(request.method, "GET") == 0);
		send_response(https, &https->page->pace);
	}
}

static void
on_input(void *owner)
{
	struct https *https = owner;
	struct evbuffer *input = stream_input(https->stream);
	struct evbuffer_ptr end = evbuffer_search(input, "\r\n\r\n", 4, NULL);
	size_t length = (size_t)end.pos;
	char *head;

	if (https->responding) {
		stream_forget(https->stream);
		return;
	}
	if (end.pos < 0 || length > HEAD_LIMIT) {
		if (evbuffer_get_length(input) > HEAD_LIMIT)
			send_error(https, 431);
		return;
	}
	head = mc_calloc(1, length + 1);
	if (head == NULL) {
		stream_close(https->stream, ENDING_RESET);
		return;
	}
	(void)evbuffer_remove(input, head, length);
	stream_log(https->stream, "<", head, length);
	serve(https, head);
	mc_free(head);
}

static void
on_sent(void *owner)
{
	struct https *https = owner;
	const struct page *page = https->page;
	struct pace pace;

	if (page != NULL && page->endless) {
		pace = page->pace;
		pace.delay = pace.gap;
		mc_buf_clear(&https->response);
		write_fill(&https->response, BLOCK_SIZE);
		stream_send(https->stream, https->response.data, https->response.length, &pace);
	} else if (page != NULL && page->instead != OUTCOME_GO_ON)
		stream_conclude(https->stream, page->instead, page->no_close_notify);
	else if (page != NULL)
		stream_conclude(https->stream, page->then, page->no_close_notify);
	else
		stream_close(https->stream, ENDING_CLEAN);
}

static void
on_secured(void *owner)
{
	(void)owner;
}

static void
on_gone(void *owner)
{
	struct https *https = owner;

	mc_buf_free(&https->response);
	mc_free(https);
}

void
https_accept(struct service *service, int fd)
{
	static const struct stream_events events = {on_input, on_sent, on_secured, on_gone};
	struct https *https = mc_calloc(1, sizeof(*https));

	if (https == NULL) {
		evutil_closesocket(fd);
		return;
	}
	https->service = service;
	mc_buf_init(&https->response, BEHAVIOUR_REPLY_LIMIT);
	https->stream = stream_new(service, fd, &events, https);
	if (https->stream == NULL)
		on_gone(https);
	else if (service->server->tls.mode == TLS_IMPLICIT)
		stream_secure(https->stream, behaviour_find(service->server, STEP_TLS, false,
						     stream_number(https->stream), ""));
}
