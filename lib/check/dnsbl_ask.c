/* dnsbl_ask: one list about one subject: what it says, and whether it can be believed (RFC 5782,
 * section 5). */
#include <string.h>

#include "base/escape.h"
#include "check/dnsbl.h"

#define BUDGET 100     /* questions to a list that was not named and needs no key */
#define REASON_MAX 300 /* octets of a list's own text */
#define BITS 8

enum what { NOTHING, CODE, UNKNOWN, REFUSED, OUTSIDE, SILENT };

/* One answer, read. */
struct reading {
	enum what what;
	enum mc_list_kind kind; /* the worst of its codes */
	const char *meaning;    /* or of the refusal */
	const char *why;        /* of what is no answer */
	const char *strange;    /* a code that is not known, beside those that are; or NULL */
};

static bool
named(const struct mc_run *run, const struct mc_list *list)
{
	for (size_t i = 0; i < run->settings->list_zone_count; i++)
		if (strcmp(run->settings->list_zones[i], list->zone) == 0)
			return true;
	return false;
}

static unsigned
budget(const struct mc_run *run, const struct mc_list *list)
{
	if (run->settings->list_budget != 0)
		return run->settings->list_budget;
	return named(run, list) || list->key != NULL ? 0 : BUDGET;
}

/* The labels that stand for the subject. */
static const char *
labels_of(struct mc_run *run, const char *subject, const struct mc_address *address)
{
	char reverse[MC_ADDRESS_REVERSE_SIZE];

	if (address->family == 0)
		return subject;
	mc_address_reverse(reverse, address);
	*strstr(reverse, address->family == 4 ? ".in-addr" : ".ip6") = '\0';
	return mc_arena_strdup(run->arena, reverse);
}

/* NULL: not there yet; *ret_fits is false when there can be no such name. */
static const struct mc_dns *
ask(struct mc_run *run, const struct mc_list *list, const char *labels, uint16_t type,
	bool *ret_fits)
{
	char name[MC_NAME_TEXT_SIZE];
	const char *zone = list->zone;

	if (list->key != NULL)
		zone = mc_arena_printf(run->arena, MC_KEY_LABEL "%s.%s", list->key, list->zone);
	*ret_fits = mc_name_join(labels, zone, name);
	if (!*ret_fits)
		return NULL;
	return mc_ask_listing(run, mc_arena_strdup(run->arena, name), type, list->zone,
		budget(run, list), list->key != NULL);
}

/* --- reading --- */

static void
add_meaning(struct mc_run *run, struct reading *reading, const struct mc_list_code *code)
{
	if (reading->meaning == NULL || code->kind == MC_LIST_REFUSAL)
		reading->meaning = code->meaning;
	else if (strstr(reading->meaning, code->meaning) == NULL)
		reading->meaning =
			mc_arena_printf(run->arena, "%s; %s", reading->meaning, code->meaning);
	if (reading->what != CODE || code->kind > reading->kind)
		reading->kind = code->kind;
	reading->what = code->kind == MC_LIST_REFUSAL ? REFUSED : CODE;
}

/* The worst of what the addresses of an answer say: nonsense, a refusal, a code, an unknown one. */
static void
read_address(struct mc_run *run, const struct mc_list *list, const struct mc_address *address,
	struct reading *reading)
{
	const struct mc_list_code *codes[BITS];
	char text[MC_ADDRESS_SIZE];
	size_t count;
	enum mc_listing listing = mc_list_read(list, address, codes, BITS, &count);

	mc_address_format(text, address);
	if (reading->what == OUTSIDE)
		return;
	if (listing == MC_LISTING_OUTSIDE) {
		reading->what = OUTSIDE;
		reading->why =
			mc_arena_printf(run->arena, "it answers %s, which no list would say", text);
		return;
	}
	if (listing == MC_LISTING_UNKNOWN) {
		reading->strange = mc_arena_printf(
			run->arena, "it answers %s, whose meaning is not known here", text);
		if (reading->what == NOTHING) {
			reading->what = UNKNOWN;
			reading->why = reading->strange;
		}
	}
	for (size_t i = 0; i < count && reading->what != REFUSED; i++)
		add_meaning(run, reading, codes[i]);
}

