/* veil: keys in, keys out. */
#include "net/veil.h"

#include <string.h>
#include <strings.h>

static const struct mc_net_key *
key_of(const struct mc_net *net, const struct mc_question *question, const char **ret_at)
{
	const char *at = question->keyed ? strstr(question->name, MC_KEY_LABEL) : NULL;

	if (at == NULL)
		return NULL;
	*ret_at = at;
	at += strlen(MC_KEY_LABEL);
	for (size_t i = 0; i < net->options.key_count; i++) {
		size_t length = strlen(net->options.keys[i].name);
		if (strncmp(at, net->options.keys[i].name, length) == 0 && at[length] == '.')
			return &net->options.keys[i];
	}
	return NULL;
}

const char *
mc_veil_lift(const struct mc_net *net, struct mc_arena *arena, const struct mc_question *question)
{
	char name[MC_NAME_TEXT_SIZE];
	const struct mc_net_key *key;
	const char *at, *lifted;

	if (!question->keyed)
		return question->name;
	key = key_of(net, question, &at);
	if (key == NULL)
		return NULL;
	lifted = mc_arena_printf(arena, "%.*s%s%s", (int)(at - question->name), question->name,
		key->label, at + strlen(MC_KEY_LABEL) + strlen(key->name));
	return mc_name_canonical(lifted, NULL, name) == NULL ? mc_arena_strdup(arena, name) : NULL;
}

/* Every name in which the key stands gets the placeholder back. */
static const char *
covered(struct mc_arena *arena, const struct mc_net_key *key, const char *text)
{
	size_t length = strlen(key->label), from = 0;
	const char *at;

	while ((at = strcasestr(text + from, key->label)) != NULL) {
		from = (size_t)(at - text);
		text = mc_arena_printf(
			arena, "%.*s" MC_KEY_LABEL "%s%s", (int)from, text, key->name, at + length);
		from += strlen(MC_KEY_LABEL) + strlen(key->name);
		if (from > strlen(text))
			break;
	}
	return text;
}

const char *
mc_veil_text(const struct mc_net *net, struct mc_arena *arena, const struct mc_question *question,
	const char *text)
{
	const char *at;
	const struct mc_net_key *key = key_of(net, question, &at);

	return key != NULL && text != NULL ? covered(arena, key, text) : text;
}

/* In record data, whatever it is, the key becomes as many asterisks. */
static void
blot(struct mc_arena *arena, const struct mc_net_key *key, struct mc_rr *rr)
{
	size_t length = strlen(key->label);
	uint8_t *octets;

	if (rr->rdlength < length)
		return;
	octets = mc_arena_memdup(arena, rr->rdata, rr->rdlength);
	if (octets == NULL)
		return;
	for (size_t i = 0; i + length <= rr->rdlength; i++)
		if (strncasecmp((const char *)octets + i, key->label, length) == 0)
			memset(octets + i, '*', length);
	rr->rdata = octets;
}

static void
cover(struct mc_arena *arena, const struct mc_net_key *key, struct mc_rrset *set)
{
	for (size_t i = 0; i < set->count; i++) {
		set->rrs[i].owner = covered(arena, key, set->rrs[i].owner);
		blot(arena, key, &set->rrs[i]);
	}
}

void
mc_veil_answer(const struct mc_net *net, struct mc_arena *arena, const struct mc_question *question,
	struct mc_message *message)
{
	const char *at;
	const struct mc_net_key *key = key_of(net, question, &at);

	if (key == NULL)
		return;
	cover(arena, key, &message->answer);
	cover(arena, key, &message->authority);
}
