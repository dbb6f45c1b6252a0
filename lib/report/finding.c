/* finding: the registry as a table, and its texts filled in. */
#include "report/finding.h"

#include <string.h>

#include "base/buf.h"

#define FILLED_LIMIT ((size_t)64 << 10)

const struct mc_finding_info mc_findings[] = {
#define MC_FINDING(id, severity, title, why, fix, reference, since)                                \
	{id, severity, title, why, fix, reference, since},
#include "report/findings.def"
#undef MC_FINDING
};

const size_t mc_findings_count = sizeof(mc_findings) / sizeof(mc_findings[0]);

static const char *const severity_words[] = {
	[MC_INFO] = "info",
	[MC_NOTICE] = "notice",
	[MC_WARNING] = "warning",
	[MC_ERROR] = "error",
};

static const char *const verdict_words[] = {
	[MC_OK] = "ok",
	[MC_VERDICT_NOTICE] = "notice",
	[MC_VERDICT_WARNING] = "warning",
	[MC_INCONCLUSIVE] = "inconclusive",
	[MC_VERDICT_ERROR] = "error",
	[MC_SKIPPED] = "skipped",
};

static const char *
word(const char *const *words, size_t count, size_t i)
{
	return i < count ? words[i] : "";
}

const char *
mc_severity_text(enum mc_severity severity)
{
	return word(severity_words, sizeof(severity_words) / sizeof(severity_words[0]),
		(size_t)severity);
}

const char *
mc_verdict_text(enum mc_verdict verdict)
{
	return word(
		verdict_words, sizeof(verdict_words) / sizeof(verdict_words[0]), (size_t)verdict);
}

const struct mc_finding_info *
mc_finding_find(const char *id)
{
	for (size_t i = 0; i < mc_findings_count; i++)
		if (strcmp(mc_findings[i].id, id) == 0)
			return &mc_findings[i];
	return NULL;
}

struct placeholder {
	const char *name;
	const char *value;
};

static const struct placeholder *
placeholder_at(const struct placeholder *placeholders, const char *text)
{
	for (; placeholders->name != NULL; placeholders++)
		if (strncmp(text, placeholders->name, strlen(placeholders->name)) == 0)
			return placeholders;
	return NULL;
}

const char *
mc_finding_fill(struct mc_arena *arena, const char *template, const char *subject,
	const char *domain, const char *host, const char *address)
{
	const struct placeholder placeholders[] = {{"{subject}", subject}, {"{domain}", domain},
		{"{host}", host}, {"{address}", address}, {NULL, NULL}};
	struct mc_buf filled;
	const char *text = "";

	mc_buf_init(&filled, FILLED_LIMIT);
	while (*template != '\0') {
		const struct placeholder *found = placeholder_at(placeholders, template);
		size_t plain = found != NULL ? 0 : 1 + strcspn(template + 1, "{");
		if (found != NULL) {
			mc_buf_puts(&filled, found->value);
			template += strlen(found->name);
		}
		mc_buf_append(&filled, template, plain);
		template += plain;
	}
	if (filled.failed)
		arena->failed = true;
	else
		text = mc_arena_strdup(arena, mc_buf_text(&filled));
	mc_buf_free(&filled);
	return text;
}
