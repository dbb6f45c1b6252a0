/*
 * sts_fields: "v=NAME; key=value; ...": the records of MTA-STS (RFC 8461, 3.1) and TLS-RPT
 * (RFC 8460, 3), which unlike DKIM's allow no white space around "=" and know a version that must
 * stand first to the letter.
 */
#ifndef MC_RECORD_STS_FIELDS_H
#define MC_RECORD_STS_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

#define MC_STS_FIELD_LIMIT 1000

struct mc_sts_field {
	const char *name, *value;
	size_t at;         /* of the name */
	const char *wrong; /* static clause; NULL: well-formed */
	size_t wrong_at;
};

struct mc_sts_fields {
	struct mc_sts_field *fields; /* behind the version */
	size_t count;
};

/* Whether the text begins with the version and its semicolon: of several records one that does not
 * is discarded. */
bool mc_sts_fields_begin(const char *text, size_t length, const char *version);
/* The same by the grammar alone, which has blanks before the semicolon (erratum 6285): so a record
 * without another beside it. */
bool mc_sts_fields_begin_alone(const char *text, size_t length, const char *version);
/* `free_value`: a field whose value may hold what extensions may not ("=", blanks). False when
 * there are too many fields, or no memory. */
bool mc_sts_fields_parse(struct mc_arena *arena, const char *text, size_t length,
	const char *version, const char *free_value, struct mc_sts_fields *ret_fields);
/* The first well-formed one of that name. */
const struct mc_sts_field *mc_sts_fields_find(const struct mc_sts_fields *fields, const char *name);
/* 1 to 32 characters: a letter or digit, then those and "_", "-", ".". */
bool mc_sts_is_name(const char *name);

#endif
