/* suggest: what somebody who mistyped a word meant. */
#ifndef CLI_SUGGEST_H
#define CLI_SUGGEST_H

#include <stddef.h>

struct suggestion {
	const char *typed;
	size_t length;    /* of what was typed */
	const char *best; /* NULL: nothing is near */
	unsigned distance;
};

void suggest_begin(struct suggestion *suggestion, const char *typed, size_t length);
void suggest_consider(struct suggestion *suggestion, const char *candidate);

#endif
