/* lab: the log, and times. */
#include "lab.h"

#include "base/escape.h"

#define LOG_BYTES 512 /* of one event */

void
lab_log(const struct lab *lab, const struct server *server, unsigned connection, const char *event,
	const void *bytes, size_t length)
{
	struct mc_buf buf;

	if (lab->log == NULL)
		return;
	mc_buf_init(&buf, 0x1000);
	mc_escape_to(&buf, bytes, length < LOG_BYTES ? length : LOG_BYTES);
	fprintf(lab->log, "%s #%u %s%s%s\n", server->name, connection, event, length > 0 ? " " : "",
		mc_buf_text(&buf));
	fflush(lab->log);
	mc_buf_free(&buf);
}

struct timeval
lab_timeval(unsigned ms)
{
	return (struct timeval){.tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000) * 1000};
}
