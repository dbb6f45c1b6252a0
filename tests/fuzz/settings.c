/* Fuzz target: text of arguments and small files: targets, lines of keys, resolv.conf. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "context/option_value.h"
#include "context/target.h"
#include "net/upstream.h"

#define SERVERS 3

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_keys(const char *text)
{
	struct mc_arena arena;
	const char *name, *key;

	mc_arena_init(&arena, 0);
	while (*text != '\0') {
		const char *line = text;
		(void)mc_value_key_line(&arena, &text, &name, &key);
		if (text <= line || (name != NULL && strlen(key) > 63))
			abort();
	}
	mc_arena_reset(&arena);
}

static void
read_servers(const char *text)
{
	struct mc_upstream upstreams[SERVERS] = {0};
	int fd = memfd_create("resolv.conf", 0);
	char path[64];

	if (fd < 0)
		return;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (write(fd, text, strlen(text)) == (ssize_t)strlen(text) &&
		mc_upstream_system(upstreams, SERVERS, path) > SERVERS)
		abort();
	close(fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mc_target target;
	char *text = malloc(size + 1);

	if (text == NULL)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	(void)mc_target_parse(text, &target);
	read_keys(text);
	read_servers(text);
	free(text);
	return 0;
}
