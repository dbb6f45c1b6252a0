/*
 * tls_rpt: a TLS reporting record (RFC 8460, 3).
 */
#ifndef MC_RECORD_TLS_RPT_H
#define MC_RECORD_TLS_RPT_H

#include <stdbool.h>
#include <stddef.h>

#include "record/problem.h"
#include "record/report_uri.h"

struct mc_tls_rpt {
	bool valid; /* a sender would report */
	struct mc_report_uris rua;
};

/* Whether the record counts among those of its name. */
bool mc_tls_rpt_is_record(const char *text, size_t length);
/* Whether it counts when there is no other record beside it. */
bool mc_tls_rpt_is_record_alone(const char *text, size_t length);
bool mc_tls_rpt_is_attempt(const char *text, size_t length);
void mc_tls_rpt_parse(const char *text, size_t length, struct mc_tls_rpt *ret_tls_rpt,
	struct mc_problems *problems);
/* The same, without a correction. */
void mc_tls_rpt_judge(const char *text, size_t length, struct mc_tls_rpt *ret_tls_rpt,
	struct mc_problems *problems);
/* A valid record with the destinations of one that is not; NULL: there is no telling. */
const char *mc_tls_rpt_mend(struct mc_arena *arena, const char *text, size_t length);

#endif
