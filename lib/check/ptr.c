/* ptr: reverse names of the addresses, and whether they point back (RFC 1912, 2.1). */
#include <ctype.h>
#include <string.h>

#include "check/registry.h"

#define PTR_NAMES 5 /* most reverse names followed */

static uint16_t
address_type(const struct mc_address *address)
{
	return address->family == 4 ? MC_RR_A : MC_RR_AAAA;
}

static bool
points_at(const struct mc_dns *dns, const struct mc_address *address)
{
	struct mc_address other;

	for (size_t i = 0; dns->fact.status == MC_FACT_OK && i < dns->count; i++)
		if (mc_rr_address(&dns->rrs[i], &other) && mc_address_compare(&other, address) == 0)
			return true;
	return false;
}

/* Two or more of the address's numbers in the name, or a word providers put into such names. */
static bool
looks_generic(const char *name, const struct mc_address *address)
{
	static const char *const words[] = {"dynamic", "dyn.", "dhcp", "dialup", "dial-up", "pool",
		"ppp", ".dsl", "-dsl", "adsl", "cable", "broadband", "unassigned", "unknown."};
	unsigned numbers[4], found = 0;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(name, words[i]) != NULL)
			return true;
	if (address->family != 4)
		return false;
	for (size_t i = 0; i < 4; i++)
		numbers[i] = address->bytes[i];
	for (const char *at = name; *at != '\0';) {
		unsigned number = 0;
		if (!isdigit((unsigned char)*at)) {
			at++;
			continue;
		}
		while (isdigit((unsigned char)*at) && number < 100000)
			number = number * 10 + (unsigned)(*at++ - '0');
		for (size_t i = 0; i < 4; i++)
			if (number == numbers[i]) {
				numbers[i] = 1000;
				found++;
				break;
			}
	}
	return found >= 3;
}

struct names {
	const char *names[PTR_NAMES];
	const struct mc_dns *forward[PTR_NAMES];
	size_t count;
};

static enum mc_step
follow(struct mc_run *run, const struct mc_dns *ptr, struct names *names)
{
	char target[MC_NAME_TEXT_SIZE];
	enum mc_step step = MC_DONE;

	names->count = 0;
	for (size_t i = 0; i < ptr->count && names->count < PTR_NAMES; i++) {
		const struct mc_dns *forward;
		if (!mc_rr_target(&ptr->rrs[i], target))
			continue;
		names->names[names->count] = mc_arena_strdup(run->arena, target);
		forward = mc_ask_dns(run, NULL, names->names[names->count],
			address_type(&run->subject->address));
		names->forward[names->count++] = forward;
		if (forward == NULL)
			step = MC_WAIT;
	}
	return step;
}

static const struct mc_fact *
failed_lookup(const struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		if (names->forward[i]->fact.status != MC_FACT_OK)
			return &names->forward[i]->fact;
	return NULL;
}

static const char *
confirmed_name(const struct mc_run *run, const struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		if (points_at(names->forward[i], &run->subject->address))
			return names->names[i];
	return NULL;
}

/* Only who sends needs a reverse name: not to know it leaves nothing open for one who receives. */
static enum mc_step
not_known(struct mc_run *run, const struct mc_fact *failed)
{
	json_object_set_new(run->values, "confirmed", json_null());
	mc_find(run, "ptr.lookup-failed", "%s", failed->text);
	return MC_DONE;
}

static void
tell_several(struct mc_run *run, const struct names *names)
{
	const char *text = names->names[0];

	for (size_t i = 1; i < names->count; i++)
		text = mc_arena_printf(run->arena, "%s, %s", text, names->names[i]);
	mc_find(run, "ptr.multiple", "%s", text);
}

static enum mc_step
judge_names(struct mc_run *run, const struct names *names)
{
	const char *confirmed = confirmed_name(run, names);
	const struct mc_fact *failed = failed_lookup(names);

	json_object_set_new(
		run->values, "confirmed", confirmed != NULL ? json_true() : json_false());
	if (names->count > 1)
		tell_several(run, names);
	if (confirmed == NULL && failed != NULL)
		return not_known(run, failed);
	if (confirmed == NULL)
		mc_find(run, "ptr.unconfirmed", "%s does not have this address", names->names[0]);
	else if (looks_generic(confirmed, &run->subject->address))
		mc_find(run, "ptr.generic", "%s", confirmed);
	return MC_DONE;
}

static void
put_subject(struct mc_run *run, const struct names *names)
{
	char text[MC_ADDRESS_SIZE];
	json_t *array = json_array();

	mc_address_format(text, &run->subject->address);
	json_object_set_new(run->values, "host", json_string(run->subject->host));
	json_object_set_new(run->values, "address", json_string(text));
	for (size_t i = 0; i < names->count; i++)
		json_array_append_new(array, json_string(names->names[i]));
	json_object_set_new(run->values, "names", array);
	json_object_set_new(run->values, "confirmed", json_false());
}

static enum mc_step
check_address(struct mc_run *run)
{
	char reverse[MC_ADDRESS_REVERSE_SIZE];
	const struct mc_dns *ptr;
	struct names names = {.count = 0};

	mc_address_reverse(reverse, &run->subject->address);
	if (mc_address_scope(&run->subject->address) != MC_SCOPE_GLOBAL &&
		!run->settings->allow_private) {
		put_subject(run, &names);
		return mc_skipped(run, "a special-purpose address has no public reverse name");
	}
	ptr = mc_ask_dns(run, NULL, mc_arena_strdup(run->arena, reverse), MC_RR_PTR);
	if (ptr == NULL || (ptr->fact.status == MC_FACT_OK && follow(run, ptr, &names) == MC_WAIT))
		return MC_WAIT;
	put_subject(run, &names);
	if (ptr->fact.status != MC_FACT_OK)
		return not_known(run, &ptr->fact);
	if (ptr->dnssec == MC_DNSSEC_BOGUS) {
		mc_find(run, "ptr.bogus", "%s", ptr->why_bogus);
		return MC_DONE;
	}
	if (names.count == 0) {
		mc_find(run, "ptr.missing", "%s PTR: %s", reverse,
			ptr->nxdomain ? "NXDOMAIN" : "no record");
		return MC_DONE;
	}
	return judge_names(run, &names);
}

const struct mc_check mc_check_ptr = {
	.name = "ptr",
	.targets = MC_TARGET_DOMAIN,
	.records_only = true,
	.address = check_address,
	.array = "addresses",
};
