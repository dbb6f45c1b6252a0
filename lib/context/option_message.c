/* option_message: a message whose DKIM signatures name the keys to look for. Only what its header
 * says of them is kept, and goes into record files; the message does not. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "context/option_table.h"
#include "context/option_value.h"
#include "record/domain.h"

/* What stands in a record file for a signature that names no key, and for none at all. */
#define UNUSABLE "!" /* with the reason behind it */
#define UNSIGNED "-"
#define NO_ALGORITHM "-" /* within one */

/* The signatures set so far, to be added to; a copy, as older settings may be in use. */
static struct mc_dkim_signatures *
renew(struct mc_options *options)
{
	const struct mc_dkim_signatures *old = options->settings.signatures;
	struct mc_dkim_signatures *signatures =
		mc_arena_alloc(&options->arena, sizeof(*signatures));

	if (signatures == NULL)
		return NULL;
	if (old != NULL)
		*signatures = *old;
	else
		memset(signatures, 0, sizeof(*signatures));
	options->settings.signatures = signatures;
	return signatures;
}

static bool
next_word(const char **text, char *word, size_t size)
{
	size_t length = strcspn(*text, " ");

	if (length == 0 || length >= size)
		return false;
	memcpy(word, *text, length);
	word[length] = '\0';
	*text += length;
	*text += strspn(*text, " ");
	return true;
}

static const char *
read_signature(struct mc_arena *arena, const char *value, struct mc_dkim_signature *ret_signature)
{
	struct mc_dkim_signature signature = {
		.selector = "", .domain = "", .algorithm = "", .identity = ""};
	char word[MC_NAME_TEXT_SIZE], name[MC_NAME_TEXT_SIZE];

	if (value[0] == UNUSABLE[0]) {
		value += 1 + strspn(value + 1, " ");
		signature.wrong =
			value[0] != '\0' ? mc_arena_strdup(arena, value) : "it names no key";
		*ret_signature = signature;
		return NULL;
	}
	if (!next_word(&value, word, sizeof(word)) || mc_domain_parse_selector(word, name) != NULL)
		return "does not begin with a selector";
	signature.selector = mc_arena_strdup(arena, name);
	if (!next_word(&value, word, sizeof(word)) || mc_domain_parse_host(word, name) != NULL)
		return "has no domain behind the selector";
	signature.domain = signature.identity = mc_arena_strdup(arena, name);
	if (next_word(&value, word, MC_DKIM_ALGORITHM_MAX + 1)) {
		if (strcmp(word, NO_ALGORITHM) != 0)
			signature.algorithm = mc_arena_strdup(arena, word);
	} else if (value[0] != '\0')
		return "has no algorithm behind the domain";
	if (next_word(&value, word, sizeof(word))) {
		if (mc_domain_parse_host(word, name) != NULL)
			return "has no domain behind the algorithm";
		signature.identity = mc_arena_strdup(arena, name);
	}
	if (value[0] != '\0')
		return "has something behind the last domain";
	*ret_signature = signature;
	return NULL;
}

const char *
mc_option_signature(
	struct mc_options *options, const struct mailcheck_option *row, const char *value)
{
	struct mc_dkim_signatures *signatures;

	(void)row;
	if (value[0] == '\0') {
		options->settings.signatures = NULL;
		return NULL;
	}
	signatures = renew(options);
	if (signatures == NULL || strcmp(value, UNSIGNED) == 0)
		return NULL;
	if (signatures->count == MC_DKIM_SIGNATURES)
		return "is one too many: at most 16 signatures";
	return read_signature(&options->arena, value, &signatures->signatures[signatures->count++]);
}

/* The beginning of a file, whatever octets it holds. */
static const char *
read_head(struct mc_arena *arena, const char *path, char *octets, size_t *ret_length)
{
	const char *problem = mc_value_readable(arena, path, &path);
	FILE *file = problem == NULL ? fopen(path, "re") : NULL;

	if (problem != NULL)
		return problem;
	if (file == NULL)
		return mc_arena_printf(arena, "cannot be read: %m");
	*ret_length = fread(octets, 1, MC_DKIM_HEADER, file);
	if (ferror(file) != 0)
		problem = "cannot be read to its end";
	fclose(file);
	return problem;
}

static void
keep(struct mc_options *options, const struct mc_dkim_signature *signature)
{
	const char *algorithm =
		signature->algorithm[0] != '\0' ? signature->algorithm : NO_ALGORITHM;
	const char *text;

	if (signature->wrong != NULL)
		text = mc_arena_printf(&options->arena, UNUSABLE " %s", signature->wrong);
	else
		text = mc_arena_printf(&options->arena, "%s %s %s %s", signature->selector,
			signature->domain, algorithm, signature->identity);
	mc_option_remember(options, "dkim-signature", text);
}

const char *
mc_option_message(struct mc_options *options, const struct mailcheck_option *row, const char *value)
{
	char *octets = mc_malloc(MC_DKIM_HEADER);
	struct mc_dkim_signatures *signatures;
	const char *problem;
	size_t length = 0;

	(void)row;
	if (octets == NULL) {
		options->arena.failed = true;
		return NULL;
	}
	options->settings.signatures = NULL;
	mc_option_remember(options, "dkim-signature", "");
	signatures = renew(options);
	problem = signatures != NULL ? read_head(&options->arena, value, octets, &length) : NULL;
	if (signatures != NULL && problem == NULL &&
		mc_dkim_signatures_read(&options->arena, octets, length, signatures)) {
		for (size_t i = 0; i < signatures->count; i++)
			keep(options, &signatures->signatures[i]);
		if (signatures->count == 0)
			mc_option_remember(options, "dkim-signature", UNSIGNED);
	}
	mc_free(octets);
	return problem;
}
