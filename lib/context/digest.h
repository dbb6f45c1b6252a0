/*
 * digest: SHA-256 over the lines of a record file, which shows that none was changed.
 */
#ifndef MC_CONTEXT_DIGEST_H
#define MC_CONTEXT_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

#define MC_DIGEST_SIZE 65 /* hexadecimal digits and NUL */

struct mc_digest;

/* NULL when out of memory. */
struct mc_digest *mc_digest_new(void);
/* Adds a line and its line end. */
void mc_digest_line(struct mc_digest *digest, const char *line, size_t length);
/* The digest of what was added; it begins anew after that. */
void mc_digest_text(struct mc_digest *digest, char ret_text[MC_DIGEST_SIZE]);
void mc_digest_free(struct mc_digest *digest);

#endif
