/* reply: any text as a reply, through the public face. */
#include <mailcheck.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mailcheck_reply *reply = NULL;

	if (mailcheck_reply_new(NULL, &reply) != MAILCHECK_OK ||
		mailcheck_reply_read(reply, data, size) != MAILCHECK_OK)
		abort();
	if (mailcheck_reply_span_start(reply) > mailcheck_reply_span_end(reply) ||
		mailcheck_reply_span_end(reply) > size || mailcheck_reply_json(reply) == NULL ||
		mailcheck_reply_text(reply, MAILCHECK_TEXT_VERBOSE) == NULL)
		abort();
	for (const char *text = mailcheck_reply_text(reply, 0); *text != '\0'; text++)
		if ((*text < ' ' && *text >= 0 && *text != '\n') || *text == 0x7f)
			abort();
	mailcheck_reply_free(reply);
	return 0;
}
