/* tls_rpt_mend: a reporting record that says what one that is not valid was to say. */
#include <string.h>

#include "record/mend.h"
#include "record/sts_fields.h"
#include "record/tls_rpt.h"

#define VERSION "v=TLSRPTv1"
#define VERSION_LIMIT 12 /* letters of a mistyped version */

static const char *const names[] = {"v", "rua", NULL};
static const char *const lists[] = {"rua", NULL};
static const struct mc_mend_tags tags = {.names = names, .lists = lists};

/* "TLSRPTv1", "tls-rpt1", "TLSRPT", "TLSRTPv1". */
static bool
is_version(struct mc_arena *arena, const char *value)
{
	const char *word =
		value != NULL ? mc_mend_without(arena, mc_mend_lower(arena, value), " \t\r\n\"'.-_")
			      : "";

	return value == NULL || (strncmp(word, "tlsrp", 5) == 0 && strlen(word) <= VERSION_LIMIT) ||
	       mc_mend_is_near(word, "tlsrptv1") || mc_mend_is_near(word, "tlsrpt1");
}

/* It is used, and no field of it is malformed. */
static bool
is_good(struct mc_arena *arena, const char *record)
{
	struct mc_problems problems;
	struct mc_tls_rpt tls_rpt;

	mc_problems_init(&problems, arena);
	mc_tls_rpt_judge(record, strlen(record), &tls_rpt, &problems);
	return tls_rpt.valid;
}

const char *
mc_tls_rpt_mend(struct mc_arena *arena, const char *text, size_t length)
{
	const char *values[2], *rua, *record;

	text = mc_report_uris_rejoin(arena, text, length);
	if (!mc_mend_tags(arena, text, strlen(text), &tags, values) ||
		!is_version(arena, values[0]) || values[1] == NULL)
		return NULL;
	rua = mc_report_uris_mend(arena, values[1], true);
	if (rua == NULL || rua[0] == '\0')
		return NULL;
	record = mc_arena_printf(
		arena, VERSION "; rua=%s%s", rua, mc_mend_rest(arena, text, strlen(text), &tags));
	return is_good(arena, record) ? record : NULL;
}