static struct reading
read_answer(struct mc_run *run, const struct mc_list *list, const struct mc_dns *dns)
{
	struct reading reading = {.what = NOTHING, .kind = list->kind};
	struct mc_address address;

	if (dns->fact.status != MC_FACT_OK) {
		reading.what = dns->fact.failure == MC_FAIL_QUERY_REFUSED ? REFUSED : SILENT;
		reading.why = dns->fact.text;
		reading.meaning = "the question is refused (REFUSED)";
		return reading;
	}
	if (dns->dnssec == MC_DNSSEC_BOGUS) {
		reading.what = SILENT;
		reading.why = mc_arena_printf(
			run->arena, "its answer fails DNSSEC validation: %s", dns->why_bogus);
		return reading;
	}
	for (size_t i = 0; i < dns->count; i++)
		if (mc_rr_address(&dns->rrs[i], &address))
			read_address(run, list, &address, &reading);
	return reading;
}

/* --- the test entries --- */

struct tests {
	struct reading listed[MC_LIST_TESTS + 1];
	size_t count;
	struct reading clean; /* must not be listed */
};

static enum mc_step
ask_test(struct mc_run *run, const struct mc_list *list, const char *labels,
	struct reading *ret_reading)
{
	bool fits;
	const struct mc_dns *dns = ask(run, list, labels, MC_RR_A, &fits);

	if (!fits) {
		*ret_reading = (struct reading){.what = SILENT, .why = "the name is too long"};
		return MC_DONE;
	}
	if (dns == NULL)
		return MC_WAIT;
	*ret_reading = read_answer(run, list, dns);
	return MC_DONE;
}

static const char *
standard_test(struct mc_run *run, const struct mc_dnsbl_item *item, bool listed)
{
	static const char *const names[2] = {"invalid", "test"};
	static const char *const ipv4[2] = {"127.0.0.1", "127.0.0.2"};
	static const char *const ipv6[2] = {"::ffff:7f00:1", "::ffff:7f00:2"};
	struct mc_address address = {.family = 0};
	const char *text = item->address.family == 4 ? ipv4[listed] : ipv6[listed];

	if (item->address.family == 0)
		return names[listed];
	(void)mc_address_parse(text, &address);
	return labels_of(run, text, &address);
}

static enum mc_step
ask_tests(struct mc_run *run, const struct mc_dnsbl_item *item, const struct mc_list *list,
	struct tests *tests)
{
	enum mc_step step = ask_test(run, list, standard_test(run, item, false), &tests->clean);

	tests->count = 1;
	if (ask_test(run, list, standard_test(run, item, true), &tests->listed[0]) == MC_WAIT)
		step = MC_WAIT;
	for (size_t i = 0; i < list->test_count; i++) {
		struct mc_address address = {.family = 0};
		(void)mc_address_parse(list->tests[i], &address);
		if (address.family == item->address.family &&
			ask_test(run, list, labels_of(run, list->tests[i], &address),
				&tests->listed[tests->count++]) == MC_WAIT)
			step = MC_WAIT;
	}
	return step;
}

/* --- the verdict --- */

static void
conclude(struct mc_dnsbl_row *row, enum mc_dnsbl_verdict verdict, const char *reason)
{
	row->verdict = verdict;
	row->reason = reason;
}

/* What spoils the list whichever of its answers says so. */
static bool
spoiled(struct mc_dnsbl_row *row, const struct reading *reading)
{
	if (reading->what == REFUSED) {
		row->meaning = reading->meaning;
		conclude(row, MC_DNSBL_REFUSED, reading->meaning);
	} else if (reading->what == OUTSIDE) {
		row->outside = true;
		conclude(row, MC_DNSBL_BROKEN, reading->why);
	}
	return reading->what == REFUSED || reading->what == OUTSIDE;
}

static bool
answered(const struct reading *reading)
{
	return reading->what == CODE || reading->what == UNKNOWN;
}

/* Whether the test entries are as they should be; the row says if not. */
static bool
believable(struct mc_run *run, struct mc_dnsbl_row *row, const struct tests *tests)
{
	const struct reading *silent = tests->clean.what == SILENT ? &tests->clean : NULL;
	bool listed = false;

	if (answered(&tests->clean)) {
		conclude(row, MC_DNSBL_BROKEN,
			"it lists what must never be listed (127.0.0.1, or the name INVALID): it "
			"lists the whole world");
		return false;
	}
	for (size_t i = 0; i < tests->count; i++) {
		listed = listed || answered(&tests->listed[i]);
		if (tests->listed[i].what == SILENT)
			silent = &tests->listed[i];
	}
	if (listed && tests->clean.what == NOTHING)
		return true;
	conclude(row, MC_DNSBL_UNVERIFIABLE,
		silent != NULL ? mc_arena_printf(run->arena, "its test entries cannot be had: %s",
					 silent->why)
			       : "its test entry is not listed: it is empty, or says nothing to "
				 "this resolver");
	return false;
}

