/*
 * mime: the parts of a message that are no further multipart (RFC 2045, 2046), as text in UTF-8.
 */
#ifndef MC_REPLY_MIME_H
#define MC_REPLY_MIME_H

#include "reply/header.h"

#define MC_MIME_PARTS 64       /* most parts that are read */
#define MC_MIME_DEPTH 8        /* most multiparts one inside the other */
#define MC_MIME_TEXT (1 << 20) /* most octets of a part's text */

struct mc_mime_part {
	const char *type;     /* "text/plain", in lower case */
	const char *charset;  /* "" when not given */
	const char *encoding; /* Content-Transfer-Encoding, in lower case */
	const uint8_t *body;
	size_t length;
};

struct mc_mime {
	struct mc_header header; /* the message's own */
	struct mc_mime_part parts[MC_MIME_PARTS];
	size_t count;
	bool cut; /* there are more parts, or deeper ones */
};

/* Any octets will do: what is no message is one part of plain text. */
void mc_mime_read(
	struct mc_arena *arena, const uint8_t *octets, size_t length, struct mc_mime *ret_mime);
/* A part decoded, its line ends LF, no NUL in it; tags of HTML left out. "" when out of memory. */
const char *mc_mime_text(struct mc_arena *arena, const struct mc_mime_part *part);

#endif
