/* tlsa_mend: the fields of a record that is not usable, where what is meant is beyond doubt. */
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "record/mend.h"
#include "record/tlsa.h"

struct acronym {
	const char *name;
	char number;
};

/* RFC 7218, 2. */
static const struct acronym acronyms[] = {{"DANE-TA", '2'}, {"DANE-EE", '3'}, {"PKIX-EE", '1'},
	{"PKIX-TA", '0'}, {"Cert", '0'}, {"SPKI", '1'}, {"Full", '0'}, {"SHA2-256", '1'},
	{"SHA-256", '1'}, {"SHA256", '1'}, {"SHA2-512", '2'}, {"SHA-512", '2'}, {"SHA512", '2'}};

static const struct acronym *
acronym_at(const char *text)
{
	for (size_t i = 0; i < sizeof(acronyms) / sizeof(acronyms[0]); i++)
		if (strncasecmp(text, acronyms[i].name, strlen(acronyms[i].name)) == 0)
			return &acronyms[i];
	return NULL;
}

/* The same text with numbers for acronyms, and without colons, commas and "0x" between digits. */
static const char *
plain(struct mc_arena *arena, const char *text, size_t length)
{
	const char *at = mc_mend_clean(arena, text, length);
	char *copy = mc_arena_calloc(arena, strlen(at) + 1, 1);
	bool fresh = true;
	size_t n = 0;

	while (copy != NULL && *at != '\0') {
		const struct acronym *acronym = fresh ? acronym_at(at) : NULL;
		if (acronym != NULL) {
			copy[n++] = acronym->number;
			at += strlen(acronym->name);
		} else if (fresh && strncasecmp(at, "0x", 2) == 0) {
			at += 2;
		} else if (*at == ':' || *at == '"' || *at == '\'') {
			at++;
		} else {
			fresh = strchr(" ,\t(", *at) != NULL;
			copy[n++] = *at == ',' ? ' ' : *at;
			at++;
		}
	}
	return copy != NULL ? copy : "";
}

static const char *
text_of(struct mc_arena *arena, const struct mc_tlsa *tlsa)
{
	const char *text;
	struct mc_buf buf;

	mc_buf_init(&buf, 2 * tlsa->length + 32);
	mc_buf_printf(&buf, "%u %u %u ", tlsa->usage, tlsa->selector, tlsa->matching);
	for (size_t i = 0; i < tlsa->length; i++)
		mc_buf_printf(&buf, "%02x", tlsa->data[i]);
	arena->failed = arena->failed || buf.failed;
	text = mc_arena_strdup(arena, mc_buf_text(&buf));
	mc_buf_free(&buf);
	return text;
}

/* A server's certificate is the same for 1 and 3. A digest is told by its length; a certificate
 * and a key by what they are, which the judge tells. */
static void
correct(struct mc_tlsa *tlsa)
{
	struct mc_tlsa other = *tlsa;

	other.selector = !tlsa->selector;
	if (tlsa->matching == 0 && tlsa->selector < 2 && mc_tlsa_whole(&other))
		tlsa->selector = other.selector;
	if (tlsa->usage == 1 && (tlsa->port == 0 || tlsa->port == 25))
		tlsa->usage = 3;
	if (tlsa->matching == 1 && tlsa->length == 64)
		tlsa->matching = 2;
	else if (tlsa->matching == 2 && tlsa->length == 32)
		tlsa->matching = 1;
}

const char *
mc_tlsa_mend(struct mc_arena *arena, const char *text, size_t length)
{
	struct mc_problems problems;
	struct mc_tlsa tlsa;

	mc_problems_init(&problems, arena);
	text = plain(arena, text, length);
	mc_tlsa_read(text, strlen(text), &tlsa, &problems);
	return tlsa.data != NULL ? mc_tlsa_mend_fields(arena, &tlsa) : NULL;
}

const char *
mc_tlsa_mend_fields(struct mc_arena *arena, const struct mc_tlsa *tlsa)
{
	struct mc_tlsa corrected = *tlsa;
	struct mc_problems problems;

	mc_problems_init(&problems, arena);
	correct(&corrected);
	mc_tlsa_judge(&corrected, &problems);
	return corrected.valid ? text_of(arena, &corrected) : NULL;
}