static void
take_text(struct mc_run *run, struct mc_dnsbl_row *row, const struct mc_dns *txt)
{
	size_t length;
	const char *text;

	row->reason = NULL;
	if (txt == NULL || txt->fact.status != MC_FACT_OK || txt->count == 0)
		return;
	text = mc_rr_txt(run->arena, &txt->rrs[0], &length);
	if (text != NULL && length > 0)
		row->reason =
			mc_escape(run->arena, text, length < REASON_MAX ? length : REASON_MAX);
}

static void
judge(struct mc_run *run, struct mc_dnsbl_row *row, const struct reading *reading,
	const struct tests *tests)
{
	if (spoiled(row, reading) || spoiled(row, &tests->clean))
		return;
	for (size_t i = 0; i < tests->count; i++)
		if (spoiled(row, &tests->listed[i]))
			return;
	row->meaning = reading->meaning;
	if (reading->what == SILENT)
		conclude(row, MC_DNSBL_UNVERIFIABLE, reading->why);
	else if (!believable(run, row, tests))
		return;
	else if (reading->what == UNKNOWN)
		conclude(row, MC_DNSBL_UNVERIFIABLE, reading->why);
	else if (reading->what == CODE && reading->kind != MC_LIST_NEUTRAL) {
		row->kind = reading->kind;
		conclude(row, MC_DNSBL_LISTED, NULL);
	} else if (reading->strange != NULL)
		conclude(row, MC_DNSBL_UNVERIFIABLE, reading->strange);
	else
		conclude(row, MC_DNSBL_CLEAN, NULL);
}

/* Reasons there are before anything is asked. */
static const char *
unaskable(struct mc_run *run, const struct mc_dnsbl_item *item, const struct mc_list *list,
	const char **ret_fix)
{
	static const unsigned wants[] = {
		[0] = MC_LIST_DOMAIN, [4] = MC_LIST_IPV4, [6] = MC_LIST_IPV6};
	bool has_key = list->key == NULL;

	*ret_fix = NULL;
	if (list->dead != NULL)
		return mc_arena_printf(run->arena, "dead since %s: %s", list->dead, list->how);
	if ((list->asks & wants[item->address.family]) == 0) {
		*ret_fix = "Nothing: ask this list about what it lists.";
		return "it cannot be asked about this: it is a list of other things";
	}
	for (size_t i = 0; list->key != NULL && i < run->settings->list_key_count; i++)
		has_key = has_key || strcmp(run->settings->list_keys[i], list->key) == 0;
	if (has_key)
		return NULL;
	*ret_fix = "Register with the list, and give the key it hands out by --dnsbl-keys FILE.";
	return "it needs a key (--dnsbl-keys), and there is none";
}

enum mc_step
mc_dnsbl_ask(struct mc_run *run, const struct mc_dnsbl_item *item, const struct mc_list *list,
	struct mc_dnsbl_row *ret_row)
{
	const char *labels = labels_of(run, item->subject, &item->address);
	const char *fix, *problem = unaskable(run, item, list, &fix);
	const struct mc_dns *dns, *txt = NULL;
	struct reading reading;
	struct tests tests;
	enum mc_step step;
	bool fits;

	*ret_row = (struct mc_dnsbl_row){.list = list, .item = item, .kind = list->kind};
	if (problem != NULL) {
		conclude(ret_row, list->dead != NULL ? MC_DNSBL_BROKEN : MC_DNSBL_UNVERIFIABLE,
			problem);
		ret_row->fix = fix;
		return MC_DONE;
	}
	step = ask_tests(run, item, list, &tests);
	dns = ask(run, list, labels, MC_RR_A, &fits);
	if (fits && run->kind == MC_TARGET_LISTING)
		txt = ask(run, list, labels, MC_RR_TXT, &fits);
	if (!fits) {
		conclude(ret_row, MC_DNSBL_UNVERIFIABLE, "the name is too long to ask for");
		return MC_DONE;
	}
	if (dns == NULL)
		return MC_WAIT;
	reading = read_answer(run, list, dns);
	if (reading.what == CODE && txt == NULL) {
		txt = ask(run, list, labels, MC_RR_TXT, &fits);
		if (txt == NULL)
			return MC_WAIT;
	}
	if (step == MC_WAIT)
		return MC_WAIT;
	ret_row->answer = dns;
	judge(run, ret_row, &reading, &tests);
	if (ret_row->verdict == MC_DNSBL_LISTED)
		take_text(run, ret_row, txt);
	return MC_DONE;
}
