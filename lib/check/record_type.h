/*
 * record_type: the records that can be judged by their text alone, before they are published: one
 * table of them, and what was read as values.
 */
#ifndef MC_CHECK_RECORD_TYPE_H
#define MC_CHECK_RECORD_TYPE_H

#include <jansson.h>

#include "fact/run.h"
#include "record/bimi.h"
#include "record/dkim.h"
#include "record/dmarc.h"
#include "record/mta_sts.h"
#include "record/spf_lint.h"
#include "record/tag_list.h"
#include "record/tls_rpt.h"
#include "record/tlsa.h"

struct mc_record_judgement {
	bool valid; /* what a conforming receiver does: it uses the record */
	/* where the character-strings end that the text was given as; NULL: it was not */
	const size_t *ends;
	size_t end_count;
	struct mc_problems problems;
};

struct mc_record_type {
	const char *name;
	const char *readers; /* who uses it */
	bool is_text;        /* a TXT record: may be given as quoted character-strings */
	/* Sets members of `values`. */
	void (*judge)(const char *text, size_t length, json_t *values,
		struct mc_record_judgement *judgement);
};

extern const struct mc_record_type mc_record_types[]; /* NULL name at the end */

const struct mc_record_type *mc_record_type_find(const char *name);

/* What a parser read, as members of a JSON object. */
void mc_record_put_dkim(json_t *values, struct mc_arena *arena, const struct mc_dkim *dkim);
void mc_record_put_dmarc(json_t *values, struct mc_arena *arena, const struct mc_dmarc *dmarc);
void mc_record_put_spf(json_t *values, struct mc_arena *arena, const struct mc_spf *spf);
void mc_record_put_uris(
	json_t *values, const char *key, struct mc_arena *arena, const struct mc_report_uris *uris);
/* Escaped text, or null. */
void mc_record_put_text(json_t *values, const char *key, struct mc_arena *arena, const char *text);

/* The problems as findings about `subject`. */
void mc_record_find(struct mc_run *run, const struct mc_problems *problems, const char *subject);

#endif
