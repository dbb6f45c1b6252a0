/*
 * zone_token: the words of zone-file text (RFC 1035, 5.1): blanks, comments, parentheses and
 * quotes are dealt with here; escapes stay in a token until it is known what it stands for.
 */
#ifndef MC_RECORD_ZONE_TOKEN_H
#define MC_RECORD_ZONE_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct mc_zone_token {
	const char *text; /* into the scanned text, without quotes */
	size_t length;
	size_t position; /* offset of its first character, an opening quote included */
	bool quoted;
};

struct mc_zone_scanner {
	const char *text;
	size_t position;
	unsigned depth; /* of parentheses */
};

enum mc_zone_step {
	MC_ZONE_TOKEN,
	MC_ZONE_END, /* of the line, or of the text */
	MC_ZONE_BAD, /* at the scanner's position */
};

/* On MC_ZONE_BAD sets *ret_reason to a static sentence. */
enum mc_zone_step mc_zone_token_next(
	struct mc_zone_scanner *scanner, struct mc_zone_token *ret_token, const char **ret_reason);
/* Goes on to the next line; false when the text ends here. */
bool mc_zone_token_next_line(struct mc_zone_scanner *scanner);
/* Appends the token with its escapes resolved; false for an escape that is none. */
bool mc_zone_token_decode(const struct mc_zone_token *token, struct mc_buf *octets);

#endif
