/* output: results on standard output, with every error of it noticed. */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"

/* Opened the wrong way round, the stand-in still fails where the closed stream would have. */
static void
hold_place(int descriptor, int flags)
{
	if (fcntl(descriptor, F_GETFD) == -1 && errno == EBADF)
		(void)!open("/dev/null", flags);
}

void
output_begin(void)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	hold_place(STDIN_FILENO, O_WRONLY);
	hold_place(STDOUT_FILENO, O_RDONLY);
	hold_place(STDERR_FILENO, O_WRONLY);
	sigemptyset(&ignore.sa_mask);
	sigaction(SIGPIPE, &ignore, NULL);
}

static void
note_error(struct output *output)
{
	if (output->error == 0)
		output->error = errno != 0 ? errno : EIO;
}

void
output_text(struct output *output, const char *text)
{
	output_octets(output, text, strlen(text));
}

void
output_octets(struct output *output, const void *octets, size_t length)
{
	if (output->error == 0 && fwrite(octets, 1, length, stdout) != length)
		note_error(output);
}

static void
json_octet(struct output *output, unsigned char octet)
{
	char escaped[8] = {(char)octet, '\0'};

	if (octet == '"' || octet == '\\')
		snprintf(escaped, sizeof(escaped), "\\%c", octet);
	else if (octet < ' ' || octet == 0x7f)
		snprintf(escaped, sizeof(escaped), "\\u%04x", octet);
	output_text(output, escaped);
}

void
output_json_text(struct output *output, const char *text)
{
	output_text(output, "\"");
	for (; *text != '\0'; text++)
		json_octet(output, (unsigned char)*text);
	output_text(output, "\"");
}

bool
output_flush(struct output *output)
{
	if (output->error == 0 && fflush(stdout) == EOF)
		note_error(output);
	return output->error == 0;
}

enum status
output_end(struct output *output, enum status status)
{
	output_flush(output);
	if (fclose(stdout) == EOF)
		note_error(output);
	if (output->error == 0)
		return status;
	if (output->error == EBADF)
		message("standard output is closed");
	else if (output->error != EPIPE && output->error != EINTR)
		message("cannot write to standard output: %s", strerror(output->error));
	return status_worse(status, STATUS_USAGE);
}

static bool
is_set(const char *variable)
{
	const char *value = getenv(variable);

	return value != NULL && *value != '\0';
}

bool
output_has_color(enum color color)
{
	const char *term = getenv("TERM"), *force = getenv("CLICOLOR_FORCE");

	if (color != COLOR_AUTO)
		return color == COLOR_ALWAYS;
	if (is_set("NO_COLOR"))
		return false;
	if (is_set("CLICOLOR_FORCE") && strcmp(force, "0") != 0)
		return true;
	return isatty(STDOUT_FILENO) == 1 && term != NULL && strcmp(term, "dumb") != 0;
}

bool
output_has_symbols(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}
