/* rrset: the records of an answer as text. */
#include "check/rrset.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/escape.h"

#define TEXT_LIMIT ((size_t)1 << 20)

bool
mc_rrset_counts(struct mc_run *run, const struct mc_rr *rr, bool spf_only)
{
	size_t length = 0;
	const char *text = spf_only ? mc_rr_txt(run->arena, rr, &length) : NULL;

	return !spf_only || (text != NULL && length >= 6 && strncasecmp(text, "v=spf1", 6) == 0);
}

static const char *
record_text(struct mc_run *run, const struct mc_rr *rr)
{
	size_t length;
	const char *text = mc_rr_txt(run->arena, rr, &length);

	return text != NULL
		       ? mc_arena_printf(run->arena, "\"%s\"", mc_escape(run->arena, text, length))
		       : mc_rr_rdata_text(run->arena, rr);
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char *
mc_rrset_text(struct mc_run *run, const struct mc_dns *dns, bool spf_only)
{
	const char **texts = mc_arena_calloc(run->arena, dns->count + 1, sizeof(*texts));
	const char *all;
	struct mc_buf buf;
	size_t count = 0;

	for (size_t i = 0; texts != NULL && i < dns->count; i++)
		if (mc_rrset_counts(run, &dns->rrs[i], spf_only))
			texts[count++] = record_text(run, &dns->rrs[i]);
	if (count > 1)
		qsort(texts, count, sizeof(*texts), compare_texts);
	mc_buf_init(&buf, TEXT_LIMIT);
	for (size_t i = 0; i < count; i++) {
		(void)mc_buf_puts(&buf, i > 0 ? ", " : "");
		(void)mc_buf_puts(&buf, texts[i]);
	}
	run->arena->failed |= buf.failed;
	all = mc_arena_strdup(run->arena, mc_buf_text(&buf));
	mc_buf_free(&buf);
	return all;
}

const char *
mc_rrset_lines(struct mc_run *run, const struct mc_dns *dns, bool spf_only)
{
	const char *lines = "";
	char type[10];

	for (size_t i = 0; i < dns->count; i++)
		if (mc_rrset_counts(run, &dns->rrs[i], spf_only))
			lines = mc_arena_printf(run->arena, "%s%s%s. %s %s", lines,
				lines[0] != '\0' ? "; " : "", dns->name,
				mc_rr_type_name(dns->rrs[i].type, type),
				mc_rr_rdata_text(run->arena, &dns->rrs[i]));
	return lines;
}

enum mc_step
mc_rrset_fix_left_behind(struct mc_run *run, const char *prefix, bool spf_only)
{
	char name[MC_NAME_TEXT_SIZE];
	const struct mc_dns *now;
	const char *lines;

	if (run->settings->ns == NULL || !mc_in_report(run, "compare"))
		return MC_DONE;
	if (prefix != NULL && !mc_name_join(prefix, run->domain, name))
		return MC_DONE;
	now = mc_ask_dns_at(run, prefix != NULL ? mc_arena_strdup(run->arena, name) : run->domain,
		MC_RR_TXT, NULL);
	if (now == NULL)
		return MC_WAIT;
	if (now->fact.status != MC_FACT_OK)
		return MC_DONE;
	lines = mc_rrset_lines(run, now, spf_only);
	if (lines[0] != '\0')
		mc_fix(run, "Publish on the new server what is published now (compare.missing): %s",
			lines);
	return MC_DONE;
}
