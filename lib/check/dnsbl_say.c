/* dnsbl_say: what the lists said, as values and findings. */
#include <stdlib.h>
#include <string.h>

#include "check/dnsbl.h"

static const char *const verdict_names[MC_DNSBL_VERDICTS] = {
	[MC_DNSBL_LISTED] = "listed",
	[MC_DNSBL_CLEAN] = "clean",
	[MC_DNSBL_REFUSED] = "refused",
	[MC_DNSBL_BROKEN] = "broken",
	[MC_DNSBL_UNVERIFIABLE] = "unverifiable",
};

/* --- values --- */

static const char *
kind_of(enum mc_list_kind kind)
{
	switch (kind) {
	case MC_LIST_ALLOW:
		return "allow";
	case MC_LIST_INFO:
	case MC_LIST_AGE:
	case MC_LIST_RANGE:
		return "info";
	default:
		return "block";
	}
}

static json_t *
text_or_null(const char *text)
{
	return text != NULL ? json_string(text) : json_null();
}

static json_t *
codes_json(const struct mc_dns *answer)
{
	json_t *codes = json_array();
	struct mc_address address;
	char text[MC_ADDRESS_SIZE];

	if (answer == NULL || answer->fact.status != MC_FACT_OK)
		return codes;
	for (size_t i = 0; i < answer->count; i++) {
		if (!mc_rr_address(&answer->rrs[i], &address))
			continue;
		mc_address_format(text, &address);
		json_array_append_new(codes, json_string(text));
	}
	return codes;
}

static json_t *
row_json(const struct mc_dnsbl_row *row)
{
	json_t *object = json_object();

	json_object_set_new(object, "zone", json_string(row->list->zone));
	json_object_set_new(object, "name", json_string(row->list->name));
	json_object_set_new(object, "subject", json_string(row->item->subject));
	json_object_set_new(object, "kind", json_string(kind_of(row->kind)));
	json_object_set_new(object, "category", json_string(mc_list_kind_name(row->kind)));
	json_object_set_new(object, "verdict", json_string(verdict_names[row->verdict]));
	json_object_set_new(object, "codes", codes_json(row->answer));
	json_object_set_new(object, "meaning", text_or_null(row->meaning));
	json_object_set_new(object, "reason", text_or_null(row->reason));
	json_object_set_new(object, "removal", text_or_null(row->list->removal));
	if (row->within)
		json_object_set_new(object, "within", json_string(row->list->within));
	return object;
}

const char *
mc_dnsbl_coverage(struct mc_run *run, const struct mc_dnsbl_rows *rows)
{
	static const char *const phrases[MC_DNSBL_VERDICTS] = {
		[MC_DNSBL_REFUSED] = "refused this resolver",
		[MC_DNSBL_BROKEN] = "broken",
		[MC_DNSBL_UNVERIFIABLE] = "could not be verified",
	};
	size_t clean = rows->counts[MC_DNSBL_CLEAN], listed = rows->counts[MC_DNSBL_LISTED];
	const char *text =
		clean == 0 && listed == 0
			? mc_arena_printf(run->arena, "nothing known from %zu list%s", rows->total,
				  rows->total == 1 ? "" : "s")
			: mc_arena_printf(run->arena, "clean on %zu of %zu", clean, rows->total);

	if (listed > 0)
		text = mc_arena_printf(run->arena, "listed on %zu, %s", listed, text);
	for (size_t i = MC_DNSBL_REFUSED; i < MC_DNSBL_VERDICTS; i++)
		if (rows->counts[i] > 0)
			text = mc_arena_printf(
				run->arena, "%s, %zu %s", text, rows->counts[i], phrases[i]);
	return text;
}

/* --- findings --- */

static void
find_listing(struct mc_run *run, const struct mc_dnsbl_row *row)
{
	switch (row->kind) {
	case MC_LIST_SPAM:
		mc_find(run, "dnsbl.listed", "%s: %s", row->list->zone, row->meaning);
		if (!row->list->major)
			mc_severity(run, MC_WARNING);
		break;
	case MC_LIST_POLICY:
		mc_find(run, "dnsbl.policy", "%s: %s", row->list->zone, row->meaning);
		break;
	case MC_LIST_REPUTATION:
		mc_find(run, "dnsbl.reputation", "%s: %s", row->list->zone, row->meaning);
		break;
	case MC_LIST_RANGE:
		mc_find(run, "dnsbl.range", "%s: %s", row->list->zone, row->meaning);
		break;
	case MC_LIST_AGE:
		mc_find(run, "dnsbl.age", "%s: %s", row->list->zone, row->meaning);
		break;
	case MC_LIST_ALLOW:
		mc_find(run, "dnsbl.allowed", "%s: %s", row->list->zone, row->meaning);
		break;
	default:
		mc_find(run, "dnsbl.informational", "%s: %s", row->list->zone, row->meaning);
		break;
	}
}

