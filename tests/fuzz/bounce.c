/* bounce: any octets as a message, and what it says of each recipient. */
#include <mailcheck.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	mailcheck_bounce *bounce = NULL;
	mailcheck_reply *reply = NULL;

	if (mailcheck_bounce_new(data, size, &bounce) != MAILCHECK_OK ||
		mailcheck_reply_new(NULL, &reply) != MAILCHECK_OK ||
		mailcheck_bounce_recipients(bounce) == 0)
		abort();
	for (uint32_t i = 0; i < mailcheck_bounce_recipients(bounce); i++)
		if (mailcheck_bounce_classify(bounce, i, reply) != MAILCHECK_OK ||
			mailcheck_bounce_json(bounce, i, reply) == NULL)
			abort();
	mailcheck_reply_free(reply);
	mailcheck_bounce_free(bounce);
	return 0;
}
