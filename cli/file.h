/* file: a whole file, bounded. */
#ifndef CLI_FILE_H
#define CLI_FILE_H

#include <stddef.h>

/* The octets of a file ("-": standard input) with a NUL behind them, to be freed. NULL when it
 * cannot be read or is longer than `limit` octets; then tells so. */
char *file_read(const char *path, size_t limit, size_t *ret_length);

#endif