static void
say_listing(struct mc_run *run, const struct mc_dnsbl_row *row)
{
	find_listing(run, row);
	mc_about(run, row->item->subject);
	if (row->reason != NULL)
		mc_evidence(run, "it says: %s", row->reason);
	if (row->item->receives || row->within)
		mc_severity(run, MC_INFO);
	if (row->item->receives)
		mc_evidence(run, "%s; only mail that it sends is affected", row->item->role);
	else if (row->item->role != NULL)
		mc_evidence(run, "%s", row->item->role);
	if (row->kind >= MC_LIST_REPUTATION && row->list->removal != NULL)
		mc_fix(run,
			"Find out why first, and stop it (%s): a listing that is removed before "
			"its cause comes back. Then look at the entry, and ask for its removal, "
			"at %s.",
			row->kind == MC_LIST_POLICY
				? "this address should send through its provider's mail server, or "
				  "be registered as a mail server"
			: row->item->address.family == 0
				? "who sends mail with this domain, what its web site links to, "
				  "and whether it was broken into"
				: "an account or web form taken over, an infected machine behind "
				  "the address, a list mailed without consent",
			row->list->removal);
}

/* Whom a list was asked about, where that is not the target itself. */
static const char *
about(struct mc_run *run, const struct mc_dnsbl_row *row)
{
	if (row->item->role == NULL)
		return "";
	return mc_arena_printf(run->arena, " about %s", row->item->subject);
}

/* One finding for all that gave no verdict for the same sort of reason. */
static void
say_rest(struct mc_run *run, const struct mc_dnsbl_rows *rows, enum mc_dnsbl_verdict verdict)
{
	static const char *const ids[MC_DNSBL_VERDICTS] = {
		[MC_DNSBL_REFUSED] = "dnsbl.refused",
		[MC_DNSBL_BROKEN] = "dnsbl.broken",
		[MC_DNSBL_UNVERIFIABLE] = "dnsbl.unverifiable",
	};
	const char *fix = NULL;
	bool same = true;
	size_t said = 0;

	for (size_t i = 0; i < rows->count; i++) {
		const struct mc_dnsbl_row *row = &rows->rows[i];
		if (row->verdict != verdict)
			continue;
		same = said == 0 || (same && fix == row->fix);
		fix = row->fix;
		if (said++ > 0)
			mc_evidence(run, "%s%s: %s", row->list->zone, about(run, row), row->reason);
		else
			mc_find(run, ids[verdict], "%s%s: %s", row->list->zone, about(run, row),
				row->reason);
	}
	if (fix != NULL && same)
		mc_fix(run, "%s", fix);
}

static void
say_rewriting(struct mc_run *run, const struct mc_dnsbl_rows *rows)
{
	size_t outside = 0;

	for (size_t i = 0; i < rows->count; i++)
		outside += rows->rows[i].outside;
	if (outside >= 2 && outside == rows->count)
		mc_find(run, "dnsbl.resolver-rewrites", "%s", rows->rows[0].reason);
}

static int
compare_rows(const void *a, const void *b)
{
	static const int places[MC_DNSBL_VERDICTS] = {[MC_DNSBL_LISTED] = 0,
		[MC_DNSBL_REFUSED] = 1,
		[MC_DNSBL_BROKEN] = 2,
		[MC_DNSBL_UNVERIFIABLE] = 3,
		[MC_DNSBL_CLEAN] = 4};
	const struct mc_dnsbl_row *left = a, *right = b;
	int order = places[left->verdict] - places[right->verdict];

	if (order == 0)
		order = (int)right->kind - (int)left->kind;
	if (order == 0)
		order = (int)right->list->major - (int)left->list->major;
	if (order == 0)
		order = strcmp(left->list->zone, right->list->zone);
	return order != 0 ? order : strcmp(left->item->subject, right->item->subject);
}

void
mc_dnsbl_values(struct mc_run *run, struct mc_dnsbl_rows *rows)
{
	json_t *lists = json_array(), *coverage = json_object();

	if (rows->count > 1)
		qsort(rows->rows, rows->count, sizeof(*rows->rows), compare_rows);
	for (size_t i = 0; i < rows->count; i++)
		json_array_append_new(lists, row_json(&rows->rows[i]));
	json_object_set_new(run->values, "lists", lists);
	json_object_set_new(coverage, "asked", json_integer((json_int_t)rows->total));
	for (size_t i = 0; i < MC_DNSBL_VERDICTS; i++)
		json_object_set_new(
			coverage, verdict_names[i], json_integer((json_int_t)rows->counts[i]));
	json_object_set_new(run->values, "coverage", coverage);
	json_object_set_new(run->values, "summary", json_string(mc_dnsbl_coverage(run, rows)));
}

void
mc_dnsbl_find(struct mc_run *run, const struct mc_dnsbl_rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		if (rows->rows[i].verdict == MC_DNSBL_LISTED)
			say_listing(run, &rows->rows[i]);
	say_rewriting(run, rows);
	if (run->settings->public_resolver != NULL && rows->count > 0)
		mc_find(run, "dnsbl.public-resolver", "%s", run->settings->public_resolver);
	say_rest(run, rows, MC_DNSBL_REFUSED);
	say_rest(run, rows, MC_DNSBL_BROKEN);
	say_rest(run, rows, MC_DNSBL_UNVERIFIABLE);
	if (rows->total > 2 && rows->counts[MC_DNSBL_UNVERIFIABLE] == rows->total)
		mc_fix(run,
			"Not one list gave an answer: ask through another resolver (--resolver), "
			"best one of your own.");
}
